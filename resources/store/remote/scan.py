"""What a film has here of what is kept in the store, as a head would name it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from resources.store.artifacts import SIDECAR, read_sidecar
from resources.store.atomic import TEMPORARY, disk_errors
from resources.store.migrations import LaterVersion
from resources.store.remote.heads import Files, Kept
from resources.store.remote.layout import FOLDERS, LOOSE, Kind, kind_of


def scan(film: Path, base: Files) -> Files:
    """The files of the film in ``film``; ``base`` is what was last brought together with the store.

    Media that were let go of here still belong to the film: an artifact whose sidecar is as in ``base`` has the files
    that it has there. One that is cut short, here and in ``base``, is as in ``base``: nothing broken goes out.
    """
    found: Files = {}
    sidecars: dict[str, bytes] = {}
    with disk_errors(film):
        for path in _paths(film):
            if kind_of(path) in (None, Kind.MEDIA):
                continue
            data = _read(film / path)
            if data is None:
                continue
            found[path] = Kept(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
            if path.endswith(f"/{SIDECAR}"):
                sidecars[path] = data
    by_folder: dict[str, Files] = {}
    for path, kept in base.items():
        by_folder.setdefault(path.rpartition("/")[0], {})[path] = kept
    for path, data in sidecars.items():
        folder = path.rpartition("/")[0]
        known = by_folder.get(folder, {})
        whole = known if known.get(path) == found[path] else _media(film, folder, data, known)
        if whole is None:
            del found[path]
        found |= whole if whole is not None else known
    return found


def here(path: Path, kept: Kept) -> bool:
    """Whether the file is there with its size."""
    try:
        told = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(told.st_mode) and told.st_size == kept.bytes


def _media(film: Path, folder: str, sidecar: bytes, known: Files) -> Files | None:
    """The files that a sidecar names, each of which is here or in the store; None when one is nowhere."""
    try:
        named = read_sidecar(sidecar).ref.files
    except (ValueError, LaterVersion):
        return None
    found: Files = {}
    for file in named:
        path, kept = f"{folder}/{file.name}", Kept(sha256=file.sha256, bytes=file.bytes)
        if not here(film / path, kept) and known.get(path) != kept:
            return None
        found[path] = kept
    return found


def _paths(film: Path) -> Iterator[str]:
    for name in LOOSE:
        if (film / name).is_file():
            yield name
    for top in FOLDERS:
        for folder, inner, names in os.walk(film / top):
            inner[:] = sorted(name for name in inner if not name.startswith(TEMPORARY))
            base = os.path.relpath(folder, film)
            yield from (f"{base}/{name}" for name in sorted(names))


def _read(path: Path) -> bytes | None:
    """The content of a file that is no link; None when it is one, or was removed since."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        return file.read()
