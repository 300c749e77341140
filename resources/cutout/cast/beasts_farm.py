"""Pig, sheep, cow and the scarecrow who stands by them."""

from __future__ import annotations

import math
from dataclasses import replace

from resources.cutout import paper
from resources.cutout.cast.animals import PINK, pale
from resources.cutout.cast.beast import Beast, Head, beast
from resources.cutout.cast.clothes import tint
from resources.cutout.cast.face import FacePlan
from resources.cutout.props.sheet import Sheet, band, blob, oval, poly
from schemas.vocabulary import Headwear, Species

STRAW = "#e0b659"


def _round_head(s: Sheet, a: Head, colour: str | int, jaw: float = 0.86) -> None:
    w, h, y = a.w, a.h, a.y
    s.cut(
        blob(
            (0, y - h * 0.96),
            (w * 0.7, y - h * 0.74),
            (w * 0.97, y - h * 0.04),
            (w * jaw, y + h * 0.62),
            (w * 0.1, y + h * 0.97),
            (-w * jaw, y + h * 0.62),
            (-w * 0.97, y - h * 0.04),
            (-w * 0.7, y - h * 0.74),
        ),
        colour,
    )


def _pig_head(s: Sheet, a: Head) -> None:
    _round_head(s, a, a.look.skin, 0.9)


def _snout(s: Sheet, a: Head) -> None:
    k = a.k
    s.cut(oval(1.6 * k, 0, 7.6 * k, 5.6 * k), a.look.skin, lighten=-0.07, shadow=0.9)
    for x in (-0.9, 4.1):
        s.flat(oval(x * k, 0.2 * k, 1.2 * k, 1.9 * k, n=8), paper.colour(a.look.skin, -0.42), 0.9)


def _pig_ear(s: Sheet, a: Head, far: bool) -> None:
    k, side = a.k, -1 if far else 1
    flap = ((-6, 3), (-9.6, -8), (-8, -18), (-13, -21), (-4, -23), (3, -13), (6.4, -1), (8, 5), (1, 4))
    s.cut(blob(*((side * x * k, y * k) for x, y in flap)), a.look.skin, -0.14 if far else -0.08)


def _pig_tail(s: Sheet, a: Head) -> None:
    s.string(((2, 0), (-6, -1), (-9, -7), (-5, -10), (-3, -5), (-10, -3), (-15, -8)), a.look.skin, 1.9)


def _pig_face(plan: FacePlan, a: Head) -> FacePlan:
    return replace(
        plan,
        x=a.w * 0.08,
        mouth_x=a.w * 0.1,
        eye_y=a.y - a.h * 0.24,
        eye_gap=a.w * 0.42,
        mouth_y=a.y + a.h * 0.66,
        mouth_w=a.w * 0.6,
        mouth_h=a.h * 0.42,
        brow_w=0.8,
        cheek="#e0654f",
        iris="#4a3040",
    )


beast(
    Species.PIG,
    Beast(
        _pig_head,
        _pig_face,
        (0.94, 1.42),
        1.34,
        1.0,
        _snout,
        1.05,
        _pig_ear,
        (-0.6, -0.7, 16.0),
        tail=_pig_tail,
        tail_box=(-20.0, -14.0, 6.0, 6.0),
    ),
)


def _sheep_head(s: Sheet, a: Head) -> None:
    w, h, y = a.w, a.h, a.y
    wool, dark = a.look.skin, "#5a4a4a"
    for i in range(14):
        turn = math.tau * i / 14
        x, up = w * 0.94 * math.cos(turn), y - h * 0.08 + h * 0.92 * math.sin(turn)
        s.cut(oval(x, up, w * 0.34, h * 0.36, n=9), wool, lighten=0.02 * (i % 3), shadow=0.5)
    s.cut(oval(0, y - h * 0.1, w * 0.96, h * 0.94, n=12), wool, shadow=0.2)
    face = tint(dark, wool, 0.62)
    s.cut(
        blob(
            (w * 0.1, y - h * 0.52),
            (w * 0.62, y - h * 0.3),
            (w * 0.66, y + h * 0.3),
            (w * 0.42, y + h * 0.94),
            (-w * 0.12, y + h * 0.96),
            (-w * 0.48, y + h * 0.4),
            (-w * 0.48, y - h * 0.28),
        ),
        face,
    )
    for x, dy, r in ((-0.3, -0.66, 0.26), (0.02, -0.76, 0.3), (0.36, -0.66, 0.26)):
        s.cut(oval(w * x, y + h * dy, w * r, h * r, n=9), wool, lighten=0.05, shadow=0.5)


def _sheep_muzzle(s: Sheet, a: Head) -> None:
    k = a.k
    s.line(((-1.4 * k, -1.4 * k), (1 * k, 0.8 * k), (3.4 * k, -1.4 * k)), "#3a2c2c", 1.0)
    s.line(((1 * k, 0.8 * k), (1 * k, 2.6 * k)), "#3a2c2c", 0.8)


def _sheep_ear(s: Sheet, a: Head, far: bool) -> None:
    k, side = a.k, -1 if far else 1
    flap = ((3, -3), (-8, -5), (-18, 1), (-21, 8), (-17, 10), (-8, 5), (3, 3))
    s.cut(blob(*((side * x * k, y * k) for x, y in flap)), tint("#5a4a4a", a.look.skin, 0.5), -0.1 if far else 0.0)


def _fleece(s: Sheet, a: Head) -> None:
    """The wool that stands out behind whatever is worn."""
    tall, wide = a.frame.torso, a.frame.hips * 1.35
    for k in range(12):
        turn = math.tau * k / 12
        x, y = wide * math.cos(turn), -tall * 0.46 + tall * 0.62 * math.sin(turn)
        s.cut(oval(x, y, 7.4, n=9), a.look.skin, lighten=0.02 * (k % 3) - 0.03, shadow=0.5)


def _sheep_tail(s: Sheet, a: Head) -> None:
    for x, y, r in ((-2, 0, 4.4), (-6, 2, 4.2), (-8, 6, 3.4)):
        s.cut(oval(x, y, r, n=8), a.look.skin, shadow=0.4)


def _sheep_face(plan: FacePlan, a: Head) -> FacePlan:
    return replace(
        plan,
        x=a.w * 0.08,
        mouth_x=a.w * 0.1,
        eye_y=a.y - a.h * 0.06,
        eye_gap=a.w * 0.3,
        eye_w=plan.eye_w * 0.94,
        mouth_y=a.y + a.h * 0.7,
        mouth_w=a.w * 0.42,
        mouth_h=a.h * 0.36,
        brow_w=0.9,
        cheek="",
        ink="#2c2024",
        iris="#6a5030",
    )


beast(
    Species.SHEEP,
    Beast(
        _sheep_head,
        _sheep_face,
        (1.0, 1.16),
        1.1,
        0.96,
        _sheep_muzzle,
        0.9,
        _sheep_ear,
        (-0.56, -0.14, 16.0),
        ears_behind=False,
        reach=(-24.0, -12.0, 24.0, 16.0),
        tail=_sheep_tail,
        tail_box=(-14.0, -8.0, 6.0, 12.0),
        back=_fleece,
        back_box=(-46.0, -62.0, 46.0, 26.0),
    ),
)


def _cow_head(s: Sheet, a: Head) -> None:
    w, h, y = a.w, a.h, a.y
    for side in (-1, 1):
        horn = ((0.34, -0.78), (0.66, -0.84), (0.82, -1.16), (0.66, -1.36), (0.58, -1.1), (0.38, -0.96))
        s.cut(blob(*((side * w * x, y + h * dy) for x, dy in horn)), "#f0e2c4", shadow=0.5)
    s.cut(
        blob(
            (0, y - h * 0.94),
            (w * 0.6, y - h * 0.78),
            (w * 0.78, y - h * 0.1),
            (w * 0.86, y + h * 0.5),
            (w * 0.5, y + h * 0.96),
            (-w * 0.4, y + h * 0.96),
            (-w * 0.74, y + h * 0.5),
            (-w * 0.74, y - h * 0.1),
            (-w * 0.56, y - h * 0.78),
        ),
        a.look.skin,
    )
    patch = tint(a.look.skin, "#3f2c26", 0.86)
    s.flat(
        blob(
            (-w * 0.56, y - h * 0.76),
            (-w * 0.06, y - h * 0.78),
            (w * 0.02, y - h * 0.2),
            (-w * 0.3, y + h * 0.14),
            (-w * 0.7, y - h * 0.04),
        ),
        patch,
        0.94,
    )
    for x, dy in ((-0.06, -1.1), (0.1, -1.16), (0.24, -1.04)):
        s.cut(
            band(((w * 0.04, y - h * 0.76), (w * x, y + h * (dy + 0.2)), (w * x * 1.3, y + h * dy)), 3.2, 2.6, 1.0),
            patch,
            shadow=0.3,
        )


def _cow_muzzle(s: Sheet, a: Head) -> None:
    k = a.k
    s.cut(oval(1.2 * k, 2.4 * k, 11.4 * k, 7.4 * k, n=12), tint(a.look.skin, PINK, 0.72), shadow=0.7)
    for x in (-3.4, 5.8):
        s.flat(oval(x * k, -1.4 * k, 1.4 * k, 1.0 * k, n=8), "#6a3a3c", 0.9)


def _cow_ear(s: Sheet, a: Head, far: bool) -> None:
    k, side = a.k, -1 if far else 1
    flap = ((3, -2), (-5, -6), (-13, -3), (-14.6, 1), (-7, 4), (3, 4))
    s.cut(blob(*((side * x * k, y * k) for x, y in flap)), tint(a.look.skin, "#3f2c26", 0.5), -0.1 if far else 0.0)


def _cow_tail(s: Sheet, a: Head) -> None:
    s.string(((2, 0), (-10, 3), (-15, 14), (-14, 22)), a.look.skin, 2.0)
    s.cut(blob((-12, 20), (-17, 24), (-16, 32), (-12, 28), (-10, 23)), "#4a3630", shadow=0.4)


def _cow_face(plan: FacePlan, a: Head) -> FacePlan:
    return replace(
        plan,
        x=a.w * 0.08,
        mouth_x=a.w * 0.1,
        eye_y=a.y - a.h * 0.26,
        eye_gap=a.w * 0.36,
        mouth_y=a.y + a.h * 0.68,
        mouth_w=a.w * 0.58,
        mouth_h=a.h * 0.36,
        brow_w=0.9,
        cheek="",
        lashes=True,
        iris="#4a3020",
    )


beast(
    Species.COW,
    Beast(
        _cow_head,
        _cow_face,
        (1.06, 1.16),
        1.2,
        1.0,
        _cow_muzzle,
        0.9,
        _cow_ear,
        (-0.66, -0.42, 14.0),
        ears_behind=True,
        tail=_cow_tail,
        tail_box=(-20.0, -4.0, 6.0, 36.0),
    ),
)


def _sack(s: Sheet, a: Head) -> None:
    """A head of sackcloth, tied at the neck, straw at every end, and a hat unless another is worn."""
    w, h, y = a.w, a.h, a.y
    for x, turn in ((-1.1, -0.5), (-0.8, -0.1), (0.8, 0.1), (1.1, 0.5), (-1.2, 0.2), (1.2, -0.2)):
        s.cut(
            poly((w * x * 0.6, y + h * 0.5), (w * x * 1.1, y + h * (0.7 + turn)), (w * x * 0.62, y + h * 0.72), r=0.4),
            STRAW,
            shadow=0.3,
        )
    _round_head(s, a, a.look.skin, 0.82)
    seam = paper.colour(a.look.skin, -0.28)
    s.line(((-w * 0.62, y - h * 0.5), (-w * 0.5, y + h * 0.1), (-w * 0.62, y + h * 0.56)), seam, 0.7)
    for dy in (-0.34, -0.1, 0.14, 0.38):
        s.line(((-w * 0.68, y + h * dy), (-w * 0.44, y + h * (dy + 0.04))), seam, 0.7)
    patch = poly((w * 0.5, y + h * 0.26), (w * 0.84, y + h * 0.2), (w * 0.8, y + h * 0.54), (w * 0.5, y + h * 0.58))
    s.cut(patch, a.look.garment_colour, lighten=0.1, shadow=0.3)
    if a.look.headwear is not Headwear.NONE:
        return
    hat = tint("#6a4a2c", a.look.headwear_colour, 0.35)
    for x in (-0.86, -0.5, 0.44, 0.86):
        tip = (w * x * 1.16, y - h * 0.22)
        s.cut(poly((w * (x - 0.14), y - h * 0.6), tip, (w * (x + 0.14), y - h * 0.6), r=0.3), STRAW, shadow=0.3)
    s.cut(blob((-w * 1.62, y - h * 0.46), (0, y - h * 0.76), (w * 1.62, y - h * 0.54), (0, y - h * 0.4)), hat)
    crown = ((-w * 0.62, y - h * 0.6), (-w * 0.44, y - h * 1.3), (w * 0.1, y - h * 1.7), (w * 0.6, y - h * 0.6))
    s.cut(poly(*crown, r=1.6), hat, lighten=0.04)
    s.cut(band(((-w * 0.58, y - h * 0.66), (0, y - h * 0.72), (w * 0.56, y - h * 0.66)), 3.4), a.look.headwear_colour)


def _button(s: Sheet, a: Head) -> None:
    k = a.k
    s.cut(poly((-2.2 * k, 2 * k), (1 * k, -3 * k), (4.2 * k, 2 * k), r=0.8 * k), "#c8743a", shadow=0.5)


def _tufts(s: Sheet, a: Head) -> None:
    """Straw that looks out under the coat."""
    top = -a.frame.torso
    for side in (-1, 1):
        for reach, turn in ((17.0, -7.0), (19.0, -1.0), (17.0, 5.0)):
            root = side * a.frame.chest * 0.8
            tip = (side * (a.frame.chest * 0.8 + reach * 0.7), top + turn)
            s.cut(poly((root, top - 2), tip, (root, top + 5), r=0.4), STRAW, lighten=-0.04)
    for k in range(7):
        x = (k - 3) * 4.2
        s.cut(poly((x - 1.6, 4), (x * 1.12, 17 + (k % 2) * 4), (x + 1.6, 4), r=0.4), STRAW, lighten=-0.05 * (k % 2))


def _sack_face(plan: FacePlan, a: Head) -> FacePlan:
    return replace(
        plan,
        x=a.w * 0.1,
        mouth_x=a.w * 0.12,
        eye_y=a.y - a.h * 0.04,
        eye_gap=a.w * 0.4,
        mouth_y=a.y + a.h * 0.62,
        mouth_w=a.w * 0.74,
        mouth_h=a.h * 0.46,
        brow_w=1.1,
        brow_gap=0.7,
        cheek="#d0764a",
        lip=paper.colour(pale(a.look), -0.4),
        iris="#3a2c24",
    )


beast(
    Species.SCARECROW,
    Beast(
        _sack,
        _sack_face,
        (1.0, 1.06),
        0.92,
        0.9,
        _button,
        0.8,
        back=_tufts,
        back_box=(-30.0, -60.0, 30.0, 26.0),
        fingers=4,
    ),
)
