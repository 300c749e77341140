"""`sparkle plan`: write a plan without making anything, check one, compare one with a film's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from resources.errors import InputError, one_line
from resources.pipeline.beginning import Wishes, asked, notes_on_telling
from resources.store.film import Home
from sparkle_assets.cli.common import answer, home_option, json_option, open_home
from sparkle_assets.cli.screenplay import check_screenplay, plan_reels
from sparkle_assets.cli.wishes import say, wish_options


class IdeaGroup(click.Group):
    """A group whose first word may be an idea: whatever is not a subcommand goes to ``idea``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Flags that stand first are those of ``idea``: `sparkle plan --screenplay F`."""
        if args and args[0].startswith("--") and args[0] != "--help":
            args = ["idea", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take an unknown first word as an idea."""
        if args and args[0] not in self.commands:
            args = ["idea", *args]
        return super().resolve_command(ctx, args)


@click.group(cls=IdeaGroup)
def plan() -> None:
    """Write, check or compare plans: `sparkle plan "An idea" --out plan.json`."""


@plan.command("idea", hidden=True)
@click.argument("idea", required=False)
@click.option("--screenplay", type=click.Path(path_type=Path), help="A screenplay in Fountain; a file for each reel.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write.  [default: standard output]")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0)
@click.option("--language", default="en")
@click.option("--aspect", type=click.Choice(["16:9", "9:16", "1:1"]), default="16:9")
@click.option("--resolution", type=click.Choice(["144p", "360p", "480p", "720p", "1080p", "2160p"]), default="720p")
@click.option("--writer", default="sparkle/local", help="Who writes it.")
@wish_options
@home_option
@json_option
def idea_command(
    idea: str | None,
    screenplay: Path | None,
    out: Path | None,
    seed: int,
    language: str,
    aspect: str,
    resolution: str,
    writer: str,
    seconds: float | None,
    shots: int | None,
    style: str | None,
    cast: tuple[str, ...],
    forbid: tuple[str, ...],
    home: Path,
    as_json: bool,
) -> None:
    """Write a plan for IDEA, or for a screenplay.

    What a language model answers is kept, with every attempt, under plans/ in the cache of --home.
    """
    from resources.agents.models.spec import RULES_SPEC
    from resources.pipeline.resolve import film_id
    from resources.pipeline.stages.plan import write_plan
    from resources.store.atomic import write_json

    wishes = Wishes(seed, aspect, resolution, language, style, seconds, shots, cast, forbid)
    if screenplay is not None:
        check_screenplay(screenplay, None, idea, None, None if writer == RULES_SPEC else writer, wishes)
        plan_reels(Home(home), screenplay, out, wishes, as_json=as_json)
        return
    if idea is None:
        raise InputError("what is the film about?", hint='sparkle plan "A lighthouse keeper befriends a storm"')
    request = asked(idea, wishes, writer, None)
    say(notes_on_telling(request))
    keep = None if writer == RULES_SPEC else Home(home).cache / "plans" / film_id(request.idea)
    value = write_plan(request, keep).model_dump(mode="json")
    if out is None:
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
        return
    write_json(out, value)
    lines = sum(len(shot["dialogue"]) for shot in value["shots"])
    text = f"{one_line(value['title'])}: {len(value['shots'])} shots, {lines} lines, written to {out}"
    answer({"plan": str(out), "shots": len(value["shots"])}, text, as_json=as_json)


@plan.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def validate(file: Path, as_json: bool) -> None:
    """Check a plan: every field, every reference, all media."""
    from resources.media.conform import check_media
    from resources.pipeline.stages.plan import inside, read_plan

    checked = read_plan(file)
    for number, shot in enumerate(checked.shots, 1):
        for kind, name in shot.media.model_dump().items() if shot.media else ():
            if name is not None:
                where = f"shot {shot.id or number}, media.{kind}"
                check_media(kind, inside(file.absolute().parent, name, where))
    text = f"{file}: a valid plan, {checked.title!r}, {len(checked.shots)} shots"
    answer({"valid": True, "title": checked.title, "shots": len(checked.shots)}, text, as_json=as_json)


@plan.command()
@click.argument("movie")
@click.argument("file", type=click.Path(path_type=Path))
@home_option
@json_option
def diff(movie: str, file: Path, home: Path, as_json: bool) -> None:
    """Say what making MOVIE from FILE would change, shot by shot."""
    from resources.pipeline.resolve import with_ids
    from resources.pipeline.stages.plan import read_plan

    old = with_ids(read_plan(open_home(home).existing(movie).plan_path)).model_dump(mode="json")
    new = with_ids(read_plan(file)).model_dump(mode="json")
    changes = differences(old, new)
    text = "\n".join(f"{c['where']}: {c['change']}" for c in changes) or "no difference"
    answer({"movie": movie, "changes": changes}, text, as_json=as_json)


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, str]]:
    """What differs between two plans: film fields, cast, places, then shots added, removed, moved or changed."""
    found = [
        {"where": key, "change": f"{_short(old[key])} -> {_short(new[key])}"}
        for key in old
        if key not in ("shots", "characters", "locations") and old[key] != new[key]
    ]
    for kind in ("characters", "locations", "shots"):
        before, after = ({entry["id"]: entry for entry in side[kind]} for side in (old, new))
        for name in [*before, *(x for x in after if x not in before)]:
            where = f"{kind[:-1]} {name}"
            if name not in after:
                found.append({"where": where, "change": "removed"})
            elif name not in before:
                found.append({"where": where, "change": "added"})
            else:
                found += [
                    {"where": f"{where}.{key}", "change": f"{_short(before[name][key])} -> {_short(after[name][key])}"}
                    for key in before[name]
                    if before[name][key] != after[name][key]
                ]
    order = [x["id"] for x in old["shots"] if x["id"] in {y["id"] for y in new["shots"]}]
    if order != [x["id"] for x in new["shots"] if x["id"] in set(order)]:
        found.append({"where": "shots", "change": "another order"})
    return found


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
