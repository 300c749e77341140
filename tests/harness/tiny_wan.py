"""Wan pipelines of random weights, made on the spot: real classes, real configuration, real safetensors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from resources.gpu.device import CpuAccelerator
from resources.gpu.pool import ModelPool
from resources.gpu.registry import ModelEntry, Registry
from resources.gpu.room import GpuRoom
from tests.harness.cpu_torchaudio import allow_cpu_torchaudio

KEYS = ("tiny-i2v", "tiny-flf2v")
TOKENS = (224 // 32) ** 2 + 1
"""Of the tiny image encoder: patches, and the class."""


def save_tiny_wan(folder: Path, *, last_frame: bool = False) -> Path:
    """Write an image-to-video pipeline, or a first-and-last-frame one, into ``folder``."""
    allow_cpu_torchaudio()
    import torch
    from diffusers import (
        AutoencoderKLWan,
        UniPCMultistepScheduler,
        WanImageToVideoPipeline,
        WanTransformer3DModel,
    )
    from transformers import (
        CLIPImageProcessor,
        CLIPVisionConfig,
        CLIPVisionModel,
        T5TokenizerFast,
        UMT5Config,
        UMT5EncoderModel,
    )

    special = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("\u2581", -2.0)]
    vocabulary = special + [(chr(code), -4.0) for code in range(33, 127)]
    tokenizer = T5TokenizerFast(vocab=vocabulary, extra_ids=0, model_max_length=512)
    with torch.random.fork_rng():
        torch.manual_seed(int(last_frame))
        text: Any = UMT5EncoderModel(
            UMT5Config(
                vocab_size=len(tokenizer), d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, pad_token_id=0,
                relative_attention_num_buckets=8, relative_attention_max_distance=16, eos_token_id=1,
            )
        )  # fmt: skip
        eye: Any = CLIPVisionModel(
            CLIPVisionConfig(
                hidden_size=32, projection_dim=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
                image_size=224, patch_size=32,
            )
        )  # fmt: skip
        vae = AutoencoderKLWan(
            base_dim=4, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]
        )
        transformer = WanTransformer3DModel(
            patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=16, in_channels=36, out_channels=16,
            text_dim=32, freq_dim=32, ffn_dim=64, num_layers=2, cross_attn_norm=True, rope_max_seq_len=64,
            qk_norm="rms_norm_across_heads", image_dim=32, added_kv_proj_dim=32,
            pos_embed_seq_len=2 * TOKENS if last_frame else None,
        )  # fmt: skip
    scheduler = UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=3.0
    )
    WanImageToVideoPipeline(
        tokenizer=tokenizer, text_encoder=text.eval(), vae=vae, transformer=transformer, scheduler=scheduler,
        image_encoder=eye.eval(), image_processor=CLIPImageProcessor(),
    ).save_pretrained(folder, safe_serialization=True)  # fmt: skip
    return folder


def tiny_entry(key: str) -> ModelEntry:
    """What a registry says of a tiny Wan."""
    return ModelEntry.model_validate(
        {
            "title": key,
            "repo": "example/tiny",
            "revision": "0" * 40,
            "licence": "none",
            "licence_url": "https://example.org",
            "commercial": True,
            "unverified": True,
            "loader": "diffusers.WanImageToVideoPipeline",
            "dtype": "float32",
            "work": "wan",
            "typical": {"width": 64, "height": 48, "frames": 65},
            "parts": [
                {"name": "transformer", "parameters": 100_000},
                {"name": "text_encoder", "parameters": 50_000},
                {"name": "image_encoder", "parameters": 50_000, "quantised": False},
                {"name": "vae", "parameters": 50_000, "quantised": False, "keeps": "float32"},
            ],
            "patterns": ["model_index.json", "*/*.json", "*/*.safetensors"],
        }
    )


def tiny_room(models: Path, scratch: Path, **overrides: Any) -> GpuRoom:
    """A room on the CPU with the models below ``models``; ``overrides`` are fields of every load plan."""
    allow_cpu_torchaudio()
    registry = Registry(models, {key: tiny_entry(key) for key in KEYS})
    for key in KEYS:
        if registry.folder_of(key).is_dir() and registry.state(key) == "unchecked":
            registry.trust(key)
    pool = ModelPool([CpuAccelerator()])
    return GpuRoom(pool, registry, "cpu", scratch, overrides={key: overrides for key in KEYS})
