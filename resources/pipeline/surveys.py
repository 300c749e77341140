"""One survey of each shot: what was measured on it stays, until anything that it is made of, or held to, changes.

Whoever mends shots asks for them again and again: each by itself, all beside each other, before the cut, for the
report. A part of a survey (picture, sound, frames) is known by the fingerprints of its artifacts and by everything of
the script that is held against it; of each part of each shot the latest is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias, TypeVar

from resources.store.fingerprint import digest

T = TypeVar("T")
Part: TypeAlias = Literal["image", "voice", "clip"]


class Surveys:
    """The surveys of one film in one process."""

    def __init__(self) -> None:
        self._known: dict[tuple[Part, str], tuple[str, Any]] = {}

    def of(self, part: Part, shot: str, key: list[Any], measure: Callable[[], T]) -> T:
        """What is known of a part of ``shot`` under ``key``, else what ``measure`` gives."""
        asked = digest(key)
        known = self._known.get((part, shot))
        if known is not None and known[0] == asked:
            told: T = known[1]
            return told
        made = measure()
        self._known[part, shot] = (asked, made)
        return made
