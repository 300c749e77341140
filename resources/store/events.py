"""One event of a film's timeline, on its way into the database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from sqlite3 import Connection
from typing import Any

from schemas.records import StageEvent


def now() -> str:
    """UTC, ISO 8601, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def add_event(
    connection: Connection,
    event: str,
    *,
    stage: str | None = None,
    slot: str | None = None,
    shot: str | None = None,
    **data: Any,
) -> None:
    """Add one event within a transaction that is under way. Raises :class:`ValueError` when it could not be read."""
    at, names = now(), {"event": event, "stage": stage, "slot": slot, "shot": shot}
    StageEvent.model_validate({"seq": 0, "at": at, "movie": "film", "data": data, **names})
    connection.execute(
        "INSERT INTO events (at, event, stage, slot, shot, data) VALUES (?, ?, ?, ?, ?, ?)",
        (at, event, stage, slot, shot, json.dumps(data, sort_keys=True, ensure_ascii=False, allow_nan=False)),
    )
