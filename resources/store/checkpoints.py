"""Checkpoints: where every stage of a film, and every chunk of one, stands now; the timeline keeps how it got there."""

from __future__ import annotations

from pathlib import Path
from sqlite3 import Connection

from resources.store.database import ASIDE, FILE, has_table, reading, writing
from resources.store.events import add_event, now
from resources.store.records import held_row
from schemas.records import Checkpoint, Status
from schemas.refs import Stage

MAX_ERROR = 2000
"""Characters of an error that are kept."""
_NO_CHUNK = -1
_COLUMNS = ("stage", "slot", "chunk", "status", "attempt", "error", "fingerprint", "at")


def write_checkpoint(
    folder: Path,
    stage: Stage,
    status: Status,
    *,
    slot: str | None = None,
    shot: str | None = None,
    chunk: int | None = None,
    attempt: int = 1,
    error: str | None = None,
    fingerprint: str | None = None,
) -> None:
    """Say where a stage of the film in ``folder``, or with ``chunk`` (from 0) one chunk of it, stands.

    It takes the place of the checkpoint before; the timeline keeps both.
    """
    point = Checkpoint(
        movie=folder.name,
        stage=stage,
        slot=slot,
        chunk=chunk,
        status=status,
        attempt=attempt,
        error=error[:MAX_ERROR] if error else None,
        fingerprint=fingerprint,
        at=now(),
    )
    with writing(folder) as connection:
        set_checkpoint(connection, point)
        data = {"attempt": attempt, "error": point.error, "chunk": chunk}
        event = status if chunk is None else f"chunk_{status}"
        told = {key: value for key, value in data.items() if value is not None}
        add_event(connection, event, stage=stage, slot=slot, shot=shot, **told)


def checkpoints(folder: Path) -> list[Checkpoint]:
    """Where every stage and chunk of a film stands, by slot, stage and chunk; stages of the film itself first."""
    with reading(folder) as connection:
        if connection is None or not has_table(connection, "checkpoints"):
            return []
        rows = connection.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM checkpoints ORDER BY slot, stage, chunk"
        ).fetchall()
    found = []
    for row in rows:
        given = dict(zip(_COLUMNS, row, strict=True)) | {"movie": folder.name}
        given |= {"slot": given["slot"] or None, "chunk": None if given["chunk"] == _NO_CHUNK else given["chunk"]}
        found.append(held_row(given, Checkpoint, folder / FILE, hint=ASIDE))
    return found


def set_checkpoint(connection: Connection, point: Checkpoint) -> None:
    """Replace a checkpoint within a transaction that is under way."""
    connection.execute(
        f"INSERT OR REPLACE INTO checkpoints ({', '.join(_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            point.stage,
            point.slot or "",
            _NO_CHUNK if point.chunk is None else point.chunk,
            point.status,
            point.attempt,
            point.error,
            point.fingerprint,
            point.at,
        ),
    )
