"""A Wan that paints plain frames of 832 x 480 at once: what is measured around it is the adapter's own.

Run as a program it renders one shot and prints, as JSON, what it cost: ``python -m tests.harness.constant_wan
IMAGE SCRATCH OUT FRAMES [KILL_AT]``. It kills itself, as by SIGKILL, when chunk number KILL_AT is sampled.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil

from resources.gpu.plan import LoadPlan
from resources.gpu.pool import ModelPool
from resources.gpu.registry import Registry
from resources.gpu.room import GpuRoom
from resources.gpu.wan.engine import WanVideo
from schemas.media import VideoRequest
from tests.harness.accelerator import FakeAccelerator
from tests.harness.cpu_torchaudio import allow_cpu_torchaudio
from tests.harness.tiny_wan import tiny_entry

KEY = "constant"
SIZE = (832, 480)


def pipeline(sampled: list[int], kill_at: int | None) -> Any:
    """Something that is called as the pipeline is, and decodes as its VAE does."""
    import torch

    frames = torch.empty((1, 3, 4, SIZE[1], SIZE[0]))  # all that this model ever takes

    class Decoder:
        config = SimpleNamespace(z_dim=16, latents_mean=[0.0] * 16, latents_std=[1.0] * 16)

        def __call__(self, x: Any, feat_cache: Any, feat_idx: Any, first_chunk: bool = False) -> Any:
            return frames[:, :, : 1 if first_chunk else 4].fill_(float(x.mean()))

    class Vae(torch.nn.Module):
        config = Decoder.config
        device, dtype, use_tiling = torch.device("cpu"), torch.float32, False
        decoder, _feat_map = Decoder(), None

        def post_quant_conv(self, z: Any) -> Any:
            return z

        def __getattr__(self, name: str) -> Any:
            if name in ("clear_cache", "enable_tiling", "disable_tiling", "enable_slicing", "disable_slicing"):
                return lambda: None
            return super().__getattr__(name)

    class Pipe:
        vae = Vae()

        def __call__(self, **call: Any) -> Any:
            sampled.append(call["num_frames"])
            if kill_at is not None and len(sampled) == kill_at + 1:
                os.kill(os.getpid(), signal.SIGKILL)
            level = float(torch.rand(1, generator=call["generator"]))
            latents = (1, 16, (call["num_frames"] - 1) // 4 + 1, call["height"] // 8, call["width"] // 8)
            return SimpleNamespace(frames=torch.full(latents, level))

        def maybe_free_model_hooks(self) -> None:
            pass

        def remove_all_hooks(self) -> None:
            pass

    return Pipe()


class Watcher(threading.Thread):
    """The most resident memory that this process had, looked at every two milliseconds."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process()
        self._over = threading.Event()
        self.before = self.most = self._process.memory_info().rss

    def run(self) -> None:
        while not self._over.wait(0.002):
            self.most = max(self.most, self._process.memory_info().rss)

    def end(self) -> int:
        """Bytes by which the process grew at the most."""
        self._over.set()
        self.join()
        return self.most - self.before


def render(image: Path, scratch: Path, out: Path, frames: int, kill_at: int | None = None) -> dict[str, Any]:
    """Render a shot, after a short one of another seed has brought all code and the model in."""
    allow_cpu_torchaudio()
    models = scratch / "models"
    (models / KEY).mkdir(parents=True, exist_ok=True)
    (models / KEY / "model_index.json").write_text("{}")
    registry = Registry(models, {KEY: tiny_entry(KEY)})
    registry.trust(KEY)
    room = GpuRoom(ModelPool([FakeAccelerator(1 << 40, name="cpu")]), registry, "cpu", scratch)
    sampled: list[int] = []

    def load(plan: LoadPlan, folder: Path) -> Any:
        return pipeline(sampled, None if kill_at is None else kill_at + 1)

    engine = WanVideo({"model": KEY, "last_frame_model": KEY, "interpolation": "repeat"}, room, load=load)
    asked: dict[str, Any] = {"camera": "static", "action": "", "prompt": "a wall", "effects": [], "fps": "24"}
    engine.render_video(VideoRequest.model_validate({**asked, "seed": 1}), image, 9, out)
    watcher = Watcher()
    watcher.start()
    engine.render_video(VideoRequest.model_validate({**asked, "seed": 2}), image, frames, out)
    return {"sampled": sampled[1:], "grown": watcher.end()}


if __name__ == "__main__":
    image, scratch, out, frames, *rest = sys.argv[1:]
    told = render(Path(image), Path(scratch), Path(out), int(frames), int(rest[0]) if rest else None)
    sys.stdout.write(json.dumps(told) + "\n")
