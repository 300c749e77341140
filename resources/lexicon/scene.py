"""Where, when, in what weather, in what mood, and with which things: read from words."""

from __future__ import annotations

from functools import cache

from resources.lexicon.words import Match, Table, Word, data, merged, words_of
from schemas.vocabulary import Mood, Place, Species, TimeOfDay, Weather


@cache
def _small(kind: str) -> frozenset[str]:
    """A list of small words of ``scene.yaml``: standing, going or between."""
    return frozenset(data("scene")[kind])


@cache
def place_words() -> Table:
    """Phrases that name a place."""
    return Table(merged(data("places")["named"], "place"))


@cache
def _place_hints() -> Table:
    return Table(data("places")["implied"])


@cache
def _scene(kind: str) -> Table:
    return Table(merged(data("scene")[kind], kind))


@cache
def species_words() -> Table:
    """Nouns that can be somebody, by species."""
    return Table(merged(data("species"), "species"))


@cache
def prop_words() -> Table:
    """Words for things, by canonical prop name."""
    return Table(merged(data("props"), "props"))


def _lead(words: list[Word], match: Match) -> str:
    """The preposition before a phrase, looking back over articles and a few adjectives; "" when there is none."""
    at = match.first - 1
    for _ in range(4):
        if at < 0:
            return ""
        low = words[at].low
        if low in _small("standing") or low in _small("going"):
            return low
        if low not in _small("between") and at < match.first - 2:
            return ""
        at -= 1
    return ""


def places_in(text: str) -> list[tuple[Place, Match, bool]]:
    """Every place that is named and whether the story only goes there; the places where it stands come first."""
    words = words_of(text)
    ranked = []
    found = place_words().find(text, words)
    # in "the village fair" the village only says which fair
    openings = {match.first for match in found if match.first >= 0}
    heads = [match for match in found if match.last not in openings]
    for order, match in enumerate(heads):
        lead = _lead(words, match)
        opening = match.phrase.split()[0]
        going = opening == "to" or (lead in _small("going") and opening not in _small("standing"))
        rank = 2 if going else 0 if lead or opening in _small("standing") else 1
        ranked.append((rank, order, match))
    return [(Place(match.value), match, rank == 2) for rank, _, match in sorted(ranked, key=lambda one: one[:2])]


def place_of(text: str) -> Place | None:
    """The place a text plays in, or None. A named place wins over what its people and things suggest."""
    named = places_in(text)
    if named:
        return named[0][0]
    hints = _place_hints().find(text)
    return Place(hints[0].value) if hints else None


def _first(table: Table, text: str) -> str | None:
    found = table.find(text)
    return found[0].value if found else None


def time_of(text: str) -> TimeOfDay | None:
    """The hour a text names, or None."""
    found = _scene("time").find(text)
    # "one day", "every day" and "the last day" say nothing about the light; another hour in the text does
    plain = [match.value for match in found if match.phrase != "day"]
    if plain:
        return TimeOfDay(plain[0])
    by_day = any(phrase in f" {text.lower()} " for phrase in (" by day", " in the day", " during the day"))
    return TimeOfDay.DAY if by_day else None


def weather_of(text: str) -> Weather | None:
    """The weather a text names first, or None; a storm wins over what comes with it."""
    found = [match.value for match in _scene("weather").find(text)]
    if not found:
        return None
    return Weather.STORM if Weather.STORM in found else Weather(found[0])


def mood_of(text: str) -> Mood | None:
    """The mood most of a text's words speak of, or None; between equals the first named."""
    counts: dict[str, int] = {}
    for match in _scene("mood").find(text):
        counts[match.value] = counts.get(match.value, 0) + 1
    return Mood(max(counts, key=lambda value: counts[value])) if counts else None


def species_of(text: str) -> Species | None:
    """The body of the first creature a text names, or None."""
    value = _first(species_words(), text)
    return Species(value) if value else None


def props_in(text: str) -> list[str]:
    """Canonical names of the things in a text, in order of appearance, each once."""
    return list(dict.fromkeys(match.value for match in prop_words().find(text)))


def names_thing(text: str, thing: str) -> bool:
    """Whether a text names a thing, by a word for it that is known or, where none is, by the thing's own words."""
    return thing in props_in(text) or thing.lower() in text.lower()
