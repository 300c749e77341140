"""Chatterbox with random weights on the spot: its own classes, saved as published, loaded by its own ``from_local``.

What shrinks is depth and width: T3 has one thin layer, S3Gen's tokenizer, encoder and decoder one block each (upstream
writes their sizes into S3Gen's constructor, so the classes that it calls are told otherwise), and what is drawn: few
speech tokens, one step of the decoder. Upstream loads S3Gen with ``strict=False``: the English folder holds a sliver of
it and keeps the seeded random rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from resources.gpu.registry import ModelEntry, Registry
from resources.store.fingerprint import hash_file
from tests.harness.cpu_torchaudio import allow_cpu_torchaudio

TOKENS = 14
"""Speech tokens that are drawn at most: 25 a second."""
SPECIALS = ["[STOP]", "[UNK]", "[SPACE]", "[PAD]", "[SEP]", "[CLS]", "[MASK]"]
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,!?'-\""


@contextmanager
def tiny_chatterbox() -> Iterator[None]:
    """While it lasts, every part is thin, half a second is spoken, and a second of the clip is listened to."""
    allow_cpu_torchaudio()
    import chatterbox.models.s3gen.s3gen as s3gen
    import pytest
    import torch
    from chatterbox.models.s3gen import S3Gen
    from chatterbox.models.t3 import llama_configs
    from chatterbox.models.t3.t3 import T3
    from chatterbox.tts import ChatterboxTTS
    from s3tokenizer.model_v2 import S3TokenizerV2

    write, sound, make = T3.inference, S3Gen.inference, S3Gen.__init__

    def seeded(self: Any, *given: Any, **named: Any) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)  # what is not in the file is the same at every load
            make(self, *given, **named)

    def few_tokens(self: Any, **given: Any) -> Any:
        return write(self, **{**given, "max_new_tokens": TOKENS})

    def one_step(self: Any, **given: Any) -> Any:
        return sound(self, **given, n_cfm_timesteps=1)

    def thin(part: Any, **sizes: int) -> Any:
        return lambda **given: part(**{**given, **sizes})

    with pytest.MonkeyPatch.context() as patch:
        config = {**llama_configs.LLAMA_CONFIGS["Llama_520M"], "num_hidden_layers": 1, "intermediate_size": 64}
        patch.setitem(llama_configs.LLAMA_CONFIGS, "Llama_520M", config)
        encoder = thin(s3gen.UpsampleConformerEncoder, num_blocks=1, linear_units=64)
        patch.setattr(s3gen, "UpsampleConformerEncoder", encoder)
        patch.setattr(s3gen, "ConditionalDecoder", thin(s3gen.ConditionalDecoder, n_blocks=1, num_mid_blocks=1))
        [listens] = S3TokenizerV2.__init__.__defaults__
        for name, size in {"n_audio_layer": 1, "n_audio_state": 64, "n_audio_head": 1}.items():
            patch.setattr(listens, name, size)
        patch.setattr(T3, "inference", few_tokens)
        patch.setattr(S3Gen, "inference", one_step)
        patch.setattr(S3Gen, "__init__", seeded)
        patch.setattr(ChatterboxTTS, "DEC_COND_LEN", 24_000)
        patch.setattr(ChatterboxTTS, "ENC_COND_LEN", 16_000)
        yield


def write_tiny_chatterbox(folder: Path) -> None:
    """The files of the English model, all but ``conds.pt``; inside of :func:`tiny_chatterbox`."""
    import torch
    from chatterbox.models.s3gen.f0_predictor import ConvRNNF0Predictor
    from chatterbox.models.t3 import T3
    from chatterbox.models.voice_encoder import VoiceEncoder
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        save_file(VoiceEncoder().state_dict(), folder / "ve.safetensors")
        save_file({k: v.contiguous() for k, v in T3().state_dict().items()}, folder / "t3_cfg.safetensors")
        sliver = ConvRNNF0Predictor(num_class=1, in_channels=80, cond_channels=512).state_dict()
        named = {f"mel2wav.f0_predictor.{k}": v.contiguous() for k, v in sliver.items()}
        save_file(named, folder / "s3gen.safetensors")
    (folder / "tokenizer.json").write_text(tokenizer(), encoding="utf-8")


def tokenizer() -> str:
    """A tokenizer of single letters, with the two tokens that Chatterbox looks for."""
    vocab = {name: number for number, name in enumerate([*SPECIALS, *sorted(set(LETTERS))])}
    vocab["[START]"] = 255
    added = [
        {"id": vocab[name], "content": name, "special": True, "single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False}
        for name in [*SPECIALS, "[START]"]
    ]  # fmt: skip
    return json.dumps(
        {
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
            "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
            "model": {"type": "BPE", "dropout": None, "unk_token": "[UNK]", "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "vocab": vocab,
                      "merges": []},
        }
    )  # fmt: skip


def tiny_registry(folder: Path) -> Registry:
    """A registry over ``folder``, in which ``chatterbox`` is what was written there, every file with its hash."""
    files = [
        {"path": path.name, "bytes": path.stat().st_size, "sha256": hash_file(path)}
        for path in sorted((folder / "chatterbox").iterdir())
    ]
    return Registry(folder, {key: _entry(key, files) for key in ("chatterbox", "chatterbox-multilingual")})


def _entry(key: str, files: list[dict[str, Any]]) -> ModelEntry:
    return ModelEntry.model_validate(
        {
            "title": key, "repo": "ResembleAI/chatterbox", "revision": "0" * 40, "licence": "MIT",
            "licence_url": "https://huggingface.co/ResembleAI/chatterbox", "commercial": True,
            "loader": "chatterbox.tts.ChatterboxTTS", "dtype": "float32", "work": "chatterbox",
            "skips": ["offload", "offload_layers"], "typical": {"width": 1, "height": 1}, "files": files,
            "parts": [{"name": "t3_cfg", "parameters": 5_000_000, "quantised": False, "keeps": "float32"}],
        }
    )  # fmt: skip
