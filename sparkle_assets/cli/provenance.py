"""`sparkle provenance` and `sparkle reproduce`: where a film comes from, and whether it comes out the same again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from resources.errors import Missing
from schemas.refs import STAGES, Stage
from sparkle_assets.cli.common import answer, by_id_or_number, home_option, json_option, open_home

if TYPE_CHECKING:
    from rich.tree import Tree

    from resources.pipeline.production import Production
    from schemas.provenance import Origin, Provenance, Reproduced

LONGEST = 140
"""Characters of a line of a tree."""
MARKS = {"equal": "equal  ", "within": "within ", "differs": "DIFFERS"}


@click.command()
@click.argument("movie")
@click.argument("shot", required=False)
@home_option
@json_option
def provenance(movie: str, shot: str | None, home: Path, as_json: bool) -> None:
    """Show where MOVIE, or its SHOT (id or number), comes from: every artifact down to the plan and your own media."""
    from resources.pipeline.provenance import provenance as trace

    production = _open(home, movie)
    name, slot = (None, None) if shot is None else _shot(production, shot)
    found = trace(production.film, production.store, slot, name)
    if not found.trees:
        raise Missing(f"nothing of {shot or movie!r} is made yet", hint=f"sparkle make --movie {movie}")
    answer(found.model_dump(mode="json"), "" if as_json else _drawn(found), as_json=as_json)


@click.command()
@click.argument("movie")
@click.argument("shot", required=False)
@click.option("--stage", type=click.Choice(STAGES), help="Only this stage.")
@home_option
@json_option
def reproduce(movie: str, shot: str | None, stage: Stage | None, home: Path, as_json: bool) -> int:
    """Make what is in MOVIE, or in its SHOT (id or number), again from its records, and compare. The film is only read.

    Exit code 0: equal, or within the stage's tolerance; 1: something differs, and what is told.
    """
    from resources.pipeline.reproduction.again import chosen
    from resources.pipeline.reproduction.again import reproduce as again
    from schemas.provenance import Reproduction

    production = _open(home, movie)
    slot = None if shot is None else _shot(production, shot)[1]
    results = []
    for one in again(production, chosen(production, slot, stage)):
        results.append(one)
        if not as_json:
            click.echo("\n".join(_lines(one)))
    told = Reproduction(movie=movie, results=results)
    if as_json:
        answer({**told.model_dump(mode="json"), "holds": told.holds}, "", as_json=True)
    else:
        differing = sum(one.verdict == "differs" for one in results)
        click.echo(f"{len(results)} made again, {differing} differ" if differing else f"{len(results)} made again")
    return 0 if told.holds else 1


def _open(home: Path, movie: str) -> Production:
    from resources.pipeline.engines import engines_of
    from resources.pipeline.production import Production
    from resources.pipeline.stages.plan import peek_script, read_plan

    store = open_home(home)
    film = store.existing(movie)
    plan, folder = read_plan(film.plan_path), film.plan_path.parent
    script = peek_script(film, plan, film.settings(), folder)  # whoever only looks writes nothing
    return Production(store, movie, lambda profile: engines_of(profile, store.cache), script)


def _shot(production: Production, wanted: str) -> tuple[str, str]:
    """Id and slot of a shot that is told by its id or its number. Raises :class:`Missing`."""
    script = production.script
    ids = [shot.id or "" for shot in script.plan.shots]
    wanted = by_id_or_number(ids, wanted)
    if wanted not in ids:
        raise Missing(
            f"film {production.film.movie!r} has no shot {wanted[:64]!r}", hint=f"shots: {', '.join(ids[:12])}"
        )
    return wanted, script.slots[wanted]


def _lines(one: Reproduced) -> list[str]:
    from resources.store.narrate import clean

    where = f"{one.stage} {one.shot or ''}".strip()
    apart = f", {one.distance:g} of at most {one.limit:g} ({one.measure})" if one.limit and one.distance else ""
    lines = [f"{MARKS[one.verdict]} {where} {one.fingerprint[:12]} in {one.seconds:.1f} s{apart}"]
    if one.verdict != "equal" and one.files:
        lines.append(f"        not the same bytes: {', '.join(one.files)}")
    word = "because" if one.verdict == "differs" else "although"
    lines += [f"        {word} {clean(cause)}" for cause in one.causes]
    lines += [f"        the film asks for another by now: {', '.join(one.wanted)}"] if one.wanted else []
    return lines


def _drawn(found: Provenance) -> str:
    """The trees as they look in a terminal, without colours or a width of its own."""
    from rich.console import Console

    console = Console(width=160, color_system=None, highlight=False, soft_wrap=True)
    with console.capture() as captured:
        seen: set[str] = set()
        for tree in found.trees:
            console.print(_tree(tree, seen))
    return captured.get().rstrip()


def _tree(origin: Origin, seen: set[str], above: Tree | None = None) -> Tree:
    """One origin with those below it; what was told before is only named."""
    from rich.text import Text
    from rich.tree import Tree

    from resources.pipeline.provenance import details, headline
    from resources.store.narrate import clean

    known = origin.fingerprint is not None and origin.fingerprint in seen
    seen |= {origin.fingerprint} if origin.fingerprint else set()
    lines = [f"{headline(origin)} (as above)"] if known else [headline(origin), *details(origin)]
    text = Text("\n".join(clean(line)[:LONGEST] for line in lines))
    branch = Tree(text) if above is None else above.add(text)
    for below in [] if known else origin.origins:
        _tree(below, seen, branch)
    return branch
