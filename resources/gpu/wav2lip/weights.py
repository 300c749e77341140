"""Loading the generator: safetensors, or a checkpoint read with ``weights_only`` that runs no code.

The registry has held the file to its hash before this is called.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resources.gpu.errors import ModelLoadError
from resources.gpu.plan import LoadPlan

if TYPE_CHECKING:
    from resources.gpu.wav2lip.network import Generator

FIRST = "face_encoder_blocks.0.0.conv_block.0.weight"
"""Whose first dimension tells how wide the network is."""
_HINT = "the generator of Wav2Lip, as safetensors or as a checkpoint with a `state_dict`"


def load_generator(plan: LoadPlan, folder: Path) -> Generator:
    """The network on the plan's device, in float32, ready to be asked.

    Raises :class:`ModelLoadError` for a file that holds code, is cut short, or is of another network.
    """
    from resources.gpu.wav2lip.network import Generator

    path = _the_file(folder)
    state = _plain_names(_tensors(path), path)
    if FIRST not in state:
        raise _wrong(path, f"has no {FIRST}")
    network = Generator(int(state[FIRST].shape[0]))
    try:
        network.load_state_dict(state, strict=True)
    except RuntimeError as error:
        raise _wrong(path, f"is of another network: {' '.join(str(error).split())[:200]}") from None
    return network.float().eval().requires_grad_(False).to(plan.device)


def _the_file(folder: Path) -> Path:
    found = sorted(path for path in folder.glob("**/*") if path.suffix in (".safetensors", ".pth"))
    if len(found) != 1:
        raise _wrong(folder, f"has {len(found)} files of weights, not one")
    return found[0]


def _tensors(path: Path) -> Any:
    """What the file holds, on the CPU."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise _wrong(path, "holds more than tensors: it could run code, and is not read") from None
    except (SafetensorError, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise _wrong(path, f"cannot be read: {' '.join(str(error).split())[:160]}") from None


def _plain_names(told: Any, path: Path) -> dict[str, Any]:
    """Tensors by name, without what training wrapped around them (``state_dict``, ``module.``)."""
    state = told.get("state_dict", told) if isinstance(told, dict) else None
    if not isinstance(state, dict):
        raise _wrong(path, "holds no weights by name")
    return {str(name).removeprefix("module."): tensor for name, tensor in state.items()}


def _wrong(path: Path, message: str) -> ModelLoadError:
    return ModelLoadError(message, where=str(path), hint=_HINT)
