"""Scene headings: where, at what hour, in what weather."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from resources.agents.screenplay.elements import Action, Scene
from resources.agents.screenplay.names import id_of, titled
from resources.agents.screenplay.sentences import sentences
from resources.agents.screenplay.wordlists import data, table, words
from resources.lexicon import time_of, weather_of
from resources.lexicon.scene import place_words, places_in
from resources.lexicon.words import Table, Word, words_of
from schemas.plan import Location
from schemas.vocabulary import Place, TimeOfDay, Weather

_PREFIX = re.compile(r"(INT\.?\s*/\s*EXT|EXT\.?\s*/\s*INT|I\s*/\s*E|INT|EXT|EST)\b[\s.:]*", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[]([^)\]]*)[)\]]")
_DASHES = re.compile(r"\s+[-–—/]+\s+|\s*(?:--|—)\s*|\s+-|-\s+")
_REMEMBERED = 40
"""So many settings back an angle may return to."""
_OUTSIDE = re.compile(r"\b(?:OUTSIDE|EXTERIOR)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a scene plays. Equal settings are one location of the plan."""

    name: str
    place: Place
    hour: TimeOfDay = TimeOfDay.DAY
    weather: Weather = Weather.CLEAR
    inside: bool = False
    hint: str = ""
    """A word for the scenery: "office", "hall"."""

    @property
    def id(self) -> str:
        """The location's id: name, side and hour, so that it stays when scenes come and go."""
        hour = "" if self.hour is TimeOfDay.DAY else f"-{self.hour.value}"
        air = "" if self.weather is Weather.CLEAR else f"-{self.weather.value}"
        side = "in" if self.inside else "out"
        return f"{id_of(self.name)}-{side}{hour}{air}"

    def location(self) -> Location:
        """This as a location of a plan."""
        return Location(
            id=self.id,
            name=self.name[:120],
            description=", ".join(filter(None, ["inside" if self.inside else "outside", self.hint])),
            place=self.place,
            time_of_day=self.hour,
            weather=self.weather,
        )


@dataclass(frozen=True, slots=True)
class Slug:
    """A heading taken apart. ``side`` is "in", "out", "both" or "" for a heading without INT. or EXT."""

    side: str
    name: str
    parts: tuple[str, ...]
    dashed: bool
    when: str


def take_apart(heading: str) -> Slug:
    """``INT. BLOOM HOUSE - KITCHEN - NIGHT (1973)`` -> in, "Bloom House, Kitchen", when "NIGHT 1973"."""
    prefix = _PREFIX.match(heading)
    rest = heading[prefix.end() :] if prefix else heading
    side = ""
    if prefix:
        word = prefix.group(1).upper()
        side = "both" if "/" in word else "in" if word == "INT" else "out"
    bracketed = " ".join(_BRACKETS.findall(rest))
    rest = " ".join(_BRACKETS.sub(" ", rest).split())
    dashed = _DASHES.search(rest) is not None
    parts: list[str] = []
    when: list[str] = []
    for chunk in _DASHES.split(rest):
        for piece in chunk.split(","):
            text = piece.strip(" .:-–—")
            if text:
                (when if parts and _says_when(text) else parts).append(text)
    if len(parts) == 1 and not prefix and _says_when(parts[0]):
        when, parts = parts, []
    kept = [part for part in parts if part.casefold() not in words("headings", "moving")] or parts
    return Slug(side, titled(", ".join(kept[:2])), tuple(kept), dashed, " ".join([*when, bracketed]))


def _says_when(text: str) -> bool:
    low = [word.low for word in words_of(text)]
    known = words("headings", "when") | words("headings", "moving")
    if not low:
        return any(char.isdigit() for char in text)
    if all(word in known or word.isdigit() for word in low):
        return True
    # other writing systems, and weather that stands where the hour does
    bare = text.casefold()
    return any(hit.phrase == bare for hit in _hours().find(text)) or any(
        hit.phrase == bare for hit in _strict_weather().find(text)
    )


def setting_of(scene: Scene, known: list[Setting]) -> Setting:
    """The setting of a scene; what its heading leaves open comes from its first words, then from those before.

    ``known`` holds the settings of all scenes before, the last one last.
    """
    slug = take_apart(scene.heading)
    before = known[-1] if known else None
    opening = " ".join(item.text for item in scene.items[:4] if isinstance(item, Action))[:600]
    place = _place(slug)
    if not slug.side:
        if before is not None and (place is None or not slug.name):
            return before  # an angle, an insert or "LATER": still there
        outside = bool(_OUTSIDE.search(scene.heading))
        slug = replace(slug, side="out" if outside or place not in _ROOMS else "in")
        place = _place(slug) if place is not None else None
        again = [
            one for one in known[-_REMEMBERED:] if one.inside == (slug.side == "in") and _same_noun(one.name, slug.name)
        ]
        if again and "'" not in slug.name.replace("’", "'"):
            return replace(again[-1], hour=_hour(slug.when) or known[-1].hour)  # "BACK IN THE APARTMENT"
    inside = slug.side == "in" or (slug.side == "both" and place in _ROOMS)
    if place is None:
        place = _told(opening, inside) or (Place.LIVING_ROOM if inside else Place.CITY)
    continues = before is not None and (not _hour(slug.when) or before.name == slug.name)
    hour = _hour(slug.when) or _hour_after(before, slug.when) or time_of(opening) or TimeOfDay.DAY
    weather = _weather(slug.when) or weather_of(slug.name if not inside else "") or _weather(opening)
    if weather is None and continues and before is not None and "CONTINU" in slug.when.upper():
        weather = before.weather
    name = slug.name or titled(place.value.replace("_", " ").upper())
    return Setting(name, place, hour, weather or Weather.CLEAR, inside, _hint(slug, place, inside=inside))


_ROOMS = frozenset({Place.LIVING_ROOM, Place.KITCHEN, Place.SCHOOL, Place.SPACESHIP})


@cache
def _nouns() -> Table:
    sides: dict[str, list[str]] = data("headings")["places"]
    return Table({noun: [noun] for noun in sides})


@cache
def _vehicles() -> Table:
    return table("headings", "vehicles")


@cache
def _strict_weather() -> Table:
    return table("headings", "weather")


@cache
def _hours() -> Table:
    from resources.lexicon.words import data as lexicon
    from resources.lexicon.words import merged

    return Table(merged(lexicon("scene")["time"], "time"))


def _hour(text: str) -> TimeOfDay | None:
    if not text:
        return None
    if any(word.low in words("headings", "day") for word in words_of(text)) and time_of(text) is None:
        return TimeOfDay.DAY
    return time_of(text)


def _hour_after(before: Setting | None, when: str) -> TimeOfDay | None:
    """The hour goes on; a while after the morning it is day."""
    if before is not None and before.hour is TimeOfDay.DAWN and "LATER" in when.upper():
        return TimeOfDay.DAY
    return before.hour if before is not None else None


def _same_noun(one: str, other: str) -> bool:
    """Whether two names of places end in the same noun of ours."""
    first, second = _nouns().find(one), _nouns().find(other)
    return bool(first and second) and first[-1].value == second[-1].value


def _weather(text: str) -> Weather | None:
    found = _strict_weather().find(text)
    return Weather(found[0].value) if found else None


def _place(slug: Slug) -> Place | None:
    """The place of a heading: after dashes it gets more exact, after commas less."""
    parts = reversed(slug.parts) if slug.dashed else slug.parts
    for part in parts:
        found = _place_in(part, slug.side)
        if found is not None:
            return found
    return None


def _place_in(text: str, side: str) -> Place | None:
    """What the last noun before a preposition says, as it looks from ``side``."""
    tokens = words_of(text)
    stop = next(
        (k for k, word in enumerate(tokens) if k and word.low in words("headings", "prepositions")), len(tokens)
    )
    for some in (tokens[:stop], tokens[stop:]):
        found = _noun(text, some, side)
        if found is not None:
            return found
    return None


def _noun(text: str, tokens: list[Word], side: str) -> Place | None:
    if not tokens:
        return None
    span = text[tokens[0].start : tokens[-1].end]
    hits = [(hit.last, 0, hit.value) for hit in _nouns().find(span)]
    hits += [(hit.last, 1, hit.value) for hit in place_words().find(span)]
    if side:
        hits += [(hit.last, 0, f"in a {hit.value}") for hit in _vehicles().find(span)]
    if not hits:
        return None
    # the last noun is the head: in "Paris restaurant kitchen" the kitchen; our own list knows both sides of it
    _, rank, value = max(hits, key=lambda hit: (hit[0], -hit[1]))
    if value.startswith("in a "):
        return Place(value.removeprefix("in a "))
    if rank == 0:
        inside, outside = data("headings")["places"][value][:2]
        return Place(outside if side == "out" else inside)
    return _turned(Place(value), side)


def _hint(slug: Slug, place: Place, *, inside: bool) -> str:
    """What the scenery should know beside the name; a hall or a dungeon is only one from inside."""
    for part in reversed(slug.parts) if slug.dashed else slug.parts:
        for hit in reversed(_nouns().find(part)):
            more = data("headings")["places"][hit.value][2:]
            if more and (inside or more[0] in ("garden", "courtyard")):
                return str(more[0])
    return "hall" if inside and place is Place.CASTLE else ""


def _turned(place: Place, side: str) -> Place:
    if side == "out":
        return Place(data("headings")["outside"].get(place.value, place.value))
    return Place(data("headings")["inside"].get(place.value, place.value)) if side == "in" else place


def _told(text: str, inside: bool) -> Place | None:
    """The place a description stands in, by its own words."""
    named = [place for sentence in sentences(text) for place, _, going in places_in(sentence) if not going]
    return _turned(named[0], "in" if inside else "out") if named else None
