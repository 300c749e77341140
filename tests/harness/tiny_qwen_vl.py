"""A Qwen2-VL of random weights, made on the spot: two layers each way, a byte-level tokenizer, real safetensors."""

from __future__ import annotations

import json
from pathlib import Path

from resources.gpu.registry import ModelEntry, Registry
from tests.harness.cpu_torchaudio import allow_cpu_torchaudio

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>",
           "<|video_pad|>"]  # fmt: skip
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{% if m['content'] is string %}{{ m['content'] }}{% else %}"
    "{% for c in m['content'] %}{% if c['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif 'text' in c %}{{ c['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def save_tiny_qwen_vl(folder: Path, *, context: int = 8192, beside: bool = False) -> Path:
    """Write model, tokenizer and picture processor into ``folder``; ``beside``: the template as old repositories do."""
    allow_cpu_torchaudio()
    import torch
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import Qwen2Tokenizer, Qwen2VLConfig, Qwen2VLForConditionalGeneration

    vocabulary = {symbol: number for number, symbol in enumerate(sorted(ByteLevel.alphabet()))}
    for name in SPECIAL:
        vocabulary[name] = len(vocabulary)
    tokenizer = Qwen2Tokenizer(
        vocab=vocabulary, merges=[], eos_token="<|im_end|>", pad_token="<|endoftext|>",
        additional_special_tokens=SPECIAL[1:], model_max_length=context,
    )  # fmt: skip
    ids = {name: vocabulary[name] for name in SPECIAL}
    text = {
        "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": context,
        "bos_token_id": ids["<|endoftext|>"], "eos_token_id": ids["<|im_end|>"], "pad_token_id": ids["<|endoftext|>"],
        "rope_parameters": {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 1e6},
    }  # fmt: skip
    vision = {
        "depth": 2, "embed_dim": 32, "hidden_size": 32, "num_heads": 4, "mlp_ratio": 2, "patch_size": 14,
        "spatial_merge_size": 2, "temporal_patch_size": 2,
    }  # fmt: skip
    config = Qwen2VLConfig(
        text_config=text, vision_config=vision, image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"], vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Qwen2VLForConditionalGeneration(config)
        for name, weight in model.named_parameters():
            if weight.ndim > 1:
                torch.nn.init.normal_(weight, std=0.25)  # else what is seen does not reach what is said
            del name
    model.generation_config.update(do_sample=True, temperature=0.01, top_p=0.001, repetition_penalty=1.05)  # as Qwen's
    model.save_pretrained(folder)
    if beside:
        (folder / "chat_template.json").write_text(json.dumps({"chat_template": TEMPLATE}))
    else:
        tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    pictures = {
        "image_processor_type": "Qwen2VLImageProcessor", "patch_size": 14, "merge_size": 2, "temporal_patch_size": 2,
        "min_pixels": 56 * 56, "max_pixels": 112 * 112,
    }  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(pictures))
    return folder


def qwen_registry(models: Path, *, side: int = 112) -> Registry:
    """A registry with the tiny model as ``qwen2-vl-2b``, whose files are trusted; pictures of side x side at most."""
    entry = ModelEntry.model_validate(
        {
            "title": "Tiny", "repo": "a/b", "revision": "0" * 40, "licence": "MIT", "licence_url": "https://x",
            "commercial": True, "unverified": True, "loader": "transformers.AutoModelForImageTextToText",
            "dtype": "float32", "work": "qwen-vl", "skips": ["offload_layers", "fewer_frames"],
            "typical": {"width": side, "height": side, "batch": 4},
            "parts": [{"name": "model", "parameters": 60_000}], "patterns": ["*.json", "*.jinja", "*.safetensors"],
        }
    )  # fmt: skip
    registry = Registry(models, {"qwen2-vl-2b": entry})
    registry.trust("qwen2-vl-2b")
    return registry
