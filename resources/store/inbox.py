"""The inbox: a folder into which anybody may drop anything, and out of which nothing is believed.

Everything is done by name within one open directory (``dir_fd``), so that no link and no ``..`` leads out of it. A file
is looked at twice before it is read: one that is still being written looks different the second time. Whatever was
taken goes to ``accepted/``; whatever cannot be used to ``rejected/``, with the reason beside it in one line.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from resources.errors import InputError
from resources.store.atomic import disk_errors
from resources.store.narrate import clean

ACCEPTED, REJECTED = "accepted", "rejected"
REASON = ".reason.txt"
KINDS: Mapping[str, int] = {".txt": 64 * 1024, ".fountain": 1024 * 1024, ".json": 4 * 1024 * 1024}
"""What may be dropped, and the most bytes that are read of it: an idea, a screenplay, a plan."""
SETTLE_S = 2.0
"""A file is read when it has looked the same for so long. Our own clock: a network drive's may be another."""
MOST_FILES = 1000
"""So many files are looked at in one go; the rest has its turn when they are gone."""
MAX_NAME_BYTES = 200
MEDIA = "media"
"""A folder for the pictures, clips and recordings that dropped plans name (``media/boat.png``)."""
_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".download", ".swp", "~")
"""Names under which browsers and editors write what they rename when it is whole."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Look(NamedTuple):
    """What a file looked like, and since when."""

    size: int
    changed_ns: int
    inode: int
    since: float


class Inbox:
    """One inbox folder. Raises :class:`StoreFault` when the folder itself cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Make the folder when it is not there."""
        with disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)

    def look(self, before: Mapping[str, Look], now: float) -> tuple[list[str], dict[str, Look]]:
        """Names that have settled, sorted, and what everything looks like at ``now`` (seconds of any steady clock)."""
        looks: dict[str, Look] = {}
        with self._open() as handle:
            for name in sorted(os.listdir(handle)):
                if len(looks) == MOST_FILES:
                    break
                if name in (ACCEPTED, REJECTED, MEDIA) or name.startswith(".") or name.lower().endswith(_UNFINISHED):
                    continue
                with suppress(FileNotFoundError):
                    found = os.stat(name, dir_fd=handle, follow_symlinks=False)
                    seen = (found.st_size, found.st_mtime_ns, found.st_ino)
                    known = before.get(name)
                    same = known is not None and known[:3] == seen and known.since <= now
                    looks[name] = known if known is not None and same else Look(*seen, now)
        return [name for name, look in looks.items() if now - look.since >= SETTLE_S], looks

    def read(self, name: str) -> bytes | None:
        """What is in a file; None when it changed meanwhile. Raises :class:`InputError` for what is not read."""
        if not is_plain(name):
            raise InputError(
                "its name cannot be used", hint=f"letters, digits, spaces, - and _, at most {MAX_NAME_BYTES} bytes"
            )
        limit = KINDS.get(Path(name).suffix.lower())
        if limit is None:
            raise InputError(
                "nothing is known to do with such a file",
                hint="an idea is a .txt, a screenplay a .fountain, a plan a .json; a plan's media go to media/",
            )
        with self._open() as folder:
            try:
                handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
            except FileNotFoundError:
                return None
            except OSError as error:
                with suppress(OSError):
                    if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                        raise InputError("it is a link, and links are not followed", hint="drop a copy") from None
                raise InputError(f"it cannot be read ({error.strerror})") from None
            with os.fdopen(_file(handle), "rb") as file:
                begun = os.fstat(handle)
                if begun.st_size > limit:
                    raise InputError(f"it is larger than {limit // 1024:,} kB")
                data = file.read(limit + 1)
                ended = os.fstat(handle)
        same = (begun.st_size, begun.st_mtime_ns) == (ended.st_size, ended.st_mtime_ns)
        return data if same and len(data) == ended.st_size else None

    def accept(self, name: str) -> None:
        """Put a file aside that was taken."""
        self._move(name, ACCEPTED)

    def reject(self, name: str, reason: str) -> None:
        """Put something aside that cannot be used, with the reason beside it."""
        self._move(name, REJECTED, clean(reason))

    # ----------------------------------------------------------------------------------------------------------

    @contextmanager
    def _open(self, below: str | None = None) -> Iterator[int]:
        """The folder, or one directly in it; never through a link."""
        where = self.folder if below is None else self.folder / below
        with disk_errors(where):
            handle = os.open(self.folder, _FOLDER)
        try:
            if below is not None:
                with disk_errors(where):
                    with suppress(FileExistsError):
                        os.mkdir(below, dir_fd=handle)
                    inner = os.open(below, _FOLDER, dir_fd=handle)
                os.close(handle)
                handle = inner
            yield handle
        finally:
            os.close(handle)

    def _move(self, name: str, below: str, reason: str | None = None) -> None:
        with self._open() as source, self._open(below) as target, disk_errors(self.folder / below):
            given = _free(target, plain_name(name))
            if reason is not None:  # first: what lies in rejected/ always has its reason
                flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
                with os.fdopen(os.open(given + REASON, flags, 0o644, dir_fd=target), "w", encoding="utf-8") as file:
                    file.write(reason + "\n")
            with suppress(FileNotFoundError):
                os.rename(name, given, src_dir_fd=source, dst_dir_fd=target)


def is_plain(name: str) -> bool:
    """Whether a name can be shown and kept as it is."""
    return name.isprintable() and "/" not in name and 0 < len(os.fsencode(name)) <= MAX_NAME_BYTES and name[0] != "."


def plain_name(name: str) -> str:
    """``name``, or a plain one in its place that says which it was."""
    if is_plain(name):
        return name
    mark = hashlib.sha256(os.fsencode(name)).hexdigest()[:12]
    suffix = Path(name).suffix.lower()
    return f"unnamed-{mark}{suffix if suffix in KINDS else ''}"


def looks_from(cursor: str | None) -> dict[str, Look]:
    """Looks as :func:`looks_to` wrote them; none for anything else."""
    try:
        known = json.loads(cursor or "{}")
        return {
            str(name): Look(int(size), int(changed), int(inode), float(since))
            for name, (size, changed, inode, since) in known.items()
        }
    except (ValueError, TypeError, AttributeError):
        return {}


def looks_to(looks: Mapping[str, Look]) -> str:
    """Looks as text for the next time."""
    return json.dumps({name: list(look) for name, look in looks.items()})


def _file(handle: int) -> int:
    """``handle``, when it is that of a regular file. Raises :class:`InputError`."""
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise InputError("it is not a file")
    return handle


def _free(folder: int, name: str) -> str:
    """``name``, or with a number when something has that name already."""
    stem, suffix = os.path.splitext(name)
    number = 1
    while True:
        given = name if number == 1 else f"{stem}-{number}{suffix}"
        try:
            os.stat(given, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return given
        number += 1
