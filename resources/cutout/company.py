"""Everybody on a stage, with puppet, part and shadow, from back to front."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import skia

from resources.cutout.actor import Actor, before_faces, lies_over, restrained, steadied
from resources.cutout.camera import Camera
from resources.cutout.cast import Performance, Pose, Puppet
from resources.cutout.cast.walk import Walk
from resources.cutout.palette import Palette, hexcode
from resources.cutout.paper import colour, paint, rng, sprite
from resources.cutout.props.registry import is_aloft
from resources.cutout.score import Part, Pass, Stage, StageFigure, StageProp
from schemas.media import ResolvedLook, TimedLine
from schemas.vocabulary import ShotSize, TimeOfDay

FIGURE_LIGHT = {TimeOfDay.DAWN: 0.55, TimeOfDay.DAY: 0.55, TimeOfDay.DUSK: 0.42, TimeOfDay.NIGHT: 0.27}
"""How much of the hour's light falls on figures: faces must stay readable, and themselves, at night."""


def company(
    stage: Stage,
    camera: Camera,
    parts: Sequence[Part],
    lines: Sequence[TimedLine],
    passes: Sequence[Pass],
    kindled_s: float | None,
    light: tuple[Palette, TimeOfDay],
) -> list[Actor]:
    """The actors of a stage in its order, with arms that reach no face and are never thrown."""
    by_name = {part.character_id: part for part in parts}
    actors = [
        _actor(stage, camera, figure, by_name.get(figure.character_id), lines, tuple(passes), kindled_s, light)
        for figure in stage.figures
    ]
    frames, fps = camera.frames, camera.fps
    beneath = _beneath(actors, stage)
    held = restrained(actors, beneath, frames, fps)
    for k, one in enumerate(held):  # however low the hand hangs, its thing would lie over a face
        others = [held[j] for j in beneath[k]] + [one] * (one.puppet.rig.holds == "back")
        if one.thing and lies_over(one, others, frames, fps):
            held[k] = replace(one, behind=True)
    return steadied(held, frames, fps, float(stage.width))


def standing(stage: Stage, actors: Sequence[Actor], camera: Camera) -> list[StageProp]:
    """The things of a stage that stand; one that would come before a face stands behind its owner."""
    return [
        prop.model_copy(update={"front": False})
        if prop.front and before_faces(prop, actors, camera.frames, camera.fps)
        else prop
        for prop in stage.props
    ]


def _beneath(actors: Sequence[Actor], stage: Stage) -> list[set[int]]:
    """For each actor, whose faces their thing may come before: of those who are drawn first at any time."""
    ranks = [_rank(actor.thing, stage, len(actors)) for actor in actors]
    return [
        set()
        if actor.thing is not None and is_aloft(actor.thing)
        else {k for k in range(len(ranks)) if k != index and (0, k) < (ranks[index], index)}
        for index, actor in enumerate(actors)
    ]


def back_to_front(actors: Sequence[Actor], stage: Stage, t: float) -> list[Actor]:
    """The order in which actors are drawn at ``t`` seconds.

    Of those who stand side by side whoever has a thing is in front, so that it does not vanish behind a back. In a
    narrow frame, where heads stand above each other, the composition has decided.
    """
    count = len(actors)
    return sorted(actors, key=lambda one: (one.figure.depth, _rank(one.held(t)[0], stage, count)))


def _rank(thing: str | None, stage: Stage, count: int) -> int:
    side_by_side = count == 2 or (count == 3 and stage.size is not ShotSize.WIDE)
    return int(thing is not None and side_by_side and stage.width > 0.8 * stage.height)


def _actor(
    stage: Stage,
    camera: Camera,
    figure: StageFigure,
    part: Part | None,
    lines: Sequence[TimedLine],
    passes: tuple[Pass, ...],
    kindled_s: float | None,
    light: tuple[Palette, TimeOfDay],
) -> Actor:
    seconds = camera.frames / camera.fps
    acted = None
    if part is not None:
        acted = Performance(
            part.character_id,
            part.seed,
            camera.fps,
            part.emotion,
            lines,
            part.partner_side,
            _walk(part, figure, float(stage.width), seconds, camera.fps),
            part.business,
            float(stage.width),
            figure.height,
            seconds,
            part.partner_rise,
        )
    puppet = Puppet(lit_look(figure.look, *light), figure.height, figure.seed)
    actor = Actor(
        figure,
        puppet,
        acted,
        _shadow(puppet, light[0]) if figure.shadow else None,
        rng(figure.seed, "float").uniform(0, math.tau),
        passes=passes,
        kindled_s=kindled_s,
    )
    return replace(actor, lifted=stage.size is not ShotSize.WIDE or (actor.thing is not None and is_aloft(actor.thing)))


def _walk(part: Part, figure: StageFigure, width: float, seconds: float, fps: float) -> Walk | None:
    if part.walk is None:
        return None
    return Walk(
        part.walk, part.heading, figure.x, width, figure.height, seconds, fps, part.runs, part.room * width
    )  # fmt: skip


def _shadow(puppet: Puppet, palette: Palette) -> skia.Image:
    """What lies under somebody's feet."""
    left, _, right, _ = puppet.bounds(Pose(0.0, 0.0))
    half = max(8.0, (right - left) * 0.42)
    tall = half * 0.24
    tone = paint(colour(palette.ink, alpha=0.42), blur=tall * 0.4)
    oval = skia.Rect(half * 0.25, tall, half * 2.25, tall * 3)
    return sprite(half * 2.5, tall * 4, lambda canvas: canvas.drawOval(oval, tone))


def lit_look(look: ResolvedLook, palette: Palette, hour: TimeOfDay) -> ResolvedLook:
    """A look in this hour's light; skin keeps more of its own colour than cloth does."""
    strength = FIGURE_LIGHT[hour]
    lit = {
        "skin": palette.lit(look.skin, strength=0.8 * strength),
        "hair_colour": palette.lit(look.hair_colour, strength=strength),
        "garment_colour": palette.lit(look.garment_colour, strength=strength),
        "headwear_colour": palette.lit(look.headwear_colour, strength=strength),
    }
    return look.model_copy(update={name: hexcode(tone) for name, tone in lit.items()})
