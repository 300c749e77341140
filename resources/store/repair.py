"""Putting a home in order after processes were killed: nothing that is whole is ever touched."""

from __future__ import annotations

import shutil
from pathlib import Path

from resources.errors import Busy
from resources.store.artifacts import Artifacts
from resources.store.atomic import TEMPORARY
from resources.store.film import Home
from resources.store.locks import film_lock, short_lock
from resources.store.timeline import mend_timeline
from schemas.refs import SHOT_STAGES


def repair(home: Home) -> list[str]:
    """Remove what is half-made in every film that nobody works on; a line for each thing done."""
    told: list[str] = []
    movies = home.root / "movies"
    if not movies.is_dir():
        return told
    for left in movies.glob(f"{TEMPORARY}*"):
        shutil.rmtree(left, ignore_errors=True)
        told.append(f"removed {left.name}")
    for left in sorted(home.cache.rglob(f"{TEMPORARY}*")):
        if not _alive(left):
            _remove(left)
            told.append(f"removed {left.relative_to(home.root)}")
    told += _repair_artifacts(home)
    for movie in home.films():
        film = home.film(movie)
        try:
            with film_lock(film.path):
                told += _repair_film(Artifacts(film, home.root))
        except Busy:
            told.append(f"{movie}: left alone, it is being made")
    return told


def _repair_artifacts(home: Home) -> list[str]:
    """Remove versions of ADK artifacts that were being written when their process was killed."""
    root = home.root / "adk" / "artifacts"
    if not root.is_dir():
        return []
    with short_lock(root / ".lock"):  # nobody saves meanwhile, so whatever is pending is left over
        left = sorted(path for path in root.rglob(".*.pending") if path.is_dir() and path.parent.name == "versions")
        for path in left:
            shutil.rmtree(path, ignore_errors=True)
    return [f"removed {path.relative_to(home.root)}" for path in left]


def _repair_film(store: Artifacts) -> list[str]:
    told = []
    aside = mend_timeline(store.film.path)
    if aside is not None:
        told.append(f"{store.film.movie}: its timeline was damaged and is {aside.name} now; a new one is begun")
    for left in sorted(store.film.path.rglob(f"{TEMPORARY}*")):
        _remove(left)
        told.append(f"{store.film.movie}: removed {left.relative_to(store.film.path)}")
    for manifest in sorted(store.film.path.glob("shots/*/*.json")):
        stage = manifest.stem
        if stage in SHOT_STAGES and store.current(stage, manifest.parent.name) is None:
            manifest.unlink()
            told.append(f"{store.film.movie}: forgot a damaged {stage} of slot {manifest.parent.name}")
    return told


def _alive(path: Path) -> bool:
    """Whether the process that writes ``path`` (``.tmp-<pid>-name``) is there."""
    number = path.name.removeprefix(TEMPORARY).partition("-")[0]
    return number.isdigit() and Path(f"/proc/{number}").exists()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
