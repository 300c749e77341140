"""Direction: from a request for motion to a score, what the camera and everybody on the stage do."""

from __future__ import annotations

from fractions import Fraction

from resources.cutout.actions import Deeds, deeds_of
from resources.cutout.paper import seed as seed_of
from resources.cutout.score import Part, Pass, Score, Stage, StageFigure
from resources.lexicon import names_thing
from schemas.media import VideoRequest
from schemas.vocabulary import ShotSize

_EYES = 0.82
"""Where eyes are, of a body's height: near enough to know whether to look up or down."""


def direct(request: VideoRequest, stage: Stage | None, size: tuple[int, int], frames: int) -> Score:
    """The score of a shot of ``frames`` frames; without a stage the camera moves over a picture of ``size``."""
    deeds = deeds_of(request.action, _things(stage) if stage else ())
    seconds = frames / float(Fraction(request.fps))
    passes = [] if stage is None else _passes(request, stage, deeds, seconds)
    return Score(
        kind="still" if stage is None else "scene",
        stage=stage,
        width=size[0],
        height=size[1],
        frames=frames,
        fps=request.fps,
        seed=request.seed,
        camera=request.camera,
        effects=request.effects,
        parts=[] if stage is None else _parts(request, stage, deeds, passes),
        passes=passes,
        kindled_s=_kindled(stage, deeds, seconds),
    )


def _things(stage: Stage) -> set[str]:
    """What is there to be handled."""
    return {*(one.held for one in stage.figures if one.held), *(prop.name for prop in stage.props)}


def _kindled(stage: Stage | None, deeds: Deeds, seconds: float) -> float | None:
    """When somebody has lit what is dark here, in seconds; None when nobody does."""
    if stage is None or not stage.figures or deeds.business != "kindle":
        return None
    dark = any(one.dark for one in stage.figures) or any(one.dark for one in stage.props)
    return round(0.4 * seconds, 3) if dark else None


def _parts(request: VideoRequest, stage: Stage, deeds: Deeds, passes: list[Pass]) -> list[Part]:
    order = sorted(stage.figures, key=lambda figure: figure.x)
    doers = _doers(request, stage, deeds)
    heading, room = _way(stage, order, doers)
    parts = []
    for figure in stage.figures:
        part = Part(
            character_id=figure.character_id,
            seed=seed_of(request.seed, figure.character_id),  # another take is another performance
            emotion=stage.emotion,
            **_partner(figure, order, request.speakers),
        )
        if figure in doers:
            walk = _walk(stage, figure, deeds)
            part = part.model_copy(
                update={
                    "walk": walk,
                    "heading": figure.facing if walk == "in" else heading if walk == "on" else _way_out(figure, order),
                    "runs": deeds.runs,
                    "room": room if walk == "on" else 0.0,
                    "business": deeds.business if walk is None else None,
                }
            )
        parts.append(part)
    hands: dict[str | None, str] = {}
    for one in passes:  # what lies on the ground, or is laid there, makes its taker or giver bend down
        hands[one.giver] = "give" if one.taker else "bend_down"
        hands[one.taker] = "take" if one.giver else "bend_down"
    return [
        part.model_copy(update={"business": hands[part.character_id], "walk": None})
        if part.character_id in hands
        else part
        for part in parts
    ]


def still_parts(stage: Stage) -> list[Part]:
    """What everybody does in a keyframe: they feel, they look at each other, and nobody has spoken yet."""
    order = sorted(stage.figures, key=lambda figure: figure.x)
    return [
        Part(
            character_id=figure.character_id,
            seed=figure.seed,
            emotion=stage.emotion,
            **_partner(figure, order, []),
        )
        for figure in stage.figures
    ]


def _partner(figure: StageFigure, order: list[StageFigure], speakers: list[str]) -> dict[str, float]:
    """Where whom they look at stands: a speaker, else the nearest; 0 for somebody alone, who thinks aloud."""
    others = [one for one in order if one.character_id != figure.character_id]
    if not others:
        return {"partner_side": figure.facing if speakers and figure.character_id not in speakers else 0.0}
    speaking = [one for one in others if one.character_id in speakers] or others
    nearest = min(speaking, key=lambda one: (abs(one.x - figure.x), one.x))
    below = (nearest.y - _EYES * nearest.height) - (figure.y - _EYES * figure.height)
    across = max(1.0, abs(nearest.x - figure.x))
    return {
        "partner_side": 1.0 if nearest.x > figure.x else -1.0,
        "partner_rise": round(max(-0.6, min(0.6, 0.8 * below / across)), 3),
    }


def _doers(request: VideoRequest, stage: Stage, deeds: Deeds) -> list[StageFigure]:
    """Who does what the action says: whom it names, everybody where it says "they", whoever holds the thing it is done
    with, else the first.
    """
    order, low = sorted(stage.figures, key=lambda figure: figure.x), request.action.lower()
    named = [one for one in order if one.character_id.split("_")[0].split("-")[0] in low]
    if named:
        return named
    with_it = [one for one in order if one.held and names_thing(request.action, one.held)]
    return order if deeds.together else with_it or order[:1]


def _walk(stage: Stage, figure: StageFigure, deeds: Deeds) -> str | None:
    """Only wide shots have room to come and go; a medium shot walks on in its place; a closer one stands."""
    if deeds.walk is None or (figure.floats and stage.size is not ShotSize.WIDE):
        return None
    if stage.size is ShotSize.WIDE:
        return "on" if figure.floats and deeds.walk == "in" else deeds.walk
    return "on" if stage.size is ShotSize.MEDIUM and deeds.walk == "on" else None


def _way(stage: Stage, order: list[StageFigure], doers: list[StageFigure]) -> tuple[float, float]:
    """Which way a walk across the stage goes, and how far it may, as a part of the frame's width."""
    if not doers:
        return 1.0, 0.0
    heading = doers[0].facing
    if stage.size is ShotSize.MEDIUM:
        return heading, 0.05
    half = max(0.3 * one.height for one in doers)
    left = min(one.x for one in doers) - half
    right = stage.width - max(one.x for one in doers) - half
    room = 2 * min(left, right)
    still = [one for one in order if one not in doers]
    for one in doers:  # nobody walks through who stands
        for other in still:
            room = min(room, 2 * (abs(other.x - one.x) - 0.3 * (one.height + other.height)))
    return heading, round(max(0.0, min(0.5, room / stage.width)), 4)


def _way_out(figure: StageFigure, order: list[StageFigure]) -> float:
    """Straight on, unless somebody stands there: then back the way they came."""
    ahead = [one for one in order if (one.x - figure.x) * figure.facing > 0]
    return -figure.facing if ahead else figure.facing


def _giving(
    stage: Stage, order: list[StageFigure], doers: list[StageFigure], deeds: Deeds
) -> tuple[str | None, str | None] | None:
    """Who hands a thing to whom; None on one side is the ground. None: nothing changes hands here."""
    if deeds.hands is None or not doers or stage.size not in (ShotSize.WIDE, ShotSize.MEDIUM):
        return None
    doer = doers[0]
    if deeds.hands != "take":  # whoever has it hands it over, also where only the other one is named
        doer = next((one for one in (*doers, *order) if one.held), doer)
    others = sorted((one for one in order if one is not doer), key=lambda one: (one not in doers, abs(one.x - doer.x)))
    match deeds.hands:
        case "give":
            return (doer.character_id, others[0].character_id) if doer.held and others else None
        case "take":
            if doer.held:
                return None
            holder = next((one for one in others if one.held), None)
            return (holder.character_id if holder else None, doer.character_id)
        case _:
            return (doer.character_id, None) if doer.held else None


def _passes(request: VideoRequest, stage: Stage, deeds: Deeds, seconds: float) -> list[Pass]:
    """The thing that changes hands, when the words say so and it is there to be handed."""
    order = sorted(stage.figures, key=lambda figure: figure.x)
    giving = _giving(stage, order, _doers(request, stage, deeds), deeds)
    if giving is None:
        return []
    giver, taker = giving
    if giver is None:
        thing = next((prop.name for prop in stage.props if names_thing(request.action, prop.name)), None)
    else:
        thing = next(one.held for one in stage.figures if one.character_id == giver)
    if thing is None or seconds < 1.6:
        return []
    # a hand that bends down is at the ground after most of a second; one that is held out, in the middle of the shot
    at = 0.95 if giver is None or taker is None else 0.5 * seconds
    return [Pass(thing=thing, giver=giver, taker=taker, at_s=round(at, 3))]
