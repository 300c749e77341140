"""Things of the kitchen that live: a potato and a toaster, each with thin arms, thin legs and a face."""

from __future__ import annotations

from random import Random

from resources.cutout import paper
from resources.cutout.cast.biped import swing
from resources.cutout.cast.clothes import tint
from resources.cutout.cast.face import FacePlan
from resources.cutout.cast.feeling import ear_mood
from resources.cutout.cast.hats import Crown
from resources.cutout.cast.own import airy, eyes, girth_of, hat_parts, neckwear, size_of
from resources.cutout.cast.rig import Box, Motion, Move, Paint, Part, Rig
from resources.cutout.props.sheet import Sheet, blob, box, oval
from schemas.media import ResolvedLook
from schemas.vocabulary import Garment

_LIMB: Box = (-9.0, -5.0, 10.0, 36.0)


def _bare(look: ResolvedLook) -> ResolvedLook:
    """A body without a neck wears no collar: a bow tie in its place."""
    worn = airy(look)
    return worn.model_copy(update={"garment": Garment.SUIT}) if worn.garment is Garment.COAT else worn


def _arm(tone: str | int, hand: str | int, far: bool) -> Paint:
    """A bent wire with a mitten at its end; the origin is the shoulder."""

    def paint(sheet: Sheet) -> None:
        shade, side = (-0.16, -1) if far else (0.0, 1)
        sheet.string(((0, -1), (side * 2.0, 12), (0, 26)), paper.colour(tone, shade), 3.2)
        sheet.cut(oval(side * 3.6, 26, 2.2, 3.6, tilt=-26 * side, n=9), hand, shade, shadow=0.3)
        sheet.cut(oval(0, 29, 5.2, 5.6, n=11), hand, shade, shadow=0.5)

    return paint


def _leg(tone: str | int, shoe: str | int, far: bool) -> Paint:
    def paint(sheet: Sheet) -> None:
        shade = -0.16 if far else 0.0
        sheet.string(((0, -4), (0.6, 6), (0, 14)), paper.colour(tone, shade), 3.6)
        sheet.cut(blob((-4.4, 12), (3, 11), (9.6, 15.4), (9.6, 18), (-5, 18)), shoe, shade, shadow=0.5)

    return paint


def _reach(near: bool) -> Move:
    return lambda p: Motion(-(p.arm_near * 0.9 + 14) if near else p.arm_far * 0.9 + 14)


def _upright(
    torso: Part, before: tuple[Part, ...], look: ResolvedLook, crown: Crown, limb: str | int, hand: str | int,
    shoulders: tuple[float, float], hips: float, face: FacePlan, head: Box, width: float,
) -> Rig:  # fmt: skip
    """The rig of a body that is a head, on two legs and with two arms; ``before`` lies on the torso, under its face."""
    behind, hat = hat_parts(look, crown, "torso")
    shoe = paper.colour(look.garment_colour, -0.2)
    x, y = shoulders
    leg: Box = (-8.0, -8.0, 13.0, 20.0)
    parts = (
        Part("leg_far", _leg(limb, shoe, True), leg, (hips, -18), "", lambda p: Motion(p.stride * 24)),
        Part("leg_near", _leg(limb, shoe, False), leg, (-hips, -18), "", lambda p: Motion(-p.stride * 24)),
        *behind,
        Part("arm_far", _arm(limb, hand, True), _LIMB, (-x, y), "torso", _reach(False)),
        *before,
        torso,
        *hat,
        Part("arm_near", _arm(limb, hand, False), _LIMB, (x, y), "torso", _reach(True)),
    )
    return Rig(
        parts, face, "torso", hat[0].name if hat else "torso", "arm_near", (0, 29), head, width, 104, "front"
    )  # fmt: skip


def potato(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """A potato with more eyes than it sees with, and a sprout that feels along."""
    g, big = girth_of(look), size_of(look)
    skin = look.skin
    dents = [(traits.uniform(-24, 24) * g, traits.uniform(-66, -12), traits.uniform(1.6, 3.0)) for _ in range(9)]

    def body(sheet: Sheet) -> None:
        sheet.cut(
            blob(
                (-4, -80),
                (16 * g, -76),
                (29 * g, -58),
                (27 * g, -40),
                (33 * g, -20),
                (22 * g, -3),
                (0, 1),
                (-24 * g, -4),
                (-33 * g, -24),
                (-27 * g, -46),
                (-25 * g, -66),
            ),
            skin,
        )
        sheet.flat(blob((-20 * g, -62), (-10, -74), (-14, -54), (-23 * g, -30), (-27 * g, -36)), "#fff0d0", 0.22)
        for x, y, r in dents:
            sheet.flat(oval(x, y, r, r * 0.62, n=8), paper.colour(skin, -0.26), 0.7)
            sheet.line(((x - r, y + r * 0.9), (x + r, y + r * 0.7)), paper.colour(skin, 0.18), 0.6)
        neckwear(sheet, _bare(look), 2, -17.0, 15 * g, 0.8)

    def sprout(sheet: Sheet) -> None:
        sheet.string(((0, 3), (1, -7), (-2, -14)), "#7f9a4a", 2.4)
        sheet.cut(blob((-2, -13), (-12, -17), (-15, -25), (-5, -22)), "#8fb155", shadow=0.5)
        sheet.cut(blob((-2, -13), (6, -20), (14, -21), (8, -13)), "#8fb155", lighten=0.1, shadow=0.5)

    face = eyes(
        look, x=4.0, eye_y=-53.0, eye_gap=9.6, eye_w=6.0 * big, eye_h=7.2 * big, mouth_x=5.0, mouth_y=-34.0,
        mouth_w=18.0, mouth_h=10.4, cheek="#d9795a", cheek_edge=22.0, iris="#5a4020", reach=1.6,
    )  # fmt: skip
    torso = Part("torso", body, (-38 * g, -84, 38 * g, 6), (0, -14), "", lambda p: Motion(p.lean * 0.8, 0, -p.bob * 90))
    leaf = Part(
        "sprout", sprout, (-18, -28, 17, 6), (-2, -79), "torso", lambda p: Motion(14 * ear_mood(p) + 4 * swing(p))
    )
    limb = tint(skin, "#5a3f28", 0.45)
    crown = Crown(27.0, 24.0, 0.0, -56.0)
    return _upright(torso, (leaf,), look, crown, limb, skin, (29 * g, -34), 11, face, (-30, -80, 31, -22), 42 * g)


def toaster(look: ResolvedLook, seed: int, traits: Random) -> Rig:
    """A toaster whose toast stands up when it is glad."""
    g, big = girth_of(look), size_of(look)
    steel, trim = look.skin, tint("#3f3a42", look.garment_colour, 0.35)

    def body(sheet: Sheet) -> None:
        half = 38 * g
        sheet.cut(box(-half + 3, -8, half - 3, 2, r=2.4), trim, shadow=0.5)
        sheet.cut(
            blob(
                (-half * 0.82, -70),
                (0, -73),
                (half * 0.82, -70),
                (half * 1.02, -52),
                (half, -4),
                (0, -2),
                (-half, -4),
                (-half * 1.02, -52),
            ),
            steel,
        )
        sheet.flat(
            blob((-half * 0.86, -60), (-half * 0.6, -66), (-half * 0.66, -14), (-half * 0.9, -12)), "#ffffff", 0.3
        )
        sheet.cut(box(-half * 0.72, -75, half * 0.72, -69, r=2), trim, shadow=0.4)
        sheet.cut(box(half * 0.86, -50, half * 1.0, -16, r=1.6), trim, shadow=0.4)
        sheet.cut(box(half * 0.84, -44, half * 1.2, -36, r=2), look.garment_colour, shadow=0.6)
        sheet.cut(oval(-half * 0.7, -16, 5.4, n=12), look.garment_colour, shadow=0.6)
        sheet.line(((-half * 0.7, -16), (-half * 0.62, -20)), paper.colour(look.garment_colour, -0.4), 1.2)
        neckwear(sheet, _bare(look), 2, -14.0, 16 * g, 0.7)

    def slice_of(far: bool) -> Paint:
        def paint(sheet: Sheet) -> None:
            shade = -0.14 if far else 0.0
            form = ((-13, 8), (-14, -10), (-17, -16), (-10, -23), (10, -23), (17, -16), (14, -10), (13, 8))
            sheet.cut(blob(*form), "#a8692f", shade)
            sheet.flat(blob(*((x * 0.78, y * 0.8 - 1) for x, y in form)), "#e6b672", 0.95)

        return paint

    def pop(lag: float) -> Move:
        return lambda p: Motion(2.0 * swing(p) * lag, 0.0, 7.0 - 12.0 * max(-0.4, ear_mood(p)) * lag)

    face = eyes(
        look, x=3.0, eye_y=-47.0, eye_gap=11.0, eye_w=6.4 * big, eye_h=7.6 * big, mouth_x=4.0, mouth_y=-27.0,
        mouth_w=20.0, mouth_h=11.0, cheek="#e98f7c", cheek_edge=26.0, iris="#3a4a66", reach=1.6,
        lid=tint(steel, "#3a2430", 0.2),
    )  # fmt: skip
    torso = Part("torso", body, (-46 * g, -80, 48 * g, 8), (0, -14), "", lambda p: Motion(p.lean * 0.7, 0, -p.bob * 90))
    toasts = tuple(
        Part(f"toast_{k}", slice_of(k == 0), (-20, -26, 20, 12), (x * g, -70), "torso", pop(lag))
        for k, (x, lag) in enumerate(((9.0, 1.0), (-9.0, 0.7)))
    )
    crown = Crown(30.0, 24.0, 0.0, -52.0)
    return _upright(torso, toasts, look, crown, trim, steel, (36 * g, -34), 15, face, (-38, -74, 38, -14), 48 * g)
