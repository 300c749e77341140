"""Reading an action: what its words ask bodies on the stage to do.

A table of phrases (``business.yaml``) is matched against the words in their base forms, so that somebody who "walks
in" does walk in, and a thing that is handed over changes hands.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources as package_files
from typing import Any, Literal, cast

import yaml

from resources.cutout.cast.walk import WalkKind
from resources.lexicon import names_thing, props_in
from resources.lexicon.words import stems as all_stems
from resources.lexicon.words import words_of

HandKind = Literal["give", "take", "put"]
_LITTLE = frozenset({"the", "a", "an", "his", "her", "its", "their", "old", "little", "small"})


def stems(word: str) -> tuple[str, ...]:
    """What a verb may be a form of. "hopes" is no form of "hop": only after a hiss or an o does -es stand for -s."""
    forms = all_stems(word)
    if word.endswith("es") and not word[:-2].endswith(("s", "x", "z", "ch", "sh", "o")):
        return tuple(form for form in forms if form != word[:-2])
    return forms


@dataclass(frozen=True, slots=True)
class Deeds:
    """What an action asks for; None and False where it says nothing."""

    walk: WalkKind | None = None
    runs: bool = False
    hands: HandKind | None = None
    business: str | None = None
    together: bool = False
    """Everybody does it ("walk on side by side"), not one."""


@dataclass(frozen=True, slots=True)
class _Phrases:
    """Phrases of one kind, with what each means."""

    meant: Mapping[tuple[str, ...], str]
    longest: int

    def find(self, words: list[str]) -> tuple[str, int] | None:
        """Value and place of the longest phrase in ``words``, the first of those as long as each other."""
        for length in range(min(self.longest, len(words)), 0, -1):
            for at in range(len(words) - length + 1):
                window = words[at : at + length]
                for phrase, value in self._starting(window[0], length):
                    if all(part in stems(word) for part, word in zip(phrase, window, strict=True)):
                        return value, at
        return None

    def _starting(self, word: str, length: int) -> list[tuple[tuple[str, ...], str]]:
        forms = stems(word)
        return [(phrase, value) for phrase, value in self.meant.items() if len(phrase) == length and phrase[0] in forms]


@cache
def _table() -> dict[str, Any]:
    text = (package_files.files("resources.cutout") / "business.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@cache
def _phrases(kind: str) -> _Phrases:
    lists: Mapping[str, list[str]] = {"runs": _table()["runs"]} if kind == "runs" else _table()[kind]
    meant: dict[tuple[str, ...], str] = {}
    for value, phrases in lists.items():
        for phrase in phrases:
            meant.setdefault(tuple(phrase.split()), value)
    return _Phrases(meant, max(map(len, meant)))


def deeds_of(action: str, things: Collection[str] = ()) -> Deeds:
    """What ``action`` asks for. A walk that is only part of the business ("step back") is business alone.

    Hands are about things: those the lexicon knows, and the ``things`` that are there, which it may not.
    """
    there = bool(props_in(action)) or any(names_thing(action, thing) for thing in things)
    words = [word.low for word in words_of(action)]
    bare = _without_things(action, words, things)
    # "walking slowly into the barn" is walking into it
    walk = _phrases("walk").find([word for word in bare if word == "fly" or not word.endswith("ly")])
    doing = _phrases("business").find(bare)
    if doing and doing[0] == "kindle" and bare[: doing[1]][-1:] in (["the"], ["a"], ["of"]):
        doing = None  # "catches the light", "a circle of light"
    hands = _phrases("hands").find(bare) if there else None
    runs = _phrases("runs").find(bare) is not None
    first = min((found[1] for found in (walk, doing, hands) if found), default=-1)
    plural = first == 0 and len(stems(bare[0])) == 1 and bare[0] != "is"  # "walk on", not "walks" or "is walking"
    return Deeds(
        walk=cast(WalkKind, walk[0]) if walk else None,
        runs=bool(walk) and runs,
        hands=cast(HandKind, hands[0]) if hands else None,
        business=doing[0] if doing else None,
        together=plural,
    )


def _without_things(action: str, words: list[str], others: Collection[str]) -> list[str]:
    """The words without the things and the little words before them: what is left is verbs and where they go."""
    things = {part for name in (*props_in(action), *others) for part in name.lower().split()}
    kept: list[str] = []
    for word in words:
        if things.isdisjoint(stems(word)):
            kept.append(word)
        else:
            while kept and kept[-1] in _LITTLE:
                kept.pop()
    return kept
