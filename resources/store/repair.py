"""Putting a home in order after processes were killed: nothing that is whole is ever touched."""

from __future__ import annotations

import shutil
from collections.abc import Iterable

from resources.errors import Busy, StoreFault
from resources.store.artifacts import Artifacts
from resources.store.film import Home
from resources.store.inspection import Trouble, troubles_of_film, troubles_of_home
from resources.store.locks import film_lock, holder, short_lock
from resources.store.migrations import LaterVersion, check_format


def inspect(home: Home, *, deep: bool = False) -> list[Trouble]:
    """What is not in order; films that somebody works on are left alone. Writes nothing.

    With ``deep`` every byte is read and held against its hash.
    """
    found = list(troubles_of_home(home))
    for movie in home.films():
        film = home.film(movie)
        if (refused := _of_later_version(home, movie)) is not None:
            found.append(refused)
        elif holder(film.path) is None:
            found += troubles_of_film(Artifacts(film, home.root), deep=deep)
    return found


def repair(home: Home, *, deep: bool = False) -> list[str]:
    """Mend what can be mended in every film that nobody works on; a line for each thing done."""
    told: list[str] = []
    if not (home.root / "movies").is_dir():
        return told
    told += _mended(list(troubles_of_home(home)))
    told += _repair_artifacts(home)
    for movie in home.films():
        film = home.film(movie)
        if _of_later_version(home, movie) is not None:
            told.append(f"{movie}: left alone, a later version of Sparkle made it")
            continue
        try:
            with film_lock(film.path):
                told += _mended(troubles_of_film(Artifacts(film, home.root), deep=deep))
        except Busy:
            told.append(f"{movie}: left alone, it is being made")
    return told


def _mended(troubles: Iterable[Trouble]) -> list[str]:
    """Mend one after the other: what is found later may rest on what was mended before."""
    return [f"{one.film}: {text}" if one.film else text for one in troubles if one.mend and (text := one.mend())]


def _of_later_version(home: Home, movie: str) -> Trouble | None:
    try:
        check_format(home.film(movie).path)
    except LaterVersion as error:
        return Trouble(movie, error.message, None)
    except StoreFault:
        return None  # damaged, which is a trouble of its own
    return None


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
