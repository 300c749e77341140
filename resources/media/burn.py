"""Subtitles in the picture: an ASS file of our own, libass, and typefaces from packages alone.

The words reach libass escaped, each run of a script with its family by name; nothing in them can become an override.
Letters are about 5.5 % of the height (BBC: 8 % with the space between rows), less where a whole row would not fit; the
margins keep to the safe area: 5 % below, and 14 % on a phone held upright, whose apps write over the lowest part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from resources.media.encode import Picture
from resources.media.fonts import BASE, BASE_TALL, runs, width_of
from resources.media.subtitles import JOINER, Cue
from resources.media.wrap import measure_for
from schemas.time import SAMPLE_RATE


class Look(StrEnum):
    """Where words stand: subtitles below; on an animatic a slate along the top and a card's title in the middle; on a
    delivery copy a small line at the upper right that says what it is."""

    WORDS = "Words"
    SLATE = "Slate"
    CARD = "Card"
    LABEL = "Label"


STYLE = "1"
"""Version of the look below; part of every burned segment's name."""
LETTER = 0.055
"""Size of the letters in parts of the frame's height."""
EM = 0.52
"""Width of a letter of Noto Sans in parts of its size, the mean over prose with room to spare; a row that is wider all
the same, capitals and emoji, is set smaller."""
PARTS = {Look.WORDS: 1.0, Look.SLATE: 0.6, Look.CARD: 1.6, Look.LABEL: 0.55}
"""Sizes of the looks in parts of a subtitle's."""
SIDE = 0.05
BELOW = 0.05
BELOW_TALL = 0.14
"""A frame that is higher than wide: phones write names and buttons over its lowest part."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Rows of text on frames ``first`` up to ``stop``."""

    first: int
    stop: int
    text: str
    look: Look = Look.WORDS


def shown(cues: Sequence[Cue], rate: Fraction, frames: int) -> list[Shown]:
    """Cues by frames: each on the frames whose time lies in it, at least on one."""
    found = []
    for cue in cues:
        first = min(frames - 1, -(-cue.start * rate // SAMPLE_RATE))
        stop = min(frames, max(first + 1, -(-cue.end * rate // SAMPLE_RATE)))
        found.append(Shown(int(first), int(stop), cue.text))
    return found


def ass_file(items: Sequence[Shown], picture: Picture) -> str:
    """An ASS file with ``items`` in the time of a clip that begins at frame 0."""
    measure = measure_for(picture.width, picture.height)
    em = min(LETTER * picture.height, (1 - 2 * SIDE) * picture.width / (measure.letters * EM))
    size = em * BASE_TALL
    head = [
        "[Script Info]",
        "ScriptType: v4.00+",
        f"PlayResX: {picture.width}",
        f"PlayResY: {picture.height}",
        "WrapStyle: 0",
        "ScaledBorderAndShadow: yes",
        "YCbCr Matrix: TV.709",
        "[V4+ Styles]",
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic,"
        " Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL,"
        " MarginR, MarginV, Encoding",
        *(_style(look, picture, em) for look in Look if any(item.look is look for item in items)),
        "[Events]",
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
    ]
    lines = [
        f"Dialogue: 0,{_stamp(item.first, picture.rate)},{_stamp(item.stop, picture.rate)},{item.look},,0,0,0,,"
        + r"\N".join(_row(row, size * _fit(item, picture, em)) for row in item.text.split("\n"))
        for item in items
    ]
    return "\n".join([*head, *lines]) + "\n"


def _style(look: Look, picture: Picture, em: float) -> str:
    """The style line of a look; letters of ``em`` pixels."""
    below = BELOW_TALL if picture.height > picture.width else BELOW
    side, size = round(SIDE * picture.width), em * BASE_TALL * PARTS[look]
    outline = max(1.0, em * 0.07)
    # border style 1 is an outline, 3 a box; alignments as on a keypad: 2 below, 5 in the middle, 7 and 9 above
    border, box, alignment, vertical = {
        Look.WORDS: (1, (outline, outline / 2), 2, round(below * picture.height)),
        Look.SLATE: (3, (em * 0.2, 0.0), 7, round(em * 0.4)),
        Look.CARD: (1, (outline, outline / 2), 5, 0),
        Look.LABEL: (1, (outline / 2, 0.0), 9, round(BELOW * picture.height)),
    }[look]
    left = round(em * 0.4) if look is Look.SLATE else side
    seen = "50" if look is Look.LABEL else "00"  # a third of the way to transparent: to be read, not to be looked at
    colours = f"&H{seen}FFFFFF,&H00FFFFFF,&H{seen}101010,&H96000000"
    return (
        f"Style: {look},{BASE},{size:.1f},{colours},0,0,0,0,100,100,0,0,{border},{box[0]:.1f},{box[1]:.1f},{alignment},"
        f"{left},{left},{vertical},-1"
    )


def _fit(item: Shown, picture: Picture, em: float) -> float:
    """Size of an item's letters in parts of a subtitle's, so that its widest row stays between the margins."""
    widest = max(width_of(row) for row in item.text.split("\n")) * em
    part = PARTS[item.look]
    return part * min(1.0, (1 - 2 * SIDE) * picture.width / max(1.0, widest * part))


def _row(row: str, size: float) -> str:
    """One row, its scripts each in their family and at the size that looks the same."""
    made = ""
    for family, factor, text in runs(row):
        made += rf"{{\fn{family}\fs{size * factor:.1f}}}"
        made += text.replace("\\", "\\" + JOINER).replace("{", r"\{").replace("}", r"\}")
    return made


def _stamp(frame: int, rate: Fraction) -> str:
    """Half a frame before ``frame``, so that rounding to hundredths never moves an edge to another frame."""
    hundredths = max(0, round((Fraction(frame) - Fraction(1, 2)) / rate * 100))
    hours, rest = divmod(hundredths, 360_000)
    minutes, rest = divmod(rest, 6_000)
    return f"{hours}:{minutes:02d}:{rest // 100:02d}.{rest % 100:02d}"
