"""What one picture is asked for: everything that decides it, and nothing else."""

from __future__ import annotations

from typing import Any

from resources.gpu.plan import LoadPlan
from resources.gpu.sdxl.options import SdxlOptions
from resources.store.fingerprint import digest
from schemas.media import ImageRequest
from schemas.plan import Strict


class Led(Strict):
    """A portrait that leads one figure of a picture."""

    character_id: str
    portrait: str
    """SHA-256 of its file."""
    scale: float
    band: tuple[float, float] | None = None
    """(left, right), as shares of the width, of where it leads; None: everywhere."""


class Ask(Strict):
    """One picture; its size is the plan's."""

    prompt: str
    prompt_2: str = ""
    """For the second text encoder; empty: it reads ``prompt``."""
    negative_prompt: str = ""
    steps: int
    guidance: float
    seed: int
    led: tuple[Led, ...] = ()

    def key(self, size: tuple[int, int], plan: LoadPlan, **more: Any) -> str:
        """The name of its latents: a hash over what decides them. Tiling, offload and batch are not among it."""
        how = [plan.device.partition(":")[0], plan.dtype, plan.quantisation]
        return digest([self.model_dump(mode="json"), list(size), how, more])


def ask_of(request: ImageRequest, options: SdxlOptions, led: tuple[Led, ...] = ()) -> Ask:
    """What ``request`` asks for: as the images agent composed it, else in the plan's own words."""
    return Ask(
        prompt=request.composed_prompt or plain_prompt(request),
        prompt_2=request.composed_prompt_2,
        negative_prompt=request.negative_prompt or options.negative_prompt,
        steps=request.steps or options.steps,
        guidance=options.guidance if request.guidance is None else request.guidance,
        seed=request.seed,
        led=led,
    )


def plain_prompt(request: ImageRequest) -> str:
    """The plan's prompt, action, place and style, each once."""
    said: list[str] = []
    for text in (request.prompt, request.action, request.location_text, request.style):
        words = " ".join(text.split()).rstrip(".,; ")
        if words and not any(words.lower() in one.lower() for one in said):
            said.append(words)
    return ", ".join(said) or f"a view of the {request.place}".replace("_", " ")
