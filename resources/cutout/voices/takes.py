"""Finished lines in a folder that several processes may share: each is there whole, or is spoken again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from pydantic import ValidationError

from resources.engines import Sound
from resources.errors import RenderFault
from resources.media.wav import read_wav, wav_bytes
from resources.store.atomic import write_bytes
from schemas.media import TimedLine

Take: TypeAlias = tuple[Sound, TimedLine]


@dataclass(frozen=True, slots=True)
class TakeFolder:
    """``<key>.wav`` beside ``<key>.json``, which holds its hash, its words and mouth marks, and what else was noted."""

    folder: Path

    def keep(self, key: str, sound: Sound, timed: TimedLine, notes: Mapping[str, Any] | None = None) -> None:
        """Write a take; ``sound`` as :func:`as_kept` gives it."""
        data = wav_bytes(sound)
        write_bytes(self.folder / f"{key}.wav", data)
        note = {"wav": hashlib.sha256(data).hexdigest(), "line": timed.model_dump(mode="json"), **(notes or {})}
        write_bytes(self.folder / f"{key}.json", json.dumps(note, sort_keys=True).encode())

    def read(self, key: str) -> Take | None:
        """A take, if it is there and whole."""
        try:
            note = json.loads((self.folder / f"{key}.json").read_bytes())
            data = (self.folder / f"{key}.wav").read_bytes()
            if hashlib.sha256(data).hexdigest() != note["wav"]:
                return None
            return read_wav(self.folder / f"{key}.wav"), TimedLine.model_validate(note["line"])
        except (OSError, ValueError, KeyError, TypeError, RenderFault, ValidationError):
            return None  # not there, or not whole: spoken again

    def notes(self, key: str) -> dict[str, Any]:
        """What was noted beside a take; empty where there is none."""
        try:
            note = json.loads((self.folder / f"{key}.json").read_bytes())
            return {name: value for name, value in note.items() if name not in ("wav", "line")}
        except (OSError, ValueError, AttributeError):
            return {}


def as_kept(sound: Sound) -> Sound:
    """``sound`` rounded to what a file of it holds, so that a take is the same before and after it was read."""
    return (np.round(np.clip(sound, -1.0, 1.0) * 32767) / 32767).astype(np.float32)
