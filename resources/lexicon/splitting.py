"""Parting a spoken line where a reader breathes, in any writing system, without losing or adding a character.

A part is a slice of the line; only white space between two parts is left out, so :func:`pairs_up` can hold any
splitting, by rule or by model, against the line itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_CLOSERS = r"[\"'”’»›)\]」』】）］〉》]*"
_SPACED_ENDS = ".!?…‽؟۔।॥።፧։׃"
"""Ends of sentences that a blank follows: Latin, Greek, Cyrillic, Arabic, Indic, Ethiopic, Armenian, Hebrew."""
_BARE_ENDS = "。！？｡．།༎།။៕។᠃"
"""Ends of sentences in scripts written without blanks: Chinese, Japanese, Tibetan, Burmese, Khmer, Mongolian."""
_SPACED_CLAUSES = ",;:،؛፣፤፥՝"
_BARE_CLAUSES = "、，；：၊·—–"
_SENTENCES = re.compile(f"(?:[{re.escape(_SPACED_ENDS)}]+{_CLOSERS}(?=\\s)|[{_BARE_ENDS}]+{_CLOSERS})")
_CLAUSES = re.compile(f"(?:[{re.escape(_SPACED_CLAUSES)}]+{_CLOSERS}(?=\\s)|[{_BARE_CLAUSES}]+{_CLOSERS})")
_BLANKS = re.compile(r"\S(?=\s)")
_ABBREVIATED = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Capt|Sra?|Mme|Hr|Fr)|\b\w)\.$", re.IGNORECASE)
_JOINERS = "\u200d\u2060\ufeff"
"""Zero width joiner, word joiner: what stands on both sides of one belongs together."""


def split_line(text: str, limit: int) -> list[str]:
    """``text`` in parts of at most ``limit`` characters (at least 2), even in length as far as it can be.

    Parted at ends of sentences, else of clauses, else between words, else between characters that a reader sees as
    two. A text that fits is one part; blank text is none.
    """
    rest, parts = text.strip(), []
    while len(rest) > limit:
        cut = _best_cut(rest, limit)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def pairs_up(parts: Sequence[str], text: str) -> bool:
    """Whether ``parts`` are the whole of ``text`` in its order, but for white space before, between and after them."""
    at = 0
    for part in parts:
        while at < len(text) and text[at].isspace():
            at += 1
        if not part.strip() or part != part.strip() or not text.startswith(part, at):
            return False
        at += len(part)
    return not text[at:].strip()


def _best_cut(text: str, limit: int) -> int:
    """Where the first part of ``text`` ends: the best kind of place, and of those the one nearest to an even split."""
    even = len(text) / -(-len(text) // limit)
    least = max(1, round(even / 3))
    for places in (_SENTENCES, _CLAUSES, _BLANKS):
        # one character beyond the limit, so that a blank after the last one is seen
        cuts = [hit.end() for hit in places.finditer(text, 0, limit + 1) if least <= hit.end() <= limit]
        if places is _SENTENCES:
            cuts = [cut for cut in cuts if not _ABBREVIATED.search(text, max(0, cut - 6), cut)]
        if cuts:
            return min(cuts, key=lambda cut: abs(cut - even))
    whole = [cut for cut in range(least, limit + 1) if _apart(text, cut)]
    return min(whole, key=lambda cut: abs(cut - even)) if whole else limit


def _apart(text: str, cut: int) -> bool:
    """Whether a reader sees two characters where ``text`` is cut: no mark, joiner or half of a flag is torn off."""
    before, after = text[cut - 1], text[cut]
    if unicodedata.category(after)[0] == "M" or after in _JOINERS or before in _JOINERS:
        return False
    if unicodedata.combining(before) == 9:  # a virama binds the consonant after it
        return False
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\u1160" <= after <= "\u11ff":  # a skin tone; the end of a syllable
        return False
    flags = 0
    while cut - flags > 0 and "\U0001f1e6" <= text[cut - flags - 1] <= "\U0001f1ff":
        flags += 1
    return not ("\U0001f1e6" <= after <= "\U0001f1ff" and flags % 2)
