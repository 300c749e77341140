"""How a film begins: from an idea or a plan and the wishes around it, whichever door they came through.

The command line's flags, the UI's launchpad and the inbox all end here, so that the same idea is the same film.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resources.errors import InputError, Missing
from resources.store.film import FilmFolder, Home, Settings

if TYPE_CHECKING:
    from resources.pipeline.stages.plan import Request
    from schemas.plan import MoviePlan


@dataclass(frozen=True)
class Wishes:
    """What was wished for beside the idea or the plan; None is nothing."""

    seed: int | None = None
    aspect: str | None = None
    resolution: str | None = None
    language: str | None = None
    style: str | None = None
    seconds: float | None = None
    shots: int | None = None
    cast: tuple[str, ...] = ()
    """``Name: description`` of each who must be in it."""
    forbid: tuple[str, ...] = ()

    def changes(self) -> dict[str, Any]:
        """Wishes as fields of a plan."""
        given = {
            "seed": self.seed,
            "aspect": self.aspect,
            "resolution": self.resolution,
            "language": self.language,
            "style": self.style,
        }
        return {key: value for key, value in given.items() if value is not None}

    def asks(self) -> dict[str, Any]:
        """Wishes that only whoever writes a plan can fulfil, as fields of a request."""
        people = [(name.strip(), more.strip()) for name, _, more in (one.partition(":") for one in self.cast)]
        given = {
            "seconds": self.seconds,
            "shots": self.shots,
            "cast": [{"name": name, "description": more} for name, more in people],
            "forbid": list(self.forbid),
        }
        return {key: value for key, value in given.items() if value not in (None, [])}


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
    *,
    media: Path | None = None,
) -> None:
    """Leave the film with a plan that says what was asked for. Needs the film's lock.

    ``media`` is where a plan's own pictures, clips and recordings are looked for; None is beside ``plan_file``.
    """
    from resources.pipeline.stages.plan import (
        edited_by_hand,
        plan_hash,
        read_plan,
        read_request,
        rehearse,
        save_plan,
        save_request,
        take_in,
        tell_film,
    )

    if plan_file is not None:
        no_writer(wishes, "--plan brings a plan that is written already")
        plan = with_wishes(read_plan(plan_file), wishes)
        beside = media or plan_file.absolute().parent
        rehearse(plan, settings, beside)
        save_plan(film, take_in(film, plan, beside))
        return
    wanted = wanted_of(film, idea, wishes, writer, settings)
    if wanted is None:
        no_writer(wishes, "this film began with a plan or a screenplay")
    elif tell_film(film, wanted, settings):
        return
    elif edited_by_hand(film):
        no_writer(wishes, "this film's plan was edited by hand")
    if changes := (wishes.changes() if film.plan_path.exists() else {}):
        request = None if edited_by_hand(film) else read_request(film)
        plan = with_wishes(read_plan(film.plan_path), wishes)
        rehearse(plan, settings, film.plan_path.parent)
        save_plan(film, plan)
        if request is not None and "seed" not in changes:  # another seed would be another telling
            save_request(film, request.model_copy(update={**changes, "told": plan_hash(plan)}))


def wanted_of(
    film: FilmFolder, idea: str | None, wishes: Wishes, writer: str | None, settings: Settings
) -> Request | None:
    """What is asked of a writer: the idea that was given, or for new wishes the film's own; None for neither."""
    from resources.pipeline.stages.plan import edited_by_hand, read_request
    from resources.profile import load_profile

    before = read_request(film)
    if idea is None and before is not None and before.idea:
        other_language = wishes.language not in (None, before.language) and not edited_by_hand(film)
        idea = before.idea if wishes.asks() or other_language else None
    if idea is None:
        return None
    return asked(idea, wishes, load_profile(settings.profile).writer if writer is None else writer, before)


def asked(idea: str, wishes: Wishes, writer: str, before: Request | None) -> Request:
    """An idea and the wishes around it as a request; what was asked of the same idea before stays."""
    from pydantic import ValidationError

    from resources.config import first_fault
    from resources.pipeline.stages.plan import Request, check_idea, check_writer

    check_writer(writer)
    idea = check_idea(idea)
    kept = before.model_dump() if before is not None and before.idea == idea else {}
    given = {"idea": idea, "writer": writer, **wishes.changes(), **wishes.asks()}
    try:
        return Request.model_validate({**kept, **given, "told": None})
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
    from resources.pipeline.resolve import film_id
    from resources.pipeline.stages.plan import check_idea, read_plan

    return film_id(check_idea(idea) if idea is not None else read_plan(plan_file or Path()).title)


def check_profile(profile: str, writer: str | None) -> None:
    """Raise when the profile or the writer is not there."""
    from resources.pipeline.stages.plan import check_writer
    from resources.profile import load_profile

    loaded = load_profile(profile)
    check_writer(loaded.writer if writer is None else writer)


def lacking(home: Home, film: FilmFolder, plan_file: Path | None, wishes: Wishes, settings: Settings) -> Missing | None:
    """What this machine lacks for the profile: a package, a card, models of the film's language. Writes nothing.

    Of a cluster's profile it needs none of these: the workers do.
    """
    from resources.pipeline.engines import engines_of
    from resources.pipeline.stages.plan import read_plan
    from resources.profile import load_profile
    from schemas.plan import MoviePlan

    profile = load_profile(settings.profile)
    if profile.gpu is None or profile.farm is not None:
        return None
    known = plan_file or (film.plan_path if film.plan_path.exists() else None)
    planned = read_plan(known).language if known is not None else str(MoviePlan.model_fields["language"].default)
    try:
        engines_of(settings.profile, home.cache).check({wishes.language or planned})
    except Missing as missing:
        return missing
    return None


def no_writer(wishes: Wishes, why: str) -> None:
    """Raise :class:`InputError` for a wish that needs a plan to be written where none will be."""
    if given := wishes.asks():
        flags = ", ".join(f"--{name}" for name in given)
        raise InputError(f"{why}, so nobody is there to fulfil {flags}", hint="give an idea, or edit the plan")


def notes_on(
    film: FilmFolder,
    idea: str | None,
    plan_file: Path | None,
    wishes: Wishes,
    writer: str | None,
    settings: Settings,
) -> list[str]:
    """What a person should know before anything is made: a line for each wish that is met only in part, and for each
    word of theirs that the text policy knows. Writes nothing.

    Raises :class:`InputError` for a wish that contradicts the rest, and for a text that the policy refuses.
    """
    from resources.agents.policy import notes
    from resources.pipeline.stages.plan import edited_by_hand, must_tell, read_plan

    if plan_file is not None:
        no_writer(wishes, "--plan brings a plan that is written already")
        return notes(read_plan(plan_file), what="the plan")
    wanted = wanted_of(film, idea, wishes, writer, settings)
    if wanted is not None and must_tell(film, wanted):
        return notes_on_telling(wanted, settings.profile)
    if wishes.asks() and edited_by_hand(film):
        no_writer(wishes, "this film's plan was edited by hand")
    return []


def notes_on_telling(wanted: Request, profile: str = "embedded") -> list[str]:
    """As :func:`notes_on`, for a plan that is going to be written."""
    from resources.agents import policy, script_agent
    from resources.profile import load_profile

    told = script_agent.notes(wanted.idea, wanted.constraints, wanted.writer)
    if wanted.style is not None and load_profile(profile).engines.image == "cutout":
        told.append(f"the embedded studio draws paper cut-outs; the style {wanted.style!r} is kept for other engines")
    texts = {"the idea": wanted.idea, "the style": wanted.style or ""}
    texts |= {f"the cast ({one.name})": f"{one.name}: {one.description}" for one in wanted.cast}
    for what, text in texts.items():
        told += policy.notes(text, language=script_agent.language_of_idea(text, wanted.language), what=what)
    return told
