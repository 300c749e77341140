"""Nudity in keyframes that a model painted: NudeNet 3.4 (YOLOv8n at 320, its weights in the wheel), on the CPU.

The embedded studio draws from a closed set of dressed figures, so only pictures of other engines and of the user's own
are looked at. What no model here sees (violence, likenesses of the living) is left to the judge and to people.
"""

from __future__ import annotations

from pathlib import Path

from resources.errors import RenderFault
from resources.gpu.nudenet import NUDENET
from schemas.plan import Strict

EXPOSED = frozenset(
    {
        "FEMALE_BREAST_EXPOSED",
        "FEMALE_GENITALIA_EXPOSED",
        "MALE_GENITALIA_EXPOSED",
        "BUTTOCKS_EXPOSED",
        "ANUS_EXPOSED",
    }
)
"""The detector's classes that a film of this project never shows."""


class Exposure(Strict):
    """The surest of what is exposed: its class ("" for nothing) and the detector's probability."""

    what: str = ""
    probability: float = 0.0


def measure_exposure(picture: Path) -> Exposure:
    """Look at one picture file of ours. Raises :class:`RenderFault` when it is none."""
    import cv2

    pixels = cv2.imread(str(picture))
    if pixels is None:
        raise RenderFault("is not a picture", where=picture.name)
    with NUDENET.lent() as lease:
        seen = [one for one in lease.model.detect(pixels) if one["class"] in EXPOSED]
    worst = max(seen, key=lambda one: float(one["score"]), default=None)
    if worst is None:
        return Exposure()
    return Exposure(what=str(worst["class"]).lower(), probability=round(float(worst["score"]), 3))
