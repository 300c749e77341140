"""Base, refiner and adapter from their folders, each by diffusers' own loader."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from resources.gpu.errors import ModelDamaged
from resources.gpu.pipelines import load_pipeline
from resources.gpu.plan import LoadPlan, Precision
from resources.gpu.sdxl.options import References
from resources.gpu.spec import Load

QUANTISED = ("unet",)
"""The text encoders are small beside it, and the VAE is all convolutions."""


def load_base(variant: str, references: References | None = None, adapter: Path | None = None) -> Load:
    """A loader of the base model, with the adapter of ``references`` in its folder ``adapter`` where there is one."""

    def load(plan: LoadPlan, folder: Path) -> Any:
        from diffusers import StableDiffusionXLPipeline

        def add(pipe: Any) -> None:
            if references is not None and adapter is not None:
                _add_adapter(pipe, references, adapter)

        return _load(StableDiffusionXLPipeline, folder, plan, variant, add)

    return load


def load_refiner(variant: str) -> Load:
    """A loader of the refiner."""

    def load(plan: LoadPlan, folder: Path) -> Any:
        from diffusers import StableDiffusionXLImg2ImgPipeline

        return _load(StableDiffusionXLImg2ImgPipeline, folder, plan, variant, lambda pipe: None)

    return load


def _load(pipeline: type[Any], folder: Path, plan: LoadPlan, variant: str, add: Callable[[Any], None]) -> Any:
    return load_pipeline(
        pipeline, folder, plan, variant=variant, keeps=_keeps(folder), quantised=QUANTISED, before_placing=add,
        add_watermarker=False,  # it would depend on what else is installed
    )  # fmt: skip


def _keeps(folder: Path) -> Mapping[str, Precision]:
    """The VAE in 32 bits where its own config says that it overflows in 16 (SDXL 1.0's does)."""
    path = folder / "vae" / "config.json"
    try:
        upcast = bool(json.loads(path.read_bytes()).get("force_upcast", True))
    except (OSError, ValueError, AttributeError):
        raise ModelDamaged("cannot be read", where=str(path), hint="pull the model again") from None
    return {"vae": "float32"} if upcast else {}


def _add_adapter(pipe: Any, references: References, folder: Path) -> None:
    """Load the image encoder and the adapter's attention into ``pipe``, from safetensors alone."""
    from transformers import CLIPVisionModelWithProjection

    encoder = CLIPVisionModelWithProjection.from_pretrained(
        str(folder / references.encoder), dtype=pipe.unet.dtype, use_safetensors=True, local_files_only=True
    )
    pipe.register_modules(image_encoder=encoder)  # load_ip_adapter would take a pickle where it finds one
    weights = PurePosixPath(references.weights)
    pipe.load_ip_adapter(
        str(folder),
        subfolder=str(weights.parent),
        weight_name=weights.name,
        image_encoder_folder=None,
        local_files_only=True,
    )
