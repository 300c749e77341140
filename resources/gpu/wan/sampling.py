"""Prompt and pictures to latents: one chunk, denoised. The VAE's decoder has no part in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image

from resources.errors import RenderFault
from resources.gpu.plan import LoadPlan

TEMPORAL = 4
SPATIAL = 8
"""Frames and pixels a side that the VAE packs into one latent; the first frame is a latent of its own."""

StepDone = Callable[[int, int], None]
"""Called after each denoising step with (steps done, steps in all)."""


@dataclass(frozen=True)
class ChunkCall:
    """What one chunk is asked for. Pictures are of any size; they are scaled to the plan's."""

    prompt: str
    negative_prompt: str
    steps: int
    guidance: float
    seed: int
    frames: int
    first: Image.Image
    last: Image.Image | None = None


def sample(pipe: Any, call: ChunkCall, plan: LoadPlan, step_done: StepDone) -> Any:
    """Latents of a chunk: (1, 16, (frames - 1) / 4 + 1, height / 8, width / 8), float32, on the CPU, as sampled.

    The noise is drawn on the CPU from the call's seed, so that every device begins from the same. Raises
    :class:`RenderFault` for latents of another shape, or that are not finite.
    """
    import torch

    def told(pipe: Any, step: int, time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        step_done(step + 1, call.steps)
        return {}

    size = (plan.width, plan.height)
    given: dict[str, Any] = {} if call.last is None else {"last_image": _sized(call.last, size)}
    latents = pipe(
        image=_sized(call.first, size),
        prompt=call.prompt,
        negative_prompt=call.negative_prompt,
        height=plan.height,
        width=plan.width,
        num_frames=call.frames,
        num_inference_steps=call.steps,
        guidance_scale=call.guidance,
        generator=torch.Generator("cpu").manual_seed(call.seed),
        output_type="latent",
        callback_on_step_end=told,
        callback_on_step_end_tensor_inputs=[],
        **given,
    ).frames
    latents = latents.detach().to("cpu", torch.float32).contiguous()
    wanted = latent_shape(call.frames, plan)
    if tuple(latents.shape) != wanted:
        raise RenderFault(f"gave latents of {tuple(latents.shape)}, not {wanted}", where=plan.model_key)
    if not bool(torch.isfinite(latents).all()):
        hint = "float16 overflows in this model: use bfloat16" if plan.dtype == "float16" else "try another seed"
        raise RenderFault("gave latents that are not finite", where=plan.model_key, hint=hint)
    return latents


def latent_shape(frames: int, plan: LoadPlan, channels: int = 16) -> tuple[int, ...]:
    """Shape of the latents of ``frames`` frames of the plan's size."""
    return (1, channels, (frames - 1) // TEMPORAL + 1, plan.height // SPATIAL, plan.width // SPATIAL)


def frames_of(latents: Any) -> int:
    """How many frames latents decode to."""
    return (int(latents.shape[2]) - 1) * TEMPORAL + 1


def size_of(latents: Any) -> tuple[int, int]:
    """(width, height) of the frames that latents decode to."""
    return int(latents.shape[4]) * SPATIAL, int(latents.shape[3]) * SPATIAL


def _sized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    rgb = picture.convert("RGB")
    return rgb if rgb.size == size else rgb.resize(size, Image.Resampling.LANCZOS)
