"""The one function that carries every stage, whichever door asked for it.

decide -> request -> fingerprint -> reuse, or render -> verify -> publish -> AssetRef

A stage supplies a :class:`Job`: its request, its inputs, how to make it and how to verify it. Caching, publishing,
retrying and telling the timeline happen here and nowhere else.
"""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from resources.agents.memo import Decided
from resources.engines import Engine
from resources.errors import DiskFull, Missing, PassingFault, RenderFault, SparkleError, memory_errors
from resources.media.process import ProcessFailed, ProcessRefused, ProcessTimeout, ProgramMissing
from resources.pipeline.control import obey
from resources.pipeline.letters import font_hashes
from resources.pipeline.machine import LIBRARIES, library_versions, this_machine
from resources.pipeline.saving import save_film
from resources.pipeline.told import FACT, MODEL_LIBRARIES, told_in
from resources.store.artifacts import Artifacts
from resources.store.atomic import crash_point
from resources.store.fingerprint import content_hash, fingerprint
from resources.store.steps import Step, recover_step
from resources.store.timeline import is_told, now
from schemas.plan import Strict
from schemas.refs import AssetRef, Sidecar, Stage

ATTEMPTS = 3
"""Tries at a fault that may pass (A6); every other fault is told at once."""
FIRST_DELAY_S = 1.0
"""Before the second attempt; doubled for each one after, with up to half of it added at random."""


@dataclass(frozen=True)
class Job:
    """What one stage of one shot needs to know. Building one is cheap: nothing is loaded or opened."""

    stage: Stage
    slot: str | None
    shot: str | None
    code_version: str
    engine: Engine
    request: Strict
    make: Callable[[Path], dict[str, Any]]
    """Write the artifact's files into a folder, and return facts worth showing."""
    verify: Callable[[Path], None]
    """Decode what was written and count; raise :class:`RenderFault` when it is not what was asked for."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    decision: Decided[Any] | None = None
    """What an agent decided; its value counts, where it came from is only recorded. None: nothing was to decide."""
    seed: int = 0
    fonts: Callable[[], Iterable[Path]] = tuple
    """The typeface files its letters are set in; asked when it is made."""

    @property
    def fingerprint(self) -> str:
        """The hash over all that decides the artifact."""
        return fingerprint(
            stage=self.stage,
            code_version=self.code_version,
            engine=self.engine.name,
            engine_revision=self.engine.revision,
            request=self.request.model_dump(mode="json"),
            decision={} if self.decision is None else self.decision.value.model_dump(mode="json"),
            inputs=self.inputs,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What carrying a job gave."""

    ref: AssetRef
    reused: bool
    seconds: float
    attempts: int = 0


def is_current(store: Artifacts, job: Job) -> AssetRef | None:
    """The current artifact when it is what ``job`` would make, else None."""
    ref = store.current(job.stage, job.slot)
    return ref if ref is not None and ref.fingerprint == job.fingerprint else None


def carry(store: Artifacts, job: Job, *, sleep: Callable[[float], None] = time.sleep) -> Outcome:
    """Take the artifact of ``job`` from the store, or make it. Raises :class:`SparkleError`."""
    obey(store.film)
    begun = time.monotonic()
    current = is_current(store, job)
    if current is not None:
        if not is_told(store.film.path, current):
            recover_step(store.film.path, current)
        return Outcome(current, True, time.monotonic() - begun)
    wanted = job.fingerprint
    found = store.find(job.stage, job.slot, wanted)
    if found is not None:
        store.point(found)
        _step(store, job).reuse()
        return Outcome(found, True, time.monotonic() - begun)
    for attempt in range(1, ATTEMPTS + 1):
        step = _step(store, job, attempt)
        step.begin()
        try:
            with step.under_way(), memory_errors(_where(job)):
                ref = _make(store, job, wanted, step)
        except (SparkleError, ProcessFailed) as error:
            fault = _as_fault(error, job)
            again = isinstance(fault, PassingFault) and attempt < ATTEMPTS
            step.fail(fault, retry=again)
            if not again:
                save_film(store, fault)
                raise fault from None
            sleep(delay(attempt))
            continue
        crash_point("step.before_event")
        step.succeed()
        crash_point("step.after_event")
        return Outcome(ref, False, time.monotonic() - begun, attempt)
    raise AssertionError("the last attempt returns or raises")


def delay(attempt: int) -> float:
    """Seconds before the next attempt after ``attempt`` that failed."""
    return FIRST_DELAY_S * 2.0 ** (attempt - 1) * (1 + random.random() / 2)


def _step(store: Artifacts, job: Job, attempt: int = 1) -> Step:
    return Step(store.film.path, job.stage, slot=job.slot, shot=job.shot, attempt=attempt, fingerprint=job.fingerprint)


def _make(store: Artifacts, job: Job, wanted: str, step: Step) -> AssetRef:
    started, begun = now(), time.monotonic()
    with store.staging(job.stage, job.slot) as folder:
        with step.inference(job.engine.name):
            facts = job.make(folder) | told_in(folder)
        crash_point(f"{job.stage}.made")
        job.verify(folder)
        files = store.files(folder)
        ref = AssetRef(
            stage=job.stage,
            movie=store.film.movie,
            slot=job.slot,
            fingerprint=wanted,
            sha256=content_hash(files),
            uri=store.object_uri(job.stage, job.slot, wanted),
            files=files,
            facts=facts,
        )
        return store.publish(
            folder,
            Sidecar(
                ref=ref,
                code_version=job.code_version,
                engine=job.engine.name,
                engine_revision=job.engine.revision,
                request=job.request.model_dump(mode="json"),
                decision={} if job.decision is None else job.decision.told,
                inputs=dict(job.inputs),
                seed=job.seed,
                libraries=library_versions([*LIBRARIES, *(MODEL_LIBRARIES if FACT in facts else ())]),
                fonts=font_hashes(job.fonts()),
                machine=this_machine(),
                started=started,
                seconds=round(time.monotonic() - begun, 3),
                peak_rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
                attempt=step.attempt,
            ),
        )


def _as_fault(error: SparkleError | ProcessFailed, job: Job) -> SparkleError:
    """A program's failure in the project's own words, with the shot it happened to."""
    if isinstance(error, ProcessTimeout | ProcessRefused):
        return PassingFault(str(error), where=_where(job))
    if isinstance(error, ProgramMissing):
        return Missing(f"{Path(error.program).name} is not installed", hint="`sparkle doctor` says how to get it")
    if isinstance(error, ProcessFailed):
        if "No space left on device" in error.stderr:
            return DiskFull("the disk is full", hint="free some space and run the same command")
        return RenderFault(str(error), where=_where(job))
    if not error.where and job.shot:
        error.where = _where(job)
    return error


def _where(job: Job) -> str:
    return f"{job.stage} {job.shot or ''}".strip()
