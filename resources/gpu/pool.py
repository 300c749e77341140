"""The models of one process: what is loaded, who uses it, what may stay and what must go.

One :class:`ModelPool` a process, made by whoever owns the process and handed to the engines. It admits a model before
it is loaded: the bytes it is predicted to take must fit into the device's budget beside what is there. What nobody uses
stays warm, least recently used goes first, pinned models stay, and a model that was idle too long goes at the next
use of the pool.

Locks: one condition guards all state. It is never held while a model loads (that takes minutes) or works; it is held
while one is dropped, so that the budget is never passed, not even for a moment. The lock on a card across processes
(:mod:`resources.gpu.lease`) is taken under it without waiting, so the two cannot wait for each other. One model loads
at a time: while it does, accelerate has ``torch.nn.Module`` make empty parameters, in whatever thread. Waiting for that
counts as loading, so a load that hangs is told by whoever waits for it, too.
"""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence

from resources.errors import InputError, RenderFault
from resources.gpu.device import Accelerator
from resources.gpu.errors import GpuBusyError, ModelLoadError, ModelLoadTimeout
from resources.gpu.estimate import Bytes, Measured
from resources.gpu.lease import GpuLocks
from resources.gpu.loading import LoadJob
from resources.gpu.plan import LoadPlan
from resources.gpu.shortage import no_room, said_no_room
from resources.gpu.slots import Card, Resident, Slot
from resources.gpu.spec import ModelSpec, Need
from resources.gpu.spread import cards_of, shares

TICK_S = 0.05
DEFAULT_RESERVE = 3 << 29
"""Bytes of a device that are not for models: 1.5 GiB, for the CUDA context, cuBLAS and cuDNN and a desktop."""


class ModelPool:
    """The models of this process, within a budget of bytes for each device."""

    def __init__(
        self,
        accelerators: Sequence[Accelerator],
        *,
        budgets: Mapping[str, int] | None = None,
        keep_s: float = 900.0,
        load_timeout_s: float = 1800.0,
        wait_s: float = 600.0,
        measured: Measured | None = None,
        locks: GpuLocks | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """A pool over ``accelerators``.

        ``budgets``: most bytes of a device by its name; without one, all but 1.5 GiB. ``keep_s``: how long an idle
        model stays warm. ``wait_s``: how long to wait for a model, or a card, that others use.
        """
        given = budgets or {}
        self._cards = {
            one.name: Card(one, given.get(one.name, max(0, one.total - DEFAULT_RESERVE))) for one in accelerators
        }
        self.keep_s = keep_s
        self.load_timeout_s = load_timeout_s
        self.wait_s = wait_s
        self.measured = measured
        self._locks = locks
        self._clock = clock
        self._turn = threading.Condition(threading.RLock())
        self._one_load = threading.Lock()
        self._slots: dict[tuple[str, LoadPlan], Slot] = {}
        self._lost: list[Slot] = []
        self._pins: dict[str, int] = {}
        self._closed = False

    # -- what there is -------------------------------------------------------------------------------------------

    def residents(self) -> list[Resident]:
        """Every model that takes memory, the least recently used first. ``lost``: given up or kept by somebody."""
        with self._turn:
            self._bury()
            now = self._clock()
            slots = sorted([*self._slots.values(), *self._lost], key=lambda slot: slot.used_at)
            return [
                Resident(
                    slot.spec.key, slot.devices, slot.bytes, slot.state, slot.holder is not None,
                    self._pins.get(slot.spec.key, 0) > 0, max(0.0, now - slot.used_at), slot.leases,
                )
                for slot in slots
            ]  # fmt: skip

    def committed(self, device: str) -> int:
        """Bytes of ``device`` that are promised: to weights that are there, to work under way, to loads given up."""
        with self._turn:
            return self._committed(device)

    def budget(self, device: str) -> int:
        """Most bytes of ``device`` that the pool ever promises."""
        return self._card(device).budget

    def room(self) -> dict[str, int]:
        """Bytes that models may take on each device if all else of this pool went: what the ladder reckons with."""
        with self._turn:
            return {name: self._room(card) for name, card in self._cards.items()}

    def others(self, spec: ModelSpec, plan: LoadPlan) -> int:
        """Bytes on the plan's devices that other models of this pool keep."""
        with self._turn:
            mine = (spec.key, plan.loaded_as())
            devices = self._devices(plan)
            return max(sum(slot.on(name) for slot in self._on(name) if slot.key != mine) for name in devices)

    def accelerator(self, plan: LoadPlan) -> Accelerator:
        """The device that a plan works on; the first of them when it is spread over several."""
        return self._card(self._devices(plan)[0]).accelerator

    def predicted(self, spec: ModelSpec, plan: LoadPlan) -> Bytes:
        """What the plan will take, corrected by what was measured on such a device."""
        told = spec.estimate(plan)
        return told if self.measured is None else self.measured.corrected(plan, self.accelerator(plan).label, told)

    def warm(self, spec: ModelSpec, plan: LoadPlan) -> bool:
        """Whether the model is there already, loaded so."""
        with self._turn:
            slot = self._slots.get((spec.key, plan.loaded_as()))
            return slot is not None and slot.state == "ready"

    def may_take(self, device: str) -> bool:
        """Whether no other process has the device at this moment."""
        with self._turn:
            card = self._card(device)
            uuid = card.accelerator.uuid
            if card.locked or self._locks is None or uuid is None:
                return True
            taken = self._locks.try_take(uuid)
            if taken:
                self._locks.give(uuid)
            return taken

    # -- what stays ----------------------------------------------------------------------------------------------

    def pin(self, key: str) -> None:
        """Never unload the model ``key`` to make room, until it is unpinned as often. Its own failure drops it."""
        with self._turn:
            self._pins[key] = self._pins.get(key, 0) + 1

    def unpin(self, key: str) -> None:
        """Take one pin off."""
        with self._turn:
            left = self._pins.get(key, 0) - 1
            if left < 0:
                raise InputError(f"the model {key!r} is not pinned")
            self._pins[key] = left
            if left == 0:
                del self._pins[key]
            self._turn.notify_all()

    def evict_idle(self, key: str | None = None) -> int:
        """Unload what nobody uses and nobody pinned, all or only ``key``. Returns how many went."""
        with self._turn:
            going = [slot for slot in self._idle() if key is None or slot.spec.key == key]
            for slot in going:
                self._drop(slot)
            return len(going)

    def close(self) -> None:
        """Unload everything that nobody uses, and let the cards go; what is in use goes when its lease ends."""
        with self._turn:
            self._closed = True
            self._pins.clear()
            self.evict_idle()

    # -- leases (used by resources.gpu.context) ------------------------------------------------------------------

    def acquire(self, spec: ModelSpec, need: Need, started: Callable[[Bytes], None] = lambda told: None) -> Slot:
        """The model, loaded as the need says and reserved for this thread. :meth:`release` it in any case.

        ``started`` is called before it is loaded, if it has to be. Raises :class:`ModelOOMError` before anything is
        loaded when it cannot fit, :class:`GpuBusyError`, :class:`ModelLoadTimeout`, :class:`ModelLoadError`.
        """
        told = self.predicted(spec, need.plan)
        slot, fresh = self._admit(spec, need, told)
        if fresh:
            loaded = False
            try:
                started(told)
                self._load(slot, need)
                loaded = True
            finally:
                if not loaded:
                    self._abort(slot)
        return slot

    def release(self, slot: Slot, *, keep: bool) -> None:
        """The lease is over. Without ``keep`` the model is dropped, and the device's cache given back."""
        with self._turn:
            slot.holder = None
            slot.working = {}
            slot.used_at = self._clock()
            if slot.state == "ready" and (not keep or self._closed):
                self._drop(slot)
            self._expire()
            self._turn.notify_all()

    # -- admission -----------------------------------------------------------------------------------------------

    def _admit(self, spec: ModelSpec, need: Need, told: Bytes) -> tuple[Slot, bool]:
        """A slot that this thread holds, with room for its work; True when it is still to be loaded."""
        wait_s = self.wait_s if need.wait_s is None else need.wait_s
        deadline = time.monotonic() + wait_s
        with self._turn:
            while True:
                if self._closed:
                    raise RenderFault("the pool of models is closed", where=spec.key)
                self._bury()
                self._expire()
                slot = self._slots.get((spec.key, need.plan.loaded_as()))
                if slot is not None and slot.holder == threading.get_ident():
                    raise GpuBusyError(
                        "this thread has a lease on the model already",
                        where=spec.key,
                        hint="an engine's fault: use that",
                    )
                if slot is None or slot.holder is None:
                    found = self._try(spec, need, told, slot)
                    if found is not None:
                        return found
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self._busy(spec, need.plan, wait_s)
                self._turn.wait(min(left, TICK_S))

    def _try(self, spec: ModelSpec, need: Need, told: Bytes, slot: Slot | None) -> tuple[Slot, bool] | None:
        """Reserve, unloading what is idle; None when it must wait for somebody. Raises when waiting will not help."""
        each = shares(spec.pieces(), need.plan, told, self._devices(need.plan))
        if not self._host_has_room(spec, need.plan, told, slot):
            return None
        limits = dict(need.plan.max_memory) if need.plan.device_map else {}
        for name, share in each.items():
            wanted = share.working if slot is not None else share.total
            if need.plan.alone:
                self._evict(name, keep=slot)
            room = min(self._room(self._cards[name]), limits.get(name, 1 << 62))
            if share.total > room or not self._make_room(name, wanted, keep=slot):
                if share.total <= room and self._waiting_helps(name, wanted, slot):
                    return None
                raise no_room(spec, need.plan, share.total, room, self._cards[name].accelerator, self._on(name))
        if not self._lock_cards(tuple(each)):
            return None
        fresh = slot is None
        if slot is None:
            weights = {name: share.weights for name, share in each.items()}
            slot = Slot(spec, need.plan.loaded_as(), weights, told.host)
            self._slots[slot.key] = slot
        slot.working = {name: share.working for name, share in each.items()}
        slot.holder = threading.get_ident()
        slot.used_at = self._clock()
        slot.leases += 1
        return slot, fresh

    def _make_room(self, name: str, wanted: int, *, keep: Slot | None) -> bool:
        """Unload what is idle, least recently used first, until ``wanted`` bytes fit."""
        while not self._fits(name, wanted):
            idle = [slot for slot in self._idle(name) if slot is not keep]
            if not idle:
                return False
            self._drop(idle[0])
        return True

    def _fits(self, name: str, wanted: int) -> bool:
        return self._committed(name) + wanted <= self._room(self._cards[name])

    def _waiting_helps(self, name: str, wanted: int, keep: Slot | None) -> bool:
        """Whether there would be room once everything of others that is in use, or loading, is over."""
        stuck = sum(
            slot.on(name) if slot.holder is None else slot.weights[name]
            for slot in self._on(name)
            if slot is not keep and self._stays(slot)
        )
        used = any(slot.holder is not None or slot.state == "lost" for slot in self._on(name) if slot is not keep)
        mine = keep.weights[name] if keep is not None else 0
        return used and stuck + mine + wanted <= self._room(self._cards[name])

    def _host_has_room(self, spec: ModelSpec, plan: LoadPlan, told: Bytes, slot: Slot | None) -> bool:
        """Whether the host holds what waits there; False when it must wait for a load that is to take of it as well.

        What is loaded is used memory, which the room is measured without.
        """
        host = self._cards.get("cpu")
        if slot is not None or host is None:
            return True
        room = self._room(host)
        if told.host > room:
            raise no_room(spec, plan, told.host, room, host.accelerator, self._on("cpu"))
        return told.host + sum(one.host for one in self._slots.values() if one.state == "loading") <= room

    def _lock_cards(self, devices: Sequence[str]) -> bool:
        """Hold every card across processes; all of them or none."""
        taken: list[Card] = []
        for card in (self._cards[name] for name in devices):
            uuid = card.accelerator.uuid
            if self._locks is None or uuid is None or card.locked:
                continue
            if not self._locks.try_take(uuid):
                for one in taken:
                    self._unlock(one)
                return False
            card.locked = True
            taken.append(card)
        return True

    def _unlock(self, card: Card) -> None:
        uuid = card.accelerator.uuid
        if card.locked and self._locks is not None and uuid is not None:
            card.locked = False
            self._locks.give(uuid)

    # -- loading -------------------------------------------------------------------------------------------------

    def _load(self, slot: Slot, need: Need) -> None:
        timeout_s = self.load_timeout_s if need.load_timeout_s is None else need.load_timeout_s
        spec, plan = slot.spec, need.plan

        def load() -> object:
            with self._one_load:
                return spec.load(plan, spec.files())

        job = LoadJob(load, lambda: self._late(slot), spec.key)
        ended = False
        job.start()
        try:
            ended = job.wait(timeout_s)
        finally:  # also when a person interrupts the wait
            if not ended and job.give_up():
                with self._turn:
                    self._lose(slot)
        if not ended:
            raise ModelLoadTimeout(
                f"did not load within {timeout_s:g} s",
                where=spec.key,
                hint="raise the load timeout, or use a faster disk",
            )
        model, fault, error = job.take()
        if error is not None:
            raise error
        if fault is not None:
            self._clean(slot.devices)
            if fault.is_oom:
                raise said_no_room(slot.spec.key, plan, "load", fault.text, self._cards[slot.devices[0]].accelerator)
            raise ModelLoadError(f"does not load: {fault.type}: {fault.text}", where=spec.key)
        with self._turn:
            slot.model = model
            slot.state = "ready"

    def _abort(self, slot: Slot) -> None:
        """A load that failed: nothing of it stays, but for what a late thread still holds."""
        with self._turn:
            slot.holder = None
            slot.working = {}
            if slot.state != "lost":
                self._slots.pop(slot.key, None)
                slot.model = None
                self._clean(slot.devices)
                self._unlock_free_cards()
            self._turn.notify_all()

    def _lose(self, slot: Slot) -> None:
        """The load was given up but its thread still runs: its memory counts until that ends."""
        self._slots.pop(slot.key, None)
        slot.state = "lost"
        self._lost.append(slot)

    def _late(self, slot: Slot) -> None:
        """A thread that was given up has ended, and what it made is gone."""
        with self._turn:
            if slot in self._lost:
                self._lost.remove(slot)
            self._clean(slot.devices)
            self._unlock_free_cards()
            self._turn.notify_all()

    # -- dropping ------------------------------------------------------------------------------------------------

    def _drop(self, slot: Slot) -> None:
        """Unload a model, and watch whether it really goes: one that somebody keeps still takes its bytes."""
        self._slots.pop(slot.key, None)
        model, slot.model = slot.model, None
        try:
            slot.ghost = weakref.ref(model)
        except TypeError:
            slot.ghost = None  # a type without weak references (a tuple): it cannot be watched
        if slot.spec.unload is not None:
            slot.spec.unload(model)
        del model
        self._clean(slot.devices)
        if slot.ghost is not None and slot.ghost() is not None:
            slot.state = "lost"
            self._lost.append(slot)
        self._unlock_free_cards()
        self._turn.notify_all()

    def _bury(self) -> None:
        """Forget dropped models that somebody kept, once they are gone."""
        gone = [slot for slot in self._lost if slot.ghost is not None and slot.ghost() is None]
        for slot in gone:
            self._lost.remove(slot)
        if gone:
            self._unlock_free_cards()

    def _expire(self) -> None:
        now = self._clock()
        for slot in self._idle():
            if now - slot.used_at > self.keep_s:
                self._drop(slot)

    def _evict(self, name: str, *, keep: Slot | None) -> None:
        for slot in self._idle(name):
            if slot is not keep:
                self._drop(slot)

    def _clean(self, devices: Sequence[str]) -> None:
        """Collect, *then* give the caches back: the other way round the device keeps what was just let go."""
        gc.collect()
        for name in devices:
            self._cards[name].accelerator.empty_cache()

    def _unlock_free_cards(self) -> None:
        for name, card in self._cards.items():
            if card.locked and not self._on(name):
                self._unlock(card)

    # -- small ---------------------------------------------------------------------------------------------------

    def _idle(self, name: str | None = None) -> list[Slot]:
        """What may be unloaded, the least recently used first."""
        idle = [
            slot
            for slot in self._slots.values()
            if slot.state == "ready" and slot.holder is None and not self._stays(slot)
            and (name is None or name in slot.devices)
        ]  # fmt: skip
        return sorted(idle, key=lambda slot: slot.used_at)

    def _stays(self, slot: Slot) -> bool:
        return self._pins.get(slot.spec.key, 0) > 0

    def _on(self, name: str) -> list[Slot]:
        return [slot for slot in [*self._slots.values(), *self._lost] if name in slot.devices]

    def _committed(self, name: str) -> int:
        return sum(slot.on(name) for slot in self._on(name))

    def _room(self, card: Card) -> int:
        """The budget, or what others leave of the device, whichever is less.

        Others are other processes, and whatever this one holds beyond what the pool promised.
        """
        device = card.accelerator
        return min(card.budget, device.free() + min(device.used(), self._committed(device.name)))

    def _card(self, name: str) -> Card:
        if name not in self._cards:
            raise InputError(f"there is no device {name!r}", hint=f"devices: {', '.join(self._cards) or 'none'}")
        return self._cards[name]

    def _devices(self, plan: LoadPlan) -> tuple[str, ...]:
        """Devices that a plan may use: all GPUs with a device map, or those that ``max_memory`` names."""
        devices = cards_of(plan, self._cards)
        for name in devices:
            self._card(name)
        return devices

    def _busy(self, spec: ModelSpec, plan: LoadPlan, wait_s: float) -> GpuBusyError:
        for name in self._devices(plan):
            card = self._cards[name]
            uuid = card.accelerator.uuid
            if self._locks is not None and uuid is not None and not self._locks.holds(uuid):
                return self._locks.busy(uuid)
        holders = [slot.spec.key for name in self._devices(plan) for slot in self._on(name)]
        return GpuBusyError(
            f"waited {wait_s:g} s for {plan.device_map or plan.device}, in use by {', '.join(holders) or 'nobody'}",
            where=spec.key,
            hint="wait for it, or let fewer stages work at a time",
        )
