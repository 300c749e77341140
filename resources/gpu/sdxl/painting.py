"""Asks become pictures: each model in its turn, latents on disk between them.

::

    base      asks whose latents are not there yet -> latents -> disk        (and decoding, where there is no refiner)
    refiner   base latents from the disk -> refined latents -> disk -> decoding

What a model is lent for may run again from its beginning with a smaller plan (the memory ladder) or in another process
(after a crash): it looks first for what is there. So a decoder without room is asked again with tiles, and nothing is
sampled twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from PIL import Image

from resources.gpu.context import Lease
from resources.gpu.ladder import StepTaken
from resources.gpu.plan import LoadPlan
from resources.gpu.room import GpuRoom
from resources.gpu.sdxl.asking import Ask
from resources.gpu.sdxl.decoding import Decoded, decode
from resources.gpu.sdxl.encoding import Encoded, encode
from resources.gpu.sdxl.errors import BatchTimeout, PictureBroken
from resources.gpu.sdxl.latents import LatentStore
from resources.gpu.sdxl.loader import load_base, load_refiner
from resources.gpu.sdxl.options import Refiner, SdxlOptions
from resources.gpu.sdxl.sampling import refine, sample
from resources.gpu.sdxl.sizes import snapped
from resources.gpu.sdxl.watch import BatchClock

OVERFLOWED = (
    "16 bits were too few: give the model `dtype: bfloat16` or `float32` under `gpu.models` in the profile, or another "
    "seed"
)


@dataclass(frozen=True)
class Painted:
    """A picture as the model made it, and how."""

    picture: Image.Image
    facts: dict[str, Any]


@dataclass
class _Pass:
    """What one lending of a model came to. ``None`` in its place: the time was over."""

    plan: LoadPlan
    size: tuple[int, int]
    keys: list[str]
    decoded: list[Decoded] = field(default_factory=list)
    cut: dict[int, int] = field(default_factory=dict)
    """Tokens that were cut off, by index."""


class Painter:
    """Paints with the models of one room."""

    def __init__(self, room: GpuRoom, options: SdxlOptions, revision: str) -> None:
        self.room = room
        self.options = options
        self.latents = LatentStore(room.scratch / "sdxl" / "latents")
        self.revision = revision

    def paint(
        self,
        asks: Sequence[Ask],
        size: tuple[int, int],
        clock: BatchClock,
        *,
        portraits: Mapping[str, Path] | None = None,
        refined: bool = True,
    ) -> tuple[list[Painted | PictureBroken], list[str]]:
        """Pictures of ``asks`` in their order, at ``size`` or what the memory ladder left of it; latents' names.

        ``portraits``: files by hash, for asks that are led. A picture that overflowed is an error in its place. Raises
        :class:`BatchTimeout` when ``clock`` is late, and what :meth:`GpuRoom.work` raises.
        """
        refiner = self.options.refiner if refined else None
        clock.total += sum(ask.steps for ask in asks)
        done, steps = self._base(asks, size, clock, portraits or {}, refiner)
        used, models = [*done.keys], [self._told(self.options.model, done.plan, steps)]
        if self.options.led_by is not None:
            models.append(self._told(self.options.led_by.model))
        if refiner is not None:
            first = done
            done, steps = self._refine(asks, first, clock, refiner)
            used += done.keys
            models.append(self._told(refiner.model, done.plan, steps))
            done.cut = first.cut
        return [self._picture(index, done, models) for index in range(len(asks))], used

    # -- the base --------------------------------------------------------------------------------------------------

    def _base(
        self, asks: Sequence[Ask], size: tuple[int, int], clock: BatchClock, portraits: Mapping[str, Path],
        refiner: Refiner | None,
    ) -> tuple[_Pass, list[StepTaken]]:  # fmt: skip
        key, led = self.options.model, self.options.led_by
        plan = self.room.plan(key, width=size[0], height=size[1], batch=self._together(asks))
        if refiner is not None:
            there = self._pass(asks, plan, refiner)
            if all(self.latents.has(one) for one in there.keys):
                return there, []  # a crash came between the two models: the first is not loaded for nothing
        variant = self.room.registry.entry(key).variant
        adapter = None if led is None else self.room.registry.folder_of(led.model)

        def infer(lease: Lease, plan: LoadPlan) -> _Pass | None:
            with clock.running():
                return lease.using(lambda pipe: self._with_base(pipe, asks, plan, clock, portraits, refiner))

        done, steps = self.room.work(
            key, load_base(variant, led, adapter), plan, infer, beside=() if led is None else (led.model,)
        )
        return self._in_time(done, clock), steps

    def _with_base(
        self, pipe: Any, asks: Sequence[Ask], plan: LoadPlan, clock: BatchClock, portraits: Mapping[str, Path],
        refiner: Refiner | None,
    ) -> _Pass | None:  # fmt: skip
        done = self._pass(asks, plan, refiner)
        missing = [index for index, key in enumerate(done.keys) if not self.latents.has(key)]
        encoded = {index: encode(pipe, asks[index]) for index in missing}
        done.cut = {index: one.cut for index, one in encoded.items() if one.cut}
        for indices in _alike(missing, asks, encoded, plan.batch):
            if clock.is_late():
                return None
            made = sample(
                pipe, [asks[index] for index in indices], [encoded[index] for index in indices], done.size,
                micro=self.options.micro, clock=clock, until=refiner.begins if refiner else None,
                portraits=portraits if self.options.led_by is not None else None,
            )  # fmt: skip
            if clock.is_late():
                return None
            for row, index in enumerate(indices):
                self._keep(done.keys[index], made[row : row + 1])
        if refiner is None:
            done.decoded = self._decoded(pipe, done.keys, plan)
        return done

    def _pass(self, asks: Sequence[Ask], plan: LoadPlan, refiner: Refiner | None) -> _Pass:
        size = snapped(plan.width, plan.height, self.options.area)
        until = refiner.begins if refiner else None
        return _Pass(plan, size, [ask.key(size, plan, revision=self.revision, until=until) for ask in asks])

    def _together(self, asks: Sequence[Ask]) -> int:
        """How many pictures one call of the base makes: one where each has portraits or negative sizes of its own."""
        alone = self.options.led_by is not None or self.options.micro.is_negative
        return 1 if alone else len(asks)

    # -- the refiner -----------------------------------------------------------------------------------------------

    def _refine(
        self, asks: Sequence[Ask], first: _Pass, clock: BatchClock, refiner: Refiner
    ) -> tuple[_Pass, list[StepTaken]]:
        key = refiner.model
        plan = self.room.plan(key, width=first.size[0], height=first.size[1], batch=1)

        def infer(lease: Lease, plan: LoadPlan) -> _Pass | None:
            with clock.running():
                return lease.using(lambda pipe: self._with_refiner(pipe, asks, first, plan, clock, refiner))

        done, steps = self.room.work(key, load_refiner(self.room.registry.entry(key).variant), plan, infer)
        return self._in_time(done, clock), steps

    def _with_refiner(
        self, pipe: Any, asks: Sequence[Ask], first: _Pass, plan: LoadPlan, clock: BatchClock, refiner: Refiner
    ) -> _Pass | None:
        told = refiner.model_dump(mode="json")
        keys = [ask.key(first.size, plan, base=key, refiner=told) for ask, key in zip(asks, first.keys, strict=True)]
        for ask, key, base in zip(asks, keys, first.keys, strict=True):
            latents = None if self.latents.has(key) else self.latents.read(base)
            if latents is None:
                continue  # refined already, or broken by the base
            if clock.is_late():
                return None
            made = refine(
                pipe, ask, encode(pipe, ask), latents, first.size, refiner=refiner, micro=self.options.micro,
                clock=clock,
            )  # fmt: skip
            if clock.is_late():
                return None
            self._keep(key, made)
        return _Pass(plan, first.size, keys, self._decoded(pipe, keys, plan))

    # -- both ------------------------------------------------------------------------------------------------------

    def _keep(self, key: str, latents: Any) -> None:
        """Latents that are numbers; others stay away, and :meth:`_decoded` tells of them."""
        if bool(latents.isfinite().all()):
            self.latents.write(key, latents)

    def _decoded(self, pipe: Any, keys: Sequence[str], plan: LoadPlan) -> list[Decoded]:
        import numpy as np
        import torch

        read = {key: self.latents.read(key) for key in keys}
        found = {key: latents for key, latents in read.items() if latents is not None}
        there = list(found)
        made: dict[str, Decoded] = {}
        for at in range(0, len(there), plan.batch):
            some = there[at : at + plan.batch]
            made |= zip(some, decode(pipe, torch.cat([found[key] for key in some]), plan), strict=True)
        nothing = Decoded(np.zeros((1, 1, 3), np.uint8), plan.dtype, fault="its latents are not numbers")
        return [made.get(key, nothing) for key in keys]

    def _picture(self, index: int, done: _Pass, models: list[dict[str, Any]]) -> Painted | PictureBroken:
        one = done.decoded[index]
        if one.fault:
            return PictureBroken(f"the picture cannot be used: {one.fault}", where=self.options.model, hint=OVERFLOWED)
        decoded = {"precision": one.precision, "again_because": one.again}
        facts = {"models": models, "decoded": decoded, "tokens_cut": done.cut.get(index, 0)}
        return Painted(Image.fromarray(one.pixels), facts)

    def _told(self, key: str, plan: LoadPlan | None = None, steps: Sequence[StepTaken] = ()) -> dict[str, Any]:
        """A model as it was used; without a plan, one that was loaded into another."""
        entry, revision = self.room.registry.entry(key), self.room.registry.revision(key)
        known = {"key": key, "repo": entry.repo, "revision": entry.revision, "files": revision}
        how = {} if plan is None else {"plan": plan.told(), "steps_taken": [step.told() for step in steps]}
        return known | how

    @staticmethod
    def _in_time(done: _Pass | None, clock: BatchClock) -> _Pass:
        if done is None:
            raise BatchTimeout(
                f"the batch took longer than {clock.limit_s:g} s, after {clock.done} of {clock.total} steps",
                hint="`batch_timeout_s` and `max_images_per_call` in the profile's options for images",
            )
        return done


def _alike(
    missing: Sequence[int], asks: Sequence[Ask], encoded: Mapping[int, Encoded], most: int
) -> Iterator[list[int]]:
    """Indices of asks that one call can make: equal steps, guidance and windows, at most ``most`` of them."""

    def kind(index: int) -> tuple[int, float, int]:
        return asks[index].steps, asks[index].guidance, encoded[index].windows

    for _, group in groupby(sorted(missing, key=kind), key=kind):
        indices = list(group)
        for at in range(0, len(indices), most):
            yield indices[at : at + most]
