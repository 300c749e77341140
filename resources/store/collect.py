"""Collecting what no film needs any more, by reachability: `sparkle gc` and the weekly clean-up.

Kept whatever its age, because a film needs it: what every manifest names, what the current cut was joined from, all
that was made for every take (a take that was left names it; of takes from before that was noted, everything with their
seed), and what a person was asked about. Plans, takes, decisions, answers, timelines, exports and the user's own media
are never looked at: they are small, or somebody made them.

What else there is can be made again: artifacts of earlier plans, parts of a cut that is not there any more, and in the
cache finished ranges, prepared mouths and spoken lines.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from resources.errors import Busy, StoreFault
from resources.store.artifacts import SIDECAR, Artifacts
from resources.store.atomic import TEMPORARY, disk_errors
from resources.store.film import FilmFolder, Home
from resources.store.locks import film_lock
from schemas.cut import CutSheet
from schemas.refs import SHOT_STAGES, STAGES, Manifest, Stage
from schemas.review import ReviewQuestion

Record = TypeVar("Record", bound=BaseModel)
DAY_S = 86_400.0
OLDER_THAN_DAYS = 30.0
YOUNG_S = 3_600.0
"""Whatever is younger may be work under way, and is left alone however little room there is."""
CACHED = {"ranges": "a finished range", "lipsync": "what mouths were prepared from", "voices": "a spoken line"}
"""Folders of the cache that are swept; others hold locks and figures."""
OBJECT_NAME = 24
"""Characters of a fingerprint in an object's folder."""


@dataclass(frozen=True)
class Waste:
    """Something that no film needs."""

    path: Path
    bytes: int
    age_s: float
    movie: str | None
    """None is the cache, which all films share."""
    why: str


@dataclass
class Collection:
    """What was removed (or would be), and what was left alone although it could have gone."""

    removed: list[Waste] = field(default_factory=list)
    kept_bytes: int = 0
    """What is there afterwards: films and cache."""
    busy: list[str] = field(default_factory=list)
    """Films that somebody works on; nothing of theirs was touched."""

    @property
    def bytes(self) -> int:
        """Room that became free."""
        return sum(one.bytes for one in self.removed)


def collect(
    home: Home,
    *,
    older_than_days: float = OLDER_THAN_DAYS,
    max_bytes: int | None = None,
    dry_run: bool = False,
    now: float | None = None,
) -> Collection:
    """Remove what no film needs and is older than ``older_than_days``.

    With ``max_bytes`` younger things go as well, oldest first, until films and cache take no more than that; nothing
    that a film needs goes, so it may stay more. ``dry_run`` says what would go and touches nothing.
    """
    now = time.time() if now is None else now
    found = sorted(survey(home, now), key=lambda one: -one.age_s)
    total = _size(home.root / "movies") + _size(home.cache)
    chosen = _choose(found, older_than_days * DAY_S, total, max_bytes)
    done = Collection()
    if dry_run:
        done.removed = chosen
    else:
        for movie in sorted({one.movie for one in chosen if one.movie is not None}):
            _remove_of_film(home, movie, [one for one in chosen if one.movie == movie], now, done)
        _remove_cached(home, [one for one in chosen if one.movie is None], done)
    done.kept_bytes = total - done.bytes
    return done


def survey(home: Home, now: float) -> Iterator[Waste]:
    """Everything that no film needs, whatever its age. Raises :class:`StoreFault` for a record that does not hold."""
    for movie in home.films():
        yield from _of_film(home, movie, now)
    for kind, why in CACHED.items():
        folder = home.cache / kind
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if not path.name.startswith(TEMPORARY):
                yield Waste(path, _size(path), now - _changed(path), None, why)


def reachable(store: Artifacts) -> set[str]:
    """Names (``<folder>/<object>``, relative to the film) of the objects that a film needs."""
    film = store.film
    kept: set[str] = set()

    def keep(stage: Stage, slot: str | None, fingerprint: str) -> None:
        folder = store.folder(stage, slot) / fingerprint[:OBJECT_NAME]
        kept.add(str(folder.relative_to(film.path)))

    for path, manifest in _manifests(film):
        ref = manifest.ref
        if path != store.manifest_path(ref.stage, ref.slot):
            raise _unknown(path)  # it keeps another shot's object, and what it should keep is not known
        keep(ref.stage, ref.slot, ref.fingerprint)
        if ref.stage == "final_cut":
            kept.update(_joined(store.file(ref, "cut_sheet.json"), film))
    takes = film.takes()
    for shot, slot in film.peek_slots(sorted(takes)).items():
        for take in takes[shot].takes:
            for stage, fingerprint in take.made.items():
                keep(stage, slot, fingerprint)
            if not take.made and take.number != takes[shot].current:
                kept.update(_with_seed(store, slot, take.seed))
    for path in sorted((film.path / "review").glob("*.json")):
        question = _read(path, ReviewQuestion)
        keep(question.stage, question.slot, question.fingerprint)
    return kept


def _of_film(home: Home, movie: str, now: float) -> Iterator[Waste]:
    film = home.film(movie)
    kept = reachable(Artifacts(film, home.root))
    for folder in _object_folders(film):
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            name = str(path.relative_to(film.path))
            if path.is_dir() and not path.name.startswith(TEMPORARY) and name not in kept:
                yield Waste(path, _size(path), now - _changed(path), movie, "an earlier version")
    if not (film.path / "cut" / "current.json").exists():
        for parts in ("segments", "stems"):
            folder = film.path / "cut" / parts
            for path in sorted(folder.iterdir()) if folder.is_dir() else []:
                if not path.name.startswith(TEMPORARY):
                    yield Waste(path, _size(path), now - _changed(path), movie, "part of a cut that is not there")


def _object_folders(film: FilmFolder) -> list[Path]:
    shots = [folder / stage for folder in sorted((film.path / "shots").glob("[0-9][0-9]")) for stage in SHOT_STAGES]
    return [*shots, *(film.path / name / "objects" for name in ("plan", "cut", "report"))]


def _manifests(film: FilmFolder) -> Iterator[tuple[Path, Manifest]]:
    for path in sorted(film.path.glob("shots/*/*.json")):
        if path.stem in STAGES:
            yield path, _read(path, Manifest)
    for name in ("plan", "cut", "report"):
        path = film.path / name / "current.json"
        if path.exists():
            yield path, _read(path, Manifest)


def _joined(path: Path, film: FilmFolder) -> set[str]:
    """What a cut was joined from, by its sheet: exports read those, also when a shot has changed since."""
    if not path.exists():
        return set()
    start = f"movies/{film.movie}/"
    return {piece.folder.removeprefix(start) for piece in _read(path, CutSheet).pieces if not piece.card}


def _with_seed(store: Artifacts, slot: str, seed: int) -> set[str]:
    found = set()
    for stage in SHOT_STAGES:
        for path in store.folder(stage, slot).glob(f"*/{SIDECAR}"):
            sidecar = store.sidecar_at(path.parent)
            if sidecar is not None and sidecar.request.get("seed") == seed:
                found.add(str(path.parent.relative_to(store.film.path)))
    return found


def _read(path: Path, model: type[Record]) -> Record:
    """A record that decides what is kept. One that does not hold stops everything: what it kept is not known."""
    try:
        return model.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise _unknown(path) from None


def _unknown(path: Path) -> StoreFault:
    return StoreFault(
        "this record is damaged, so what it keeps is not known; nothing was collected",
        where=str(path),
        hint="`sparkle doctor --repair`, then make the film again",
    )


def _choose(found: Iterable[Waste], older_than_s: float, total: int, max_bytes: int | None) -> list[Waste]:
    chosen = []
    for one in found:  # oldest first
        over = max_bytes is not None and total > max_bytes
        if one.age_s >= max(older_than_s, 0.0) or (over and one.age_s >= YOUNG_S):
            chosen.append(one)
            total -= one.bytes
    return chosen


def _remove_of_film(home: Home, movie: str, chosen: list[Waste], now: float, done: Collection) -> None:
    """Remove what was chosen of a film, and is still not needed now that nobody else works on it."""
    film = home.film(movie)
    try:
        with film_lock(film.path):
            still = {one.path for one in _of_film(home, movie, now)}
            for one in chosen:
                if one.path in still:
                    _remove(one.path)
                    done.removed.append(one)
            mirror = Artifacts(film, home.root).mirror
            if mirror is not None:
                mirror.push()
                mirror.heads.sweep(now)
    except Busy:
        done.busy.append(movie)


def _remove_cached(home: Home, chosen: list[Waste], done: Collection) -> None:
    """Remove from the cache while no film is being made: a maker trusts the ranges that it found."""
    with ExitStack() as locks:
        for movie in home.films() if chosen else []:
            try:
                locks.enter_context(film_lock(home.film(movie).path))
            except Busy:
                done.busy += [] if movie in done.busy else [movie]
                return
        for one in chosen:
            _remove(one.path)
            done.removed.append(one)


def _remove(path: Path) -> None:
    """Gone at once under its own name, and then piece by piece: nobody finds half of it."""
    doomed = path.parent / f"{TEMPORARY}collected-{path.name}"
    with disk_errors(path):
        path.rename(doomed)
        if doomed.is_dir() and not doomed.is_symlink():
            shutil.rmtree(doomed)
        else:
            doomed.unlink()


def _changed(path: Path) -> float:
    """When anything of ``path`` was last written."""
    inner = path.iterdir() if path.is_dir() and not path.is_symlink() else ()
    times: list[float] = [one.lstat().st_mtime for one in (path, *inner)]
    return max(times)


def _size(path: Path) -> int:
    if not path.exists():
        return 0
    files = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
    return sum(one.lstat().st_size for one in files if one.is_file() and not one.is_symlink())
