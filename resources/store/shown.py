"""Friendly names: copies of files of the current artifact, in the film's own folder."""

from __future__ import annotations

from pathlib import Path

from resources.store.artifacts import Artifacts
from resources.store.atomic import copy_file
from resources.store.fingerprint import hash_file
from resources.store.inspection import SHOWN
from schemas.refs import FileRef, Stage


def give_names(store: Artifacts, stage: Stage) -> None:
    """Give the current artifact's files their friendly names where something else has them, or nothing: another host
    made it."""
    ref = store.current(stage)
    folder, names = SHOWN[stage]
    for file in ref.files if ref is not None else []:
        target = store.film.path / folder / file.name
        if ref is not None and file.name in names and not _is(target, file):
            copy_file(store.file(ref, file.name), target)


def _is(path: Path, file: FileRef) -> bool:
    """Whether the file at ``path`` is ``file``, by its content."""
    return path.is_file() and path.stat().st_size == file.bytes and hash_file(path) == file.sha256
