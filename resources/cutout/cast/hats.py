"""What sits on a head or round a neck, in units of the head part (origin at the neck)."""

from __future__ import annotations

from dataclasses import dataclass

import skia

from resources.cutout import paper
from resources.cutout.cast.clothes import tint
from resources.cutout.props.sheet import Sheet, band, blob, oval, poly, star, trace
from schemas.media import ResolvedLook
from schemas.vocabulary import Garment, Headwear


@dataclass(frozen=True, slots=True)
class Crown:
    """The room a head offers: half width, half height and middle, in units of its part, and the chin's ``y``."""

    w: float
    h: float
    x: float
    y: float

    @property
    def brow(self) -> float:
        """Where a brim rests."""
        return self.y - self.h * 0.5


def paint_behind(sheet: Sheet, look: ResolvedLook, crown: Crown) -> None:
    """The part of a hood or helmet that is behind the head."""
    w, h, x, y = crown.w, crown.h, crown.x, crown.y
    if look.headwear is Headwear.HOOD:
        sheet.cut(
            blob(
                (x - w * 0.5, y - h * 1.5),
                (x + w * 0.4, y - h * 1.22),
                (x + w * 1.12, y - h * 0.5),
                (x + w * 1.16, y + h * 0.6),
                (x + w * 0.8, y + h * 1.3),
                (x - w * 0.8, y + h * 1.36),
                (x - w * 1.24, y + h * 0.6),
                (x - w * 1.22, y - h * 0.6),
            ),
            look.headwear_colour,
            lighten=-0.2,
        )


def paint_hat(sheet: Sheet, look: ResolvedLook, crown: Crown) -> None:
    """Headwear in front of the head."""
    w, h, x, y, tone = crown.w, crown.h, crown.x, crown.y, look.headwear_colour
    brow = crown.brow
    match look.headwear:
        case Headwear.CAP:
            sheet.cut(
                blob(
                    (x + w * 0.3, brow - h * 0.1),
                    (x + w * 0.9, brow - h * 0.16),
                    (x + w * 1.56, brow + h * 0.06),
                    (x + w * 1.62, brow + h * 0.2),
                    (x + w * 1.0, brow + h * 0.16),
                    (x + w * 0.2, brow + h * 0.14),
                ),
                tone,
                lighten=-0.2,
            )
            sheet.cut(
                blob(
                    (x - w * 1.04, brow + h * 0.16),
                    (x - w * 1.04, brow - h * 0.3),
                    (x - w * 0.66, brow - h * 0.74),
                    (x, brow - h * 0.86),
                    (x + w * 0.66, brow - h * 0.7),
                    (x + w * 1.03, brow - h * 0.26),
                    (x + w * 1.0, brow + h * 0.1),
                    (x, brow + h * 0.04),
                ),
                tone,
            )
            sheet.line(
                ((x - w * 0.1, brow - h * 0.84), (x + w * 0.3, brow - h * 0.4), (x + w * 0.36, brow + h * 0.02)),
                paper.colour(tone, -0.25),
                0.5,
            )
            sheet.cut(oval(x - w * 0.02, brow - h * 0.86, w * 0.11, h * 0.08), tone, lighten=0.2, shadow=0.4)
        case Headwear.HAT:
            sheet.cut(
                blob(
                    (x - w * 0.74, brow),
                    (x - w * 0.66, brow - h * 0.72),
                    (x - w * 0.3, brow - h * 0.98),
                    (x + w * 0.06, brow - h * 0.86),
                    (x + w * 0.44, brow - h * 0.98),
                    (x + w * 0.7, brow - h * 0.7),
                    (x + w * 0.78, brow),
                    (x, brow + h * 0.1),
                ),
                tone,
            )
            sheet.cut(
                band(
                    ((x - w * 0.76, brow - h * 0.14), (x, brow - h * 0.04), (x + w * 0.78, brow - h * 0.14)), h * 0.26
                ),
                tint(tone, "#f2d492", 0.75),
                shadow=0.4,
            )
            sheet.cut(
                blob(
                    (x - w * 1.62, brow - h * 0.04),
                    (x - w * 0.8, brow - h * 0.06),
                    (x, brow + h * 0.0),
                    (x + w * 0.8, brow - h * 0.06),
                    (x + w * 1.62, brow - h * 0.06),
                    (x + w * 1.5, brow + h * 0.1),
                    (x + w * 0.7, brow + h * 0.2),
                    (x, brow + h * 0.24),
                    (x - w * 0.7, brow + h * 0.2),
                    (x - w * 1.5, brow + h * 0.12),
                ),
                tone,
                lighten=0.05,
            )
        case Headwear.CROWN:
            gold = tint("#e2b23f", tone, 0.24)
            base, tall = brow + h * 0.02, h * 0.62
            spikes: list[tuple[float, float]] = [(x - w * 0.8, base)]
            for i in range(5):
                at = -0.94 + i * 0.47
                spikes.append((x + w * at, base - tall * (1.0 + 0.16 * (2 - abs(i - 2)))))
                if i < 4:
                    spikes.append((x + w * (at + 0.235), base - tall * 0.5))
            spikes += [(x + w * 0.8, base), (x, base + h * 0.1)]
            sheet.cut(poly(*spikes, r=0.5), gold)
            for i, jewel in enumerate(("#c8442f", "#3f8f8a", "#c8442f")):
                sheet.cut(oval(x + w * (-0.44 + 0.46 * i), base - tall * 0.18, w * 0.1, h * 0.1), jewel, shadow=0.3)
            for i in range(5):
                at = -0.94 + i * 0.47
                sheet.cut(
                    oval(x + w * at, base - tall * (1.06 + 0.16 * (2 - abs(i - 2))), w * 0.09),
                    gold,
                    lighten=0.35,
                    shadow=0.3,
                )
        case Headwear.HOOD:
            outer = trace(
                blob(
                    (x - w * 0.56, y - h * 1.52),
                    (x + w * 0.3, y - h * 1.2),
                    (x + w * 1.06, y - h * 0.56),
                    (x + w * 1.14, y + h * 0.3),
                    (x + w * 0.86, y + h * 1.1),
                    (x + w * 0.1, y + h * 1.36),
                    (x - w * 0.8, y + h * 1.14),
                    (x - w * 1.2, y + h * 0.4),
                    (x - w * 1.16, y - h * 0.6),
                ),
                sheet.rng,
            )
            outer.addPath(
                trace(
                    blob(
                        (x + w * 0.06, y - h * 0.84),
                        (x + w * 0.78, y - h * 0.56),
                        (x + w * 0.96, y + h * 0.1),
                        (x + w * 0.7, y + h * 0.82),
                        (x + w * 0.06, y + h * 1.02),
                        (x - w * 0.66, y + h * 0.82),
                        (x - w * 0.88, y + h * 0.1),
                        (x - w * 0.7, y - h * 0.6),
                    ),
                    sheet.rng,
                )
            )
            outer.setFillType(_EVEN_ODD)
            sheet.cut(outer, tone)
            sheet.cut(oval(x + w * 0.1, y + h * 1.14, 1.3, n=8), "#e9c46a", shadow=0.4)
        case Headwear.HELMET:
            if look.garment is Garment.SPACESUIT:
                _bubble(sheet, crown)
            else:
                _helm(sheet, crown, tone)
        case Headwear.SCARF:
            low = y + h * 0.98
            sheet.cut(
                blob(
                    (x - w * 0.62, low - h * 0.06),
                    (x - w * 0.46, low + h * 0.26),
                    (x - w * 0.92, low + h * 0.5),
                    (x - w * 1.24, low + h * 0.92),
                    (x - w * 1.74, low + h * 0.78),
                    (x - w * 1.42, low + h * 0.3),
                    (x - w * 1.0, low + h * 0.0),
                ),
                tone,
                lighten=-0.1,
            )
            sheet.cut(
                blob(
                    (x - w * 0.9, low - h * 0.2),
                    (x - w * 0.3, low + h * 0.06),
                    (x + w * 0.3, low + h * 0.06),
                    (x + w * 0.86, low - h * 0.2),
                    (x + w * 0.92, low + h * 0.14),
                    (x + w * 0.4, low + h * 0.4),
                    (x - w * 0.4, low + h * 0.4),
                    (x - w * 0.96, low + h * 0.16),
                ),
                tone,
            )
            pale = paper.colour(tone, 0.4)
            for k in (0.0, 0.2):
                sheet.line(
                    ((x - w * (1.62 - k), low + h * (0.66 - k)), (x - w * (1.16 - k), low + h * (0.84 - k))), pale, 0.9
                )
            for k in (-0.6, -0.1, 0.45):
                sheet.line(((x + w * k, low - h * 0.04), (x + w * (k + 0.1), low + h * 0.34)), pale, 0.9)
        case Headwear.TOQUE:
            _toque(sheet, crown, tone)
        case Headwear.POINTED:
            _pointed(sheet, crown, tone)
        case Headwear.BOW:
            bx, by = x - w * 0.42, y - h * 1.0
            for side in (-1, 1):
                sheet.cut(
                    blob(
                        (bx, by),
                        (bx + side * w * 0.36, by - h * 0.4),
                        (bx + side * w * 0.7, by - h * 0.32),
                        (bx + side * w * 0.68, by + h * 0.2),
                        (bx + side * w * 0.36, by + h * 0.26),
                    ),
                    tone,
                )
                sheet.line(
                    ((bx + side * w * 0.12, by), (bx + side * w * 0.42, by - h * 0.06)), paper.colour(tone, -0.3), 0.6
                )
            sheet.cut(oval(bx, by, w * 0.14, h * 0.16), tone, lighten=0.15, shadow=0.5)
        case _:
            pass


_EVEN_ODD = skia.PathFillType.kEvenOdd


def _helm(sheet: Sheet, crown: Crown, tone: str | int) -> None:
    w, h, x, y, brow = crown.w, crown.h, crown.x, crown.y, crown.brow
    steel = tint("#aab4bd", tone, 0.2)
    sheet.cut(
        blob(
            (x - w * 0.1, brow - h * 0.8),
            (x - w * 0.9, brow - h * 1.16),
            (x - w * 1.4, brow - h * 0.6),
            (x - w * 1.5, brow + h * 0.2),
            (x - w * 1.1, brow - h * 0.14),
            (x - w * 0.6, brow - h * 0.5),
        ),
        tone,
    )
    sheet.cut(
        blob(
            (x - w * 1.08, y + h * 0.5),
            (x - w * 1.12, brow - h * 0.1),
            (x - w * 0.74, brow - h * 0.62),
            (x, brow - h * 0.82),
            (x + w * 0.74, brow - h * 0.6),
            (x + w * 1.1, brow - h * 0.06),
            (x + w * 1.04, brow + h * 0.26),
            (x + w * 0.5, brow + h * 0.12),
            (x - w * 0.3, brow + h * 0.14),
            (x - w * 0.72, brow + h * 0.4),
            (x - w * 0.78, y + h * 0.5),
        ),
        steel,
    )
    sheet.cut(
        band(((x - w * 1.06, brow + h * 0.1), (x, brow + h * 0.06), (x + w * 1.06, brow + h * 0.14)), h * 0.16),
        steel,
        lighten=0.2,
        shadow=0.4,
    )
    for k in (-0.8, -0.3, 0.3, 0.8):
        sheet.flat(oval(x + w * k, brow + h * 0.08, 0.55, n=6), paper.colour(steel, -0.4))


def _toque(sheet: Sheet, crown: Crown, tone: str | int) -> None:
    """A cook's hat: a stiff band, and white cloth that billows over it."""
    w, h, x, brow = crown.w, crown.h, crown.x, crown.brow
    linen = tint("#f7f2e6", tone, 0.06)
    for k, (at, up, r) in enumerate(((-0.62, 0.9, 0.46), (0.66, 0.88, 0.46), (-0.1, 1.16, 0.5), (0.34, 1.1, 0.44))):
        sheet.cut(oval(x + w * at, brow - h * up, w * r, h * r * 0.92, n=12), linen, lighten=0.02 * k, shadow=0.6)
    sheet.cut(
        blob(
            (x - w * 0.86, brow - h * 0.1),
            (x - w * 0.9, brow - h * 0.72),
            (x, brow - h * 0.94),
            (x + w * 0.92, brow - h * 0.7),
            (x + w * 0.86, brow - h * 0.1),
            (x, brow),
        ),
        linen,
        shadow=0.3,
    )
    for fold in (-0.45, 0.05, 0.5):
        sheet.line(
            ((x + w * fold, brow - h * 0.22), (x + w * fold * 1.1, brow - h * 0.7)), paper.colour(linen, -0.16), 0.7
        )
    sheet.cut(
        band(((x - w * 0.94, brow + h * 0.02), (x, brow + h * 0.1), (x + w * 0.94, brow + h * 0.02)), h * 0.3),
        linen,
        lighten=-0.05,
        shadow=0.5,
    )


def _pointed(sheet: Sheet, crown: Crown, tone: str | int) -> None:
    """A wizard's hat: a tall cone that has been sat upon, a wide brim, a star."""
    w, h, x, brow = crown.w, crown.h, crown.x, crown.brow
    sheet.cut(
        blob(
            (x - w * 0.92, brow + h * 0.02),
            (x - w * 0.62, brow - h * 0.7),
            (x - w * 0.3, brow - h * 1.2),
            (x - w * 0.52, brow - h * 1.52),
            (x - w * 0.1, brow - h * 1.46),
            (x + w * 0.26, brow - h * 1.1),
            (x + w * 0.6, brow - h * 0.62),
            (x + w * 0.92, brow + h * 0.02),
            (x, brow + h * 0.1),
        ),
        tone,
    )
    sheet.cut(star(x + w * 0.1, brow - h * 0.66, w * 0.2, w * 0.09), "#f0cf6a", shadow=0.3)
    sheet.flat(oval(x - w * 0.34, brow - h * 0.5, w * 0.06, n=7), "#f0cf6a", 0.9)
    sheet.flat(oval(x + w * 0.02, brow - h * 1.18, w * 0.05, n=7), "#f0cf6a", 0.9)
    sheet.cut(
        band(((x - w * 0.9, brow - h * 0.1), (x, brow), (x + w * 0.9, brow - h * 0.1)), h * 0.2),
        tint(tone, "#f2d492", 0.75),
        shadow=0.4,
    )
    sheet.cut(
        blob(
            (x - w * 1.6, brow + h * 0.02),
            (x - w * 0.8, brow - h * 0.04),
            (x, brow + h * 0.02),
            (x + w * 0.8, brow - h * 0.04),
            (x + w * 1.6, brow - h * 0.02),
            (x + w * 1.0, brow + h * 0.22),
            (x, brow + h * 0.28),
            (x - w * 1.0, brow + h * 0.24),
        ),
        tone,
        lighten=0.07,
    )


def _bubble(sheet: Sheet, crown: Crown) -> None:
    w, h, x, y = crown.w, crown.h, crown.x, crown.y
    r = max(w, h) * 1.26
    glass = oval(x, y - h * 0.04, r * 1.02, r, n=14)
    sheet.flat(glass, "#dff1fb", 0.16)
    ring = trace(glass)
    sheet.canvas.drawPath(sheet.path(ring), paper.paint(paper.colour("#f4fbff", alpha=0.75), stroke=0.9 * sheet.unit))
    sheet.flat(
        blob(
            (x - r * 0.78, y - r * 0.1),
            (x - r * 0.66, y - r * 0.52),
            (x - r * 0.3, y - r * 0.82),
            (x - r * 0.42, y - r * 0.52),
            (x - r * 0.6, y - r * 0.2),
        ),
        "#ffffff",
        0.55,
    )
    sheet.flat(oval(x + r * 0.66, y + r * 0.5, r * 0.06, r * 0.16, tilt=40), "#ffffff", 0.4)
    sheet.cut(
        band(((x - w * 0.9, y + r * 0.84), (x, y + r * 1.0), (x + w * 0.9, y + r * 0.84)), 3.6),
        "#f6ead2",
        lighten=-0.06,
        shadow=0.6,
    )
