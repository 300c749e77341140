"""SDXL of random weights, made on the spot: base, refiner and face adapter in the files and names of the real ones."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from resources.gpu.ladder import Permissions
from resources.gpu.pool import ModelPool
from resources.gpu.registry import ModelEntry, Registry
from resources.gpu.room import GpuRoom
from tests.harness.accelerator import FakeAccelerator
from tests.harness.cpu_torchaudio import allow_cpu_torchaudio

WIDE = 32
"""Channels of each text encoder."""
MERGES = (("t", "h"), ("th", "e</w>"), ("a", "n"), ("an", "d</w>"))


def save_tiny_sdxl(folder: Path) -> Path:
    """``sdxl-base``, ``sdxl-refiner`` and ``ip-adapter-sdxl`` below ``folder``, 13 MB in all."""
    import torch

    allow_cpu_torchaudio()
    torch.manual_seed(0)
    vae = _vae()
    _base(vae).save_pretrained(folder / "sdxl-base", safe_serialization=True, variant="fp16")
    _refiner(vae).save_pretrained(folder / "sdxl-refiner", safe_serialization=True, variant="fp16")
    _adapter(folder / "ip-adapter-sdxl")
    return folder


def tiny_registry(folder: Path) -> Registry:
    """The registry of such a folder, its files trusted."""
    diffusers = ["model_index.json", "*/*.json", "*/*.txt", "*/*.fp16.safetensors"]
    base = [("unet", True), ("text_encoder", False), ("text_encoder_2", False), ("vae", False)]
    skips = {"sdxl-refiner": ["lower_resolution"], "ip-adapter-sdxl": ["quantise_8bit", "quantise_4bit"]}
    models = {
        "sdxl-base": _entry(base, patterns=diffusers),
        "sdxl-refiner": _entry([one for one in base if one[0] != "text_encoder"], patterns=diffusers),
        "ip-adapter-sdxl": _entry(
            [("adapter", False), ("image_encoder", False)],
            patterns=["sdxl_models/*.safetensors", "models/image_encoder/*"],
        ),
    }
    models = {key: entry.model_copy(update={"skips": skips.get(key, [])}) for key, entry in models.items()}
    registry = Registry(folder, models)
    for key in models:
        registry.trust(key)
    return registry


def tiny_room(
    registry: Registry, scratch: Path, *, permissions: Permissions | None = None, fail_at: Iterable[int] = ()
) -> GpuRoom:
    """A room whose only device is a CPU with 64 GB that nobody else uses."""
    device = FakeAccelerator(64 << 30, name="cpu", fail_at=fail_at)
    return GpuRoom(ModelPool([device], wait_s=0.2), registry, "cpu", scratch, permissions or Permissions())


def clip_tokenizer() -> Any:
    """CLIP's own id layout: 256 bytes, the same at a word's end, merges, start and end last."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import CLIPTokenizer

    alphabet = sorted(ByteLevel.alphabet())
    vocab = {token: index for index, token in enumerate(alphabet + [f"{token}</w>" for token in alphabet])}
    for left, right in MERGES:
        vocab.setdefault(left + right, len(vocab))
    for token in ("<|startoftext|>", "<|endoftext|>"):
        vocab[token] = len(vocab)
    return CLIPTokenizer(vocab=vocab, merges=list(MERGES), model_max_length=77)


def _entry(parts: list[tuple[str, bool]], *, patterns: list[str]) -> ModelEntry:
    return ModelEntry.model_validate(
        {
            "title": "tiny", "repo": "tests/tiny", "revision": "0" * 40, "licence": "none",
            "licence_url": "https://example.org", "commercial": True, "unverified": True, "loader": "tests",
            "variant": "fp16", "dtype": "float32", "work": "sdxl", "typical": {"width": 128, "height": 128},
            "parts": [{"name": name, "parameters": 100_000, "quantised": quantised} for name, quantised in parts],
            "patterns": patterns,
        }
    )  # fmt: skip


def _text(cls: type[Any], vocabulary: Any) -> Any:
    from transformers import CLIPTextConfig

    return cls(
        CLIPTextConfig(
            vocab_size=len(vocabulary), hidden_size=WIDE, intermediate_size=64, num_attention_heads=4,
            num_hidden_layers=3, max_position_embeddings=77, projection_dim=WIDE,
            bos_token_id=vocabulary.bos_token_id, eos_token_id=vocabulary.eos_token_id,
            pad_token_id=vocabulary.pad_token_id,
        )
    ).eval()  # fmt: skip


def _unet(cross: int, time_ids: int) -> Any:
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        sample_size=32, in_channels=4, out_channels=4, block_out_channels=(32, 64), layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=cross, attention_head_dim=(2, 4), transformer_layers_per_block=(1, 1),
        use_linear_projection=True, addition_embed_type="text_time", addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=time_ids * 8 + WIDE,
    )  # fmt: skip


def _vae() -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(32, 32, 32, 32), layers_per_block=1, latent_channels=4, sample_size=64,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, norm_num_groups=32,
        scaling_factor=0.13025,
    )  # fmt: skip


def _scheduler() -> Any:
    from diffusers import EulerDiscreteScheduler

    return EulerDiscreteScheduler(
        beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, timestep_spacing="leading", steps_offset=1
    )


def _base(vae: Any) -> Any:
    from diffusers import StableDiffusionXLPipeline
    from transformers import CLIPTextModel, CLIPTextModelWithProjection

    words = clip_tokenizer()
    return StableDiffusionXLPipeline(
        vae=vae, text_encoder=_text(CLIPTextModel, words), text_encoder_2=_text(CLIPTextModelWithProjection, words),
        tokenizer=words, tokenizer_2=clip_tokenizer(), unet=_unet(2 * WIDE, 6), scheduler=_scheduler(),
        add_watermarker=False,
    )  # fmt: skip


def _refiner(vae: Any) -> Any:
    from diffusers import StableDiffusionXLImg2ImgPipeline
    from transformers import CLIPTextModelWithProjection

    words = clip_tokenizer()
    return StableDiffusionXLImg2ImgPipeline(
        vae=vae, text_encoder=None, text_encoder_2=_text(CLIPTextModelWithProjection, words), tokenizer=None,
        tokenizer_2=words, unet=_unet(WIDE, 5), scheduler=_scheduler(), requires_aesthetics_score=True,
        force_zeros_for_empty_prompt=False, add_watermarker=False,
    )  # fmt: skip


def _adapter(folder: Path) -> None:
    """IP-Adapter Plus: a resampler of four layers, and keys and values of each cross-attention of the base's U-Net."""
    import torch
    from safetensors.torch import save_file
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    hidden, cross, seen = 64, 2 * WIDE, 32
    shapes = {"latents": (1, 4, hidden), "proj_in.weight": (hidden, seen), "proj_out.weight": (cross, hidden)}
    ones = {"proj_in.bias": hidden, "proj_out.bias": cross, "norm_out.weight": cross, "norm_out.bias": cross}
    for layer in range(4):
        shapes |= {
            f"layers.{layer}.0.to_q.weight": (64, hidden), f"layers.{layer}.0.to_kv.weight": (128, hidden),
            f"layers.{layer}.0.to_out.weight": (hidden, 64), f"layers.{layer}.1.1.weight": (4 * hidden, hidden),
            f"layers.{layer}.1.3.weight": (hidden, 4 * hidden),
        }  # fmt: skip
        for norm in ("0.norm1", "0.norm2", "1.0"):
            ones |= {f"layers.{layer}.{norm}.weight": hidden, f"layers.{layer}.{norm}.bias": hidden}
    tensors = {f"image_proj.{name}": torch.randn(shape) * 0.2 for name, shape in shapes.items()}
    tensors |= {f"image_proj.{name}": torch.ones(size) for name, size in ones.items()}
    names = [name for name in _unet(cross, 6).attn_processors if name.endswith("attn2.processor")]
    for number, _ in enumerate(names):
        for what in ("to_k_ip", "to_v_ip"):
            tensors[f"ip_adapter.{2 * number + 1}.{what}.weight"] = torch.randn(64, cross) * 0.2
    weights = folder / "sdxl_models" / "ip-adapter-plus-face_sdxl_vit-h.safetensors"
    weights.parent.mkdir(parents=True)
    save_file(tensors, weights)
    vision = CLIPVisionConfig(
        hidden_size=seen, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, image_size=32,
        patch_size=16, projection_dim=seen,
    )  # fmt: skip
    CLIPVisionModelWithProjection(vision).save_pretrained(folder / "models" / "image_encoder")


def read_rendering(folder: Path) -> dict[str, Any]:
    """What the engine wrote beside a picture."""
    told: dict[str, Any] = json.loads((folder / "rendering.json").read_text(encoding="utf-8"))
    return told
