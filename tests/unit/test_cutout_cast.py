"""The paper cast: figures, faces, acting and things."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import skia
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.cutout.cast import Performance, Pose, Puppet, mouth_opening
from resources.cutout.cast.walk import Walk
from resources.cutout.props import PROPS, draw_prop
from schemas.media import Mark, ResolvedLook, TimedLine, Word
from schemas.vocabulary import Age, Build, Emotion, Garment, Hair, Headwear, Species

FPS = 24.0
SECOND = 48_000
WIDTH = 1280
LOOK = ResolvedLook(
    species=Species.PERSON,
    age=Age.ADULT,
    build=Build.MEDIUM,
    skin="#d9a27a",
    hair=Hair.SHORT,
    hair_colour="#4a2f22",
    garment=Garment.COAT,
    garment_colour="#3f7d8c",
    headwear=Headwear.NONE,
    headwear_colour="#c8553d",
    glasses=False,
)


def look(**changes: object) -> ResolvedLook:
    return ResolvedLook(**{**LOOK.model_dump(), **changes})


def picture(puppet: Puppet, pose: Pose | None = None, size: tuple[int, int] = (240, 240)) -> np.ndarray:
    """A figure on a transparent sheet: (height, width, 4)."""
    surface = skia.Surface(*size)
    canvas = surface.getCanvas()
    canvas.clear(0)
    puppet.draw(canvas, pose or Pose(size[0] / 2, size[1] - 20))
    return np.array(surface.makeImageSnapshot().toarray())


def outline(image: np.ndarray) -> np.ndarray:
    return image[..., 3] > 128


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Part of the two outlines together that only one of them covers."""
    return float((a ^ b).sum() / max(1, (a | b).sum()))


def spoken(marks: list[tuple[float, str]], start: float, end: float, who: str = "ada", text: str = "") -> TimedLine:
    words = [
        Word(text=word, start=round((start + i * 0.3) * SECOND), end=round((start + i * 0.3 + 0.28) * SECOND))
        for i, word in enumerate(text.split())
    ]
    return TimedLine(
        character_id=who,
        text=text,
        start=round(start * SECOND),
        end=round(end * SECOND),
        words=words,
        marks=[Mark(start=round(at * SECOND), viseme=shape) for at, shape in marks],  # type: ignore[arg-type]
        aligned=True,
        voice_id="v",
        engine="e",
    )


def acting(lines: list[TimedLine] | None = None, **changes: object) -> Performance:
    wanted: dict[str, object] = {
        "character_id": "ada",
        "seed": 3,
        "fps": FPS,
        "emotion": Emotion.NEUTRAL,
        "lines": lines or [],
        "partner_side": 1.0,
        **changes,
    }
    return Performance(**wanted)  # type: ignore[arg-type]


def opening(pose: Pose) -> float:
    now, then, blend = pose.mouth
    return mouth_opening(now) * (1 - blend) + mouth_opening(then) * blend


@pytest.mark.parametrize("kind", ["species", "garment", "headwear"])
def test_every_entry_has_an_outline_of_its_own(kind: str) -> None:
    entries = {"species": Species, "garment": Garment, "headwear": Headwear}[kind]
    shapes = {entry: outline(picture(Puppet(look(**{kind: entry}), 160, 5))) for entry in entries}
    for entry, shape in shapes.items():
        assert shape.sum() > 2000, entry
    least = {"species": 0.12, "garment": 0.012, "headwear": 0.012}[kind]
    for a, b in itertools.combinations(shapes, 2):
        assert difference(shapes[a], shapes[b]) > least, (a, b)


def test_every_hair_age_and_build_is_told_apart() -> None:
    for kind, entries in (("hair", Hair), ("age", Age), ("build", Build)):
        images = [picture(Puppet(look(**{kind: entry}), 160, 5)) for entry in entries]
        for a, b in itertools.combinations(images, 2):
            assert (a != b).any(axis=-1).mean() > 0.005, kind


def test_fresh_puppets_draw_the_same_pixels_in_any_order() -> None:
    poses = [Pose(120, 220, lean=k, arm_near=20 + 30 * k, emotion=Emotion.HAPPY, facing=(-1) ** k) for k in range(5)]
    first, second = (Puppet(look(species=Species.FOX), 180, 7) for _ in range(2))
    forward = [picture(first, pose) for pose in poses]
    backward = [picture(second, pose) for pose in reversed(poses)][::-1]
    for a, b in zip(forward, backward, strict=True):
        assert np.array_equal(a, b)


def test_the_seed_gives_a_face_of_its_own() -> None:
    assert not np.array_equal(picture(Puppet(LOOK, 180, 1)), picture(Puppet(LOOK, 180, 2)))


def test_the_light_stays_on_its_side_when_a_figure_turns() -> None:
    right = picture(Puppet(LOOK, 200, 5), Pose(120, 220))
    left = picture(Puppet(LOOK, 200, 5), Pose(120, 220, facing=-1))
    mirrored = np.roll(left[:, ::-1], 1, axis=1)
    assert difference(outline(right), outline(mirrored)) < 0.06
    # the soft shadow falls to the right of either figure
    for image in (right, left):
        soft = (image[..., 3] > 8) & (image[..., 3] < 110)
        middle = np.flatnonzero(outline(image).any(axis=0)).mean()
        columns = np.arange(240)
        assert soft[:, columns > middle].sum() > soft[:, columns < middle].sum()


@pytest.mark.parametrize("species", list(Species))
@pytest.mark.parametrize("height", [60, 1800])
def test_small_and_tall_figures_are_inside_their_bounds(species: Species, height: int) -> None:
    puppet = Puppet(look(species=species), height, 5)
    left, top, right, bottom = puppet.bounds(Pose(0, 0))
    assert left < 0 < right and top < 0 <= bottom
    face = puppet.face(Pose(0, 0))
    assert left - 1 <= face[0] < face[2] <= right + 1 and top <= face[1] < face[3] <= bottom
    assert 0.15 < puppet.head_ratio < 0.75 and 0.3 < puppet.eye_line < 1.0
    size = (200, 200)
    aim = Pose(100 - (face[0] + face[2]) / 2, 100 - (face[1] + face[3]) / 2)
    assert outline(picture(puppet, aim, size))[95:105, 95:105].mean() > 0.9


@pytest.mark.parametrize("species", [Species.PERSON, Species.ROBOT, Species.BIRD, Species.WHALE])
def test_feelings_and_mouths_show_in_the_face(species: Species) -> None:
    puppet = Puppet(look(species=species), 300, 5)
    left, top, right, bottom = (round(v) for v in puppet.face(Pose(0, 0)))
    size = (right - left + 40, bottom - top + 40)

    def face(**changes: object) -> np.ndarray:
        return picture(puppet, replace(Pose(20 - left, 20 - top), **changes), size)  # type: ignore[arg-type]

    feelings = [face(emotion=emotion) for emotion in Emotion]
    for a, b in itertools.combinations(feelings, 2):
        assert (a != b).any(axis=-1).sum() > 30
    mouths = [face(mouth=(shape, shape, 0.0)) for shape in "XABCDEFGH"]
    for a, b in itertools.combinations(mouths, 2):
        assert not np.array_equal(a, b)
    assert not np.array_equal(face(), face(blink=1.0))
    assert not np.array_equal(face(gaze=(-1, 0)), face(gaze=(1, 0)))


def test_mouth_openings_are_ordered() -> None:
    assert mouth_opening("X") == mouth_opening("A") == 0.0
    assert mouth_opening("D") == 1.0
    assert mouth_opening("B") < mouth_opening("C") < mouth_opening("D")
    assert mouth_opening("?") == 0.0


def test_the_mouth_follows_the_marks_within_a_frame() -> None:
    line = spoken([(1.0, "D"), (1.4, "A"), (1.5, "D"), (1.9, "X")], 1.0, 2.0, text="about mamas")
    performance = acting([line])
    curve = [opening(performance.pose(frame, Pose(600, 600))) for frame in range(72)]
    assert max(curve[:22]) == 0.0
    assert max(curve[24:26]) == pytest.approx(1.0, abs=0.05)
    assert min(curve[33:36]) == 0.0, "a closure is seen"
    assert curve[38:44] == pytest.approx([1.0] * 6, abs=0.3)
    assert max(curve[49:]) == 0.0
    assert curve[22] <= curve[23] <= curve[24]


def test_marks_shorter_than_a_frame_do_not_flicker_but_closures_stay() -> None:
    marks = [(1.0, "C"), (1.2, "B"), (1.21, "C"), (1.4, "A"), (1.41, "D"), (1.7, "X")]
    performance = acting([spoken(marks, 1.0, 1.8)])
    mouths = [performance.pose(frame, Pose(600, 600)).mouth for frame in range(24, 48)]
    assert all("B" not in mouth[:2] for mouth in mouths)
    assert any(mouth[0] == "A" and mouth[2] == 0.0 for mouth in mouths)


def test_somebody_elses_line_moves_no_lips_but_draws_the_eyes() -> None:
    line = spoken([(0.5, "D")], 0.5, 3.0, who="bob", text="listen to me please my friend")
    performance = acting([line], partner_side=-1.0)
    poses = [performance.pose(frame, Pose(600, 600)) for frame in range(72)]
    assert {pose.mouth for pose in poses} == {("X", "X", 0.0)}
    assert np.mean([pose.gaze[0] for pose in poses[16:66]]) < -0.3


@pytest.mark.parametrize("seed", range(8))
def test_blinks_come_every_two_to_six_seconds(seed: int) -> None:
    performance = acting(seed=seed)
    shut = [performance.pose(frame, Pose(600, 600)).blink > 0.5 for frame in range(int(60 * FPS))]
    starts = [f for f in range(1, len(shut)) if shut[f] and not shut[f - 1]]
    gaps = np.diff(starts) / FPS
    assert len(starts) > 8 and gaps.min() >= 1.95 and gaps.max() <= 6.05


@pytest.mark.parametrize("emotion", list(Emotion))
@pytest.mark.parametrize("kind", [None, "in", "out", "on"])
def test_nothing_jumps_and_nothing_stands_still(emotion: Emotion, kind: str | None) -> None:
    line = spoken(
        [(1.5 + 0.12 * i, "BDACEF"[i % 6]) for i in range(18)], 1.5, 3.7, text="we must find the remarkable lantern now"
    )
    walk = Walk(kind, 1.0, 520.0, WIDTH, 300.0, 5.0, FPS, room=400.0) if kind else None  # type: ignore[arg-type]
    performance = acting([line], emotion=emotion, walk=walk, seconds=5.0)
    poses = [performance.pose(frame, Pose(520, 640)) for frame in range(120)]
    for a, b in itertools.pairwise(poses):
        assert abs(b.x - a.x) <= 0.03 * WIDTH and abs(b.y - a.y) <= 0.03 * WIDTH
        assert abs(b.lean - a.lean) < 6 and abs(b.bob - a.bob) < 0.03
        assert abs(b.arm_near - a.arm_near) < 75
    for start in range(0, 96, 12):  # half a second
        assert len({(pose.bob, pose.lean, pose.arm_near, pose.gaze) for pose in poses[start : start + 12]}) > 1
    if kind == "in":
        assert poses[0].x < -50 and abs(poses[-1].x - 520) < 3
    if kind == "out":
        assert abs(poses[0].x - 520) < 3 and poses[-1].x > WIDTH
    if kind == "on":
        assert 150 < poses[-1].x - poses[0].x <= 400 and abs(poses[60].x - 520) < 12


def test_the_body_acts_on_twos_and_a_stressed_word_lifts_the_arm() -> None:
    line = spoken([(1.0, "C")], 1.0, 4.0, text="I saw the extraordinary lighthouse")
    performance = acting([line])
    poses = [performance.pose(frame, Pose(600, 600)) for frame in range(96)]
    for even in range(0, 96, 2):
        assert poses[even].lean == poses[even + 1].lean and poses[even].arm_near == poses[even + 1].arm_near
    assert max(pose.arm_near for pose in poses) > 35 > max(pose.arm_near for pose in poses[:12])


def test_a_performance_is_a_pure_function_of_the_frame() -> None:
    line = spoken([(0.5, "D"), (0.8, "B")], 0.5, 2.0, text="hello wonderful world")
    first, second = acting([line], emotion=Emotion.AFRAID), acting([line], emotion=Emotion.AFRAID)
    forward = [first.pose(frame, Pose(600, 600)) for frame in range(80)]
    assert forward == [second.pose(frame, Pose(600, 600)) for frame in reversed(range(80))][::-1]


def thing(name: str, size: float = 90.0) -> np.ndarray:
    surface = skia.Surface(220, 140)
    surface.getCanvas().clear(0)
    draw_prop(surface.getCanvas(), name, 110, 125, size)
    return np.array(surface.makeImageSnapshot().toarray())


def test_every_thing_is_drawn_and_unlike_the_others() -> None:
    shapes = {name: thing(name) for name in sorted(PROPS)}
    assert len(shapes) == 66
    for a, b in itertools.combinations(shapes, 2):
        assert (shapes[a] != shapes[b]).any(axis=-1).sum() > 400, (a, b)
    for name, shape in shapes.items():
        rows = np.flatnonzero(outline(shape).any(axis=1))
        assert rows[0] >= 20 and rows[-1] <= 130, name
        columns = np.flatnonzero(outline(shape).any(axis=0))
        assert columns[0] > 0 and columns[-1] < 219, name


def test_a_thing_in_the_hand_is_seen() -> None:
    for species in Species:
        puppet = Puppet(look(species=species), 180, 5)
        empty, holding = (picture(puppet, Pose(120, 220, arm_near=60, held=held)) for held in (None, "lantern"))
        assert (empty != holding).any(axis=-1).sum() > 60, species


def test_light_falls_on_things_and_lamps_keep_their_own() -> None:
    def mean(name: str, lit: tuple[float, float, float] | bool | None) -> float:
        surface = skia.Surface(140, 140)
        surface.getCanvas().clear(0xFF000000)
        draw_prop(surface.getCanvas(), name, 70, 125, 90, lit=lit)
        return float(surface.makeImageSnapshot().toarray()[..., :3].mean())

    assert mean("apple", (0.4, 0.4, 0.4)) < 0.6 * mean("apple", None)
    assert mean("lantern", (0.4, 0.4, 0.4)) > 0.6 * mean("lantern", None)
    assert mean("lantern", False) < mean("lantern", True)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
def test_any_word_stands_on_a_sign(word: str) -> None:
    assert outline(thing(word)).sum() > 500 or word in PROPS


@pytest.mark.parametrize(
    "word", ["", "\x00", "\ud800", "a\u0301" * 40, "حلم", "笑顔の魔法", "%s{0}'; --", "\u202e" + "abc"]
)
def test_odd_words_are_only_text(word: str) -> None:
    assert outline(thing(word)).sum() > 500
