"""One chunk: sampled, kept, decoded, kept; shorter when there is no room.

It is one request to the room, so that the card is given back between two of them. It begins with a frame of the chunk
before, where the two begin to overlap, or with the keyframe: then it asks for nothing that another chunk has to give.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

from PIL import Image

from resources.errors import RenderFault
from resources.gpu.context import Lease
from resources.gpu.ladder import StepTaken
from resources.gpu.plan import LoadPlan
from resources.gpu.room import GpuRoom
from resources.gpu.spec import Load, Need
from resources.gpu.wan.chunks import ChunkRange, next_range
from resources.gpu.wan.clips import Rgb, raw_input, read_clip, read_frame, write_clip
from resources.gpu.wan.colours import Matched
from resources.gpu.wan.conform import scaled
from resources.gpu.wan.decoding import decode
from resources.gpu.wan.loading import set_call, unload_wan
from resources.gpu.wan.options import MODEL_FPS, WanOptions
from resources.gpu.wan.progress import ShotProgress
from resources.gpu.wan.sampling import ChunkCall, frames_of, sample, size_of
from resources.gpu.wan.shelf import ChunkRecord, Shelf
from resources.store.fingerprint import derive_seed, digest, hash_file

RETRIES = 2
"""How often a chunk may be made shorter. A fault that may pass is tried again as often by the room itself."""
DECODE_S = 4 * 3600.0
"""Time limit of one chunk's decode and encode; layer by layer over the bus it takes a while."""
_RATE = Fraction(MODEL_FPS)


@dataclass(frozen=True)
class ShotWork:
    """Everything that decides a shot's chunks, and the hash of it."""

    prompt: str
    negative_prompt: str
    steps: int
    guidance: float
    seed: int
    total: int
    """Frames at the model's rate."""
    chunk_frames: int
    overlap: int
    keyframe: Image.Image
    last: Image.Image | None
    key: str


@dataclass(frozen=True)
class Asked:
    """A chunk that is to be made."""

    range: ChunkRange
    plan: LoadPlan
    follows: ChunkRange | None
    """The chunk before it in the shot, finished or not."""
    before: ChunkRecord | None
    """The finished one that it goes on from; None: it begins with the keyframe."""
    lands: bool
    """Its last frame is the shot's last picture."""
    carried: tuple[StepTaken, ...] = ()
    """Rungs that were taken for a chunk in its place, which was then cut anew."""

    def shorter(self, total: int, frames: int, overlap: int) -> ChunkRange:
        """Its frames where it may have ``frames`` at the most."""
        return next_range(self.follows, total, min(self.range.frames, frames), overlap)


@dataclass(frozen=True)
class Came:
    """What was made of a chunk."""

    asked: Asked
    frames: int
    """That it had in the end."""
    plan: LoadPlan
    steps: tuple[StepTaken, ...]
    record: ChunkRecord | None
    """None: it had to be too short to land, and is to be cut anew."""


@dataclass(frozen=True)
class _Made:
    """What an attempt came to: its frames of the shot, and the plan that did it."""

    chunk: ChunkRange
    plan: LoadPlan
    sampled: tuple[int, int]
    colours: dict[str, Any] | None


class ChunkMaker:
    """Makes the chunks of one shot, each by itself. Several threads may do so at once, each on a card of its own."""

    def __init__(
        self, room: GpuRoom, options: WanOptions, load: Load, work: ShotWork, size: tuple[int, int], shelf: Shelf,
        progress: ShotProgress,
    ) -> None:  # fmt: skip
        self._room = room
        self._options = options
        self._load = load
        self._work = work
        self._size = size
        """(width, height) that the shot begins with; a chunk may have to be sampled smaller."""
        self._shelf = shelf
        self._progress = progress

    def make(self, asked: Asked, *, wait_s: float | None = None) -> Came:
        """The chunk, finished and on the shelf. ``wait_s``: how long to wait for a card that others use."""
        work, model = self._work, asked.plan.model_key
        tried: list[int] = []

        def infer(lease: Lease, plan: LoadPlan) -> _Made | int:
            chunk = asked.shorter(work.total, plan.frames, work.overlap)
            if asked.lands and chunk.stop < work.total:
                return chunk.frames  # too short to reach the last picture: the other model's work
            if chunk.frames not in tried:
                tried.append(chunk.frames)
            if len(tried) > 1 + RETRIES:
                raise RenderFault(
                    f"chunk {chunk.index} did not fit with {', '.join(map(str, tried[:-1]))} frames",
                    where=model,
                    hint="render fewer pixels, or let the profile go lower with `lower_precision: true`",
                )
            return lease.using(lambda pipe: self._make(pipe, plan, asked, chunk))

        need = Need(asked.plan, wait_s=wait_s)
        made, taken = self._room.work(model, self._load, asked.plan, infer, need=need, unload=unload_wan)
        steps = (*asked.carried, *taken)
        if isinstance(made, int):
            return Came(asked, made, asked.plan, steps, None)
        before = asked.before
        record = ChunkRecord(
            index=made.chunk.index, start=made.chunk.start, stop=made.chunk.stop, overlap=made.chunk.overlap,
            seed=self._seed(made.chunk.index), model=model, sampled=made.sampled, plan=made.plan.told(),
            steps=[step.told() for step in steps], colours=made.colours, after=before.sha256 if before else "",
            sha256=hash_file(self._shelf.clip(made.chunk.index)),
        )  # fmt: skip
        return Came(asked, made.chunk.frames, made.plan, steps, record)

    def _make(self, pipe: Any, plan: LoadPlan, asked: Asked, chunk: ChunkRange) -> _Made:
        """Latents, from the shelf or sampled, then frames. A second attempt at the decode samples nothing again."""
        set_call(pipe, plan)
        chunk, latents = self._kept(asked, plan) or (chunk, None)
        if latents is None:
            latents = self._sample(pipe, plan, asked, chunk)
        sampled, matched = size_of(latents), None
        stream = scaled(raw_input(sampled, _RATE), sampled, self._size, self._options.upscaling)
        out, before = self._shelf.clip(chunk.index), asked.before
        with closing(decode(pipe, latents)) as decoded:
            frames: Iterable[Rgb] = decoded
            # one that lands ends in a picture's own colours
            if before is not None and self._options.colour_match and not asked.lands:
                frames = matched = Matched(decoded, self._shared(before, chunk), self._options.colour_limit)
            write_clip(frames, out, stream, size=self._size, rate=_RATE, count=chunk.frames, timeout=DECODE_S)
            if next(decoded, None) is not None:  # to its end, where it counts and gives the device back
                raise RenderFault(f"chunk {chunk.index} has more than {chunk.frames} frames", where=plan.model_key)
        return _Made(chunk, plan, sampled, matched.match.told() if matched and matched.match else None)

    def _kept(self, asked: Asked, plan: LoadPlan) -> tuple[ChunkRange, Any] | None:
        """Latents of this chunk that are there already, of whatever length up to the one that was asked for."""
        chunk = asked.range
        latents = self._shelf.latents(chunk.index, self._latents_key(asked, chunk, plan))
        if latents is None or frames_of(latents) > chunk.frames:
            return None
        return replace(chunk, stop=chunk.start + frames_of(latents)), latents

    def _sample(self, pipe: Any, plan: LoadPlan, asked: Asked, chunk: ChunkRange) -> Any:
        work = self._work
        call = ChunkCall(
            prompt=work.prompt, negative_prompt=work.negative_prompt, steps=work.steps, guidance=work.guidance,
            seed=self._seed(chunk.index), frames=chunk.frames, first=self._first(asked, chunk),
            last=work.last if asked.lands else None,
        )  # fmt: skip
        latents = sample(pipe, call, plan, partial(self._progress.step_done, chunk))
        self._shelf.keep_latents(chunk.index, self._latents_key(asked, chunk, plan), latents)
        return latents

    def _first(self, asked: Asked, chunk: ChunkRange) -> Image.Image:
        """What the chunk begins with: the keyframe, or the frame of the chunk before where the two overlap."""
        before = asked.before
        if before is None:
            return self._work.keyframe
        return Image.fromarray(read_frame(self._shelf.clip(before.index), chunk.start - before.start))

    def _shared(self, before: ChunkRecord, chunk: ChunkRange) -> list[Rgb]:
        return list(read_clip(self._shelf.clip(before.index), chunk.start - before.start))

    def _latents_key(self, asked: Asked, chunk: ChunkRange, plan: LoadPlan) -> str:
        """Of what decides a chunk's latents, but for its length: they say it themselves."""
        after = asked.before.sha256 if asked.before else ""
        return digest(
            [self._work.key, plan.model_key, chunk.index, chunk.start, chunk.overlap, after, plan.width, plan.height]
        )

    def _seed(self, index: int) -> int:
        return derive_seed(self._work.seed, "wan chunk", index)
