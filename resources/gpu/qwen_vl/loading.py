"""Loading the judge: model, tokenizer and picture processor from local safetensors, no code of theirs.

Pictures are prepared by transformers' PIL backend, and the prompt by ourselves, so torchvision (which the whole
processor would want, for videos) is not needed.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resources.errors import Missing
from resources.gpu.errors import ModelLoadError
from resources.gpu.plan import LoadPlan
from resources.gpu.quiet import no_progress_bars


@dataclass(frozen=True)
class Loaded:
    """All of a judge. transformers' objects are not typed."""

    model: Any
    tokenizer: Any
    pictures: Any
    """Its image processor."""
    guide: Any
    """The tokenizer as llguidance sees it."""
    image_token: int
    context: int
    """Tokens of question and answer together."""


def load_judge(plan: LoadPlan, folder: Path) -> Loaded:
    """The judge as ``plan`` says. Raises :class:`ModelLoadError`, :class:`Missing` for a package that is not there.

    ``offload`` has no meaning here: it is one part, and all its layers over the bus for each token would take minutes.
    """
    if plan.offload != "none":
        raise ModelLoadError(
            f"is not loaded with offload {plan.offload!r}",
            where=plan.model_key,
            hint="`quantise_8bit` and `quantise_4bit` need `lower_precision: true` in the profile",
        )
    import llguidance.hf
    import torch
    import transformers
    from safetensors import SafetensorError

    library: Any = transformers  # its classes are typed in part
    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        with no_progress_bars():
            tokenizer: Any = library.AutoTokenizer.from_pretrained(folder, **local)
            pictures: Any = library.AutoImageProcessor.from_pretrained(folder, backend="pil", **local)
            model: Any = library.AutoModelForImageTextToText.from_pretrained(
                folder, dtype=getattr(torch, plan.dtype), use_safetensors=True, **_placed(plan), **local
            )
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelLoadError(
            f"cannot be loaded: {' '.join(str(error).split())[:240]}",
            where=str(folder),
            hint="Qwen2-VL, or a successor that transformers loads with AutoModelForImageTextToText",
        ) from None
    if not (plan.device_map or plan.quantisation != "none"):
        model.to(plan.device)
    model.eval()
    if not tokenizer.chat_template:
        tokenizer.chat_template = _template(folder)
    config = model.config
    context = int(getattr(config.get_text_config(), "max_position_embeddings", 0) or 4096)
    return Loaded(
        model, tokenizer, pictures, llguidance.hf.from_tokenizer(tokenizer), int(config.image_token_id), context
    )


def _placed(plan: LoadPlan) -> dict[str, Any]:
    """Where the weights go, and in how many bits, for ``from_pretrained``."""
    placed: dict[str, Any] = {}
    if plan.device_map:
        placed["device_map"] = plan.device_map
        if plan.max_memory:
            placed["max_memory"] = {_device(name): size for name, size in plan.max_memory}
    if plan.quantisation != "none":
        import transformers

        config: Any = transformers.BitsAndBytesConfig
        if importlib.util.find_spec("bitsandbytes") is None:
            raise Missing("8 and 4 bits need bitsandbytes", where=plan.model_key, hint="pip install bitsandbytes")
        four = {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_compute_dtype": plan.dtype}
        placed["quantization_config"] = config(**({"load_in_8bit": True} if plan.quantisation == "8bit" else four))
        placed.setdefault("device_map", {"": plan.device})
    return placed


def _device(name: str) -> int | str:
    """As accelerate spells it: a number for a GPU."""
    return int(name.removeprefix("cuda:")) if name.startswith("cuda:") else name


def _template(folder: Path) -> str:
    """The chat template where an older repository keeps it: beside the processor, not the tokenizer."""
    path = folder / "chat_template.json"
    try:
        return str(json.loads(path.read_bytes())["chat_template"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelLoadError("has no chat template", where=str(folder)) from None
