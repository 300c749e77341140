"""Pause, resume and stop: what a wish does to whoever looks at it between two steps."""

import os

import pytest

from resources.errors import Paused, Stopped
from resources.pipeline.control import RECORD, Control, admit, begin, obey, pause, read_control, resume, stop
from resources.store.atomic import write_json
from resources.store.film import FilmFolder, Home
from resources.store.locks import film_lock, holder
from resources.store.timeline import read_timeline


@pytest.fixture
def film(home: Home) -> FilmFolder:
    return home.film("hello")


def events(film: FilmFolder) -> list[str]:
    return [event.event for event in read_timeline(film.path)]


def test_asking_twice_is_asking_once(film: FilmFolder) -> None:
    assert [pause(film), pause(film), resume(film), resume(film)] == [True, False, True, False]
    assert events(film) == ["pause_asked", "resume_asked"]


def test_a_paused_film_takes_no_new_work(film: FilmFolder) -> None:
    admit(film)
    pause(film)
    with pytest.raises(Paused, match="sparkle resume hello") as caught:
        begin(film)
    assert caught.value.exit_code == 3
    resume(film)
    begin(film)


def test_work_holds_until_it_may_go_on(film: FilmFolder) -> None:
    pause(film)
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            resume(film)

    obey(film, sleep=sleep)
    assert len(looks) == 3
    assert events(film) == ["pause_asked", "paused", "resume_asked", "resumed"]


def test_work_that_holds_can_be_stopped(film: FilmFolder) -> None:
    with film_lock(film.path):
        pause(film)
        with pytest.raises(Stopped, match="sparkle make --movie hello") as caught:
            obey(film, sleep=lambda seconds: [stop(film)].clear())
    assert caught.value.exit_code == 130
    assert events(film) == ["pause_asked", "paused", "stop_asked", "stopped"]
    obey(film)  # said once, obeyed once


def test_a_stop_needs_somebody_at_work(film: FilmFolder) -> None:
    assert stop(film) is None
    assert events(film) == []
    with film_lock(film.path):
        assert holder(film.path) == os.getpid()
        assert [stop(film), stop(film)] == [os.getpid(), os.getpid()]
    assert holder(film.path) is None
    assert events(film) == ["stop_asked"]


def test_a_stop_is_for_the_process_that_was_asked(film: FilmFolder) -> None:
    write_json(film.path / RECORD, Control(wish="stop", process=os.getppid()).model_dump(mode="json"))
    obey(film)
    begin(film)
    assert read_control(film).wish == "go"


def test_a_damaged_wish_holds_nobody(film: FilmFolder) -> None:
    film.path.mkdir(parents=True)
    (film.path / RECORD).write_text("{")
    obey(film)
    assert pause(film)
