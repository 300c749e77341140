"""Models that are blocks of a counting device: they allocate what they were predicted to, and know who keeps them."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from resources.gpu.estimate import Bytes
from resources.gpu.plan import LoadPlan
from resources.gpu.spec import ModelSpec
from tests.harness.accelerator import Block, FakeAccelerator


class CountedModel:
    """A model of ``pieces`` blocks. A call allocates three times, keeps nothing, and gives the number of frames."""

    def __init__(self, device: FakeAccelerator, plan: LoadPlan, weights: int, pieces: int) -> None:
        self.device = device
        self.plan = plan
        self.blocks: list[Block] = []
        for piece in range(pieces):
            self.blocks.append(device.allocate(weights // pieces, f"{plan.model_key} {piece}"))
        self.itself = self  # a ring, as real pipelines have: only the collector frees them

    def __call__(self, working: int) -> int:
        activations = [self.device.allocate(working // 3, "work") for _ in range(3)]
        return self.plan.frames + 0 * len(activations)


class Models:
    """Specs of counted models on some devices, and weak references to every object that was ever loaded."""

    def __init__(self, *devices: FakeAccelerator) -> None:
        self.devices = {device.name: device for device in devices}
        self.made: list[weakref.ref[Any]] = []
        self.loads = 0

    def spec(
        self,
        key: str,
        weights: int,
        working: int = 30,
        *,
        pieces: int = 4,
        before: Callable[[], None] = lambda: None,
        after: Callable[[], None] = lambda: None,
    ) -> ModelSpec:
        """A model whose work grows with frames and batch, and whose weights halve with each kind of offload."""

        def told(plan: LoadPlan) -> Bytes:
            shrink = {"none": 1, "model": 2, "sequential": 4}[plan.offload]
            tiled = 2 if plan.vae_tiling else 1
            return Bytes(
                weights // shrink, working * plan.frames * plan.batch // tiled, host=weights - weights // shrink
            )

        def load(plan: LoadPlan, folder: Path) -> CountedModel:
            self.loads += 1
            before()
            made = CountedModel(self.devices[plan.device], plan, told(plan).weights, pieces)
            self.made.append(weakref.ref(made))
            after()
            return made

        return ModelSpec(key, load, told, lambda: Path("."))

    def alive(self) -> int:
        """How many loaded objects still exist."""
        return sum(one() is not None for one in self.made)


def until(true: Callable[[], bool], timeout_s: float = 5.0) -> bool:
    """Wait for something that another thread does."""
    deadline = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


class Gate:
    """A loader waits here until the test opens it."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()

    def __call__(self) -> None:
        self.reached.set()
        self.open.wait(10)
