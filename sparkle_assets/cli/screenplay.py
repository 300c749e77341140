"""`sparkle make --screenplay` and `sparkle plan --screenplay`: a screenplay as one film, or as several reels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resources.errors import InputError, one_line
from resources.pipeline.beginning import Wishes, check_profile, no_writer
from resources.store.film import Home, Settings
from resources.store.locks import film_lock
from sparkle_assets.cli.common import open_home
from sparkle_assets.cli.wishes import say
from sparkle_assets.interrupts import INTERRUPTED

if TYPE_CHECKING:
    from resources.pipeline.stages.screenplay import Reels
    from schemas.plan import MoviePlan

MOST_NOTES = 4
"""Notes of the text policy that are told one by one."""


def check_screenplay(
    screenplay: Path | None,
    reel: str | None,
    idea: str | None,
    plan_file: Path | None,
    writer: str | None,
    wishes: Wishes,
) -> None:
    """Raise :class:`InputError` for flags that contradict a screenplay."""
    if screenplay is None:
        raise InputError("--reel says which part of a screenplay to make", hint="add --screenplay FILE")
    if idea is not None or plan_file is not None:
        other = "an idea" if idea is not None else "--plan"
        raise InputError(f"give {other} or --screenplay, not both")
    if writer is not None:
        raise InputError("a screenplay is planned by rules, no writer is asked", hint="leave --writer out")
    no_writer(wishes, "--screenplay brings a script that is written already")


def make_reels(
    home: Path,
    path: Path,
    movie: str | None,
    reel: str | None,
    wishes: Wishes,
    flags: dict[str, Any],
    *,
    animatic: bool,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """Plan the reels that were asked for and make each; the exit code is that of the worst."""
    from resources.pipeline.stages.screenplay import read_reels, tell_reel

    if animatic and dry_run:
        raise InputError("--dry-run tells what a film costs, not its animatic", hint="leave one of the two out")
    store = open_home(home)
    reels = read_reels(store, path, movie, wishes.changes())
    numbers = _asked(reel, len(reels.plans))
    films = [store.film(reels.movies[number - 1]) for number in numbers]
    given = {key: value for key, value in flags.items() if value is not None}
    settings = [film.settings_with(given) for film in films]
    for one in settings:
        check_profile(one.profile, None)
    for number in numbers:
        _tell_policy(reels.plans[number - 1])
    if dry_run:
        _dry(store, reels, numbers, settings[0], as_json=as_json)
        return 0
    if not quiet and len(reels.plans) > 1:
        click.echo(f"sparkle: {_overview(reels, numbers, path)}", err=True)
    store.prepare()
    context, worst = click.get_current_context(), 0
    for number, film, how in zip(numbers, films, settings, strict=True):
        with film_lock(film.path):
            told = tell_reel(film, reels, number, how)
        changes = {} if told else wishes.changes()  # a plan that was edited by hand takes them as any film does
        code = int(context.invoke(
            context.command, movie=film.movie, home=home, animatic=animatic, quiet=quiet, as_json=as_json,
            **flags, **changes,
        ) or 0)  # fmt: skip
        if code == INTERRUPTED:
            return code
        worst = max(worst, code)
    return worst


def plan_reels(store: Home, path: Path, out: Path | None, wishes: Wishes, *, as_json: bool) -> None:
    """Write the plan of a screenplay to ``out``, of further reels beside it (``F-r2.json``); make nothing."""
    from resources.pipeline.stages.screenplay import read_reels, reel_movie
    from resources.store.atomic import write_json
    from sparkle_assets.cli.common import answer

    reels = read_reels(store, path, None, wishes.changes())
    for plan in reels.plans:
        _tell_policy(plan)
    values = [plan.model_dump(mode="json") for plan in reels.plans]
    if out is None:
        if len(values) > 1:
            raise InputError(f"it is planned in {len(values)} reels, a file each", hint="say where: --out DIR/F.json")
        click.echo(json.dumps(values[0], ensure_ascii=False, indent=2))
        return
    files = [out.with_name(f"{reel_movie(out.stem, number)}{out.suffix}") for number in range(1, len(values) + 1)]
    lines = []
    for file, value in zip(files, values, strict=True):
        write_json(file, value)
        spoken = sum(len(shot["dialogue"]) for shot in value["shots"])
        lines.append(f"{one_line(value['title'])}: {len(value['shots'])} shots, {spoken} lines, written to {file}")
    told = [{"plan": str(file), "shots": len(value["shots"])} for file, value in zip(files, values, strict=True)]
    answer({**told[0], "reels": told}, "\n".join(lines), as_json=as_json)


def _asked(reel: str | None, count: int) -> list[int]:
    """The numbers of the reels that ``--reel`` names. Raises :class:`InputError`."""
    if reel == "all":
        return list(range(1, count + 1))
    number = 1 if reel is None else int(reel) if reel.isdecimal() and len(reel) < 6 else 0
    if not 1 <= number <= count:
        what = "reel" if count == 1 else "reels"
        raise InputError(
            f"there is no reel {(reel or '')[:20]!r}: the screenplay has {count} {what}", hint="--reel N or --reel all"
        )
    return [number]


def _overview(reels: Reels, numbers: list[int], path: Path) -> str:
    """What will be made of a long screenplay, and how to make the rest."""
    count = len(reels.plans)
    if len(numbers) == count:
        return f"{one_line(reels.title)}: all {count} reels"
    here = f"{one_line(reels.title)} has {count} reels; making reel {numbers[0]} ({reels.movies[numbers[0] - 1]})"
    other = f"--reel {2 if numbers[0] == 1 else 1}"
    return f"{here}. The others: sparkle make --screenplay {path} {other}, or --reel all"


def _tell_policy(plan: MoviePlan) -> None:
    """What the text policy knows of the words; they stay. Raises what the policy refuses."""
    from resources.agents.policy import notes

    told = notes(plan, what="the screenplay")
    say(told[:MOST_NOTES])
    if len(told) > MOST_NOTES:
        say([f"and {len(told) - MOST_NOTES} more"])


def _dry(store: Home, reels: Reels, numbers: list[int], settings: Settings, *, as_json: bool) -> None:
    """Every reel with its shots, length and cost, and what would be rendered of those that were asked for."""
    from resources.store.space import film_seconds
    from sparkle_assets.cli.forecast import forecast_plan

    told = []
    for number, (movie, plan) in enumerate(zip(reels.movies, reels.plans, strict=True), 1):
        film = store.film(movie)
        forecast = forecast_plan(store, film, plan, settings, film.plan_path.parent)
        size = {"reel": number, "shots": len(plan.shots), "seconds": round(film_seconds(plan), 1)}
        told.append({**size, "asked": number in numbers, **forecast})
    if as_json:
        first = {
            key: value
            for key, value in told[numbers[0] - 1].items()
            if key not in ("reel", "shots", "seconds", "asked")
        }
        click.echo(json.dumps({**first, "reels": told}, ensure_ascii=False))
        return
    click.echo(f"{one_line(reels.title)}: {len(told)} reel{'s' if len(told) > 1 else ''}")
    for one in told:
        cost, todo = one["estimate"], len({entry["shot"] for entry in one["would_render"]} - {None})
        making = f"{todo} to render, about {cost['seconds']:.0f} s and {cost['disk_bytes'] / 1e6:.0f} MB"
        click.echo(
            f"{'*' if one['asked'] else ' '} reel {one['reel']}: {one['movie']}, {one['shots']} shots, "
            f"{one['seconds']:.0f} s of film, {making if one['would_render'] else 'nothing to render'}"
        )
    click.echo("* would be made, for no money")
