"""Where and when the acts play: three locations at most, an hour that moves on and weather that means something."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Any

from resources.agents.storyteller import english
from resources.agents.storyteller.idea import Idea
from resources.lexicon import place_of, time_of, weather_of
from schemas.plan import Location
from schemas.vocabulary import Mood, Place, TimeOfDay, Weather

_INDOORS = {Place.LIVING_ROOM, Place.KITCHEN, Place.SCHOOL, Place.SPACESHIP}
_AIRLESS = {Place.SPACE, Place.SPACESHIP, Place.UNDERWATER}


@dataclass(frozen=True, slots=True)
class Scene:
    """A location and how the lines speak of it."""

    location: Location
    inside: str
    """``in the living room``."""
    noun: str
    """``the living room``."""

    @property
    def place(self) -> Place:
        """The kind of place; never None for a scene of the storyteller."""
        return self.location.place or Place.CITY

    @property
    def air(self) -> str:
        """``the rain``; "" when the air does nothing, or does it outside the window."""
        return "" if self.location.weather is Weather.CLEAR or self.place in _INDOORS else self.sky

    @property
    def sky(self) -> str:
        """``the rain``, or the hour when the air does nothing."""
        stage = english.data("stage")
        if self.location.weather is Weather.CLEAR or self.place in _INDOORS:
            return str(stage["hour_nouns"][self.location.time_of_day.value])
        return str(stage["sky_nouns"][self.location.weather.value])


def scenes(idea: Idea, shape: str, mood: Mood, rng: random.Random) -> list[Scene]:
    """One scene for each of the three acts (the same object where nothing changes)."""
    # a place that is only named in "before the fair opens" is one the story is on its way to
    ahead = [going or words in idea.deadline for _, words, going in idea.places]
    standing = [one[:2] for one, far in zip(idea.places, ahead, strict=True) if not far]
    goal_places = [one[:2] for one, far in zip(idea.places, ahead, strict=True) if far]
    concept = _concept(idea)
    implied = place_of(idea.text)
    if standing:
        start = standing[0]
    else:
        thought = Place(concept["place"]) if "place" in concept else None
        shown = implied if not goal_places else None
        hint = _implied(idea) or (shown or thought if idea.cast else thought or shown)
        start = (_under_the_sky(idea, hint, rng) or rng.choice(_ANYWHERE), "")
    others = [one for one in (*goal_places, *standing[1:]) if one[0] is not start[0]]
    end = others[-1] if others else start
    times = _times(idea, shape, mood, concept, rng)
    skies = _skies(idea, shape, mood, concept, start[0], rng)
    places = [start, start, end]
    out: list[Scene] = []
    for act, ((place, words), time, weather) in enumerate(zip(places, times, skies, strict=True), 1):
        if place in _AIRLESS and idea.weather is None and not (act == 3 and idea.awaited):
            weather = Weather.CLEAR
        out.append(_scene(idea, act, place, words, time, weather, out))
    return out


def _under_the_sky(idea: Idea, place: Place | None, rng: random.Random) -> Place | None:
    """Where it plays when nothing but the weather is said: snow is not looked at through a window."""
    if idea.weather in (None, Weather.CLEAR) or (idea.deadline and weather_of(idea.deadline) is idea.weather):
        return place
    if place is not None and place not in _INDOORS:
        return place
    outside: dict[str, list[str]] = english.data("stage")["outside"]
    return Place(rng.choice(outside[idea.weather]))


_ANYWHERE = (Place.CITY, Place.FOREST, Place.FARM, Place.LIVING_ROOM, Place.MARKET)


def _concept(idea: Idea) -> dict[str, str]:
    concepts: dict[str, dict[str, str]] = english.data("stage")["concepts"]
    return next((concepts[word] for word in concepts if word in idea.keywords), {})


def concept_props(idea: Idea) -> list[str]:
    """The things by which a thought is shown: time by a clock and a candle."""
    return [str(prop) for prop in _concept(idea).get("props", [])]


def concept_witness(idea: Idea) -> str:
    """Whom a thought is about although it names nobody: loneliness is somebody's. "" for most."""
    return _concept(idea).get("witness", "")


def _implied(idea: Idea) -> Place | None:
    """The place the first of the cast suggests, before anything else does."""
    return place_of(idea.cast[0].noun) if idea.cast and idea.cast[0].noun else None


def _times(idea: Idea, shape: str, mood: Mood, concept: dict[str, str], rng: random.Random) -> list[TimeOfDay]:
    dawn, day, dusk, night = TimeOfDay
    fixed = idea.time or (TimeOfDay(concept["time"]) if "time" in concept else None)
    due = time_of(idea.deadline) if idea.deadline else None
    if fixed is not None and due is fixed:
        before = {dawn: night, day: dawn, dusk: day, night: dusk}[fixed]
        return [before, before, fixed]
    if fixed is not None and due is not None:  # "one morning ... before the clock strikes noon"
        return [fixed, fixed, due]
    if fixed is not None:
        return [fixed] * 3
    arc = _fitting(english.data("stage")["arcs"], shape, mood, rng)
    return [TimeOfDay(hour) for hour in arc["hours"]]


def _fitting(arcs: list[dict[str, Any]], shape: str, mood: Mood, rng: random.Random) -> dict[str, Any]:
    """One of ``arcs``: four times as likely when it is one for this shape, and again for this mood."""
    fits = [4 ** ((shape in one["for"]) + (mood.value in one["for"])) for one in arcs]
    return rng.choices(arcs, fits)[0]


def _skies(
    idea: Idea, shape: str, mood: Mood, concept: dict[str, str], place: Place, rng: random.Random
) -> list[Weather]:
    named = idea.weather or (Weather(concept["weather"]) if "weather" in concept else None)
    clear = Weather.CLEAR
    if idea.awaited is not None:
        dull = Weather.SNOW if place is Place.MOUNTAINS else Weather.FOG
        before = idea.weather or (dull if idea.awaited is clear and place not in _AIRLESS else clear)
        return [before, before, idea.awaited]
    if named is not None:
        lifts = shape in ("rescue", "quest", "race") and named in (Weather.STORM, Weather.FOG, Weather.RAIN)
        return [named, named, clear if lifts and rng.random() < 0.6 else named]
    if place in _AIRLESS:
        return [clear] * 3
    by_mood = {
        Mood.TENSE: [Weather.STORM, Weather.RAIN],
        Mood.MYSTERIOUS: [Weather.FOG],
        Mood.SAD: [Weather.RAIN, Weather.FOG],
    }
    trouble = rng.choice(by_mood.get(mood, [Weather.WIND, clear, Weather.RAIN]))
    if place in _INDOORS or place is Place.DESERT:
        trouble = rng.choice([clear, Weather.WIND if place is Place.DESERT else Weather.RAIN])
    sky = _fitting(english.data("stage")["skies_of"], shape, mood, rng)["sky"]
    return [trouble if letter == "t" else clear for letter in sky]


def _scene(
    idea: Idea, act: int, place: Place, words: str, time: TimeOfDay, weather: Weather, before: list[Scene]
) -> Scene:
    for scene in before:
        same = scene.location
        if (same.place, same.time_of_day, same.weather) == (place, time, weather):
            return scene
    stage = english.data("stage")["places"][place.value]
    inside, noun = _speak(idea.text, words) if words else (stage["in"], stage["noun"])
    if english.singular(noun.split()[-1]) != noun.split()[-1]:
        noun = stage["noun"]
    sky, hour = english.data("stage")["skies"][weather.value], english.data("stage")["hours"][time.value]
    location = Location(
        id=f"place-{act}",
        name=english.capital(noun.removeprefix("the "))[:120],
        description=f"{english.capital(inside)} {hour}, {sky}: {stage['view']}.",
        place=place,
        time_of_day=time,
        weather=weather,
    )
    return Scene(location, inside, noun)


def _speak(text: str, words: str) -> tuple[str, str]:
    """(``in the attic``, ``the attic``) for a place the idea names by ``words``."""
    opening = re.match(r"(?:on|in|at|to|of|out of|under|beneath|among|aboard|surface of)(?: the)? (.+)", words)
    bare = opening.group(1) if opening else words
    bare = {"woods": "woods", "wood": "woods", "stars": "stars", "waves": "waves"}.get(bare, bare)
    proper = bare in english.data("stage")["proper_places"]
    name = bare.title() if proper and bare not in ("space", "outer space", "home", "downtown") else bare
    noun = name if proper else f"the {name}"
    if words.startswith(("under ", "beneath ", "among ", "on ", "in ")):
        return f"{words.split()[0]} {noun}", noun
    if bare == "underwater" or bare == "downtown":
        return bare, "the deep" if bare == "underwater" else "the city"
    found = re.search(
        rf"\b(in|on|at|under|by|near|inside|over|behind|beside|above)\s+(?:(?:the|a|an|his|her|its|their|my)\s+)?"
        rf"((?:[a-z-]+\s+)?){re.escape(bare)}",
        text.lower(),
    )
    if found and not proper:
        extra = found.group(2).strip()
        kept = f"{extra} " if extra in english.word_class("adjectives") else ""
        return f"{found.group(1)} the {kept}{name}", f"the {kept}{name}"
    last = bare.split()[-1]
    prepositions: dict[str, list[str]] = english.data("stage")["prepositions"]
    preposition = next((key for key, nouns in prepositions.items() if last in nouns), "in")
    return f"{'at' if bare == 'home' else preposition} {noun}", noun
