"""Heads of people and of the animals that stand like them, with hair.

Painters work in units of the head part: its origin is the neck, the middle of the head is at ``(0, frame.head_y)``.
"""

from __future__ import annotations

import random

from resources.cutout import paper
from resources.cutout.cast.clothes import tint
from resources.cutout.cast.frame import Frame
from resources.cutout.props.sheet import Sheet, band, blob, oval
from schemas.media import ResolvedLook
from schemas.vocabulary import Age, Hair


def hair_colour(look: ResolvedLook) -> str | int:
    """Hair as it is seen: the old are grey."""
    return tint(look.hair_colour, "#d9d6d2", 0.78) if look.age is Age.OLD else look.hair_colour


def person_head(sheet: Sheet, look: ResolvedLook, frame: Frame, traits: random.Random) -> None:
    """Skull, ear, and what the years have drawn."""
    w, h, y = frame.head_w / 2, frame.head_h / 2, frame.head_y
    jaw = traits.uniform(0.56, 0.74) - (0.02 if look.age is Age.CHILD else 0.0)
    chin = traits.uniform(0.96, 1.02)
    sheet.cut(oval(-w * 0.94, y + h * 0.16, w * 0.2, h * 0.24, tilt=-8), look.skin, lighten=-0.05, shadow=0.5)
    sheet.cut(
        blob(
            (0, y - h),
            (w * 0.66, y - h * 0.82),
            (w * 0.98, y - h * 0.22),
            (w * 0.94, y + h * 0.3),
            (w * jaw, y + h * 0.8),
            (w * 0.1, y + h * chin),
            (-w * jaw, y + h * 0.8),
            (-w * 0.95, y + h * 0.3),
            (-w * 0.98, y - h * 0.22),
            (-w * 0.66, y - h * 0.82),
        ),
        look.skin,
    )
    line = paper.colour(look.skin, -0.3)
    sheet.line(((-w * 0.99, y + h * 0.08), (-w * 0.9, y + h * 0.18), (-w * 0.97, y + h * 0.28)), line, 0.5, alpha=0.7)
    if look.age is Age.OLD:
        for k in (0.0, 0.13):
            sheet.line(
                ((-w * 0.3, y - h * (0.56 + k)), (w * 0.15, y - h * (0.6 + k)), (w * 0.6, y - h * (0.55 + k))),
                line,
                0.45,
                alpha=0.55,
            )
        for x in (-0.36, 0.74):
            sheet.line(
                ((w * (x - 0.2), y + h * 0.34), (w * x, y + h * 0.4), (w * (x + 0.16), y + h * 0.35)),
                line,
                0.45,
                alpha=0.55,
            )
    if traits.random() < (0.45 if look.age is Age.CHILD else 0.12):
        for _ in range(9):
            side = traits.choice((-0.42, 0.72))
            sheet.flat(
                oval(w * side + traits.uniform(-2.6, 2.6), y + h * 0.36 + traits.uniform(-1.2, 1.6), 0.42, n=6),
                line,
                0.6,
            )


def person_nose(sheet: Sheet, look: ResolvedLook, frame: Frame, traits: random.Random) -> None:
    """A nose of its own piece of paper; the origin is between the eyes."""
    kind = traits.randrange(4)
    k = frame.head_h / 31.0 * (0.72 if look.age is Age.CHILD else 1.0) * (1.12 if look.age is Age.OLD else 1.0)
    tone = tint(look.skin, "#d0583f", 0.34)
    if kind == 0:
        sheet.cut(oval(1.2 * k, 4.4 * k, 2.3 * k, 2.0 * k), tone, shadow=0.6)
    elif kind == 1:
        sheet.cut(
            blob((0, 0.2 * k), (2.2 * k, 2.8 * k), (3.5 * k, 5.2 * k), (1.4 * k, 6.2 * k), (-1.4 * k, 5.4 * k)),
            tone,
            shadow=0.6,
        )
    elif kind == 2:
        sheet.cut(
            blob((-0.4 * k, -0.4 * k), (1.8 * k, 1.4 * k), (3.0 * k, 4.4 * k), (1.2 * k, 6.4 * k), (-1.8 * k, 5.6 * k)),
            tone,
            shadow=0.6,
        )
    else:
        sheet.cut(
            blob((0.2 * k, 1.6 * k), (3.0 * k, 3.0 * k), (3.8 * k, 4.8 * k), (1.0 * k, 5.6 * k), (-1.0 * k, 4.6 * k)),
            tone,
            shadow=0.6,
        )


def hair_back(sheet: Sheet, look: ResolvedLook, frame: Frame) -> None:
    """Hair behind the head and the shoulders."""
    w, h, y, tone = frame.head_w / 2, frame.head_h / 2, frame.head_y, hair_colour(look)
    if look.hair is Hair.LONG:
        fall = frame.torso * 0.62
        sheet.cut(
            blob(
                (0, y - h * 1.06),
                (w * 0.92, y - h * 0.7),
                (w * 1.14, y + h * 0.1),
                (w * 1.1, y + h),
                (w * 1.2, fall * 0.8),
                (w * 0.7, fall * 1.02),
                (0, fall * 0.9),
                (-w * 0.8, fall * 1.08),
                (-w * 1.36, fall * 0.86),
                (-w * 1.2, y + h),
                (-w * 1.18, y + h * 0.1),
                (-w * 0.95, y - h * 0.7),
            ),
            tone,
            lighten=-0.1,
        )
        for x in (-1.02, -0.84, 1.0):
            sheet.line(
                ((w * x, y + h * 0.5), (w * x * 1.05, fall * 0.3), (w * x * 1.02, fall * 0.85)),
                paper.colour(tone, -0.3),
                0.5,
                alpha=0.6,
            )
    elif look.hair is Hair.CURLY:
        for i in range(11):
            spread = i / 10
            x, puff = (spread * 2 - 1) * w * 1.2, h * (0.36 + 0.06 * (i % 2))
            cy = y - h * 0.1 + h * 0.55 * abs(spread * 2 - 1) ** 2 - h * 0.45 * (1 - abs(spread * 2 - 1))
            sheet.cut(oval(x, cy, puff), tone, lighten=-0.1, shadow=0.5, uneven=0.8)
    elif look.hair is Hair.BUN:
        sheet.cut(oval(-w * 0.34, y - h * 1.24, h * 0.44, h * 0.4), tone, lighten=-0.04)
        sheet.line(
            ((-w * 0.56, y - h * 1.3), (-w * 0.3, y - h * 1.42), (-w * 0.1, y - h * 1.26)),
            paper.colour(tone, -0.25),
            0.6,
        )
    elif look.hair is Hair.BRAIDS:
        _braid(sheet, w * 0.98, y + h * 0.35, tone, -0.16, look)


def _braid(sheet: Sheet, x: float, y: float, tone: str | int, shade: float, look: ResolvedLook) -> None:
    step, lean = 4.3, 0.7 if x > 0 else -0.7
    sheet.cut(
        blob(
            (x + lean * 4 - 2, y + step * 4),
            (x + lean * 4 + 2, y + step * 4),
            (x + lean * 5 + 3, y + step * 5.4),
            (x + lean * 5 - 3, y + step * 5.4),
        ),
        tone,
        shade,
    )
    for i in range(4):
        sheet.cut(
            oval(x + lean * i, y + step * (i + 0.2), 4.2 - 0.3 * i, 3.0, tilt=20 if i % 2 else -20),
            tone,
            shade + (0.06 if i % 2 else 0),
            shadow=0.4,
        )
    ribbon = tint(look.garment_colour, "#e4572e", 0.5)
    sheet.cut(
        band(((x + lean * 4 - 2.6, y + step * 4.1), (x + lean * 4 + 2.6, y + step * 4.1)), 2.2), ribbon, shadow=0.4
    )


def hair_front(sheet: Sheet, look: ResolvedLook, frame: Frame) -> None:
    """Hair on the forehead, and the beard: painted over the head, below the live face."""
    w, h, y, tone = frame.head_w / 2, frame.head_h / 2, frame.head_y, hair_colour(look)
    strand = paper.colour(tone, -0.28)
    match look.hair:
        case Hair.NONE:
            sheet.flat(oval(-w * 0.3, y - h * 0.72, w * 0.26, h * 0.1, tilt=-20), "#ffffff", 0.22)
        case Hair.SHORT:
            sheet.cut(
                blob(
                    (-w * 1.03, y + h * 0.1),
                    (-w * 1.08, y - h * 0.35),
                    (-w * 0.78, y - h * 0.95),
                    (-w * 0.1, y - h * 1.16),
                    (w * 0.42, y - h * 1.12),
                    (w * 0.78, y - h * 0.9),
                    (w * 1.02, y - h * 0.42),
                    (w * 0.98, y - h * 0.12),
                    (w * 0.86, y - h * 0.4),
                    (w * 0.52, y - h * 0.52),
                    (w * 0.1, y - h * 0.66),
                    (-w * 0.36, y - h * 0.5),
                    (-w * 0.74, y - h * 0.44),
                    (-w * 0.86, y - h * 0.1),
                ),
                tone,
            )
            sheet.line(
                ((-w * 0.1, y - h * 1.0), (-w * 0.5, y - h * 0.8), (-w * 0.75, y - h * 0.5)), strand, 0.5, alpha=0.5
            )
            sheet.line(
                ((w * 0.2, y - h * 1.0), (w * 0.55, y - h * 0.82), (w * 0.8, y - h * 0.55)), strand, 0.5, alpha=0.5
            )
        case Hair.LONG | Hair.BRAIDS:
            parting = w * 0.16
            sheet.cut(
                blob(
                    (parting, y - h * 0.76),
                    (w * 0.5, y - h * 0.52),
                    (w * 0.84, y - h * 0.12),
                    (w * 0.96, y + h * 0.22),
                    (w * 1.08, y - h * 0.1),
                    (w * 0.98, y - h * 0.66),
                    (w * 0.5, y - h * 1.05),
                    (-w * 0.1, y - h * 1.14),
                    (-w * 0.7, y - h * 0.98),
                    (-w * 1.08, y - h * 0.4),
                    (-w * 1.12, y + h * 0.3),
                    (-w * 0.94, y + h * 0.34),
                    (-w * 0.8, y - h * 0.1),
                    (-w * 0.4, y - h * 0.52),
                ),
                tone,
            )
            for x in (-0.5, 0.55):
                sheet.line(
                    ((parting, y - h * 1.05), (w * x, y - h * 0.86), (w * x * 1.7, y - h * 0.3)), strand, 0.5, alpha=0.5
                )
            if look.hair is Hair.BRAIDS:
                _braid(sheet, -w * 1.04, y + h * 0.4, tone, 0.0, look)
        case Hair.CURLY:
            for i in range(9):
                spread = i / 8 * 2 - 1
                puff = h * (0.27 + 0.07 * ((i * 7) % 3) / 2)
                sheet.cut(
                    oval(spread * w * 0.96, y - h * (1.02 - 0.5 * spread * spread), puff),
                    tone,
                    lighten=0.05 * (i % 2),
                    shadow=0.5,
                    uneven=0.7,
                )
            for i in range(5):
                spread = i / 4 * 2 - 1
                sheet.cut(
                    oval(spread * w * 0.6, y - h * (0.76 - 0.1 * abs(spread)), h * 0.2),
                    tone,
                    lighten=0.03,
                    shadow=0.4,
                    uneven=0.6,
                )
        case Hair.BUN:
            sheet.cut(
                blob(
                    (-w * 1.02, y + h * 0.12),
                    (-w * 1.05, y - h * 0.4),
                    (-w * 0.7, y - h * 0.96),
                    (0, y - h * 1.1),
                    (w * 0.7, y - h * 0.92),
                    (w * 1.02, y - h * 0.36),
                    (w * 0.96, y + h * 0.04),
                    (w * 0.82, y - h * 0.32),
                    (w * 0.3, y - h * 0.66),
                    (-w * 0.3, y - h * 0.64),
                    (-w * 0.8, y - h * 0.28),
                ),
                tone,
            )
            for x in (-0.5, 0.1, 0.6):
                sheet.line(
                    ((-w * 0.3, y - h * 1.06), (w * x, y - h * 0.88), (w * x * 1.3, y - h * 0.62)),
                    strand,
                    0.45,
                    alpha=0.5,
                )
        case Hair.BEARD:
            sheet.cut(
                blob(
                    (-w * 1.02, y + h * 0.1),
                    (-w * 1.06, y - h * 0.4),
                    (-w * 0.74, y - h * 0.96),
                    (0, y - h * 1.1),
                    (w * 0.74, y - h * 0.94),
                    (w * 1.0, y - h * 0.4),
                    (w * 0.96, y - h * 0.1),
                    (w * 0.72, y - h * 0.56),
                    (w * 0.1, y - h * 0.7),
                    (-w * 0.6, y - h * 0.56),
                ),
                tone,
            )
            long = 1.42 if look.age is Age.OLD else 1.24
            sheet.cut(
                blob(
                    (-w * 1.0, y + h * 0.02),
                    (-w * 0.84, y + h * 0.34),
                    (-w * 0.4, y + h * 0.42),
                    (w * 0.2, y + h * 0.36),
                    (w * 0.76, y + h * 0.42),
                    (w * 0.95, y + h * 0.06),
                    (w * 1.02, y + h * 0.52),
                    (w * 0.86, y + h * 0.98),
                    (w * 0.46, y + h * long),
                    (w * 0.1, y + h * (long - 0.06)),
                    (-w * 0.28, y + h * (long + 0.06)),
                    (-w * 0.7, y + h * 1.08),
                    (-w * 1.02, y + h * 0.56),
                ),
                tone,
                lighten=0.03,
                uneven=0.6,
            )
            sheet.flat(oval(w * 0.15, y + h * 0.62, w * 0.38, h * 0.14), tint(look.skin, "#b5483f", 0.12))
            for x in (-0.5, 0.0, 0.5):
                sheet.line(((w * x, y + h * 0.9), (w * x * 0.95 + 0.5, y + h * (long - 0.16))), strand, 0.5, alpha=0.55)
