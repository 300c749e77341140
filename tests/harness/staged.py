"""A film's stages without a film: where everybody and everything stands in each shot of a plan, and who does what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from resources.cutout.cast import Pose, Puppet
from resources.cutout.direct import direct
from resources.cutout.dressing import thing_of
from resources.cutout.score import Score, Stage, StageFigure
from resources.cutout.stage import lay_out
from resources.pipeline.resolve import Script
from resources.profile import load_profile
from resources.store.film import Settings
from schemas.plan import MoviePlan, Shot
from schemas.vocabulary import ShotSize

RAISED = 96.0
"""Degrees of the arm that shows what it holds, in all but wide shots."""
HANGING = 30.0


@dataclass(frozen=True)
class Staged:
    """A shot of a plan, laid out and directed."""

    shot: Shot
    stage: Stage
    score: Score


@dataclass(frozen=True)
class Seen:
    """A thing in a shot: how it is kept there, how large, and how much of it the frame shows."""

    way: str
    """``held``, ``stands`` or ``alone`` (an insert, or nobody with it)."""
    holder: str | None
    size: float
    """Pixels."""
    box: tuple[float, float, float, float]

    def inside(self, stage: Stage) -> float:
        """The part of the box that is in the frame, 0..1."""
        left, top, right, bottom = self.box
        wide = max(0.0, min(right, stage.width) - max(left, 0.0))
        tall = max(0.0, min(bottom, stage.height) - max(top, 0.0))
        return wide * tall / max(1e-6, (right - left) * (bottom - top))


def staged(plan: MoviePlan) -> list[Staged]:
    """Every shot of a plan, small."""
    plan = plan.model_copy(update={"resolution": "144p"})
    slots = {shot.id or "": f"{number:03d}" for number, shot in enumerate(plan.shots)}
    script = Script(plan, Settings(), load_profile("embedded"), slots, {}, Path())
    out = []
    for shot in plan.shots:
        stage = lay_out(script.image_request(shot))
        frames = plan.rate.frames(max(shot.duration_s, 3.0))
        score = direct(script.video_request(shot), stage, (stage.width, stage.height), frames)
        out.append(Staged(shot, stage, score))
    return out


def key_thing(plan: MoviePlan, named: tuple[str, ...] = ()) -> str:
    """What a film is about: the thing its idea names first, else the one of its first insert that is no clock."""
    inserts = [shot.props[0] for shot in plan.shots if shot.size is ShotSize.INSERT and shot.props]
    found = [*named, *(name for name in inserts if name != "clock"), *inserts]
    return thing_of(found[0]) if found else ""


def seen(one: Staged, thing: str) -> list[Seen]:
    """Every place of ``thing`` in a shot, at its beginning and, where it changes hands, at its end."""
    out = []
    alone = one.stage.size is ShotSize.INSERT or not one.stage.figures
    takers = {passed.taker for passed in one.score.passes if passed.thing == thing}
    for figure in one.stage.figures:
        if figure.held == thing or figure.character_id in takers:
            out.append(_held(one.stage, figure, thing))
    for prop in one.stage.props:
        if prop.name == thing:
            half = prop.size * 0.45
            box = (prop.x - half, prop.y - prop.size, prop.x + half, prop.y)
            out.append(Seen("alone" if alone else "stands", None, prop.size, box))
    return out


def _held(stage: Stage, figure: StageFigure, thing: str) -> Seen:
    puppet = Puppet(figure.look, figure.height, figure.seed)
    angle = HANGING if stage.size is ShotSize.WIDE else RAISED
    x, foot, tall = puppet.held_spot(Pose(figure.x, figure.y, figure.facing, arm_near=angle), thing)
    return Seen("held", figure.character_id, tall, (x - 0.45 * tall, foot - tall, x + 0.45 * tall, foot))
