"""Latents to pixels, tiled and sliced as the plan says; what overflowed is seen, and decoded once more in 32 bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from resources.gpu.pipelines import decode_as
from resources.gpu.plan import LoadPlan
from resources.gpu.workloads import SDXL_TILE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FLAT = 1 / 255
"""Of -1 to 1: a picture whose values lie nearer together is one colour."""


@dataclass(frozen=True)
class Decoded:
    """A picture, or what is wrong with it."""

    pixels: NDArray[np.uint8]
    """(height, width, 3), RGB."""
    precision: str
    again: str = ""
    """Why it was decoded twice; empty: it was not."""
    fault: str = ""


def decode(pipe: Any, latents: Any, plan: LoadPlan) -> list[Decoded]:
    """``latents`` (n, 4, rows, columns) through the VAE of ``pipe``."""
    vae = pipe.vae
    decode_as(vae, plan)
    vae.tile_sample_min_size = min(SDXL_TILE, vae.config.sample_size)
    vae.tile_latent_min_size = vae.tile_sample_min_size // pipe.vae_scale_factor
    own = vae.dtype
    try:
        first = _pass(pipe, latents)
        images = [first[index : index + 1] for index in range(len(first))]
        faults = [fault_of(image) for image in images]
        before = list(faults)
        precision = [_name(own)] * len(images)
        if any(faults) and _name(own) != "float32":
            vae.to(dtype=_float32())
            for index in (index for index, fault in enumerate(before) if fault):
                images[index] = _pass(pipe, latents[index : index + 1])
                faults[index], precision[index] = fault_of(images[index]), "float32"
        twice = [fault if told != _name(own) else "" for fault, told in zip(before, precision, strict=True)]
        return [
            Decoded(_pixels(image), told, again, fault)
            for image, told, again, fault in zip(images, precision, twice, faults, strict=True)
        ]
    finally:
        if vae.dtype != own:
            vae.to(dtype=own)
        pipe.maybe_free_model_hooks()


def fault_of(image: Any) -> str:
    """What is wrong with an image (1, 3, height, width; -1 to 1); empty for nothing."""
    if not bool(image.isfinite().all()):
        return "its pixels are not numbers"
    low, high = float(image.min()), float(image.max())
    return "it is one flat colour" if min(high, 1.0) - max(low, -1.0) < FLAT else ""


def _pass(pipe: Any, latents: Any) -> Any:
    """Images (n, 3, height, width) in 32 bits on the CPU."""
    import torch

    vae = pipe.vae
    # a device map gives each part a device of its own; offloaded, a part has one only while it works
    device = vae.device if getattr(pipe, "hf_device_map", None) else pipe._execution_device
    with torch.no_grad():
        scaled = latents.to(device=device, dtype=vae.dtype) / vae.config.scaling_factor
        return vae.decode(scaled, return_dict=False)[0].float().cpu()


def _pixels(image: Any) -> NDArray[np.uint8]:
    shown = (image[0].nan_to_num() / 2 + 0.5).clamp(0, 1).permute(1, 2, 0)
    pixels: NDArray[np.uint8] = (shown * 255).round().byte().numpy()
    return pixels


def _name(dtype: Any) -> str:
    return str(dtype).removeprefix("torch.")


def _float32() -> Any:
    import torch

    return torch.float32
