"""Words that were forbidden, and where in a plan they stand."""

from __future__ import annotations

from collections.abc import Sequence

from resources.agents.plan_texts import plan_texts
from resources.lexicon.words import Table
from schemas.plan import MoviePlan

_UNREAD = frozenset({"style", "credits"})
"""Texts of the person's own, which no writer chose."""


def forbidden_in(plan: MoviePlan, forbid: Sequence[str]) -> list[tuple[str, str]]:
    """(where, what) of every forbidden word or phrase that is heard, shown or painted from; plurals count.

    The idea itself, which a plan only quotes, is not looked at: :func:`names_forbidden` is for that.
    """
    if not forbid:
        return []
    table = Table({word: [word] for word in forbid})
    return [
        (where, match.value)
        for where, texts in plan_texts(plan)
        if where not in _UNREAD
        for match in table.find(". ".join(texts))
    ]


def names_forbidden(text: str, forbid: Sequence[str]) -> str | None:
    """The first forbidden word or phrase in a text, or None."""
    found = Table({word: [word] for word in forbid}).find(text) if forbid else []
    return found[0].value if found else None
