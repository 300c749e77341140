"""Every entry of the studio's vocabulary, drawn: ``python -m resources.cutout.catalogue sheets/``.

A sheet each for places, species, garments, headwear and things. Whoever adds an entry looks at it here, and the tests
draw the same entries to see that each draws something and stays inside the box it claims.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skia
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from resources.cutout.camera import Lens
from resources.cutout.cast import Pose, Puppet
from resources.cutout.cast.bodies import build_rig
from resources.cutout.cast.rig import Part
from resources.cutout.palette import hexcode
from resources.cutout.paper import colour
from resources.cutout.places import build, scene_of
from resources.cutout.places.base import HEIGHT
from resources.cutout.places.raster import Eye, compile_layers
from resources.cutout.props import PROPS, draw_prop
from resources.cutout.props.registry import THINGS
from resources.cutout.props.sheet import Sheet
from resources.cutout.score import View
from resources.lexicon.words import data
from schemas.media import ResolvedLook
from schemas.vocabulary import Age, Build, Garment, Hair, Headwear, Mood, Place, Species, TimeOfDay, Weather

Pixels = NDArray[np.uint8]
"""(height, width, 4), RGBA with premultiplied alpha."""
TILE = 180
"""Side of a tile of a sheet, in pixels; places are wider."""
_PAPER = "#e9e1d2"
_KINDS = ("place", "species", "garment", "headwear", "thing")


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the vocabulary and how it is drawn."""

    kind: str
    name: str
    draw: Callable[[], Pixels]
    """Draws it on a transparent tile (places: on their own ground)."""


def entries() -> Iterator[Entry]:
    """All entries: places, species, garments, headwear, things."""
    for place in Place:
        yield Entry("place", place.value, lambda place=place: _place(place))  # type: ignore[misc]
    for species in Species:
        yield Entry("species", species.value, lambda species=species: _figure(species=species))  # type: ignore[misc]
    for garment in Garment:
        yield Entry("garment", garment.value, lambda garment=garment: _figure(garment=garment))  # type: ignore[misc]
    for hat in Headwear:
        yield Entry("headwear", hat.value, lambda hat=hat: _figure(headwear=hat))  # type: ignore[misc]
    for name in sorted(PROPS):
        yield Entry("thing", name, lambda name=name: _thing(name))  # type: ignore[misc]


def look_of_entry(**changes: object) -> ResolvedLook:
    """A plain look with ``changes``, in the colours that its species has by nature."""
    species = Species(str(changes.get("species", Species.PERSON)))
    skins: list[str] = data("looks")["palettes"]["skin" if species is Species.PERSON else species.value]
    known: dict[str, object] = {
        "species": species,
        "age": Age.ADULT,
        "build": Build.MEDIUM,
        "skin": skins[0],
        "hair": Hair.SHORT if species is Species.PERSON else Hair.NONE,
        "hair_colour": "#4a3327",
        "garment": Garment.COAT,
        "garment_colour": "#3b5a94",
        "headwear": Headwear.NONE,
        "headwear_colour": "#a83a32",
        "glasses": False,
    }
    return ResolvedLook.model_validate({**known, **changes})


def strays(part: Part, unit: float = 3.0, room: float = 60.0) -> list[str]:
    """The sides of its box beyond which ``part`` paints, for the box must hold all of it: what is outside is cut off.

    A margin of three units for shadow and uneven edge is free. ``room`` is how far outside the box is looked, in units.
    """
    left, top, right, bottom = part.box
    width, height = round((right - left + 2 * room) * unit), round((bottom - top + 2 * room) * unit)
    matrix = skia.Matrix.Translate((room - left) * unit, (room - top) * unit)
    matrix.preScale(unit, unit)
    surface = skia.Surface(width, height)
    surface.getCanvas().clear(0)
    part.paint(Sheet(surface.getCanvas(), matrix, unit, (0, part.name)))
    seen = surface.makeImageSnapshot().toarray()[..., 3] > 60
    edge = round((room - 3.0) * unit)
    sides = {
        "left": seen[:, :edge],
        "top": seen[:edge],
        "right": seen[:, width - edge :],
        "bottom": seen[height - edge :],
    }
    return [side for side, beyond in sides.items() if beyond.any()]


def contact_sheet(kind: str, columns: int = 8) -> Image.Image:
    """All entries of ``kind`` with their names; raises ``ValueError`` for a kind that does not exist."""
    chosen = [entry for entry in entries() if entry.kind == kind]
    if not chosen:
        raise ValueError(f"no entries of the kind {kind!r}; there are {', '.join(_KINDS)}")
    tiles = [entry.draw() for entry in chosen]
    high, wide = tiles[0].shape[:2]
    columns = max(1, min(columns, 1600 // wide))
    sheet = Image.new("RGB", (columns * wide, -(-len(tiles) // columns) * (high + 16)), _PAPER)
    pen = ImageDraw.Draw(sheet)
    for number, (entry, tile) in enumerate(zip(chosen, tiles, strict=True)):
        x, y = number % columns * wide, number // columns * (high + 16)
        picture = Image.fromarray(tile)
        sheet.paste(picture, (x, y), picture)
        pen.text((x + 6, y + high + 1), entry.name, fill="#3b3138")
    return sheet


def _surface(width: int, height: int) -> skia.Surface:
    surface = skia.Surface(width, height)
    surface.getCanvas().clear(0)
    return surface


def _pixels(surface: skia.Surface) -> Pixels:
    return np.array(surface.makeImageSnapshot().toarray(colorType=skia.ColorType.kRGBA_8888_ColorType))


def _place(place: Place) -> Pixels:
    width, height = 2 * TILE, round(2 * TILE * 9 / 16)
    wide = HEIGHT * width / height
    scene = scene_of(place, TimeOfDay.DAY, Weather.CLEAR, Mood.WARM, 7, [], wide)
    surface = _surface(width, height)
    lens = Lens(zoom=1.0)
    view = View(x=wide / 2, y=HEIGHT / 2, zoom=1.0)
    surface.getCanvas().clear(colour(hexcode(scene.palette.sky)))
    for layer in compile_layers(build(scene).pieces, Eye(width, height, view, 0.0), [lens]):
        layer.draw(surface.getCanvas(), lens, width, height, 0.0)
    return _pixels(surface)


def _figure(**changes: object) -> Pixels:
    surface = _surface(TILE, TILE)
    look = look_of_entry(**changes)
    half = build_rig(look, 5).width / 100.0
    puppet = Puppet(look, TILE * min(0.72, 0.42 / half), 5)
    puppet.draw(surface.getCanvas(), Pose(TILE / 2, 0.94 * TILE))
    return _pixels(surface)


def _thing(name: str) -> Pixels:
    surface = _surface(TILE, TILE)
    size = 0.70 * TILE * min(1.0, 60.0 / THINGS[name].half)
    draw_prop(surface.getCanvas(), name, TILE / 2, 0.88 * TILE, size)
    return _pixels(surface)


def main(folder: Path) -> None:
    """Write a sheet of every kind into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in _KINDS:
        contact_sheet(kind).save(folder / f"{kind}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "sheets"))
