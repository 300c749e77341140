"""Friendly names: copies of files of the current artifact, in the film's own folder."""

from __future__ import annotations

from resources.store.artifacts import Artifacts
from resources.store.atomic import copy_file
from resources.store.inspection import SHOWN
from schemas.refs import Stage


def give_names(store: Artifacts, stage: Stage) -> None:
    """Give the current artifact's files their friendly names where they have none: another host made it."""
    ref = store.current(stage)
    folder, names = SHOWN[stage]
    for file in ref.files if ref is not None else []:
        target = store.film.path / folder / file.name
        if ref is not None and file.name in names and not target.exists():
            copy_file(store.file(ref, file.name), target)
