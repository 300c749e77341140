"""From age, build and species to the measures of a body that stands on two legs."""

from __future__ import annotations

from dataclasses import replace

from resources.cutout.cast.beast import BEASTS
from resources.cutout.cast.frame import Frame
from schemas.media import ResolvedLook
from schemas.vocabulary import Age, Build, Species

_AGES = {
    Age.ADULT: Frame(35.0, 32.0, -64.0, -30.0, 11.5, 11.5, 13.5, 13.5, 13.5, 4.7, 7.6, 8.4),
    Age.CHILD: Frame(44.0, 41.0, -55.0, -23.0, 10.5, 11.5, 13.0, 11.0, 11.0, 4.7, 7.4, 8.4),
    Age.OLD: Frame(35.0, 32.0, -60.0, -27.0, 11.5, 13.0, 14.5, 13.0, 13.5, 4.7, 7.4, 8.0, 9.0),
}
_HEADS = {
    # head height and width against a person's; animals carry more of their character in the head
    Species.CAT: (1.0, 1.28),
    Species.DOG: (1.04, 1.16),
    Species.FOX: (1.0, 1.3),
    Species.BEAR: (1.05, 1.28),
    Species.RABBIT: (1.0, 1.12),
    Species.MOUSE: (1.02, 1.18),
    Species.FROG: (0.92, 1.5),
    Species.ALIEN: (1.22, 1.32),
}


def frame_for(look: ResolvedLook) -> Frame:
    """The measures of this look."""
    frame = _AGES[look.age]
    own = BEASTS.get(look.species)
    tall, wide = own.size if own else _HEADS.get(look.species, (1.0, 1.0))
    girth = {Build.SLIM: 0.84, Build.MEDIUM: 1.0, Build.STOUT: 1.3}[look.build]
    if look.species is Species.BEAR:
        girth *= 1.22
    if look.species is Species.ALIEN:
        girth *= 0.84
    if own:
        girth *= own.girth
    fuller = 1 + (girth - 1) * 0.35
    head_h = frame.head_h * tall
    drop = head_h - frame.head_h  # a taller head takes its height from the torso
    return replace(
        frame,
        head_h=head_h,
        head_w=frame.head_w * wide * (1 + (girth - 1) * 0.22),
        shoulder=frame.shoulder + drop,
        hip=frame.hip + drop * 0.4,
        chest=frame.chest * (1 + (girth - 1) * 0.6),
        waist=frame.waist * (girth if girth < 1 else girth * 1.06),
        hips=frame.hips * girth,
        limb=frame.limb * fuller,
        leg=frame.leg * fuller,
        hand=frame.hand * (own.hand if own else 1.12 if look.species in (Species.BEAR, Species.FROG) else 1.0),
    )
