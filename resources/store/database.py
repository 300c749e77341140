"""The database of a film: one SQLite file a film, opened once a process.

Opening the file for each event and flushing it cost 20 ms on a slow disk; on a connection that stays open an event
costs 0.1 ms (``bench/records.py``). So a process keeps one connection a film, and

- throws it away when the file was removed or replaced (another film under the same id must not write into a dead file);
- never uses or closes a connection that came through a fork: SQLite forbids both;
- lets its threads take turns, in transactions that begin with the write lock, so that no two writers can deadlock.

``synchronous=NORMAL`` in WAL mode: a killed process loses nothing, a power cut may lose the last events and damages
nothing. What must not be lost (artifacts, plans, takes) is not here. On a file system of the network, where the shared
memory of WAL does not reach other hosts, a rollback journal takes its place, and every event is flushed.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from resources.errors import DiskFull, StoreFault
from resources.store.atomic import crash_point, disk_errors
from resources.store.mounts import on_network

FILE = "timeline.db"
ASIDE = "`sparkle doctor --repair` puts it aside; the film itself is whole"
"""How a damaged one is mended."""
VERSION = 1
"""Of the tables; kept in ``PRAGMA user_version``. A file of a later version is refused, not guessed at."""
BUSY_S = 10.0
"""How long a writer waits for the writers of other processes."""
MAX_OPEN = 8
"""Films a process keeps open; a daemon makes many, one after the other."""
CACHE_KIB = 256
"""Pages that a connection keeps. SQLite's own 2 MB fill up with pages that nobody asks for again, for events are only
added, at the end of a table and of an index. ``bench/gpu.py leases`` counts what that costs."""
_TABLES = (
    """CREATE TABLE IF NOT EXISTS events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, event TEXT NOT NULL,
        stage TEXT, slot TEXT, shot TEXT, data TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS events_of_shot ON events (shot, seq)",
    """CREATE TABLE IF NOT EXISTS runs (
        run_id TEXT PRIMARY KEY, at TEXT NOT NULL, context TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS checkpoints (
        stage TEXT NOT NULL, slot TEXT NOT NULL, chunk INTEGER NOT NULL, status TEXT NOT NULL,
        attempt INTEGER NOT NULL, error TEXT, fingerprint TEXT, at TEXT NOT NULL,
        PRIMARY KEY (stage, slot, chunk))""",
    """CREATE TABLE IF NOT EXISTS steps (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, stage TEXT NOT NULL, slot TEXT,
        attempt INTEGER NOT NULL, status TEXT NOT NULL, fingerprint TEXT, reused INTEGER NOT NULL,
        started TEXT NOT NULL, seconds REAL NOT NULL, error_kind TEXT, error TEXT)""",
)
_FOREIGN = "SELECT 1 FROM sqlite_master WHERE type IN ('trigger', 'view') OR sql LIKE 'CREATE VIRTUAL%'"
"""What a timeline never has. A film's folder may be somebody else's, and a trigger or a view is a program of theirs,
which every event would run, without an end if they like."""
_FREE_BYTES = 1 << 16
"""Less than this on the disk, and an input/output error means that it is full."""


@dataclass(slots=True)
class _Open:
    connection: sqlite3.Connection
    identity: tuple[int, int]
    writing: bool = False


_opened: OrderedDict[Path, _Open] = OrderedDict()
_inherited: list[_Open] = []
_lock = threading.RLock()


def _after_fork() -> None:
    global _lock
    _inherited.extend(_opened.values())
    _opened.clear()
    _lock = threading.RLock()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(lambda: close_databases())  # an orderly end leaves one file, without the side files of WAL


@contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """One transaction on the database of the film in ``folder``, which is made when it is not there.

    All of it is kept, or none. Raises :class:`StoreFault` and :class:`DiskFull`.
    """
    with _lock, _database_errors(folder):
        opened = _open(folder)
        try:
            opened.connection.execute("BEGIN IMMEDIATE")
            opened.writing = True
            yield opened.connection
            crash_point("timeline.before_commit")
            opened.connection.commit()
            crash_point("timeline.after_commit")
        except BaseException:
            _undo(folder, opened.connection)
            raise
        finally:
            opened.writing = False


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection | None]:
    """The database of the film in ``folder``, or None when it has none. Writes nothing, also where nothing may be."""
    with _lock, _database_errors(folder):
        kept = _kept(folder)
        if kept is not None:
            yield kept.connection
        elif not (folder / FILE).exists():
            yield None
        else:
            with closing(_open_to_read(folder / FILE)) as connection:
                yield connection


def has_table(connection: sqlite3.Connection, name: str) -> bool:
    """Whether a table is there: a process killed at the very beginning, or an older version, may have left none."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
    return found is not None


def close_databases() -> None:
    """Close what this process has open; it is opened again at need."""
    with _lock:
        for folder in list(_opened):
            _forget(folder)


def is_damaged(folder: Path) -> bool:
    """Whether SQLite cannot read the database of a film; one that is not there is whole."""
    path = folder / FILE
    with _lock:
        if not path.exists():
            return False
        try:
            with closing(_open_to_read(path)) as connection:
                return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok")
        except _Foreign:
            return True
        except sqlite3.Error as error:
            if _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                return True
            raise _told(error, path) from None
        except UnicodeDecodeError:
            return True


def put_aside(folder: Path) -> Path:
    """Rename the database of a film, side files and all; a new one is begun at the next event."""
    with _lock:
        _forget(folder)
        path, number = folder / FILE, 1
        while (aside := folder / f"timeline-damaged-{number}.db").exists():
            number += 1
        with disk_errors(path):
            for suffix in ("-wal", "-shm", ""):
                if (part := path.with_name(path.name + suffix)).exists():
                    part.rename(aside.with_name(aside.name + suffix))
        return aside


def _open(folder: Path) -> _Open:
    kept = _kept(folder)
    if kept is not None:
        return kept
    path = folder / FILE
    with disk_errors(path):
        folder.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            raise StoreFault("the timeline cannot be used: it is a symbolic link", where=str(path))
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        _set_up(connection, path)
    except BaseException:
        connection.close()
        raise
    while len(_opened) >= MAX_OPEN:
        _forget(next(iter(_opened)))
    _opened[folder] = opened = _Open(connection, _identity(path))
    return opened


def _set_up(connection: sqlite3.Connection, path: Path) -> None:
    deadline = time.monotonic() + BUSY_S
    shared = on_network(path)
    while True:
        try:
            connection.execute(f"PRAGMA journal_mode={'TRUNCATE' if shared else 'WAL'}")
            break
        except sqlite3.OperationalError as error:
            # two processes that turn a new file to WAL at once: SQLite does not wait here by itself
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    connection.execute(f"PRAGMA synchronous={'FULL' if shared else 'NORMAL'}")
    _check_ours(connection, path)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise StoreFault(
            f"the timeline cannot be used: it was written by a later version of Sparkle ({version})",
            where=str(path),
            hint="pip install --upgrade sparkle-motion",
        )
    if version < VERSION:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.commit()


def _kept(folder: Path) -> _Open | None:
    """What is open already, unless the file it belongs to is gone."""
    kept = _opened.get(folder)
    if kept is None:
        return None
    try:
        alive = kept.identity == _identity(folder / FILE)
    except OSError:
        alive = False
    if not alive:
        _forget(folder)
        return None
    _opened.move_to_end(folder)
    if kept.connection.in_transaction and not kept.writing:
        kept.connection.rollback()  # an interrupt came while a transaction was taken back
    return kept


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _forget(folder: Path) -> None:
    kept = _opened.pop(folder, None)
    if kept is not None:
        kept.connection.close()


def _undo(folder: Path, connection: sqlite3.Connection) -> None:
    """Take a transaction back; a connection that cannot even do that is thrown away."""
    try:
        connection.rollback()
    except sqlite3.Error:
        _forget(folder)


def _open_to_read(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing. On a disk that is read-only a database at rest needs no side files."""
    options = ["mode=rw"]
    log = path.with_name(f"{path.name}-wal")
    if not on_network(path) and (not log.exists() or not log.stat().st_size):
        options.append("mode=ro&immutable=1")
    while True:
        connection = sqlite3.connect(
            f"{path.as_uri()}?{options.pop(0)}", uri=True, timeout=BUSY_S, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA query_only=1")
            _check_ours(connection, path)
            return connection
        except (UnicodeDecodeError, _Foreign):
            connection.close()
            raise
        except sqlite3.Error as error:
            connection.close()
            if not options or _code(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
                raise


class _Foreign(StoreFault):
    """It has more in it than tables and indexes."""


def _check_ours(connection: sqlite3.Connection, path: Path) -> None:
    """Nothing in the file is run: not before this, and not after."""
    connection.execute("PRAGMA trusted_schema=0")
    if connection.execute(_FOREIGN).fetchone() is not None:
        raise _Foreign("the timeline cannot be used: it is a program, not a timeline", where=str(path), hint=ASIDE)


def _code(error: sqlite3.Error) -> int:
    """The primary result code."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


@contextmanager
def _database_errors(folder: Path) -> Iterator[None]:
    path = folder / FILE
    try:
        yield
    except sqlite3.Error as error:
        _forget(folder)
        raise _told(error, path) from None
    except UnicodeDecodeError:  # SQLite's own words quote the damaged page
        _forget(folder)
        raise StoreFault("the timeline cannot be used: it is damaged", where=str(path), hint=ASIDE) from None


def _told(error: sqlite3.Error, path: Path) -> StoreFault:
    """What SQLite said, in one line that says how to mend it."""
    code = _code(error)
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _full(path.parent)):
        return DiskFull("the disk is full", where=str(path), hint="free some space and run the same command")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreFault("no permission to write here", where=str(path), hint="choose another folder with --home")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreFault(
            f"the timeline cannot be used: it is damaged ({error})",
            where=str(path),
            hint=ASIDE,
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreFault(
            f"the timeline cannot be used: another program held it for {BUSY_S:.0f} s",
            where=str(path),
            hint="close that program and run the same command",
        )
    return StoreFault(f"the timeline cannot be used: {error}", where=str(path))


def _full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _FREE_BYTES
    except OSError:
        return False
