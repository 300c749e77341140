"""Animals on four hooves, who carry things on their backs: horse and camel."""

from __future__ import annotations

from random import Random

from resources.cutout import paper
from resources.cutout.cast.biped import head_angle, swing
from resources.cutout.cast.clothes import tint
from resources.cutout.cast.feeling import ear_mood
from resources.cutout.cast.hats import Crown
from resources.cutout.cast.own import eyes, girth_of, hat_parts, neckwear, size_of
from resources.cutout.cast.pose import Pose
from resources.cutout.cast.rig import Motion, Move, Paint, Part, Rig
from resources.cutout.props.sheet import Sheet, band, blob, oval, poly
from schemas.media import ResolvedLook
from schemas.vocabulary import Age, Species


def horse(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """A horse on four legs, or a camel; the near foreleg is its arm."""
    g, big = girth_of(look), size_of(look)
    fur, light = look.skin, tint(look.skin, "#fff3df", 0.6)
    mane = look.hair_colour if look.age is not Age.OLD else tint(look.hair_colour, "#dddddd", 0.7)
    hoof = "#4a3630"
    camel = look.species is Species.CAMEL
    if camel:
        mane = paper.colour(fur, -0.3)

    def body(sheet: Sheet) -> None:
        d = 20 * g
        if camel:
            sheet.cut(blob((-30, -14), (-24, -30), (-12, -48), (-4, -50), (4, -40), (14, -18), (0, -8)), fur)
            sheet.cut(blob((-16, -44), (-9, -55), (-1, -52), (2, -44), (-7, -40)), mane, shadow=0.4)
        sheet.cut(
            blob(
                (-34, -18),
                (-28, -24),
                (0, -20),
                (16, -27),
                (27, -22),
                (31, -6),
                (24, d - 8),
                (0, d - 5),
                (-24, d - 7),
                (-36, d - 14),
                (-37, -6),
            ),
            fur,
        )
        sheet.cut(
            blob((-14, -21.4), (10, -21.6), (12, d - 16), (8, d - 9), (-10, d - 9), (-15, d - 16)), look.garment_colour
        )
        sheet.line(((-13.6, d - 13), (-2, d - 11), (11, d - 13)), paper.colour(look.garment_colour, 0.45), 1.1)
        if not camel:
            sheet.cut(blob((-8, -24), (4, -22), (8, -25), (7, -18), (-7, -18)), "#7a4a2c", shadow=0.5)
            return
        for k in range(5):  # the fringe of the blanket
            sheet.cut(oval(-9 + 4.6 * k, d - 8, 1.8, 2.6, n=8), "#f0cf6a", shadow=0.3)

    def head(sheet: Sheet) -> None:
        sheet.cut(
            blob((-13, 16), (-15, -4), (-10, -24), (2, -40), (12, -34), (14, -18), (12, 2), (14, 18), (0, 24)), fur
        )
        sheet.cut(
            blob(
                (0, -49), (14, -50), (22, -40), (33, -26), (37, -15), (31, -7), (20, -9), (12, -16), (0, -20), (-6, -34)
            ),
            fur,
        )
        sheet.cut(blob((27, -29), (36, -21), (39, -12), (33, -5), (22, -7), (18, -16)), light, shadow=0.4)
        for x, y in ((31.6, -19), (35.4, -16)):
            sheet.flat(oval(x, y, 1.0, 1.5, tilt=-20, n=8), "#3a2824", 0.8)
        if not camel:
            sheet.flat(blob((12, -46), (15, -46), (22, -32), (19, -31)), "#fffaf0", 0.85)
        neckwear(sheet, look, 1.5, 10.0, 13)

    def hair(sheet: Sheet) -> None:
        if camel:
            sheet.cut(blob((-4, -44), (-2, -54), (6, -57), (14, -52), (13, -46), (5, -48)), mane)
            sheet.cut(blob((-13, -2), (-17, 6), (-15, 18), (-7, 23), (-4, 12)), mane, shadow=0.4)
            return
        for k, (x, y) in enumerate(((-11, 4), (-13, -8), (-12, -20), (-8, -32), (-2, -42))):
            sheet.cut(
                blob((x + 7, y - 8), (x + 4, y + 6), (x - 5, y + 10), (x - 6, y), (x + 1, y - 8)),
                mane,
                lighten=0.05 * (k % 2),
                shadow=0.5,
            )
        sheet.cut(blob((-3, -50), (6, -53), (15, -49), (14, -42), (8, -45), (3, -42)), mane)

    def ear(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            k = 0.7 if camel else 1.0
            sheet.cut(blob((-3, 2), (-4, -6 * k), (0, -13 * k), (4, -5 * k), (3, 2)), fur, -0.12 if far else 0.0)
            sheet.cut(
                blob((-1, 0), (-1.6, -5 * k), (0.2, -9 * k), (1.8, -4 * k), (1.2, 0)), "#d9a08c", -0.1, shadow=0.2
            )

        return paint

    def leg(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            shade = -0.18 if far else -0.03
            sheet.cut(band(((0, -4), (0.5, 12), (0, 26)), 9.4, 7.0, 6.6), fur, shade)
            if camel:
                sheet.cut(oval(0, 5, 5.6, n=10), fur, shade - 0.06, shadow=0.3)
            sheet.cut(poly((-3.8, 24), (3.8, 24), (5.4, 31.6), (-4.6, 31.6), r=1.2), hoof, shade, shadow=0.4)

        return paint

    def tail(sheet: Sheet) -> None:
        if camel:
            sheet.string(((2, -2), (-7, 4), (-10, 16)), fur, 3.0)
            sheet.cut(blob((-8, 13), (-13, 16), (-15, 27), (-9, 25), (-7, 17)), mane, shadow=0.4)
            return
        sheet.cut(
            blob((3, -3), (-6, -5), (-13, 4), (-14, 20), (-18, 32), (-8, 29), (-3, 18), (0, 6)), mane, lighten=-0.04
        )
        sheet.line(((-3, 0), (-9, 9), (-11, 24)), paper.colour(mane, -0.25), 0.6)

    def trot(sign: float) -> Move:
        return lambda p: Motion(sign * p.stride * 24)

    def near_fore(p: Pose) -> Motion:
        return Motion(-max(0.0, p.arm_near - 10) * 0.5 - p.stride * 24)

    face = eyes(
        look,
        x=12.0,
        eye_y=-35.0,
        eye_gap=7.4,
        eye_w=4.2 * big,
        eye_h=5.4 * big,
        mouth_x=28.0,
        mouth_y=-11.2,
        mouth_w=12.0,
        mouth_h=8.0,
        brow_w=0.9,
        reach=0.9,
    )
    crown = Crown(16.0, 15.0, 8.0, -40.0)
    behind, hat = hat_parts(look, crown, "head")
    lb = (-7.0, -8.0, 7.0, 33.0)

    def head_move(p: Pose) -> Motion:
        return Motion(head_angle(p, 0.0) * 0.7 + p.lean, 0.0, -p.bob * 30)

    parts = (
        Part("tail", tail, (-20, -8, 5, 34), (-34, -12), "torso", lambda p: Motion(swing(p) * 12 + p.stride * 8 + 10)),
        Part("leg_back_far", leg(True), lb, (-20, -32), "", trot(1.0)),
        Part("leg_fore_far", leg(True), lb, (24, -32), "", trot(-1.0)),
        Part("leg_near", leg(False), lb, (-29, -32), "", trot(-1.0)),
        *behind,
        Part(
            "ear_far",
            ear(True),
            (-6, -15, 6, 4),
            (12, -47),
            "head",
            lambda p: Motion(14 - 20 * ear_mood(p) * -1),
        ),
        Part("head", head, (-18, -54, 42, 28), (21, -56), "torso_root", head_move),
        Part("hair", hair, (-24, -61, 20, 27 if camel else 18), (0, 0), "head"),
        Part(
            "ear_near",
            ear(False),
            (-6, -15, 6, 4),
            (3, -47),
            "head",
            lambda p: Motion(-8 + 22 * ear_mood(p)),
        ),
        *hat,
        Part("torso", body, (-42, -60 if camel else -32, 36, 26 * g), (0, -43), "torso_root"),
        Part("leg_fore_near", leg(False), lb, (15, -32), "", near_fore),
    )
    root = Part(
        "torso_root", lambda sheet: None, (0, 0, 1, 1), (0, 0), "", lambda p: Motion(p.lean * 0.25, 0, -p.bob * 90)
    )
    return Rig(
        (root, *parts),
        face,
        "head",
        hat[0].name if hat else "ear_near",
        "torso",
        (-1, -24),
        (-6, -51, 39, -5),
        62,
        112,
        "back",
    )
