"""Runs: one invocation that makes a film, whichever door it came through.

A door says ``with film_run(folder, context)`` around its work. Within it every attempt carries the run's id, in
whatever thread. The run is written with the first thing that happens in it, so an invocation that finds nothing to do
leaves no trace. Runs within a run belong to the outer one: `sparkle make` is one run, however many Dagster runs serve
it.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection

from resources.store.database import ASIDE, FILE, has_table, reading
from resources.store.events import add_event, now
from resources.store.records import record_of
from schemas.records import RunContext

_lock = threading.Lock()
_under_way: dict[Path, RunContext] = {}
_alone: dict[Path, RunContext] = {}


def new_run(movie: str, profile: str, seed: int, *, run_id: str | None = None) -> RunContext:
    """A run that has not begun; ``run_id`` is Dagster's where there is one."""
    return RunContext(run_id=run_id or uuid.uuid4().hex, movie=movie, profile=profile, seed=seed)


@contextmanager
def film_run(folder: Path, context: RunContext) -> Iterator[RunContext]:
    """What happens to the film in ``folder`` meanwhile belongs to ``context``, or to the run that is under way."""
    with _lock:
        outer = _under_way.setdefault(folder, context)
    try:
        yield outer
    finally:
        if outer is context:
            with _lock:
                _under_way.pop(folder, None)


def without_run(folder: Path, context: RunContext) -> None:
    """The run of whatever happens to a film outside every :func:`film_run`."""
    with _lock:
        _alone[folder] = context


def current_run(folder: Path) -> RunContext:
    """The run that is under way for the film in ``folder``."""
    with _lock:
        found = _under_way.get(folder) or _alone.get(folder)
        if found is None:
            found = _alone[folder] = new_run(folder.name, "unknown", 0)
        return found


def note_run_under_way(connection: Connection, folder: Path) -> None:
    """As :func:`note_run`, but only within a :func:`film_run`: what is asked between runs belongs to none."""
    with _lock:
        begun = folder in _under_way
    if begun:
        note_run(connection, folder)


def note_run(connection: Connection, folder: Path) -> str:
    """Write the run under way unless it was written before, in this transaction; returns its id."""
    context = current_run(folder)
    if connection.execute("SELECT 1 FROM runs WHERE run_id = ?", (context.run_id,)).fetchone() is None:
        left = connection.execute("SELECT 1 FROM checkpoints WHERE status IN ('begin', 'failed') LIMIT 1").fetchone()
        context = context.model_copy(update={"resume": left is not None})
        connection.execute("INSERT INTO runs VALUES (?, ?, ?)", (context.run_id, now(), context.model_dump_json()))
        add_event(connection, "run_start", **context.model_dump(mode="json", exclude={"movie", "dry"}))
    return context.run_id


def runs(folder: Path) -> list[RunContext]:
    """Every run that made something of a film, oldest first."""
    with reading(folder) as connection:
        if connection is None or not has_table(connection, "runs"):
            return []
        rows = connection.execute("SELECT context FROM runs ORDER BY rowid").fetchall()
    return [record_of(context, RunContext, folder / FILE, hint=ASIDE) for (context,) in rows]
