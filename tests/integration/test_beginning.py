"""From flags to the plan of a film: when it is told, told anew, or left alone."""

from __future__ import annotations

import json

import pytest

from resources.errors import InputError
from resources.pipeline.beginning import Wishes, notes_on, prepare_plan
from resources.pipeline.stages.plan import edited_by_hand, read_plan, read_request
from resources.store.film import FilmFolder, Home, Settings
from tests.conftest import PLAN, write_plan

IDEA = "A lighthouse keeper finds a robot"


def wishes(**given: object) -> Wishes:
    return Wishes(**{"seed": None, "aspect": None, "resolution": None, "language": None, **given})  # type: ignore[arg-type]


def begin(film: FilmFolder, idea: str | None = IDEA, **given: object) -> None:
    notes_on(film, idea, None, wishes(**given), None, Settings())
    prepare_plan(film, idea, None, wishes(**given), None, Settings())


def test_wishes_are_kept_and_new_ones_tell_the_story_anew(home: Home) -> None:
    film = home.film("light")
    begin(film, seconds=30.0, cast=("Mara: an old lighthouse keeper",), forbid=("storm",))
    first, request = read_plan(film.plan_path), read_request(film)
    assert request is not None and request.constraints.cast[0].description == "an old lighthouse keeper"
    assert "Mara" in {one.name for one in first.characters}
    begin(film)  # what was wished for before stays
    assert read_plan(film.plan_path) == first
    begin(film, None, shots=5)
    again = read_plan(film.plan_path)
    assert len(again.shots) == 5 and "Mara" in {one.name for one in again.characters}
    begin(film, None, style="ink")  # a field of the plan, which needs no writer
    assert read_plan(film.plan_path).style == "ink" and not edited_by_hand(film)
    begin(film, None, aspect="1:1")
    assert [shot.dialogue for shot in read_plan(film.plan_path).shots] == [shot.dialogue for shot in again.shots]


def test_another_language_is_another_telling(home: Home) -> None:
    film = home.film("fuchs")
    begin(film, "Ein Fuchs will die Sprache der Sterne lernen", language="de")
    german = read_plan(film.plan_path)
    begin(film, None, language="en")
    assert read_plan(film.plan_path).language == "en"
    said = {line.text for shot in read_plan(film.plan_path).shots for line in shot.dialogue}
    assert not said & {line.text for shot in german.shots[1:] for line in shot.dialogue}


def test_a_plan_that_was_edited_is_not_told_anew(home: Home) -> None:
    film = home.film("light")
    begin(film)
    edited = {**json.loads(film.plan_path.read_text()), "title": "Mine"}
    write_plan(film.plan_path, edited)
    assert edited_by_hand(film)
    for idea in (None, IDEA):
        with pytest.raises(InputError, match="edited by hand, so nobody is there to fulfil --shots"):
            begin(film, idea, shots=5)
    assert read_plan(film.plan_path).title == "Mine"


def test_a_film_that_began_with_a_plan_has_no_writer(home: Home) -> None:
    film = home.film("hello")
    film.plan_path.parent.mkdir(parents=True)
    write_plan(film.plan_path, PLAN)
    with pytest.raises(InputError, match="nobody is there to fulfil --seconds"):
        begin(film, None, seconds=20.0)


def test_an_old_request_is_still_read(home: Home) -> None:
    film = home.film("old")
    film.plan_path.parent.mkdir(parents=True)
    old = {"idea": IDEA, "writer": "sparkle/local", "seed": 0, "language": "en", "aspect": "16:9", "resolution": "720p"}
    (film.plan_path.parent / "request.json").write_text(json.dumps({**old, "told": None}))
    request = read_request(film)
    assert request is not None and request.constraints.cast == [] and request.seconds is None


def test_a_plan_is_told_in_the_film_and_its_answers_are_kept(home: Home) -> None:
    film = home.film("kept")
    begin(film)
    assert list((film.path / "decisions" / "script_agent").glob("*/attempt-1.txt"))
