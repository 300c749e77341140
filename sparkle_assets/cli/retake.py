"""`sparkle retake`: another take of one shot, kept in the film."""

from __future__ import annotations

from pathlib import Path

import click

from resources.errors import InputError, Missing
from resources.store.film import FilmFolder, ShotTakes, Take
from resources.store.fingerprint import derive_seed
from resources.store.locks import film_lock
from resources.store.timeline import now, write_memory_event
from sparkle_assets.cli.common import answer, home_option, json_option, open_home

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
    from sparkle_assets.cli.make import make

    film = open_home(home).existing(movie)
    with film_lock(film.path):
        plan = ensure_plan(film)
        ids = [one.id or "" for one in plan.shots]
        if shot.isdigit() and 1 <= int(shot) <= len(ids) and shot not in ids:
            shot = ids[int(shot) - 1]
        if shot not in ids:
            raise Missing(f"film {movie!r} has no shot {shot[:64]!r}", hint=f"shots: {', '.join(ids[:12])}")
        takes = with_take(film, shot, derive_seed(plan.seed, "shot", shot), seed, note, use_take, pin)
        film.write_takes({**film.takes(), shot: takes})
        event = "take_chosen" if use_take is not None else "take_asked"
        write_memory_event(film.path, event, shot=shot, take=takes.current, note=note, pinned=takes.pinned)
    if not as_json:
        answer({}, f"{shot}: take {takes.current} of {len(takes.takes)}", as_json=False)
    return int(context.invoke(make, movie=movie, home=home, as_json=as_json) or 0)


def with_take(
    film: FilmFolder, shot: str, first_seed: int, seed: int | None, note: str, use_take: int | None, pin: bool
) -> ShotTakes:
    """The takes of a shot with one more, or another one chosen."""
    known = film.takes().get(shot)
    if known is None:
        known = ShotTakes(takes=[Take(number=1, seed=first_seed, at=now())], current=1)
    pinned = known.pinned or pin
    if use_take is not None:
        if seed is not None:
            raise InputError("--seed makes a new take, --use-take goes back to an old one: give one of them")
        if use_take > len(known.takes):
            raise InputError(f"shot {shot!r} has {len(known.takes)} takes, there is no take {use_take}")
        return known.model_copy(update={"current": use_take, "pinned": pinned})
    if pin and seed is None and not note:
        return known.model_copy(update={"pinned": True})
    number = len(known.takes) + 1
    if number > MAX_TAKES:
        raise InputError(f"shot {shot!r} has {MAX_TAKES} takes already", hint="choose one with --use-take")
    fresh = seed if seed is not None else derive_seed(first_seed, "take", number)
    take = Take.model_validate({"number": number, "seed": fresh, "note": note[:120], "at": now()})
    return ShotTakes(takes=[*known.takes, take], current=number, pinned=pinned)
