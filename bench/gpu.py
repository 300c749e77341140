"""What the core of ``resources/gpu`` costs, and what models take.

``python bench/gpu.py leases``      1,000 warm leases with and without a film's timeline: time, and what they leave in
                                    the host's memory
``python bench/gpu.py weights``     parameters of Wan and Qwen-VL, counted on meta tensors from their configurations
``python bench/gpu.py calibrate PROFILE [HOME]``  every model of a profile at work once on this machine; what was
                                    measured is kept in HOME (default ``.sparkle``) and corrects what is predicted
``python bench/gpu.py fits``        the table of docs/GPU.md
``python bench/gpu.py measured F``  predicted beside measured peaks, of a home's ``cache/gpu/measured.json``
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from resources.errors import SparkleError
from resources.gpu.context import model_context
from resources.gpu.estimate import Bytes, Measured
from resources.gpu.plan import LoadPlan
from resources.gpu.pool import ModelPool
from resources.gpu.registry import Registry
from resources.gpu.sizes import table
from resources.gpu.spec import ModelSpec, Need
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.profile import load_profile
from resources.store.film import Home, Settings
from schemas.refs import AssetRef


class Held:
    """Stands for a model that is there."""


@dataclass(frozen=True)
class Cycles:
    """What warm leases cost, one after the other."""

    taken_ms: list[float]
    grown: float
    """Of the process' resident memory, as a part of what it was."""
    blocks: int
    """Memory blocks of Python's that were not there before."""


def lease_cycles(folder: Path, film: Path | None, *, warm_up: int = 100, count: int = 1000) -> Cycles:
    """``count`` leases on a warm model, after ``warm_up`` that bring code and caches in; told to ``film``."""
    from resources.gpu.device import CpuAccelerator

    pool = ModelPool([CpuAccelerator()], measured=Measured(folder / "measured.json"))
    plan = LoadPlan("held", device="cpu")
    spec = ModelSpec("held", lambda one, where: Held(), lambda one: Bytes(1000, 1000), lambda: folder)
    process, taken = psutil.Process(), [0.0] * count

    def cycle() -> float:
        begun = time.perf_counter()
        with model_context(pool, spec, need=Need(plan), film=film):
            pass
        return (time.perf_counter() - begun) * 1000

    for _ in range(warm_up):
        cycle()
    gc.collect()
    blocks, resident = sys.getallocatedblocks(), process.memory_info().rss
    for number in range(count):
        taken[number] = cycle()
    gc.collect()
    grown = process.memory_info().rss / resident - 1
    return Cycles(taken, grown, sys.getallocatedblocks() - blocks - count)  # each time that was taken is a block


def leases() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, film in (("no timeline", None), ("with a timeline", Path(folder) / "movies" / "bench")):
            told = lease_cycles(Path(folder), film)
            middle, worst = statistics.median(told.taken_ms), statistics.quantiles(told.taken_ms, n=100)[98]
            host = f"host {told.grown:+.2%}, {told.blocks:+d} blocks"
            print(f"warm lease, {name:<16} median {middle:6.2f} ms   99 % {worst:6.2f} ms   {host}")


def weights() -> None:
    """Sizes of the published ``config.json`` files; nothing is downloaded and no memory is taken."""
    import torch
    from diffusers import AutoencoderKLWan, WanTransformer3DModel
    from transformers import (
        CLIPVisionConfig,
        CLIPVisionModel,
        Qwen2VLConfig,
        Qwen2VLForConditionalGeneration,
        UMT5Config,
        UMT5EncoderModel,
    )

    wan: dict[str, Any] = {
        "patch_size": (1, 2, 2), "attention_head_dim": 128, "text_dim": 4096, "freq_dim": 256, "out_channels": 16,
        "cross_attn_norm": True, "qk_norm": "rms_norm_across_heads", "rope_max_seq_len": 1024,
    }  # fmt: skip
    image = {**wan, "num_attention_heads": 40, "in_channels": 36, "ffn_dim": 13824, "num_layers": 40, "image_dim": 1280}
    with torch.device("meta"):
        for name, model in {
            "wan i2v transformer": WanTransformer3DModel(**image, added_kv_proj_dim=5120),
            "wan flf2v transformer": WanTransformer3DModel(**image, added_kv_proj_dim=5120, pos_embed_seq_len=514),
            "wan t2v 1.3b transformer": WanTransformer3DModel(
                **wan, num_attention_heads=12, in_channels=16, ffn_dim=8960, num_layers=30
            ),
            "wan vae": AutoencoderKLWan(),
            "wan text encoder (umt5-xxl)": UMT5EncoderModel(
                UMT5Config(vocab_size=256384, d_model=4096, d_kv=64, d_ff=10240, num_layers=24, num_heads=64)
            ),
            "clip vit-h vision": CLIPVisionModel(
                CLIPVisionConfig(
                    hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=16,
                    patch_size=14,
                )
            ),
            "qwen2-vl-2b": Qwen2VLForConditionalGeneration(
                Qwen2VLConfig(
                    text_config={
                        "vocab_size": 151936, "hidden_size": 1536, "intermediate_size": 8960, "num_hidden_layers": 28,
                        "num_attention_heads": 12, "num_key_value_heads": 2, "tie_word_embeddings": True,
                    },
                    vision_config={"hidden_size": 1536}, tie_word_embeddings=True,
                )
            ),
        }.items():  # fmt: skip
            print(f"{name:<30} {sum(one.numel() for one in model.parameters()):>15,}")


def fits() -> None:
    print("| model | card | predicted GB | in the host, GB | the ladder |\n| --- | --- | --- | --- | --- |")
    for one in table(Registry(Path("nowhere"))):
        rungs = ", ".join(f"`{rung}`" for rung in one.rungs) or "as it is"
        how = rungs if one.fits else f"does not fit ({rungs})"
        print(f"| {one.key} | {one.preset} | {one.bytes.total / 1e9:.1f} | {one.bytes.host / 1e9:.1f} | {how} |")


SHOT: dict[str, Any] = {
    "title": "Calibration", "resolution": "720p", "title_card_s": 0, "end_card_s": 0,
    "characters": [{"id": "ada", "name": "Ada", "description": "a sailor in a yellow coat"}],
    "shots": [{"id": "one", "prompt": "Ada at the wheel of a boat, medium shot", "duration_s": 4.0, "dialogue": [
        {"character_id": "ada", "text": "The wind has turned, and the sea with it."}]}],
}  # fmt: skip
"""A shot in which every engine has a typical piece of work: a chunk of Wan, a line, a face, frames to judge."""


def work_once(engines: Engines, folder: Path, plan: dict[str, Any]) -> list[AssetRef]:
    """Make ``plan``'s one shot with ``engines``, in a home of its own below ``folder``, and have it judged."""
    home = Home(folder)
    home.prepare()
    film = home.film("calibration")
    film.plan_path.parent.mkdir(parents=True)
    film.plan_path.write_text(json.dumps(plan), encoding="utf-8")
    film.write_settings(Settings(profile=engines.profile.name))
    production = Production(home, film.movie, lambda profile: engines)
    with production.run():
        stages = (production.image, production.voice, production.video, production.clip)
        image, voice, video, clip = (work("01").ref for work in stages)
        production.measuring.shot(production.script.shot("01"), image, voice, clip)
    return [image, voice, video, clip]


def calibrate(profile: str, home: str = ".sparkle") -> None:
    engines = Engines(load_profile(profile), Home(Path(home)).cache)
    try:
        engines.check({"en"})
        with tempfile.TemporaryDirectory() as folder:
            work_once(engines, Path(folder), SHOT | {"seed": int(time.time())})  # a new seed: nothing is known of it
    finally:
        engines.close()
    measured(str(engines.cache / "gpu" / "measured.json"))


def measured(path: str) -> None:
    for entry in Measured(Path(path)).all():
        ratio = entry["measured"] / entry["predicted"]
        told, plan = entry["model"], entry["plan"]
        size = f"{plan['width']}x{plan['height']}x{plan['frames']}"
        print(
            f"{told:<22} {entry['device']:<28} {size:<14} {plan['offload']:<10} {entry['predicted'] / 1e9:6.1f} GB "
            f"predicted {entry['measured'] / 1e9:6.1f} GB measured  x{ratio:.2f}"
        )


if __name__ == "__main__":
    command, *rest = sys.argv[1:] or ["leases"]
    commands = {"leases": leases, "weights": weights, "calibrate": calibrate, "fits": fits, "measured": measured}
    try:
        commands[command](*rest)
    except SparkleError as error:
        sys.exit(f"bench/gpu.py: {error}")
