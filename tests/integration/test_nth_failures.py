"""The first, second, ... write, flush, rename, open, program, array or database call fails, once or from then on.

One clear line, nothing lost, and the next try goes on. A few numbers are tried here; ``SPARKLE_NTH=40`` tries every
number up to 40 of every kind, once and for good, each on a film of its own (hours).
"""

import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from resources.director.bench import Bench
from resources.director.production_agent import run
from resources.engines import Frame
from resources.errors import DiskFull, MemoryShort, SparkleError
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.store.atomic import TEMPORARY
from resources.store.database import close_databases
from resources.store.film import Home
from resources.store.repair import inspect, repair
from resources.store.timeline import read_timeline
from schemas.media import LipsyncRequest, TimedLine
from tests.conftest import tiny_engines
from tests.harness.engines import TinyLipsync
from tests.harness.failing import Failing, Kind, planted
from tests.harness.kills import MOVIE, inline_engines, new_film

NTH = int(os.environ.get("SPARKLE_NTH", "0"))


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    home = new_film(tmp_path_factory.mktemp("reference") / "home")
    engines = inline_engines(home.cache)
    run(Bench(home, lambda profile: engines), MOVIE)
    engines.close()
    return final(home).read_bytes()


def final(home: Home) -> Path:
    return home.film(MOVIE).path / "cut" / "final_cut.mp4"


@pytest.fixture
def film(tmp_path: Path) -> Iterator[tuple[Home, Engines]]:
    home = new_film(tmp_path / "home")
    engines = inline_engines(home.cache)
    yield home, engines
    engines.close()
    close_databases()


TRIES: dict[Kind, tuple[tuple[int, bool], ...]] = {
    "open": ((1, False), (3, False), (8, True), (5, False), (4, True)),
    "write": ((1, False), (2, True), (9, False), (5, True), (30, False)),
    "flush": ((1, False), (2, False), (12, True), (25, False), (40, True)),
    "rename": ((1, False), (3, False), (7, True), (15, False), (12, True)),
    "program": ((1, True), (2, True), (4, True)),
    "memory": ((1, True), (30, True), (400, True), (3, False)),
    "database": ((5, True), (40, False), (90, True), (60, False)),
}
"""One after the other on one film, each going on where the one before failed."""
EVERY: tuple[tuple[int, bool], ...] = tuple((nth, ever) for nth in range(1, NTH + 1) for ever in (False, True))
CODES = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY)


def try_it(home: Home, engines: Engines, kind: Kind, failing: Failing) -> SparkleError | None:
    """Make the film with a fault planted; what was said, or None when the film was made all the same."""
    close_databases()
    try:
        with planted(kind, failing, CODES[failing.nth % 2]):
            run(Bench(home, lambda profile: engines), MOVIE)
    except SparkleError as error:
        return error
    finally:
        close_databases()
    return None


def clear(error: SparkleError, kind: Kind) -> bool:
    """Whether an error is one line that says what broke, and where."""
    if kind == "write":
        assert isinstance(error, DiskFull)
    if kind == "memory":
        assert isinstance(error, MemoryShort)
    return "\n" not in str(error) and bool(error.where) and not error.message.startswith("OSError")


@pytest.mark.parametrize("kind", TRIES)
def test_what_fails_is_one_line_and_the_next_try_goes_on(
    film: tuple[Home, Engines], reference: bytes, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resources.pipeline.carry.FIRST_DELAY_S", 0.01)
    monkeypatch.setattr("resources.store.database.BUSY_S", 0.1)
    home, engines = film
    failures = 0
    for nth, ever in EVERY or TRIES[kind]:
        failing = Failing(home.root, nth, ever)
        error = try_it(home, engines, kind, failing)
        if error is not None:
            assert failing.failed
            assert clear(error, kind), error
            failures += 1
        if final(home).exists():
            assert final(home).read_bytes() == reference
        if EVERY:
            in_order(home, engines, reference, kind)
            shutil.rmtree(home.root)
            new_film(home.root)
    assert failures >= 3 or EVERY
    in_order(home, engines, reference, kind)


def in_order(home: Home, engines: Engines, reference: bytes, kind: Kind) -> None:
    """The next try makes the film, and nothing is left over."""
    assert run(Bench(home, lambda profile: engines), MOVIE).verdict == "approve"
    assert final(home).read_bytes() == reference
    if kind == "database":  # what was published when its event could not be written: as after a kill between the two
        assert all("its timeline tells of" in line for line in repair(home))
    assert inspect(home, deep=True) == []
    assert not [path for path in home.film(MOVIE).path.rglob(f"{TEMPORARY}*")]


@dataclass(frozen=True)
class Killed(TinyLipsync):
    """Kills the process that draws, once."""

    mark: Path = Path()

    def frames(
        self, request: LipsyncRequest, video: Path, lines: list[TimedLine], start: int, stop: int
    ) -> Iterator[Frame]:
        if not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield from super().frames(request, video, lines, start, stop)


def test_a_process_that_draws_is_killed_and_the_shot_is_tried_again(tmp_path: Path) -> None:
    home = new_film(tmp_path / "home")
    engines = tiny_engines(home).replaced({"lipsync": Killed(mark=tmp_path / "killed")})
    production = Production(home, MOVIE, lambda profile: engines)
    try:
        for stage in (production.image, production.voice, production.video):
            stage("01")
        made = production.clip("01")
    finally:
        engines.close()
    assert made.attempts == 2
    assert production.store.whole(made.ref, deep=True)
    [failed] = [event for event in read_timeline(production.film.path) if event.event == "failed"]
    assert "a process that draws was killed" in failed.data["error"]
    assert failed.data["retry"]
