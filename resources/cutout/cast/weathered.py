"""Those whom the weather made: a snowman and a cloud with a face."""

from __future__ import annotations

from random import Random

from resources.cutout import paper
from resources.cutout.cast.biped import head_angle, swing
from resources.cutout.cast.clothes import tint
from resources.cutout.cast.feeling import ear_mood
from resources.cutout.cast.hats import Crown
from resources.cutout.cast.own import airy, eyes, girth_of, hat_parts, neckwear, size_of
from resources.cutout.cast.rig import Motion, Move, Paint, Part, Rig
from resources.cutout.props.sheet import Sheet, band, oval, poly
from schemas.media import ResolvedLook
from schemas.vocabulary import Headwear

COAL = "#2f2a2e"


def snowman(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """Three balls of snow, a carrot, coal and two twigs."""
    g, big = girth_of(look), size_of(look)
    snow = look.skin
    blue = tint(snow, "#9fb6d6", 0.35)

    def base(sheet: Sheet) -> None:
        sheet.cut(oval(0, -21, 31 * g, 23, n=14), snow)
        sheet.flat(oval(6, -9, 22 * g, 9, n=12), blue, 0.55)

    def body(sheet: Sheet) -> None:
        sheet.cut(oval(0, -15, 22 * g, 18, n=14), snow)
        sheet.flat(oval(4, -5, 15 * g, 7, n=12), blue, 0.5)
        for y in (-20, -12, -4):
            sheet.cut(oval(5, y, 1.9, n=8), COAL, shadow=0.4)
        neckwear(sheet, look, 1, -30, 14 * g)

    def head(sheet: Sheet) -> None:
        sheet.cut(oval(0, -14, 20, 17.6, n=14), snow)
        if look.headwear is Headwear.NONE:
            hat = tint(COAL, look.headwear_colour, 0.25)
            sheet.cut(poly((-14, -27), (-12, -46), (12, -46), (14, -27), r=1.6), hat)
            sheet.cut(band(((-13.4, -31), (0, -30), (13.4, -31)), 4.4), look.headwear_colour, shadow=0.4)
            sheet.cut(band(((-22, -26), (0, -28), (22, -26)), 4.2), hat)

    def carrot(sheet: Sheet) -> None:
        sheet.cut(poly((-2.6, -2.6), (15, 0.6), (-2.6, 3), r=1.0), "#e8833a", shadow=0.9)
        for x in (2, 6):
            sheet.line(((x, -1.4), (x + 0.6, 0.8)), "#b85f24", 0.6)

    def twig(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            wood = paper.colour("#6b4a30", -0.16 if far else 0.0)
            s = -1 if far else 1
            sheet.string(((0, -2), (s * 1.4, 14), (0, 30)), wood, 2.6)
            for x, y in ((-5, 35), (1, 38), (6, 34)):
                sheet.string(((0, 28), (x, y)), wood, 1.7, shadow=0.3)

        return paint

    def arm(near: bool) -> Move:
        return lambda p: Motion(-(p.arm_near * 0.85 + 34) if near else p.arm_far * 0.85 + 34)

    face = eyes(
        look,
        x=2.6,
        eye_y=-17.6,
        eye_gap=7.8,
        eye_w=4.3 * big,
        eye_h=5.2 * big,
        mouth_x=3.0,
        mouth_y=-5.0,
        mouth_w=16.0,
        mouth_h=8.4,
        lid=tint(snow, "#8fa3c2", 0.5),
        lip=tint(snow, "#8a5a5a", 0.5),
        ink=COAL,
        iris=COAL,
        cheek="#ee8f86",
        cheek_edge=18.0,
    )
    behind, hat = hat_parts(look, Crown(19.0, 17.0, 0.0, -14.0), "head")
    box = (-9.0, -5.0, 9.0, 41.0)
    parts = (
        Part("base", base, (-34 * g, -46, 34 * g, 4), (0, 0), "", lambda p: Motion(p.stride * 3)),
        *behind,
        Part("twig_far", twig(True), box, (-15 * g, -21), "torso", arm(False)),
        Part("torso", body, (-25 * g, -36, 25 * g, 6), (0, -36), "", lambda p: Motion(p.lean * 0.7, 0, -p.bob * 70)),
        Part("head", head, (-25, -50, 25, 6), (1, -29), "torso", lambda p: Motion(head_angle(p, 0.0), 0, -p.bob * 26)),
        Part("nose", carrot, (-5, -5, 18, 6), (4.0, -11.4), "head"),
        *hat,
        Part("twig_near", twig(False), box, (16 * g, -22), "torso", arm(True)),
    )
    return Rig(
        parts,
        face,
        "head",
        hat[0].name if hat else "nose",
        "twig_near",
        (0, 31),
        (-20, -32, 20, 4),
        38 * g,
        114,
        "grasp",
    )


def cloud(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """A small cloud that floats, and rains when it is sad."""
    g, big = girth_of(look), size_of(look)
    pale, shade = look.skin, tint(look.skin, "#5c6a86", 0.3)
    heaps = [(-34, -34, 17), (34, -33, 16), (-18, -52, 21), (18, -54, 20), (0, -46, 26)]
    traits.shuffle(heaps[:2])

    def body(sheet: Sheet) -> None:
        for k, (x, y, r) in enumerate(heaps):
            sheet.cut(oval(x * g, y, r * 1.12 * g, r, n=12), pale, lighten=0.02 * k, shadow=0.9)
        sheet.cut(oval(0, -36, 44 * g, 17, n=14), pale, lighten=0.06, shadow=0.4)
        sheet.flat(oval(2, -26, 33 * g, 6, n=12), shade, 0.4)
        neckwear(sheet, airy(look), 2, -25.0, 15.0, 0.7)

    def puff(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            s = -1 if far else 1
            for x, y, r in ((0, 2, 6.6), (s * 2, 9, 7.2), (s * 3, 16, 6.2)):
                sheet.cut(oval(x, y, r, n=10), pale, -0.07 if far else 0.07, shadow=0.5)

        return paint

    def drops(sheet: Sheet) -> None:
        for x, y in ((-24, 4), (-10, 10), (6, 5), (20, 11)):
            sheet.cut(
                poly((x, y - 4), (x + 2.2, y + 1.4), (x, y + 3), (x - 2.2, y + 1.4), r=1.2), "#7fb0dc", shadow=0.4
            )

    def bolt(sheet: Sheet) -> None:
        for x, k in ((-15, 0.9), (13, 1.1)):
            zigzag = ((-3, -4), (4, -4), (0.6, 4), (5, 4), (-4, 17), (-1, 8), (-6, 8))
            sheet.cut(poly(*((x + a * k, b * k) for a, b in zigzag), r=0.6), "#f2c84a", shadow=0.5)

    def arm(near: bool) -> Move:
        return lambda p: Motion(-(p.arm_near * 0.8 + 24) if near else p.arm_far * 0.8 + 24)

    face = eyes(
        look,
        x=4.0,
        eye_y=-50.0,
        eye_gap=10.4,
        eye_w=6.4 * big,
        eye_h=7.6 * big,
        mouth_x=5.0,
        mouth_y=-35.0,
        mouth_w=20.0,
        mouth_h=11.0,
        lid=shade,
        ink="#4a5468",
        cheek="#ee9a9a",
        cheek_dy=-2.0,
        iris="#3d5a86",
        reach=1.6,
    )
    behind, hat = hat_parts(look, Crown(26.0, 22.0, 2.0, -50.0), "torso")
    box = (-10.0, -6.0, 12.0, 24.0)
    stormy = paper.luminance(pale) < 0.5
    flashes = (
        Part("bolt", bolt, (-26, -8, 24, 22), (0, -22), "torso", lambda p: Motion(2.0 * swing(p), 0.0, 2.0 * swing(p))),
    )
    parts = (
        *behind,
        *(flashes if stormy else ()),
        Part(
            "drops",
            drops,
            (-28, -2, 24, 16),
            (0, -21),
            "torso",
            lambda p: Motion(0.0, 0.0, -15.0 * (1.0 - max(0.0, -ear_mood(p))) + 4.0 * swing(p)),
        ),
        Part("puff_far", puff(True), box, (-34 * g, -32), "torso", arm(False)),
        Part("torso", body, (-58 * g, -78, 58 * g, -2), (0, 0), "", lambda p: Motion(p.lean * 0.6, 0, -p.bob * 160)),
        *hat,
        Part("puff_near", puff(False), box, (36 * g, -32), "torso", arm(True)),
    )
    return Rig(
        parts,
        face,
        "torso",
        hat[0].name if hat else "torso",
        "puff_near",
        (3, 17),
        (-30, -72, 34, -24),
        62 * g,
        92,
        "front",
    )
