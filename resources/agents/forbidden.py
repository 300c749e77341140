"""Words that were forbidden, and where in a plan they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from resources.lexicon.words import Table
from schemas.plan import MoviePlan


def forbidden_in(plan: MoviePlan, forbid: Sequence[str]) -> list[tuple[str, str]]:
    """(where, what) of every forbidden word or phrase that is heard, shown or painted from; plurals count.

    The idea itself, which a plan only quotes, is not looked at: :func:`names_forbidden` is for that.
    """
    if not forbid:
        return []
    table = Table({word: [word] for word in forbid})
    return [(where, match.value) for where, text in _texts(plan) for match in table.find(text)]


def names_forbidden(text: str, forbid: Sequence[str]) -> str | None:
    """The first forbidden word or phrase in a text, or None."""
    found = Table({word: [word] for word in forbid}).find(text) if forbid else []
    return found[0].value if found else None


def _texts(plan: MoviePlan) -> Iterator[tuple[str, str]]:
    yield "title", plan.title
    yield "logline", plan.logline
    for person in plan.characters:
        yield f"character {person.id}", f"{person.name}. {person.description}"
    for place in plan.locations:
        yield f"location {place.id}", f"{place.name}. {place.description}"
    for number, shot in enumerate(plan.shots, 1):
        where = f"shot {shot.id or number}"
        yield where, ". ".join((shot.prompt, shot.action, *(shot.props or ())))
        for at, line in enumerate(shot.dialogue, 1):
            yield f"{where}, line {at}", line.text
