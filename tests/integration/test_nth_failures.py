"""The first, second, ... write, flush, rename or open fails, once or from then on: one clear line, nothing lost."""

import errno
import io
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from resources.director.bench import Bench
from resources.director.production_agent import run
from resources.engines import Frame
from resources.errors import DiskFull, SparkleError
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.store.atomic import TEMPORARY
from resources.store.database import close_databases
from resources.store.film import Home
from resources.store.repair import inspect
from resources.store.timeline import read_timeline
from schemas.media import LipsyncRequest, TimedLine
from tests.conftest import tiny_engines
from tests.harness.engines import TinyLipsync
from tests.harness.kills import MOVIE, inline_engines, new_film

Kind = Literal["open", "write", "flush", "rename"]


class Failing:
    """Counts what one kind of call does below ``root``, and fails the ``nth`` of it; with ``ever`` all after it too."""

    def __init__(self, root: Path, nth: int, ever: bool) -> None:
        self.root = root
        self.nth = nth
        self.ever = ever
        self.seen = 0

    def step(self, number: int, path: object = None) -> None:
        if path is not None and not str(path).startswith(str(self.root)):
            return
        self.seen += 1
        if self.nth and (self.seen == self.nth or (self.ever and self.seen > self.nth)):
            raise OSError(number, os.strerror(number), None if path is None else str(path))

    @property
    def failed(self) -> bool:
        return bool(self.nth) and self.seen >= self.nth


class FailingFile(io.BufferedWriter):
    """A file whose writing may fail."""

    failing: Failing

    def write(self, data: Any) -> int:
        self.failing.step(errno.ENOSPC)
        return super().write(data)


def plant(monkeypatch: pytest.MonkeyPatch, kind: Kind, failing: Failing) -> None:
    flush, rename, replace, opened = os.fsync, os.rename, os.replace, io.open

    def fsync(handle: int) -> None:
        failing.step(errno.EIO)
        flush(handle)

    def renamed(real: Callable[..., None]) -> Callable[..., None]:
        def call(source: Any, target: Any, **more: Any) -> None:
            failing.step(errno.EIO, target)
            real(source, target, **more)

        return call

    def open_(path: Any, mode: str = "r", *args: Any, **more: Any) -> Any:
        mine = isinstance(path, (str, Path)) and str(path).startswith(str(failing.root)) and set(mode) & set("wax+")
        if mine and kind == "open":
            failing.step(errno.EMFILE, path)
        if mine and kind == "write" and mode == "wb":
            file = FailingFile(io.FileIO(path, "w"))
            file.failing = failing
            return file
        return opened(path, mode, *args, **more)

    if kind == "flush":
        monkeypatch.setattr(os, "fsync", fsync)
    elif kind == "rename":
        monkeypatch.setattr(os, "rename", renamed(rename))
        monkeypatch.setattr(os, "replace", renamed(replace))
    else:
        monkeypatch.setattr(io, "open", open_)


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
}
"""One after the other on one film, each going on where the one before failed."""


@pytest.mark.parametrize("kind", TRIES)
def test_what_fails_is_one_line_and_the_next_try_goes_on(
    film: tuple[Home, Engines], reference: bytes, kind: Kind
) -> None:
    home, engines = film
    failures = 0
    for nth, ever in TRIES[kind]:
        failing = Failing(home.root, nth, ever)
        with pytest.MonkeyPatch.context() as patch:
            plant(patch, kind, failing)
            try:
                run(Bench(home, lambda profile: engines), MOVIE)
            except SparkleError as error:
                assert failing.failed
                failures += 1
                assert "\n" not in str(error)
                assert error.where  # it says what could not be written
                assert kind != "write" or isinstance(error, DiskFull)
        if final(home).exists():
            assert final(home).read_bytes() == reference
    assert failures >= 3
    assert run(Bench(home, lambda profile: engines), MOVIE).verdict == "approve"
    assert final(home).read_bytes() == reference
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
