"""The Wan pipeline of a load plan, from files that were verified before: precision, quantisation, device, offload.

The VAE is loaded in float32 whatever the plan's precision is: in 16 bits its decoder bands and flickers (diffusers'
documentation of Wan says the same).
"""

from __future__ import annotations

import importlib.util
import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from resources.errors import Missing
from resources.gpu.errors import ModelLoadError
from resources.gpu.pipelines import memory_map
from resources.gpu.plan import LoadPlan
from resources.gpu.quiet import no_progress_bars

PIPELINE = "WanImageToVideoPipeline"
QUANTISED = ("transformer", "text_encoder")
"""What 8 and 4 bits apply to: the large parts. The image encoder's and the VAE's convolutions stay as they are."""


def load_wan(plan: LoadPlan, folder: Path) -> Any:
    """The pipeline in ``folder`` as ``plan`` lays it out. Raises :class:`ModelLoadError` for one of another kind."""
    import torch
    from diffusers import WanImageToVideoPipeline

    pipeline: Any = WanImageToVideoPipeline

    kind = _kind(folder)
    if kind != PIPELINE:
        raise ModelLoadError(f"is a {kind}, not a {PIPELINE}", where=str(folder))
    given: dict[str, Any] = {
        "dtype": {"default": getattr(torch, plan.dtype), "vae": torch.float32},
        "use_safetensors": True,
        "local_files_only": True,
    }
    if plan.quantisation != "none" and not plan.on_cpu:
        given["quantization_config"] = _quantisation(plan)
    if plan.device_map:
        given["device_map"] = plan.device_map
        if plan.max_memory:
            given["max_memory"] = memory_map(plan)
    with _current_device(plan), no_progress_bars():
        pipe: Any = pipeline.from_pretrained(str(folder), **given)
    pipe.set_progress_bar_config(disable=True)
    if plan.device_map:
        return pipe
    if plan.on_cpu or plan.offload == "none":
        return pipe.to(plan.device)
    if plan.offload == "model":
        pipe.enable_model_cpu_offload(device=plan.device)
    else:
        pipe.enable_sequential_cpu_offload(device=plan.device)
    return pipe


def unload_wan(pipe: Any) -> None:
    """Take off the hooks of offload, which hold the parts in rings of references."""
    pipe.remove_all_hooks()


def set_call(pipe: Any, plan: LoadPlan) -> None:
    """What of a plan holds for one call: tiles and slices of the VAE."""
    for on, name in ((plan.vae_tiling, "tiling"), (plan.vae_slicing, "slicing")):
        getattr(pipe.vae, f"{'enable' if on else 'disable'}_{name}")()


def _kind(folder: Path) -> str:
    path = folder / "model_index.json"
    try:
        return str(json.loads(path.read_bytes())["_class_name"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelLoadError(
            f"does not say what it is ({error})", where=str(path), hint="pull the model again"
        ) from None


def _quantisation(plan: LoadPlan) -> Any:
    import torch
    from diffusers.quantizers.pipe_quant_config import PipelineQuantizationConfig

    if importlib.util.find_spec("bitsandbytes") is None:
        raise Missing(
            f"{plan.quantisation} weights need bitsandbytes", where=plan.model_key, hint="pip install bitsandbytes"
        )
    bits: dict[str, Any] = {"load_in_8bit": True}
    if plan.quantisation == "4bit":
        bits = {
            "load_in_4bit": True,
            "bnb_4bit_quant_type": "nf4",
            "bnb_4bit_use_double_quant": True,
            "bnb_4bit_compute_dtype": getattr(torch, plan.dtype),
        }
    return PipelineQuantizationConfig(
        quant_backend=f"bitsandbytes_{plan.quantisation}", quant_kwargs=bits, components_to_quantize=list(QUANTISED)
    )


def _current_device(plan: LoadPlan) -> AbstractContextManager[Any]:
    """bitsandbytes puts weights onto the current card: make that the plan's."""
    import torch

    cuda = plan.device.startswith("cuda") and torch.cuda.is_available()
    found: AbstractContextManager[Any] = torch.cuda.device(plan.device) if cuda else nullcontext()
    return found
