"""What a dropped file begins: an idea, a screenplay or a plan becomes a film, and the same file never a second one.

Which film a file means:

- an idea (``.txt``) is its own film, as with ``sparkle make``: another idea is another film;
- a screenplay or a plan is the film of its name: ``harbour.fountain`` is ``harbour``. Dropped again with other content
  it changes that film, and only the difference is made;
- the same bytes are the same film, whatever they are called now.

What was taken in is noted in the film (``plan/dropped.json``) after its plan is there and before anybody is asked to
make it. A process killed in between does it again, with the same outcome.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from resources.errors import ConfigInvalid, InputError
from resources.pipeline.beginning import Wishes, asked, check_profile, notes_on_telling, prepare_plan
from resources.pipeline.control import admit
from resources.pipeline.resolve import film_id, slug
from resources.pipeline.stages.plan import (
    check_idea,
    check_own_media,
    read_plan,
    read_request,
    rehearse,
    save_request,
)
from resources.profile import load_profile
from resources.store.atomic import write_json
from resources.store.film import ID, FilmFolder, Home, Settings, read_text
from resources.store.locks import film_lock
from resources.store.timeline import now, write_memory_event
from schemas.plan import MoviePlan, Strict
from schemas.refs import Sha256

RECORD = "dropped.json"


class Dropped(Strict):
    """The file that a film was last begun or changed with."""

    file: str = Field(max_length=255)
    sha256: Sha256
    run_key: str = Field(max_length=200)
    """Under this name the film is asked for: one name, one run."""
    at: str


@dataclass(frozen=True)
class Begun:
    """A film that a dropped file means."""

    movie: str
    run_key: str
    note: str = ""
    """What whoever dropped it should know."""


def take_in_file(
    home: Home, name: str, data: bytes, *, profile: str, beside: Path, used: Callable[[str], bool]
) -> Begun:
    """Leave the film that ``data``, dropped under ``name``, means with its plan or idea.

    ``beside`` is where a plan's media are looked for; ``used`` says whether a run key has been used before. Raises
    :class:`InputError` for what can never be taken, and Busy, Paused or a fault of the disk for what can be later.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    twin = _begun_with(home, sha256)
    if twin is not None:
        return twin
    check_profile(profile, None)
    (home.cache / "inbox").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.cache / "inbox") as folder:
        path = Path(folder) / name  # a copy that nobody changes while it is read
        path.write_bytes(data)
        taken = {".txt": _idea, ".fountain": _screenplay, ".json": _plan}[path.suffix.lower()]
        film, note = taken(home, path, profile, beside)
    run_key = _fresh(f"{film.movie}:{sha256}", used)
    record = Dropped(file=name, sha256=sha256, run_key=run_key, at=now())
    write_memory_event(film.path, "dropped", file=name, sha256=sha256, note=note)
    write_json(film.path / "plan" / RECORD, record.model_dump(mode="json"))
    return Begun(film.movie, run_key, note)


def movie_of_name(name: str) -> str:
    """The film that a screenplay or plan of this name is."""
    stem = Path(name).stem
    if ID.fullmatch(stem):
        return stem
    return slug(stem, 64) or film_id(stem)


def read_dropped(film: FilmFolder) -> Dropped | None:
    """The file that a film was last begun or changed with; None when there was none, or the note of it is damaged."""
    try:
        return Dropped.model_validate_json((film.path / "plan" / RECORD).read_bytes())
    except (OSError, ValidationError):
        return None


def _begun_with(home: Home, sha256: str) -> Begun | None:
    for path in sorted((home.root / "movies").glob(f"*/plan/{RECORD}")):
        film = FilmFolder(path.parent.parent)
        known = read_dropped(film)
        if known is not None and known.sha256 == sha256 and ID.fullmatch(film.movie):
            return Begun(film.movie, known.run_key)
    return None


def _fresh(run_key: str, used: Callable[[str], bool]) -> str:
    """``run_key``, or with a number when it was used before: the film was another one meanwhile, or was deleted."""
    number = 1
    given = run_key
    while used(given):
        number += 1
        given = f"{run_key}:{number}"
    return given


def _idea(home: Home, path: Path, profile: str, beside: Path) -> tuple[FilmFolder, str]:
    idea = check_idea(read_text(path))
    film = home.film(film_id(idea))
    settings = _settings(film, profile)
    wanted = asked(idea, Wishes(), load_profile(profile).writer, read_request(film))
    notes = notes_on_telling(wanted, profile)
    admit(film)
    with film_lock(film.path):
        if read_request(film) is None and not film.plan_path.exists():
            film.write_settings(settings)
            save_request(film, wanted)
    return film, "; ".join(notes)


def _screenplay(home: Home, path: Path, profile: str, beside: Path) -> tuple[FilmFolder, str]:
    from resources.agents.policy import notes
    from resources.pipeline.stages.screenplay import read_reels, tell_reel

    movie = _named(home, path.name)
    reels = read_reels(home, path, movie, {})
    film = home.film(movie)
    settings = _settings(film, profile)
    told = notes(reels.plans[0], what="the screenplay")
    rehearse(reels.plans[0], settings, film.plan_path.parent)
    admit(film)
    with film_lock(film.path):
        tell_reel(film, reels, 1, settings)
        film.write_settings(settings)
    if len(reels.plans) > 1:
        told.insert(0, f"reel 1 of {len(reels.plans)}; the others: sparkle make --screenplay {path.name} --reel all")
    return film, "; ".join(told)


def _plan(home: Home, path: Path, profile: str, beside: Path) -> tuple[FilmFolder, str]:
    from resources.agents.policy import notes

    plan = read_plan(path)
    film = home.film(_named(home, path.name))
    settings = _settings(film, profile)
    media = _media_folder(film, plan, beside)
    check_own_media(plan, media)
    rehearse(plan, settings, media)
    told = notes(plan, what="the plan")
    admit(film)
    with film_lock(film.path):
        prepare_plan(film, None, path, Wishes(), None, settings, media=media)
        film.write_settings(settings)
    return film, "; ".join(told)


def _named(home: Home, name: str) -> str:
    """The film of a name; raises :class:`InputError` when that name only looks like another film's."""
    movie = movie_of_name(name)
    film = home.film(movie)
    known = read_dropped(film)
    there = film.plan_path.exists() or known is not None
    if there and Path(name).stem != movie and (known is None or known.file != name):
        raise InputError(
            f"it would change the film {movie!r}, which did not come from it",
            hint=f"call it {movie}{Path(name).suffix} if that is meant, else something else",
        )
    return movie


def _settings(film: FilmFolder, profile: str) -> Settings:
    if not (film.path / "plan" / "settings.json").exists():
        return Settings(profile=profile)
    settings = film.settings()
    if settings.profile != profile:
        raise ConfigInvalid(
            f"film {film.movie!r} is made with profile {settings.profile!r}, this one serves {profile!r}",
            hint=f"start it with SPARKLE_PROFILE={settings.profile}",
        )
    return settings


def _media_folder(film: FilmFolder, plan: MoviePlan, beside: Path) -> Path:
    """Where a plan's media are: those the film has taken in already, or beside the file that was dropped."""
    names = [name for shot in plan.shots if shot.media for name in shot.media.model_dump().values() if name]
    own = film.plan_path.parent
    return own if names and all((own / name).is_file() for name in names) else beside
