"""Painted characters: found by the face, held against themselves; each fault planted by itself, and clean series."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from resources.quality.figures import (
    Face,
    Painted,
    check_figures,
    figure_colours,
    find_face,
    head_hash,
    painted,
    set_apart,
)
from resources.quality.policy import load_policy
from schemas.report import Finding
from tests.harness.portraits import ADA, VIEWS, Person, View, portrait

POLICY = load_policy("gpu-16gb")
SHOTS = [f"s{number + 1}" for number in range(len(VIEWS))]
EVE = replace(ADA, skin=(160, 115, 90), hair=(200, 190, 170), mane=(100, 130))


@cache
def painting(person: Person, view: View) -> tuple[int | None, NDArray[np.float64] | None]:
    """Head and colours of a portrait, from its file, as the pipeline looks at it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "image.png"
        Image.fromarray(portrait(person, view)).save(path)
        face = find_face(path).face
    assert face is not None
    assert abs((face.left + face.right) / 2 - view.x) < 20, "it is the face that was painted"
    told = painted(portrait(person, view), face, shot="", scene="", who="")
    return told.head, told.colours


def series(people: dict[str, Person]) -> list[Painted]:
    """Five shots of one character; ``people`` says who is seen instead in some of them."""
    seen = {shot: painting(people.get(shot, ADA), view) for shot, view in zip(SHOTS, VIEWS, strict=True)}
    return [Painted(shot, "hill/day", "ada", head, hues) for shot, (head, hues) in seen.items()]


def told(found: list[Finding]) -> list[tuple[str, str | None]]:
    return [(one.reason, one.shot) for one in found]


@pytest.mark.parametrize("person", [ADA, EVE], ids=["ada", "eve"])
def test_one_person_in_five_views_is_one_person(person: Person) -> None:
    clean = check_figures(POLICY, series(dict.fromkeys(SHOTS, person)))
    assert clean.findings == []
    assert clean.readings.keys() == {"figure_colour", "figure_shape"}
    assert clean.readings["figure_colour"] < 0.37 and clean.readings["figure_shape"] <= 12


@pytest.mark.parametrize("shot", ["s1", "s3", "s5"])
@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (replace(ADA, coat=(40, 150, 60)), "figure_colour"),
        (replace(ADA, coat=(170, 40, 50)), "figure_colour"),
        (EVE, "figure_shape"),
    ],
    ids=["green coat", "red coat", "another head"],
)
def test_another_look_in_one_shot_is_found_there(other: Person, reason: str, shot: str) -> None:
    found = told(check_figures(POLICY, series({shot: other})).findings)
    assert (reason, shot) in found and {where for _, where in found} == {shot}


def vectors(*angles: float) -> list[Painted]:
    """Shots whose figures an embedding model sees turned by so many degrees."""
    made = [np.array([np.cos(a), np.sin(a)], np.float32) for a in np.radians(angles)]
    return [Painted(f"s{k + 1}", "hill", "ada", None, None, vector) for k, vector in enumerate(made)]


def test_an_embedding_tells_somebody_else_by_the_angle() -> None:
    assert check_figures(POLICY, vectors(0, 20, 40, 30)).findings == []
    found = check_figures(POLICY, vectors(0, 20, 90, 10))
    assert told(found.findings) == [("figure_identity", "s3")]
    assert found.findings[0].value == pytest.approx(1 - np.cos(np.radians(80)), abs=1e-4)  # of 70, 80, 90 the middle
    assert found.readings == {"figure_identity": pytest.approx(found.findings[0].value, abs=1e-4)}


def test_no_shot_is_the_reference_and_a_strange_one_does_not_stain_the_others() -> None:
    apart = set_apart({"a": 0, "b": 1, "c": 50, "d": 2}, lambda one, other: abs(one - other))
    assert apart == {"a": 2, "b": 1, "c": 49, "d": 2}
    assert set_apart({"a": 50, "b": 1, "c": 2}, lambda one, other: abs(one - other)) == {"a": 48, "b": 1, "c": 1}
    assert set_apart({"a": 0, "b": 50}, lambda one, other: abs(one - other)) == {}, "who of two is the odd one?"


def test_colours_are_compared_in_one_light_and_characters_with_themselves() -> None:
    known = series({"s3": replace(ADA, coat=(40, 150, 60))})
    night = [replace(one, scene="hill/night") if one.shot == "s3" else one for one in known]
    assert check_figures(POLICY, night).findings == []
    bob = [replace(one, who="bob") if one.shot == "s3" else one for one in known]
    assert check_figures(POLICY, bob).findings == []


def test_whose_face_it_is_must_be_known(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    Image.fromarray(np.full((360, 640, 3), 90, np.uint8)).save(path)
    assert find_face(path).face is None
    left, right = portrait(ADA, View(x=160)), portrait(ADA, View(x=480))
    Image.fromarray(np.concatenate([left[:, :320], right[:, 320:]], axis=1)).save(path)
    assert find_face(path).face is None, "of two faces nobody knows whose is whose"


def test_a_head_that_is_mostly_outside_is_not_compared() -> None:
    picture = portrait(ADA, VIEWS[0])
    assert head_hash(picture, Face(left=270, top=100, right=370, bottom=220)) is not None
    outside = Face(left=-75, top=100, right=25, bottom=220)
    assert head_hash(picture, outside) is None and figure_colours(picture, outside) is None
