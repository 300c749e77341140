"""A DINOv2 of random weights, made on the spot, in the files and names of the real one."""

from __future__ import annotations

import json
from pathlib import Path

from resources.gpu.registry import ModelEntry, Registry
from tests.harness.cpu_torchaudio import allow_cpu_torchaudio

KEY = "dinov2-small"
SIDE = 28


def save_tiny_dinov2(folder: Path) -> Path:
    """Write model and picture processor into ``folder``: two layers, vectors of 32 numbers, pictures of 28 x 28."""
    allow_cpu_torchaudio()
    import torch
    from transformers import Dinov2Config, Dinov2Model

    config = Dinov2Config(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, mlp_ratio=2, image_size=SIDE, patch_size=14
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Dinov2Model(config)
        for weight in model.parameters():
            if weight.ndim > 1:
                torch.nn.init.normal_(weight, std=0.25)  # else what is seen does not reach the vector
    model.save_pretrained(folder)
    pictures = {
        "image_processor_type": "BitImageProcessor", "do_resize": True, "size": {"shortest_edge": SIDE + 4},
        "resample": 3, "do_center_crop": True, "crop_size": {"height": SIDE, "width": SIDE}, "do_rescale": True,
        "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.485, 0.456, 0.406],
        "image_std": [0.229, 0.224, 0.225], "do_convert_rgb": True,
    }  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(pictures))
    return folder


def dinov2_registry(models: Path) -> Registry:
    """A registry with the tiny model as ``dinov2-small``, whose files are trusted."""
    entry = ModelEntry.model_validate(
        {
            "title": "Tiny", "repo": "a/b", "revision": "0" * 40, "licence": "MIT", "licence_url": "https://x",
            "commercial": True, "unverified": True, "loader": "transformers.AutoModel", "dtype": "float32",
            "work": "small", "skips": ["fewer_frames", "lower_resolution"],
            "typical": {"width": SIDE, "height": SIDE, "batch": 8},
            "parts": [{"name": "model", "parameters": 40_000}], "patterns": ["*.json", "*.safetensors"],
        }
    )  # fmt: skip
    registry = Registry(models, {KEY: entry})
    registry.trust(KEY)
    return registry
