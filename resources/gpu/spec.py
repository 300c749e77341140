"""What the pool must know of a model, and what a caller needs of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resources.gpu.estimate import Bytes, Part, Work, estimate, parts_of_folder
from resources.gpu.plan import LoadPlan

Load = Callable[[LoadPlan, Path], Any]


@dataclass(frozen=True)
class ModelSpec:
    """A model that can be loaded: where its files are, how it is loaded, and what it takes.

    ``load(plan, folder)`` runs in a thread of its own, may take as long as the need allows, and returns one object that
    owns everything (a pipeline). It must leave nothing of it anywhere else. ``files()`` gives the folder after its
    hashes were held to what is pinned (``Registry.ready``). ``unload(model)`` runs before the model is dropped, for
    hooks and rings of references that only it knows.
    """

    key: str
    load: Load
    estimate: Callable[[LoadPlan], Bytes]
    files: Callable[[], Path]
    pieces: Callable[[], Sequence[Part]] = tuple
    """The parts that a device map places; none where there is but one."""
    unload: Callable[[Any], None] | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What a caller wants of a model."""

    plan: LoadPlan
    load_timeout_s: float | None = None
    """None: the pool's own."""
    wait_s: float | None = None
    """How long to wait for the card, or for the model, while others use it. None: the pool's own."""
    stay: bool = True
    """Keep the model warm after the lease, as far as the budget goes."""


def spec_of(
    key: str,
    load: Load,
    work: Work,
    files: Callable[[], Path],
    *,
    parts: tuple[Part, ...],
    unload: Callable[[Any], None] | None = None,
) -> ModelSpec:
    """A spec from the model's parts and its work. Parts are counted from the files once they are there."""
    counted: list[Part] = []

    def estimated(plan: LoadPlan) -> Bytes:
        return estimate(counted or parts, work, plan)

    def folder() -> Path:
        found = files()
        if not counted:
            counted.extend(_counted(found, parts))
        return found

    return ModelSpec(key, load, estimated, folder, lambda: counted or parts, unload)


def _counted(folder: Path, parts: tuple[Part, ...]) -> list[Part]:
    """The parts as the files have them; as they were told where the files are of another format, or elsewhere."""
    found = {part.name: part for part in parts_of_folder(folder, parts)}
    known = {part.name for part in parts}
    return [found.get(part.name, part) for part in parts] if set(found) <= known else list(parts)
