"""What the commands share: where films live, and how an answer is printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from resources.store.film import Home

Function = TypeVar("Function", bound=Callable[..., Any])


def home_option(function: Function) -> Function:
    """``--home DIR``, else ``SPARKLE_HOME``, else ``./.sparkle``."""
    return click.option(
        "--home",
        "home",
        envvar="SPARKLE_HOME",
        default=".sparkle",
        show_default=True,
        type=click.Path(path_type=Path),
        help="Where films are kept.",
    )(function)


def json_option(function: Function) -> Function:
    """``--json``: one object on standard output."""
    return click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object on standard output.")(
        function
    )


def by_id_or_number(ids: Sequence[str], wanted: str) -> str:
    """The shot that a person means: an id, or a number that is no id and counts the shots from 1."""
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 0
    return ids[number - 1] if wanted not in ids and 1 <= number <= len(ids) else wanted


def open_home(home: Path) -> Home:
    """The home as the commands use it."""
    return Home(home)


def answer(value: Any, text: str, *, as_json: bool) -> None:
    """Print ``value`` as JSON, or ``text`` for a person."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=None) if as_json else text)
