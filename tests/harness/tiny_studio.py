"""Every model of a GPU profile with random weights, and a profile that asks them for as little as can be.

What the profile needs lies in a folder of its own (``SPARKLE_CONFIGS``): a film is made with it by the command that
everybody uses, and nothing of the shipped profiles, models or limits is changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from resources.config import config_path
from resources.gpu.registry import Registry
from resources.quality.policy import Policy
from tests.harness.tiny_chatterbox import tiny_registry as chatterbox_registry
from tests.harness.tiny_chatterbox import write_tiny_chatterbox
from tests.harness.tiny_dinov2 import dinov2_registry, save_tiny_dinov2
from tests.harness.tiny_qwen_vl import qwen_registry, save_tiny_qwen_vl
from tests.harness.tiny_sdxl import save_tiny_sdxl
from tests.harness.tiny_sdxl import tiny_registry as sdxl_registry
from tests.harness.tiny_wan import save_tiny_wan, tiny_entry
from tests.harness.tiny_wav2lip import save_tiny_wav2lip, wav2lip_registry

NAME = "tiny"
CHUNK = 17
"""Frames that Wan renders at a time: a shot of more than a second has a seam."""
I2V, FLF2V = "wan2.1-i2v-14b-480p", "wan2.1-flf2v-14b-720p"
RULE = "sparkle/local"
PROFILE: dict[str, Any] = {
    "name": NAME,
    "description": "Every model, of random weights, on a CPU",
    "writer": RULE,
    "agents": dict.fromkeys(("images", "videos", "tts", "lipsync", "qa"), RULE),
    "engines": {
        "image": "sdxl", "video": "wan", "lipsync": "wav2lip", "voice": "chatterbox", "cards": "cutout",
        "music": "paper-band", "judge": "qwen2-vl", "likeness": "dinov2",
    },
    "encode": {"preset": "ultrafast", "crf": 30, "handle_frames": 2},
    "gpu": {"preset": "cpu", "models": {I2V: {"frames": CHUNK}}},
    "options": {
        "image": {"area": 128 * 128, "steps": 2},
        "video": {"pixels": 96 * 64, "steps": 1, "interpolation": "repeat"},
        "voice": {"tries": 1},
        "lipsync": {"detector": "box", "box": [0.3, 0.8, 0.3, 0.7]},
        "judge": {"frames": 1, "most_tokens": 384},
    },
}  # fmt: skip


def save_tiny_models(folder: Path) -> dict[str, dict[str, Any]]:
    """Write every model below ``folder``; what ``models.yaml`` says of them. Inside of ``tiny_chatterbox()``."""
    write_tiny_chatterbox(folder / "chatterbox")
    save_tiny_qwen_vl(folder / "qwen2-vl-2b")
    entries = {**chatterbox_registry(folder).models, **qwen_registry(folder).models}
    return save_tiny_painters(folder) | {key: entry.model_dump(mode="json") for key, entry in entries.items()}


def save_tiny_painters(folder: Path) -> dict[str, dict[str, Any]]:
    """As :func:`save_tiny_models`, of those that make pictures alone; they are small without a patch."""
    save_tiny_sdxl(folder)
    save_tiny_wan(folder / I2V)
    save_tiny_wan(folder / FLF2V, last_frame=True)
    save_tiny_dinov2(folder / "dinov2-small")
    lips = wav2lip_registry(folder, save_tiny_wav2lip(folder / "wav2lip"))
    entries = {**sdxl_registry(folder).models, **lips.models, **dinov2_registry(folder).models}
    entries |= {key: tiny_entry(key) for key in (I2V, FLF2V)}
    both = Registry(folder, entries)
    for key in (I2V, FLF2V):
        both.trust(key)
    return {key: entry.model_dump(mode="json") for key, entry in entries.items()}


def write_configs(
    folder: Path,
    models: dict[str, dict[str, Any]],
    lenient: dict[str, dict[str, Any]],
    profile: dict[str, Any] | None = None,
) -> Path:
    """A folder for ``SPARKLE_CONFIGS``: the models, the profile, and the shipped limits with ``lenient`` for it."""
    policy = yaml.safe_load(config_path("qa_policy.yaml").read_text(encoding="utf-8"))
    policy["profiles"][NAME] = lenient
    Policy.model_validate(policy)
    (folder / "profiles").mkdir(parents=True)
    for name, value in {
        "models.yaml": {"models": models},
        "qa_policy.yaml": policy,
        f"profiles/{NAME}.yaml": profile or PROFILE,
    }.items():
        (folder / name).write_text(yaml.safe_dump(value, sort_keys=False), encoding="utf-8")
    return folder
