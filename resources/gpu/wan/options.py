"""What a profile says about Wan (``options: {video: ...}``), and the size the model works at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError

from resources.errors import ConfigInvalid
from schemas.plan import Short, Strict

MODEL_FPS = 16
"""Frames a second of Wan 2.1 (``sample_fps`` in its published configuration)."""
TRAINED = ((832, 480), (480, 832), (624, 624))
"""Sizes of about 480p that Wan 2.1 was trained on: landscape, portrait, square. 16:9 has no exact multiple of 16 near
them, so a keyframe is squeezed by 2.5 % into 832 x 480 and the clip stretched back: nothing is cropped."""
PIXELS = 832 * 480
STEP = 16
"""Sides are multiples of this: the VAE's 8 times the transformer's patches of 2."""

Interpolation = Literal["blend", "motion", "repeat"]
Upscaling = Literal["lanczos", "bicubic"]
Reassembly = Literal["trim", "crossfade"]
Chaining = Literal["last_frame", "keyframe"]


class WanOptions(Strict):
    """Every option changes the picture, so all of them are part of the engine's revision."""

    model: Short = "wan2.1-i2v-14b-480p"
    last_frame_model: Short = "wan2.1-flf2v-14b-720p"
    """Renders a shot, or its last chunk, whose last frame is known, too."""
    steps: int = Field(40, ge=1, le=200)
    """Denoising steps where the request has none; Wan's own ``generate.py`` takes 40 for image to video."""
    guidance: float = Field(5.0, ge=1, le=20)
    negative_prompt: str = Field(
        "overexposed, static, blurred details, subtitles, watermark, worst quality, low quality, JPEG artefacts, "
        "deformed hands, extra fingers, fused limbs, walking backwards",
        max_length=1000,
    )
    """Where the request has none; after the one in Wan's ``shared_config.py``."""
    pixels: int = Field(PIXELS, ge=16 * 16, le=1280 * 720)
    """Area of the model's frame."""
    chunk_frames: int = Field(64, ge=8, le=257)
    """Snapped to 4n + 1."""
    chunk_overlap: int = Field(4, ge=1, le=32)
    chaining: Chaining = "last_frame"
    """What a chunk begins with: the end of the one before, so that motion goes on, or the keyframe once more. Then
    nothing drifts, however long the shot, and several cards make its chunks side by side, but motion begins anew at
    each seam."""
    interpolation: Interpolation = "blend"
    """From the model's rate to the plan's: neighbours mixed, moved along their motion (ffmpeg's minterpolate; slow), or
    shown again."""
    upscaling: Upscaling = "lanczos"
    reassembly: Reassembly = "crossfade"
    """Where two chunks meet: mixed over what they share, or cut at the frame that the later one began from."""
    colour_match: bool = True
    """Hold each chunk to the colours of the one before it, measured where they overlap."""
    colour_limit: float = Field(0.1, gt=0, le=0.5)
    """The most that is corrected: of the contrast, and of the range of 255."""


def read_options(options: Mapping[str, Any]) -> WanOptions:
    """The profile's options. Raises :class:`ConfigInvalid` that names the field."""
    try:
        return WanOptions.model_validate(dict(options))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, ("options", "video", *first["loc"])))
        raise ConfigInvalid(f"{field}: {first['msg']}", where="the profile's video engine wan") from None


def model_size(width: int, height: int, pixels: int = PIXELS) -> tuple[int, int]:
    """(width, height) that the model works at for a picture of this shape: the nearest trained one, scaled to area."""
    shape = math.log(width / height)
    near = min(TRAINED, key=lambda size: abs(math.log(size[0] / size[1]) - shape))
    scale = math.sqrt(pixels / (near[0] * near[1])) if pixels != PIXELS else 1.0
    wide, high = (max(1, round(side * scale / STEP)) * STEP for side in near)
    return wide, high
