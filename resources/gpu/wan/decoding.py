"""Latents to frames, a few at a time.

Wan's VAE is causal in time: ``AutoencoderKLWan._decode`` feeds its decoder one latent after the other, keeps what the
next one needs in a list of features, and joins the results. The same loop stands here without the joining, so that four
frames exist at once and not the whole chunk; a test holds it to ``vae.decode``, bit by bit. Decoding in tiles goes tile
by tile through the whole chunk and cannot be cut in time: there one decoded chunk is held.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from resources.errors import RenderFault
from resources.gpu.wan.clips import Rgb
from resources.gpu.wan.sampling import frames_of, size_of


def decode(pipe: Any, latents: Any) -> Generator[Rgb, None, None]:
    """Frames of sampled latents (as :func:`~resources.gpu.wan.sampling.sample` gives them), in their order.

    Raises :class:`RenderFault` for frames that are not finite, or of another number or size.
    """
    import torch
    from diffusers.utils.torch_utils import get_module_execution_device

    vae, count, (width, height) = pipe.vae, frames_of(latents), size_of(latents)
    done = 0
    try:
        z = _denormalised(vae, latents.to(get_module_execution_device(vae), vae.dtype))
        for part in _tiled(vae, z) if _in_tiles(vae, width, height) else _streamed(vae, z):
            if tuple(part.shape[:2]) != (1, 3) or tuple(part.shape[3:]) != (height, width):
                raise RenderFault(f"decoded to {tuple(part.shape)}, not frames of {width}x{height}")
            if not bool(torch.isfinite(part).all()):
                raise RenderFault(f"decoded frames {done} to {done + part.shape[2] - 1} are not finite")
            for number in range(part.shape[2]):
                yield _pixels(part[0, :, number])
            done += int(part.shape[2])
            del part  # it is gone before the next one is decoded
        if done != count:
            raise RenderFault(f"decoded to {done} frames, not {count}")
    finally:
        pipe.maybe_free_model_hooks()


def _denormalised(vae: Any, latents: Any) -> Any:
    """Latents in the VAE's own scale: what the pipeline does before it decodes."""
    import torch

    shape = (1, vae.config.z_dim, 1, 1, 1)
    mean = torch.tensor(vae.config.latents_mean).view(shape).to(latents.device, latents.dtype)
    std = 1.0 / torch.tensor(vae.config.latents_std).view(shape).to(latents.device, latents.dtype)
    return latents / std + mean


def _in_tiles(vae: Any, width: int, height: int) -> bool:
    return bool(vae.use_tiling) and (width > vae.tile_sample_min_width or height > vae.tile_sample_min_height)


def _tiled(vae: Any, z: Any) -> Iterator[Any]:
    import torch

    with torch.no_grad():
        video = vae.decode(z, return_dict=False)[0].to("cpu")
    for number in range(video.shape[2]):
        yield video[:, :, number : number + 1]


def _streamed(vae: Any, z: Any) -> Iterator[Any]:
    import torch

    hook: Any = getattr(vae, "_hf_hook", None)
    if hasattr(hook, "pre_forward"):  # offload brings the VAE to its device before `decode`; this is not `decode`
        hook.pre_forward(vae)

    @torch.no_grad()
    def decoded(number: int) -> Any:
        first = {"first_chunk": True} if number == 0 else {}
        return vae.decoder(x[:, :, number : number + 1], feat_cache=features, feat_idx=[0], **first).clamp_(-1.0, 1.0)

    with torch.no_grad():
        x = vae.post_quant_conv(z)
    vae.clear_cache()
    features = vae._feat_map
    for number in range(x.shape[2]):
        yield decoded(number)
    vae.clear_cache()


def _pixels(frame: Any) -> Rgb:
    """(3, height, width) of -1 to 1 as (height, width, 3) of 0 to 255."""
    levels = frame.float().mul(127.5).add_(127.5).round_().clamp_(0, 255)
    return np.ascontiguousarray(levels.byte().permute(1, 2, 0).cpu().numpy())
