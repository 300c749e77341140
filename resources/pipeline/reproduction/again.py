"""`sparkle reproduce`: artifacts made again from their sidecars, and what came of it.

The film is only read. Each artifact is made from the inputs on record, not from those made again before it, so that one
difference is told once, where it arises.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from resources.errors import InputError, SparkleError
from resources.media.process import ProcessFailed
from resources.pipeline.carry import Job
from resources.pipeline.engines import Engines
from resources.pipeline.lineage import Lineage
from resources.pipeline.production import Production
from resources.pipeline.reproduction.causes import of_models, of_record, of_request, of_surroundings
from resources.pipeline.reproduction.recorded import Recorded, Unmakable, scratch_engines
from resources.pipeline.reproduction.scratch import Scratch, scratch
from resources.pipeline.reproduction.tolerance import BYTES, Tolerance, distance, tolerance_of
from resources.pipeline.told import told_in
from schemas.provenance import Reproduced
from schemas.refs import SHOT_STAGES, STAGES, Sidecar, Stage

UNEXPLAINED = "nothing that is on record differs: this stage does not come out the same twice here"
FARTHEST = 1e9
"""Told of what cannot be compared: JSON knows no infinity."""
Verdict = Literal["equal", "within", "differs"]
EngineFactory = Callable[[str, Path], Engines]


def chosen(production: Production, slot: str | None, stage: Stage | None) -> list[tuple[Stage, str | None]]:
    """What is to be made again, in the order of its making. Raises :class:`InputError` for a shot of a film's stage."""
    if slot is not None and stage is not None and stage not in SHOT_STAGES:
        raise InputError(f"{stage} belongs to the film, not to a shot", hint=f"shots have {', '.join(SHOT_STAGES)}")
    slots = [slot] if slot is not None else [production.script.slot(shot) for shot in production.script.plan.shots]
    wanted: list[tuple[Stage, str | None]] = []
    for one in STAGES:
        if stage is not None and one != stage:
            continue
        if one in SHOT_STAGES:
            wanted += [(one, each) for each in slots]
        elif slot is None:
            wanted.append((one, None))
    return wanted


def reproduce(
    production: Production,
    wanted: Sequence[tuple[Stage, str | None]],
    engines: EngineFactory = scratch_engines,
) -> Iterator[Reproduced]:
    """Make each of ``wanted`` that is in the film again, one after the other.

    Raises :class:`InputError` where none of it is made, and what making the engines raises.
    """
    lineage = Lineage(production.store)
    found = [sidecar for stage, slot in wanted if (sidecar := lineage.current(stage, slot)) is not None]
    if not found:
        raise InputError(
            "nothing of it is made yet, so nothing can be made again",
            where=production.film.movie,
            hint=f"sparkle make --movie {production.film.movie}",
        )
    with scratch(production.home, production.film, production.store) as place:
        made = engines(production.script.settings.profile, place.home.cache)
        try:
            recorded = Recorded(production.script, lineage, place, made)
            for sidecar in found:
                yield _again(production, recorded, place, sidecar)
        finally:
            made.close()


def _again(production: Production, recorded: Recorded, place: Scratch, sidecar: Sidecar) -> Reproduced:
    begun = time.monotonic()
    ref = sidecar.ref
    causes = of_record(sidecar, production.store)
    files, measure, apart = [file.name for file in ref.files], BYTES, None
    verdict: Verdict = "differs"
    try:
        job = recorded.job(sidecar)
        causes += of_surroundings(sidecar, job)
        causes += [f"{field} is not what is on record" for field in of_request(sidecar, job)]
        folder = place.folder(ref)
        facts: dict[str, Any] = job.make(folder) | told_in(folder)
        job.verify(folder)
        causes += of_models(sidecar, facts)
        measure = tolerance_of(ref.stage, sidecar.engine)
        files = _changed(sidecar, production, folder)
        verdict, apart = _verdict(measure, files, production.store.path(ref), folder)
        if verdict == "differs" and not causes:
            causes = [UNEXPLAINED]
    except Unmakable as error:
        causes.append(str(error))
    except (SparkleError, ProcessFailed) as error:
        causes.append(f"it cannot be made here: {error}")
    return Reproduced.model_validate(
        {
            "stage": ref.stage,
            "slot": ref.slot,
            "shot": None if ref.slot is None else production.script.shot(ref.slot).id,
            "fingerprint": ref.fingerprint,
            "verdict": verdict,
            "measure": measure.kind,
            "distance": apart,
            "limit": None if measure.kind == "bytes" else measure.limit,
            "files": files,
            "causes": causes,
            "wanted": _wanted(sidecar, production.peek_job(ref.stage, ref.slot)),
            "seconds": round(time.monotonic() - begun, 3),
        }
    )


def _verdict(measure: Tolerance, files: list[str], kept: Path, folder: Path) -> tuple[Verdict, float | None]:
    if not files:
        return "equal", None if measure.kind == "bytes" else 0.0
    if measure.kind == "bytes":
        return "differs", None
    apart = distance(measure, kept, folder)
    if apart > measure.limit:
        return "differs", min(apart, FARTHEST)
    return ("equal" if measure.kind == "report" else "within"), apart


def _changed(sidecar: Sidecar, production: Production, folder: Path) -> list[str]:
    """Names of files that are not what was made then, or that only one of both makings has."""
    before = {file.name: file.sha256 for file in sidecar.ref.files}
    after = {file.name: file.sha256 for file in production.store.files(folder)}
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _wanted(sidecar: Sidecar, job: Job | None) -> list[str]:
    """What the film asks for otherwise by now; nothing where that cannot be known without asking somebody."""
    return [] if job is None or job.fingerprint == sidecar.ref.fingerprint else of_request(sidecar, job)
