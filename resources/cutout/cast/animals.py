"""Heads, ears and tails of the animals that stand upright like people in a picture book.

Painters work in units of the head part (origin at the neck, middle of the head at ``(0, frame.head_y)``), ears and
tails in units of their own pivot.
"""

from __future__ import annotations

from resources.cutout import paper
from resources.cutout.cast.clothes import tint
from resources.cutout.cast.frame import Frame
from resources.cutout.props.sheet import Sheet, band, blob, box, oval
from schemas.media import ResolvedLook
from schemas.vocabulary import Age, Species

NOSE = "#33241f"
PINK = "#e79a97"


def pale(look: ResolvedLook) -> int:
    """Muzzle and belly."""
    return tint(look.skin, "#fff3df", 0.68)


def animal_head(sheet: Sheet, look: ResolvedLook, frame: Frame) -> None:
    """The skull with its markings, without ears and muzzle."""
    w, h, y, fur = frame.head_w / 2, frame.head_h / 2, frame.head_y, look.skin
    match look.species:
        case Species.FROG:
            for x in (-0.42, 0.58):
                sheet.cut(oval(w * x, y - h * 0.62, h * 0.5, h * 0.5), fur)
            sheet.cut(
                blob(
                    (0, y - h * 0.72),
                    (w * 0.8, y - h * 0.5),
                    (w * 1.02, y + h * 0.1),
                    (w * 0.8, y + h * 0.72),
                    (0, y + h * 0.98),
                    (-w * 0.8, y + h * 0.72),
                    (-w * 1.02, y + h * 0.1),
                    (-w * 0.8, y - h * 0.5),
                ),
                fur,
            )
            sheet.flat(
                blob(
                    (w * 0.1, y + h * 0.34),
                    (w * 0.7, y + h * 0.36),
                    (w * 0.6, y + h * 0.8),
                    (0, y + h * 0.92),
                    (-w * 0.6, y + h * 0.8),
                    (-w * 0.6, y + h * 0.4),
                ),
                pale(look),
                0.8,
            )
            for x, dy, r in ((-0.74, -0.08, 1.7), (-0.62, 0.16, 1.1), (-0.84, 0.2, 0.9), (0.86, -0.1, 1.2)):
                sheet.flat(oval(w * x, y + h * dy, r, n=7), paper.colour(fur, -0.2), 0.8)
        case Species.ALIEN:
            sheet.cut(
                blob(
                    (0, y - h),
                    (w * 0.72, y - h * 0.84),
                    (w * 1.02, y - h * 0.3),
                    (w * 0.86, y + h * 0.22),
                    (w * 0.44, y + h * 0.74),
                    (0.05 * w, y + h),
                    (-w * 0.44, y + h * 0.74),
                    (-w * 0.86, y + h * 0.22),
                    (-w * 1.02, y - h * 0.3),
                    (-w * 0.72, y - h * 0.84),
                ),
                fur,
            )
            for x, dy, r in ((-0.66, -0.52, 1.8), (-0.5, -0.68, 1.0), (0.78, -0.46, 1.3), (-0.82, -0.3, 0.9)):
                sheet.flat(oval(w * x, y + h * dy, r, n=7), paper.colour(fur, -0.16), 0.8)
        case Species.FOX | Species.CAT:
            tip = 1.06 if look.species is Species.FOX else 0.98
            sheet.cut(
                blob(
                    (0, y - h * 0.86),
                    (w * 0.62, y - h * 0.74),
                    (w * 0.92, y - h * 0.1),
                    (w * tip, y + h * 0.36),
                    (w * 0.6, y + h * 0.74),
                    (w * 0.08, y + h * 0.98),
                    (-w * 0.6, y + h * 0.74),
                    (-w * tip, y + h * 0.36),
                    (-w * 0.92, y - h * 0.1),
                    (-w * 0.62, y - h * 0.74),
                ),
                fur,
            )
            if look.species is Species.FOX:
                for side in (-1, 1):
                    x = side * w
                    sheet.flat(
                        blob(
                            (x * 0.98, y + h * 0.34),
                            (x * 0.6, y + h * 0.16),
                            (x * 0.1, y + h * 0.42),
                            (x * 0.08, y + h * 0.94),
                            (x * 0.56, y + h * 0.7),
                        ),
                        pale(look),
                    )
            else:
                dark = paper.colour(fur, -0.28)
                for x in (-0.2, 0.06, 0.32):
                    sheet.line(
                        ((w * x, y - h * 0.8), (w * (x + 0.01), y - h * (0.56 if x != 0.06 else 0.48))), dark, 1.5
                    )
                for side in (-1, 1):
                    for dy in (0.14, 0.34):
                        sheet.line(((side * w * 0.98, y + h * dy), (side * w * 0.74, y + h * (dy + 0.02))), dark, 1.3)
        case _:
            full = {Species.BEAR: 1.04, Species.DOG: 0.94}.get(look.species, 0.98)
            sheet.cut(
                blob(
                    (0, y - h * 0.92),
                    (w * 0.66, y - h * 0.72),
                    (w * 0.96, y - h * 0.06),
                    (w * full, y + h * 0.42),
                    (w * 0.6, y + h * 0.86),
                    (0, y + h),
                    (-w * 0.6, y + h * 0.86),
                    (-w * full, y + h * 0.42),
                    (-w * 0.96, y - h * 0.06),
                    (-w * 0.66, y - h * 0.72),
                ),
                fur,
            )
            if look.species is Species.DOG:
                sheet.flat(
                    oval(w * 0.54, y - h * 0.14, w * 0.32, h * 0.42, tilt=12), tint(look.skin, "#4a2f22", 0.55), 0.9
                )
    if look.age is Age.OLD:
        sheet.flat(oval(-w * 0.5, y + h * 0.5, w * 0.34, h * 0.2), "#ffffff", 0.4)
        sheet.flat(oval(w * 0.66, y + h * 0.5, w * 0.26, h * 0.2), "#ffffff", 0.4)


def animal_muzzle(sheet: Sheet, look: ResolvedLook, frame: Frame) -> None:
    """Snout, nose and whiskers; the origin is the middle of the face at the height of the nose."""
    h, light = frame.head_h / 2, pale(look)
    k = h / 17.5
    whisker = "#3b2c28"
    match look.species:
        case Species.CAT | Species.RABBIT | Species.MOUSE:
            wide = 1.0 if look.species is Species.CAT else 0.86
            for side in (-1, 1):
                sheet.cut(oval(side * 4.2 * k * wide, 2.6 * k, 5.4 * k * wide, 4.2 * k), light, shadow=0.4)
            if look.species is Species.MOUSE:
                sheet.cut(oval(0.6 * k, -0.6 * k, 2.5 * k, 2.2 * k), PINK, lighten=-0.12, shadow=0.6)
            else:
                sheet.cut(
                    blob((-2.4 * k, -1.6 * k), (0, -2.2 * k), (2.5 * k, -1.6 * k), (0.2 * k, 1.2 * k)),
                    PINK,
                    lighten=-0.1,
                    shadow=0.5,
                )
            for side in (-1, 1):
                for dy in (-1.4, 0.2, 1.8):
                    sheet.line(
                        (
                            (side * 6.2 * k, (2 + dy) * k),
                            (side * 11 * k, (1.2 + dy * 1.5) * k),
                            (side * 15.5 * k, (1.6 + dy * 2.2) * k),
                        ),
                        whisker,
                        0.34,
                        alpha=0.7,
                    )
        case Species.DOG:
            sheet.cut(
                blob(
                    (-7 * k, 0),
                    (-3 * k, -4.2 * k),
                    (4 * k, -4 * k),
                    (9 * k, 0.6 * k),
                    (8.6 * k, 5 * k),
                    (2 * k, 7.4 * k),
                    (-5.6 * k, 6 * k),
                ),
                light,
                shadow=0.7,
            )
            sheet.cut(oval(3.2 * k, -1.8 * k, 4.0 * k, 2.9 * k), NOSE, shadow=0.7)
            sheet.flat(oval(2.0 * k, -2.9 * k, 1.3 * k, 0.7 * k, n=8), "#ffffff", 0.45)
        case Species.BEAR:
            sheet.cut(oval(1.0 * k, 2.2 * k, 8.8 * k, 6.6 * k), light, shadow=0.7)
            sheet.cut(oval(1.6 * k, -1.6 * k, 3.6 * k, 2.6 * k), NOSE, shadow=0.6)
            sheet.flat(oval(0.6 * k, -2.5 * k, 1.2 * k, 0.6 * k, n=8), "#ffffff", 0.45)
        case Species.FOX:
            sheet.cut(
                blob(
                    (-5.6 * k, 1 * k),
                    (-1.6 * k, -3.4 * k),
                    (4.4 * k, -3 * k),
                    (9.6 * k, 0),
                    (9 * k, 3.2 * k),
                    (2 * k, 5.8 * k),
                    (-4.6 * k, 4.8 * k),
                ),
                light,
                shadow=0.6,
            )
            sheet.cut(oval(7.2 * k, -1.4 * k, 2.9 * k, 2.3 * k), NOSE, shadow=0.6)
            sheet.flat(oval(6.4 * k, -2.2 * k, 0.9 * k, 0.5 * k, n=8), "#ffffff", 0.45)
        case _:
            for x in (-1.2, 2.2):
                sheet.flat(oval(x * k, -0.4 * k, 0.55 * k, 0.8 * k, n=7), "#22301c", 0.7)


def buck_teeth(sheet: Sheet, frame: Frame) -> None:
    """Two teeth, hanging from the origin."""
    k = frame.head_h / 35
    for x in (-1.5, 1.5):
        sheet.cut(box((x - 1.4) * k, -0.4, (x + 1.4) * k, 3.6 * k, r=0.7), "#fffaf0", shadow=0.3)


def paint_ear(sheet: Sheet, look: ResolvedLook, frame: Frame, far: bool) -> None:
    """One ear of the near (left) side, standing up from the origin; the far one is mirrored by its painter."""
    k, side = frame.head_h / 35, -1 if far else 1
    shade = -0.1 if far else 0.0
    inner = tint(look.skin, PINK, 0.7)

    def at(*points: tuple[float, float]) -> tuple[tuple[float, float], ...]:
        return tuple((side * x * k, y * k) for x, y in points)

    match look.species:
        case Species.CAT:
            sheet.cut(blob(*at((-6, 2), (-6.4, -5), (-4.6, -13.5), (1, -8.4), (5.6, 1), (0, 4))), look.skin, shade)
            sheet.cut(blob(*at((-3.6, 0), (-4, -5), (-3.4, -9.4), (0.4, -5.4), (2.6, 0.4))), inner, shade, shadow=0.3)
        case Species.FOX:
            sheet.cut(blob(*at((-6.4, 3), (-7.4, -6), (-6, -18), (1, -10.4), (6, 1.4), (0, 4.4))), look.skin, shade)
            sheet.cut(blob(*at((-6.9, -9.6), (-6.2, -18), (-1.2, -12.4), (-3.4, -11))), NOSE, shade, shadow=0.2)
            sheet.cut(
                blob(*at((-3.8, 0), (-4.4, -6), (-3.4, -10.4), (0.6, -5.4), (2.8, 0.6))), pale(look), shade, shadow=0.3
            )
        case Species.DOG:
            ear = tint(look.skin, "#4a2f22", 0.55)
            sheet.cut(
                blob(
                    *at(
                        (3.4, -2.4),
                        (-2.4, -3.6),
                        (-7.4, 1),
                        (-9.6, 10),
                        (-8.4, 18.4),
                        (-4.4, 20.6),
                        (-0.6, 16.4),
                        (1.2, 8),
                        (4.6, 3),
                    )
                ),
                ear,
                shade,
            )
        case Species.BEAR:
            sheet.cut(oval(0, -3.2 * k, 7.2 * k), look.skin, shade)
            sheet.cut(oval(side * 0.6 * k, -2.4 * k, 4.2 * k), inner, shade - 0.06, shadow=0.3)
        case Species.RABBIT:
            sheet.cut(
                blob(*at((-4.2, 3), (-5.6, -8), (-5.4, -21), (-1.8, -28.6), (2.6, -22), (4.4, -9), (4, 3))),
                look.skin,
                shade,
            )
            sheet.cut(
                blob(*at((-1.8, -1), (-3, -9), (-2.8, -19), (-1.2, -23.4), (1, -18.6), (1.8, -8), (1.4, -1))),
                inner,
                shade,
                shadow=0.3,
            )
        case Species.MOUSE:
            sheet.cut(oval(side * -4 * k, -6.4 * k, 11.2 * k), look.skin, shade)
            sheet.cut(oval(side * -3.6 * k, -5.8 * k, 7.6 * k), inner, shade, shadow=0.3)
        case Species.ALIEN:
            sheet.string(at((0, 2), (-1, -6), (-4.4, -12)), look.skin, 1.5 * k)
            sheet.cut(oval(side * -4.6 * k, -13.4 * k, 3.0 * k), tint(look.skin, "#f2c14e", 0.75), shade, shadow=0.6)
        case _:
            pass


EAR_SEATS: dict[Species, tuple[float, float, float]] = {
    # x and y of the near ear's root as parts of half the head's width and height, and the degrees that feelings move it
    Species.CAT: (-0.52, -0.68, 22.0),
    Species.FOX: (-0.54, -0.66, 22.0),
    Species.DOG: (-0.66, -0.58, 10.0),
    Species.BEAR: (-0.66, -0.72, 8.0),
    Species.RABBIT: (-0.34, -0.8, 34.0),
    Species.MOUSE: (-0.66, -0.62, 12.0),
    Species.ALIEN: (-0.34, -0.86, 26.0),
}


def paint_tail(sheet: Sheet, look: ResolvedLook, frame: Frame) -> None:
    """A tail that starts at the origin and goes back (left)."""
    fur = look.skin
    match look.species:
        case Species.CAT:
            sheet.cut(
                band(((2, 0), (-9, 3), (-18, -1), (-21, -12), (-17, -21), (-21, -27)), 5.2, 4.8, 4.4, 3.6),
                fur,
                lighten=-0.06,
            )
            sheet.flat(band(((-17.6, -20.6), (-19, -24), (-21, -27)), 4.2, 3.4), paper.colour(fur, -0.3))
        case Species.FOX:
            sheet.cut(
                blob((2, 2), (-8, 4.5), (-20, 3), (-29, -8), (-31, -23), (-25.5, -30), (-20, -22), (-12, -10), (0, -4)),
                fur,
                lighten=-0.05,
            )
            sheet.cut(
                blob((-31, -20), (-30.8, -26), (-25.5, -31), (-22, -24), (-24.4, -20.4), (-27, -22.4)),
                pale(look),
                shadow=0.2,
            )
        case Species.DOG:
            sheet.cut(band(((2, 1), (-8, -3), (-14, -12), (-13.4, -21)), 5.4, 4.8, 3.0), fur, lighten=-0.05)
        case Species.BEAR:
            sheet.cut(oval(-3.4, 0, 4.6), fur, lighten=-0.06)
        case Species.RABBIT:
            sheet.cut(oval(-4.4, 0, 5.6), "#fff6ea", uneven=0.9)
        case Species.MOUSE:
            sheet.string(((2, 0), (-10, 6), (-20, 5), (-27, -4), (-24, -14), (-29, -19)), tint(fur, PINK, 0.7), 2.0)
        case _:
            pass
