from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from resources.config import first_fault
from resources.pipeline.resolve import slug, with_ids
from schemas.plan import MoviePlan


def test_the_shortest_plan_is_enough() -> None:
    plan = MoviePlan.model_validate(
        {
            "title": "Hello",
            "characters": [{"id": "ada", "name": "Ada"}],
            "shots": [{"prompt": "Ada waves", "dialogue": [{"character_id": "ada", "text": "Hello!"}]}],
        }
    )
    assert plan.frame_size == (1280, 720)
    assert with_ids(plan).shots[0].id == "ada-waves"


@pytest.mark.parametrize(
    ("aspect", "resolution", "size"),
    [
        ("16:9", "720p", (1280, 720)),
        ("9:16", "720p", (720, 1280)),
        ("1:1", "720p", (720, 720)),
        ("16:9", "144p", (256, 144)),
    ],
)
def test_frame_sizes(plan: dict[str, Any], aspect: str, resolution: str, size: tuple[int, int]) -> None:
    assert MoviePlan.model_validate({**plan, "aspect": aspect, "resolution": resolution}).frame_size == size


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"bogus": 1}, "bogus: is not a known field"),
        ({"shots": []}, "shots"),
        ({"shots": [{"prompt": "x"}] * 10_000}, "at most 60"),
        ({"shots": [{"id": "../x"}]}, "shots.0.id"),
        ({"shots": [{"duration_s": -1}]}, "shots.0.duration_s"),
        ({"shots": [{"duration_s": 1e9}]}, "shots.0.duration_s"),
        ({"shots": [{"duration_s": float("nan")}]}, "shots.0.duration_s"),
        ({"shots": [{"dialogue": [{"character_id": "eve", "text": "hi"}]}]}, "'eve' speaks but is not in the cast"),
        ({"shots": [{"characters": ["eve"]}]}, "'eve' is seen but is not in the cast"),
        ({"shots": [{"location_id": "mars"}]}, "there is no location 'mars'"),
        ({"shots": [{"id": "a"}, {"id": "a"}]}, "the id 'a' is used twice"),
        ({"title": ""}, "title"),
        ({"title": "bell\x07"}, "control character U+0007"),
        ({"fps": "25.5"}, "fps must be one of"),
        ({"shots": [{"transition": {"kind": "cut", "frames": 3}}]}, "a cut has 0 frames"),
        ({"shots": [{"duration_s": 60}] * 40}, "add up to 2400 s"),
    ],
)
def test_a_bad_plan_is_told_in_one_line(plan: dict[str, Any], change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError) as caught:
        MoviePlan.model_validate({**plan, **change})
    line = first_fault(caught.value)
    assert complaint in line
    assert "\n" not in line


def test_ids_are_given_once_and_kept(plan: dict[str, Any]) -> None:
    for shot in plan["shots"]:
        del shot["id"]
    plan["shots"].append(plan["shots"][0])
    first = with_ids(MoviePlan.model_validate(plan))
    ids = [shot.id for shot in first.shots]
    assert len(set(ids)) == 4
    assert with_ids(first) == first


@given(st.text(max_size=200))
def test_a_slug_is_always_an_id_or_empty(text: str) -> None:
    made = slug(text, 24)
    assert len(made) <= 24
    assert all(char.isascii() and (char.isalnum() or char == "-") for char in made)
    assert not made.startswith("-")
