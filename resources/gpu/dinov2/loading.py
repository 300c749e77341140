"""Loading an image encoder from local safetensors, with its own picture processor (the PIL one: no torchvision)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resources.gpu.errors import ModelLoadError
from resources.gpu.plan import LoadPlan
from resources.gpu.quiet import no_progress_bars


@dataclass(frozen=True)
class Encoder:
    """Model and picture processor; transformers' objects are not typed."""

    model: Any
    pictures: Any


def load_encoder(plan: LoadPlan, folder: Path) -> Encoder:
    """The encoder as ``plan`` says. Raises :class:`ModelLoadError`."""
    import torch
    import transformers
    from safetensors import SafetensorError

    library: Any = transformers  # its classes are typed in part
    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        with no_progress_bars():
            pictures = library.AutoImageProcessor.from_pretrained(folder, backend="pil", **local)
            model = library.AutoModel.from_pretrained(
                folder, dtype=getattr(torch, plan.dtype), use_safetensors=True, **local
            )
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelLoadError(
            f"cannot be loaded: {' '.join(str(error).split())[:240]}",
            where=str(folder),
            hint="DINOv2, or another image encoder that transformers loads with AutoModel",
        ) from None
    model.to(plan.device)
    model.eval()
    return Encoder(model, pictures)
