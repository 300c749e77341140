"""What the pool keeps count of: models that are there, or on their way, and the devices under them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from resources.gpu.device import Accelerator
from resources.gpu.plan import LoadPlan
from resources.gpu.spec import ModelSpec

State = Literal["loading", "ready", "lost"]


@dataclass(eq=False)
class Slot:
    """One model that is loaded, or is being loaded, in one way."""

    spec: ModelSpec
    loaded_as: LoadPlan
    weights: Mapping[str, int]
    """Bytes that its weights take while it is there, by device."""
    host: int = 0
    """Bytes of the host's memory beside them, for parts that wait there."""
    state: State = "loading"
    model: Any = None
    holder: int | None = None
    """The thread that has the lease."""
    working: Mapping[str, int] = field(default_factory=dict)
    """Bytes for the work of the lease, by device."""
    used_at: float = 0.0
    leases: int = 0
    ghost: Callable[[], Any] | None = None
    """Of a dropped model that is still alive: somebody keeps it, and its bytes are still used."""

    @property
    def key(self) -> tuple[str, LoadPlan]:
        """What a caller must ask for to get this one."""
        return (self.spec.key, self.loaded_as)

    @property
    def devices(self) -> tuple[str, ...]:
        """Where it is."""
        return tuple(self.weights)

    def on(self, device: str) -> int:
        """Bytes of a device that count as used."""
        return self.weights.get(device, 0) + self.working.get(device, 0)

    @property
    def bytes(self) -> int:
        """Bytes of all its devices that count as used."""
        return sum(map(self.on, self.weights))


@dataclass(frozen=True, slots=True)
class Resident:
    """A model of the pool, as it is shown."""

    key: str
    devices: tuple[str, ...]
    bytes: int
    state: State
    leased: bool
    pinned: bool
    idle_s: float
    leases: int


@dataclass
class Card:
    """A device, what the pool may promise of it, and whether this process holds it against others."""

    accelerator: Accelerator
    budget: int
    locked: bool = False
