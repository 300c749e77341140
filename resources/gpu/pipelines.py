"""A load plan as a diffusers pipeline is told it: what ``from_pretrained`` gets, where the parts go, how a VAE decodes.

Weights are safetensors of a local folder whose hashes were checked; nothing here reaches for a network.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from resources.errors import Missing
from resources.gpu.plan import LoadPlan, Precision

_MORE = 1 << 50
"""Bytes; no part of a model is as large."""


def pretrained_kwargs(
    plan: LoadPlan,
    *,
    variant: str = "",
    keeps: Mapping[str, Precision] | None = None,
    quantised: Iterable[str] = (),
) -> dict[str, Any]:
    """Arguments of a pipeline's ``from_pretrained`` for ``plan``.

    ``variant``: the kind of weight files ("fp16"), empty where they have none. ``keeps``: parts that are loaded in a
    precision of their own, by name. ``quantised``: the parts that 8 and 4 bits apply to. Raises :class:`Missing` when
    the plan asks for bits that only a package gives which is not installed.
    """
    import torch

    dtypes = {"default": plan.dtype, **(keeps or {})}
    kwargs: dict[str, Any] = {
        "dtype": {name: getattr(torch, dtype) for name, dtype in dtypes.items()},
        "use_safetensors": True,
        "local_files_only": True,
    }
    if variant:
        kwargs["variant"] = variant
    if plan.device_map:
        kwargs["device_map"] = plan.device_map
        if plan.max_memory:
            kwargs["max_memory"] = memory_map(plan)
    if plan.quantisation != "none":
        kwargs["quantization_config"] = _bits(plan, list(quantised))
    return kwargs


def memory_map(plan: LoadPlan) -> dict[int | str, int]:
    """A plan's ``max_memory`` for diffusers' device maps.

    They send a part that is larger in 16 bits than what its card may give to the CPU, without a word, and also when it
    is to be quantised. What fits was decided before the load (:mod:`resources.gpu.spread`): so every card is given as
    much more, and only their order counts.
    """
    return {_index(name): most + _MORE for name, most in plan.max_memory}


def load_pipeline(
    pipeline: type[Any],
    folder: Path,
    plan: LoadPlan,
    *,
    variant: str = "",
    keeps: Mapping[str, Precision] | None = None,
    quantised: Iterable[str] = (),
    before_placing: Callable[[Any], None] = lambda pipe: None,
    **more: Any,
) -> Any:
    """``pipeline`` from ``folder``, as ``plan`` says, ready to be called.

    ``before_placing`` adds what must be part of it before anything is moved or hooked (an adapter); ``more`` goes to
    ``from_pretrained``. See :func:`pretrained_kwargs`.
    """
    from diffusers.utils.logging import disable_progress_bar
    from transformers.utils.logging import disable_progress_bar as disable_weights_bar

    disable_progress_bar()
    disable_weights_bar()  # type: ignore[no-untyped-call, unused-ignore]
    kwargs = pretrained_kwargs(plan, variant=variant, keeps=keeps, quantised=quantised)
    pipe = pipeline.from_pretrained(str(folder), **kwargs, **more)
    pipe.set_progress_bar_config(disable=True)
    before_placing(pipe)
    place(pipe, plan)
    return pipe


def place(pipe: Any, plan: LoadPlan) -> None:
    """Put the parts of a pipeline where the plan wants them; a device map has placed them already."""
    if plan.device_map:
        return
    if plan.offload == "model":
        pipe.enable_model_cpu_offload(device=plan.device)
    elif plan.offload == "sequential":
        pipe.enable_sequential_cpu_offload(device=plan.device)
    else:
        pipe.to(plan.device)


def decode_as(vae: Any, plan: LoadPlan) -> None:
    """Switch a VAE's tiling and slicing as the plan of one call says, on or off."""
    (vae.enable_tiling if plan.vae_tiling else vae.disable_tiling)()
    (vae.enable_slicing if plan.vae_slicing else vae.disable_slicing)()


def _index(device: str) -> int | str:
    """``cuda:1`` as accelerate counts it, 1; ``cpu`` as it is."""
    kind, _, number = device.partition(":")
    return int(number or 0) if kind == "cuda" else device


def _bits(plan: LoadPlan, parts: list[str]) -> Any:
    """bitsandbytes on ``parts``: LLM.int8, or nf4 with its scales quantised as well, computing in the plan's dtype."""
    if importlib.util.find_spec("bitsandbytes") is None:
        raise Missing(
            f"{plan.quantisation} weights need the package bitsandbytes",
            where=plan.model_key,
            hint="pip install bitsandbytes, or let the profile keep its precision with `lower_precision: false`",
        )
    import torch
    from diffusers import PipelineQuantizationConfig

    told: dict[str, Any] = {"load_in_8bit": True}
    if plan.quantisation == "4bit":
        told = {
            "load_in_4bit": True,
            "bnb_4bit_quant_type": "nf4",
            "bnb_4bit_use_double_quant": True,
            "bnb_4bit_compute_dtype": getattr(torch, plan.dtype),
        }
    return PipelineQuantizationConfig(
        quant_backend=f"bitsandbytes_{plan.quantisation}", quant_kwargs=told, components_to_quantize=parts
    )
