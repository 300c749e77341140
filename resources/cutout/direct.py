"""Direction: from a request for motion to a score, what the camera and everybody on the stage do."""

from __future__ import annotations

import re

from resources.cutout.paper import seed as seed_of
from resources.cutout.score import Part, Score, Stage, StageFigure
from schemas.media import VideoRequest
from schemas.vocabulary import ShotSize

_ENTERS = re.compile(
    r"\b(?:enters?|entering|arrives?|arriving|appears?|approach\w*|(?:walk|come|run|step|stroll|hurr|rush|march)\w*\s+"
    r"(?:in|into|on|onto|up|home|over|along|through|across|towards?|to)\b)",
    re.IGNORECASE,
)


def direct(request: VideoRequest, stage: Stage | None, size: tuple[int, int], frames: int) -> Score:
    """The score of a shot of ``frames`` frames; without a stage the camera moves over a picture of ``size``."""
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
        parts=[] if stage is None else _parts(request, stage),
    )


def _parts(request: VideoRequest, stage: Stage) -> list[Part]:
    order = sorted(stage.figures, key=lambda figure: figure.x)
    return [
        Part(
            character_id=figure.character_id,
            seed=seed_of(request.seed, figure.character_id),  # another take is another performance
            emotion=stage.emotion,
            partner_side=_partner(figure, order, request.speakers),
            entrance=_entrance(request, stage, figure, order),
        )
        for figure in stage.figures
    ]


def still_parts(stage: Stage) -> list[Part]:
    """What everybody does in a keyframe: they feel, they look at each other, and nobody has spoken yet."""
    order = sorted(stage.figures, key=lambda figure: figure.x)
    return [
        Part(
            character_id=figure.character_id,
            seed=figure.seed,
            emotion=stage.emotion,
            partner_side=_partner(figure, order, []),
        )
        for figure in stage.figures
    ]


def _partner(figure: StageFigure, order: list[StageFigure], speakers: list[str]) -> float:
    """Where whom they look at stands: a speaker, else the nearest; 0 for somebody alone, who thinks aloud."""
    others = [one for one in order if one.character_id != figure.character_id]
    if not others:
        return figure.facing if speakers and figure.character_id not in speakers else 0.0
    speaking = [one for one in others if one.character_id in speakers] or others
    nearest = min(speaking, key=lambda one: (abs(one.x - figure.x), one.x))
    return 1.0 if nearest.x > figure.x else -1.0


def _entrance(request: VideoRequest, stage: Stage, figure: StageFigure, order: list[StageFigure]) -> str | None:
    """Who is said to come in, comes in from the nearer side; in closer shots everybody is there already."""
    if stage.size is not ShotSize.WIDE or figure.floats or not _ENTERS.search(request.action):
        return None
    name = figure.character_id.replace("_", " ").replace("-", " ").split(" ")[0]
    named = [one for one in order if one.character_id.split("_")[0].split("-")[0] in request.action.lower()]
    if (named and name not in request.action.lower()) or (not named and figure is not order[0]):
        return None
    return "left" if figure.facing > 0 else "right"
