"""What an artifact says of itself, held when it is read: a record may come from another machine, or from nobody knows.

An engine tells what it likes, so the mapping is open; its size, its form and what is computed with are not.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import AfterValidator

MOST_DEEP = 8
"""Lists and mappings in each other; two are in use, four for what a model's loading tells."""
MOST_VALUES = 20_000
MOST_CHARACTERS = 256 * 1024
"""Of all names and words together; a film's largest facts are 200 characters, a long clip's some thousands."""
COUNTS = ("frames", "handle", "width", "height", "lines", "shots", "findings", "cues")
"""Whole numbers from 0 wherever they are told."""
MOST_COUNTED = 10**9


def _held(facts: dict[str, Any]) -> dict[str, Any]:
    """Raises :class:`ValueError` for what is no plain JSON, too much or too deep, or counted in another way."""
    _measure(facts)
    for name in COUNTS:
        number = facts.get(name, 0)
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= MOST_COUNTED:
            raise ValueError(f"{name} is not a whole number from 0")
    seconds = facts.get("seconds", 0)
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds < math.inf:
        raise ValueError("seconds is not a number from 0")
    return facts


def _measure(facts: dict[str, Any]) -> None:
    """One pass without recursion: how much is in it is not known yet."""
    left: list[tuple[Any, int]] = [(facts, 1)]
    values = characters = 0
    while left:
        value, depth = left.pop()
        values += 1
        if isinstance(value, str):
            characters += len(value)
        elif isinstance(value, dict | list | tuple):
            if isinstance(value, dict):
                if not all(isinstance(key, str) for key in value):
                    raise ValueError("a name is not text")
                characters += sum(map(len, value))
            left += [(below, depth + 1) for below in (value.values() if isinstance(value, dict) else value)]
        elif value is not None and not isinstance(value, int | float):
            raise ValueError(f"{type(value).__name__} is not plain JSON")
        if depth > MOST_DEEP + 1 or values + len(left) > MOST_VALUES or characters > MOST_CHARACTERS:
            raise ValueError("facts are too many, too long or too deep")


Facts = Annotated[dict[str, Any], AfterValidator(_held)]
"""Numbers worth showing (frames, seconds, lines, ...), and what a model's loading tells."""
