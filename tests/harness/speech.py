"""A stand-in for Chatterbox that really says the words (espeak-ng, in a worker process), or fails as it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from resources.cutout.voices.client import VoiceWorker
from resources.engines import Sound
from resources.gpu.chatterbox.manner import Manner
from resources.gpu.plan import LoadPlan

RATE = 24_000
Spoil = Callable[[Sound], Sound]


def silence(sound: Sound) -> Sound:
    """Nothing at all."""
    return np.zeros_like(sound)


def first_half(sound: Sound) -> Sound:
    """The end was never spoken."""
    return sound[: len(sound) // 2]


def endless(sound: Sound) -> Sound:
    """Cut at the token limit: forty seconds of it."""
    return np.resize(sound, 40 * RATE)


def not_a_number(sound: Sound) -> Sound:
    """What an overflow leaves."""
    return np.full_like(sound, np.nan)


def mumbled(sound: Sound) -> Sound:
    """A rest, and then more sound than anybody asked for."""
    noise = np.random.default_rng(0).normal(0, 0.05, RATE).astype(np.float32)
    return np.concatenate([sound, np.zeros(RATE // 4, np.float32), noise])


@dataclass
class Reader:
    """Says any English text; ``spoils`` are done to its takes in their order, ``texts`` and ``seeds`` are what came."""

    spoils: list[Spoil | None] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    seeds: list[int] = field(default_factory=list)
    worker: VoiceWorker = field(default_factory=VoiceWorker)
    sample_rate: int = RATE

    def __call__(self, text: str, seed: int) -> Sound:
        self.texts.append(text)
        self.seeds.append(seed)
        request = {
            "op": "speak", "engine": "espeak", "speaker": "+edward", "espeak": "en-us", "language": "en", "text": text,
            "rate": 1.0, "seed": seed, "pitch": 50, "variation": 50,
        }  # fmt: skip
        answer, raw = self.worker.ask(request, timeout=60)
        there = np.arange(round(len(raw) * RATE / answer["rate"])) * (answer["rate"] / RATE)
        sound = np.interp(there, np.arange(len(raw)), raw).astype(np.float32)
        spoil = self.spoils.pop(0) if self.spoils else None
        return spoil(sound) if spoil else sound

    # as a loaded Chatterbox

    def follow(self, clip: Path, manner: Manner) -> None:
        self.followed = clip

    def say(self, text: str, seed: int, manner: Manner, *, language: str, temperature: float) -> Sound:
        return self(text, seed)

    def watermark(self, sound: Sound, rate: int) -> float:
        return 1.0

    def load(self, plan: LoadPlan, folder: Path) -> Reader:
        """The loader of an engine."""
        self.loaded = plan.model_key
        return self

    def close(self) -> None:
        self.worker.kill()
