"""Every text of a plan that is heard, shown or painted from, with its place: one walk for all who read them."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.plan import MoviePlan


def plan_texts(plan: MoviePlan) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(where, the texts that stand there); the caller joins them, for a phrase may or may not run across."""
    yield "title", (plan.title,)
    yield "logline", (plan.logline,)
    yield "style", (plan.style,)
    for person in plan.characters:
        yield f"character {person.id}", (person.name, person.description)
    for place in plan.locations:
        yield f"location {place.id}", (place.name, place.description)
    for number, shot in enumerate(plan.shots, 1):
        where = f"shot {shot.id or number}"
        yield where, (shot.prompt, shot.action, *(shot.props or ()))
        for at, line in enumerate(shot.dialogue, 1):
            yield f"{where}, line {at}", (line.text,)
    for credit in plan.credits:
        yield "credits", (credit,)
