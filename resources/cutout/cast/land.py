"""Animals that stand on their own kind of legs: bird and horse."""

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
from schemas.vocabulary import Age


def bird(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """A round bird on thin legs; the wings are its arms."""
    g, big = girth_of(look), size_of(look)
    fur, light = look.skin, tint(look.skin, "#fff3df", 0.7)
    dark = paper.colour(fur, -0.2)
    beak = traits.choice(("#f2a03d", "#e98a3a", "#f2b84b"))
    crest = traits.randrange(3)

    def body(sheet: Sheet) -> None:
        sheet.cut(
            blob(
                (2, -62),
                (16 * g, -54),
                (27 * g, -30),
                (22 * g, -6),
                (4, 3),
                (-16 * g, -2),
                (-26 * g, -20),
                (-22 * g, -46),
                (-12 * g, -58),
            ),
            fur,
        )
        sheet.cut(blob((8, -46), (19 * g, -34), (20 * g, -12), (8, -1), (-7, -6), (-8, -30)), light, shadow=0.3)
        for row in range(3):
            for k in range(3):
                x, y = 0.5 + k * 5.4 + (row % 2) * 2, -30 + row * 8
                sheet.line(((x - 1.6, y), (x, y + 1.8), (x + 1.6, y)), tint(light, fur, 0.5), 0.7)
        neckwear(sheet, look, 2, -53, 16 * g)

    def head(sheet: Sheet) -> None:
        if crest == 0:
            for a, b in ((-3, -31), (1, -33), (5, -30)):
                sheet.cut(band(((1, -20), (a, b + 4), (a - 2, b)), 3.0, 2.4, 1.2), dark, shadow=0.4)
        elif crest == 1:
            sheet.cut(blob((-4, -22), (-12, -30), (-4, -29), (0, -36), (4, -29), (10, -31), (6, -22)), dark)
        else:
            sheet.string(((2, -22), (0, -30), (-6, -34)), dark, 1.4)
            sheet.cut(oval(-6, -34, 2.4), dark, shadow=0.4)
        sheet.cut(blob((0, -27), (15, -23), (21, -9), (17, 6), (2, 11), (-15, 7), (-20, -8), (-14, -22)), fur)
        sheet.flat(blob((2, -14), (10, -18), (17, -10), (15, 3), (4, 7), (-9, 4), (-12, -8), (-6, -16)), light, 0.85)
        if look.age is Age.OLD:
            sheet.cut(blob((2, 3), (8, 5), (4, 14), (1, 10), (-3, 13)), "#fffaf0", shadow=0.4)

    def wing(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            shade = -0.22 if far else -0.1
            s = -1 if far else 1
            for k, (x, y) in enumerate(((7, 30), (2, 33), (-3, 31))):
                sheet.cut(
                    band(((0, 14), (s * x * 0.6, 24), (s * x, y)), 7, 6.4, 3.4), dark, shade + 0.04 * k, shadow=0.5
                )
            form = blob((-4, -3), (4, -4), (9, 8), (8, 20), (2, 25), (-6, 20), (-8, 8))
            sheet.cut(form.mirrored() if far else form, fur, shade + 0.04)

        return paint

    def leg(sheet: Sheet) -> None:
        sheet.string(((0, -3), (0.4, 14)), beak, 2.2)
        for x in (-4, 2, 7):
            sheet.string(((0.4, 13), (x, 16)), beak, 2.0, shadow=0.3)

    def tail(sheet: Sheet) -> None:
        for k, (x, y) in enumerate(((-19, 3), (-21, -3), (-19, -9))):
            sheet.cut(band(((2, 0), (x * 0.6, y * 0.6), (x, y)), 6, 7, 5), dark, -0.06 * k, shadow=0.5)

    def raise_(near: bool) -> Move:
        def move(pose: Pose) -> Motion:
            up = pose.arm_near if near else pose.arm_far
            lift = (up - 10.0) * 0.95 + 8.0 + swing(pose) * 5.0
            return Motion(-lift if near else lift)

        return move

    face = eyes(
        look,
        x=3.5,
        eye_y=-10.0,
        eye_gap=8.2,
        eye_w=4.6 * big,
        eye_h=5.2 * big,
        mouth_x=5.4,
        mouth_y=-1.0,
        mouth_w=12.5,
        mouth_h=7.6,
        kind="beak",
        lip=beak,
        cheek="#e0654f",
        cheek_dy=-1.6,
        brow_w=0.8,
    )
    crown = Crown(20.0, 18.0, 0.0, -8.0)
    behind, hat = hat_parts(look, crown, "head")
    wing_box = (-14.0, -7.0, 14.0, 36.0)
    parts = (
        Part(
            "tail",
            tail,
            (-26, -15, 5, 9),
            (-22 * g, -12),
            "torso",
            lambda p: Motion(swing(p) * 9 + 8 * ear_mood(p)),
        ),
        Part("leg_far", leg, (-7, -4, 10, 18), (8, -16), "", lambda p: Motion(p.stride * 28)),
        Part("leg_near", leg, (-7, -4, 10, 18), (-6, -16), "", lambda p: Motion(-p.stride * 28)),
        *behind,
        Part("wing_far", wing(True), wing_box, (-17 * g, -46), "torso", raise_(False)),
        Part("torso", body, (-30 * g, -64, 30 * g, 6), (0, -14), "", lambda p: Motion(p.lean, 0, -p.bob * 100)),
        Part(
            "head", head, (-22, -38, 24, 16), (4, -62), "torso", lambda p: Motion(head_angle(p, 0.0), 0.0, -p.bob * 20)
        ),
        *hat,
        Part("wing_near", wing(False), wing_box, (20 * g, -45), "torso", raise_(True)),
    )
    return Rig(
        parts,
        face,
        "head",
        hat[0].name if hat else "head",
        "wing_near",
        (2, 27),
        (-21, -28, 22, 11),
        36 * g,
        105,
        0.9,
        "front",
    )


def horse(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """A horse on four legs; the near foreleg is its arm."""
    g, big = girth_of(look), size_of(look)
    fur, light = look.skin, tint(look.skin, "#fff3df", 0.6)
    mane = look.hair_colour if look.age is not Age.OLD else tint(look.hair_colour, "#dddddd", 0.7)
    hoof = "#4a3630"

    def body(sheet: Sheet) -> None:
        d = 20 * g
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
        sheet.cut(blob((-8, -24), (4, -22), (8, -25), (7, -18), (-7, -18)), "#7a4a2c", shadow=0.5)

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
        sheet.flat(blob((12, -46), (15, -46), (22, -32), (19, -31)), "#fffaf0", 0.85)
        neckwear(sheet, look, 1.5, 10.0, 13)

    def hair(sheet: Sheet) -> None:
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
            sheet.cut(blob((-3, 2), (-4, -6), (0, -13), (4, -5), (3, 2)), fur, -0.12 if far else 0.0)
            sheet.cut(blob((-1, 0), (-1.6, -5), (0.2, -9), (1.8, -4), (1.2, 0)), "#d9a08c", -0.1, shadow=0.2)

        return paint

    def leg(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            shade = -0.18 if far else -0.03
            sheet.cut(band(((0, -4), (0.5, 12), (0, 26)), 9.4, 7.0, 6.6), fur, shade)
            sheet.cut(poly((-3.8, 24), (3.8, 24), (5.4, 31.6), (-4.6, 31.6), r=1.2), hoof, shade, shadow=0.4)

        return paint

    def tail(sheet: Sheet) -> None:
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
        Part("hair", hair, (-24, -58, 20, 18), (0, 0), "head"),
        Part(
            "ear_near",
            ear(False),
            (-6, -15, 6, 4),
            (3, -47),
            "head",
            lambda p: Motion(-8 + 22 * ear_mood(p)),
        ),
        *hat,
        Part("torso", body, (-42, -32, 36, 26 * g), (0, -43), "torso_root"),
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
        1.2,
        "back",
    )
