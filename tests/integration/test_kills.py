"""A film that is killed again and again is finished afterwards, and is the film that was never killed.

``SPARKLE_KILLS=200 pytest tests/integration/test_kills.py`` goes on at random for as many kills; without it every
crash point is come by once.
"""

import os
import random
import re
import shutil
import signal
from pathlib import Path

import pytest

from resources.store.artifacts import SIDECAR, Artifacts
from resources.store.atomic import TEMPORARY
from resources.store.film import Home
from resources.store.fingerprint import content_hash
from resources.store.locks import holder
from resources.store.repair import inspect, repair
from tests.conftest import ROOT
from tests.harness.kills import MOVIE, POINTS, new_film, start

KILLS = int(os.environ.get("SPARKLE_KILLS", "0"))
LONGEST_S = 120


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The film that an undisturbed process makes."""
    home = new_film(tmp_path_factory.mktemp("reference") / "home")
    assert finish(home) == 0, said(home)
    return film_of(home).read_bytes()


def film_of(home: Home) -> Path:
    return home.film(MOVIE).path / "cut" / "final_cut.mp4"


def said(home: Home) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in home.root.glob("said-*"))


def finish(home: Home, point: str = "") -> int | None:
    process = start(home, point)
    process.join(LONGEST_S)
    return process.exitcode


def nothing_broken_is_seen(home: Home, reference: bytes) -> None:
    """Whatever has its final name is whole, byte for byte, at any moment."""
    if film_of(home).exists():
        assert film_of(home).read_bytes() == reference
    store = Artifacts(home.film(MOVIE), home.root)
    for path in home.film(MOVIE).path.rglob(SIDECAR):
        if TEMPORARY in str(path):
            continue
        sidecar = store.sidecar_at(path.parent)
        assert sidecar is not None, path
        assert store.whole(sidecar.ref, deep=True), path
        assert content_hash(sidecar.ref.files) == sidecar.ref.sha256


def in_order_in_the_end(home: Home, reference: bytes) -> None:
    """The film is the one that was never killed, and nothing is left over, doubled or untold."""
    assert film_of(home).read_bytes() == reference
    repair(home)
    assert inspect(home, deep=True) == []
    assert not list(home.root.rglob(f"{TEMPORARY}*"))
    objects = [path.parent for path in home.film(MOVIE).path.rglob(SIDECAR)]
    assert len(objects) == len({path.parent for path in objects}) == 11  # one object a stage: none was made twice
    assert holder(home.film(MOVIE).path) is None


def test_killed_once_at_every_point_the_film_is_the_same(tmp_path: Path, reference: bytes) -> None:
    home = new_film(tmp_path / "home")
    for point in POINTS:
        code = finish(home, point)
        assert code == -signal.SIGKILL, f"{point} was never come by: {code} {said(home)}"
        nothing_broken_is_seen(home, reference)
    assert finish(home) == 0, said(home)
    in_order_in_the_end(home, reference)


def test_killed_at_random_moments_beside_another_process(tmp_path: Path, reference: bytes) -> None:
    home, chance = new_film(tmp_path / "home"), random.Random(11)
    killed = 0
    for number in range(6):
        both = [start(home), start(home)] if number % 2 else [start(home)]
        for process in both:
            process.join(chance.uniform(0.05, 0.5))
            killed += process.is_alive()
            process.kill()
            process.join(LONGEST_S)
        nothing_broken_is_seen(home, reference)
    assert killed
    assert finish(home) == 0, said(home)
    in_order_in_the_end(home, reference)


def test_two_films_at_once_in_one_home(tmp_path: Path, reference: bytes) -> None:
    home = new_film(tmp_path / "home")
    new_film(home.root, "other")
    both = [start(home), start(home, movie="other")]
    for process in both:
        process.join(LONGEST_S)
    assert [process.exitcode for process in both] == [0, 0], said(home)
    for movie in (MOVIE, "other"):
        assert (home.film(movie).path / "cut" / "final_cut.mp4").read_bytes() == reference
    assert inspect(home, deep=True) == []


ELSEWHERE = {
    "delivery.film",
    "storage.sent",
    "storage.before_head",
    "storage.after_head",
    "storage.received",
}
"""Points that no film in a home alone passes; test_delivery_film.py and test_object_store.py kill there."""


def test_every_point_is_in_the_code_in_this_list_and_in_the_manual() -> None:
    written = set()
    for folder in ("resources", "sparkle_assets"):
        for path in (ROOT / folder).rglob("*.py"):
            written |= set(re.findall(r'crash_point\(f?"([^"]+)"\)', path.read_text(encoding="utf-8")))
    listed = {point.partition(":")[0] for point in POINTS}
    stages = {point for point in listed if point.endswith(".made")}
    assert written == (listed - stages) | {"{job.stage}.made"} | ELSEWHERE
    manual = (ROOT / "docs" / "RELIABILITY.md").read_text(encoding="utf-8")
    assert {point for point in listed | ELSEWHERE if f"`{point}`" not in manual} == set()


@pytest.mark.parametrize("seed", range(-(-KILLS // 10)) or [pytest.param(0, id="one film")])
def test_as_many_kills_as_asked_for(tmp_path: Path, reference: bytes, seed: int) -> None:
    """Ten kills a film (two where nobody asked): at a point that comes by some time, or at a random moment.

    A process that was faster has made the film, which is held to the other one, and another is begun.
    """
    home, chance, killed = new_film(tmp_path / "home"), random.Random(seed), 0
    while killed < (10 if KILLS else 2):
        point = f"{chance.choice(POINTS).partition(':')[0]}:{chance.randint(1, 5)}" if chance.random() < 0.6 else ""
        process = start(home, point)
        process.join(LONGEST_S if point else chance.uniform(0.02, 2.0))
        process.kill()
        process.join()
        nothing_broken_is_seen(home, reference)
        assert process.exitcode in (0, -signal.SIGKILL), said(home)
        killed += process.exitcode != 0
        if process.exitcode == 0:
            in_order_in_the_end(home, reference)
            shutil.rmtree(home.root)
            new_film(home.root)
    assert finish(home) == 0, said(home)
    in_order_in_the_end(home, reference)
