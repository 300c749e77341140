"""How tall everybody is beside a grown person, and how large a thing is beside whoever has it."""

from __future__ import annotations

from schemas.media import ResolvedLook
from schemas.vocabulary import Age, Species

STATURE: dict[Species, float] = {
    Species.MOUSE: 0.52,
    Species.FROG: 0.56,
    Species.BIRD: 0.52,
    Species.RABBIT: 0.62,
    Species.CAT: 0.62,
    Species.FISH: 0.42,
    Species.FOX: 0.72,
    Species.DOG: 0.72,
    Species.ALIEN: 0.92,
    Species.ROBOT: 0.96,
    Species.BEAR: 1.16,
    Species.HORSE: 1.12,
    Species.DRAGON: 1.30,
    Species.WHALE: 0.80,
    Species.ELEPHANT: 1.30,
    Species.LION: 1.02,
    Species.MONKEY: 0.70,
    Species.PIG: 0.72,
    Species.SHEEP: 0.74,
    Species.COW: 1.06,
    Species.HEDGEHOG: 0.56,
    Species.SQUIRREL: 0.58,
    Species.PENGUIN: 0.62,
    Species.OWL: 0.56,
    Species.TURTLE: 0.60,
    Species.OCTOPUS: 0.72,
    Species.BEE: 0.46,
    Species.SNOWMAN: 0.92,
    Species.CLOUD: 0.72,
    Species.CAMEL: 1.14,
    Species.POTATO: 0.74,
    Species.TOASTER: 0.78,
}
"""Height in a wide shot against a grown person's. Small creatures are larger than life: they are who we look at."""
_AGE = {Age.CHILD: 0.78, Age.ADULT: 1.0, Age.OLD: 0.95}
WIDE_GROWTH = 0.74
"""Exponent by which the small grow towards the tall in a wide shot: faces must be read."""


def stature(look: ResolvedLook) -> float:
    """Height against a grown person."""
    return STATURE.get(look.species, 1.0) * _AGE[look.age]


def beside(look: ResolvedLook) -> float:
    """How much larger a thing is, in heights of such a one, than in those of a grown person.

    It undoes the growth of the small: a lantern that a mouse holds is as large as the one beside it in a person's hand,
    and the same part of the mouse in every shot.
    """
    return float(stature(look) ** -WIDE_GROWTH)
