"""What Dagster's own databases say when they cannot be used, in one line.

They hold what the UI shows of runs and artifacts. The store is the truth: whatever was made is kept, and Dagster learns
of it from the next `sparkle make` or from `sparkle doctor --repair`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from resources.errors import DiskFull, StoreFault, chain

_FULL = ("disk is full", "No space left")
_BROKEN = ("malformed", "not a database")
_HINT = "what was made is kept; run the same command"
_MEND = "move that folder away; films are whole, and `sparkle make` tells Dagster of them again"


@contextmanager
def record_errors(folder: Path) -> Iterator[None]:
    """Turn what the databases of the instance in ``folder`` say into a :class:`StoreFault` in one line."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, dg.DagsterError) as error:
        fault = record_fault(error, folder)
        if fault is None:
            raise
        raise fault from None


def record_fault(error: BaseException, folder: Path) -> StoreFault | None:
    """The fault behind ``error`` when a database is to blame, else None."""
    cause = next((one for one in chain(error) if isinstance(one, SQLAlchemyError | sqlite3.Error)), None)
    if cause is None:
        return None
    said = str(cause.orig if isinstance(cause, DBAPIError) else cause).splitlines()[0][:200]
    if any(word in said for word in _FULL):
        return DiskFull("the disk is full", where=str(folder), hint="free some space and run the same command")
    mend = _MEND if any(word in said for word in _BROKEN) else _HINT
    return StoreFault(f"Dagster's record cannot be used: {said}", where=str(folder), hint=mend)
