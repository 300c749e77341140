"""Sleeves, hands and legs; each hangs from its pivot at the origin."""

from __future__ import annotations

from resources.cutout.cast.clothes import Cloth
from resources.cutout.cast.frame import Frame
from resources.cutout.props.sheet import Sheet, band, blob, oval


def paint_upper_arm(sheet: Sheet, frame: Frame, cloth: Cloth, far: bool) -> None:
    """Shoulder to elbow; the origin is the shoulder, the arm hangs down."""
    wide, shade = frame.limb * cloth.wide, -0.12 if far else 0.03
    sheet.cut(
        band(((0, -1.6), (0, frame.upper * 0.5), (0.3, frame.upper + 1.6)), wide, wide, wide * 0.94),
        cloth.sleeve,
        shade,
    )


def paint_forearm(sheet: Sheet, frame: Frame, cloth: Cloth, skin: str | int, far: bool, fingers: int = 0) -> None:
    """Elbow to hand; the origin is the elbow. ``fingers`` 0 is a mitten with a thumb, otherwise splayed toes."""
    wide, shade, length = frame.limb * cloth.wide, -0.12 if far else 0.03, frame.fore
    r, hand = frame.hand, cloth.glove if cloth.glove is not None else skin
    y = length + r * 0.55
    if cloth.bare > 0.02 or not cloth.glove:
        sheet.cut(
            band(((0, -1), (0, length * 0.6), (0, length + 1)), frame.limb * 0.82, frame.limb * 0.74, frame.limb * 0.7),
            skin,
            shade,
        )
    if fingers:
        for k in range(fingers):
            x = (k - (fingers - 1) / 2) * r * 0.72
            sheet.cut(band(((x * 0.4, y - 1), (x * 1.3, y + r * 1.25)), r * 0.6), hand, shade, shadow=0.4)
            sheet.cut(oval(x * 1.35, y + r * 1.4, r * 0.42, n=8), hand, shade, shadow=0.3)
    else:
        side = -1 if far else 1
        sheet.cut(
            oval(side * r * 0.78, y - r * 0.25, r * 0.36, r * 0.74, tilt=-28 * side), hand, shade - 0.03, shadow=0.3
        )
    sheet.cut(
        blob(
            (-r * 0.8, y - r * 0.9),
            (-r, y + r * 0.1),
            (-r * 0.62, y + r * 0.98),
            (r * 0.1, y + r * 1.12),
            (r * 0.78, y + r * 0.8),
            (r * 0.92, y - r * 0.1),
            (r * 0.7, y - r * 0.9),
        ),
        hand,
        shade,
        shadow=0.5,
    )
    covered = length * (1 - cloth.bare)
    if covered > 1:
        end = wide * cloth.flare
        sheet.cut(
            band(((0, -wide * 0.4), (0, covered * 0.5), (0, covered + 0.6)), wide * 0.94, (wide + end) / 2, end),
            cloth.sleeve,
            shade,
        )
        sheet.cut(
            band(((-end * 0.5, covered + 0.2), (0, covered + 0.8), (end * 0.5, covered + 0.2)), 2.2),
            cloth.cuff,
            shade,
            shadow=0.35,
        )


def paint_leg(sheet: Sheet, frame: Frame, cloth: Cloth, skin: str | int, far: bool, paws: bool) -> None:
    """Hip to sole; the origin is the hip, the foot points right."""
    length, wide, shade = -frame.hip, frame.leg * cloth.leg_wide, -0.14 if far else 0.0
    foot = frame.leg * (0.66 if not paws else 0.74)
    shoe = skin if paws and cloth.glove is None else cloth.shoes
    shin = length - foot * 0.8
    sheet.cut(
        blob(
            (-foot * 0.95, length),
            (-foot * 1.0, length - foot * 0.9),
            (-foot * 0.4, length - foot * 1.5),
            (foot * 0.6, length - foot * 1.35),
            (foot * 1.75, length - foot * 0.72),
            (foot * 1.9, length - foot * 0.1),
            (foot * 0.6, length + 0.1),
        ),
        shoe,
        shade,
    )
    sheet.cut(band(((0, -2), (0, shin * 0.5), (0, shin)), wide * 1.04, wide, wide * 0.98), cloth.legs, shade)
