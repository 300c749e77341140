"""Chatterbox itself: loaded from a folder of ours, offline, and asked so that a seed decides everything.

What upstream does that a film cannot use, and what is done about it:

- ``MTLTokenizer`` fetches ``Cangjie5_TC.json`` from the hub, and its Chinese word segmenter a model from GitHub: while
  loading, the first is found beside the weights, the second is left out (upstream's own path without it).
- ``T3.inference`` draws a progress bar, and loading prints: neither reaches the terminal.
- The multilingual model hangs three more hooks on its layers with every call: they are taken off.
- ``S3Gen`` loads with ``strict=False``, so a file that is cut short would load: the registry's hashes were held before.
- A weight of exactly 0 leaves the English model with one sequence where it counts on two: it gets a hundredth.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from resources.casting import base_language
from resources.engines import Sound
from resources.gpu.chatterbox.manner import Manner
from resources.gpu.plan import LoadPlan

ENGLISH, MULTILINGUAL = "chatterbox", "chatterbox-multilingual"
"""Keys in ``configs/models.yaml``."""
_CLASSES = {
    ENGLISH: ("chatterbox.tts", "ChatterboxTTS"),
    MULTILINGUAL: ("chatterbox.mtl_tts", "ChatterboxMultilingualTTS"),
}
_ALSO = {"nb": "no"}
_LEAST_WEIGHT = 0.01


def model_for(language: str) -> str:
    """The key of the model that speaks ``language``."""
    return ENGLISH if base_language(language) == "en" else MULTILINGUAL


def load(plan: LoadPlan, folder: Path) -> Chatterbox:
    """The model of ``plan`` from ``folder``, whose hashes hold. Its pickles (``conds.pt``, ``s3gen.pt``, ``ve.pt``) are
    read with ``weights_only=True``, by upstream's own loader."""
    module, name = _CLASSES[plan.model_key]
    loader = getattr(import_module(module), name)
    with redirect_stdout(sys.stderr), _from_disk(folder):
        return Chatterbox(loader.from_local(folder, plan.device), multilingual=plan.model_key == MULTILINGUAL)


@dataclass
class Chatterbox:
    """A loaded model. One caller at a time: the voice it follows is its state."""

    tts: Any
    multilingual: bool

    @property
    def sample_rate(self) -> int:
        """Hertz of what :meth:`say` gives."""
        return int(self.tts.sr)

    def follow(self, clip: Path, manner: Manner) -> None:
        """Take the voice of ``clip`` (its first ten seconds) for all that is said next."""
        self.tts.prepare_conditionals(str(clip), exaggeration=manner.exaggeration)

    def say(self, text: str, seed: int, manner: Manner, *, language: str, temperature: float) -> Sound:
        """``text`` in the voice that is followed: (samples,) at :attr:`sample_rate`.

        The same seed gives the same samples, and the random state of the process stays what it was.
        """
        import torch

        base = base_language(language)
        given: dict[str, Any] = {
            "exaggeration": manner.exaggeration,
            "cfg_weight": manner.cfg_weight if self.multilingual else max(_LEAST_WEIGHT, manner.cfg_weight),
            "temperature": temperature,
        }
        if self.multilingual:
            given["language_id"] = _ALSO.get(base, base)
        cards = list(range(torch.cuda.device_count()))
        try:
            with torch.random.fork_rng(devices=cards), redirect_stdout(sys.stderr), _no_progress():
                torch.manual_seed(seed)
                wave = self.tts.generate(text, **given)
        finally:
            if self.multilingual:
                for layer in self.tts.t3.tfmr.layers:
                    layer.self_attn._forward_hooks.clear()
        return np.ascontiguousarray(wave.squeeze(0).numpy(), np.float32)

    def watermark(self, sound: Sound, rate: int) -> float:
        """What the Perth detector reads in ``sound``: the mean of its bits, 1 where the mark is there, 0 where not."""
        return float(np.mean(self.tts.watermarker.get_watermark(sound, sample_rate=rate)))


@contextmanager
def _from_disk(folder: Path) -> Iterator[None]:
    """While it lasts, Chatterbox's tokenizers find their files in ``folder`` and nowhere else."""
    tokenizers = import_module("chatterbox.models.tokenizers.tokenizer")
    converter = tokenizers.ChineseCangjieConverter

    def beside(repo_id: str, filename: str, **_: Any) -> str:
        return str(folder / Path(filename).name)

    def unsegmented(self: Any) -> None:
        self.segmenter = None

    with _replaced(tokenizers, "hf_hub_download", beside), _replaced(converter, "_init_segmenter", unsegmented):
        yield


@contextmanager
def _no_progress() -> Iterator[None]:
    def plain(steps: Any, **_: Any) -> Any:
        return steps

    with _replaced(import_module("chatterbox.models.t3.t3"), "tqdm", plain):
        yield


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)
