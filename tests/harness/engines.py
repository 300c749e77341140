"""Tiny engines: a moving gradient, a tone for each letter, a plain card, a soft chord."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from resources.engines import Frame, Sound
from resources.errors import RenderFault
from resources.store.fingerprint import derive_seed
from schemas.media import CutRequest, ImageRequest, LipsyncRequest, Mark, SpokenLine, TimedLine, VideoRequest, Word
from schemas.time import SAMPLE_RATE


def gradient(width: int, height: int, seed: int, frame: int) -> Frame:
    """A picture that is never flat and never still: (height, width, 4)."""
    x = np.arange(width)[None, :] * 2 + frame * 6 + seed % 251
    y = np.arange(height)[:, None] * 3
    picture = np.empty((height, width, 4), np.uint8)
    picture[..., 0] = (x + y) % 256
    picture[..., 1] = (x * 2 + seed % 97) % 256
    picture[..., 2] = (y * 2 + frame) % 256
    picture[..., 3] = 255
    return picture


def scene(width: int, height: int, seed: int, frame: int) -> Frame:
    """A patchwork that slides by, another one for each seed: (height, width, 4)."""
    patches = np.random.default_rng(seed).integers(40, 216, (9, 16, 3), dtype=np.uint8)
    rows, columns = np.arange(height) * 9 // height, (np.arange(width) - frame) % width * 16 // width
    picture = np.full((height, width, 4), 255, np.uint8)
    picture[..., :3] = patches[rows[:, None], columns[None, :]]
    return picture


@dataclass(frozen=True)
class TinyImages:
    name: str = "tiny"
    revision: str = "1"

    def render_image(self, request: ImageRequest, folder: Path) -> None:
        if "FAIL" in request.prompt:
            raise RenderFault("told to fail")
        picture = scene(request.width, request.height, request.seed, 0)
        Image.fromarray(picture[..., :3]).save(folder / "image.png")


@dataclass(frozen=True)
class TinyVideo:
    name: str = "tiny"
    revision: str = "1"

    def render_video(self, request: VideoRequest, image: Path, frames: int, folder: Path) -> None:
        score = {"frames": frames, "seed": request.seed, "request": request.model_dump(mode="json")}
        (folder / "score.json").write_text(json.dumps(score))


@dataclass(frozen=True)
class TinyLipsync:
    name: str = "tiny"
    revision: str = "1"

    def prepare(
        self, request: LipsyncRequest, video: Path, lines: list[TimedLine], sound: Path, frames: int, folder: Path
    ) -> Path:
        return video

    def frames(
        self, request: LipsyncRequest, video: Path, lines: list[TimedLine], start: int, stop: int
    ) -> Iterator[Frame]:
        seed = derive_seed((video / "score.json").read_text())
        for number in range(start, stop):
            yield scene(request.width, request.height, seed, number)


@dataclass(frozen=True)
class FrozenLipsync(TinyLipsync):
    """A picture that never changes: quality holds it back."""

    def frames(
        self, request: LipsyncRequest, video: Path, lines: list[TimedLine], start: int, stop: int
    ) -> Iterator[Frame]:
        for _ in range(start, stop):
            yield gradient(request.width, request.height, 1, 0)


@dataclass(frozen=True)
class TinyCards:
    name: str = "tiny"
    revision: str = "1"

    def card_frames(
        self, kind: str, request: CutRequest, images: list[Path], count: int, start: int, stop: int
    ) -> Iterator[Frame]:
        for number in range(start, stop):
            yield gradient(request.width, request.height, len(request.title) + len(kind), number)


class TinyVoices:
    name = "tiny"
    revision = "1"

    def __init__(self, cache: Path | None = None) -> None:
        self.spoken: list[str] = []

    def speak(self, line: SpokenLine, seed: int) -> tuple[Sound, TimedLine]:
        self.spoken.append(line.text)
        samples = round(0.06 * SAMPLE_RATE) * len(line.text)
        pitch = 150 + seed % 100
        sound = (0.3 * np.sin(2 * np.pi * pitch * np.arange(samples) / SAMPLE_RATE)).astype(np.float32)
        fade = min(samples, SAMPLE_RATE // 20)  # a word dies away
        sound[samples - fade :] *= np.linspace(1, 0, fade, dtype=np.float32) ** 2
        return sound, self.align(sound, line)

    def align(self, sound: Sound, line: SpokenLine) -> TimedLine:
        samples = len(sound)
        words = line.text.split()
        edges = [samples * k // max(1, len(words)) for k in range(len(words) + 1)]
        return TimedLine(
            character_id=line.character_id,
            text=line.text,
            start=0,
            end=samples,
            words=[Word(text=w, start=edges[k], end=edges[k + 1]) for k, w in enumerate(words)],
            marks=[Mark(start=0, viseme="D"), Mark(start=samples // 2, viseme="B")],
            aligned=True,
            voice_id=line.voice_id,
            engine="tiny",
        )

    def prefetch(self, lines: list[tuple[SpokenLine, int]]) -> None:
        """Nothing to gain."""


@dataclass(frozen=True)
class TinyMusic:
    name: str = "tiny"
    revision: str = "1"

    def music(self, request: CutRequest, samples: int) -> np.ndarray:
        tone = 0.1 * np.sin(2 * np.pi * 220 * np.arange(samples) / SAMPLE_RATE)
        return np.stack([tone, tone], axis=1).astype(np.float32)

    def ambience(self, request: CutRequest, spans: list[tuple[int, int, str, str, str]], samples: int) -> np.ndarray:
        return np.zeros((samples, 2), np.float32)
