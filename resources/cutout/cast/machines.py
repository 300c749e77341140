"""Those who were never born: robot and ghost."""

from __future__ import annotations

from random import Random

from resources.cutout import paper
from resources.cutout.cast.biped import elbow_bend, head_angle, reach_up, swing
from resources.cutout.cast.clothes import tint
from resources.cutout.cast.feeling import ear_mood
from resources.cutout.cast.hats import Crown
from resources.cutout.cast.own import airy, eyes, girth_of, hat_parts, neckwear, size_of
from resources.cutout.cast.rig import Motion, Move, Paint, Part, Rig
from resources.cutout.props.sheet import Sheet, band, blob, box, oval, poly
from schemas.media import ResolvedLook
from schemas.vocabulary import Age, Garment

CREAM = "#f6ead2"


def robot(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """A tin robot with a screen for a face and light for a voice."""
    g, big = girth_of(look), size_of(look)
    hull, accent = look.skin, look.garment_colour
    dark = paper.colour(hull, -0.32)
    light = traits.choice(("#8ff0e2", "#ffd76e", "#9fe870"))
    round_ = traits.random() < 0.5
    hw, hh, half = 21 * big, 15 * big, 16 * g
    neck = -57.0

    def body(sheet: Sheet) -> None:
        sheet.cut(box(-4, -36, 5, -26, r=1), dark)
        for y in (-33.5, -30.5):
            sheet.line(((-4, y), (5, y)), paper.colour(dark, 0.3), 0.6)
        hips = 0.8 if look.garment is not Garment.DRESS else 1.25
        sheet.cut(
            poly(
                (-half, -29),
                (half, -29),
                (half * 1.02, -8),
                (half * hips, 2),
                (-half * hips, 2),
                (-half * 1.02, -8),
                r=3.4,
            ),
            hull,
        )
        sheet.cut(box(-half * 0.62, -24, half * 0.78, -7, r=2), accent, shadow=0.5)
        sheet.cut(oval(-half * 0.22, -15.6, 4.6), CREAM, shadow=0.4)
        sheet.line(((-half * 0.22, -15.6), (-half * 0.22 + 2.4, -18)), "#c8442f", 0.8)
        for k, tone in enumerate(("#d1495b", "#edae49", "#3f8f8a")):
            sheet.cut(oval(half * 0.44, -20.5 + 4.8 * k, 1.5, n=8), tone, shadow=0.3)
        for x in (-0.88, 0.92):
            for y in (-25.5, -3.5):
                sheet.flat(oval(half * x, y, 0.8, n=6), dark)
        match look.garment:
            case Garment.COAT | Garment.ROBE:
                low = 7 if look.garment is Garment.COAT else 16
                for s in (-1, 1):
                    sheet.cut(
                        blob(
                            (s * half * 0.98, -29),
                            (s * half * 0.6, -30),
                            (s * half * 0.66, low * 0.5),
                            (s * half * 0.8, low),
                            (s * half * 1.36, low),
                            (s * half * 1.12, -8),
                        ),
                        accent,
                        lighten=-0.08,
                    )
            case Garment.SUIT:
                for s in (-1, 1):
                    sheet.cut(poly((1, -27), (1 + s * 7, -31), (1 + s * 7, -23), r=1.2), accent, lighten=-0.2)
            case Garment.ARMOUR | Garment.SPACESUIT:
                for s in (-1, 1):
                    sheet.cut(oval(s * half * 1.1, -26, 6.4, 5.2), accent if look.garment is Garment.ARMOUR else CREAM)
            case Garment.OVERALLS:
                for s in (-1, 1):
                    sheet.cut(band(((s * half * 0.7, -29.6), (s * half * 0.5, -22)), 3), accent, shadow=0.4)
                sheet.cut(box(-half * 1.05, -5, half * 1.05, 5, r=2), accent)
            case _:
                pass

    def head(sheet: Sheet) -> None:
        for s in (-1, 1):
            sheet.cut(box(s * hw - 3, -hh * 1.3, s * hw + 3, -hh * 0.6, r=1.4), accent, shadow=0.5)
        outline = oval(0, -hh, hw * 1.04, hh * 1.1, n=12) if round_ else box(-hw, -2 * hh, hw, 0.6, r=5.5)
        sheet.cut(outline, hull)
        sheet.cut(box(-hw * 0.76, -hh * 1.72, hw * 0.9, -hh * 0.8, r=4), "#1c2430", shadow=0.3)
        sheet.flat(
            blob((-hw * 0.66, -hh * 1.2), (-hw * 0.62, -hh * 1.6), (-hw * 0.2, -hh * 1.64), (-hw * 0.5, -hh * 1.34)),
            "#ffffff",
            0.1,
        )
        if not round_:
            for x in (-0.88, 0.92):
                for y in (-1.86, -0.14):
                    sheet.flat(oval(hw * x, hh * y, 0.8, n=6), dark)
        if look.age is Age.OLD:
            sheet.flat(
                blob((-hw * 0.9, -hh * 0.5), (-hw * 0.6, -hh * 0.56), (-hw * 0.66, -hh * 0.1), (-hw * 0.86, -hh * 0.2)),
                "#b5652f",
                0.7,
            )
            sheet.line(((hw * 0.3, -hh * 2.0), (hw * 0.4, -hh * 1.86), (hw * 0.34, -hh * 1.76)), dark, 0.6)

    def antenna(sheet: Sheet) -> None:
        sheet.string(((0, 2), (0, -4), (0.5, -9)), dark, 1.5)
        sheet.cut(oval(0.5, -10.6, 2.9), accent, lighten=0.1, shadow=0.5)

    def upper(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            shade = -0.18 if far else 0.0
            for k in range(4):
                sheet.cut(
                    box(-2.9, -1 + k * 3.5, 2.9, 2.2 + k * 3.5, r=1.2), dark if k % 2 else hull, shade, shadow=0.4
                )
            sheet.cut(oval(0, 0, 4.6), accent, shade, shadow=0.5)

        return paint

    def fore(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            shade = -0.18 if far else 0.0
            for s in (-1, 1):
                sheet.cut(
                    blob((0, 12), (s * 4.6, 14.6), (s * 5.2, 19), (s * 2.2, 22), (s * 2.4, 18.4), (s * 1.0, 15.6)),
                    dark,
                    shade,
                    shadow=0.5,
                )
            sheet.cut(box(-3.9, -1, 4.1, 13.4, r=2.4), hull, shade)
            sheet.cut(box(-4.3, 10, 4.5, 13.4, r=1), accent, shade, shadow=0.3)

        return paint

    def leg(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            shade = -0.18 if far else 0.0
            for k in range(5):
                sheet.cut(
                    box(-2.8, -2 + k * 3.7, 2.8, 1.2 + k * 3.7, r=1.2), dark if k % 2 else hull, shade, shadow=0.3
                )
            sheet.cut(blob((-5.4, 23), (-5.2, 18), (-1, 14.6), (5, 15.6), (10.4, 19), (10.6, 23)), accent, shade)

        return paint

    def arm(near: bool) -> Move:
        return lambda p: Motion(-reach_up(p.arm_near) if near else reach_up(p.arm_far))

    def elbow(near: bool) -> Move:
        sign = -1 if near else 1
        return lambda p: Motion(sign * elbow_bend(p.arm_near if near else p.arm_far))

    face = eyes(
        look,
        x=hw * 0.07,
        eye_y=-hh * 1.26,
        eye_gap=hw * 0.38,
        eye_w=hw * 0.19,
        eye_h=hh * 0.33,
        mouth_x=hw * 0.07,
        mouth_y=-hh * 0.42,
        mouth_w=hw * 1.0,
        mouth_h=hh * 0.5,
        kind="grille",
        screen=True,
        iris=light,
        lid="#1c2430",
        brow_w=0.0,
        reach=0.9,
    )
    behind, hat = hat_parts(look, Crown(hw, hh, 0, -hh), "head")
    ub, fb, lb = (-7.0, -7.0, 7.0, 16.0), (-8.0, -4.0, 8.0, 24.0), (-8.0, -4.0, 13.0, 25.0)
    parts = (
        Part("leg_far", leg(True), lb, (half * 0.5, -23), "", lambda p: Motion(p.stride * 26)),
        Part("leg_near", leg(False), lb, (-half * 0.48, -23), "", lambda p: Motion(-p.stride * 26)),
        *behind,
        Part("arm_far", upper(True), ub, (-half * 0.98, -25), "torso", arm(False)),
        Part("fore_far", fore(True), fb, (0, 12), "arm_far", elbow(False)),
        Part("torso", body, (-half * 1.5, -38, half * 1.5, 18), (0, -23), "", lambda p: Motion(p.lean, 0, -p.bob * 70)),
        Part(
            "antenna",
            antenna,
            (-5, -15, 6, 4),
            (hw * 0.1, -hh * 2),
            "head",
            lambda p: Motion(swing(p) * 15 + 25 * ear_mood(p) * -1),
        ),
        Part(
            "head",
            head,
            (-hw - 5, -hh * 2.3, hw + 5, 3),
            (0, neck + 23 + 1),
            "torso",
            lambda p: Motion(head_angle(p, 0.0) * 0.8, 0, -p.bob * 20),
        ),
        *hat,
        Part("arm_near", upper(False), ub, (half * 1.02, -25), "torso", arm(True)),
        Part("fore_near", fore(False), fb, (0, 12), "arm_near", elbow(True)),
    )
    return Rig(
        parts,
        face,
        "head",
        hat[0].name if hat else "head",
        "fore_near",
        (0, 17),
        (-hw, -2.1 * hh, hw, 0.6),
        max(half * 1.5, hw) + 6,
        -neck + 2.2 * hh + 12,
    )


def ghost(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """A sheet with a soul: it never touches the ground."""
    g, big = girth_of(look), size_of(look)
    sheet_tone = look.skin

    def body(sheet: Sheet) -> None:
        hem: list[tuple[float, float]] = []
        waves = 5
        for i in range(waves):
            x = -25 * g + 50 * g * (i + 0.5) / waves
            hem += [(x - 2.4 * g, -3 + 3 * (i % 2)), (x + 2.6 * g, -12)]
        sheet.cut(
            blob(
                (0, -98),
                (17, -92),
                (25, -74),
                (26 * g, -46),
                (28 * g, -16),
                *reversed(hem),
                (-30 * g, -10),
                (-27 * g, -44),
                (-25, -74),
                (-17, -92),
            ),
            sheet_tone,
        )
        sheet.flat(blob((-18, -86), (-8, -94), (-12, -70), (-17, -40), (-22, -20), (-23, -60)), "#ffffff", 0.26)
        for x in (-9, 10):
            sheet.line(
                ((x * 1.1, -40), (x * 1.4 * g, -24), (x * 1.5 * g, -10)),
                paper.colour(sheet_tone, -0.18),
                0.8,
                alpha=0.8,
            )
        neckwear(sheet, airy(look), 1, -50.0, 22, 1.15)
        if look.age is Age.OLD:
            for x, y in ((-12, -30), (14, -22)):
                sheet.cut(box(x - 4, y - 4, x + 4, y + 4, r=1), tint(sheet_tone, look.garment_colour, 0.4), shadow=0.3)

    def arm_paint(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            sheet.cut(
                blob((-6, -4), (5, -5), (6.4, 8), (5.4, 19), (0.4, 23), (-4.6, 18), (-6.4, 7)),
                sheet_tone,
                -0.14 if far else -0.02,
            )

        return paint

    def move(near: bool) -> Move:
        return lambda p: Motion((-p.arm_near if near else p.arm_far) * 0.9 + (-1 if near else 1) * swing(p) * 6)

    def trail(sheet: Sheet) -> None:
        sheet.cut(
            blob((-14, -6), (12, -6), (14, 4), (4, 3), (-4, 8), (-14, 12), (-24, 14), (-18, 6)),
            sheet_tone,
            lighten=-0.1,
        )

    face = eyes(
        look,
        x=3.4,
        eye_y=-74.0,
        eye_gap=9.0,
        eye_w=5.0 * big,
        eye_h=6.8 * big,
        mouth_x=4.0,
        mouth_y=-60.0,
        mouth_w=15.0,
        mouth_h=11.0,
        cheek="#d98aa0",
        cheek_dy=-1.0,
        brow_w=0.7,
        reach=2.0,
        white="#fffdf8",
        iris="#4a4460",
    )
    behind, hat = hat_parts(look, Crown(23.0, 20.0, 0.0, -76.0), "torso")
    parts = (
        *behind,
        Part(
            "trail",
            trail,
            (-27, -9, 17, 17),
            (-6, -15),
            "torso",
            lambda p: Motion(swing(p) * 9 + p.stride * 10 - p.lean * 0.8),
        ),
        Part("arm_far", arm_paint(True), (-9, -8, 9, 26), (-22 * g, -46), "torso", move(False)),
        Part("torso", body, (-36 * g, -100, 36 * g, 4), (0, 0), "", lambda p: Motion(p.lean, 0, -p.bob * 320 - 5)),
        *hat,
        Part("arm_near", arm_paint(False), (-9, -8, 9, 26), (22 * g, -45), "torso", move(True)),
    )
    return Rig(
        parts,
        face,
        "torso",
        hat[0].name if hat else "torso",
        "arm_near",
        (0, 18),
        (-25, -98, 25, -50),
        36 * g,
        108,
        "front",
    )
