"""The studio's vocabulary: every entry draws something, stays inside its box, and is found by its words."""

from __future__ import annotations

import random

import numpy as np
import pytest
import skia
import yaml

from resources.cutout import actions
from resources.cutout.cast.beast import BEASTS
from resources.cutout.cast.bodies import build_rig
from resources.cutout.cast.business import BUSINESS
from resources.cutout.cast.rig import Part
from resources.cutout.catalogue import TILE, Entry, contact_sheet, entries, look_of_entry, strays
from resources.cutout.props.registry import THINGS
from resources.cutout.props.sheet import Sheet, oval
from resources.lexicon.scene import species_of, species_words
from resources.lexicon.words import data
from schemas.vocabulary import Garment, Headwear, Place, Species

ENTRIES = list(entries())


def seen(tile: np.ndarray) -> np.ndarray:
    return tile[..., 3] > 100


def flaws(entry: Entry) -> list[str]:
    """What is wrong with an entry's drawing, in words."""
    tile = entry.draw()
    if entry.kind == "place":
        return [] if tile[..., :3].std() > 15 else ["draws nothing"]
    mask, found = seen(tile), []
    if mask.sum() < 0.008 * TILE * TILE:
        found.append("draws nothing")
    if mask[:2].any() or mask[:, :2].any() or mask[:, -2:].any() or mask[-2:].any():
        found.append("leaves its tile")
    return found


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.kind}-{entry.name}")
def test_every_entry_is_drawn_inside_its_tile(entry: Entry) -> None:
    assert not flaws(entry)


def test_an_entry_that_draws_nothing_or_leaves_its_tile_is_found() -> None:
    empty = np.zeros((TILE, TILE, 4), np.uint8)
    large = np.full((TILE, TILE, 4), 255, np.uint8)
    assert flaws(Entry("thing", "nothing", lambda: empty)) == ["draws nothing"]
    assert flaws(Entry("thing", "wall", lambda: large)) == ["leaves its tile"]


@pytest.mark.parametrize(
    "changes",
    [{"species": species} for species in Species]
    + [{"garment": garment} for garment in Garment]
    + [{"headwear": hat} for hat in Headwear],
    ids=lambda changes: "-".join(map(str, changes.values())),
)
def test_every_part_stays_inside_the_box_it_claims(changes: dict[str, object]) -> None:
    for part in build_rig(look_of_entry(**changes), 5).parts:
        assert not strays(part), part.name


def test_a_part_that_leaves_its_box_is_found() -> None:
    def paint(sheet: Sheet) -> None:
        sheet.cut(oval(0, 0, 30, 8), "#c04030")

    assert strays(Part("arm", paint, (-10, -10, 10, 10))) == ["left", "right"]


def test_every_thing_stays_within_the_width_it_claims() -> None:
    for name, thing in THINGS.items():
        unit, room = 2.0, 180
        surface = skia.Surface(2 * room, 2 * room)
        surface.getCanvas().clear(0)
        matrix = skia.Matrix.Translate(room, 1.5 * room)
        matrix.preScale(unit, unit)
        thing.draw(Sheet(surface.getCanvas(), matrix, unit, ("prop", name, 0)), False)
        columns = np.flatnonzero(seen(surface.makeImageSnapshot().toarray()).any(axis=0))
        reach = max(room - columns[0], columns[-1] - room) / unit
        assert reach <= thing.half + 9, f"{name} reaches {reach:.0f} units to the side, and claims {thing.half:.0f}"


def test_sheets_hold_every_entry() -> None:
    sheet = contact_sheet("headwear")
    assert sheet.width >= 7 * TILE and np.asarray(sheet).std() > 15
    with pytest.raises(ValueError, match="there are place, species"):
        contact_sheet("weather")
    kinds = [entry.kind for entry in ENTRIES]
    assert kinds.count("species") == len(Species) and kinds.count("place") == len(Place)
    assert kinds.count("thing") == len(THINGS)


def test_every_species_has_words_and_colours() -> None:
    palettes = data("looks")["palettes"]
    for species in Species:
        assert data("species")[species.value], species
        assert palettes["skin" if species is Species.PERSON else species.value], species
    for species in BEASTS:
        assert species_of(f"a {species.value} at the door") is species
    assert species_of("a tiny guinea pig") is Species.MOUSE
    assert species_of("the little cloud") is Species.CLOUD
    assert not species_words().find("clouds over the sea")


def test_every_kind_of_business_is_asked_for_by_words_and_every_word_has_its_business() -> None:
    table = actions._table()
    asked = set(table["business"])
    assert asked == set(BUSINESS) - {"give", "take"}  # those two come with a thing that changes hands
    assert set(table["walk"]) == {"in", "out", "on"} and set(table["hands"]) == {"give", "take", "put"}
    assert yaml.safe_dump(table)


@pytest.mark.parametrize("kind", sorted(BUSINESS))
def test_business_is_bounded_and_begins_softly(kind: str) -> None:
    for whole in (1.5, 4.0, 11.0):
        before = BUSINESS[kind](0.0, whole)
        assert before.weight * max(abs(before.lean), 100 * abs(before.bob)) < 1.0, "it begins with a jump"
        weights = []
        for frame in range(round(24 * whole)):
            doing = BUSINESS[kind](frame / 24, whole)
            weights.append(doing.weight)
            assert 0 <= doing.weight <= 1 and abs(doing.lean) < 30 and abs(doing.bob) <= 0.12
            assert all(arm is None or -5 <= arm <= 150 for arm in (doing.near, doing.far))
            assert doing.gaze is None or max(map(abs, doing.gaze)) <= 1
        assert max(weights) > 0.3 and np.abs(np.diff(weights)).max() < 0.16


def test_entries_do_not_depend_on_what_was_drawn_before() -> None:
    chosen = random.Random(3).sample([entry for entry in ENTRIES if entry.kind != "place"], 12)
    first = [entry.draw() for entry in chosen]
    for entry, before in zip(reversed(chosen), reversed(first), strict=True):
        assert np.array_equal(entry.draw(), before), entry.name
