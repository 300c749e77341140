"""What the commands share: where films live, and how an answer is printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from resources.errors import ENCODING_HINT, InputError, SparkleError, is_text, shown
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


def only_text(command: click.Command) -> None:
    """Have a command, and all that is below it, refuse words that are no text.

    Python hides bytes that are no UTF-8 in halves of surrogate pairs, which no file and no database takes. The name of
    a file may have them: paths are left alone.
    """
    if isinstance(command, click.Group):
        for below in command.commands.values():
            only_text(below)
    callback = command.callback
    if callback is not None:

        @wraps(callback)
        def checked(*args: Any, **given: Any) -> Any:
            for name, value in given.items():
                words = value if isinstance(value, tuple) else (value,)
                if any(isinstance(word, str) and not is_text(word) for word in words):
                    raise InputError(f"{name} is not UTF-8 text", hint=ENCODING_HINT)
            return callback(*args, **given)

        command.callback = checked


def by_id_or_number(ids: Sequence[str], wanted: str) -> str:
    """The shot that a person means: an id, or a number that is no id and counts the shots from 1."""
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 0
    return ids[number - 1] if wanted not in ids and 1 <= number <= len(ids) else wanted


def open_home(home: Path) -> Home:
    """The home as the commands use it: what a command did to a film goes to the home's object store at its end."""
    from resources.store.remote.settings import adopt_storage

    store = Home(home)
    adopt_storage(store.root)
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(lambda: _send(store))
    return store


def _send(store: Home) -> None:
    failing = sys.exc_info()[0] is not None  # the error that is on its way matters more
    with suppress(SparkleError) if failing else nullcontext():
        store.push_opened()


def answer(value: Any, text: str, *, as_json: bool) -> None:
    """Print ``value`` as JSON, or ``text`` for a person, without what is a command for a terminal."""
    if as_json:
        click.echo(json.dumps(value, ensure_ascii=False, indent=None))
    else:
        click.echo("\n".join(shown(line) for line in text.split("\n")))
