"""What artifacts were made from: the hashes in their sidecars, followed to the artifacts that have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from resources.errors import StoreFault
from resources.store.artifacts import SIDECAR, Artifacts
from resources.store.film import SLOT
from resources.store.fingerprint import timing_hash
from resources.store.records import MEND
from schemas.refs import STAGES, Sidecar, Stage

TIMING = "shot_timing"
_CUT_ROLES: dict[str, Stage] = {"clip": "lipsynced_clips", "voice": "voice_tracks"}


@dataclass(frozen=True)
class Input:
    """One thing an artifact was made from. ``sidecar`` is None when nothing in the film has this hash any more."""

    role: str
    stage: Stage
    slot: str | None
    sha256: str
    sidecar: Sidecar | None


class Lineage:
    """The artifacts of one film by what is in them."""

    def __init__(self, store: Artifacts) -> None:
        self.store = store
        self._known: dict[tuple[Stage, str | None], list[Sidecar]] = {}

    def current(self, stage: Stage, slot: str | None = None) -> Sidecar | None:
        """The sidecar of the current artifact, or None when there is none that is whole."""
        ref = self.store.current(stage, slot)
        return None if ref is None else self.store.sidecar(ref)

    def every(self, stage: Stage, slot: str | None) -> list[Sidecar]:
        """Sidecars of all artifacts of a stage: the current one first, then the latest ones."""
        key = (stage, slot)
        if key not in self._known:
            current = self.current(stage, slot)
            now = None if current is None else current.ref.fingerprint
            found = list(self._read(self.store.folder(stage, slot)))
            found.sort(key=lambda one: one.started, reverse=True)
            self._known[key] = sorted(found, key=lambda one: one.ref.fingerprint != now)
        return self._known[key]

    def find(self, stage: Stage, slot: str | None, sha256: str) -> Sidecar | None:
        """The artifact with this content, or None."""
        return next((one for one in self.every(stage, slot) if one.ref.sha256 == sha256), None)

    def inputs(self, sidecar: Sidecar) -> list[Input]:
        """What an artifact was made from, in the order of its record."""
        return [self._input(sidecar, role, sha256) for role, sha256 in sidecar.inputs.items()]

    def input(self, sidecar: Sidecar, role: str) -> Input:
        """One of them. Raises :class:`KeyError` for a role that the record does not name."""
        return self._input(sidecar, role, sidecar.inputs[role])

    def _input(self, sidecar: Sidecar, role: str, sha256: str) -> Input:
        try:
            stage, slot = self._place(sidecar, role)
        except (AttributeError, LookupError, StopIteration, TypeError, ValueError):
            raise StoreFault(
                f"the sidecar does not hold together: {role!r} is no input of it", where=sidecar.ref.uri, hint=MEND
            ) from None
        if role == TIMING:
            voices = self.every(stage, slot)
            lasting = (one for one in voices if timing_hash(one.ref.facts.get("frames", -1)) == sha256)
            return Input(role, stage, slot, sha256, next(lasting, None))
        return Input(role, stage, slot, sha256, self.find(stage, slot, sha256))

    @staticmethod
    def _place(sidecar: Sidecar, role: str) -> tuple[Stage, str | None]:
        """Where to look for an input: stages name earlier ones of their own shot, the cut those of every shot."""
        if sidecar.ref.stage == "qa_report":
            return "final_cut", None
        if sidecar.ref.stage != "final_cut":
            before = STAGES[: STAGES.index(sidecar.ref.stage)]
            return before[before.index("voice_tracks" if role == TIMING else role)], sidecar.ref.slot
        slots = {shot["shot_id"]: shot["slot"] for shot in sidecar.request["shots"]}
        shot, _, kind = role.rpartition(".")
        if kind == "image":
            return "shot_images", _slot(next(iter(slots.values())))
        return _CUT_ROLES[kind], _slot(slots[shot])

    def _read(self, folder: Path) -> Iterator[Sidecar]:
        for path in sorted(folder.glob(f"[0-9a-f]*/{SIDECAR}")):
            found = self.store.sidecar_at(path.parent)
            if found is not None and self.store.whole(found.ref):
                yield found


def _slot(recorded: str) -> str:
    """A slot as a cut's request names it; it becomes part of a path. Raises :class:`ValueError`."""
    if not SLOT.fullmatch(recorded):
        raise ValueError(f"{recorded!r} is no slot")
    return recorded
