"""Bodies that do what the words say: actions, walks, hands, feelings, and how far anything moves between two frames."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from resources.cutout.actions import deeds_of
from resources.cutout.actor import FLIGHT_S, Actor, below
from resources.cutout.cast import Pose, Puppet
from resources.cutout.cast.arms import HEAD_SPEED, at_frame, steady
from resources.cutout.cast.face import EXPRESSIONS, expression
from resources.cutout.cast.feeling import Feelings
from resources.cutout.cast.walk import Walk
from resources.cutout.catalogue import look_of_entry
from resources.cutout.direct import direct
from resources.cutout.draw import Painter, painter_of
from resources.cutout.score import Score
from resources.cutout.stage import lay_out
from schemas.media import Figure, ImageRequest, Mark, TimedLine, VideoRequest, Word
from schemas.vocabulary import CameraMove, Emotion, Species
from tests.harness.motion import jumps

SECOND, FPS, FRAMES = 48_000, 24, 84
WIDE, HIGH = 256, 144
JUMP = 0.03
"""Of the frame's width, between two frames: nothing of a body goes further, neither hand nor foot."""


def figure(name: str, species: str = "person", **more: object) -> Figure:
    return Figure(character_id=name, name=name.title(), description="", look=look_of_entry(species=species, **more))


ADA, MIA, DORA, ELLA = figure("ada"), figure("mia", "cat"), figure("dora", "dragon"), figure("ella", "elephant")


def line(who: str, start: float, emotion: Emotion | None, text: str = "we found the remarkable lantern") -> TimedLine:
    words = [
        Word(text=word, start=round((start + 0.3 * i) * SECOND), end=round((start + 0.3 * i + 0.28) * SECOND))
        for i, word in enumerate(text.split())
    ]
    marks = [Mark(start=round((start + 0.12 * i) * SECOND), viseme="BDACEF"[i % 6]) for i in range(12)]  # type: ignore[arg-type]
    return TimedLine(
        character_id=who, text=text, start=round(start * SECOND), end=round((start + 1.5) * SECOND), words=words,
        marks=marks, aligned=True, voice_id="v", engine="e", emotion=emotion,
    )  # fmt: skip


def shot(
    size: str, action: str, cast: list[Figure], lines: list[TimedLine] | None = None, **more: object
) -> tuple[Painter, Score]:
    """A painter of ``FRAMES`` frames, and its score."""
    camera = more.pop("camera", "static")
    known: dict[str, object] = {
        "prompt": "", "action": action, "style": "", "width": WIDE, "height": HIGH, "size": size, "place": "farm",
        "location_id": "farm", "location_text": "", "time_of_day": "day", "weather": "clear", "mood": "warm",
        "emotion": "neutral", "figures": cast, "props": [], "film_seed": 7, "seed": 3,
    }  # fmt: skip
    stage = lay_out(ImageRequest.model_validate({**known, **more}))
    asked = VideoRequest(camera=CameraMove(str(camera)), action=action, prompt="", effects=[], fps="24", seed=3)
    score = direct(asked, stage, (stage.width, stage.height), FRAMES)
    painter = painter_of(score, lines or [])
    assert isinstance(painter, Painter)
    return painter, score


@pytest.mark.parametrize(
    ("action", "walk", "hands", "business", "together"),
    [
        ("walks in, and stops", "in", None, None, False),
        ("Ada is walking slowly into the barn", "in", None, None, False),
        ("walk on side by side", "on", None, None, True),
        ("runs", "on", None, None, False),
        ("hurries off", "out", None, None, False),
        ("picks the lantern up", None, "take", None, False),
        ("holds out the old lantern", None, "give", None, False),
        ("puts the lantern down between them", None, "put", None, False),
        ("takes a deep breath", None, None, "breathe_out", False),
        ("steps back", None, None, "step_back", False),
        ("holds the lantern up to the light", None, None, "raise_up", False),
        ("is busy with the plant", None, None, "work", False),
        ("hopes for rain beside the country road", None, None, None, False),
        ("", None, None, None, False),
    ],
)
def test_an_action_is_read(
    action: str, walk: str | None, hands: str | None, business: str | None, together: bool
) -> None:
    deeds = deeds_of(action)
    assert (deeds.walk, deeds.hands, deeds.business, deeds.together) == (walk, hands, business, together)


def test_who_is_named_does_it_and_who_stands_near_the_way_is_not_walked_through() -> None:
    _, score = shot("wide", "Mia walks away", [ADA, MIA])
    assert {part.character_id: part.walk for part in score.parts} == {"ada": None, "mia": "out"}
    mia = next(part for part in score.parts if part.character_id == "mia")
    assert mia.heading == 1.0, "Ada stands to the left of her"
    _, alone = shot("wide", "walks away", [ADA])
    assert alone.stage is not None and alone.parts[0].heading == alone.stage.figures[0].facing
    _, both = shot("wide", "walk on side by side", [ADA, MIA])
    assert {part.walk for part in both.parts} == {"on"} and len({part.heading for part in both.parts}) == 1


def test_nobody_walks_about_in_a_close_shot() -> None:
    assert all(part.walk is None for part in shot("close", "walks in", [ADA])[1].parts)
    assert [part.walk for part in shot("medium", "walks through the fields", [ADA])[1].parts] == ["on"]


@pytest.mark.parametrize("kind", ["in", "out", "on"])
@pytest.mark.parametrize("runs", [False, True])
def test_feet_do_not_slide(kind: str, runs: bool) -> None:
    """A step takes the body as far as the legs are long: distance and phase of the legs go together."""
    walk = Walk(kind, 1.0, 500.0, 1280.0, 300.0, 5.0, 24.0, runs, 600.0)  # type: ignore[arg-type]
    ratios = []
    for frame in range(120):
        here, there = walk.at(frame / 24), walk.at((frame + 1) / 24)
        moved, turned = abs(there.offset - here.offset), abs(there.phase - here.phase)
        if moved > 1 and there.going and here.going:
            ratios.append(moved / turned)
        assert moved <= 0.03 * 1280
    assert len(ratios) > 10 and max(ratios) / min(ratios) < 1.02


def test_a_thing_changes_hands_without_a_jump() -> None:
    painter, score = shot("wide", "Ada holds out the lantern", [ADA, MIA], props=["lantern"])
    assert [(one.giver, one.taker) for one in score.passes] == [("ada", "mia")]
    at = score.passes[0].at_s
    held = [{f.character_id: pose.held for f, _, pose in painter.poses(k)} for k in range(FRAMES)]
    assert held[0] == {"ada": "lantern", "mia": None} and held[-1] == {"ada": None, "mia": "lantern"}
    flying = [k for k in range(FRAMES) if not any(held[k].values())]
    assert len(flying) == pytest.approx(FLIGHT_S * FPS, abs=1.01) and flying[0] == math.ceil(at * FPS)
    with_it, without = painter.frame(flying[4]).copy(), None
    painter.passes = ()
    without = painter.frame(flying[4])
    assert (with_it != without).any(axis=-1).sum() > 30, "the thing is seen on its way"


def test_a_thing_is_picked_up_from_where_it_stands_and_laid_down_again() -> None:
    painter, score = shot("wide", "Ada picks up the lantern", [ADA, MIA], props=["lantern"])
    assert [(one.giver, one.taker) for one in score.passes] == [(None, "ada")]
    assert painter.poses(0)[0][2].held is None and painter.poses(FRAMES - 1)[0][2].held == "lantern"
    painter, score = shot("wide", "Ada puts the lantern down", [ADA, MIA], props=["lantern"])
    assert [(one.giver, one.taker) for one in score.passes] == [("ada", None)]
    assert painter.laid and painter.poses(FRAMES - 1)[0][2].held is None
    assert not shot("wide", "Ada picks up the lantern", [ADA, MIA])[1].passes, "there is none"


def test_feelings_follow_the_lines_and_listeners_answer() -> None:
    lines = [line("ada", 1.0, Emotion.ANGRY), line("mia", 3.0, Emotion.SAD)]
    ada, mia = (Feelings(who, Emotion.NEUTRAL, lines) for who in ("ada", "mia"))
    assert [ada.at(t)[1] for t in (0.2, 1.2, 4.2)] == [Emotion.NEUTRAL, Emotion.ANGRY, Emotion.TENDER]
    assert [mia.at(t)[1] for t in (0.2, 1.9, 3.2)] == [Emotion.NEUTRAL, Emotion.SURPRISED, Emotion.SAD]
    kept = Feelings("mia", Emotion.AFRAID, lines[:1])
    assert kept.at(2.5)[1] is Emotion.AFRAID, "who feels something already keeps it"
    untold = Feelings("ada", Emotion.HAPPY, [line("ada", 1.0, None), line("mia", 3.0, None)])
    assert {untold.at(t)[1] for t in (0.0, 1.5, 3.5)} == {Emotion.HAPPY}
    levels = [ada.at(0.5 + k / 48)[2] for k in range(40)]
    assert all(abs(a - b) < 0.2 for a, b in pairwise(levels[levels.index(min(levels)) :]))


def test_a_face_between_two_feelings_is_between_them() -> None:
    half = expression(Pose(0, 0, emotion=Emotion.HAPPY, before=Emotion.SAD, felt=0.5))
    sad, happy = EXPRESSIONS[Emotion.SAD], EXPRESSIONS[Emotion.HAPPY]
    assert half.smile == pytest.approx((sad.smile + happy.smile) / 2)
    assert expression(Pose(0, 0, emotion=Emotion.HAPPY, before=Emotion.SAD)) is happy


def test_the_small_look_up_and_the_tall_look_down() -> None:
    _, score = shot("medium", "", [ADA, figure("pip", "mouse")])
    rises = {part.character_id: part.partner_rise for part in score.parts}
    assert rises["ada"] > 0.02 and rises["pip"] < -0.02


@pytest.mark.parametrize("cast", [[ADA, MIA], [ADA, DORA], [DORA, ADA, ELLA], [ELLA, MIA, ADA, DORA]])
@pytest.mark.parametrize("aspect", [(256, 144), (144, 256)])
def test_no_hand_reaches_another_face(cast: list[Figure], aspect: tuple[int, int]) -> None:
    """At any moment, leaning or not, before the face or behind it: it would be seen as a blow."""
    looked_at = 0
    lines = [line(cast[0].character_id, 0.2, Emotion.ANGRY), line(cast[1].character_id, 1.9, Emotion.SURPRISED)]
    for size in ("medium", "close"):
        painter, _ = shot(size, "waves both arms", cast, lines, width=aspect[0], height=aspect[1])
        for frame in range(0, FRAMES, 6):
            poses = painter.poses(frame)
            for who, puppet, pose in poses:
                hand = puppet.rig.hand_part
                x, y = puppet.arm(pose, hand)[-1]
                hanging = puppet.arm(replace(pose, arm_near=10.0), hand)[-1]
                for left, top, right, bottom in (one.face(there) for other, one, there in poses if other is not who):
                    if left < hanging[0] < right and top < hanging[1] < bottom:
                        continue  # it stands so near that even a hanging arm is before the other's chin
                    looked_at += 1
                    assert not (left < x < right and top < y < bottom), (size, frame, who.character_id)
    assert looked_at > FRAMES // 6


def test_an_arm_is_steadied_without_delay_and_keeps_what_is_slow() -> None:
    leap = [10.0] * 10 + [90.0] * 30 + [10.0] * 10
    track = steady(leap, 8.0)
    assert max(abs(b - a) for a, b in pairwise(track)) <= 8.0 + 1e-9
    assert track[:2] == [10.0, 10.0] and track[25] == 90.0 and track == pytest.approx(track[::-1])
    slow = [10.0 + k for k in range(40)]
    assert steady(slow, 8.0)[1:-1] == pytest.approx(slow[1:-1])
    assert at_frame([0.0, 10.0], 1) == 5.0 and at_frame([0.0, 1.0], 1) == 0.0, "on ones while it is fast"


def test_an_arm_slows_down_below_its_limit() -> None:
    angles = [below(float(a), 70.0) for a in range(0, 170)]
    assert angles[40] == 40 and max(angles) < 70
    assert all(0 < b - a <= 1.0 for a, b in pairwise(angles))


def test_no_paw_of_a_dragon_covers_its_muzzle() -> None:
    rig = Puppet(look_of_entry(species=Species.DRAGON), 300, 5).rig
    names = [part.name for part in rig.parts]
    assert names.index("arm_near") < names.index(rig.face_after)


ACTIONS = [
    ("wide", "runs into the picture", "push_in"),
    ("wide", "walk on side by side", "pan_left"),
    ("wide", "Ada walks away", "handheld"),
    ("wide", "Ada picks up the lantern", "static"),
    ("medium", "leaps over a fallen crate", "handheld"),
    ("medium", "Ada holds out the lantern", "pull_out"),
    ("medium", "bends down and brushes the dust away", "static"),
    ("medium", "Ada lights the lantern", "static"),
    ("medium", "Ada plays the lantern", "push_in"),
    ("wide", "Ada swings the lantern high", "static"),
    ("close", "stamps a foot", "pan_right"),
    ("close", "waves, slowly", "follow"),
    ("reaction", "looks up", "tilt_up"),
]


@pytest.mark.parametrize(("size", "action", "camera"), ACTIONS)
def test_no_joint_jumps_and_nothing_stands_still(size: str, action: str, camera: str) -> None:
    lines = [line("ada", 0.5, Emotion.SAD), line("dora", 2.1, Emotion.SURPRISED)]
    painter, _ = shot(size, action, [ADA, DORA], lines, camera=camera, props=["lantern"])
    moved = list(jumps(painter, FRAMES))
    assert len(moved) > 10 * FRAMES and max(moved)[0] <= JUMP, max(moved)
    painter.frame(0)
    before, still = painter.frame(0).copy(), 0
    for frame in range(2, FRAMES, 2):
        here = painter.frame(frame).copy()
        still = 0 if (np.abs(here.astype(int) - before).max(axis=-1) > 8).sum() > 12 else still + 2
        before = here
        assert still < FPS, f"a second in which nothing moves ends at frame {frame}"


@pytest.mark.parametrize("place", ["sea", "farm"])
def test_what_towers_over_a_hand_is_seen_also_behind_a_wave(place: str) -> None:
    whale = figure("ella", "whale")
    pictures = []
    for things in (["umbrella"], []):
        painter, _ = shot("wide", "Ella holds the umbrella", [whale], props=things, place=place)
        pictures.append(painter.frame(30).astype(int))
    assert painter.actors[0].figure.depth == (0.66 if place == "sea" else 1.0)
    assert (np.abs(pictures[0] - pictures[1]).max(axis=-1) > 40).sum() > 100


def test_a_back_bends_no_faster_than_its_head_may_travel() -> None:
    """Somebody who gives a thing away while a feeling turns stood up in a third of a second."""

    def fastest(actors: list[Actor]) -> float:
        ways = []
        for actor in actors:
            leans = [actor.pose(frame, frame / FPS, 0).lean for frame in range(FRAMES)]
            tall = actor.puppet.rig.top * actor.puppet.unit
            ways += [math.radians(abs(b - a)) * tall / painter.width for a, b in pairwise(leans)]
        return max(ways)

    lines = [line("ada", 0.4, Emotion.TENDER), line("ada", 2.0, Emotion.SURPRISED)]
    painter, _ = shot("close", "Ada stamps a foot, laughs and gives Dora the lantern", [ADA, DORA], lines)
    assert fastest(painter.actors) <= 2 * HEAD_SPEED + 1e-6
    assert fastest([replace(actor, lean=()) for actor in painter.actors]) > 2 * HEAD_SPEED


def test_two_shots_keep_their_sides() -> None:
    sides = []
    for size in ("wide", "medium", "close"):
        painter, _ = shot(size, "talk", [ADA, DORA])
        places = {actor.figure.character_id: actor.figure for actor in painter.actors}
        sides.append(places["ada"].x < places["dora"].x and places["ada"].facing > 0 > places["dora"].facing)
    assert sides == [True, True, True]
