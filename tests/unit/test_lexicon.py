"""The lexicon: words to places, hours, weather, bodies, things and looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.lexicon import (
    look_of,
    mood_of,
    place_of,
    props_in,
    resolve_look,
    species_of,
    time_of,
    weather_of,
)
from resources.lexicon.words import data
from schemas.plan import Character, Look
from schemas.vocabulary import (
    Age,
    Garment,
    Hair,
    Headwear,
    Mood,
    Place,
    Species,
    TimeOfDay,
    Weather,
)

CANONICAL = (
    "lantern letter book key map sword crown umbrella bicycle kite ball balloon cup cake apple bread flower plant box "
    "chest bell clock telescope camera guitar violin drum phone lamp candle broom hat boat star moon rocket egg fish "
    "bone wand ring mirror shell coin gift train car snowman compass painting feather stone basket radio suitcase "
    "teapot pie ladder anchor flag puzzle pencil bottle oven sun taxi"
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a robot that washed out of the sea", Place.SEA),
        ("The cat sits in the living room, dreaming of the sea", Place.LIVING_ROOM),
        ("on Mars", Place.SPACE),
        ("aboard an old submarine", Place.SPACESHIP),
        ("under the sea", Place.UNDERWATER),
        ("before the village fair opens", Place.MARKET),
        ("a queen and her crown", Place.CASTLE),
        ("three classrooms full of owls", Place.SCHOOL),
        ("un renard dans la forêt", Place.FOREST),
        ("海辺の灯台で", Place.SEA),
        ("nothing in particular", None),
    ],
)
def test_place(text: str, place: Place | None) -> None:
    assert place_of(text) is place


def test_words_are_whole() -> None:
    assert place_of("he searched the townsfolk") is None
    assert species_of("a catalogue of dogmas") is None
    assert props_in("monkeys and starlings") == []


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("one MIDNIGHT", TimeOfDay.NIGHT),
        ("at sunset", TimeOfDay.DUSK),
        ("early morning", TimeOfDay.DAWN),
        ("at noon", TimeOfDay.DAY),
        ("every day", None),
        ("de noche", TimeOfDay.NIGHT),
    ],
)
def test_time(text: str, time: TimeOfDay | None) -> None:
    assert time_of(text) is time


@pytest.mark.parametrize(
    ("text", "weather"),
    [
        ("it is raining", Weather.RAIN),
        ("rain before the storm", Weather.STORM),
        ("a snow storm", Weather.SNOW),
        ("a foggy city before winter", Weather.FOG),
        ("under a blue sky", Weather.CLEAR),
        ("a table", None),
    ],
)
def test_weather(text: str, weather: Weather | None) -> None:
    assert weather_of(text) is weather


def test_mood_species_and_props() -> None:
    assert mood_of("a lonely widow says goodbye") is Mood.SAD
    assert species_of("two mice and a dragon") is Species.MOUSE
    assert props_in("A KEY, three boxes and the treasure map; another key") == ["key", "box", "map"]


def test_every_canonical_prop_is_found_by_its_own_name() -> None:
    own = set(data("props"))
    assert set(CANONICAL.split()) == own
    # fish is a creature first; the others are things in any sentence
    for prop in sorted(own - {"fish"}):
        assert props_in(f"there was a {prop} on the table") == [prop]


def test_a_look_from_words() -> None:
    look = look_of("an old sailor with a red scarf and a white beard")
    assert (look.age, look.hair, look.headwear) == (Age.OLD, Hair.BEARD, Headwear.SCARF)
    assert look.headwear_colour == "#c4402f" and look.hair_colour == "#ece7da"
    assert look_of("a knight").garment is Garment.ARMOUR
    assert look_of("an astronaut").garment is Garment.SPACESUIT
    assert (look_of("a queen").garment, look_of("a queen").headwear) == (Garment.DRESS, Headwear.CROWN)
    assert look_of("a farmer").garment is Garment.OVERALLS
    assert look_of("a wizard").headwear is Headwear.POINTED
    assert look_of("a black cat").skin == "#2e2b2f"
    assert look_of("") == Look()


def test_what_is_written_wins_over_words_and_words_over_the_draw() -> None:
    written = Character(id="k", name="Kay", description="a knight in green", look=Look(garment=Garment.COAT))
    look = resolve_look(written, 7)
    assert look.garment is Garment.COAT
    assert look.headwear is Headwear.HELMET


def test_a_look_is_the_same_every_time_and_writing_one_field_changes_no_other() -> None:
    plain = Character(id="ada", name="Ada")
    first = resolve_look(plain, 3)
    assert resolve_look(plain, 3) == first
    hat = resolve_look(Character(id="ada", name="Ada", look=Look(headwear=Headwear.HAT)), 3)
    assert hat == first.model_copy(update={"headwear": Headwear.HAT})


def test_looks_differ_between_characters() -> None:
    looks = {resolve_look(Character(id=f"c{n}", name="X"), 0).model_dump_json() for n in range(30)}
    assert len(looks) > 25


def test_a_grandmother_has_no_beard() -> None:
    for seed in range(40):
        assert resolve_look(Character(id="g", name="G", description="a woman"), seed).hair is not Hair.BEARD


@given(st.text(max_size=400))
def test_any_text_is_understood_or_left_alone(text: str) -> None:
    for found in (place_of(text), time_of(text), weather_of(text), mood_of(text), species_of(text)):
        assert found is None or isinstance(found, (Place, TimeOfDay, Weather, Mood, Species))
    assert set(props_in(text)) <= set(data("props"))
    look_of(text)


@pytest.mark.parametrize(
    ("noun", "body"), [("snail", Species.TURTLE), ("ladybird", Species.BEE), ("mole", Species.MOUSE)]
)
def test_who_is_not_drawn_has_the_body_of_the_nearest(noun: str, body: Species) -> None:
    """A shell for a shell, wings for wings."""
    assert species_of(f"a {noun}") is body
