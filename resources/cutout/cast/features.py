"""Where eyes, brows and mouth sit on a head, with a little that is a character's own."""

from __future__ import annotations

import random
from dataclasses import replace

from resources.cutout.cast import clothes, heads
from resources.cutout.cast.beast import BEASTS, head_of
from resources.cutout.cast.face import FacePlan
from resources.cutout.cast.frame import Frame
from schemas.media import ResolvedLook
from schemas.vocabulary import Age, Garment, Hair, Species


def face_plan(look: ResolvedLook, frame: Frame, traits: random.Random) -> FacePlan:
    """Where eyes and mouth sit, with a little that is a character's own."""
    w, h, y = frame.head_w / 2, frame.head_h / 2, frame.head_y
    child, old = look.age is Age.CHILD, look.age is Age.OLD
    big = traits.uniform(0.94, 1.08) * (1.1 if child else 1.0)
    shade = clothes.tint(look.skin, "#5a2c28", 0.13)
    iris = traits.choice(("#5b3a24", "#3d5a6c", "#4f6b3a", "#46342c", "#6b4a2a"))
    plan = FacePlan(
        x=w * 0.13,
        eye_y=y + h * (0.08 if child else 0.0),
        eye_gap=w * traits.uniform(0.37, 0.41),
        eye_w=3.9 * big * frame.head_h / 35,
        eye_h=4.9 * big * frame.head_h / 35 * (0.9 if old else 1.0),
        mouth_x=w * 0.15,
        mouth_y=y + h * 0.6,
        mouth_w=w * traits.uniform(0.66, 0.78),
        mouth_h=h * 0.56,
        lid=shade,
        ink=heads.hair_colour(look) if look.species is Species.PERSON else "#3a2a24",
        lip=clothes.tint(look.skin, "#b5483f", 0.5),
        iris=iris,
        glasses=look.glasses,
        lashes=look.species is Species.PERSON
        and (look.garment is Garment.DRESS or look.hair in (Hair.LONG, Hair.BUN, Hair.BRAIDS)),
        cheek="" if look.hair is Hair.BEARD and look.species is Species.PERSON else "#e0654f",
        brow_w=traits.uniform(0.85, 1.2) * (1.25 if look.hair is Hair.BEARD or old else 1.0),
        cheek_dy=-h * 0.08 if child else 0.0,
        cheek_edge=w * (0.75 if look.species is Species.PERSON else 0.92),
        reach=h * 0.085,
    )
    dark = clothes.tint(plan.ink, "#2b201c", 0.35)
    plan = replace(plan, ink=dark)
    match look.species:
        case Species.PERSON:
            return plan
        case species if species in BEASTS:
            return BEASTS[species].face(plan, head_of(look, frame))
        case Species.FROG:
            return replace(
                plan,
                x=w * 0.08,
                eye_y=y - h * 0.66,
                eye_gap=w * 0.5,
                eye_w=h * 0.34,
                eye_h=h * 0.36,
                mouth_y=y + h * 0.34,
                mouth_w=w * 1.16,
                mouth_h=h * 0.62,
                brow_gap=0.75,
                cheek="#d98a4a",
                cheek_dy=h * 0.42,
                iris="#8a6a1c",
            )
        case Species.ALIEN:
            return replace(
                plan,
                eyes=3,
                eye_y=y + h * 0.0,
                eye_gap=w * 0.5,
                eye_w=h * 0.25,
                eye_h=h * 0.29,
                mouth_y=y + h * 0.58,
                mouth_w=w * 0.56,
                brow_w=0.0,
                iris="#2f6f73",
                cheek="",
                mouth_h=h * 0.42,
            )
        case Species.MOUSE | Species.RABBIT | Species.CAT:
            return replace(
                plan,
                x=w * 0.1,
                mouth_x=w * 0.12,
                eye_y=y - h * 0.08,
                eye_gap=w * 0.42,
                mouth_y=y + h * 0.66,
                mouth_w=w * 0.5,
                mouth_h=h * 0.44,
                eye_w=plan.eye_w * 1.05,
                brow_w=0.8,
                cheek_dy=1.0,
                iris="#6f7a2a" if look.species is Species.CAT else iris,
            )
        case Species.FOX:
            return replace(
                plan,
                mouth_x=w * 0.2,
                x=w * 0.12,
                eye_y=y - h * 0.06,
                eye_gap=w * 0.4,
                mouth_y=y + h * 0.66,
                mouth_w=w * 0.54,
                mouth_h=h * 0.42,
                brow_w=0.9,
                cheek="",
                iris="#9a6420",
            )
        case _:
            return replace(
                plan,
                x=w * 0.1,
                mouth_x=w * 0.16,
                eye_y=y - h * 0.12,
                eye_gap=w * 0.4,
                mouth_y=y + h * 0.62,
                mouth_w=w * 0.62,
                mouth_h=h * 0.46,
                brow_w=1.0,
                cheek="",
                iris="#4a3020",
            )
