"""Hedgehog and squirrel."""

from __future__ import annotations

import math
from dataclasses import replace

from resources.cutout import paper
from resources.cutout.cast.animals import NOSE, PINK, pale
from resources.cutout.cast.beast import Beast, Head, beast
from resources.cutout.cast.clothes import tint
from resources.cutout.cast.face import FacePlan
from resources.cutout.props.sheet import Sheet, blob, oval, poly
from schemas.vocabulary import Species


def _spines(s: Sheet, x: float, y: float, rx: float, ry: float, span: tuple[float, float], colour: str | int) -> None:
    """A fan of spines round an ellipse, between two angles in degrees (0 is right, 90 down), two rows deep."""
    for row, (near, far) in enumerate(((0.8, 1.34), (0.66, 1.14))):
        count = 13 - row
        for i in range(count):
            turn = math.radians(span[0] + (span[1] - span[0]) * (i + 0.5 * row) / (count - 1))
            wide = 0.13
            points = [
                (x + rx * near * math.cos(turn - wide), y + ry * near * math.sin(turn - wide)),
                (x + rx * far * math.cos(turn), y + ry * far * math.sin(turn)),
                (x + rx * near * math.cos(turn + wide), y + ry * near * math.sin(turn + wide)),
            ]
            s.cut(poly(*points, r=0.5), colour, lighten=0.06 * ((i + row) % 2), shadow=0.4)


def _coat(a: Head) -> int:
    return tint(a.look.skin, "#4a3328", 0.72)


def _hedgehog_head(s: Sheet, a: Head) -> None:
    w, h, y = a.w, a.h, a.y
    _spines(s, 0, y, w * 0.98, h * 1.0, (120, 330), _coat(a))
    s.cut(oval(-w * 0.04, y - h * 0.04, w * 0.92, h * 0.94, n=14), _coat(a), shadow=0.3)
    light = tint(a.look.skin, "#f4dcb8", 0.6)
    s.cut(
        blob(
            (w * 0.14, y - h * 0.5),
            (w * 0.44, y - h * 0.66),
            (w * 0.86, y - h * 0.3),
            (w * 1.0, y + h * 0.34),
            (w * 0.66, y + h * 0.8),
            (w * 0.1, y + h * 0.92),
            (-w * 0.5, y + h * 0.66),
            (-w * 0.62, y + h * 0.0),
            (-w * 0.3, y - h * 0.56),
        ),
        light,
    )


def _hedgehog_muzzle(s: Sheet, a: Head) -> None:
    k = a.k
    light = tint(a.look.skin, "#f4dcb8", 0.7)
    s.cut(
        blob((-4 * k, -1 * k), (3 * k, -4 * k), (11.4 * k, -2.6 * k), (11 * k, 1.6 * k), (3 * k, 4.4 * k)),
        light,
        shadow=0.5,
    )
    s.cut(oval(11 * k, -2 * k, 3.1 * k, 2.6 * k), NOSE, shadow=0.6)
    s.flat(oval(10.2 * k, -3 * k, 1.0 * k, 0.6 * k, n=8), "#ffffff", 0.5)


def _hedgehog_ear(s: Sheet, a: Head, far: bool) -> None:
    k, side = a.k, -1 if far else 1
    s.cut(oval(side * -1.5 * k, -2 * k, 4.6 * k), tint(a.look.skin, "#f4dcb8", 0.3), -0.12 if far else -0.04)
    s.flat(oval(side * -1.3 * k, -1.6 * k, 2.7 * k), PINK, 0.75)


def _hedgehog_back(s: Sheet, a: Head) -> None:
    """The coat of spines that stands out behind whatever is worn."""
    frame = a.frame
    _spines(s, -2, -frame.torso * 0.45, frame.hips * 1.5, frame.torso * 0.9, (95, 265), _coat(a))
    s.cut(oval(-3, -frame.torso * 0.45, frame.hips * 1.2, frame.torso * 0.7), _coat(a), shadow=0.2)


def _hedgehog_face(plan: FacePlan, a: Head) -> FacePlan:
    return replace(
        plan,
        x=a.w * 0.14,
        mouth_x=a.w * 0.26,
        eye_y=a.y - a.h * 0.1,
        eye_gap=a.w * 0.36,
        mouth_y=a.y + a.h * 0.62,
        mouth_w=a.w * 0.5,
        mouth_h=a.h * 0.4,
        brow_w=0.9,
        cheek="#e0654f",
        cheek_edge=a.w * 0.86,
        iris="#3a2418",
    )


beast(
    Species.HEDGEHOG,
    Beast(
        _hedgehog_head,
        _hedgehog_face,
        (1.0, 1.16),
        1.12,
        0.92,
        _hedgehog_muzzle,
        0.86,
        _hedgehog_ear,
        (-0.44, -0.5, 10.0),
        ears_behind=False,
        back=_hedgehog_back,
        back_box=(-46.0, -80.0, 30.0, 36.0),
    ),
)


def _squirrel_head(s: Sheet, a: Head) -> None:
    w, h, y = a.w, a.h, a.y
    s.cut(
        blob(
            (0, y - h * 0.94),
            (w * 0.62, y - h * 0.76),
            (w * 0.86, y - h * 0.1),
            (w * 1.02, y + h * 0.44),
            (w * 0.6, y + h * 0.84),
            (w * 0.06, y + h * 0.96),
            (-w * 0.6, y + h * 0.84),
            (-w * 1.0, y + h * 0.44),
            (-w * 0.86, y - h * 0.1),
            (-w * 0.62, y - h * 0.76),
        ),
        a.look.skin,
    )
    for side in (-1, 1):
        cheek = ((0.92, 0.46), (0.5, 0.24), (0.12, 0.5), (0.14, 0.9), (0.58, 0.78))
        s.flat(blob(*((side * w * x, y + h * dy) for x, dy in cheek)), pale(a.look), 0.9)


def _squirrel_muzzle(s: Sheet, a: Head) -> None:
    k = a.k
    for side in (-1, 1):
        s.cut(oval((0.4 + side * 3.4) * k, 2.6 * k, 4.4 * k, 3.6 * k), pale(a.look), shadow=0.4)
    s.cut(oval(0.8 * k, -0.6 * k, 2.3 * k, 1.8 * k), NOSE, shadow=0.5)
    for x in (-0.4, 2.0):
        s.flat(oval(x * k, 6.4 * k, 1.0 * k, 1.6 * k, n=7), "#fffaf0")


def _squirrel_ear(s: Sheet, a: Head, far: bool) -> None:
    k, side = a.k, -1 if far else 1
    shade = -0.1 if far else 0.0
    ear = ((-5, 3), (-6.4, -5), (-5.4, -12), (-7.4, -21), (-2.4, -14), (1.4, -7), (4, 3))
    s.cut(blob(*((side * x * k, y * k) for x, y in ear)), a.look.skin, shade)
    tuft = ((-5.6, -11), (-8.4, -22), (-2.0, -13))
    s.cut(poly(*((side * x * k, y * k) for x, y in tuft), r=0.5), paper.colour(a.look.skin, -0.3), shade, shadow=0.2)


def _squirrel_tail(s: Sheet, a: Head) -> None:
    """A tail as large as the squirrel."""
    fur = a.look.skin
    plume = (
        (2, 2),
        (-10, 6),
        (-24, 2),
        (-33, -14),
        (-34, -34),
        (-28, -50),
        (-16, -55),
        (-9, -47),
        (-13, -38),
        (-19, -34),
        (-17, -20),
        (-8, -10),
    )
    s.cut(blob(*plume), fur, lighten=-0.07)
    s.flat(
        blob((-6, 0), (-18, -2), (-26, -16), (-27, -32), (-21, -44), (-16, -46), (-22, -34), (-20, -18), (-11, -7)),
        tint(fur, "#fff3df", 0.4),
        0.7,
    )


def _squirrel_face(plan: FacePlan, a: Head) -> FacePlan:
    return replace(
        plan,
        x=a.w * 0.1,
        mouth_x=a.w * 0.1,
        eye_y=a.y - a.h * 0.1,
        eye_gap=a.w * 0.4,
        eye_w=plan.eye_w * 1.04,
        mouth_y=a.y + a.h * 0.64,
        mouth_w=a.w * 0.46,
        mouth_h=a.h * 0.4,
        brow_w=0.8,
        cheek="",
        iris="#3a2418",
    )


beast(
    Species.SQUIRREL,
    Beast(
        _squirrel_head,
        _squirrel_face,
        (1.0, 1.14),
        0.96,
        0.94,
        _squirrel_muzzle,
        0.7,
        _squirrel_ear,
        (-0.5, -0.66, 18.0),
        tail=_squirrel_tail,
        tail_box=(-40.0, -60.0, 6.0, 12.0),
    ),
)
