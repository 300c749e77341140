"""Retakes that nobody has to ask for, for whoever looks after films from outside of any run (Dagster's retake sensor).

What follows from a finding is decided in one place (:mod:`resources.pipeline.healing`); this says what has to be made
for it, and remembers what was asked for and is not made yet. A shot that a person said no to is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resources.pipeline.healing import mend
from resources.pipeline.production import Production
from resources.pipeline.resolve import shot_id
from resources.pipeline.takes import current_take, takes_of
from schemas.plan import Shot
from schemas.refs import Stage
from schemas.report import Finding


@dataclass(frozen=True)
class Retake:
    """A take that is asked for and still has to be made."""

    movie: str
    shot: str
    slot: str
    take: int
    stages: tuple[Stage, ...]
    """What has to be made for it."""
    reason: str
    back: bool = False
    """An earlier take is taken back: it was better."""


def next_retakes(film: Production) -> list[Retake]:
    """The retakes that quality asks for now, each written into the film; needs the film's lock.

    One that was written before and is not made yet is among them: asking twice is asking once. Shots are held against
    each other when all of them are made.
    """
    rejected = {question.slot for question in film.reviews.current() if question.decision == "reject"}
    shots = [shot for shot in film.script.plan.shots if film.script.slot(shot) not in rejected]
    whole = not any(film.state(film.script.slot(shot)).stale for shot in film.script.plan.shots)
    beside = film.relations() if whole else []
    found = [_next(film, shot, [one for one in beside if one.shot == shot.id]) for shot in shots]
    return [retake for retake in found if retake is not None]


def _next(film: Production, shot: Shot, beside: Sequence[Finding]) -> Retake | None:
    slot, name = film.script.slot(shot), shot_id(shot)
    take, stale = current_take(takes_of(film.film, film.script.plan, name)), film.state(slot).stale
    if take.because and take.repairs and take.repairs[-1].stage in stale:
        return _retake(film, shot, take.number, take.because)
    mending = mend(film, slot, beside)
    if mending is None:
        return None
    return _retake(film, shot, mending.take, mending.reasons, back=mending.repair is None)


def _retake(film: Production, shot: Shot, take: int, reasons: Sequence[str], *, back: bool = False) -> Retake:
    slot = film.script.slot(shot)
    stages = tuple(film.state(slot).stale)
    return Retake(film.film.movie, shot_id(shot), slot, take, stages, ", ".join(reasons), back)
