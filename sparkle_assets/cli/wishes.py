"""The flags that say what a film is to be, and the notes that answer them."""

from __future__ import annotations

from typing import Any

import click


def wish_options(command: Any) -> Any:
    """The flags that say what a film is to be, for every command that has a plan written."""
    for option in (
        click.option("--forbid", multiple=True, metavar="TEXT", help="Must not occur; may be given several times."),
        click.option("--cast", multiple=True, metavar='"NAME: LOOKS"', help="Must be in it; also several times."),
        click.option("--style", metavar="TEXT", help="How it looks, for engines that paint from words."),
        click.option("--shots", type=int, metavar="N", help="So many shots."),
        click.option("--seconds", type=float, metavar="N", help="About so long, title and end card included."),
    ):
        command = option(command)
    return command


def say(notes: list[str]) -> None:
    """Tell notes where progress is told."""
    for note in notes:
        click.echo(f"sparkle: note: {note}", err=True)
