"""`sparkle gc`: remove what no film needs any more."""

from __future__ import annotations

import re
from pathlib import Path

import click

from sparkle_assets.cli.common import answer, home_option, json_option, open_home

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
MOST_LINES = 20


def size(context: click.Context, option: click.Parameter, value: str | None) -> int | None:
    """Bytes, also as 500M or 20GB (of a thousand, as disks are sold)."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d{1,12}(?:\.\d{1,6})?)\s*([kmgt]?)b?", value.strip().lower())
    if found is None:
        raise click.BadParameter(f"{value[:40]!r} is not a size such as 500M or 20GB")
    return int(float(found.group(1)) * _UNITS[found.group(2)])


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be removed; remove nothing.")
@click.option(
    "--older-than",
    "days",
    type=click.FloatRange(0, 36_500),
    default=30.0,
    show_default=True,
    metavar="DAYS",
    help="Only what has not been touched for so long.",
)
@click.option(
    "--max-bytes",
    callback=size,
    metavar="N",
    help="Younger things go too, oldest first, until films and cache take no more.",
)
@home_option
@json_option
def gc(dry_run: bool, days: float, max_bytes: int | None, home: Path, as_json: bool) -> None:
    """Remove what can be made again and no film needs: earlier versions of shots and cuts, and old parts of the cache.

    Whatever is in a film, every take of a shot, what a person was asked about, plans, decisions and your media stay.
    """
    from resources.store.collect import collect

    store = open_home(home)
    done = collect(store, older_than_days=days, max_bytes=max_bytes, dry_run=dry_run)
    verb = "would be removed" if dry_run else "removed"
    lines = [f"{one.path.relative_to(store.root)}  {one.bytes / 1e6:.1f} MB, {one.why}" for one in done.removed]
    more = len(lines) - MOST_LINES
    lines = lines[:MOST_LINES] + ([f"and {more} more"] if more > 0 else [])
    kept = f"films and cache take {done.kept_bytes / 1e6:.1f} MB"
    lines.append(f"{verb}: {len(done.removed)} things, {done.bytes / 1e6:.1f} MB; {kept}")
    if max_bytes is not None and done.kept_bytes > max_bytes:
        lines.append("that is more than was asked for: films need the rest")
    lines += [f"{movie} is being made: nothing of it, or of the cache, was touched" for movie in done.busy]
    value = {
        "dry_run": dry_run,
        "removed": [
            {"path": str(one.path.relative_to(store.root)), "bytes": one.bytes, "movie": one.movie, "why": one.why}
            for one in done.removed
        ],
        "bytes": done.bytes,
        "kept_bytes": done.kept_bytes,
        "busy": done.busy,
    }
    answer(value, "\n".join(lines), as_json=as_json)
