"""What fits where: each model's typical request on each kind of machine, and the rungs it takes to fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from resources.errors import InputError
from resources.gpu.estimate import Bytes
from resources.gpu.ladder import Permissions, descend
from resources.gpu.plan import GIB, PRESETS, LoadPlan, plan_for
from resources.gpu.registry import Registry

HOST_BYTES = 64 * GIB
"""Host memory that the table reckons with; offloaded parts wait there."""
ALL = Permissions(lower_precision=True, lower_resolution=True)


@dataclass(frozen=True, slots=True)
class Fit:
    """How one model fits one kind of machine."""

    key: str
    preset: str
    fits: bool
    plan: LoadPlan
    bytes: Bytes
    rungs: tuple[str, ...]


def fit(
    registry: Registry, key: str, preset: str, *, permissions: Permissions = ALL, host: int = HOST_BYTES, **given: int
) -> Fit:
    """Walk the ladder on figures alone, from the preset's plan and the model's typical request."""
    entry = registry.entry(key)
    if preset not in PRESETS or preset in ("cpu", "balanced"):
        cards = ", ".join(name for name in PRESETS if name not in ("cpu", "balanced"))
        raise InputError(f"there is no card {preset[:80]!r}", hint=f"cards: {cards}")
    start = {**entry.typical, **given}
    plan = plan_for(preset, key, dtype=entry.dtype, alone=True, **start)
    card = PRESETS[preset]
    devices = {plan.device: card.device_bytes - card.reserve, "cpu": host}

    def told(one: LoadPlan) -> Bytes:
        return registry.predicted(key, one)

    path, fits = descend(
        plan,
        lambda one: told(one).total,
        devices=devices,
        permissions=permissions,
        rungs=registry.rungs(key),
        host=lambda one: told(one).host,
    )
    best = path[-1][0] if path else plan
    return Fit(key, preset, fits, best, told(best), tuple(taken.rung for _, taken in path))


def table(
    registry: Registry, presets: tuple[str, ...] = ("gpu-16gb", "rtx4090", "a100-40gb", "a100-80gb")
) -> Iterator[Fit]:
    """Every model on every card, model by model."""
    for key in registry.models:
        for preset in presets:
            yield fit(registry, key, preset)
