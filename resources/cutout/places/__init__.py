"""The places of the theatre: one builder for every :class:`schemas.vocabulary.Place`.

To add a place, write a function that takes a :class:`~resources.cutout.places.base.Scene` and returns a
:class:`~resources.cutout.places.base.Scenery`: ``build`` in the module of this package that has the place's name. Only
the places that a film has are loaded. Draw functions are called once per build.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module

from resources.cutout.palette import palette
from resources.cutout.paper import seed as seed_of
from resources.cutout.places.base import Scene, Scenery
from schemas.vocabulary import Mood, Place, TimeOfDay, Weather

INDOORS = frozenset({Place.LIVING_ROOM, Place.KITCHEN, Place.SPACESHIP, Place.SCHOOL})
MAX_WORDS = 60


def location_seed(film_seed: int, location_id: str) -> int:
    """The seed of a location's looks: equal in all of its shots."""
    return seed_of(film_seed, "location", location_id)


def words_of(*texts: str) -> list[str]:
    """The words of the location's text that scenery may answer to, singular and lower case, sorted."""
    found: set[str] = set()
    for text in texts:
        for word in re.findall(r"[a-z]{3,}", text.lower()):
            found.add(word)
            if word.endswith("s") and len(word) > 3:
                found.add(word[:-1])
    return sorted(found)[:MAX_WORDS]


def scene_of(
    place: Place, hour: TimeOfDay, weather: Weather, mood: Mood, seed: int, words: list[str], width: float
) -> Scene:
    """Everything a builder needs. ``width`` is the frame's in world units (720 x aspect)."""
    colours = palette(hour, mood, weather, seed, indoors=place in INDOORS)
    return Scene(place, hour, weather, mood, seed, frozenset(words), width, colours)


def build(scene: Scene) -> Scenery:
    """Lay out a place. Nothing is rasterised yet."""
    builder: Callable[[Scene], Scenery] = import_module(f"{__name__}.{Place(scene.place).value}").build
    return builder(scene)
