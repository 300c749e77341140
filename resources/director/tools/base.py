"""What every tool is: a name, the stage it makes, arguments that are checked, and one function.

The function takes an open film and plain values, so that a Dagster asset, which has the film open already, calls it as
it is; agents reach it through :meth:`Tool.call`, which checks the arguments first and then opens the film.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError

from resources.config import first_fault
from resources.errors import InputError, Missing
from resources.pipeline.carry import ATTEMPTS, FIRST_DELAY_S
from schemas.plan import Id, Strict
from schemas.production import ToolResult
from schemas.refs import Stage

if TYPE_CHECKING:
    from resources.director.bench import Bench
    from resources.pipeline.carry import Outcome
    from resources.pipeline.production import Production
    from resources.profile import Role


class FilmArguments(Strict):
    """Arguments of a tool that works on a whole film."""

    movie: Annotated[Id, Field(description="Id of the film.")]


class ShotArguments(FilmArguments):
    """Arguments of a tool that works on one shot."""

    shot: Annotated[Id, Field(description="Id of the shot in the plan.")]


@dataclass(frozen=True, slots=True)
class Retry:
    """What happens after a fault that may pass: the pipeline's one policy, told here for whoever plans with a tool."""

    attempts: int = ATTEMPTS
    first_delay_s: float = FIRST_DELAY_S
    factor: float = 2.0


@dataclass(frozen=True)
class Tool:
    """One tool of the catalogue."""

    name: str
    stage: Stage
    function: Callable[..., Outcome]
    """The work: an open film, then the arguments but for ``movie``, by name."""
    arguments: type[Strict] = ShotArguments
    roles: tuple[Role, ...] = ()
    """Engines of the profile that serve it; the first one names the result."""
    agent: str | None = None
    """Field of the profile's ``agents`` whose model decides for it."""
    retry: Retry = field(default_factory=Retry)
    open: Callable[[Bench, Any], Any] | None = None
    """Opens the film, when it may not be there yet; None opens the film called ``movie``."""

    @property
    def doc(self) -> str:
        """What it does, for a person or a model."""
        return " ".join((self.function.__doc__ or "").split())

    def check(self, given: Mapping[str, Any]) -> Any:
        """The arguments as data that holds. Raises :class:`InputError`; nothing was opened, read or written."""
        try:
            return self.arguments.model_validate(dict(given))
        except ValidationError as error:
            raise InputError(first_fault(error), where=f"arguments of {self.name}") from None

    def call(self, bench: Bench, **given: Any) -> ToolResult:
        """Check ``given``, open the film, do the work. Raises whatever the pipeline raises."""
        arguments = self.check(given)
        with self._opened(bench, arguments) as film:
            rest = {} if self.open is not None else arguments.model_dump(exclude={"movie"})
            return self.result(film, self.function(film, **rest))

    @contextmanager
    def _opened(self, bench: Bench, arguments: Any) -> Iterator[Production]:
        with self.open(bench, arguments) if self.open is not None else bench.film(arguments.movie) as film:
            yield film

    def result(self, film: Production, outcome: Outcome) -> ToolResult:
        """An outcome as data, with the engine that made the artifact, now or whenever it was made."""
        ref = outcome.ref
        sidecar = film.store.sidecar(ref)
        if sidecar is None:
            raise Missing(f"{ref.uri} has lost its sidecar", hint="`sparkle doctor --repair` puts the film in order")
        return ToolResult(
            tool=self.name,
            stage=ref.stage,
            movie=ref.movie,
            shot=film.script.shot(ref.slot).id if ref.slot is not None else None,
            slot=ref.slot,
            made="reused" if outcome.reused else "rendered",
            engine=sidecar.engine,
            engine_revision=sidecar.engine_revision,
            uri=ref.uri,
            files=[file.name for file in ref.files],
            fingerprint=ref.fingerprint,
            sha256=ref.sha256,
            seconds=round(outcome.seconds, 3),
            attempts=outcome.attempts,
            facts=ref.facts,
        )


def slot_of(film: Production, shot: str) -> str:
    """The slot of a shot, given its id, or the slot itself. Raises :class:`Missing`."""
    slots = {one.id or "": film.script.slot(one) for one in film.script.plan.shots}
    if shot in slots:
        return slots[shot]
    if shot in slots.values():
        return shot
    raise Missing(f"film {film.film.movie!r} has no shot {shot[:64]!r}", hint=f"shots: {', '.join(list(slots)[:12])}")
