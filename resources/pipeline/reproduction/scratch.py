"""A home for one reproduction: copies of what artifacts were made from, and nothing of the film itself.

Everything is copied, nothing linked: an engine that writes where it should not spoils a copy. It lies in the cache
under a temporary name, so `sparkle doctor --repair` removes what a killed process left.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from resources.store.artifacts import Artifacts
from resources.store.atomic import TEMPORARY, disk_errors
from resources.store.film import FilmFolder, Home
from schemas.refs import AssetRef

RECORDS = ("plan", "review", "decisions")
"""What stages read beside artifacts: the plan with the user's own media, a person's answers, the agents' answers."""
LEFT_OUT = shutil.ignore_patterns("objects", "history", f"{TEMPORARY}*", "*.lock")


class Scratch:
    """A home with one film in it, as empty as making an artifact allows."""

    def __init__(self, root: Path, film: FilmFolder, store: Artifacts) -> None:
        self.home = Home(root)
        self.film = self.home.film(film.movie)
        self.store = Artifacts(self.film, self.home.root)
        self._from = store
        with disk_errors(root):
            for name in RECORDS:
                if (film.path / name).is_dir():
                    shutil.copytree(film.path / name, self.film.path / name, ignore=LEFT_OUT)

    def bring(self, refs: Iterable[AssetRef], *, current: bool = False) -> None:
        """Copy artifacts here; with ``current`` as the current ones of their stages."""
        for ref in refs:
            target = self.store.path(ref)
            with disk_errors(target):
                if not target.exists():
                    shutil.copytree(self._from.path(ref), target)
            if current:
                self.store.point(ref)

    def folder(self, ref: AssetRef) -> Path:
        """A new, empty folder in which ``ref`` is made again."""
        folder = self.film.path / "again" / f"{ref.stage}-{ref.slot or 'film'}"
        with disk_errors(folder):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        return folder


@contextmanager
def scratch(home: Home, film: FilmFolder, store: Artifacts) -> Iterator[Scratch]:
    """A scratch home for as long as it is needed. The weights of ``home`` are seen from it."""
    root = home.cache / f"{TEMPORARY}{os.getpid()}-reproduce"
    with disk_errors(root):
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        if (home.root / "models").is_dir():
            (root / "models").symlink_to(home.root / "models", target_is_directory=True)
    try:
        yield Scratch(root, film, store)
    finally:
        shutil.rmtree(root, ignore_errors=True)
