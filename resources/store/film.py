"""The folder of one film, and what a person may write into it: the plan, the request it came from, retakes, slots."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from resources.config import first_fault
from resources.errors import DiskFull, InputError, Missing, StoreFault
from resources.store.atomic import write_json
from resources.store.migrations import check_format
from resources.store.records import json_of
from schemas.plan import MAX_SHOTS, Id, Seed, Short, Strict
from schemas.refs import Sha256, Slot, Stage
from schemas.repair import Repair
from schemas.report import Finding
from schemas.vocabulary import Codec

if TYPE_CHECKING:
    from resources.store.remote.mirror import Mirror

Model = TypeVar("Model", bound=BaseModel)
FRESH_S = 2.0
"""Who looks at a film sees what other hosts committed up to this long ago."""
ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
SLOT = re.compile(r"[0-9]{2}")
MAX_TEXT_BYTES = 4 * 1024 * 1024
"""Largest plan, screenplay or idea that is read, before anything is parsed."""


class Settings(Strict):
    """How a film is made, beside its plan: what the flags of ``sparkle make`` said last."""

    profile: Id = "embedded"
    loudness: Literal["web", "ebu"] = "web"
    burn_subtitles: bool = False
    codec: Codec = Codec.H264


class Take(Strict):
    """One take of a shot: its seed, what was asked of it, when."""

    number: int = Field(ge=1)
    seed: Seed
    note: Short = ""
    repairs: list[Repair] = Field(default_factory=list, max_length=32)
    """What its stages do differently, beside the seed; of two for one stage the later holds."""
    because: list[str] = Field(default_factory=list, max_length=32)
    """Reasons of the errors for which it was made by itself; empty for one that a person asked for."""
    found: list[str] | None = None
    """Reasons of the errors that were found in it; None: it was not measured yet."""
    badness: float | None = None
    """How bad it was measured to be; see :func:`resources.quality.decide.badness`."""
    worst: Finding | None = None
    """The error that is furthest beyond its limit."""
    made: dict[Stage, Sha256] = Field(default_factory=dict)
    """Fingerprints of what was measured."""
    at: str


class ShotTakes(Strict):
    """All takes of a shot. ``current`` is the one in the film; a pinned shot is never retaken automatically."""

    takes: list[Take]
    current: int = Field(ge=1)
    pinned: bool = False


class Home:
    """``SPARKLE_HOME``: all films, Dagster's database and caches."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()
        self._opened: set[str] = set()

    def prepare(self) -> None:
        """Make the folder, or say in one line why not."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFull(
                    "the disk is full", where=str(self.root), hint="choose another folder with --home"
                ) from None
            raise InputError(
                f"cannot be used to keep films ({error.strerror})",
                where=str(self.root),
                hint="choose another folder with --home",
            ) from None
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise InputError(
                "no permission to write here", where=str(self.root), hint="choose another folder with --home"
            )

    @property
    def dagster(self) -> Path:
        """Dagster's instance."""
        return self.root / "dagster"

    @property
    def cache(self) -> Path:
        """Whatever may be deleted at any time."""
        return self.root / "cache"

    def film(self, movie: str) -> FilmFolder:
        """The folder of a film, which need not exist. Raises :class:`InputError` for a bad id, or for a link."""
        if not ID.fullmatch(movie):
            raise InputError(f"{movie[:80]!r} is not a film id", hint="lower-case letters, digits, - and _, at most 64")
        path = self.root / "movies" / movie
        if path.is_symlink():
            raise InputError("is a link, and links are not followed", where=str(path), hint="move the film there")
        return FilmFolder(path)

    def mirror(self, movie: str) -> Mirror | None:
        """The film in the home's object store; None where it has none."""
        from resources.store.artifacts import film_mirror

        return film_mirror(self.film(movie), self.root)

    def pull(self, movie: str, *, max_age_s: float = 0.0) -> None:
        """Bring what other hosts did to a film, where the home has an object store."""
        mirror = self.mirror(movie)
        if mirror is not None:
            self._opened.add(movie)
            mirror.pull(max_age_s=max_age_s)

    def push(self, movie: str) -> None:
        """Commit what was done to a film here, where the home has an object store."""
        mirror = self.mirror(movie)
        if mirror is not None and mirror.film.is_dir():
            mirror.tell()

    def push_opened(self) -> None:
        """Commit what was done to the films that were pulled through this object."""
        for movie in sorted(self._opened):
            self.push(movie)

    def known(self, movie: str) -> FilmFolder:
        """The folder of a film that has a plan, or at least an idea. Raises :class:`Missing`."""
        film = self.film(movie)
        self.pull(movie, max_age_s=FRESH_S)
        if not (film.path / "plan" / "request.json").exists():
            return self.existing(movie)
        check_format(film.path)
        return film

    def existing(self, movie: str) -> FilmFolder:
        """The folder of a film that has a plan. Raises :class:`Missing`, :class:`LaterVersion`."""
        film = self.film(movie)
        self.pull(movie, max_age_s=FRESH_S)
        if not film.plan_path.exists():
            known = ", ".join(self.films()[:8]) or "none yet"
            raise Missing(f"there is no film {movie!r} in {self.root}", hint=f"films: {known}")
        check_format(film.path)
        return film

    def films(self) -> list[str]:
        """Ids of all films with a plan, sorted; those of the home's object store are brought here first."""
        movies = self.root / "movies"
        self._meet(movies)
        if not movies.is_dir():
            return []
        return sorted(
            entry.name
            for entry in movies.iterdir()
            if ID.fullmatch(entry.name) and not entry.is_symlink() and (entry / "plan" / "movie_plan.json").exists()
        )

    def _meet(self, movies: Path) -> None:
        """Bring the records of films that are in the object store and not here."""
        from resources.store.remote.settings import FILE

        if (self.root / FILE).exists():
            from resources.store.remote.films import films_in_store

            for movie in films_in_store(self.root, max_age_s=FRESH_S):
                if ID.fullmatch(movie) and not (movies / movie).exists():
                    self.pull(movie)


class FilmFolder:
    """Paths and small records of one film."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.movie = path.name

    @property
    def plan_path(self) -> Path:
        """The plan: the truth of the film, edited in place."""
        return self.path / "plan" / "movie_plan.json"

    @property
    def media_folder(self) -> Path:
        """Copies of the user's own pictures, clips and voices, by content hash."""
        return self.path / "plan" / "media"

    def settings(self) -> Settings:
        """What the flags said last; defaults for a new film."""
        return self._read("settings.json", Settings) or Settings()

    def settings_with(self, flags: Mapping[str, Any]) -> Settings:
        """What the flags said last, with those that are given now laid over it. Raises :class:`InputError`."""
        try:
            return Settings.model_validate({**self.settings().model_dump(), **flags})
        except ValidationError as error:
            raise InputError(first_fault(error)) from None

    def write_settings(self, settings: Settings) -> None:
        """Keep the flags for the next ``sparkle make``."""
        if settings != self.settings() or not (self.path / "plan" / "settings.json").exists():
            write_json(self.path / "plan" / "settings.json", settings.model_dump(mode="json"))

    def slots(self, shot_ids: Iterable[str]) -> dict[str, Slot]:
        """The slot of each shot, in the given order. New shots get one for good; see :func:`assign_slots`."""
        known = self._known_slots()
        given = assign_slots(known, list(shot_ids))
        if given != known:
            write_json(self.path / "plan" / "slots.json", given)
        return {shot: given[shot] for shot in shot_ids}

    def peek_slots(self, shot_ids: Iterable[str]) -> dict[str, Slot]:
        """What :meth:`slots` would give; nothing is written."""
        shots = list(shot_ids)
        given = assign_slots(self._known_slots(), shots)
        return {shot: given[shot] for shot in shots}

    def takes(self) -> dict[str, ShotTakes]:
        """Takes by shot id; a shot that was never retaken is not listed."""
        try:
            return {key: ShotTakes.model_validate(value) for key, value in self._read_map("takes.json").items()}
        except ValidationError as error:
            raise StoreFault(
                f"the record of takes is damaged: {error.error_count()} errors",
                where=str(self.path / "plan" / "takes.json"),
            ) from None

    def write_takes(self, takes: dict[str, ShotTakes]) -> None:
        """Replace the record of takes."""
        write_json(
            self.path / "plan" / "takes.json", {key: value.model_dump(mode="json") for key, value in takes.items()}
        )

    def _known_slots(self) -> dict[str, Slot]:
        """Slots that were given before. Raises :class:`StoreFault` for a record that says anything else."""
        known = self._read_map("slots.json")
        if not all(isinstance(slot, str) and SLOT.fullmatch(slot) for slot in known.values()):
            raise StoreFault("the record of slots is damaged", where=str(self.path / "plan" / "slots.json"))
        return known

    def _read_map(self, name: str) -> dict[str, Any]:
        path = self.path / "plan" / name
        if not path.exists():
            return {}
        try:
            value = json_of(read_text(path))
        except ValueError as error:
            raise StoreFault(f"is not JSON: {error}", where=str(path)) from None
        if not isinstance(value, dict):
            raise StoreFault("is not a JSON object", where=str(path))
        return value

    def _read(self, name: str, model: type[Model]) -> Model | None:
        value = self._read_map(name)
        if not value:
            return None
        try:
            return model.model_validate(value)
        except ValidationError as error:
            first = error.errors()[0]
            raise StoreFault(
                f"{'.'.join(map(str, first['loc']))}: {first['msg']}", where=str(self.path / "plan" / name)
            ) from None


def assign_slots(known: dict[str, Slot], shot_ids: list[str]) -> dict[str, Slot]:
    """Slots for ``shot_ids``: what is known stays; a new shot gets the lowest slot that never served.

    When all slots have served, those of shots that left the film serve again.
    """
    given = dict(known)
    every = [f"{number:02d}" for number in range(1, MAX_SHOTS + 1)]
    for shot in shot_ids:
        if shot in given:
            continue
        free = [slot for slot in every if slot not in given.values()]
        if not free:
            gone = sorted(given.keys() - set(shot_ids))
            if not gone:
                raise InputError(f"a film has at most {MAX_SHOTS} shots")
            free = [given.pop(gone[0])]
        given[shot] = free[0]
    return given


def read_text(path: Path, *, limit: int = MAX_TEXT_BYTES) -> str:
    """Text of a file from outside: a regular file, not a link, not too large, UTF-8.

    Raises :class:`InputError` in one line.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path)) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise InputError("cannot be read (it is not a file)", where=str(path))
    with os.fdopen(handle, "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise InputError(f"is larger than {limit // 1024 // 1024} MB", where=str(path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 text (byte {error.start})", where=str(path)) from None
