"""The timeline of a film: everything that happened to it, in order, for ever.

One SQLite file a film (:mod:`resources.store.database`), so that two films never wait for each other. Written by every
stage of every door. Attempts, checkpoints and runs beside the events are in :mod:`resources.store.steps`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from resources.errors import StoreFault
from resources.store.database import ASIDE, FILE, has_table, is_damaged, put_aside, reading, writing
from resources.store.events import add_event, now
from resources.store.records import json_of
from resources.store.runs import note_run_under_way
from schemas.records import StageEvent
from schemas.refs import AssetRef

__all__ = [
    "DamagedEvent",
    "happened_since",
    "is_told",
    "last_event",
    "mend_timeline",
    "now",
    "read_timeline",
    "timeline_is_damaged",
    "write_memory_event",
]
RECORDED = ("success", "reused", "recovered", "received")
"""Events that say which artifact is current."""


class DamagedEvent(StoreFault):
    """An entry of a timeline that is not what was written."""


def write_memory_event(
    folder: Path,
    event: str,
    *,
    stage: str | None = None,
    slot: str | None = None,
    shot: str | None = None,
    **data: Any,
) -> None:
    """Add one event to the timeline of the film in ``folder``. ``data`` must be JSON.

    Names in use: ``run_start``; ``begin``, ``success``, ``failed``, ``reused`` (a stage of a shot) and the same with
    ``chunk_`` in front; ``load_start``, ``load_complete``, ``load_failed``, ``inference_start``, ``inference_end``,
    ``cleanup`` (always, also after a failure); ``policy_decision``; ``decided``,
    ``decision_damaged``; ``retake``, ``take_asked``, ``take_chosen``;
    ``dropped``, ``run_failed``; ``saved``, ``save_failed``; ``schemas_published``, ``schemas_renewed``,
    ``schema_local``; ``timeline_mended``; ``recovered``, ``received``; ``note``. Any other name in the same
    spelling is as good; :mod:`resources.store.narrate` has the words for those it knows.
    """
    with writing(folder) as connection:
        note_run_under_way(connection, folder)
        add_event(connection, event, stage=stage, slot=slot, shot=shot, **data)


def read_timeline(folder: Path, *, shot: str | None = None, after: int = 0) -> list[StageEvent]:
    """All events of a film, oldest first; of one shot when ``shot`` is given, and after the number ``after``.

    Raises :class:`StoreFault`.
    """
    with reading(folder) as connection:
        if connection is None or not has_table(connection, "events"):
            return []
        rows = connection.execute(
            "SELECT seq, at, event, stage, slot, shot, data FROM events"
            " WHERE (? IS NULL OR shot = ?) AND seq > ? ORDER BY seq",
            (shot, shot, after),
        ).fetchall()
    return [_event(folder, row) for row in rows]


def _event(folder: Path, row: tuple[Any, ...]) -> StageEvent:
    names = ("seq", "at", "event", "stage", "slot", "shot")
    try:
        given = dict(zip(names, row[:-1], strict=True))
        datetime.fromisoformat(given["at"]).astimezone()  # whoever tells it tells local time
        return StageEvent.model_validate({**given, "movie": folder.name, "data": json_of(row[-1])})
    except (ValueError, TypeError, OverflowError):
        raise DamagedEvent(
            f"the timeline cannot be used: event {row[0]} is damaged",
            where=str(folder / FILE),
            hint=ASIDE,
        ) from None


def last_event(folder: Path) -> int:
    """The number of a film's last event; 0 before the first."""
    with reading(folder) as connection:
        if connection is None or not has_table(connection, "events"):
            return 0
        return int(connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])


def timeline_is_damaged(folder: Path) -> bool:
    """Whether the timeline of a film cannot be read; one that is not there is whole."""
    if is_damaged(folder):
        return True
    try:
        read_timeline(folder)
    except DamagedEvent:
        return True
    return False


def mend_timeline(folder: Path) -> Path | None:
    """Put a timeline that cannot be read aside. Returns where it is now, or None when it is whole."""
    if not timeline_is_damaged(folder):
        return None
    aside = put_aside(folder)
    write_memory_event(folder, "timeline_mended", damaged=aside.name)
    return aside


def happened_since(folder: Path, mark: str, events: Sequence[str]) -> bool:
    """Whether any of ``events`` came after the last ``mark``, or at all when there is none."""
    return _any(folder, events, "seq > (SELECT coalesce(max(seq), 0) FROM events WHERE event = ?)", (mark,))


def is_told(folder: Path, ref: AssetRef) -> bool:
    """Whether the timeline tells of an artifact. Not so where its process was killed right after it was published."""
    told = (ref.stage, ref.slot, f'"{ref.fingerprint}"')
    return _any(folder, RECORDED, "stage = ? AND slot IS ? AND instr(data, ?) > 0", told)


def _any(folder: Path, events: Sequence[str], condition: str, values: Sequence[str | None]) -> bool:
    """Whether the timeline has any of ``events`` of which ``condition`` holds."""
    with reading(folder) as connection:
        if connection is None or not has_table(connection, "events"):
            return False
        found = connection.execute(
            f"SELECT 1 FROM events WHERE {condition} AND event IN ({', '.join('?' * len(events))}) LIMIT 1",
            (*values, *events),
        ).fetchone()
    return found is not None
