"""Parting a line of dialogue into rows and screens, in any script.

Rows break at spaces; Chinese and Japanese between any two signs but before closing and after opening punctuation
(kinsoku); a word that is wider than a row where it must, and never between a letter and its marks, nor inside an emoji.
Characters are counted as code points, full-width ones twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

MAX_LINES = 2
CJK_SHARE = 0.3
"""Share of full-width letters from which a text is counted as Chinese, Japanese or Korean."""
_SPACE = re.compile(r"[^\S\u00a0\u2007\u202f]+")
"""White space that may end a row; the no-break spaces of French and numbers may not."""
_SENTENCE = re.compile(r"(?<=[.!?…؟।])(?= (?![»”’)\]]))|(?<=[。！？])(?![」』）】”’。！？ ])")
_NEVER_FIRST = frozenset(
    "、。，．・：；？！゛゜´｀¨ヽヾゝゞ々ー”’）〕］｝〉》」』】°′″℃,.:;?!)]}»›%‰％ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ…‥"
)
_NEVER_LAST = frozenset("“‘（〔［｛〈《「『【([{«‹$£¥＄￥")
_PAUSES = frozenset(".,;:!?…、。，．：；！？」』）】,;،؛؟।")
_PAUSE_WORTH = 14
"""Columns of unevenness that a row's end after punctuation may cost."""
_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class _Unit:
    """A piece that stays whole, and whether a space stands before it."""

    text: str
    width: int
    space: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """How many columns a row may have: of letters, and of full-width signs (which count two each)."""

    letters: int = 42
    wide: int = 36

    def limit(self, text: str) -> int:
        """The limit for ``text``. Right-to-left text leaves room for its two direction marks."""
        signs = [char for char in text if char.isalpha()]
        cjk = sum(1 for char in signs if columns(char) == 2)
        limit = self.wide if cjk > CJK_SHARE * max(1, len(signs)) else self.letters
        return limit - 2 if is_rtl(text) else limit


WIDESCREEN = Measure()
"""42 letters after Netflix's and the BBC's guidelines; 18 full-width signs (16 to 20)."""
SQUARE = Measure(34, 32)
TALL = Measure(26, 24)
"""A phone held upright: the letters stay readable, so fewer of them fit."""


def measure_for(width: int, height: int) -> Measure:
    """The measure for a frame of that shape."""
    return WIDESCREEN if width >= 1.4 * height else SQUARE if width >= 0.9 * height else TALL


def split_text(text: str, measure: Measure = WIDESCREEN) -> list[str]:
    """Text as screens of at most MAX_LINES rows each, rows parted by a newline; [] when there is nothing to show."""
    text = " ".join(part for part in _SPACE.split(text) if part)
    limit = measure.limit(text)
    sentences = [_units(part, limit) for part in _SENTENCE.split(text) if part]
    held: list[_Unit] = []
    parts: list[list[_Unit]] = []
    for units in sentences:  # a new screen begins with a sentence: as many as fit stay together
        if held and _row_count([*held, *units], limit) > MAX_LINES:
            parts.append(held)
            held = []
        held = [*held, *units]
    return [screen for part in [*parts, held] for screen in _screens(part, limit)]


def columns(text: str) -> int:
    """Width in columns: code points, full-width ones twice."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def is_rtl(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("R", "AL", "L"):
            return direction != "L"
    return False


def clusters(text: str) -> Iterator[str]:
    """Letters with their marks, emoji with their joiners and modifiers, flags: what must not be torn."""
    held = ""
    for char in text:
        if held and not _sticks(held, char):
            yield held
            held = ""
        held += char
    if held:
        yield held


def _sticks(held: str, char: str) -> bool:
    if held.endswith(_JOINER) or unicodedata.category(char) in ("Mn", "Mc", "Me", "Cf"):
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff":  # the skin tone of the emoji before it
        return True
    flag = "\U0001f1e6" <= char <= "\U0001f1ff"
    return flag and "\U0001f1e6" <= held[-1] <= "\U0001f1ff" and len(held) % 2 == 1


def _screens(units: list[_Unit], limit: int) -> list[str]:
    """Units as screens, about as much on each, parted after punctuation where that costs little."""
    screens = []
    while (count := -(-_row_count(units, limit) // MAX_LINES)) > 1:
        cut = _best_cut(
            units,
            target=_width(units) / count,
            worth=2 * _PAUSE_WORTH,
            fits=partial(_parts_fit, units, limit, count),
        )
        screens.append(_rows(units[:cut], limit))
        units = units[cut:]
    return [*screens, _rows(units, limit)] if units else screens


def _parts_fit(units: list[_Unit], limit: int, count: int, cut: int) -> bool:
    """Whether one screen holds what stands before ``cut``, and ``count`` - 1 screens the rest."""
    return _row_count(units[:cut], limit) <= MAX_LINES and _row_count(units[cut:], limit) <= (count - 1) * MAX_LINES


def _rows(units: list[_Unit], limit: int) -> str:
    """One row, or two that are as even as they can be, parted after punctuation where that costs little."""
    if _width(units) <= limit:
        return _joined(units)
    cut = _best_cut(
        units,
        target=_width(units) / 2,
        worth=_PAUSE_WORTH,
        fits=lambda k: max(_width(units[:k]), _width(units[k:])) <= limit,
    )
    return f"{_joined(units[:cut])}\n{_joined(units[cut:])}"


def _best_cut(units: list[_Unit], target: float, worth: float, fits: Callable[[int], bool]) -> int:
    """Where to part ``units`` so that about ``target`` columns stand before the cut, among the places that fit."""

    def price(cut: int) -> float:
        last, first = units[cut - 1].text[-1], units[cut].text[0]
        bad = last in _NEVER_LAST or first in _NEVER_FIRST
        return abs(_width(units[:cut]) - target) - worth * (last in _PAUSES) + 100 * bad

    return min(sorted(range(1, len(units)), key=price), key=lambda cut: not fits(cut))


def _row_count(units: list[_Unit], limit: int) -> int:
    """Rows of a greedy wrap."""
    rows = used = 0
    for unit in units:
        if rows and used + unit.space + unit.width <= limit:
            used += unit.space + unit.width
        else:
            rows, used = rows + 1, unit.width
    return rows


def _width(units: list[_Unit]) -> int:
    return sum(unit.space + unit.width for unit in units) - (units[0].space if units else 0)


def _joined(units: list[_Unit]) -> str:
    return "".join((" " if unit.space and number else "") + unit.text for number, unit in enumerate(units))


def _units(text: str, width: int) -> list[_Unit]:
    """Everything that a row may end after; none is wider than ``width``."""
    found = []
    for number, word in enumerate(text.split(" ")):
        first = number > 0
        for sign in _signs(word):
            for piece in _pieces(sign, width):
                found.append(_Unit(piece, columns(piece), first))
                first = False
    return found


def _signs(word: str) -> Iterator[str]:
    """A word as what may be parted: runs of letters whole, full-width signs one by one with their punctuation."""
    held = ""
    for cluster in clusters(word):
        wide = columns(cluster[0]) == 2 and not cluster[0] >= "\U0001f000"
        before_wide = bool(held) and columns(held[-1]) == 2
        may_break = held and (wide or before_wide) and cluster[0] not in _NEVER_FIRST and held[-1] not in _NEVER_LAST
        if may_break:
            yield held
            held = ""
        held += cluster
    if held:
        yield held


def _pieces(unit: str, width: int) -> Iterator[str]:
    """A unit that is too wide, in pieces that are not."""
    if columns(unit) <= width:
        yield unit
        return
    held = ""
    for cluster in clusters(unit):
        # marks without end on one letter are the one thing that is torn
        for part in [cluster] if columns(cluster) <= width else cluster:
            if held and columns(held + part) > width:
                yield held
                held = ""
            held += part
    if held:
        yield held
