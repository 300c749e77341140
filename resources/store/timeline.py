"""The timeline of a film: everything that happened to it, in order, for ever.

One SQLite file a film, so that two films never wait for each other. Written by every stage of every door.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from resources.errors import StoreFault
from schemas.records import StageEvent

_TABLE = """
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, event TEXT NOT NULL,
    stage TEXT, slot TEXT, shot TEXT, data TEXT NOT NULL)
"""


def now() -> str:
    """UTC, ISO 8601, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@contextmanager
def _database(folder: Path) -> Iterator[sqlite3.Connection]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "timeline.db"
    try:
        with closing(sqlite3.connect(path, timeout=10)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(_TABLE)
            with connection:
                yield connection
    except sqlite3.Error as error:
        raise StoreFault(f"the timeline cannot be used: {error}", where=str(path)) from None


def write_memory_event(
    folder: Path,
    event: str,
    *,
    stage: str | None = None,
    slot: str | None = None,
    shot: str | None = None,
    **data: Any,
) -> None:
    """Add one event to the timeline of the film in ``folder``. ``data`` must be JSON."""
    with _database(folder) as connection:
        connection.execute(
            "INSERT INTO events (at, event, stage, slot, shot, data) VALUES (?, ?, ?, ?, ?, ?)",
            (now(), event, stage, slot, shot, json.dumps(data, sort_keys=True, ensure_ascii=False)),
        )


def read_timeline(folder: Path, *, shot: str | None = None) -> list[StageEvent]:
    """All events of a film, oldest first; of one shot when ``shot`` is given."""
    if not (folder / "timeline.db").exists():
        return []
    with _database(folder) as connection:
        rows = connection.execute(
            "SELECT seq, at, event, stage, slot, shot, data FROM events WHERE ? IS NULL OR shot = ? ORDER BY seq",
            (shot, shot),
        ).fetchall()
    return [
        StageEvent.model_validate(
            {
                "seq": seq,
                "at": at,
                "movie": folder.name,
                "event": event,
                "stage": stage,
                "slot": slot,
                "shot": shot_id,
                "data": json.loads(data),
            }
        )
        for seq, at, event, stage, slot, shot_id, data in rows
    ]
