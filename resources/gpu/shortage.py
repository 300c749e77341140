"""The errors of a device without room, with what a person, or the ladder, must know."""

from __future__ import annotations

from collections.abc import Iterable

from resources.gpu.device import Accelerator, snapshot
from resources.gpu.errors import MemorySnapshot, ModelOOMError, OomStage
from resources.gpu.plan import LoadPlan
from resources.gpu.slots import Slot
from resources.gpu.spec import ModelSpec


def no_room(
    spec: ModelSpec, plan: LoadPlan, need: int, room: int, device: Accelerator, kept: Iterable[Slot]
) -> ModelOOMError:
    """Of a model that was not loaded, because it is predicted not to fit beside what is there."""
    place = "of the host's memory" if device.name == "cpu" else f"on {device.name}"
    beside = ", ".join(f"{slot.spec.key} {_gb(slot.on(device.name))}" for slot in kept if slot.spec.key != spec.key)
    return ModelOOMError(
        f"needs about {_gb(need)} {place}, {_gb(room)} may be used" + (f" beside {beside}" if beside else ""),
        stage="load",
        model_key=spec.key,
        device_map=plan.device_map or plan.device,
        suggested_shrink_hint="it was not loaded",
        memory_snapshots=(snapshot(device, "failed"),),
        plan=plan.told(),
    )


def said_no_room(
    key: str, plan: LoadPlan, stage: OomStage, text: str, device: Accelerator, before: tuple[MemorySnapshot, ...] = ()
) -> ModelOOMError:
    """Of a device that had no room after all; ``text`` is what it said."""
    return ModelOOMError(
        f"no room on {plan.device_map or plan.device} during {stage}: {text}",
        stage=stage,
        model_key=key,
        device_map=plan.device_map or plan.device,
        suggested_shrink_hint="take a step down the memory ladder",
        memory_snapshots=(*before, snapshot(device, "failed")),
        plan=plan.told(),
    )


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
