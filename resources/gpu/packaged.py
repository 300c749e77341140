"""Small models whose weights come inside a Python package, and run on the CPU.

They are no less models: they are admitted, told to the timeline and unloaded as the others are. Their pin is the
package's version, and what they take is a figure that was measured, so none of them needs the registry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from resources.gpu.context import ModelContext, model_context
from resources.gpu.device import CpuAccelerator
from resources.gpu.estimate import Bytes
from resources.gpu.plan import LoadPlan
from resources.gpu.pool import ModelPool
from resources.gpu.spec import ModelSpec, Need


@dataclass(frozen=True)
class Packaged:
    """A model in a package."""

    key: str
    package: str
    """The distribution that holds the weights."""
    load: Callable[[], Any]
    weights: int
    """Bytes that it keeps while it is loaded."""
    working: int
    """Bytes that one request takes beside them."""
    alone: bool = False
    """The other models of its pool go first: for a process that is to stay small."""

    @property
    def revision(self) -> str:
        """For fingerprints; the package must be installed."""
        return f"{self.package} {version(self.package)}"

    @property
    def plan(self) -> LoadPlan:
        """The one way it is loaded."""
        return LoadPlan(self.key, device="cpu", dtype="float32", width=1, height=1, alone=self.alone)

    def spec(self) -> ModelSpec:
        """As the pool sees it."""
        takes = Bytes(self.weights, self.working, 0, 0)
        return ModelSpec(self.key, lambda plan, folder: self.load(), lambda plan: takes, Path)

    def lent(self, pool: ModelPool | None = None) -> ModelContext:
        """A lease on it for the length of a ``with`` block, from ``pool``, or from the one that this process keeps."""
        return model_context(process_pool() if pool is None else pool, self.spec(), need=Need(self.plan))


@cache
def process_pool() -> ModelPool:
    """The packaged models of this process, on its CPU; made at the first lease. Never imports torch."""
    return ModelPool([CpuAccelerator()])
