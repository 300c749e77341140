"""``model_context``: a model for a while. It is admitted, loaded or found warm, lent, and given back whatever happens.

::

    with model_context(pool, spec, need=Need(plan), film=film) as lease:
        pictures = lease.model(prompt, width=lease.plan.width)

The lease gives access to the model, never the model: what it lends is dead after the block, so that a variable that is
still named somewhere keeps no weights alive. Everything is told to the timeline of the film: ``load_start``,
``load_complete`` or ``load_failed``, ``inference_start``, ``inference_end``, ``cleanup``, each with a snapshot of the
device's memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from resources.errors import SparkleError, StoreFault
from resources.gpu.access import Access
from resources.gpu.classify import Fault, classify, let_go
from resources.gpu.device import snapshot
from resources.gpu.errors import DeviceFault, DeviceLost, LeaseEnded, MemorySnapshot, without_history
from resources.gpu.estimate import Bytes
from resources.gpu.plan import LoadPlan
from resources.gpu.pool import ModelPool
from resources.gpu.shortage import said_no_room
from resources.gpu.slots import Slot
from resources.gpu.spec import ModelSpec, Need
from resources.store.steps import Step, current_step
from resources.store.timeline import write_memory_event

T = TypeVar("T")


class Lease:
    """Access to a model until the end of the block."""

    def __init__(self, slot: Slot, plan: LoadPlan, predicted: Bytes, device: str, warm: bool) -> None:
        self._slot: Slot | None = slot
        self.model_key = slot.spec.key
        self.plan = plan
        self.predicted = predicted
        self.device = device
        self.warm = warm
        """Whether the model was there already."""
        self.peak = 0
        """Bytes of the device at the most, once the lease is over."""

    @property
    def alive(self) -> bool:
        """Whether the lease still gives access."""
        return self._slot is not None

    @property
    def model(self) -> Any:
        """The model, behind a thin shell that dies with the lease. Raises :class:`LeaseEnded` after it.

        ``isinstance`` sees the model's own class. Parts (``lease.model.vae``) are the real ones: do not keep them.
        """
        self._model()
        return Access(self._model)

    def using(self, work: Callable[[Any], T]) -> T:
        """``work(model)`` with the bare model, for functions that look at its type. It must not keep or return it."""
        return work(self._model())

    def _model(self) -> Any:
        if self._slot is None:
            raise LeaseEnded("the model was used after its lease", where=self.model_key)
        return self._slot.model

    def _end(self) -> None:
        self._slot = None


class ModelContext:
    """What :func:`model_context` gives; entered once."""

    def __init__(self, pool: ModelPool, spec: ModelSpec, need: Need, film: Path | None) -> None:
        self._pool = pool
        self._spec = spec
        self._need = need
        self._log = _Log(film, spec.key)
        self._snapshots: list[MemorySnapshot] = []
        self._slot: Slot | None = None
        self._lease: Lease | None = None
        self._loading = False

    def __enter__(self) -> Lease:
        pool, plan = self._pool, self._need.plan
        begun = time.monotonic()
        with ExitStack() as undo:
            undo.push(self._failed_to_load)
            slot = pool.acquire(self._spec, self._need, self._load_started)
            undo.callback(pool.release, slot, keep=False)
            if self._loading:
                self._tell("load_complete", seconds=round(time.monotonic() - begun, 3))
            accelerator = pool.accelerator(plan)
            accelerator.reset_peak()
            predicted = pool.predicted(self._spec, plan)
            self._tell("inference_start", engine=self._spec.key, plan=plan.told(), predicted=predicted.told())
            self._slot = slot
            self._lease = Lease(slot, plan, predicted, accelerator.name, not self._loading)
            undo.pop_all()
            return self._lease

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del trace  # it names the frames of the work, and they what it had allocated
        slot, lease = self._slot, self._lease
        assert slot is not None and lease is not None  # entered
        self._slot = self._lease = None
        peak = self._pool.accelerator(lease.plan).peak()
        lease.peak = peak
        lease._end()
        if error is None:
            self._ended_well(slot, lease)
            return
        fault = classify(error)
        own = isinstance(error, SparkleError)
        if not own and fault.kind not in ("other", "driver"):
            let_go(error)
        # A model that was interrupted in the middle of its work may be in any state, half of it on another device.
        self._ended_badly(slot, fault, keep=own and self._need.stay)
        if own:
            return
        del kind, error
        if fault.is_oom:
            device = self._pool.accelerator(lease.plan)
            _raise(said_no_room(self._spec.key, lease.plan, "inference", fault.text, device, tuple(self._snapshots)))
        if fault.kind == "lost":
            again = "run the same command again: a new process gets the card back"
            _raise(DeviceLost(fault.text, where=f"{self._spec.key} on {lease.device}", hint=again))
        if fault.kind == "device":
            _raise(DeviceFault(fault.text, where=f"{self._spec.key} on {lease.device}"))

    def _load_started(self, predicted: Bytes) -> None:
        self._loading = True
        self._tell("load_start", plan=self._need.plan.told(), predicted=predicted.told())

    def _failed_to_load(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        del kind, trace
        if error is not None:
            with suppress(StoreFault):  # the error that matters is the one under way
                if self._loading:
                    self._tell("load_failed", error=type(error).__name__, text=str(error)[:300])
                self._tell("cleanup", failed=True)
        return False

    def _ended_well(self, slot: Slot, lease: Lease) -> None:
        with ExitStack() as finish:
            finish.callback(self._pool.release, slot, keep=self._need.stay)
            self._tell("inference_end", engine=self._spec.key, peak=lease.peak, predicted_total=lease.predicted.total)
            if self._pool.measured is not None and not lease.plan.device_map:  # whose peak is that of one card
                label = self._pool.accelerator(lease.plan).label
                self._pool.measured.record(lease.plan, label, self._spec.estimate(lease.plan), lease.peak)
        self._tell("cleanup", kept=self._pool.warm(self._spec, lease.plan), **self._leak(slot))

    def _ended_badly(self, slot: Slot, fault: Fault, *, keep: bool) -> None:
        with suppress(StoreFault):
            self._tell("inference_end", engine=self._spec.key, error=fault.type, kind=fault.kind)
        self._pool.release(slot, keep=keep)
        with suppress(StoreFault):
            self._tell("cleanup", failed=True, **self._leak(slot))

    @staticmethod
    def _leak(slot: Slot) -> dict[str, Any]:
        """What the sentinel says: a model that was dropped and is still alive."""
        return {"leaked_bytes": slot.bytes} if slot.state == "lost" else {}

    def _tell(self, event: str, **data: Any) -> None:
        taken = snapshot(self._pool.accelerator(self._need.plan), event)
        self._snapshots.append(taken)
        self._log.tell(event, memory=taken.told(), **data)


class _Log:
    """The timeline of the film: through the step under way, else of the folder that was given, else none."""

    def __init__(self, film: Path | None, key: str) -> None:
        self._step: Step | None = current_step()
        self._film = film
        self._key = key

    def tell(self, event: str, **data: Any) -> None:
        if self._step is not None:
            self._step.tell(event, model=self._key, **data)
        elif self._film is not None:
            write_memory_event(self._film, event, model=self._key, **data)


def model_context(pool: ModelPool, spec: ModelSpec, *, need: Need, film: Path | None = None) -> ModelContext:
    """A model for the length of a ``with`` block, which gets a :class:`Lease`.

    Events go to the step under way (:func:`resources.store.steps.current_step`), else to ``film``, a film's folder.
    Raises :class:`~resources.gpu.errors.ModelOOMError` (before loading, while loading, or from the block),
    ``ModelLoadError``, ``ModelLoadTimeout``, ``GpuBusyError``, ``ModelMissing``, ``DeviceFault`` and ``DeviceLost``.
    Errors of the block that are none of these pass through as they are, and the model is dropped.
    """
    return ModelContext(pool, spec, need, film)


def _raise(error: SparkleError) -> NoReturn:
    """Raise ``error`` without the exception that is being handled: its frames would keep the model's tensors alive."""
    try:
        raise error
    finally:
        without_history(error)
