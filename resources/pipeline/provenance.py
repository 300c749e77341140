"""The tree of an artifact down to the plan and to what is the user's own."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from resources.config import first_fault
from resources.errors import StoreFault
from resources.pipeline.lineage import Input, Lineage
from resources.pipeline.stages.plan import plan_hash, read_plan, read_request
from resources.pipeline.told import models_told
from resources.store.artifacts import Artifacts
from resources.store.film import FilmFolder
from resources.store.records import MEND
from schemas.plan import MoviePlan
from schemas.provenance import Origin, Provenance
from schemas.refs import SHOT_STAGES, Sidecar, Stage

SHA256 = re.compile(r"[0-9a-f]{64}")
MAX_WORDS = 120
"""Characters of an idea that are shown."""


class Tree:
    """Origins of the artifacts of one film."""

    def __init__(self, film: FilmFolder, store: Artifacts) -> None:
        self.film = film
        self.lineage = Lineage(store)
        plan = read_plan(film.plan_path)
        slots = film.peek_slots([shot.id for shot in plan.shots if shot.id])
        self._shots = {slot: shot for shot, slot in slots.items()}
        self._takes = film.takes()

    def film_trees(self) -> list[Origin]:
        """The film: its report, or its cut, or as much of every shot as is made; and its plan."""
        whole = self.lineage.current("qa_report") or self.lineage.current("final_cut")
        trees = [self.of(whole)] if whole else [tree for slot in self._shots for tree in self.shot_trees(slot)]
        plan = self.lineage.current("movie_plan")
        return [*trees, *([self.of(plan)] if plan else [])]

    def shot_trees(self, slot: str) -> list[Origin]:
        """A shot: its clip with everything below it, or whatever is made of it."""
        clip = self.lineage.current("lipsynced_clips", slot)
        if clip is not None:
            return [self.of(clip)]
        made = [self.lineage.current(stage, slot) for stage in SHOT_STAGES]
        return [self.of(sidecar) for sidecar in made if sidecar is not None]

    def of(self, sidecar: Sidecar, role: str = "") -> Origin:
        """An artifact with everything below it."""
        ref, decision = sidecar.ref, sidecar.decision
        decided = f"{decision.get('agent')} ({decision.get('model')})" if decision else ""
        return Origin(
            role=role,
            kind="artifact",
            stage=ref.stage,
            slot=ref.slot,
            shot=self._shots.get(ref.slot or ""),
            sha256=ref.sha256,
            fingerprint=ref.fingerprint,
            engine=sidecar.engine,
            engine_revision=sidecar.engine_revision,
            models=models_told(ref.facts),
            seed=sidecar.seed,
            take=self._take(ref.slot, ref.stage, ref.fingerprint),
            decided_by=decided,
            decision=decision.get("value", {}),
            code_version=sidecar.code_version,
            fonts=sorted(sidecar.fonts),
            seconds=sidecar.seconds,
            peak_rss_mb=sidecar.peak_rss_mb,
            started=sidecar.started,
            origins=[*map(self._below, self.lineage.inputs(sidecar)), *self._own(sidecar)],
        )

    def _below(self, found: Input) -> Origin:
        if found.sidecar is not None:
            if found.role == "shot_timing":  # the voice itself stands beside it, under the clip
                return self._leaf(found, "how long its lines take")
            return self.of(found.sidecar, found.role)
        return Origin(
            role=found.role,
            kind="missing",
            stage=found.stage,
            slot=found.slot,
            sha256=found.sha256,
            told="is in the film no more",
        )

    def _leaf(self, found: Input, told: str) -> Origin:
        return Origin(
            role=found.role, kind="artifact", stage=found.stage, slot=found.slot, sha256=found.sha256, told=told
        )

    def _own(self, sidecar: Sidecar) -> list[Origin]:
        """What no engine made: media of the user's own, and words."""
        if sidecar.ref.stage == "movie_plan":
            return [self._words(sidecar)]
        sha256 = sidecar.request.get("media_sha256")
        own = (
            []
            if not isinstance(sha256, str) or not SHA256.fullmatch(sha256)
            else [Origin(role="media", kind="media", sha256=sha256, told=self._name(sha256))]
        )
        if sidecar.ref.stage in ("shot_images", "voice_tracks"):
            plan = self.lineage.current("movie_plan")
            told = "the plan's words"
            own.append(
                Origin(role="movie_plan", kind="artifact", stage="movie_plan", sha256=plan.ref.sha256, told=told)
                if plan
                else Origin(role="movie_plan", kind="missing", stage="movie_plan", told=told)
            )
        return own

    def _words(self, sidecar: Sidecar) -> Origin:
        request = read_request(self.film)
        plan = _planned(sidecar)
        if request is None or request.told != plan_hash(plan):
            return Origin(role="words", kind="words", told="written or edited by hand")
        if request.screenplay is not None:
            reel = request.screenplay
            return Origin(
                role="screenplay", kind="words", sha256=reel.sha256, told=f"{reel.name or 'a screenplay'} {reel.reel}"
            )
        idea = request.idea if len(request.idea) <= MAX_WORDS else request.idea[: MAX_WORDS - 1] + "…"
        return Origin(role="idea", kind="words", seed=request.seed, decided_by=request.writer, told=idea)

    def _name(self, sha256: str) -> str:
        found = sorted(self.film.media_folder.glob(f"{sha256[:24]}*"))
        return str(found[0].relative_to(self.film.path)) if found else "the file is in the film no more"

    def _take(self, slot: str | None, stage: Stage, fingerprint: str) -> int | None:
        """The take that made an artifact, where it is known."""
        takes = self._takes.get(self._shots.get(slot or "", ""))
        if takes is None:
            return 1 if slot is not None else None
        made = [take.number for take in takes.takes if take.made.get(stage) == fingerprint]
        return made[-1] if made else takes.current


def _planned(sidecar: Sidecar) -> MoviePlan:
    """The plan that an artifact of ``movie_plan`` is. Raises :class:`StoreFault`."""
    try:
        return MoviePlan.model_validate(sidecar.request)
    except ValidationError as error:
        raise StoreFault(f"its plan is damaged: {first_fault(error)}", where=sidecar.ref.uri, hint=MEND) from None


def provenance(film: FilmFolder, store: Artifacts, slot: str | None = None, shot: str | None = None) -> Provenance:
    """Where a film, or the shot in ``slot``, comes from."""
    tree = Tree(film, store)
    trees = tree.film_trees() if slot is None else tree.shot_trees(slot)
    return Provenance(movie=film.movie, shot=shot, trees=trees)


def headline(origin: Origin) -> str:
    """An origin in one line."""
    where = f"{origin.stage or origin.role} {origin.shot or origin.slot or ''}".strip()
    mark = f" {origin.sha256[:12]}" if origin.sha256 else ""
    return f"{where}{mark}"


def details(origin: Origin) -> list[str]:
    """What is known of an origin, a line for each kind of thing."""
    lines: list[str] = [origin.told] if origin.told else []
    if origin.engine:
        models = f", models {', '.join(origin.models)}" if origin.models else ""
        lines.append(f"engine {origin.engine} {origin.engine_revision}, code {origin.code_version}{models}")
    made = [
        f"seed {origin.seed}" if origin.seed is not None else "",
        f"take {origin.take}" if origin.take is not None else "",
        f"{origin.seconds:g} s" if origin.seconds is not None else "",
        f"{origin.peak_rss_mb:g} MB" if origin.peak_rss_mb is not None else "",
        origin.started,
    ]
    lines += [", ".join(part for part in made if part)] if any(made) else []
    if origin.decided_by:
        decision = ", ".join(f"{key} {_short(value)}" for key, value in origin.decision.items() if value)
        lines.append(f"decided by {origin.decided_by}{': ' + decision if decision else ''}")
    lines += [f"letters in {', '.join(origin.fonts)}"] if origin.fonts else []
    return lines


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
