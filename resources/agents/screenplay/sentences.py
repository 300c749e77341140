"""Cutting text where a reader would breathe, never losing a word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_END = re.compile(r"([.!?…]+[\"'”’»)\]]*)\s+|([。！？]+[」』”]*)\s*")
_CLAUSE = re.compile(r"([,;:—–]|--)\s+|([、，；])\s*")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Capt|Col|Gen|Lt|Sgt|No|vs|etc|\w)\.$", re.IGNORECASE
)


def weight(text: str) -> int:
    """How long a text takes to say, in Latin letters: a Han, kana or Hangul sign is said as slowly as three."""
    if text.isascii():
        return len(text)
    return sum(3 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def sentences(text: str) -> list[str]:
    """The sentences of a text. Nothing is lost but white space between them."""
    found: list[str] = []
    start = 0
    for hit in _END.finditer(text):
        mark = hit.end(1) if hit.group(1) else hit.end(2)
        ellipsis = hit.group(1) is not None and hit.group(1).startswith(("..", "…")) and text[hit.end() :][:1].islower()
        if ellipsis or _ABBREVIATED.search(text[max(0, mark - 8) : mark]):
            continue
        found.append(text[start:mark])
        start = hit.end()
    found.append(text[start:])
    return [piece.strip() for piece in found if piece.strip()]


def pieces(text: str, limit: int) -> list[str]:
    """``text`` in pieces of at most ``limit`` by :func:`weight`, cut at the ends of sentences where there are any.

    A longer sentence is cut at its clauses, then at spaces, then anywhere. Joined again, white space apart, the
    pieces are the text.
    """
    return _packed(sentences(text), limit, _clauses)


def _clauses(text: str, limit: int) -> list[str]:
    return _packed(_split(_CLAUSE, text), limit, _words)


def _words(text: str, limit: int) -> list[str]:
    return _packed(text.split(), limit, _chunks)


def _chunks(text: str, limit: int) -> list[str]:
    found, start, used = [], 0, 0
    for at, char in enumerate(text):
        cost = weight(char)
        if used + cost > limit:
            found.append(text[start:at])
            start, used = at, 0
        used += cost
    return [*found, text[start:]]


def _split(pattern: re.Pattern[str], text: str) -> list[str]:
    found, start = [], 0
    for hit in pattern.finditer(text):
        mark = hit.end(1) if hit.group(1) else hit.end(2)
        found.append(text[start:mark])
        start = hit.end()
    return [piece.strip() for piece in (*found, text[start:]) if piece.strip()]


def _packed(parts: list[str], limit: int, finer: Callable[[str, int], list[str]]) -> list[str]:
    """As many parts as fit together; a part that is too long by itself is cut by ``finer``."""
    found: list[str] = []
    for part in parts:
        small = [part] if weight(part) <= limit else finer(part, limit)
        for piece in small:
            # Chinese and Japanese have no space between sentences
            glue = "" if found and unicodedata.east_asian_width(found[-1][-1]) in "WF" else " "
            joined = f"{found[-1]}{glue}{piece}" if found else piece
            if found and weight(joined) <= limit:
                found[-1] = joined
            else:
                found.append(piece)
    return found
