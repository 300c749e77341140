"""What the pool keeps count of: models that are there, or on their way, and the devices under them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
    devices: tuple[str, ...]
    weights: int
    """Bytes of each device that its weights take while it is there."""
    state: State = "loading"
    model: Any = None
    holder: int | None = None
    """The thread that has the lease."""
    working: int = 0
    """Bytes of each device for the work of the lease."""
    used_at: float = 0.0
    leases: int = 0
    ghost: Callable[[], Any] | None = None
    """Of a dropped model that is still alive: somebody keeps it, and its bytes are still used."""

    @property
    def key(self) -> tuple[str, LoadPlan]:
        """What a caller must ask for to get this one."""
        return (self.spec.key, self.loaded_as)

    @property
    def bytes(self) -> int:
        """Bytes of each of its devices that count as used."""
        return self.weights + self.working


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
