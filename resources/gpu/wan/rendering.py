"""The chunks of a shot: one after the other where each goes on from the one before, else side by side.

Where every chunk begins with the keyframe, as many are made at once as there are cards that hold the model as it is.
What they come to is the same: a chunk's frames, seed and first picture are settled before any of them begins, and they
are taken in their order. Once a chunk had to shrink, the rest of the shot is cut into chunks of that length; what was
made beside it with the old length is cut anew as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial

from resources.errors import SparkleError, StoreFault
from resources.gpu.errors import GpuBusyError
from resources.gpu.ladder import StepTaken
from resources.gpu.plan import LoadPlan
from resources.gpu.room import GpuRoom
from resources.gpu.spec import Load
from resources.gpu.wan.beside import Beside
from resources.gpu.wan.chunks import ChunkRange, next_range
from resources.gpu.wan.making import Asked, Came, ChunkMaker, ShotWork
from resources.gpu.wan.options import WanOptions
from resources.gpu.wan.progress import ShotProgress
from resources.gpu.wan.shelf import ChunkRecord, Shelf
from resources.media.process import ProcessFailed
from resources.store.steps import Step

ASIDE_S = 1.0
"""How long a chunk beside the first one waits for a card that another process took meanwhile."""


class ShotRendering:
    """One shot on its way through the model."""

    def __init__(
        self, room: GpuRoom, options: WanOptions, load: Load, work: ShotWork, plan: LoadPlan, shelf: Shelf,
        step: Step | None,
    ) -> None:  # fmt: skip
        self._room = room
        self._options = options
        self._work = work
        self._shelf = shelf
        self._step = step
        self._size = (plan.width, plan.height)
        self._most = work.chunk_frames
        """Frames of a chunk from here on."""
        self._plans = {options.model: plan}
        self._carried: tuple[StepTaken, ...] = ()
        """Rungs that were taken for a chunk which is to be cut anew."""
        self._chained = options.chaining == "last_frame"
        self._progress = ShotProgress(step, work.total)
        self._maker = ChunkMaker(room, options, load, work, self._size, shelf, self._progress)

    def run(self) -> list[ChunkRecord]:
        """All chunks, those that an earlier process finished first. Raises what the room raises."""
        records = self._resumed()
        self._progress.begin(records[-1].stop if records else 0)
        while not records or records[-1].stop < self._work.total:
            for came in self._made(self._next_asked(records[-1] if records else None)):
                if not self._taken(came, records):
                    break
        return records

    def _resumed(self) -> list[ChunkRecord]:
        """What is on the shelf. The plan and the length that its last chunk ended with are taken up again."""
        records = self._shelf.finished(chained=self._chained)
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

    def _next(self, before: ChunkRange | None) -> ChunkRange:
        return next_range(before, self._work.total, self._most, self._work.overlap)

    def _next_asked(self, before: ChunkRecord | None) -> list[Asked]:
        """The next chunks, as many as can be made at once; one that lands, which another model makes, by itself."""
        found: list[Asked] = []
        cards: tuple[str, ...] = ()
        follows = before.range if before else None
        while follows is None or follows.stop < self._work.total:
            chunk = self._next(follows)
            lands = self._work.last is not None and chunk.stop >= self._work.total
            plan = replace(self._plan(lands), frames=chunk.frames)
            if not found:
                cards = (plan.device,) if self._chained or lands else self._room.abreast(plan)
            elif lands or len(found) == len(cards):
                break
            carried = () if found else self._carried
            goes_on = before if self._chained else None
            found.append(Asked(chunk, replace(plan, device=cards[len(found)]), follows, goes_on, lands, carried))
            follows = chunk
            if len(cards) == 1:
                break
        return found

    def _made(self, asked: Sequence[Asked]) -> Iterator[Came]:
        """What becomes of them, in their order; this thread makes the first one.

        The first fault among them is raised, once all have ended: what the others made is on the shelf then.
        """
        with self._beside(asked[1:]) as others:
            yield self._told(asked[0])
            for one in others:
                try:
                    came = one.result()
                except GpuBusyError:
                    return  # another process took its card: it is asked for again
                yield came

    @contextmanager
    def _beside(self, asked: Sequence[Asked]) -> Iterator[list[Beside[Came]]]:
        """Chunks that are made in threads of their own meanwhile. They have ended after it, but for an interrupt."""
        others = [Beside(partial(self._told, one, aside=True), f"wan chunk {one.range.index}") for one in asked]
        try:
            yield others
        except (KeyboardInterrupt, SystemExit):
            others = []  # nobody takes what they make, and nobody waits for it
            self._progress.halt()
            raise
        finally:
            for one in others:
                one.join()

    def _told(self, asked: Asked, aside: bool = False) -> Came:
        """One chunk, with its checkpoints."""
        index = asked.range.index
        kept = None if self._chained else self._shelf.one(index)
        if kept is not None and (kept.range, kept.model) == (asked.range, asked.plan.model_key):
            if self._step is not None:
                self._step.tell("chunk_reused", chunk=index)
            return Came(asked, asked.range.frames, asked.plan, (), kept)
        if self._step is not None:
            self._step.checkpoint("begin", chunk=index)
        try:
            came = self._maker.make(asked, wait_s=ASIDE_S if aside else None)
        except (SparkleError, ProcessFailed) as error:
            with suppress(StoreFault):  # the error that matters is the one under way
                if self._step is not None:
                    self._step.checkpoint("failed", chunk=index, error=str(error))
            raise
        if came.record is not None:
            self._shelf.finish(came.record)
            self._progress.chunk_done(came.record.range)
            if self._step is not None:
                self._step.checkpoint("success", chunk=index)
        return came

    def _taken(self, came: Came, records: list[ChunkRecord]) -> bool:
        """Go on from what came; False where the chunks that were made beside it are to be cut anew."""
        asked = came.asked
        if came.record is None:
            self._most, self._carried = came.frames, came.steps
            return False
        self._carried = ()
        self._plans[asked.plan.model_key] = replace(came.plan, device=self._home(asked, came))
        records.append(came.record)
        if came.frames < asked.range.frames:
            self._most = came.frames
            return False
        return True

    def _home(self, asked: Asked, came: Came) -> str:
        """The device that the next chunk begins with: that of the shot, unless the ladder left it."""
        begun = self._plans[asked.plan.model_key].device
        return begun if came.plan.device == asked.plan.device else came.plan.device

    def _plan(self, lands: bool) -> LoadPlan:
        model = self._options.last_frame_model if lands else self._options.model
        if model not in self._plans:
            width, height = self._size
            self._plans[model] = self._room.plan(model, width=width, height=height, frames=self._most)
        return self._plans[model]
