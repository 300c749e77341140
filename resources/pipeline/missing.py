"""What a film is still missing, or what failed of it, and whether anything may be done about it now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from resources.pipeline.control import read_control
from resources.pipeline.production import Production
from resources.store.film import Home
from resources.store.locks import holder
from schemas.refs import SHOT_STAGES, Stage

Recorded = Callable[[Stage, str | None], str | None]
"""The version of an asset that is on record, by stage and slot: what Dagster shows as made."""


@dataclass(frozen=True)
class Missing:
    """What has to be asked for so that a film gets finished. Nothing, when it is, or when ``why`` says why not."""

    movie: str
    plan: bool = False
    slots: tuple[str, ...] = ()
    """Shots of which a stage is missing, failed, stale, or made and not on record."""
    film: bool = False
    """The cut or the report, every shot being there; while shots are missing the cut follows from them."""
    why: str = ""

    @property
    def anything(self) -> bool:
        """Whether there is anything to ask for."""
        return self.plan or self.film or bool(self.slots)

    def __str__(self) -> str:
        parts = [part for part, there in (("plan", self.plan), ("cut and report", self.film)) if there]
        if self.slots:
            parts.append(f"shots in slots {', '.join(self.slots)}")
        return f"{self.movie}: {self.why or ', '.join(parts) or 'nothing is missing'}"


def begun_films(home: Home) -> list[str]:
    """Films with a plan, or at least with an idea that nobody has planned yet."""
    ideas = {path.parent.parent.name for path in (home.root / "movies").glob("*/plan/request.json")}
    return sorted({*home.films(), *(movie for movie in ideas if home.known(movie))})


def left_alone(home: Home, movie: str) -> str:
    """Why nothing is asked for: somebody works on the film, or it is paused; empty when it is free."""
    film = home.film(movie)
    if read_control(film).wish == "pause":
        return "it is paused"
    process = holder(film.path)
    return f"process {process} works on it" if process is not None else ""


def missing_of(film: Production, recorded: Recorded) -> Missing:
    """What an open film is missing. Cheap: nothing is rendered, no agent is asked.

    A shot that a person has to look at is made; its film waits for the answer, and is not asked for again and again.
    """
    movie, reviews = film.film.movie, film.reviews.current()
    waiting = {question.slot for question in reviews if question.decision != "approve"}
    slots = []
    for shot in film.script.plan.shots:
        slot = film.script.slot(shot)
        if slot in waiting:
            continue
        if film.state(slot).stale or any(_unrecorded(film, recorded, stage, slot) for stage in SHOT_STAGES):
            slots.append(slot)
    plan = not film.plan_is_current() or _unrecorded(film, recorded, "movie_plan")
    if slots or waiting - {None}:
        return Missing(movie, plan, tuple(slots), why="" if slots or plan else "it waits for a person")
    stages: tuple[Stage, ...] = ("final_cut", "qa_report")
    unfinished = bool(film.film_state()) or any(_unrecorded(film, recorded, stage) for stage in stages)
    return Missing(movie, plan, film=unfinished)


def _unrecorded(film: Production, recorded: Recorded, stage: Stage, slot: str | None = None) -> bool:
    return recorded(stage, slot) != film.ref(stage, slot).sha256
