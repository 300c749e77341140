"""Matching plain text against word lists: whole words, any case, plurals and simple verb forms, longest phrase first.

Scripts written without spaces (Chinese, Japanese) are matched by substring, since there are no whole words to find.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources as package_files
from typing import Any

import yaml

from resources.config import SHIPPED_LOADER

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
IRREGULAR = {
    "mice": "mouse", "men": "man", "women": "woman", "children": "child", "people": "person", "geese": "goose",
    "wolves": "wolf", "feet": "foot", "teeth": "tooth", "knives": "knife", "leaves": "leaf", "loaves": "loaf",
    "thieves": "thief", "elves": "elf", "dwarves": "dwarf", "fishermen": "fisherman", "oxen": "ox", "lives": "life",
    "selves": "self", "wives": "wife", "grandchildren": "grandchild", "scarves": "scarf", "firemen": "fireman",
}  # fmt: skip
"""Plurals that no rule reaches."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: as written, lower-cased, and where it stands (character offsets)."""

    text: str
    low: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase that was found: what it means and the words it covers, ``first`` up to ``last`` (exclusive)."""

    value: str
    phrase: str
    first: int
    last: int
    start: int
    """Character offset of the first letter."""


def words_of(text: str) -> list[Word]:
    """The words of a text in order; a possessive ``'s`` is not part of its word."""
    found = []
    for hit in _WORD.finditer(text):
        raw = hit.group()
        low = raw.lower().replace("’", "'")
        if low.endswith("'s"):
            raw, low = raw[:-2], low[:-2]
        found.append(Word(raw, low, hit.start(), hit.start() + len(raw)))
    return found


@lru_cache(maxsize=4096)
def stems(word: str) -> tuple[str, ...]:
    """The word and what it may be a form of: ``boxes`` gives box, ``raining`` gives rain."""
    out = [word]
    if word in IRREGULAR:
        out.append(IRREGULAR[word])
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        if word.endswith(("sses", "shes", "ches", "xes")):
            out.append(word[:-2])
        out.append(word[:-1])
        if word.endswith("ies"):
            out.append(word[:-3] + "y")
        elif word.endswith("es"):
            out.append(word[:-2])
    if len(word) > 5 and word.endswith("ing"):
        out += [word[:-3], word[:-3] + "e"]
        if word[-4] == word[-5]:
            out.append(word[:-4])
    return tuple(dict.fromkeys(out))


class Table:
    """A word list turned round: from phrase to value. The first value to claim a phrase keeps it."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        """``lists`` maps a value to the phrases that mean it."""
        self._by_words: dict[tuple[str, ...], str] = {}
        self._unspaced: dict[str, str] = {}
        for value, phrases in lists.items():
            for phrase in phrases:
                if _UNSPACED.search(phrase):
                    self._unspaced.setdefault(phrase, value)
                else:
                    key = tuple(word.low for word in words_of(phrase))
                    self._by_words.setdefault(key, value)
        self._longest = max(map(len, self._by_words), default=1)

    def find(self, text: str, words: list[Word] | None = None) -> list[Match]:
        """Every phrase in ``text``, in order, none inside another, the longer one first."""
        words = words_of(text) if words is None else words
        found: list[Match] = []
        at = 0
        while at < len(words):
            hit = self._at(words, at)
            if hit is None:
                at += 1
            else:
                found.append(hit)
                at = hit.last
        if self._unspaced and _UNSPACED.search(text):
            found += self._substrings(text)
            found.sort(key=lambda match: match.start)
        return found

    def _at(self, words: list[Word], at: int) -> Match | None:
        for length in range(min(self._longest, len(words) - at), 0, -1):
            head = tuple(word.low for word in words[at : at + length - 1])
            for last in stems(words[at + length - 1].low):
                value = self._by_words.get((*head, last))
                if value is not None:
                    return Match(value, " ".join((*head, last)), at, at + length, words[at].start)
        return None

    def _substrings(self, text: str) -> list[Match]:
        found: list[Match] = []
        taken: set[int] = set()
        for phrase in sorted(self._unspaced, key=lambda one: (-len(one), one)):
            start = text.find(phrase)
            if start >= 0 and taken.isdisjoint(range(start, start + len(phrase))):
                taken.update(range(start, start + len(phrase)))
                found.append(Match(self._unspaced[phrase], phrase, -1, -1, start))
        return found

    def get(self, phrase: str) -> str | None:
        """The value of exactly this phrase (or a plural of it)."""
        words = words_of(phrase)
        hit = self._at(words, 0) if words else None
        return hit.value if hit is not None and hit.last == len(words) else None


@cache
def data(name: str) -> Any:
    """The YAML file ``name`` of this package, read once; callers must not change it."""
    text = (package_files.files("resources.lexicon") / f"{name}.yaml").read_text("utf-8")
    return yaml.load(text, Loader=SHIPPED_LOADER)


def merged(own: Mapping[str, list[str]], foreign: str | None) -> dict[str, list[str]]:
    """A word list with the other languages' words behind its own."""
    other: Mapping[str, list[str]] = data("foreign")[foreign] if foreign else {}
    return {key: [*own.get(key, []), *other.get(key, [])] for key in (*own, *(k for k in other if k not in own))}
