"""`sparkle schemas`: the schemas that a home has published as ADK artifacts."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from sparkle_assets.cli.common import answer, home_option, json_option, open_home


@click.group()
def schemas() -> None:
    """Publish, compare and list the schemas of plans, references, reports and records."""


@schemas.command(short_help="Publish this installation's schemas.")
@home_option
@json_option
def publish(home: Path, as_json: bool) -> None:
    """Publish this installation's schemas; one that is there already is left as it is."""
    from resources.agents.records.published import publish as publish_all

    store = open_home(home)
    store.prepare()
    made = publish_all(store)
    lines = [f"{one.name:<44} version {one.number}{'  new' if one.created else ''}" for one in made]
    new = sum(one.created for one in made)
    lines.append(f"{new} schemas published" + (f", {len(made) - new} were before" if len(made) > new else ""))
    answer({"published": new, "schemas": [asdict(one) for one in made]}, "\n".join(lines), as_json=as_json)


@schemas.command(short_help="Compare published, pinned and own; 1 if they differ.")
@home_option
@json_option
def verify(home: Path, as_json: bool) -> int:
    """Compare what is published with the pins and with the code's own models; 1 when anything differs."""
    from resources.agents.records.published import examine

    states = examine(open_home(home).root)
    bad = [state for state in states if state.faults]
    if all(state.published is None for state in states):
        lines = ["nothing is published in this home yet: `sparkle schemas publish`, or the first `sparkle make`, does"]
    elif bad:
        lines = [f"DIFFERS {state.name:<22} {'; '.join(state.faults)}" for state in bad]
        lines.append(f"{len(bad)} of {len(states)} schemas differ")
    else:
        lines = [f"{len(states)} schemas: published, pinned and the code's own are the same"]
    answer({"ok": not bad, "schemas": [asdict(state) for state in states]}, "\n".join(lines), as_json=as_json)
    return 1 if bad else 0


@schemas.command("list", short_help="List the schemas and their versions.")
@home_option
@json_option
def list_schemas(home: Path, as_json: bool) -> None:
    """List the schemas, where each is read from, and how many versions are published."""
    from resources.agents.records.published import examine

    states = examine(open_home(home).root)
    lines = [f"{'schema':<22} {'read from':<10} {'versions':>8}  pinned"]
    lines += [f"{s.name:<22} {s.source:<10} {s.versions:>8}  {s.pin[:16]}" for s in states]
    answer({"schemas": [asdict(state) for state in states]}, "\n".join(lines), as_json=as_json)
