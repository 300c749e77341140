"""Elephant, lion and monkey."""

from __future__ import annotations

import math
from dataclasses import replace

from resources.cutout import paper
from resources.cutout.cast.animals import NOSE, PINK, pale
from resources.cutout.cast.beast import Beast, Head, beast
from resources.cutout.cast.clothes import tint
from resources.cutout.cast.face import FacePlan
from resources.cutout.props.sheet import Sheet, band, blob, oval
from schemas.vocabulary import Species


def _elephant_head(s: Sheet, a: Head) -> None:
    w, h, y = a.w, a.h, a.y
    s.cut(
        blob(
            (-w * 0.16, y - h * 1.02),
            (w * 0.5, y - h * 0.94),
            (w * 0.94, y - h * 0.3),
            (w * 0.86, y + h * 0.4),
            (w * 0.5, y + h * 0.9),
            (-w * 0.4, y + h * 0.9),
            (-w * 0.86, y + h * 0.3),
            (-w * 0.9, y - h * 0.4),
            (-w * 0.6, y - h * 0.9),
        ),
        a.look.skin,
    )
    fold = paper.colour(a.look.skin, -0.14)
    for dy in (-0.72, -0.58):
        s.line(((-w * 0.2, y + h * dy), (w * 0.16, y + h * (dy - 0.05)), (w * 0.5, y + h * dy)), fold, 0.7)


def _trunk(s: Sheet, a: Head) -> None:
    k, skin = a.k, a.look.skin
    for x, tilt in ((-5.4, 1.0), (9.4, 1.0)):
        tusk = blob((x * k, 9 * k), ((x + 2.6) * k, 9 * k), ((x + 3.2 + tilt) * k, 15 * k), ((x + 5.4) * k, 18 * k))
        s.cut(tusk, "#fff6e2", shadow=0.5)
    line = ((2 * k, -6 * k), (3 * k, 4 * k), (6.5 * k, 13 * k), (14 * k, 17 * k), (21 * k, 13 * k), (22 * k, 6 * k))
    s.cut(band(line, 11 * k, 9.6 * k, 8 * k, 6.6 * k, 6 * k), skin, lighten=0.06, shadow=1.4)
    ring = paper.colour(skin, -0.16)
    for x, y, r in ((2.6, 1.0, 4.2), (4.4, 6.2, 4.0), (7.6, 12.4, 3.6), (12.8, 15.4, 3.0)):
        s.line((((x - r) * k, (y + 0.6) * k), (x * k, (y + 1.8) * k), ((x + r) * k, (y - 0.8) * k)), ring, 0.7)
    s.flat(oval(22 * k, 6 * k, 2.2 * k, 1.4 * k, tilt=-10, n=8), PINK, 0.9)


def _elephant_ear(s: Sheet, a: Head, far: bool) -> None:
    k, side = a.k, -1 if far else 1
    shape = ((4, -9), (-6, -14), (-16, -9), (-19.6, 3), (-15, 15), (-7, 20), (2, 13), (5, 3))
    s.cut(blob(*((side * x * k, y * k) for x, y in shape)), a.look.skin, -0.10 if far else -0.04)
    inner = ((0, -6), (-7, -9), (-13.6, -5), (-15.4, 4), (-11, 12), (-5, 14), (0, 6))
    s.flat(blob(*((side * x * k, y * k) for x, y in inner)), tint(a.look.skin, PINK, 0.45), 0.9)


def _elephant_tail(s: Sheet, a: Head) -> None:
    s.string(((2, 0), (-7, 5), (-12, 14)), a.look.skin, 2.0)
    s.cut(blob((-10, 12), (-15, 16), (-15, 22), (-11, 19), (-8, 15)), "#4a4348", shadow=0.4)


def _elephant_face(plan: FacePlan, a: Head) -> FacePlan:
    return replace(
        plan,
        x=a.w * 0.08,
        eye_y=a.y - a.h * 0.22,
        eye_gap=a.w * 0.42,
        mouth_x=-a.w * 0.16,
        mouth_y=a.y + a.h * 0.66,
        mouth_w=a.w * 0.6,
        mouth_h=a.h * 0.46,
        brow_w=1.0,
        cheek="#d98a86",
        cheek_edge=a.w * 0.8,
        iris="#4a3a4c",
    )


beast(
    Species.ELEPHANT,
    Beast(
        _elephant_head,
        _elephant_face,
        (1.06, 1.16),
        1.24,
        1.1,
        _trunk,
        1.5,
        _elephant_ear,
        (-0.72, -0.1, 9.0),
        reach=(-21.0, -17.0, 21.0, 23.0),
        tail=_elephant_tail,
        tail_box=(-18.0, -6.0, 6.0, 26.0),
    ),
)


def _lion_head(s: Sheet, a: Head) -> None:
    w, h, y = a.w, a.h, a.y
    mane = tint(a.look.skin, "#7a3f1c", 0.72)
    tufts: list[tuple[float, float]] = []
    for i in range(24):
        turn = math.tau * i / 24
        far = 1.42 if i % 2 else 1.2
        tufts.append((w * far * math.cos(turn), y + h * 0.02 + h * far * math.sin(turn)))
    s.cut(blob(*tufts), mane, lighten=-0.05)
    s.cut(oval(0, y, w * 1.1, h * 1.1, n=14), mane, lighten=0.07, shadow=0.5)
    for side in (-1, 1):
        s.cut(oval(side * w * 0.66, y - h * 0.78, w * 0.24, h * 0.26), a.look.skin, lighten=-0.05, shadow=0.5)
        s.flat(oval(side * w * 0.66, y - h * 0.74, w * 0.13, h * 0.15), tint(a.look.skin, PINK, 0.6))
    s.cut(
        blob(
            (0, y - h * 0.86),
            (w * 0.64, y - h * 0.66),
            (w * 0.84, y),
            (w * 0.68, y + h * 0.6),
            (w * 0.1, y + h * 0.94),
            (-w * 0.62, y + h * 0.6),
            (-w * 0.8, y),
            (-w * 0.62, y - h * 0.66),
        ),
        a.look.skin,
    )


def _lion_muzzle(s: Sheet, a: Head) -> None:
    k = a.k
    for side in (-1, 1):
        s.cut(oval((1 + side * 4.4) * k, 3 * k, 5.6 * k, 4.6 * k), pale(a.look), shadow=0.4)
        for dx, dy in ((2.6, 2.2), (5.4, 3.4), (4, 5)):
            s.flat(oval((1 + side * dx) * k, dy * k, 0.45 * k, n=6), NOSE, 0.7)
    s.cut(blob((-3.4 * k, -3 * k), (1 * k, -3.8 * k), (5.4 * k, -3 * k), (1.2 * k, 1.4 * k)), "#5b3330", shadow=0.6)


def _lion_tail(s: Sheet, a: Head) -> None:
    s.cut(band(((2, 0), (-10, 4), (-20, 0), (-24, -12)), 4.6, 3.8, 3.2), a.look.skin, lighten=-0.06)
    s.cut(blob((-21, -10), (-28, -14), (-26, -25), (-22, -20), (-18, -22), (-20, -13)), "#7a3f1c", shadow=0.5)


def _lion_face(plan: FacePlan, a: Head) -> FacePlan:
    return replace(
        plan,
        x=a.w * 0.06,
        mouth_x=a.w * 0.08,
        eye_y=a.y - a.h * 0.16,
        eye_gap=a.w * 0.36,
        mouth_y=a.y + a.h * 0.64,
        mouth_w=a.w * 0.54,
        mouth_h=a.h * 0.42,
        brow_w=1.1,
        cheek="",
        iris="#9a6a1e",
    )


beast(
    Species.LION,
    Beast(
        _lion_head,
        _lion_face,
        (0.98, 1.08),
        1.08,
        1.06,
        _lion_muzzle,
        0.68,
        tail=_lion_tail,
    ),
)


def _monkey_head(s: Sheet, a: Head) -> None:
    w, h, y = a.w, a.h, a.y
    s.cut(
        blob(
            (0, y - h),
            (w * 0.7, y - h * 0.8),
            (w * 0.92, y - h * 0.1),
            (w * 0.72, y + h * 0.6),
            (0, y + h * 0.96),
            (-w * 0.72, y + h * 0.6),
            (-w * 0.92, y - h * 0.1),
            (-w * 0.7, y - h * 0.8),
        ),
        a.look.skin,
    )
    for x, top in ((-0.06, 1.34), (0.1, 1.22)):
        s.cut(
            band(((w * x, y - h * 0.86), (w * (x + 0.08), y - h * 1.1), (w * (x - 0.1), y - h * top)), 3.4, 2.6, 1.2),
            a.look.skin,
            lighten=-0.06,
            shadow=0.4,
        )
    light = tint(a.look.skin, "#f6d9b4", 0.8)
    s.cut(
        blob(
            (w * 0.1, y - h * 0.36),
            (w * 0.4, y - h * 0.62),
            (w * 0.72, y - h * 0.3),
            (w * 0.66, y + h * 0.2),
            (w * 0.86, y + h * 0.5),
            (w * 0.5, y + h * 0.88),
            (-w * 0.2, y + h * 0.88),
            (-w * 0.6, y + h * 0.52),
            (-w * 0.44, y + h * 0.16),
            (-w * 0.54, y - h * 0.3),
            (-w * 0.2, y - h * 0.6),
        ),
        light,
        shadow=0.4,
    )


def _monkey_muzzle(s: Sheet, a: Head) -> None:
    for x in (-1.0, 2.6):
        s.flat(oval(x * a.k, 0, 0.8 * a.k, 1.0 * a.k, n=7), "#3a241c", 0.85)


def _monkey_ear(s: Sheet, a: Head, far: bool) -> None:
    side = -1 if far else 1
    s.cut(oval(side * -4.4 * a.k, 0, 7.4 * a.k, 8.2 * a.k), a.look.skin, -0.12 if far else -0.03)
    s.cut(oval(side * -4.2 * a.k, 0.2 * a.k, 4.8 * a.k, 5.4 * a.k), tint(a.look.skin, "#f6d9b4", 0.75), shadow=0.3)


def _monkey_tail(s: Sheet, a: Head) -> None:
    line = ((2, 1), (-10, 6), (-22, 2), (-27, -10), (-23, -21), (-15, -22), (-14, -15), (-18, -13))
    s.cut(band(line, 4.2, 3.8, 3.4, 3.0), a.look.skin, lighten=-0.06)


def _monkey_face(plan: FacePlan, a: Head) -> FacePlan:
    return replace(
        plan,
        x=a.w * 0.1,
        mouth_x=a.w * 0.14,
        eye_y=a.y - a.h * 0.2,
        eye_gap=a.w * 0.32,
        mouth_y=a.y + a.h * 0.56,
        mouth_w=a.w * 0.82,
        mouth_h=a.h * 0.5,
        brow_w=0.9,
        cheek="",
        iris="#4a2a18",
    )


beast(
    Species.MONKEY,
    Beast(
        _monkey_head,
        _monkey_face,
        (0.98, 1.1),
        0.94,
        1.1,
        _monkey_muzzle,
        0.78,
        _monkey_ear,
        (-0.88, 0.02, 7.0),
        tail=_monkey_tail,
    ),
)
