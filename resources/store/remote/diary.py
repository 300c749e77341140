"""What hosts tell each other of a film's past: each writes its events, attempts and runs into segments that the store
keeps, and reads those of the others into its own timeline.

A segment is written at the end of a run and never changed: ``timeline/<writer>-<first>-<last>.json``, by the numbers
that the events have at their writer. A writer is one database: one that was damaged and begun anew is another, and
finds what the old one had told in the store. What concerns a host alone (saved records, what it received) is not told.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterable
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from pydantic import Field, ValidationError

from resources.store.atomic import write_bytes
from resources.store.database import FILE, reading, writing
from resources.store.remote.layout import segment_of
from schemas.plan import Strict
from schemas.records import RunContext, StageEvent, StepExecutionRecord

OF_A_HOST = (
    "received",
    "saved",
    "save_failed",
    "schemas_published",
    "schemas_renewed",
    "schema_local",
    "timeline_mended",
)
"""Events that say what one host did for itself."""
_TABLES = (
    "CREATE TABLE IF NOT EXISTS diary (writer TEXT NOT NULL, seq INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS writers (writer TEXT PRIMARY KEY, seq INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS foreign_events (seq INTEGER PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS told_steps (seq INTEGER PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS foreign_steps (writer TEXT, seq INTEGER, PRIMARY KEY (writer, seq))",
)
"""``diary``: who this database is, and how far it told; ``told_steps``: attempts that were told or came from others."""
_STEP = ("run_id", "stage", "slot", "attempt", "status", "fingerprint", "reused", "started", "seconds", "error_kind")
_STEP_COLUMNS = (*_STEP, "error")

logger = logging.getLogger("sparkle.storage")


class NumberedStep(StepExecutionRecord):
    """An attempt with its number at its writer."""

    seq: int = Field(ge=1)


class StartedRun(RunContext):
    """A run, and when it began."""

    at: str


class Segment(Strict):
    """What one writer tells at once."""

    events: list[StageEvent]
    steps: list[NumberedStep]
    runs: list[StartedRun]


def write_segment(film: Path) -> Path | None:
    """Tell what was not told yet; None when there is nothing. Raises :class:`StoreFault`."""
    if not (film / FILE).exists():
        return None
    with writing(film) as connection:
        writer, told = _myself(connection)
        segment = _since(connection, film.name, told)
        if not segment.events and not segment.steps:
            return None
        last = max([told, *(event.seq for event in segment.events)])
        steps = segment.steps[-1].seq if segment.steps else 0
        path = film / "timeline" / f"{writer}-{told + 1:09d}-{last:09d}-{steps:09d}.json"
        write_bytes(path, segment.model_dump_json().encode())
        connection.execute("UPDATE diary SET seq = ?", (last,))
        connection.executemany("INSERT INTO told_steps VALUES (?)", [(step.seq,) for step in segment.steps])
    return path


def read_segments(film: Path, paths: Iterable[str]) -> int:
    """Take what others told into the timeline of the film; how many events that were. Told twice is taken once."""
    taken = 0
    found = sorted(path for path in paths if segment_of(path) is not None)
    if not found:
        return 0
    with writing(film) as connection:
        myself, _ = _myself(connection)
        segments = [
            (segment.events[0].at if segment.events else "", path, segment)
            for path in found
            if segment_of(path) != myself and (segment := _segment(film / path)) is not None
        ]
        for _, path, segment in sorted(segments, key=lambda one: one[:2]):  # in the order of what they tell
            writer = str(segment_of(path))
            taken += _take_events(connection, writer, segment.events)
            _take_steps(connection, writer, segment)
    return taken


def _segment(path: Path) -> Segment | None:
    try:
        return Segment.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        logger.warning("%s does not hold and is passed over", path)
        return None


def foreign_events(film: Path) -> frozenset[int]:
    """Numbers of the events in this timeline that other hosts told."""
    with reading(film) as connection:
        if connection is None or not _has_tables(connection):
            return frozenset()
        return frozenset(seq for (seq,) in connection.execute("SELECT seq FROM foreign_events"))


def _myself(connection: Connection) -> tuple[str, int]:
    """Who this database is, and the number of the last event that it told."""
    for statement in _TABLES:
        connection.execute(statement)
    row = connection.execute("SELECT writer, seq FROM diary").fetchone()
    if row is None:
        row = (secrets.token_hex(8), 0)
        connection.execute("INSERT INTO diary VALUES (?, ?)", row)
    return str(row[0]), int(row[1])


def _has_tables(connection: Connection) -> bool:
    names = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'foreign_events'"
    return bool(connection.execute(names).fetchone()[0])


def _since(connection: Connection, movie: str, told: int) -> Segment:
    events = connection.execute(
        "SELECT seq, at, event, stage, slot, shot, data FROM events WHERE seq > ?"
        f" AND seq NOT IN (SELECT seq FROM foreign_events) AND event NOT IN ({', '.join('?' * len(OF_A_HOST))})"
        " ORDER BY seq",
        (told, *OF_A_HOST),
    ).fetchall()
    steps = connection.execute(
        f"SELECT seq, {', '.join(_STEP_COLUMNS)} FROM steps WHERE status != 'begin'"
        " AND seq NOT IN (SELECT seq FROM told_steps) ORDER BY seq"
    ).fetchall()
    runs = {step[1] for step in steps}
    contexts = connection.execute("SELECT run_id, at, context FROM runs ORDER BY rowid").fetchall()
    names = ("seq", "at", "event", "stage", "slot", "shot")
    return Segment(
        events=[
            StageEvent.model_validate(
                {**dict(zip(names, row[:-1], strict=True)), "movie": movie, "data": json.loads(row[-1])}
            )
            for row in events
        ],
        steps=[
            NumberedStep.model_validate({**dict(zip(("seq", *_STEP_COLUMNS), row, strict=True)), "movie": movie})
            for row in steps
        ],
        runs=[
            StartedRun.model_validate({**json.loads(context), "at": at}) for run, at, context in contexts if run in runs
        ],
    )


def _take_events(connection: Connection, writer: str, events: Iterable[StageEvent]) -> int:
    row = connection.execute("SELECT seq FROM writers WHERE writer = ?", (writer,)).fetchone()
    known = row[0] if row else 0
    taken = 0
    for event in events:
        if event.seq <= known:
            continue
        data = json.dumps(event.data, sort_keys=True, ensure_ascii=False, allow_nan=False)
        values = (event.at, event.event, event.stage, event.slot, event.shot, data)
        insert = "INSERT INTO events (at, event, stage, slot, shot, data) VALUES (?, ?, ?, ?, ?, ?)"
        connection.execute("INSERT INTO foreign_events VALUES (?)", (connection.execute(insert, values).lastrowid,))
        known, taken = event.seq, taken + 1
    connection.execute("INSERT OR REPLACE INTO writers VALUES (?, ?)", (writer, known))
    return taken


def _take_steps(connection: Connection, writer: str, segment: Segment) -> None:
    for step in segment.steps:
        new = connection.execute("INSERT OR IGNORE INTO foreign_steps VALUES (?, ?)", (writer, step.seq)).rowcount
        if not new:
            continue
        told: dict[str, Any] = step.model_dump(mode="json")
        columns = ", ".join(_STEP_COLUMNS)
        insert = f"INSERT INTO steps ({columns}) VALUES ({', '.join('?' * len(_STEP_COLUMNS))})"
        row = connection.execute(insert, [told[name] for name in _STEP_COLUMNS]).lastrowid
        connection.execute("INSERT INTO told_steps VALUES (?)", (row,))
    for run in segment.runs:
        context = RunContext.model_validate(run.model_dump(exclude={"at"})).model_dump_json()
        connection.execute("INSERT OR IGNORE INTO runs VALUES (?, ?, ?)", (run.run_id, run.at, context))
