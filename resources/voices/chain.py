"""Who speaks a line: the first of a list, and those after it only when it cannot. What was tried is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from resources.engines import Sound
from resources.errors import InputError, PassingFault, SparkleError
from resources.store.steps import current_step
from resources.voices.errors import FAILOVER, ProvidersBusy, ProvidersFailed
from schemas.media import SpokenLine, TimedLine


@dataclass(frozen=True)
class Spoken:
    """A line as a provider spoke it."""

    sound: Sound
    timed: TimedLine
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What is recorded of it: JSON that is the same whenever the sound is."""


Speak = Callable[[SpokenLine, int], Spoken]


def asked_in_turn(line: SpokenLine, order: Sequence[str]) -> Sequence[str]:
    """Who may speak ``line``: the whole list, or what of it begins with the provider that the line asks for.

    Raises :class:`InputError` for a provider that is not on the list.
    """
    if line.provider is None:
        return order
    if line.provider not in order:
        raise InputError(
            f"a line of {line.character_id} asks for the voice provider {line.provider[:80]!r}",
            hint=f"this profile names {', '.join(order)}; add it to options.voice.failover, or ask for one of these",
        )
    return order[order.index(line.provider) :]


def speak_down(speakers: Mapping[str, Speak], order: Sequence[str], line: SpokenLine, seed: int) -> Spoken:
    """``line`` by the first of ``order`` that can, with ``provider`` and ``failed`` added to its facts.

    The next one is asked after a fault of :data:`~resources.voices.errors.FAILOVER` alone. Where there is one only, its
    own fault is raised; where all failed, :class:`ProvidersBusy` if one of them may when asked again, else
    :class:`ProvidersFailed`.
    """
    names = asked_in_turn(line, order)
    failed: list[tuple[str, SparkleError]] = []
    for name in names:
        try:
            spoken = speakers[name](line, seed)
        except FAILOVER as error:
            if len(names) == 1:
                raise
            failed.append((name, error))
            _tell(name, error, line)
            continue
        told = [{"provider": one, "kind": fault.kind, "error": fault.message} for one, fault in failed]
        return replace(spoken, facts={**spoken.facts, "provider": name, "failed": told})
    said = "; ".join(f"{name}: {error.message}" for name, error in failed)
    passing = any(isinstance(error, PassingFault) for _, error in failed)
    kind = ProvidersBusy if passing else ProvidersFailed
    raise kind(f"no voice provider could speak {line.text[:40]!r}: {said}", where=f"a line of {line.character_id}")


def _tell(name: str, error: SparkleError, line: SpokenLine) -> None:
    step = current_step()
    if step is not None:
        step.tell("voice_failover", provider=name, kind=error.kind, error=error.message[:500], line=line.text[:80])
