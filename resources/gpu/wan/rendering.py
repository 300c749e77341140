"""The chunks of a shot, one after the other: sampled, kept, decoded, kept; shorter when there is no room.

A chunk is one request to the room, so that the card is given back between two of them. Its first frame is the frame of
the chunk before at which they begin to overlap. Once a chunk had to shrink, the rest of the shot is cut into chunks of
that length.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from PIL import Image

from resources.errors import RenderFault, SparkleError, StoreFault
from resources.gpu.context import Lease
from resources.gpu.ladder import StepTaken
from resources.gpu.plan import LoadPlan
from resources.gpu.room import GpuRoom
from resources.gpu.spec import Load
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
from resources.media.process import ProcessFailed
from resources.store.fingerprint import derive_seed, digest, hash_file
from resources.store.steps import Step

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
class _Made:
    """What an attempt at a chunk came to: its frames of the shot, and the plan that did it."""

    chunk: ChunkRange
    plan: LoadPlan
    sampled: tuple[int, int]
    colours: dict[str, Any] | None


class ShotRendering:
    """One shot on its way through the model."""

    def __init__(
        self, room: GpuRoom, options: WanOptions, load: Load, work: ShotWork, plan: LoadPlan, shelf: Shelf,
        step: Step | None,
    ) -> None:  # fmt: skip
        self._room = room
        self._options = options
        self._load = load
        self._work = work
        self._shelf = shelf
        self._step = step
        self._size = (plan.width, plan.height)
        self._most = work.chunk_frames
        """Frames of a chunk from here on."""
        self._plans = {options.model: plan}
        self._steps: list[StepTaken] = []
        """Taken for a chunk that was then cut anew."""
        self._progress = ShotProgress(step, work.total, 0)

    def run(self) -> list[ChunkRecord]:
        """All chunks, those that an earlier process finished first. Raises what the room raises."""
        records = self._resumed()
        self._progress = ShotProgress(self._step, self._work.total, records[-1].stop if records else 0)
        while not records or records[-1].stop < self._work.total:
            record = self._told(records[-1] if records else None)
            if record is not None:
                records.append(record)
        return records

    def _resumed(self) -> list[ChunkRecord]:
        """What is on the shelf. The plan and the length that its last chunk ended with are taken up again."""
        records = self._shelf.finished()
        before: ChunkRange | None = None
        for record in records:
            if record.range.frames < self._next(before).frames:
                self._most = record.range.frames
            before = record.range
            if self._step is not None:
                self._step.tell("chunk_reused", chunk=record.index)
        if records and records[-1].model == self._options.model:
            plan = LoadPlan.from_told(records[-1].plan)
            if plan.device == self._plans[plan.model_key].device:
                self._plans[plan.model_key] = plan
        return records

    def _next(self, before: ChunkRange | None, most: int | None = None) -> ChunkRange:
        return next_range(before, self._work.total, min(self._most, most or self._most), self._work.overlap)

    def _told(self, before: ChunkRecord | None) -> ChunkRecord | None:
        """One chunk, with its checkpoints; None where it has to be cut anew."""
        index = before.index + 1 if before else 0
        if self._step is not None:
            self._step.checkpoint("begin", chunk=index)
        try:
            record = self._chunk(before)
        except (SparkleError, ProcessFailed) as error:
            with suppress(StoreFault):  # the error that matters is the one under way
                if self._step is not None:
                    self._step.checkpoint("failed", chunk=index, error=str(error))
            raise
        if self._step is not None and record is not None:
            self._step.checkpoint("success", chunk=index)
        return record

    def _chunk(self, before: ChunkRecord | None) -> ChunkRecord | None:
        asked = self._next(before.range if before else None)
        lands = self._work.last is not None and asked.stop >= self._work.total
        model = self._options.last_frame_model if lands else self._options.model
        plan = replace(self._plan(model), frames=asked.frames)
        tried: list[int] = []

        def infer(lease: Lease, plan: LoadPlan) -> _Made | int:
            chunk = self._next(before.range if before else None, plan.frames)
            if lands and chunk.stop < self._work.total:
                return chunk.frames  # too short to reach the last picture: the other model's work
            if chunk.frames not in tried:
                tried.append(chunk.frames)
            if len(tried) > 1 + RETRIES:
                raise RenderFault(
                    f"chunk {chunk.index} did not fit with {', '.join(map(str, tried[:-1]))} frames",
                    where=model,
                    hint="render fewer pixels, or let the profile go lower with `lower_precision: true`",
                )
            return lease.using(lambda pipe: self._make(pipe, plan, asked, chunk, before, lands))

        made, steps = self._room.work(model, self._load, plan, infer, unload=unload_wan)
        steps = [*self._steps, *steps]
        self._steps = []
        if isinstance(made, int):
            self._most, self._steps = made, steps
            return None
        if made.chunk.frames < asked.frames:
            self._most = made.chunk.frames
        self._plans[model] = made.plan
        record = ChunkRecord(
            index=made.chunk.index, start=made.chunk.start, stop=made.chunk.stop, overlap=made.chunk.overlap,
            seed=self._seed(made.chunk.index), model=model, sampled=made.sampled, plan=made.plan.told(),
            steps=[step.told() for step in steps], colours=made.colours, after=before.sha256 if before else "",
            sha256=hash_file(self._shelf.clip(made.chunk.index)),
        )  # fmt: skip
        self._shelf.finish(record)
        self._progress.told(min(record.stop, self._work.total), f"chunk {record.index + 1} is done")
        return record

    def _make(
        self, pipe: Any, plan: LoadPlan, asked: ChunkRange, chunk: ChunkRange, before: ChunkRecord | None, lands: bool
    ) -> _Made:
        """Latents, from the shelf or sampled, then frames. A second attempt at the decode samples nothing again."""
        set_call(pipe, plan)
        chunk, latents = self._kept(asked, before, plan) or (chunk, None)
        if latents is None:
            latents = self._sample(pipe, plan, chunk, before, lands)
        sampled, matched = size_of(latents), None
        stream = scaled(raw_input(sampled, _RATE), sampled, self._size, self._options.upscaling)
        out = self._shelf.clip(chunk.index)
        with closing(decode(pipe, latents)) as decoded:
            frames: Iterable[Rgb] = decoded
            if before is not None and self._options.colour_match and not lands:  # which ends in a picture's own colours
                frames = matched = Matched(decoded, self._shared(before, chunk), self._options.colour_limit)
            write_clip(frames, out, stream, size=self._size, rate=_RATE, count=chunk.frames, timeout=DECODE_S)
            if next(decoded, None) is not None:  # to its end, where it counts and gives the device back
                raise RenderFault(f"chunk {chunk.index} has more than {chunk.frames} frames", where=plan.model_key)
        return _Made(chunk, plan, sampled, matched.match.told() if matched and matched.match else None)

    def _kept(self, asked: ChunkRange, before: ChunkRecord | None, plan: LoadPlan) -> tuple[ChunkRange, Any] | None:
        """Latents of this chunk that are there already, of whatever length up to the one that was asked for."""
        latents = self._shelf.latents(asked.index, self._latents_key(asked, before, plan))
        if latents is None or frames_of(latents) > asked.frames:
            return None
        return replace(asked, stop=asked.start + frames_of(latents)), latents

    def _sample(self, pipe: Any, plan: LoadPlan, chunk: ChunkRange, before: ChunkRecord | None, lands: bool) -> Any:
        work = self._work
        call = ChunkCall(
            prompt=work.prompt, negative_prompt=work.negative_prompt, steps=work.steps, guidance=work.guidance,
            seed=self._seed(chunk.index), frames=chunk.frames, first=self._first(chunk, before),
            last=work.last if lands else None,
        )  # fmt: skip
        done = self._progress.step_done
        latents = sample(pipe, call, plan, lambda step, steps: done(chunk.index, chunk.start, chunk.stop, step, steps))
        self._shelf.keep_latents(chunk.index, self._latents_key(chunk, before, plan), latents)
        return latents

    def _first(self, chunk: ChunkRange, before: ChunkRecord | None) -> Image.Image:
        """What the chunk begins with: the keyframe, or the frame of the chunk before where the two overlap."""
        if before is None:
            return self._work.keyframe
        return Image.fromarray(read_frame(self._shelf.clip(before.index), chunk.start - before.start))

    def _shared(self, before: ChunkRecord, chunk: ChunkRange) -> list[Rgb]:
        return list(read_clip(self._shelf.clip(before.index), chunk.start - before.start))

    def _latents_key(self, chunk: ChunkRange, before: ChunkRecord | None, plan: LoadPlan) -> str:
        """Of what decides a chunk's latents, but for its length: they say it themselves."""
        after = before.sha256 if before else ""
        return digest(
            [self._work.key, plan.model_key, chunk.index, chunk.start, chunk.overlap, after, plan.width, plan.height]
        )

    def _seed(self, index: int) -> int:
        return derive_seed(self._work.seed, "wan chunk", index)

    def _plan(self, model: str) -> LoadPlan:
        if model not in self._plans:
            width, height = self._size
            self._plans[model] = self._room.plan(model, width=width, height=height, frames=self._most)
        return self._plans[model]
