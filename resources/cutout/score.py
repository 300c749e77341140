"""What is written beside a keyframe and beside the motion of a shot: plain data from which every frame follows.

``stage.json`` holds where everything stands, ``score.json`` the stage and how it moves. All lengths are in pixels of
the frame unless they say otherwise.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from schemas.media import ResolvedLook
from schemas.plan import Strict
from schemas.vocabulary import CameraMove, Effect, Emotion, Mood, Place, ShotSize, TimeOfDay, Weather

STAGE_FILE = "stage.json"
SCORE_FILE = "score.json"
IMAGE_FILE = "image.png"
STILL_FILE = "still.png"


class StageFigure(Strict):
    """Somebody on the stage; (x, y) is the point between the feet."""

    character_id: str
    look: ResolvedLook
    """Colours as described, before this hour's light."""
    x: float
    y: float
    height: float
    facing: float
    seed: int
    depth: float = 1.0
    held: str | None = None
    dark: bool = False
    """What is held gives no light, although such a thing does."""
    floats: bool = False
    shadow: bool = True


class StageProp(Strict):
    """A thing that stands at (x, y), ``size`` pixels high."""

    name: str
    x: float
    y: float
    size: float
    seed: int
    front: bool = False
    """Before the figures."""
    dark: bool = False
    """It gives no light, although such a thing does."""
    stand: float = 0.0
    """Height of the small table it stands on, in pixels; 0: on the ground, on a ledge or aloft."""


class View(Strict):
    """Which part of the world the lens sees: a point in world units that stands in the middle, and an enlargement."""

    x: float
    y: float
    zoom: float


class Stage(Strict):
    """A shot laid out."""

    width: int
    height: int
    size: ShotSize
    place: Place
    time_of_day: TimeOfDay
    weather: Weather
    mood: Mood
    emotion: Emotion
    seed: int
    """The location's seed."""
    words: list[str]
    """Words of the location's text that scenery answers to."""
    view: View
    blur: float
    """Sigma, in world units, of what lies behind the focus."""
    horizon: float
    ledge: float | None
    """Top of a surface along the frame's foot that props stand on, or None."""
    figures: list[StageFigure]
    props: list[StageProp]
    palette: dict[str, str]
    """The five papers of the scene, for people and tests."""
    layers: list[float]
    """Depths of the scenery's pieces from back to front."""


class Part(Strict):
    """What one figure does in a shot, apart from speech."""

    character_id: str
    seed: int
    emotion: Emotion
    partner_side: float
    """-1, 0 or 1: where whom they speak to stands."""
    partner_rise: float = 0.0
    """How far up (negative) or down their eyes are, as a gaze."""
    walk: Literal["in", "out", "on"] | None = None
    heading: float = 1.0
    """The way the walk goes: 1 right, -1 left."""
    runs: bool = False
    room: float = 0.0
    """How far a walk "on" may go in all, as a part of the frame's width."""
    business: str | None = None
    """A kind of business of ``resources.cutout.cast.business``."""


class Pass(Strict):
    """A thing that changes hands in a shot: from a giver, or from where it stands, to a taker, or to the ground."""

    thing: str
    giver: str | None = None
    taker: str | None = None
    at_s: float
    """When it leaves, in seconds from the start of the shot."""


class Score(Strict):
    """The motion of a shot, without speech."""

    kind: Literal["scene", "still"]
    stage: Stage | None
    width: int
    height: int
    frames: int
    fps: str
    seed: int
    camera: CameraMove
    effects: list[Effect]
    parts: list[Part]
    passes: list[Pass] = Field(default_factory=list)
    kindled_s: float | None = None
    """When what is dark begins to shine, in seconds from the start of the shot."""


def read_stage(folder: Path) -> Stage | None:
    """The stage of an image artifact, or None for a picture of another origin."""
    path = folder / STAGE_FILE
    return Stage.model_validate_json(path.read_bytes()) if path.is_file() else None


def read_score(folder: Path) -> Score:
    """The score of a video artifact."""
    return Score.model_validate_json((folder / SCORE_FILE).read_bytes())


def resized(stage: Stage, width: int) -> Stage:
    """The same stage in a frame ``width`` pixels wide, for previews and other sizes of one format."""
    if width == stage.width:
        return stage
    factor = width / stage.width

    def place(one: StageFigure | StageProp) -> dict[str, float]:
        return {"x": one.x * factor, "y": one.y * factor}

    return stage.model_copy(
        update={
            "width": width,
            "height": max(1, round(stage.height * factor)),
            "horizon": stage.horizon * factor,
            "ledge": None if stage.ledge is None else stage.ledge * factor,
            "figures": [one.model_copy(update={**place(one), "height": one.height * factor}) for one in stage.figures],
            "props": [
                one.model_copy(update={**place(one), "size": one.size * factor, "stand": one.stand * factor})
                for one in stage.props
            ],
        }
    )
