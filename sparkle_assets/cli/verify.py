"""`sparkle verify`: whether a file is what somebody signed, who that was, and how it was made."""

from __future__ import annotations

from pathlib import Path

import click

from sparkle_assets.cli.common import answer, home_option, json_option, open_home


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@home_option
@json_option
def verify(file: Path, home: Path, as_json: bool) -> int:
    """Check a delivery copy: its C2PA manifest, its seal, and the mark file when it lies beside it.

    Exit code 0: every byte is as it was signed; 1: it was changed, or bears no mark.
    """
    from resources.pipeline.delivery.verify import verify as look_at

    found = look_at(file, open_home(home))
    answer({"file": str(file.absolute()), **found.told()}, "\n".join(found.lines()), as_json=as_json)
    return found.exit_code
