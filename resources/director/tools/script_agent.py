"""script_agent: an idea becomes a plan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationError

from resources.config import first_fault
from resources.director.tools.base import Tool
from resources.errors import InputError
from schemas.plan import Id, Seed
from schemas.script import Constraints

if TYPE_CHECKING:
    from resources.director.bench import Bench
    from resources.pipeline.carry import Outcome
    from resources.pipeline.production import Production
    from resources.pipeline.stages.plan import Request
    from resources.store.film import Settings


class Arguments(Constraints):
    """An idea and the wishes around it."""

    idea: Annotated[str, Field(min_length=1, max_length=2000, description="One or a few sentences: what happens.")]
    movie: Annotated[Id | None, Field(description="Id of the film; without it a short form of the idea.")] = None
    profile: Annotated[Id, Field(description="Which engines serve (configs/profiles).")] = "embedded"
    writer: Annotated[str | None, Field(max_length=400, description="Model that writes; else the profile's.")] = None
    seed: Annotated[Seed, Field(description="Another seed is another telling.")] = 0


WISHES = tuple(name for name in Arguments.model_fields if name not in ("idea", "movie"))
"""What may be said beside the idea; in a conversation, keys of the session's state."""


def script_agent(film: Production) -> Outcome:
    """Write the plan of a film from an idea, or take it in as it was edited: title, cast, places, shots and lines.

    The profile's writer serves (under the embedded profile the storyteller, `sparkle/local`). The same idea with the
    same wishes is the same film. Raises what the plan, the policy or the writer refuse.
    """
    return film.plan()


@contextmanager
def begun(bench: Bench, arguments: Arguments) -> Iterator[Production]:
    """The film of an idea, begun when it is not there yet. Text is data: it names the film, and nothing else."""
    from resources.pipeline.control import admit, begin
    from resources.pipeline.stages.plan import tell_film

    wanted, settings, movie = request_of(bench, arguments)
    film = bench.home.film(movie)
    admit(film)
    with bench.turn(movie):
        begin(film)
        tell_film(film, wanted, settings)
        film.write_settings(settings)
        opened = bench.peek(movie)
        with opened.run():
            yield opened


def request_of(bench: Bench, arguments: Arguments) -> tuple[Request, Settings, str]:
    """The request, the settings and the film's id that ``arguments`` mean. Nothing is written."""
    from resources.pipeline.resolve import film_id
    from resources.pipeline.stages.plan import Request, check_idea
    from resources.profile import load_profile

    profile = load_profile(arguments.profile)
    idea = check_idea(arguments.idea)
    movie = arguments.movie or film_id(idea)
    try:
        wishes = arguments.model_dump(include={"seed", *Constraints.model_fields})
        wanted = Request.model_validate({"idea": idea, "writer": arguments.writer or profile.writer, **wishes})
    except ValidationError as error:
        raise InputError(first_fault(error), where="arguments of script_agent") from None
    settings = bench.home.film(movie).settings().model_copy(update={"profile": profile.name})
    return wanted, settings, movie


TOOL = Tool(name="script_agent", stage="movie_plan", function=script_agent, arguments=Arguments, open=begun)
