"""The machine's clock is set back, and forward: a film is the same, nothing of it is made again, nothing is collected.

What decides is hashes, counters and locks of the kernel. The time of day is told, and gives an age to what no film
needs; what waits or measures goes by a clock that nobody sets.
"""

import os
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import psutil
import pytest

from resources.director.bench import Bench
from resources.director.production_agent import run
from resources.keys import KeyRefused
from resources.pipeline.delivery import certificate
from resources.pipeline.delivery.certificate import home_signer
from resources.store.collect import collect
from resources.store.film import Home
from resources.store.inbox import SETTLE_S, Inbox
from resources.store.repair import inspect
from resources.store.timeline import read_timeline
from sparkle_assets.processes import alive, process_tag
from tests.harness.kills import MOVIE, inline_engines, new_film

BACK, FORWARD = timedelta(days=-400), timedelta(days=4000)


def set_clock(patch: pytest.MonkeyPatch, by: timedelta, *modules: str) -> None:
    """Whoever asks for the time of day gets it ``by`` later."""

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + by

    real = time.time
    patch.setattr(time, "time", lambda: real() + by.total_seconds())
    for module in modules:
        patch.setattr(f"{module}.datetime", Shifted)


def test_a_film_is_the_same_whatever_the_clock_says(tmp_path: Path) -> None:
    home = new_film(tmp_path / "home")
    engines = inline_engines(home.cache)
    bench = Bench(home, lambda profile: engines)
    final = home.film(MOVIE).path / "cut" / "final_cut.mp4"
    run(bench, MOVIE)
    film = final.read_bytes()
    for by in (BACK, FORWARD):
        with pytest.MonkeyPatch.context() as patch:
            set_clock(patch, by, "resources.store.events")
            assert run(bench, MOVIE).rendered == {}
            for path in home.film(MOVIE).path.rglob("*/shot_images/*/image.png"):
                path.unlink()  # something has to be made at that time
            assert {stage for made in run(bench, MOVIE).rendered.values() for stage in made} == {"shot_images"}
            assert final.read_bytes() == film
    events = read_timeline(home.film(MOVIE).path)
    assert [event.seq for event in events] == sorted(event.seq for event in events)
    assert len({event.at[:4] for event in events}) == 3  # order is not by the clock
    future = time.time() + FORWARD.total_seconds()
    for path in home.root.rglob("*"):
        os.utime(path, (future, future))
    assert run(bench, MOVIE).rendered == {}
    assert final.read_bytes() == film
    assert collect(home, older_than_days=0).removed == []  # of what comes from the future nothing is old
    assert inspect(home, deep=True) == []
    engines.close()


def test_nothing_that_a_film_needs_is_ever_old(tmp_path: Path) -> None:
    home = new_film(tmp_path / "home")
    engines = inline_engines(home.cache)
    run(Bench(home, lambda profile: engines), MOVIE)
    collect(home, now=time.time() + FORWARD.total_seconds())
    assert run(Bench(home, lambda profile: engines), MOVIE).rendered == {}
    engines.close()


def test_a_process_that_lives_is_alive_whatever_the_clock_says(monkeypatch: pytest.MonkeyPatch) -> None:
    own = process_tag()
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: 1.0)  # as after the clock was set
    assert process_tag() == own
    assert alive(own)
    assert not alive(f"{os.getpid()}@{own.partition('@')[2]}0")


def test_a_file_in_the_inbox_settles_by_the_clock_there_is(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    (tmp_path / "idea.txt").write_text("A fox")
    _, looks = inbox.look({}, 1_000_000.0)
    settled, looks = inbox.look(looks, 1_000.0)  # set back
    assert settled == []
    settled, looks = inbox.look(looks, 1_000.0 + SETTLE_S)
    assert settled == ["idea.txt"]


def test_a_certificate_that_does_not_hold_yet_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home_signer(home)
    with pytest.MonkeyPatch.context() as patch:
        set_clock(patch, BACK, certificate.__name__)
        with pytest.raises(KeyRefused, match="holds no longer, or not yet"):
            home_signer(home)
    home_signer(home)
