"""From a look to a rig: which builder makes which species."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from resources.cutout import paper
from resources.cutout.cast import (  # the beasts register themselves when they are imported
    beasts_farm,  # noqa: F401
    beasts_wild,  # noqa: F401
    beasts_woods,  # noqa: F401
    biped,
    dragon,
    feathered,
    hoofed,
    land,
    machines,
    pantry,
    sea,
    small,
    weathered,
)
from resources.cutout.cast.rig import Rig
from schemas.media import ResolvedLook
from schemas.vocabulary import Species

_BUILDERS: dict[Species, Callable[[ResolvedLook, int, Random], Rig]] = {
    Species.BIRD: land.bird,
    Species.FISH: sea.fish,
    Species.WHALE: sea.whale,
    Species.HORSE: hoofed.horse,
    Species.CAMEL: hoofed.horse,
    Species.POTATO: pantry.potato,
    Species.TOASTER: pantry.toaster,
    Species.DRAGON: dragon.dragon,
    Species.ROBOT: machines.robot,
    Species.GHOST: machines.ghost,
    Species.PENGUIN: feathered.penguin,
    Species.OWL: feathered.owl,
    Species.TURTLE: small.turtle,
    Species.OCTOPUS: small.octopus,
    Species.BEE: small.bee,
    Species.SNOWMAN: weathered.snowman,
    Species.CLOUD: weathered.cloud,
}


def build_rig(look: ResolvedLook, seed: int) -> Rig:
    """The rig of a look; ``seed`` decides the traits that a look leaves open."""
    return _BUILDERS.get(look.species, biped.build)(look, seed, paper.rng("traits", seed, look.species))
