"""The rig of everybody who stands on two legs: people, aliens and the animals of picture books."""

from __future__ import annotations

import math
import random

from resources.cutout.cast import animals, clothes, heads, limbs
from resources.cutout.cast.beast import BEASTS, Beast, head_of
from resources.cutout.cast.face import turn
from resources.cutout.cast.features import face_plan
from resources.cutout.cast.feeling import ear_mood, head_tilt
from resources.cutout.cast.frame import Frame
from resources.cutout.cast.hats import Crown, paint_behind, paint_hat
from resources.cutout.cast.measures import frame_for
from resources.cutout.cast.pose import Pose
from resources.cutout.cast.rig import Motion, Move, Part, Rig
from resources.cutout.props.sheet import Sheet
from schemas.media import ResolvedLook
from schemas.vocabulary import Hair, Headwear, Species


def swing(pose: Pose) -> float:
    """Follow-through of what hangs or stands free, about -1..1: it lags behind the body's lean, step and breath."""
    return max(-1.5, min(1.5, -pose.lean / 9.0 - pose.bob * 14.0 + pose.stride * 0.35))


def reach_up(degrees: float) -> float:
    """The shoulder of a raised arm stays wide of the head: 170 is reached with the elbow."""
    return degrees if degrees <= 90 else 90 + (degrees - 90) * 0.5


def elbow_bend(degrees: float) -> float:
    """Degrees that the elbow bends for an arm raised by so much."""
    return 9.0 + 34.0 * max(0.0, math.sin(math.radians(min(degrees, 90.0)))) - max(0.0, degrees - 90.0) * 0.12


def carrying_bend(pose: Pose) -> float:
    """Degrees that the elbow bends more for an arm that carries something, and is not raised to show it."""
    low = min(1.0, max(0.0, (80.0 - pose.arm_near) / 45.0))
    return 38.0 * pose.grasp * low * low * (3 - 2 * low)


def head_angle(pose: Pose, hunch: float) -> float:
    """The head stays upright when the body leans, bows with the gaze and with the feeling."""
    return -(pose.lean + hunch) * 0.62 + head_tilt(pose) + pose.bow * 7.0


def build(look: ResolvedLook, seed: int, traits: random.Random) -> Rig:
    """The figure of this look."""
    frame = frame_for(look)
    cloth = clothes.cloth_for(look)
    person = look.species is Species.PERSON
    face = face_plan(look, frame, traits)
    s = frame.torso
    parts: list[Part] = []
    add = parts.append
    trait_seed = traits.getrandbits(32)

    def torso_move(pose: Pose) -> Motion:
        return Motion(pose.lean + frame.hunch, 0.0, -pose.bob * 100.0)

    def head_move(pose: Pose) -> Motion:
        return Motion(head_angle(pose, frame.hunch), 0.0, -pose.bob * 22.0)

    def arm_move(near: bool) -> Move:
        def move(pose: Pose) -> Motion:
            raised = reach_up(pose.arm_near if near else pose.arm_far)
            return Motion(-raised - frame.hunch if near else raised - frame.hunch)

        return move

    def fore_move(near: bool) -> Move:
        def move(pose: Pose) -> Motion:
            raised = pose.arm_near if near else pose.arm_far
            bend = elbow_bend(raised) + (carrying_bend(pose) if near else 0.0)
            return Motion(-bend if near else bend)

        return move

    def features(pose: Pose) -> Motion:
        return Motion(0.0, *turn(pose, face))

    reach = frame.hips * 1.8 + 4
    hem = max(clothes.hem_of(look, frame), -frame.hip * 0.36)
    skin, hands = look.skin, look.skin
    paws = not person and look.species is not Species.ALIEN
    own = BEASTS.get(look.species)
    fingers = own.fingers if own else {Species.FROG: 4, Species.ALIEN: 3}.get(look.species, 0)
    hw, hh, hy = frame.head_w / 2, frame.head_h / 2, frame.head_y
    crown = Crown(hw, hh, 0.0, hy)
    if look.species is Species.FROG:
        crown = Crown(hw * 0.62, hh * 0.86, hw * 0.06, hy - hh * 0.42)
    leg_box = (-frame.leg * 1.4, -4.0, frame.leg * 2.0, -frame.hip + 1)
    arm_w = frame.limb * cloth.wide * max(1.0, cloth.flare) / 2 + 2
    upper_box = (-arm_w, -6.0, arm_w, frame.upper + 5)
    fore_box = (-arm_w - 4, -6.0, arm_w + 5, frame.fore + frame.hand * 3.2)

    def arm(near: bool) -> None:
        side = "near" if near else "far"
        x = frame.chest * 0.84 if near else -frame.chest * 0.86
        add(
            Part(
                f"arm_{side}",
                lambda sheet: limbs.paint_upper_arm(sheet, frame, cloth, not near),
                upper_box,
                (x, -s + 4.2),
                "torso",
                arm_move(near),
            )
        )
        add(
            Part(
                f"fore_{side}",
                lambda sheet: limbs.paint_forearm(sheet, frame, cloth, hands, not near, fingers),
                fore_box,
                (0.2, frame.upper),
                f"arm_{side}",
                fore_move(near),
            )
        )

    def leg(near: bool) -> None:
        side = "near" if near else "far"
        x = -frame.hips * 0.42 if near else frame.hips * 0.46
        sign = -1.0 if near else 1.0
        add(
            Part(
                f"leg_{side}",
                lambda sheet: limbs.paint_leg(sheet, frame, cloth, skin, not near, paws),
                leg_box,
                (x, frame.hip),
                "",
                lambda pose: Motion(sign * pose.stride * 27.0),
            )
        )

    if own and own.back:
        paint_back = own.back
        add(
            Part(
                "back",
                lambda sheet: paint_back(sheet, head_of(look, frame)),
                own.back_box,
                (0.0, frame.hip),
                "",
                torso_move,
            )
        )
    if look.species in _TAILS or (own and own.tail):
        add(
            Part(
                "tail",
                lambda sheet: _paint_tail(sheet, look, frame, own),
                own.tail_box if own else (-34, -34, 6, 10),
                (-frame.hips * 0.7, 2.0),
                "torso",
                lambda pose: Motion(swing(pose) * 12.0 - 16.0 * ear_mood(pose) * -1.0 * 0.8),
            )
        )
    leg(False)
    leg(True)
    head_reach = max(hw, hh)
    if look.hair in _BACK and person and not (look.hair is Hair.BUN and look.headwear in _COVERING):
        add(
            Part(
                "hair_back",
                lambda sheet: heads.hair_back(sheet, look, frame),
                (-hw * 1.6, hy - hh * 1.8, hw * 1.6, s * 0.8),
                (0.6, -s),
                "torso",
                lambda pose: _plus(head_move(pose), swing(pose) * 1.6),
            )
        )
    if look.headwear is Headwear.HOOD:
        add(
            Part(
                "hood_back",
                lambda sheet: paint_behind(sheet, look, crown),
                (-head_reach * 1.7, hy - hh * 1.9, head_reach * 1.7, hh),
                (0.6, -s),
                "torso",
                head_move,
            )
        )
    arm(False)
    add(
        Part(
            "torso",
            lambda sheet: clothes.paint_torso(sheet, look, frame),
            (-reach, -s - 5, reach, hem + 4),
            (0.0, frame.hip),
            "",
            torso_move,
        )
    )
    ear_under = own.ears_behind if own else look.species in _EARS_BEHIND
    if ear_under:
        parts += _ears(look, frame)

    def paint_head(sheet: Sheet) -> None:
        if person:
            heads.person_head(sheet, look, frame, random.Random(trait_seed))
            heads.hair_front(sheet, look, frame)
        elif own:
            own.head(sheet, head_of(look, frame))
        else:
            animals.animal_head(sheet, look, frame)

    spread = 1.8 if own else 1.5
    long_beard = hh * 0.9 if look.hair is Hair.BEARD and person else 3.0
    braids = hh * 2.2 if look.hair is Hair.BRAIDS and person else 0.0
    add(
        Part(
            "head",
            paint_head,
            (
                -hw * spread,
                hy - hh * (spread - 0.05),
                hw * spread,
                4 + max(long_beard, braids, hh * 0.5 if own else 0.0),
            ),
            (0.6, -s),
            "torso",
            head_move,
        )
    )
    if not ear_under and not person:
        parts += _ears(look, frame)
    if person:
        nose = (face.x + face.eye_w * 0.25, face.eye_y)
        add(
            Part(
                "nose",
                lambda sheet: heads.person_nose(sheet, look, frame, random.Random(trait_seed + 1)),
                (-4, -3, 7, 10),
                nose,
                "head",
                features,
            )
        )
    elif look.species is not Species.ALIEN:
        lift = own.lift if own else _NOSE_LIFT.get(look.species, 0.62)
        wide, low = (27.0, 22.0) if own else (18.0, 11.0)
        add(
            Part(
                "muzzle",
                lambda sheet: _paint_muzzle(sheet, look, frame, own),
                (-18 * hh / 17.5, -8, wide * hh / 17.5, low),
                (face.x, face.mouth_y - face.mouth_h * lift),
                "head",
                features,
            )
        )
    last = parts[-1].name
    if look.headwear is not Headwear.NONE:
        low = hh * 1.9 if look.headwear is Headwear.SCARF else hh * 0.6
        add(
            Part(
                "hat",
                lambda sheet: paint_hat(sheet, look, crown),
                (crown.x - crown.w * 1.9, crown.y - crown.h * 2.5, crown.x + crown.w * 1.9, crown.y + crown.h + low),
                (0.0, 0.0),
                "head",
            )
        )
    arm(True)
    return Rig(
        parts=tuple(parts),
        face=face,
        face_part="head",
        face_after=last,
        hand_part="fore_near",
        hand=(0.0, frame.fore + frame.hand * 0.6),
        head_box=(-hw, hy - hh, hw, hy + hh),
        width=max(hw * 1.1, frame.hips * 1.6) + 6,
        top=-frame.shoulder
        + frame.head_h
        + (14 if look.headwear is not Headwear.NONE or look.species is Species.RABBIT else 3),
    )


_TAILS = (Species.CAT, Species.DOG, Species.FOX, Species.BEAR, Species.RABBIT, Species.MOUSE)
_EARS_BEHIND = (Species.RABBIT, Species.CAT, Species.FOX, Species.MOUSE, Species.BEAR, Species.ALIEN)
_BACK = (Hair.LONG, Hair.CURLY, Hair.BUN, Hair.BRAIDS)
_COVERING = (Headwear.HOOD, Headwear.HELMET, Headwear.HAT, Headwear.CAP)
_NOSE_LIFT = {Species.BEAR: 0.66, Species.DOG: 0.72, Species.FOX: 0.7, Species.FROG: 1.0}


def _plus(motion: Motion, angle: float) -> Motion:
    return motion._replace(angle=motion.angle + angle)


def _paint_tail(sheet: Sheet, look: ResolvedLook, frame: Frame, own: Beast | None) -> None:
    if own is None:
        animals.paint_tail(sheet, look, frame)
    elif own.tail:
        own.tail(sheet, head_of(look, frame))


def _paint_muzzle(sheet: Sheet, look: ResolvedLook, frame: Frame, own: Beast | None) -> None:
    if own is None:
        animals.animal_muzzle(sheet, look, frame)
    elif own.muzzle:
        own.muzzle(sheet, head_of(look, frame))


def _ears(look: ResolvedLook, frame: Frame) -> list[Part]:
    own = BEASTS.get(look.species)
    seat = own.seat if own and own.ear else animals.EAR_SEATS.get(look.species)
    if seat is None:
        return []
    x, y, range_ = seat
    hw, hh, k = frame.head_w / 2, frame.head_h / 2, frame.head_h / 35
    box = own.reach if own else (-17.0, -31.0, 17.0, 22.0)

    def paint(sheet: Sheet, far: bool) -> None:
        if own and own.ear:
            own.ear(sheet, head_of(look, frame), far)
        else:
            animals.paint_ear(sheet, look, frame, far)

    def ear(far: bool) -> Part:
        side = 1.0 if far else -1.0

        def move(pose: Pose) -> Motion:
            mood = ear_mood(pose)
            droop = -mood * range_ * side  # a sad ear falls outwards
            return Motion(droop + swing(pose) * range_ * 0.22)

        place = (-x * hw * 0.96 + hw * 0.04 if far else x * hw, hh * y + frame.head_y)
        return Part(
            f"ear_{'far' if far else 'near'}",
            lambda sheet: paint(sheet, far),
            (box[0] * k, box[1] * k, box[2] * k, box[3] * k),
            place,
            "head",
            move,
        )

    return [ear(True), ear(False)]
