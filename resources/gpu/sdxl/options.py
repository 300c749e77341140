"""What a profile may say to the engine: ``options: {image: {...}}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError

from resources.config import first_fault
from resources.errors import ConfigInvalid
from schemas.plan import Strict

Pair = tuple[int, int]


class Micro(Strict):
    """SDXL's size and crop conditioning (section 2.2 of its paper), in pixels: what the picture is said to come from.

    Each is left to the rendered size where it is None. The negative ones, all or none of them, are what guidance leads
    away from: a small ``negative_original_size`` leads away from pictures that were scaled up.
    """

    original_size: Pair | None = None
    """(width, height)."""
    crop: Pair = (0, 0)
    """(left, top) of what was cropped away; 0, 0 centres the subject."""
    target_size: Pair | None = None
    negative_original_size: Pair | None = None
    negative_crop: Pair = (0, 0)
    negative_target_size: Pair | None = None

    @property
    def is_negative(self) -> bool:
        """Whether guidance leads away from a size of its own."""
        return self.negative_original_size is not None or self.negative_target_size is not None


class Refiner(Strict):
    """The second expert of the ensemble: it takes the last of the noise away."""

    model: str = "sdxl-refiner"
    begins: float = Field(0.8, gt=0, lt=1)
    """Share of the steps that the base does; 0.8 is the paper's."""
    aesthetic_score: float = Field(6.0, ge=0, le=10)
    negative_aesthetic_score: float = Field(2.5, ge=0, le=10)


class References(Strict):
    """A portrait of each character, painted once a film, that leads its face in every shot (IP-Adapter)."""

    model: str = "ip-adapter-sdxl"
    weights: str = Field("sdxl_models/ip-adapter-plus-face_sdxl_vit-h.safetensors", pattern=r"\.safetensors$")
    encoder: str = "models/image_encoder"
    scale: float = Field(0.6, ge=0, le=1.5)
    """How much the portrait counts beside the words, in a medium shot."""
    most: int = Field(3, ge=1, le=4)
    """Figures of one shot that are led; a band that is narrower than a third of the picture holds no face."""
    steps: int = Field(30, ge=1, le=150)


class Rate(Strict):
    """How many pictures one user of one host may ask for."""

    per_minute: float = Field(60.0, gt=0)
    burst: int = Field(60, ge=1)
    backlog: int = Field(120, ge=0)
    """Pictures that may wait."""
    queue_ttl_s: float = Field(600.0, ge=0)


class Dedupe(Strict):
    """When two pictures are the same one."""

    bits: int = Field(6, ge=0, le=32)
    """Most bits in which two 64-bit pHashes differ."""
    window: int = Field(512, ge=1, le=100_000)
    """Recent pictures that are remembered."""
    store: Literal["process", "redis"] = "process"
    """``redis``: shared by several hosts; its address is in SPARKLE_REDIS_URL."""


class SdxlOptions(Strict):
    """All of it."""

    model: str = "sdxl-base"
    area: int = Field(1024 * 1024, ge=64 * 64, le=4096 * 4096)
    """Pixels that the weights were trained at: 1024 x 1024, or 512 x 512 for distilled ones."""
    steps: int = Field(30, ge=1, le=150)
    """Unless the images agent decides."""
    guidance: float = Field(5.0, ge=0, le=30)
    negative_prompt: str = Field("", max_length=2000)
    """Unless the images agent decides."""
    micro: Micro = Micro()
    refiner: Refiner | None = None
    references: References | bool = False
    max_images_per_call: int = Field(8, ge=1, le=32)
    batch_timeout_s: float = Field(120.0, gt=0)
    before: Literal["none", "policy", "sample"] = "policy"
    """What is asked before a picture is made: nobody, the text policy, or it and the judge about a quick sample."""
    sample_steps: int = Field(8, ge=1, le=50)
    sample_least: float = Field(0.3, ge=0, le=1)
    """The lowest score (0 to 1) of a sample that is gone on with."""
    after: Literal["none", "safety"] = "safety"
    """What looks at a picture once it is made."""
    rate: Rate = Rate()
    dedupe: Dedupe = Dedupe()

    @property
    def led_by(self) -> References | None:
        """How portraits are used; None where they are not."""
        if isinstance(self.references, References):
            return self.references
        return References() if self.references else None

    def changes_pixels(self) -> dict[str, Any]:
        """The options that another picture comes from, for the engine's revision."""
        told = self.model_dump(mode="json")
        led = self.led_by
        return {name: told[name] for name in _PIXELS} | {"references": led.model_dump(mode="json") if led else None}


_PIXELS = ("model", "area", "steps", "guidance", "negative_prompt", "micro", "refiner")


def read_options(options: Mapping[str, Any]) -> SdxlOptions:
    """The options of a profile. Raises :class:`ConfigInvalid`, naming the field."""
    try:
        return SdxlOptions.model_validate(dict(options))
    except ValidationError as error:
        raise ConfigInvalid(first_fault(error), where="options.image") from None
