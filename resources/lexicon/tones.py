"""How far apart two colours are to the eye, and by which colour somebody is known from afar."""

from __future__ import annotations

import math

from schemas.media import ResolvedLook
from schemas.plan import Look
from schemas.vocabulary import Species

APART = 0.10
"""Distance in OKLab at which two of a cast are told apart by colour: mustard is 0.14 from olive and 0.03 from ochre."""
BARE = frozenset(
    {
        Species.BIRD, Species.FISH, Species.WHALE, Species.HORSE, Species.CAMEL, Species.POTATO, Species.TOASTER,
        Species.DRAGON, Species.ROBOT, Species.GHOST, Species.PENGUIN, Species.OWL, Species.TURTLE, Species.OCTOPUS,
        Species.BEE, Species.SNOWMAN, Species.CLOUD,
    }
)  # fmt: skip
"""Who shows more of skin, feathers or hull than of clothes."""


def oklab(code: str) -> tuple[float, float, float]:
    """Lightness and the two colour axes of OKLab for ``#rrggbb`` (Ottosson 2020, bottosson.github.io/posts/oklab)."""
    channels = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def apart(one: str, other: str) -> float:
    """The distance of two colours in OKLab: 0 for the same, 1 from black to white."""
    return math.dist(oklab(one), oklab(other))


def main_colour(look: Look | ResolvedLook) -> str:
    """The colour that most of a figure has: the garment's, or the skin's of whoever wears little."""
    bare = look.species in BARE
    return (look.skin if bare else look.garment_colour) or "#808080"
