"""shot_images: the keyframe of a shot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imagehash
from PIL import Image

from resources.agents.memo import Decided
from resources.engines import ImageEngine
from resources.errors import RenderFault
from resources.media.pictures import fit_picture, open_picture, thumbnail
from resources.pipeline.carry import Job
from resources.pipeline.letters import lettered
from resources.pipeline.resolve import Script
from resources.pipeline.versions import VERSIONS
from schemas.decisions import ImageDecision

CODE_VERSION = VERSIONS["shot_images"]


def image_job(script: Script, slot: str, engine: ImageEngine, decided: Decided[ImageDecision] | None = None) -> Job:
    """The keyframe of the shot in ``slot``: the engine's, asked for as was ``decided``, or the user's own picture."""
    shot = script.shot(slot)
    request = script.image_request(shot)
    asked = decided.value.applied(request) if decided else request
    own = script.plan_folder / shot.media.image if shot.media and shot.media.image else None

    def make(folder: Path) -> dict[str, Any]:
        if own is not None:
            fit_picture(own, (request.width, request.height), folder / "image.png")
        else:
            engine.render_image(asked, folder)
        picture = Image.open(folder / "image.png").convert("RGB")
        if not (folder / "thumb.jpg").exists():
            thumbnail(picture, folder / "thumb.jpg")
        return {
            "width": picture.width,
            "height": picture.height,
            "phash": str(imagehash.phash(picture)),
            "own": own is not None,
        }

    def verify(folder: Path) -> None:
        with open_picture(folder / "image.png") as picture:
            if picture.size != (request.width, request.height):
                raise RenderFault(f"image.png is {picture.size}, not {(request.width, request.height)}")
            low, high = picture.convert("L").getextrema()
            if own is None and low == high:
                raise RenderFault("image.png is one flat colour")

    return Job(
        stage="shot_images",
        slot=slot,
        shot=shot.id,
        code_version=CODE_VERSION,
        engine=engine,
        request=request,
        make=make,
        verify=verify,
        decision=decided,
        seed=asked.seed,
        fonts=lambda: [] if own else lettered(engine, request.props),
    )
