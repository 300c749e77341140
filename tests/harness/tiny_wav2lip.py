"""A Wav2Lip generator of random weights, an eighth as wide as the published one, in a registry that pins its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from resources.gpu.device import Accelerator, CpuAccelerator
from resources.gpu.ladder import Permissions
from resources.gpu.pool import ModelPool
from resources.gpu.registry import ModelEntry, Registry
from resources.gpu.room import GpuRoom
from resources.store.fingerprint import hash_file

WIDTH = 2
Form = Literal["checkpoint", "safetensors"]


def save_tiny_wav2lip(folder: Path, form: Form = "checkpoint", *, seed: int = 0) -> Path:
    """Write the weights as they are published (a checkpoint with a ``state_dict``), or as safetensors."""
    import torch
    from safetensors.torch import save_file

    from resources.gpu.wav2lip.network import Generator

    folder.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = Generator(WIDTH)
        for module in network.modules():
            if isinstance(module, torch.nn.Conv2d | torch.nn.ConvTranspose2d):
                torch.nn.init.kaiming_normal_(module.weight)  # else what goes in does not reach what comes out
        state = network.state_dict()
    if form == "safetensors":
        path = folder / "wav2lip.safetensors"
        save_file(state, path)
    else:
        path = folder / "wav2lip.pth"
        wrapped = {f"module.{name}": tensor for name, tensor in state.items()}
        torch.save({"state_dict": wrapped, "global_step": 7, "optimizer": None}, path)
    return path


def wav2lip_registry(folder: Path, path: Path) -> Registry:
    """A registry whose entry ``wav2lip`` holds the file at ``path`` to its hash."""
    entry = ModelEntry.model_validate(
        {
            "title": "Tiny", "repo": "a/b", "revision": "main", "licence": "MIT", "licence_url": "https://x",
            "commercial": True, "loader": "resources.gpu.wav2lip", "dtype": "float32", "work": "wav2lip",
            "typical": {"width": 96, "height": 96, "batch": 64},
            "parts": [{"name": "generator", "parameters": 570_000, "quantised": False, "keeps": "float32"}],
            "files": [{"path": path.name, "bytes": path.stat().st_size, "sha256": hash_file(path)}],
        }
    )  # fmt: skip
    return Registry(folder, {"wav2lip": entry})


def cpu_room(registry: Registry, scratch: Path, *accelerators: Accelerator, **given: Any) -> GpuRoom:
    """A room on the CPU."""
    pool = ModelPool(accelerators or [CpuAccelerator()], **given)
    return GpuRoom(pool, registry, "cpu", scratch, Permissions())
