"""From noise to latents, and the refiner's last steps: diffusers' pipelines, asked for latents.

Every picture has a generator of its own on the CPU, so that its noise does not depend on the card or on what else is in
the batch. Its latents may differ in their last bits from those of a batch of one, where a library takes another kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from resources.gpu.sdxl.asking import Ask, Led
from resources.gpu.sdxl.encoding import Encoded
from resources.gpu.sdxl.options import Micro, Refiner
from resources.gpu.sdxl.watch import BatchClock

Size = tuple[int, int]
GREY = (128, 128, 128)


def sample(
    pipe: Any,
    asks: Sequence[Ask],
    encoded: Sequence[Encoded],
    size: Size,
    *,
    micro: Micro,
    clock: BatchClock,
    until: float | None = None,
    portraits: Mapping[str, Path] | None = None,
) -> Any:
    """Latents (n, 4, height / 8, width / 8) of ``asks``, which share steps, guidance and number of windows.

    ``until``: the share of the steps that is done here, the rest being the refiner's. ``portraits``: files by hash;
    None where ``pipe`` has no adapter. When ``clock`` is late the result is unfinished.
    """
    more: dict[str, Any] = dict(_led(pipe, asks[0].led, size, portraits)) if portraits is not None else {}
    # With several pictures diffusers 0.42 lays negative sizes out as (negative, positive) for each picture, while the
    # latents are all negatives, then all positives: so callers with negative sizes hand over one picture at a time.
    if micro.is_negative:
        more["negative_original_size"] = _rows(micro.negative_original_size or size)
        more["negative_target_size"] = _rows(micro.negative_target_size or size)
        more["negative_crops_coords_top_left"] = _rows(micro.negative_crop)
    result = pipe(
        **_words(encoded),
        width=size[0],
        height=size[1],
        num_inference_steps=asks[0].steps,
        guidance_scale=asks[0].guidance,
        denoising_end=until,
        generator=_generators(asks),
        original_size=_rows(micro.original_size or size),
        target_size=_rows(micro.target_size or size),
        crops_coords_top_left=_rows(micro.crop),
        output_type="latent",
        callback_on_step_end=_after_step(clock),
        **more,
    )
    return result.images


def refine(
    pipe: Any,
    ask: Ask,
    encoded: Encoded,
    latents: Any,
    size: Size,
    *,
    refiner: Refiner,
    micro: Micro,
    clock: BatchClock,
) -> Any:
    """The last steps of one picture (1, 4, height / 8, width / 8) by the expert that was trained on little noise."""
    result = pipe(
        **_words([encoded]),
        image=latents,
        num_inference_steps=ask.steps,
        guidance_scale=ask.guidance,
        denoising_start=refiner.begins,
        generator=_generators([ask]),
        original_size=_rows(micro.original_size or size),
        target_size=_rows(micro.target_size or size),
        crops_coords_top_left=_rows(micro.crop),
        aesthetic_score=refiner.aesthetic_score,
        negative_aesthetic_score=refiner.negative_aesthetic_score,
        output_type="latent",
        callback_on_step_end=_after_step(clock),
    )
    return result.images


def _words(encoded: Sequence[Encoded]) -> dict[str, Any]:
    import torch

    return {
        "prompt_embeds": torch.cat([one.prompt for one in encoded]),
        "negative_prompt_embeds": torch.cat([one.negative for one in encoded]),
        "pooled_prompt_embeds": torch.cat([one.pooled for one in encoded]),
        "negative_pooled_prompt_embeds": torch.cat([one.negative_pooled for one in encoded]),
    }


def _generators(asks: Sequence[Ask]) -> list[Any]:
    import torch

    return [torch.Generator("cpu").manual_seed(ask.seed) for ask in asks]


def _rows(pair: Size) -> Size:
    """(x, y) as diffusers has it: (y, x)."""
    return pair[1], pair[0]


def _after_step(clock: BatchClock) -> Callable[[Any, int, Any, dict[str, Any]], dict[str, Any]]:
    def after(pipe: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        clock.step_done()
        if clock.is_late():
            pipe._interrupt = True  # diffusers' own way to leave the loop: the pipeline ends in order
        return tensors

    return after


def _led(pipe: Any, led: Sequence[Led], size: Size, portraits: Mapping[str, Path]) -> dict[str, Any]:
    """Portraits for the adapter: each leads in its band of the picture; a grey card at scale 0 where there is none."""
    import torch
    from PIL import Image

    if not led:
        pipe.set_ip_adapter_scale(0.0)
        return {"ip_adapter_image": Image.new("RGB", (224, 224), GREY)}
    pictures = []
    for one in led:
        with Image.open(portraits[one.portrait]) as picture:
            pictures.append(picture.convert("RGB"))
    if len(led) == 1 and led[0].band is None:
        pipe.set_ip_adapter_scale(led[0].scale)
        return {"ip_adapter_image": pictures[0]}
    pipe.set_ip_adapter_scale([[one.scale for one in led]])
    masks = torch.zeros(1, len(led), size[1], size[0])
    for index, one in enumerate(led):
        left, right = one.band or (0.0, 1.0)
        masks[0, index, :, round(left * size[0]) : round(right * size[0])] = 1.0
    return {"ip_adapter_image": [pictures], "cross_attention_kwargs": {"ip_adapter_masks": [masks]}}
