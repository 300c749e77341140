"""A film's stages without a film: where everybody and everything stands in each shot of a plan, and who does what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from unittest.mock import patch

import numpy as np
import skia
from numpy.typing import NDArray

from resources.cutout.actor import Actor
from resources.cutout.camera import Camera, camera_of
from resources.cutout.cast import Pose, Puppet
from resources.cutout.company import back_to_front, company, standing
from resources.cutout.direct import direct
from resources.cutout.dressing import SKY_THINGS, is_big, thing_of
from resources.cutout.places import scene_of
from resources.cutout.places.base import HEIGHT
from resources.cutout.props import draw_prop
from resources.cutout.props.registry import extent, is_aloft
from resources.cutout.score import Score, Stage, StageFigure, StageProp
from resources.cutout.stage import lay_out
from resources.pipeline.resolve import Script
from resources.profile import load_profile
from resources.store.film import Settings
from schemas.plan import MoviePlan, Shot
from schemas.vocabulary import Place, ShotSize

RAISED = 96.0
"""Degrees of the arm that shows what it holds, in all but wide shots."""
HANGING = 30.0
LEAST = 0.3
"""How much of a thing the frame must show."""


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
    beside: bool = False
    """It stands for a hand that is out of the frame."""

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


def things_of(plan: MoviePlan) -> list[str]:
    """Every thing of a film but the clock that only an insert shows."""
    found = [thing_of(prop) for shot in plan.shots for prop in shot.props or [] if prop != "clock"]
    return list(dict.fromkeys(found))


def seen(one: Staged, thing: str) -> list[Seen]:
    """Every place of ``thing`` in a shot, at its beginning and, where it changes hands, at its end."""
    out = []
    text = one.shot.prompt.lower()
    alone = one.stage.size is ShotSize.INSERT or not one.stage.figures
    takers = {passed.taker for passed in one.score.passes if passed.thing == thing}
    for figure in one.stage.figures:
        if figure.held == thing or figure.character_id in takers:
            out.append(_held(one.stage, figure, thing))
    for prop in one.stage.props:
        if prop.name == thing:
            half = prop.size * 0.45
            box = (prop.x - half, prop.y - prop.size, prop.x + half, prop.y)
            beside = f"holding the {thing}" in text or thing in one.shot.action
            out.append(Seen("alone" if alone else "stands", None, prop.size, box, beside))
    return out


def _held(stage: Stage, figure: StageFigure, thing: str) -> Seen:
    puppet = Puppet(figure.look, figure.height, figure.seed)
    angle = HANGING if stage.size is ShotSize.WIDE else RAISED
    x, foot, tall = puppet.held_spot(Pose(figure.x, figure.y, figure.facing, arm_near=angle), thing)
    return Seen("held", figure.character_id, tall, (x - 0.45 * tall, foot - tall, x + 0.45 * tall, foot))


def faults(film: list[Staged], thing: str) -> list[str]:
    """What is wrong with the way in which ``thing`` goes from shot to shot, each with its shot.

    From its first appearance it must be in frame when whoever has it is, or, when nobody has it, in every shot of the
    place it stands in that is wide enough; nobody who had it may have it on the ground; and beside the same person it
    has the same size.
    """
    out: list[str] = []
    holder, place = "", None
    ratios: dict[str, list[float]] = {}
    fixed = is_big(thing) or thing in SKY_THINGS
    for one in film:
        stage, name = one.stage, one.shot.id or ""
        if stage.size is ShotSize.INSERT:
            continue
        here = {figure.character_id: figure for figure in stage.figures}
        found = seen(one, thing)
        roomy = stage.size in (ShotSize.WIDE, ShotSize.MEDIUM)
        if not found and (holder in here or (roomy and place is stage.place)):
            out.append(f"{name}: {thing} is gone")
        out += [f"{name}: {thing} is out of the frame" for spot in found if spot.inside(stage) < LEAST]
        if holder in here and any(spot.way == "stands" and not spot.beside for spot in found) and not fixed:
            out.append(f"{name}: {thing} lies about")
        for spot in found:
            beside = here.get(spot.holder or next(iter(one.shot.characters), ""))
            if beside is not None and thing not in SKY_THINGS:
                ratios.setdefault(beside.character_id, []).append(spot.size / beside.height)
        holder, place = _kept(one, thing, found, holder, place)
    out += [f"{thing} changes its size beside {who}" for who, sizes in ratios.items() if max(sizes) > 1.02 * min(sizes)]
    return out


def _kept(one: Staged, thing: str, found: list[Seen], holder: str, place: Place | None) -> tuple[str, Place | None]:
    """Who has the thing after a shot, and else where it stands."""
    passed = [each for each in one.score.passes if each.thing == thing]
    if passed:
        return (passed[-1].taker or "", None if passed[-1].taker else one.stage.place)
    held = [spot.holder for spot in found if spot.holder]
    if held:
        return held[0] or "", None
    return (holder, place) if not found or holder else ("", one.stage.place)


def done(one: Staged) -> str:
    """What is done with a thing in a shot wide enough to see it: passed, lit, or a business of whoever has it."""
    if one.stage.size not in (ShotSize.WIDE, ShotSize.MEDIUM):
        return ""
    if one.score.passes:
        return "passed"
    if one.score.kindled_s is not None:
        return "lit"
    having = {figure.character_id for figure in one.stage.figures if figure.held}
    busy = {part.business for part in one.score.parts if part.character_id in having}
    return next((kind for kind in ("play", "ring", "raise_up") if kind in busy), "")


HEAPED = 0.2
"""How much of a thing may lie over another: what touches is read, what covers is not."""


def heaped(one: Staged) -> list[str]:
    """Small things of a shot that lie over each other, held or standing."""
    boxes = [(prop.name, extent(prop.name, prop.x, prop.y, prop.size)) for prop in one.stage.props]
    for figure in one.stage.figures:
        if figure.held:
            puppet = Puppet(figure.look, figure.height, figure.seed)
            raised = RAISED if one.stage.size is not ShotSize.WIDE or is_aloft(figure.held) else HANGING
            pose = Pose(figure.x, figure.y, figure.facing, arm_near=raised)
            boxes.append((figure.held, extent(figure.held, *puppet.held_spot(pose, figure.held))))
    out = []
    for (name, a), (other, b) in combinations([pair for pair in boxes if not is_big(pair[0])], 2):
        wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        least = min((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
        if wide > 0 and high > 0 and wide * high > HEAPED * least:
            out.append(f"{one.shot.id}: {name} and {other}")
    return out


MOMENTS = (0.12, 0.5, 0.88)
"""Parts of a shot at which faces are looked at."""
HIDDEN = 0.08
"""How much of the field of eyes and mouth a thing may lie over: about half an eye."""


def hidden(one: Staged) -> list[str]:
    """Whose eyes or mouth lie under a thing, held or standing, each with the shot; measured on what is drawn."""
    if not one.stage.figures:
        return []
    surface, actors, camera = _set(one)
    out = []
    for moment in MOMENTS:
        t, poses = _posed(one, actors, moment)
        taken = {each.thing for each in one.score.passes if each.giver is None and t >= each.at_s}
        front = [prop for prop in standing(one.stage, actors, camera) if prop.front and prop.name not in taken]
        with_things = _drawn(surface, poses, front)
        with patch("resources.cutout.cast.puppet.draw_prop"):
            without = _drawn(surface, poses, [])
            solid = (without == _drawn(surface, poses, [], skia.ColorGREEN)).all(axis=2)
        changed = (with_things != without).any(axis=2) & solid
        for actor, pose in poses:
            left, top, right, bottom = (max(0, round(edge)) for edge in actor.puppet.features(pose))
            field = changed[top:bottom, left:right]
            if field.size and field.mean() > HIDDEN:
                share = f"{field.mean():.0%}"
                out.append(f"{one.shot.id}: {share} of {actor.figure.character_id}'s face at {moment:.0%}")
    return out


def shown(one: Staged, moment: float = 0.3) -> float:
    """How much of what is held in a shot is seen, 0..1, of what the frame holds of it; 1 where nothing is held."""
    surface, actors, _ = _set(one)
    _, poses = _posed(one, actors, moment)
    nobody = _drawn(surface, [], [])
    for actor, pose in poses:
        if pose.held:
            actor.puppet.draw_thing(surface.getCanvas(), pose)
    things = (surface.toarray() != nobody).any(axis=2)
    with_things = _drawn(surface, poses, [])
    with patch("resources.cutout.cast.puppet.draw_prop"):
        without = _drawn(surface, poses, [])
    seen_of_them = (with_things != without).any(axis=2)
    return float(seen_of_them.sum() / things.sum()) if things.any() else 1.0


def _set(one: Staged) -> tuple[skia.Surface, list[Actor], Camera]:
    stage, score = one.stage, one.score
    fps = float(Fraction(score.fps))
    camera = camera_of(score.camera, score.effects, score.frames, fps, score.seed, stage.figures[0].facing)
    scene = scene_of(stage.place, stage.time_of_day, stage.weather, stage.mood, stage.seed, stage.words, HEIGHT)
    light = (scene.palette, stage.time_of_day)
    actors = company(stage, camera, score.parts, [], score.passes, score.kindled_s, light)
    return skia.Surface.MakeRaster(skia.ImageInfo.MakeN32Premul(stage.width, stage.height)), actors, camera


def _posed(one: Staged, actors: list[Actor], moment: float) -> tuple[float, list[tuple[Actor, Pose]]]:
    """The time in seconds at a part of the shot, and all poses in the order of drawing; what glows hides nothing."""
    number = round(moment * (one.score.frames - 1))
    t = number / float(Fraction(one.score.fps))
    order = back_to_front(actors, one.stage, t)
    return t, [(actor, replace(actor.pose(number, t, one.stage.height), dark=True)) for actor in order]


def _drawn(
    surface: skia.Surface, poses: list[tuple[Actor, Pose]], props: list[StageProp], ground: int = skia.ColorMAGENTA
) -> NDArray[np.uint8]:
    canvas = surface.getCanvas()
    canvas.clear(ground)
    for actor, pose in poses:
        actor.draw_thing(canvas, pose)
    for actor, pose in poses:
        actor.draw(canvas, pose)
    for prop in props:
        draw_prop(canvas, prop.name, prop.x, prop.y, prop.size, prop.seed, lit=False)
    pixels: NDArray[np.uint8] = surface.toarray().copy()
    return pixels
