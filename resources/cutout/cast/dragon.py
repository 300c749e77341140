"""A small-winged, round-bellied dragon."""

from __future__ import annotations

from random import Random

from resources.cutout import paper
from resources.cutout.cast.biped import head_angle, swing
from resources.cutout.cast.clothes import tint
from resources.cutout.cast.feeling import ear_mood
from resources.cutout.cast.hats import Crown
from resources.cutout.cast.own import eyes, girth_of, hat_parts, neckwear, size_of
from resources.cutout.cast.rig import Motion, Move, Paint, Part, Rig
from resources.cutout.props.sheet import Sheet, band, blob, oval, poly
from schemas.media import ResolvedLook
from schemas.vocabulary import Age


def _raised(degrees: float) -> float:
    """The near arm is short and the muzzle long: it reaches forward under it, and no higher."""
    up = degrees * 0.95
    return up if up < 46 else 46 + (up - 46) * 0.08


def dragon(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """A small-winged, round-bellied dragon."""
    g, big = girth_of(look), size_of(look)
    skin, belly = look.skin, tint(look.skin, "#fbe7b0", 0.72)
    spike = tint(look.skin, look.garment_colour, 0.7)
    horn = "#f3e3c0"

    def body(sheet: Sheet) -> None:
        sheet.cut(
            blob(
                (0, -44),
                (12 * g, -38),
                (20 * g, -18),
                (20 * g, 2),
                (9 * g, 9),
                (-9 * g, 9),
                (-21 * g, 2),
                (-20 * g, -18),
                (-12 * g, -38),
            ),
            skin,
        )
        front = blob((6, -38), (13 * g, -28), (15 * g, -8), (9 * g, 6), (0, 7), (-7 * g, -2), (-7 * g, -22), (-2, -34))
        sheet.cut(front, belly, shadow=0.3)
        with sheet.inside(front):
            for k in range(6):
                y = -32 + k * 7
                sheet.line(((-12 * g, y - 1), (4, y + 1.6), (18 * g, y - 1)), tint(belly, skin, 0.45), 0.8)
        neckwear(sheet, look, 2, -38.0, 13 * g, 0.9)

    def head(sheet: Sheet) -> None:
        for x, s in ((-8.0, -1.0), (11.0, 1.0)):
            sheet.cut(blob((x - 3, -33), (x + s * 2, -41), (x + s * 7, -46), (x + s * 6, -38), (x + 3.4, -31)), horn)
        for x, y in ((-19.0, -24.0), (-20.0, -12.0)):
            sheet.cut(poly((x + 5, y - 5), (x - 4, y - 2), (x + 5, y + 5), r=0.8), spike)
        sheet.cut(
            blob(
                (-2, -37),
                (12, -35),
                (19, -25),
                (20, -13),
                (27, -6),
                (26, 3),
                (14, 7),
                (-4, 5),
                (-17, -2),
                (-20, -16),
                (-15, -30),
            ),
            skin,
        )
        sheet.cut(blob((10, -10), (20, -12), (29, -7), (29, 1), (18, 5), (6, 1)), skin, lighten=0.08, shadow=0.5)
        for x, y in ((20, -7.4), (25.4, -6.4)):
            sheet.flat(oval(x, y, 1.1, 0.8, n=8), "#2d1f1c", 0.8)
        for x, y, r in ((-12, -8, 1.3), (-9, -3, 0.9), (-14, -14, 0.9)):
            sheet.flat(oval(x, y, r, n=7), paper.colour(skin, -0.2), 0.8)
        if look.age is Age.OLD:
            sheet.cut(blob((10, 4), (18, 4), (15, 14), (12, 20), (9, 12)), "#f4efe6", shadow=0.4)

    def wing(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            s = 1 if far else -1
            shade = -0.2 if far else -0.04
            sheet.cut(
                blob(
                    (0, 4),
                    (s * 6, -14),
                    (s * 20, -27),
                    (s * 33, -25),
                    (s * 27, -14),
                    (s * 29, -5),
                    (s * 20, -4),
                    (s * 17, 4),
                    (s * 9, 2),
                    (s * 3, 9),
                ),
                spike,
                shade,
            )
            for x, y in ((33, -25), (29, -5), (17, 4)):
                sheet.line(((0, 3), (s * x * 0.55, y * 0.6 - 5), (s * x, y)), paper.colour(skin, shade - 0.1), 1.3)

        return paint

    def tail(sheet: Sheet) -> None:
        sheet.cut(band(((10, -5), (-8, 4), (-24, 5), (-34, -5), (-35, -17)), 16, 13, 9, 6, 3.4), skin, lighten=-0.06)
        sheet.cut(blob((-35, -14), (-43, -22), (-35.5, -31), (-28, -22)), spike)
        for x, y in ((-12, -3.5), (-21, -1.5), (-29, -5)):
            sheet.cut(poly((x - 3, y + 1), (x - 1, y - 5.4), (x + 3, y + 1), r=0.6), spike, shadow=0.4)

    def limb(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            shade = -0.16 if far else 0.03
            for x in (-2.6, 0.6, 3.6):
                sheet.cut(blob((x - 1.2, 20), (x + 1.4, 20), (x + 0.6, 25)), horn, shade, shadow=0.3)
            sheet.cut(blob((-4.4, -3), (3.6, -3.4), (5, 8), (5.4, 18), (1, 22.4), (-4, 19.6), (-5, 8)), skin, shade)

        return paint

    def leg(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            shade = -0.16 if far else 0.0
            sheet.cut(blob((-7, -5), (5, -5), (6.4, 6), (12, 11), (11.6, 16), (-6.6, 16), (-8.4, 5)), skin, shade)
            for x in (4, 8, 11.4):
                sheet.cut(blob((x - 1.6, 16.2), (x - 1.2, 13), (x + 1.2, 13), (x + 2.4, 16.2)), horn, shade, shadow=0.2)

        return paint

    def arm(near: bool) -> Move:
        return lambda p: Motion(-10 - _raised(p.arm_near) if near else p.arm_far * 0.95 + 6)

    def flap(side: float) -> Move:
        return lambda p: Motion(side * (swing(p) * 11 - 16 * ear_mood(p)))

    face = eyes(
        look,
        x=3.6,
        eye_y=-20.0,
        eye_gap=8.4,
        eye_w=5.2 * big,
        eye_h=6.2 * big,
        mouth_x=14.0,
        mouth_y=-0.6,
        mouth_w=18.0,
        mouth_h=10.5,
        brow_w=1.1,
        ink=paper.colour(skin, -0.5),
        iris="#c98a1c",
        reach=1.1,
    )
    behind, hat = hat_parts(look, Crown(19.0, 18.0, 0.0, -18.0), "head")
    wb, ab, lb = (-36.0, -31.0, 36.0, 12.0), (-8.0, -6.0, 8.0, 27.0), (-11.0, -8.0, 15.0, 18.0)
    parts = (  # the arms lie behind the head: no paw ever covers the muzzle
        Part("wing_far", wing(True), wb, (9 * g, -28), "torso", flap(1.0)),
        Part("wing_near", wing(False), wb, (-11 * g, -28), "torso", flap(-1.0)),
        Part(
            "tail",
            tail,
            (-46, -34, 20, 14),
            (-12 * g, 0),
            "torso",
            lambda p: Motion(swing(p) * 8 + 5 * ear_mood(p)),
        ),
        Part("leg_far", leg(True), lb, (11 * g, -16), "", lambda p: Motion(p.stride * 24)),
        *behind,
        Part("arm_far", limb(True), ab, (-11 * g, -32), "torso", arm(False)),
        Part("torso", body, (-24 * g, -46, 24 * g, 12), (0, -16), "", lambda p: Motion(p.lean, 0, -p.bob * 100)),
        Part("leg_near", leg(False), lb, (-10 * g, -16), "", lambda p: Motion(-p.stride * 24)),
        Part("arm_near", limb(False), ab, (12.4 * g, -32), "torso", arm(True)),
        Part("head", head, (-26, -48, 32, 22), (2, -39), "torso", lambda p: Motion(head_angle(p, 0.0), 0, -p.bob * 20)),
        *hat,
    )
    return Rig(
        parts, face, "head", hat[0].name if hat else "head", "arm_near", (0.6, 18), (-21, -42, 30, 7), 46 * g, 104
    )
