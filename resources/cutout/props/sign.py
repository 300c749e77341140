"""What the vocabulary lacks: a paper sign on a stick with the word lettered on it.

The word is text from outside and stays text: any script, laid out with the packaged fonts, and shrunk until it fits.
"""

from __future__ import annotations

import unicodedata

import skia

from resources.cutout import paper
from resources.cutout.lettering import BODY, paragraph
from resources.cutout.props.registry import SIGN_HALF
from resources.cutout.props.sheet import Sheet, band, box, oval

HALF = 100.0 * SIGN_HALF
_WIDE, _HIGH = 104.0, 44.0
"""Room for the word, in units."""
_LONGEST = 60


def clean(text: str) -> str:
    """The word as it is lettered: no control characters, single spaces, at most sixty characters."""
    # lone surrogates (Cs) cannot be encoded, controls (Cc) and private use (Co) have no shape
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Co", "Zl", "Zp") else c for c in text)
    words = " ".join(kept.split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1].rstrip() + "…"


def draw_sign(s: Sheet, text: str) -> None:
    """The sign, standing on ``y = 0``, 100 units high."""
    s.cut(band(((0, -46), (1, -20), (0, 0)), 7), "#8f5f3a")
    s.cut(box(-HALF + 4, -98, HALF - 4, -40, r=3), "#f3e3bf", uneven=1.0)
    for x in (-HALF + 11, HALF - 11):
        s.cut(oval(x, -91, 2.2, n=8), "#b5483f", shadow=0.4)
    word = clean(text)
    if word:
        _letter(s, word)


def _letter(s: Sheet, word: str) -> None:
    size = 30.0
    for _ in range(12):
        lettered = _paragraph(word, size * s.unit, _WIDE * s.unit)
        if lettered.Height <= _HIGH * s.unit and lettered.LongestLine <= _WIDE * s.unit and not _breaks(word, size, s):
            break
        size *= 0.84
    corner = s.matrix.mapXY(-_WIDE / 2, -69)
    s.canvas.save()
    s.canvas.clipPath(s.path(box(-HALF + 5, -97, HALF - 5, -41, r=2), 0.0), skia.ClipOp.kIntersect, True)
    lettered.paint(s.canvas, corner.x(), corner.y() - lettered.Height / 2)
    s.canvas.restore()


def _breaks(word: str, size: float, s: Sheet) -> bool:
    """Whether the longest word would have to be broken."""
    if " " not in word:
        return bool(_paragraph(word, size * s.unit, 1e5).LongestLine > _WIDE * s.unit)
    return any(_paragraph(part, size * s.unit, 1e5).LongestLine > _WIDE * s.unit for part in word.split(" "))


def _paragraph(word: str, size: float, width: float) -> skia.textlayout.Paragraph:
    return paragraph(word, BODY, max(1.0, size), width, paper.colour("#4a2c22"))
