"""Films of a screenplay: each is one reel of it, and keeps a copy of the text it was planned from.

Reel 1 is the film ``ID``, the others are ``ID-r2``, ``ID-r3`` ...; all share looks and voices. A film whose screenplay
did not change is not planned again; one that changed is planned with the ids of the shots it had.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from resources.agents.screenplay import Wanted, parse, plans_of
from resources.agents.screenplay.reading import MAX_BYTES
from resources.config import first_fault
from resources.errors import InputError, Missing
from resources.pipeline.resolve import film_id, with_ids
from resources.pipeline.stages.plan import (
    Request,
    ScreenplayReel,
    edited_by_hand,
    plan_hash,
    read_plan,
    read_request,
    rehearse,
    save_plan,
    save_request,
)
from resources.store.atomic import write_bytes
from resources.store.film import FilmFolder, Home, Settings, read_text
from schemas.plan import MoviePlan

KEPT = "screenplay.fountain"


@dataclass(frozen=True)
class Reels:
    """A screenplay as films: ``requests[k]`` asks for ``plans[k]``, which becomes the film ``movies[k]``."""

    title: str
    text: str
    movies: tuple[str, ...]
    requests: tuple[Request, ...]
    plans: tuple[MoviePlan, ...]


def read_reels(home: Home, path: Path, movie: str | None, changes: Mapping[str, Any]) -> Reels:
    """Plan a screenplay; nothing is written. ``changes`` are wishes; what was wished for before stays.

    Raises :class:`InputError` in one line.
    """
    text = read_text(path, limit=MAX_BYTES)
    screenplay = parse(text, where=str(path), name=path.stem)
    first = movie or film_id(screenplay.title)
    home.film(first)  # a bad id is told before anything else
    earlier = _earlier(home, first)
    kept = {} if not earlier else earlier[0][0].model_dump(exclude={"screenplay", "told", "idea"})
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    try:
        asked = Request.model_validate(
            {**kept, **changes, "screenplay": {"sha256": sha256, "name": path.name[:255], "reel": 1}}
        )
    except ValidationError as error:
        raise InputError(first_fault(error)) from None
    plans = plans_of(screenplay, _wanted(asked), [plan for _, plan in earlier])
    numbers = range(1, len(plans) + 1)
    return Reels(
        title=screenplay.title,
        text=text,
        movies=tuple(reel_movie(first, number) for number in numbers),
        requests=tuple(_of_reel(asked, number) for number in numbers),
        plans=tuple(with_ids(plan) for plan in plans),
    )


def tell_reel(film: FilmFolder, reels: Reels, number: int, settings: Settings) -> bool:
    """Leave the film with the plan of reel ``number`` (1 is the first), unless it has it; True when it was written.

    A plan that was edited by hand stays while the screenplay is the same. Raises :class:`InputError` when both changed.
    """
    wanted, plan = reels.requests[number - 1], reels.plans[number - 1]
    if film.plan_path.exists():
        before = read_request(film)
        source = before.screenplay if before is not None else None
        unchanged = source is not None and _same_text(source, wanted.screenplay)
        if edited_by_hand(film):
            if unchanged:
                return False
            raise InputError(
                "its plan was edited by hand, and making the screenplay would overwrite it",
                where=f"film {film.movie}",
                hint=f"sparkle make --movie {film.movie} keeps the edits; --movie OTHER makes a film of its own",
            )
        if before is not None and wanted.model_copy(update={"told": before.told}) == before:
            return False
    rehearse(plan, settings, film.plan_path.parent)
    write_bytes(film.path / "plan" / KEPT, reels.text.encode())
    save_plan(film, plan)
    save_request(film, wanted.model_copy(update={"told": plan_hash(plan)}))
    return True


def plan_again(request: Request, folder: Path | None) -> MoviePlan:
    """The plan of a film from the copy of its screenplay under ``folder``. Raises :class:`Missing`."""
    copy = None if folder is None else folder / "plan" / KEPT
    if request.screenplay is None or copy is None or not copy.exists():
        raise Missing("the screenplay of this film is not there", hint="sparkle make --screenplay FILE")
    plans = plans_of(parse(read_text(copy), where=str(copy), name=Path(request.screenplay.name).stem), _wanted(request))
    if request.screenplay.reel > len(plans):
        raise Missing(f"the screenplay has {len(plans)} reels, not {request.screenplay.reel}", where=str(copy))
    return with_ids(plans[request.screenplay.reel - 1])


def reel_movie(first: str, number: int) -> str:
    """The film of a reel."""
    return first if number == 1 else f"{first}-r{number}"


def _wanted(request: Request) -> Wanted:
    return Wanted(request.seed, request.language, request.aspect, request.resolution, request.style)


def _same_text(one: ScreenplayReel, other: ScreenplayReel | None) -> bool:
    return other is not None and (one.sha256, one.reel) == (other.sha256, other.reel)


def _of_reel(asked: Request, number: int) -> Request:
    source = asked.screenplay or ScreenplayReel(sha256="0" * 64)
    return asked.model_copy(update={"screenplay": source.model_copy(update={"reel": number})})


def _earlier(home: Home, first: str) -> list[tuple[Request, MoviePlan]]:
    """Requests and plans of the reels that are there, in order."""
    found = []
    for movie in home.films():
        number = re.fullmatch(rf"{re.escape(first)}(?:-r(\d+))?", movie)
        if number is None:
            continue
        film = home.film(movie)
        request = read_request(film)
        if request is not None and request.screenplay is not None:
            found.append((int(number.group(1) or 1), request, read_plan(film.plan_path)))
    return [(request, plan) for _, request, plan in sorted(found, key=lambda one: one[0])]
