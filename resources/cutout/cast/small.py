"""Bodies that are like no other: turtle, octopus and bee."""

from __future__ import annotations

import math
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


def turtle(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """A turtle that stands up and carries its house."""
    g, big = girth_of(look), size_of(look)
    skin, belly = look.skin, tint(look.skin, "#f6e6b4", 0.72)
    shell = tint("#7a5a34", look.garment_colour, 0.55)

    def house(sheet: Sheet) -> None:
        outline = blob(
            (4, -60),
            (-16 * g, -60),
            (-36 * g, -44),
            (-43 * g, -20),
            (-36 * g, 0),
            (-14, 8),
            (12, 4),
            (20, -16),
            (18, -44),
        )
        sheet.cut(outline, shell)
        with sheet.inside(outline):
            for x, y, r in ((-16, -46, 9), (-31, -28, 9), (-14, -26, 10), (-28, -8, 9), (-12, -6, 9), (-40, -42, 7)):
                hexagon = [(x + r * math.cos(k * math.pi / 3), y + r * math.sin(k * math.pi / 3)) for k in range(6)]
                sheet.cut(poly(*hexagon, r=1.4), shell, lighten=0.10, shadow=0.3)
        sheet.line(((-41 * g, -20), (-34 * g, -1), (-14, 7)), paper.colour(shell, -0.25), 1.6)

    def body(sheet: Sheet) -> None:
        front = blob((4, -50), (17 * g, -42), (22 * g, -20), (15 * g, 0), (0, 4), (-10, -6), (-9, -36))
        sheet.cut(front, belly)
        with sheet.inside(front):
            for k in range(4):
                sheet.line(((-12, -38 + k * 11), (8, -35 + k * 11), (26, -39 + k * 11)), tint(belly, skin, 0.5), 0.9)
        neckwear(sheet, look, 5, -44, 11 * g, 0.8)

    def head(sheet: Sheet) -> None:
        sheet.cut(band(((-2, 12), (0, 2), (2, -8)), 13, 12, 13), skin, lighten=-0.06)
        sheet.cut(blob((2, -33), (16, -29), (24, -15), (21, -1), (8, 5), (-9, 3), (-17, -9), (-13, -26)), skin)
        for x, y, r in ((-9, -22, 1.9), (-12, -14, 1.4), (-4, -27, 1.4)):
            sheet.flat(oval(x, y, r, n=7), paper.colour(skin, -0.18), 0.8)
        for x in (10, 15):
            sheet.flat(oval(x, -9.6, 0.9, 0.7, n=7), "#2f3a22", 0.8)

    def flipper(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            form = ((-4.6, -3), (4, -3.4), (6, 8), (6.4, 19), (1, 23.4), (-5, 19), (-5.4, 7))
            sheet.cut(blob(*form), skin, -0.16 if far else 0.04)

        return paint

    def foot(sheet: Sheet) -> None:
        sheet.cut(blob((-7, -8), (5, -8), (8, 0), (13, 4), (12, 8), (-7, 8), (-8.6, 0)), skin, lighten=-0.05)
        for x in (4, 8, 11.4):
            sheet.flat(oval(x, 6.4, 1.3, 1.5, n=7), belly)

    def arm(near: bool) -> Move:
        return lambda p: Motion(-(p.arm_near * 0.9 + 16) if near else p.arm_far * 0.9 + 12)

    face = eyes(
        look,
        x=4.4,
        eye_y=-18.6,
        eye_gap=8.2,
        eye_w=4.8 * big,
        eye_h=5.6 * big,
        mouth_x=7.0,
        mouth_y=-4.6,
        mouth_w=19.0,
        mouth_h=8.6,
        iris="#5a6a1e",
        cheek="#d98a4a",
        cheek_edge=17.0,
    )
    behind, hat = hat_parts(look, Crown(19.0, 17.0, 2.0, -16.0), "head")
    box, foot_box = (-8.0, -6.0, 9.0, 26.0), (-11.0, -10.0, 15.0, 10.0)
    parts = (
        Part("leg_far", foot, foot_box, (10, -8), "", lambda p: Motion(p.stride * 22)),
        Part("house", house, (-48 * g, -64, 24, 12), (0, -12), "", lambda p: Motion(p.lean * 0.7, 0, -p.bob * 70)),
        Part("leg_near", foot, foot_box, (-6, -8), "", lambda p: Motion(-p.stride * 22)),
        *behind,
        Part("fin_far", flipper(True), box, (-8, -42), "torso", arm(False)),
        Part("torso", body, (-16, -54, 26 * g, 8), (0, -12), "", lambda p: Motion(p.lean, 0, -p.bob * 90)),
        Part("head", head, (-21, -37, 28, 18), (6, -60), "torso", lambda p: Motion(head_angle(p, 0.0), 0, -p.bob * 26)),
        *hat,
        Part("fin_near", flipper(False), box, (15 * g, -42), "torso", arm(True)),
    )
    return Rig(
        parts,
        face,
        "head",
        hat[0].name if hat else "head",
        "fin_near",
        (0.6, 18),
        (-18, -34, 25, 6),
        46 * g,
        108,
    )


def octopus(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """An octopus: a head on eight arms, two of which talk."""
    g, big = girth_of(look), size_of(look)
    skin, light = look.skin, tint(look.skin, "#ffe6dc", 0.55)

    def head(sheet: Sheet) -> None:
        sheet.cut(
            blob(
                (0, -66),
                (20 * g, -62),
                (32 * g, -44),
                (31 * g, -22),
                (20 * g, -6),
                (0, 0),
                (-20 * g, -6),
                (-31 * g, -22),
                (-32 * g, -44),
                (-20 * g, -62),
            ),
            skin,
        )
        for x, y, r in ((-20, -50, 3.2), (-14, -57, 2.0), (-24, -40, 2.0), (22, -54, 2.4)):
            sheet.flat(oval(x * g, y, r, n=8), paper.colour(skin, -0.14), 0.9)
        neckwear(sheet, look, 2, -5.0, 18 * g, 0.8)

    def tentacle(curl: float, long: float, shade: float) -> Paint:
        def paint(sheet: Sheet) -> None:
            line = (
                (0, -4),
                (curl * 4, long * 0.34),
                (curl * 13, long * 0.74),
                (curl * 22, long * 0.86),
                (curl * 25, long * 0.7),
            )
            sheet.cut(band(line, 11, 9.6, 7.4, 5.4, 3.2), skin, shade)
            for k, (x, y) in enumerate(((5, 0.34), (10, 0.58), (15.5, 0.75))):
                sheet.flat(oval(curl * x, long * y + 2.4, 1.9 - 0.3 * k, n=8), light, 0.9)

        return paint

    def arm(near: bool) -> Move:
        def move(pose: Pose) -> Motion:
            up = pose.arm_near if near else pose.arm_far
            return Motion(-(up * 0.8 + 6) if near else up * 0.8 + 6)

        return move

    def drift(phase: float) -> Move:
        return lambda p: Motion(9.0 * math.sin(phase) * swing(p) + 12.0 * p.stride * math.cos(phase) + 4 * ear_mood(p))

    face = eyes(
        look,
        x=3.0,
        eye_y=-36.0,
        eye_gap=11.4,
        eye_w=7.0 * big,
        eye_h=8.2 * big,
        mouth_x=4.0,
        mouth_y=-17.0,
        mouth_w=19.0,
        mouth_h=11.0,
        cheek="#f28a7c",
        cheek_edge=27.0,
        iris="#3a2a5c",
        reach=1.6,
    )
    behind, hat = hat_parts(look, Crown(29.0, 26.0, 0.0, -38.0), "torso")
    box = (-32.0, -12.0, 32.0, 42.0)
    legs = [
        Part(f"tentacle_{k}", tentacle(curl, long, shade), box, (x, -34), "torso_root", drift(phase))
        for k, (x, curl, long, shade, phase) in enumerate(
            (
                (-16, -1.0, 33, -0.16, 0.5),
                (15, 1.0, 33, -0.16, 1.4),
                (-8, -0.5, 38, -0.08, 2.2),
                (8, 0.5, 38, -0.08, 3.0),
                (-1, 0.2, 36, -0.02, 3.9),
            )
        )
    ]
    root = Part("torso_root", lambda sheet: None, (0, 0, 1, 1), (0, 0), "", lambda p: Motion(0.0, 0, -p.bob * 120))
    parts = (
        root,
        *legs,
        *behind,
        Part("arm_far", tentacle(-0.5, 40, -0.1), box, (-26 * g, -15), "torso", arm(False)),
        Part("torso", head, (-36 * g, -70, 36 * g, 8), (0, -32), "torso_root", lambda p: Motion(p.lean * 0.8)),
        *hat,
        Part("arm_near", tentacle(0.5, 40, 0.05), box, (27 * g, -14), "torso", arm(True)),
    )
    return Rig(
        parts,
        face,
        "torso",
        hat[0].name if hat else "torso",
        "arm_near",
        (7, 32),
        (-31, -66, 31, -4),
        56 * g,
        104,
        "front",
    )


def bee(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """A round bee with quick wings; it flies, and its legs hang."""
    g, big = girth_of(look), size_of(look)
    coat, dark = look.skin, "#3a2c28"

    def body(sheet: Sheet) -> None:
        outline = blob((4, -34), (17 * g, -24), (16 * g, -2), (0, 8), (-20 * g, 6), (-33 * g, -6), (-26 * g, -24))
        sheet.cut(poly((-30 * g, -8), (-41 * g, -2), (-29 * g, 0), r=0.6), dark, shadow=0.4)
        sheet.cut(outline, coat)
        with sheet.inside(outline):
            for x in (-26, -13, 0):
                sheet.flat(band(((x + 3, -38), (x - 2, -14), (x + 1, 12)), 6.4), dark, 0.92)
        neckwear(sheet, look, 9, -24.0, 11 * g, 0.7)

    def head(sheet: Sheet) -> None:
        sheet.cut(oval(2, -15, 21, 19, n=14), coat, lighten=0.04)
        sheet.flat(blob((-17, -22), (-8, -31), (10, -33), (21, -24), (10, -26), (-6, -25)), dark, 0.9)

    def feeler(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            s = 1 if far else -1
            sheet.string(((0, 2), (s * 2, -8), (s * 7, -14)), dark, 1.6)
            sheet.cut(oval(s * 7.4, -14.6, 2.6, n=8), dark, shadow=0.4)

        return paint

    def wing(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            s = -0.86 if far else -1.0
            for form in (
                ((0, 2), (-8, -16), (-4, -34), (10, -38), (13, -22)),
                ((0, 2), (-16, -8), (-22, -20), (-8, -14)),
            ):
                sheet.cut(blob(*((s * -x, y) for x, y in form)), "#e4f0f4", -0.06 if far else 0.0, shadow=0.6)
            sheet.line(((0, 0), (s * -4, -16), (s * -6, -30)), "#a9c4cf", 0.8)

        return paint

    def limb(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            sheet.string(((0, -2), (1, 9), (0, 18)), paper.colour(dark, -0.1 if far else 0.06), 3.0)
            sheet.cut(oval(0, 19.4, 3.4, n=9), dark, -0.1 if far else 0.08, shadow=0.4)

        return paint

    def arm(near: bool) -> Move:
        return lambda p: Motion(-(p.arm_near * 0.9 + 12) if near else p.arm_far * 0.9 + 8)

    def beat(sign: float) -> Move:
        return lambda p: Motion(sign * (swing(p) * 30 + 900.0 * p.bob) + 6 * ear_mood(p))

    def droop(p: Pose) -> Motion:
        return Motion(-10 + 14 * ear_mood(p))

    face = eyes(
        look,
        x=4.6,
        eye_y=-16.0,
        eye_gap=8.8,
        eye_w=5.4 * big,
        eye_h=6.6 * big,
        mouth_x=5.6,
        mouth_y=-3.6,
        mouth_w=15.0,
        mouth_h=8.6,
        cheek="#e8744f",
        cheek_edge=18.0,
        ink=dark,
        iris="#4a2f1a",
        brow_w=0.9,
    )
    behind, hat = hat_parts(look, Crown(20.0, 18.0, 2.0, -15.0), "head")
    box = (-6.0, -5.0, 7.0, 25.0)
    parts = (
        Part("wing_far", wing(True), (-30, -42, 26, 6), (0, -50), "torso_root", beat(1.0)),
        Part("leg_far", limb(True), box, (2, -24), "torso_root", lambda p: Motion(10 + p.stride * 16)),
        Part("leg_near", limb(False), box, (-12, -24), "torso_root", lambda p: Motion(14 - p.stride * 16)),
        *behind,
        Part("arm_far", limb(True), box, (-2, -32), "torso_root", arm(False)),
        Part("torso", body, (-46 * g, -38, 22 * g, 12), (0, -26), "torso_root", lambda p: Motion(p.lean * 0.6 - 8)),
        Part("wing_near", wing(False), (-30, -42, 30, 6), (-8, -50), "torso_root", beat(-1.0)),
        Part("feeler_far", feeler(True), (-4, -19, 12, 5), (9, -30), "head", lambda p: Motion(10 - 14 * ear_mood(p))),
        Part(
            "feeler_near", feeler(False), (-12, -19, 4, 5), (-5, -30), "head", lambda p: Motion(14 * ear_mood(p) - 10)
        ),
        Part("head", head, (-22, -37, 26, 7), (8, -56), "torso_root", lambda p: Motion(head_angle(p, 0.0))),
        *hat,
        Part("arm_near", limb(False), box, (15 * g, -34), "torso_root", arm(True)),
    )
    root = Part(
        "torso_root", lambda sheet: None, (0, 0, 1, 1), (0, 0), "", lambda p: Motion(p.lean * 0.3, 0, -p.bob * 180)
    )
    return Rig(
        (root, *parts),
        face,
        "head",
        hat[0].name if hat else "head",
        "arm_near",
        (0, 19),
        (-19, -34, 23, 4),
        52 * g,
        106,
    )
