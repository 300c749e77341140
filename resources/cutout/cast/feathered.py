"""Birds with a body of their own: penguin and owl."""

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
from resources.cutout.props.sheet import Sheet, band, blob, oval
from schemas.media import ResolvedLook

BEAK = "#f0a03a"


def _wing(near: bool, rest: float) -> Move:
    def move(pose: Pose) -> Motion:
        lift = (pose.arm_near if near else pose.arm_far) * 0.9 + rest + swing(pose) * 4.0
        return Motion(-lift if near else lift)

    return move


def penguin(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """An upright penguin in its own dark coat, who waddles."""
    g, big = girth_of(look), size_of(look)
    coat, front = look.skin, "#f7f1e4"

    def body(sheet: Sheet) -> None:
        sheet.cut(
            blob(
                (0, -58),
                (15 * g, -50),
                (24 * g, -26),
                (22 * g, -2),
                (8, 6),
                (-10, 6),
                (-23 * g, -4),
                (-23 * g, -28),
                (-14 * g, -50),
            ),
            coat,
        )
        belly = blob((4, -48), (14 * g, -38), (18 * g, -18), (14 * g, 1), (3, 4), (-9 * g, 0), (-12 * g, -22))
        sheet.cut(belly, front, shadow=0.3)
        neckwear(sheet, look, 2, -48, 15 * g)

    def head(sheet: Sheet) -> None:
        sheet.cut(blob((0, -31), (14, -27), (20, -13), (17, 3), (4, 9), (-12, 7), (-19, -6), (-15, -24)), coat)
        mask = (
            (3.5, -13),
            (8, -20),
            (15, -20),
            (19, -10),
            (16, 2),
            (5, 7),
            (-7, 3),
            (-10, -9),
            (-7, -19),
            (-1, -20),
        )
        sheet.flat(blob(*mask), front)
        for x, y in ((-14.5, -2), (17.6, 0)):
            sheet.flat(oval(x, y, 2.6, 4.6, tilt=14, n=8), "#f2b23c", 0.9)

    def flipper(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            s = -1 if far else 1
            form = ((-5, -3), (4, -4), (8, 10), (7, 24), (2, 33), (-3, 26), (-6, 10))
            sheet.cut(blob(*((s * x, y) for x, y in form)), coat, -0.16 if far else 0.06)

        return paint

    def foot(sheet: Sheet) -> None:
        sheet.cut(blob((-5, -3), (4, -4), (13, 2), (13, 5.4), (6, 6), (-6, 5.6)), BEAK)

    face = eyes(
        look,
        x=4.6,
        eye_y=-11.0,
        eye_gap=7.4,
        eye_w=4.5 * big,
        eye_h=5.4 * big,
        mouth_x=5.4,
        mouth_y=-1.6,
        mouth_w=10.5,
        mouth_h=6.8,
        kind="beak",
        lip=BEAK,
        lid=tint(front, coat, 0.3),
        cheek="#e0654f",
        cheek_dy=-2.0,
        cheek_edge=15.0,
        brow_w=0.8,
    )
    behind, hat = hat_parts(look, Crown(19.0, 19.0, 0.0, -11.0), "head")
    box = (-10.0, -6.0, 10.0, 35.0)
    parts = (
        Part("leg_far", foot, (-8, -6, 15, 8), (9, -6), "", lambda p: Motion(p.stride * 14, p.stride * 3)),
        Part("leg_near", foot, (-8, -6, 15, 8), (-9, -6), "", lambda p: Motion(-p.stride * 14, -p.stride * 3)),
        *behind,
        Part("wing_far", flipper(True), box, (-16 * g, -44), "torso", _wing(False, 12.0)),
        Part(
            "torso",
            body,
            (-28 * g, -61, 28 * g, 8),
            (0, -10),
            "",
            lambda p: Motion(p.lean * 0.8 + p.stride * 7.0, 0, -p.bob * 90),
        ),
        Part("wing_near", flipper(False), box, (17 * g, -44), "torso", _wing(True, 10.0)),
        Part("head", head, (-22, -34, 23, 12), (2, -57), "torso", lambda p: Motion(head_angle(p, 0.0), 0, -p.bob * 20)),
        *hat,
    )
    return Rig(
        parts,
        face,
        "head",
        hat[0].name if hat else "head",
        "wing_near",
        (2, 28),
        (-20, -32, 21, 10),
        34 * g,
        102,
        "front",
    )


def owl(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """An owl that is all eyes, with tufts that feel along."""
    g, big = girth_of(look), size_of(look)
    down, light = look.skin, tint(look.skin, "#fff0d4", 0.66)
    dark = paper.colour(down, -0.24)

    def body(sheet: Sheet) -> None:
        sheet.cut(
            blob(
                (0, -52),
                (22 * g, -44),
                (29 * g, -20),
                (22 * g, 2),
                (6, 8),
                (-8, 8),
                (-24 * g, 2),
                (-29 * g, -20),
                (-22 * g, -44),
            ),
            down,
        )
        front = blob((3, -40), (17 * g, -30), (20 * g, -8), (8, 4), (-6, 4), (-15 * g, -8), (-12 * g, -32))
        sheet.cut(front, light, shadow=0.3)
        with sheet.inside(front):
            for row in range(5):
                for k in range(5):
                    x, y = -14 + k * 8 + (row % 2) * 4, -32 + row * 8
                    sheet.line(((x - 2.4, y - 2), (x, y + 1.4), (x + 2.4, y - 2)), dark, 0.9)
        neckwear(sheet, look, 2, -42, 18 * g, 0.9)

    def head(sheet: Sheet) -> None:
        sheet.cut(
            blob(
                (0, -28),
                (16, -29),
                (27, -26),
                (28, -8),
                (22, 8),
                (4, 13),
                (-16, 9),
                (-26, -8),
                (-27, -26),
                (-15, -29),
            ),
            down,
        )
        for x in (-7.4, 13.4):
            sheet.cut(oval(x, -9, 12.6, 13.4, n=12), light, shadow=0.4)
            for k in range(6):
                sheet.line(((x - 9 + k * 3.6, -20.5), (x - 7 + k * 2.8, -18)), dark, 0.7, alpha=0.6)

    def tuft(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            s = 1 if far else -1
            sheet.cut(blob((s * -5, 4), (s * 2, -8), (s * 9, -17), (s * 8, -5), (s * 6, 4)), dark, -0.06 if far else 0)

        return paint

    def wing(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            s = -1 if far else 1
            for k, (x, y) in enumerate(((10, 29), (5, 34), (0, 35), (-5, 31))):
                sheet.cut(band(((0, 10), (s * x * 0.7, 22), (s * x, y)), 8, 7, 3.6), dark, 0.03 * k, shadow=0.5)
            form = ((-5, -4), (5, -4), (11, 8), (9, 20), (1, 26), (-7, 20), (-8, 6))
            sheet.cut(blob(*((s * x, y) for x, y in form)), down, -0.18 if far else -0.06)

        return paint

    def claw(sheet: Sheet) -> None:
        for x in (-4, 1, 6):
            sheet.cut(band(((0, -3), (x * 0.7, 2), (x, 5)), 3.4, 3.2, 2.0), BEAK, shadow=0.4)

    face = eyes(
        look,
        x=3.0,
        eye_y=-9.0,
        eye_gap=10.4,
        eye_w=7.6 * big,
        eye_h=8.4 * big,
        mouth_x=3.2,
        mouth_y=3.0,
        mouth_w=7.2,
        mouth_h=6.6,
        kind="beak",
        lip="#e3a04a",
        iris="#d99a1e",
        brow_w=0.9,
        ink=paper.colour(down, -0.5),
        reach=0.9,
    )
    behind, hat = hat_parts(look, Crown(25.0, 20.0, 0.0, -9.0), "head")
    box = (-13.0, -7.0, 13.0, 37.0)

    def ear(side: float) -> Move:
        return lambda p: Motion(side * (8 - 24 * ear_mood(p)) * -0.8)

    parts = (
        Part("leg_far", claw, (-7, -6, 9, 8), (9, -6), "", lambda p: Motion(p.stride * 22)),
        Part("leg_near", claw, (-7, -6, 9, 8), (-8, -6), "", lambda p: Motion(-p.stride * 22)),
        *behind,
        Part("wing_far", wing(True), box, (-21 * g, -40), "torso", _wing(False, 4.0)),
        Part("torso", body, (-33 * g, -55, 33 * g, 10), (0, -12), "", lambda p: Motion(p.lean * 0.8, 0, -p.bob * 100)),
        Part("wing_near", wing(False), box, (23 * g, -40), "torso", _wing(True, 2.0)),
        Part("tuft_far", tuft(True), (-8, -20, 12, 7), (17, -25), "head", ear(-1.0)),
        Part("tuft_near", tuft(False), (-12, -20, 8, 7), (-15, -25), "head", ear(1.0)),
        Part(
            "head",
            head,
            (-30, -32, 31, 16),
            (1, -55),
            "torso",
            lambda p: Motion(head_angle(p, 0.0) * 1.3, 0, -p.bob * 20),
        ),
        *hat,
    )
    return Rig(
        parts,
        face,
        "head",
        hat[0].name if hat else "head",
        "wing_near",
        (3, 28),
        (-27, -29, 28, 13),
        40 * g,
        108,
        "front",
    )
