"""`sparkle timeline`: everything that happened to a film, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from resources.errors import Missing, SparkleError
from sparkle_assets.cli.common import answer, by_id_or_number, home_option, json_option, open_home

if TYPE_CHECKING:
    from resources.store.film import FilmFolder
    from schemas.records import StageEvent

FILM = "film"
MAX_SHOT = 24
"""Widest column for the name of a shot."""


@click.command()
@click.argument("movie")
@click.argument("shot", required=False)
@click.option("--all", "everything", is_flag=True, help="Every single event, also those that something goes on.")
@home_option
@json_option
def timeline(movie: str, shot: str | None, everything: bool, home: Path, as_json: bool) -> None:
    """Show what happened to a film, or to one SHOT of it (its id, or its number in the film).

    Times are local; --json has every event with its time in UTC.
    """
    from resources.store.narrate import main_events
    from resources.store.timeline import read_timeline

    film = open_home(home).known(movie)
    name = None if shot is None else shot_id(film, shot)
    events = read_timeline(film.path, shot=name)
    if name is not None and not events and name not in plan_shots(film):
        shots = ", ".join(plan_shots(film)[:12]) or "none"
        raise Missing(f"film {movie!r} has no shot {name[:64]!r}", hint=f"shots: {shots}")
    lines = list(tell(events if everything else main_events(events)))
    value = {"movie": movie, "shot": name, "events": [event.model_dump(mode="json") for event in events]}
    answer(value, "\n".join(lines) or "nothing happened yet", as_json=as_json)


def tell(events: Iterable[StageEvent]) -> Iterator[str]:
    """A line for each event, under the day it happened; a blank line between runs."""
    from resources.store.narrate import narrate, unfinished

    kept = list(events)
    lost = unfinished(kept)
    width = max((len(event.shot or FILM) for event in kept), default=0)
    width = min(width, MAX_SHOT)
    stages = max((len(event.stage or "") for event in kept), default=0)
    day = ""
    for event in kept:
        at = datetime.fromisoformat(event.at).astimezone()
        if f"{at:%Y-%m-%d}" != day:
            day = f"{at:%Y-%m-%d}"
            yield f"{day} ({at:%Z})"
        elif event.event == "run_start":
            yield ""
        shot = event.shot or FILM
        shown = shot if len(shot) <= width else f"{shot[: width - 1]}…"
        yield f"  {at:%H:%M:%S}  {shown:<{width}}  {event.stage or '':<{stages}}  {narrate(event)}" + (
            ", not finished" if event.seq in lost else ""
        )


def shot_id(film: FilmFolder, shot: str) -> str:
    """A shot's id; a number that is no id counts the shots of the plan from 1."""
    return by_id_or_number(plan_shots(film), shot)


def plan_shots(film: FilmFolder) -> list[str]:
    """Ids of the plan's shots in order; none when the plan cannot be read, as what happened can be told without."""
    from resources.pipeline.stages.plan import read_plan

    try:
        return [shot.id or "" for shot in read_plan(film.plan_path).shots]
    except SparkleError:
        return []
