"""What is finished of a shot, for the process that comes after a crash.

::

    <scratch>/wan/<key>/latents-0003.safetensors   sampled, not decoded yet
    <scratch>/wan/<key>/chunk-0003.mkv             decoded, lossless
    <scratch>/wan/<key>/chunk-0003.json            written last: the chunk is finished

The key is a hash of everything that decides the shot. A chunk also records which clip it followed, so that what stands
on the shelf is one chain or nothing; one that begins with the keyframe stands by itself.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from pydantic import Field, JsonValue, ValidationError

from resources.gpu.wan.chunks import ChunkRange
from resources.gpu.wan.reassembly import Piece
from resources.store.atomic import TEMPORARY, disk_errors, write_bytes, write_json
from resources.store.fingerprint import hash_file
from schemas.plan import Strict

KEPT_S = 14 * 24 * 3600.0
"""How long what is unfinished of a shot waits for somebody to go on with it."""


class ChunkRecord(Strict):
    """A finished chunk: what a person wants to know of it, and what the next process has to."""

    index: int = Field(ge=0)
    start: int = Field(ge=0)
    stop: int = Field(ge=1)
    overlap: int = Field(ge=0)
    seed: int
    model: str
    sampled: tuple[int, int]
    """(width, height) of its latents' frames."""
    plan: dict[str, JsonValue]
    steps: list[dict[str, JsonValue]]
    """Rungs of the memory ladder that were taken for it."""
    colours: dict[str, JsonValue] | None = None
    after: str = ""
    """SHA-256 of the clip of the chunk before."""
    sha256: str

    @property
    def range(self) -> ChunkRange:
        """Its frames of the shot."""
        return ChunkRange(self.index, self.start, self.stop, self.overlap)


class Shelf:
    """The finished chunks of one shot, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob(f"{TEMPORARY}*"):
                left.unlink(missing_ok=True)

    def clip(self, index: int) -> Path:
        """Where the frames of a chunk are, or will be."""
        return self.folder / f"chunk-{index:04d}.mkv"

    def piece(self, record: ChunkRecord) -> Piece:
        """A finished chunk as reassembly takes it."""
        return Piece(record.range, self.clip(record.index))

    def finished(self, *, chained: bool = True) -> list[ChunkRecord]:
        """The chunks that are whole, from the first one on, as far as each follows the one before.

        ``chained``: each was made from the very clip before it; else it need only begin where that one ends.
        """
        found: list[ChunkRecord] = []
        while (record := self.one(len(found))) is not None:
            before = found[-1] if found else None
            if record.after != (before.sha256 if before and chained else ""):
                break
            if record.start + record.overlap != (before.stop if before else 0):
                break
            found.append(record)
        return found

    def one(self, index: int) -> ChunkRecord | None:
        """A chunk that is whole; None where it is not."""
        try:
            record = ChunkRecord.model_validate_json(self._record(index).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        clip = self.clip(index)
        whole = record.index == index and clip.is_file() and hash_file(clip) == record.sha256
        return record if whole else None

    def finish(self, record: ChunkRecord) -> None:
        """A chunk's clip is there and whole; its latents have served."""
        write_json(self._record(record.index), record.model_dump(mode="json"))
        self._latents(record.index).unlink(missing_ok=True)

    def keep_latents(self, index: int, key: str, latents: Any) -> None:
        """Keep what was sampled, before anything is decoded from it. ``key``: of all that decided it."""
        from safetensors.torch import save

        write_bytes(self._latents(index), save({"latents": latents}, metadata={"key": key}))

    def latents(self, index: int, key: str) -> Any | None:
        """What was sampled for a chunk by ``key``; None where there is nothing, or of something else, or damaged."""
        from safetensors import SafetensorError, safe_open

        path = self._latents(index)
        try:
            with safe_open(str(path), framework="pt", device="cpu") as file:
                return file.get_tensor("latents") if (file.metadata() or {}).get("key") == key else None
        except (FileNotFoundError, SafetensorError):
            return None

    def clear(self) -> None:
        """The shot is made: nothing here is needed any more."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _record(self, index: int) -> Path:
        return self.folder / f"chunk-{index:04d}.json"

    def _latents(self, index: int) -> Path:
        return self.folder / f"latents-{index:04d}.safetensors"


def prune(root: Path, *, older_than_s: float = KEPT_S) -> None:
    """Drop what was begun so long ago that nobody will go on with it: another seed or another wish took its place."""
    for one in root.iterdir() if root.is_dir() else ():
        if one.is_dir() and time.time() - one.stat().st_mtime > older_than_s:
            shutil.rmtree(one, ignore_errors=True)
