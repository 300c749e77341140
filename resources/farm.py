"""What a profile says of a cluster: what each stage needs of a worker, who goes first, what an hour costs.

It is data for the engine that places the work (Celery, :mod:`sparkle_assets.cluster`); nothing here knows of it. A step
waits in a queue named after what it makes, and a worker takes from the queues whose needs it can meet, so a card with
24 GB never gets a step that wants 40, and a machine without a card still joins films.
"""

from __future__ import annotations

from collections.abc import Collection

from pydantic import Field, model_validator

from schemas.plan import Strict
from schemas.refs import SHOT_STAGES, STAGES, Stage

SHOT, FILM = "shot", "film"
"""Queues of runs that make several stages: of one shot, and of anything."""
QUEUES: tuple[str, ...] = (*STAGES, SHOT, FILM)


class Needs(Strict):
    """What a worker must have for a step. Gigabytes are of 10^9 bytes, as cards and disks are sold."""

    gpu_gb: float = Field(0.0, ge=0)
    """Memory of one card; 0: no card is needed."""
    cpus: float = Field(1.0, gt=0)
    memory_gb: float = Field(1.0, ge=0)
    disk_gb: float = Field(1.0, ge=0)
    """Room for scratch files in the worker's cache."""

    def met_by(self, other: Needs) -> bool:
        """Whether a worker that has ``other`` can do it."""
        return all(getattr(self, name) <= getattr(other, name) for name in type(self).model_fields)

    def lacking(self, other: Needs) -> str:
        """What a worker that has ``other`` lacks, for a person: ``gpu_gb 24, not 16``."""
        short = [name for name in type(self).model_fields if getattr(self, name) > getattr(other, name)]
        return ", ".join(f"{name} {getattr(self, name):g}, not {getattr(other, name):g}" for name in short)

    def together(self, other: Needs) -> Needs:
        """What does for both, one after the other."""
        return Needs(**{name: max(getattr(self, name), getattr(other, name)) for name in type(self).model_fields})


class Prices(Strict):
    """What an hour of a worker costs, in US dollars, by whether the step needs a card."""

    cpu_hour: float = Field(0.0, ge=0)
    gpu_hour: float = Field(0.0, ge=0)


class Limits(Strict):
    """How many runs may go at a time; what is above waits in Dagster's queue, in the order of priorities."""

    runs: int = Field(16, ge=1)
    """Of everything. A few more than there are workers: what waits with the engine is out of the priorities' reach."""
    film: int = Field(8, ge=1)
    """Of one film, so that a long one does not keep a short one waiting."""
    user: int = Field(12, ge=1)
    """Of one person's films, by the tag ``sparkle/user``."""
    waiting: int = Field(2000, ge=1)
    """Where so many wait, `sparkle make` begins no film, and says so."""


class Farm(Strict):
    """A cluster."""

    stages: dict[Stage, Needs]
    prices: Prices = Prices()
    limits: Limits = Limits()
    lost_s: float = Field(90.0, gt=0)
    """A worker that has not answered for so long is given up, and its step goes to another one."""

    @model_validator(mode="after")
    def _every_stage(self) -> Farm:
        if missing := [stage for stage in STAGES if stage not in self.stages]:
            raise ValueError(f"nothing is said of {', '.join(missing)}")
        return self

    @property
    def alike(self) -> bool:
        """Whether every stage of a shot needs the same, so that one worker may as well make all of it."""
        return len({self.stages[stage].model_dump_json() for stage in SHOT_STAGES}) == 1

    def needs(self, queue: str) -> Needs:
        """What a worker must have to take from ``queue``."""
        together = {SHOT: SHOT_STAGES, FILM: STAGES}.get(queue)
        if together is None:
            return next(needs for stage, needs in self.stages.items() if stage == queue)
        first, *others = (self.stages[stage] for stage in together)
        for needs in others:
            first = first.together(needs)
        return first

    def served(self, has: Needs, only: Collection[str] = ()) -> tuple[str, ...]:
        """The queues that a worker with ``has`` takes from; of those in ``only``, if any are named."""
        return tuple(queue for queue in QUEUES if (not only or queue in only) and self.needs(queue).met_by(has))

    def usd(self, stage: Stage, seconds: float) -> float:
        """What ``seconds`` of work on a stage cost."""
        hour = self.prices.gpu_hour if self.stages[stage].gpu_gb else self.prices.cpu_hour
        return seconds / 3600 * hour


def queue_of(stages: Collection[Stage]) -> str:
    """The queue of a run that makes ``stages``; one that makes none only looks or writes a plan."""
    if len(stages) == 1:
        return next(iter(stages))
    if not stages:
        return "movie_plan"
    return SHOT if set(stages) <= set(SHOT_STAGES) else FILM
