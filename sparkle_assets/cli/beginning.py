"""What the flags of `sparkle make` ask for, and the plan that comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resources.errors import InputError
from resources.store.film import ID, FilmFolder, Settings
from resources.store.fingerprint import derive_seed

if TYPE_CHECKING:
    from resources.pipeline.stages.plan import Request
    from schemas.plan import MoviePlan


@dataclass(frozen=True)
class Wishes:
    """What the flags said; None is nothing."""

    seed: int | None
    aspect: str | None
    resolution: str | None
    language: str | None

    def changes(self) -> dict[str, Any]:
        """Flags as fields of a plan."""
        given = {"seed": self.seed, "aspect": self.aspect, "resolution": self.resolution, "language": self.language}
        return {key: value for key, value in given.items() if value is not None}


def check_request(idea: str | None, plan_file: Path | None, movie: str | None) -> None:
    """Exactly one beginning: an idea, a plan, or a film that is there."""
    from resources.pipeline.stages.plan import check_idea

    if idea is not None and plan_file is not None:
        raise InputError("give an idea or --plan, not both")
    if idea is None and plan_file is None and movie is None:
        raise InputError("what is the film about?", hint='sparkle make "A lighthouse keeper befriends a storm"')
    if idea is not None:
        check_idea(idea)


def prepare_plan(
    film: FilmFolder,
    idea: str | None,
    plan_file: Path | None,
    wishes: Wishes,
    writer: str | None,
    settings: Settings,
) -> None:
    """Leave the film with a plan that says what the command line said."""
    from resources.pipeline.stages.plan import (
        check_idea,
        plan_hash,
        read_plan,
        read_request,
        rehearse,
        save_plan,
        save_request,
        take_in,
        write_plan,
    )
    from resources.profile import load_profile

    if plan_file is not None:
        plan = with_wishes(read_plan(plan_file), wishes)
        rehearse(plan, settings, plan_file.absolute().parent)
        save_plan(film, take_in(film, plan, plan_file.absolute().parent))
        return
    request = read_request(film)
    if idea is not None:
        wanted = asked(check_idea(idea), wishes, writer or load_profile(settings.profile).writer, request)
        told_before = request.told if request is not None else None
        edited = film.plan_path.exists() and plan_hash(read_plan(film.plan_path)) != told_before
        same = request is not None and wanted.model_copy(update={"told": request.told}) == request
        if not film.plan_path.exists() or (not edited and not same):
            plan = take_in(film, write_plan(wanted), film.plan_path.parent)
            rehearse(plan, settings, film.plan_path.parent)
            save_plan(film, plan)
            save_request(film, wanted.model_copy(update={"told": plan_hash(plan)}))
            return
    if wishes.changes() and film.plan_path.exists():
        plan = with_wishes(read_plan(film.plan_path), wishes)
        rehearse(plan, settings, film.plan_path.parent)
        save_plan(film, plan)


def asked(idea: str, wishes: Wishes, writer: str, before: Request | None) -> Request:
    """An idea and the wishes around it as a request; what was asked of the same idea before stays."""
    from pydantic import ValidationError

    from resources.config import first_fault
    from resources.pipeline.stages.plan import Request, check_writer

    check_writer(writer)
    kept = before.model_dump() if before is not None and before.idea == idea else {}
    try:
        return Request.model_validate({**kept, "idea": idea, "writer": writer, **wishes.changes(), "told": None})
    except ValidationError as error:
        raise InputError(first_fault(error)) from None


def with_wishes(plan: MoviePlan, wishes: Wishes) -> MoviePlan:
    """The plan as the flags want it."""
    from pydantic import ValidationError

    from resources.config import first_fault
    from schemas.plan import MoviePlan

    try:
        return MoviePlan.model_validate({**plan.model_dump(mode="json"), **wishes.changes()})
    except ValidationError as error:
        raise InputError(first_fault(error)) from None


def movie_id(idea: str | None, plan_file: Path | None) -> str:
    """A slug of the idea, or of the plan's title, with four hex digits of its hash."""
    from resources.pipeline.resolve import slug
    from resources.pipeline.stages.plan import check_idea, read_plan

    text = check_idea(idea) if idea is not None else read_plan(plan_file or Path()).title
    name = slug(text, 40).strip("-") or "film"
    movie = f"{name}-{derive_seed(text) & 0xFFFF:04x}"
    return movie if ID.fullmatch(movie) else f"film-{derive_seed(text) & 0xFFFF:04x}"


def check_profile(profile: str, writer: str | None) -> None:
    """Raise when the profile or the writer is not there."""
    from resources.pipeline.stages.plan import check_writer
    from resources.profile import load_profile

    loaded = load_profile(profile)
    check_writer(writer or loaded.writer)
