"""A bird, which stands on thin legs and whose wings are its arms."""

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
from schemas.vocabulary import Age


def bird(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """A round bird on thin legs; the wings are its arms."""
    g, big = girth_of(look), size_of(look)
    black = paper.luminance(look.skin) < 0.25  # a crow, a raven: black all over
    fur, light = look.skin, tint(look.skin, "#8f96ad" if black else "#fff3df", 0.26 if black else 0.7)
    dark = paper.colour(fur, -0.2)
    beak = traits.choice(("#f2a03d", "#e98a3a", "#f2b84b"))
    if black:
        beak = "#6d6a72"
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
        Part("wing_near", wing(False), wing_box, (20 * g, -45), "torso", raise_(True)),
        Part(
            "head", head, (-22, -38, 24, 16), (4, -62), "torso", lambda p: Motion(head_angle(p, 0.0), 0.0, -p.bob * 20)
        ),
        *hat,
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
        "front",
    )
