"""`sparkle retake`: another take of one shot, kept in the film."""

from __future__ import annotations

from pathlib import Path

import click

from resources.errors import Missing
from resources.store.locks import film_lock
from resources.store.timeline import write_memory_event
from sparkle_assets.cli.common import answer, by_id_or_number, home_option, json_option, open_home

MAX_TAKES = 99


@click.command()
@click.argument("movie")
@click.argument("shot")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Seed of the new take.  [default: a new one]")
@click.option("--note", default="", help="Why; kept with the take.")
@click.option("--use-take", type=click.IntRange(1, MAX_TAKES), help="Go back to a take that was made before.")
@click.option("--pin", is_flag=True, help="Automatic retakes leave this shot alone.")
@home_option
@json_option
@click.pass_context
def retake(
    context: click.Context,
    movie: str,
    shot: str,
    seed: int | None,
    note: str,
    use_take: int | None,
    pin: bool,
    home: Path,
    as_json: bool,
) -> int:
    """Make SHOT (its id, or its number in the film) of MOVIE again with another seed, then the film.

    Every take is kept; --use-take 1 is the first one, and costs nothing but the cut.
    """
    from resources.pipeline.stages.plan import ensure_plan
    from resources.pipeline.takes import asked_again, noted, takes_of
    from resources.store.artifacts import Artifacts
    from sparkle_assets.cli.make import make

    home_store = open_home(home)
    film = home_store.existing(movie)
    with film_lock(film.path):
        plan = ensure_plan(film)
        ids = [one.id or "" for one in plan.shots]
        shot = by_id_or_number(ids, shot)
        if shot not in ids:
            raise Missing(f"film {movie!r} has no shot {shot[:64]!r}", hint=f"shots: {', '.join(ids[:12])}")
        known = noted(Artifacts(film, home_store.root), takes_of(film, plan, shot), shot)
        takes = asked_again(known, shot, seed=seed, note=note, use_take=use_take, pin=pin)
        film.write_takes({**film.takes(), shot: takes})
        event = "take_chosen" if use_take is not None else "take_asked"
        write_memory_event(film.path, event, shot=shot, take=takes.current, note=note, pinned=takes.pinned)
    if not as_json:
        answer({}, f"{shot}: take {takes.current} of {len(takes.takes)}", as_json=False)
    return int(context.invoke(make, movie=movie, home=home, as_json=as_json) or 0)
