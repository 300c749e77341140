"""What can go wrong with a model on a device, as branches of the project's one tree (:mod:`resources.errors`).

::

    SparkleError
      Missing
        ModelMissing          weights that are not on this machine, or only in part              exit code 2
      Faulty
        RenderFault
          ModelOOMError       the device has no room, while loading or while working             exit code 1
          ModelLoadError      a model that does not load: damaged, of another kind, of no use    exit code 1
            ModelDamaged      a file that is not what was pinned                                 exit code 1
          DeviceLost          the device failed, and this process cannot use it again            exit code 1
          LeaseEnded          a model was used after its lease had ended: a fault in an engine   exit code 1
        PassingFault
          ModelLoadTimeout    loading took longer than it may                                    exit code 1
          DeviceFault         the device failed in a way that may pass (it was busy)             exit code 1
      Busy
        GpuBusyError          another process, or another thread, has the device or the model    exit code 1

All of them pickle and hold text and numbers only: an error that kept a traceback, or the error that caused it, would
keep the tensors of the failed attempt alive, and the next attempt would fail for want of the memory they hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from resources.errors import Busy, Missing, PassingFault, RenderFault, SparkleError

OomStage = Literal["load", "inference"]


@dataclass(frozen=True, slots=True)
class MemorySnapshot:
    """The memory of a device at one moment, in bytes."""

    when: str
    """``load_start``, ``load_complete``, ``inference_start``, ``inference_end``, ``cleanup`` or ``failed``."""
    device: str
    total: int
    free: int
    used: int
    """What this process holds on the device."""
    peak: int
    """The most that this process has held since the attempt began."""
    host_rss: int
    """Resident host memory of this process."""

    def told(self) -> dict[str, int | str]:
        """As JSON."""
        return asdict(self)


class ModelOOMError(RenderFault):
    """The device has no room for a model, or for its work.

    ``plan`` is the :class:`~resources.gpu.plan.LoadPlan` that was tried, as JSON, and ``steps`` are the rungs of the
    memory ladder that were taken before it. ``device_map`` says which device, or devices, were full.
    """

    def __init__(
        self,
        message: str,
        *,
        stage: OomStage,
        model_key: str,
        device_map: str = "",
        suggested_shrink_hint: str = "",
        memory_snapshots: tuple[MemorySnapshot, ...] = (),
        plan: Mapping[str, Any] | None = None,
        steps: tuple[str, ...] = (),
        where: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message, where=where or model_key, hint=hint or suggested_shrink_hint)
        self.stage: OomStage = stage
        self.model_key = model_key
        self.device_map = device_map
        self.suggested_shrink_hint = suggested_shrink_hint
        self.memory_snapshots = memory_snapshots
        self.plan = dict(plan or {})
        self.steps = steps

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_oom, (type(self), self.message, {name: getattr(self, name) for name in _OOM_FIELDS}))


_OOM_FIELDS = (
    "stage",
    "model_key",
    "device_map",
    "suggested_shrink_hint",
    "memory_snapshots",
    "plan",
    "steps",
    "where",
    "hint",
)


def _rebuild_oom(cls: type[ModelOOMError], message: str, fields: dict[str, Any]) -> ModelOOMError:
    return cls(message, **fields)


class ModelLoadError(RenderFault):
    """A model did not load, for another reason than room."""


class ModelDamaged(ModelLoadError):
    """A file of a model is not what was pinned: cut short, or another one."""


class ModelMissing(Missing):
    """Weights that are not on this machine."""


class ModelLoadTimeout(PassingFault):
    """Loading took longer than it may. What arrives late is thrown away and its memory is freed."""


class DeviceFault(PassingFault):
    """The device failed in a way that may pass once its memory is given back."""


class DeviceLost(RenderFault):
    """The device failed (an illegal access, ECC, a reset), and the driver's context of this process is gone with it."""


class GpuBusyError(Busy):
    """Another process has the device, or another thread the model, and the wait was over first."""


class LeaseEnded(RenderFault):
    """A model was used after its lease: a fault in an engine, which must not keep what it borrowed."""


def without_history(error: SparkleError) -> SparkleError:
    """``error`` as if it had just been made: no traceback, no cause, no context, so that it keeps nothing alive."""
    error.__cause__ = None
    error.__context__ = None
    error.__suppress_context__ = True
    return error.with_traceback(None)
