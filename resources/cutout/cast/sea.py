"""Animals of the water, which keep their own shape: fish and whale."""

from __future__ import annotations

from random import Random

from resources.cutout import paper
from resources.cutout.cast.biped import swing
from resources.cutout.cast.clothes import tint
from resources.cutout.cast.hats import Crown
from resources.cutout.cast.own import airy, eyes, girth_of, hat_parts, neckwear, size_of
from resources.cutout.cast.rig import Motion, Move, Paint, Part, Rig
from resources.cutout.props.sheet import Sheet, band, blob, oval
from schemas.media import ResolvedLook


def fish(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """A fish that hangs in the water and turns its whole face to us; the fins are its arms."""
    g, big = girth_of(look), size_of(look)
    skin, light = look.skin, tint(look.skin, "#fff3df", 0.55)
    fin = tint(look.skin, look.garment_colour, 0.55)

    def body(sheet: Sheet) -> None:
        sheet.cut(blob((-4, -74), (-10, -92), (10, -88), (22, -70), (10, -66)), fin, lighten=-0.05)
        top, low = -76 * min(1.06, g), -16
        sheet.cut(
            blob(
                (8, top),
                (30, -66),
                (43, -46),
                (34, -26),
                (12, low),
                (-14, -22),
                (-36, -40),
                (-40, -47),
                (-30, -62),
                (-10, -73),
            ),
            skin,
        )
        sheet.flat(blob((36, -36), (30, -27), (12, -18), (-12, -23), (-28, -36), (0, -31), (20, -32)), light, 0.9)
        for i in range(4):
            for k in range(3 - i // 2):
                x, y = -30 + i * 7.4, -54 + k * 8 + (i % 2) * 3.4
                sheet.line(((x, y - 3), (x + 2.8, y), (x, y + 3)), paper.colour(skin, -0.2), 0.9)
        stripe = tint(skin, look.garment_colour, 0.75)
        sheet.flat(band(((1, -72), (-3, -50), (-2, -22)), 3.4, 5.0, 3.0), stripe)
        neckwear(sheet, airy(look), 14, -22.0, 13, 0.72)

    def tail(sheet: Sheet) -> None:
        sheet.cut(
            blob(
                (4, 0), (-6, -5), (-16, -22), (-25, -27), (-23, -12), (-18, 0), (-23, 13), (-26, 26), (-15, 20), (-6, 6)
            ),
            fin,
        )
        for a in (-16, -6, 6, 16):
            sheet.line(((-7, a * 0.15), (-14, a * 0.6), (-21, a * 1.15)), paper.colour(fin, -0.2), 0.7)

    def flipper(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            sheet.cut(blob((-4, -2), (4, -2), (9, 8), (8, 19), (1, 21), (-7, 15)), fin, -0.16 if far else 0.04)
            for x in (-2, 2, 5):
                sheet.line(((x * 0.3, 4), (x, 16)), paper.colour(fin, -0.22), 0.6)

        return paint

    def move(near: bool) -> Move:
        return lambda p: Motion(-(p.arm_near if near else p.arm_far) * 0.8 + 34 + swing(p) * 14)

    face = eyes(
        look,
        x=19.0,
        eye_y=-51.0,
        eye_gap=9.6,
        eye_w=6.4 * big,
        eye_h=7.6 * big,
        mouth_x=22.0,
        mouth_y=-34.0,
        mouth_w=15.0,
        mouth_h=11.0,
        cheek="#e0654f",
        cheek_dy=-1.0,
        brow_w=0.8,
        reach=1.6,
    )
    crown = Crown(20.0, 24.0, 17.0, -52.0)
    behind, hat = hat_parts(look, crown, "torso")
    parts = (
        *behind,
        Part("tail", tail, (-29, -30, 6, 29), (-37, -46), "torso", lambda p: Motion(swing(p) * 10 + p.stride * 18)),
        Part("fin_far", flipper(True), (-10, -5, 12, 24), (22, -26), "torso", move(False)),
        Part("torso", body, (-44, -96, 48, -4), (0, 0), "", lambda p: Motion(p.lean * 0.8, 0, -p.bob * 200 - 4)),
        *hat,
        Part("fin_near", flipper(False), (-10, -5, 12, 24), (-8, -36), "torso", move(True)),
    )
    return Rig(
        parts,
        face,
        "torso",
        hat[0].name if hat else "torso",
        "torso",
        (-14, -72),
        (-4, -76, 44, -18),
        64,
        96,
        "back",
    )


def whale(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """A whale, all head and smile, with its fluke in the air and a spout."""
    g, big = girth_of(look), size_of(look)
    skin, light = look.skin, tint(look.skin, "#fff3df", 0.72)

    def body(sheet: Sheet) -> None:
        belly = -4.0
        sheet.cut(
            blob(
                (18, -66 * min(1.08, g)),
                (44, -60),
                (60, -40),
                (60, -18),
                (44, belly),
                (10, -1),
                (-28, -8),
                (-50, -28),
                (-60, -52),
                (-52, -55),
                (-38, -40),
                (-14, -52),
            ),
            skin,
        )
        under = blob((60, -22), (58, -14), (44, belly), (10, -1), (-28, -8), (-44, -22), (-10, -17), (30, -14))
        sheet.cut(under, light, shadow=0.3)
        with sheet.inside(under):
            for k in range(5):
                y = -14 + k * 3.2
                sheet.line(((-34 + k * 4, y - 1), (8, y + 3), (56, y - 2)), tint(light, skin, 0.45), 0.7)
        for x, y, r in ((-8, -42, 1.6), (-14, -36, 1.1), (-2, -47, 1.0), (8, -52, 1.3)):
            sheet.flat(oval(x, y, r, n=7), paper.colour(skin, 0.22), 0.8)
        neckwear(sheet, airy(look), 34, -9.0, 15, 0.9)

    def fluke(sheet: Sheet) -> None:
        sheet.cut(
            blob(
                (3, 4), (-3, -6), (-17, -10), (-25, -20), (-12, -20), (-3, -13), (3, -22), (14, -27), (11, -15), (5, -5)
            ),
            skin,
            lighten=-0.04,
        )

    def spout(sheet: Sheet) -> None:
        for x, top in ((-7, -16), (7, -17), (0, -21)):
            sheet.cut(
                band(((0, 0), (x * 0.3, top * 0.7), (x, top), (x * 1.5, top + 5)), 2.6, 3.4, 3.4, 2.0),
                "#cfe8f2",
                shadow=0.4,
            )

    def flipper(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            sheet.cut(blob((-6, -3), (5, -3), (7, 8), (1, 21), (-8, 25), (-9, 12)), skin, -0.2 if far else -0.08)

        return paint

    def move(near: bool) -> Move:
        return lambda p: Motion(-(p.arm_near if near else p.arm_far) * 0.7 + 18 + swing(p) * 9)

    face = eyes(
        look,
        x=33.0,
        eye_y=-37.0,
        eye_gap=13.0,
        eye_w=5.2 * big,
        eye_h=6.2 * big,
        mouth_x=35.0,
        mouth_y=-22.0,
        mouth_w=26.0,
        mouth_h=12.0,
        cheek="#e0654f",
        cheek_dy=1.0,
        brow_w=0.9,
        reach=1.8,
    )
    crown = Crown(20.0, 20.0, 26.0, -46.0)
    behind, hat = hat_parts(look, crown, "torso")
    top = (
        ()
        if hat
        else (
            Part(
                "spout",
                spout,
                (-14, -26, 14, 4),
                (20, -66 * min(1.08, g)),
                "torso",
                lambda p: Motion(swing(p) * 6, 0, 1.5),
            ),
        )
    )
    parts = (
        *behind,
        *top,
        Part("fluke", fluke, (-28, -30, 17, 7), (-57, -53), "torso", lambda p: Motion(swing(p) * 8 + p.stride * 12)),
        Part("fin_far", flipper(True), (-12, -6, 10, 28), (40, -10), "torso", move(False)),
        Part("torso", body, (-64, -74, 64, 8), (0, 0), "", lambda p: Motion(p.lean * 0.6, 0, -p.bob * 160 - 12)),
        *hat,
        Part("fin_near", flipper(False), (-12, -6, 10, 28), (2, -16), "torso", move(True)),
    )
    return Rig(
        parts,
        face,
        "torso",
        hat[0].name if hat else "torso",
        "torso",
        (-18, -50),
        (6, -68, 61, -4),
        78,
        98,
        "back",
    )
