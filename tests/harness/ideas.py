"""Twenty ideas by which a film's storyteller is measured, and what each of them names.

They were written before the storyteller that is measured by them: places and people, animals and nobody, a thought, an
absurdity, a word alone, a word of sixty, a sad one and a funny one, and a handful that once went wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from schemas.plan import MoviePlan
from schemas.vocabulary import Place, Species, TimeOfDay, Weather


@dataclass(frozen=True, slots=True)
class Named:
    """An idea, and what must be in its film: on screen as far as a picture can tell, and in the words."""

    key: str
    text: str
    places: tuple[Place, ...] = ()
    """At least one scene plays in each of them."""
    time: TimeOfDay | None = None
    weather: Weather | None = None
    species: tuple[Species, ...] = ()
    """Bodies that are seen, each as often as it stands here."""
    props: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """What is said aloud: who, which things, what is wished (parts of words do)."""
    shapes: tuple[str, ...] = ()
    """Story shapes that would do the idea justice; none where any will."""
    outdoors: bool = False
    """Whether every scene must play under the sky."""


IDEAS: tuple[Named, ...] = (
    Named("lighthouse", "An abandoned lighthouse in the fog at dawn", (Place.SEA,), TimeOfDay.DAWN, Weather.FOG,
          words=("lighthouse", "fog"), outdoors=True),
    Named("bakers", "Two rival bakers must share one oven before the village fair opens at dawn",
          (Place.KITCHEN, Place.MARKET), TimeOfDay.DAWN, None, (Species.PERSON, Species.PERSON), ("oven",),
          ("bakers", "oven", "dawn"), ("race", "misunderstanding")),
    Named("boat", "A hedgehog and an owl build a boat in the forest", (Place.FOREST,), None, None,
          (Species.HEDGEHOG, Species.OWL), ("boat",), ("hedgehog", "owl", "boat"), ("quest",), True),
    Named("train", "The last train leaves an empty station in the rain at night", (Place.CITY,), TimeOfDay.NIGHT,
          Weather.RAIN, (), ("train",), ("train", "station", "rain"), (), True),
    Named("loneliness", "Loneliness", (Place.LIVING_ROOM,), species=(Species.PERSON,), words=("loneliness",)),
    Named("potato", "A potato falls in love with a toaster", (), None, None,
          (Species.POTATO, Species.TOASTER), words=("potato", "toaster", "love")),
    Named("clockmaker", "In a foggy city where nobody speaks any more, a deaf clockmaker named Anselm repairs the "
          "great bell, hoping that his granddaughter, who left for the sea twenty years ago with nothing but a violin "
          "and a suitcase, will hear it ring once, before winter comes and the harbour freezes and the last ship stops "
          "sailing for ever.", (Place.CITY,), None, Weather.FOG, (Species.PERSON, Species.PERSON),
          ("bell", "violin", "suitcase"), ("Anselm", "bell", "granddaughter", "winter"), ("race", "quest", "farewell")),
    Named("dragon", "Dragon.", species=(Species.DRAGON,), words=("dragon",)),
    Named("whale", "The last whale says goodbye to an old fisherman at dusk", (Place.SEA,), TimeOfDay.DUSK, None,
          (Species.WHALE, Species.PERSON), (), ("whale", "fisherman", "goodbye"), ("farewell",), True),
    Named("wizard", "A clumsy wizard turns the king into a teapot on his birthday", (Place.CASTLE,), None, None,
          (Species.PERSON, Species.PERSON), ("teapot",), ("wizard", "king", "teapot", "birthday")),
    Named("snowcat", "A robot finds a cat in the snow", (), None, Weather.SNOW, (Species.ROBOT, Species.CAT), (),
          ("robot", "cat", "snow"), ("discovery", "rescue"), True),
    Named("storm", "A girl befriends a storm", (), None, Weather.STORM, (Species.PERSON, Species.CLOUD), (),
          ("girl", "storm"), (), True),
    Named("scarecrow", "A scarecrow is afraid of crows", (Place.FARM,), None, None, (Species.SCARECROW,), (),
          ("scarecrow", "crows"), ("misunderstanding",), True),
    Named("village", "A mountain village waits for the sun to come back", (Place.MOUNTAINS,), None, None, (), ("sun",),
          ("village", "sun"), (), True),
    Named("nonsense", "Blorf glimmers the snizzle under a quonk", words=("Blorf", "snizzle", "quonk")),
    Named("seed", "An astronaut plants a seed on the moon and waits for rain", (Place.SPACE,), None, None,
          (Species.PERSON,), ("plant",), ("astronaut", "seed", "moon", "rain"), ("quest", "discovery")),
    Named("octopus", "A shy octopus wants to play the violin at the bottom of the sea", (Place.UNDERWATER,), None, None,
          (Species.OCTOPUS,), ("violin",), ("octopus", "violin"), ("quest",)),
    Named("taxi", "A taxi driver and a ghost search for the ghost's old house in the city on a rainy night",
          (Place.CITY,), TimeOfDay.NIGHT, Weather.RAIN, (Species.PERSON, Species.GHOST), ("taxi",),
          ("taxi driver", "ghost", "house"), ("quest",)),
    Named("postman", "A postman must carry a letter across the desert before sunset, but his camel refuses to move",
          (Place.DESERT,), None, None, (Species.PERSON, Species.CAMEL), ("letter",), ("postman", "letter", "camel",
          "sunset"), ("race",), True),
    Named("grandmother", "Ada hides her grandmother's suitcase so that she will not move away", (Place.LIVING_ROOM,),
          None, None, (Species.PERSON, Species.PERSON), ("suitcase",), ("Ada", "grandmother", "suitcase"),
          ("farewell", "misunderstanding")),
)  # fmt: skip
"""The twenty."""


def masked(plan: MoviePlan) -> list[str]:
    """Every line of a plan with what differs between two films of one mould taken out of it: all names, what everybody
    is, the things and places; so that a film that only changed them counts as the same film."""
    names = {one.name for one in plan.characters if one.on_screen}
    parts = {word for name in names for word in name.split()}
    nouns = {match for one in plan.characters if one.on_screen for match in _nouns(one.description)}
    things = {prop for shot in plan.shots for prop in shot.props}
    places = {word for place in plan.locations for word in place.name.lower().split()}
    words = sorted(names | parts | nouns | things | places, key=len, reverse=True)
    pattern = re.compile(r"\b(?:(?:an?|the) )?(?:" + "|".join(map(re.escape, words)) + r")(?:'s|s)?\b", re.IGNORECASE)
    return [pattern.sub("•", line.text) for shot in plan.shots for line in shot.dialogue]


def _nouns(description: str) -> list[str]:
    """What somebody is, by the words after their name: ``Tilda, an old keeper: ...``."""
    told = description.split(":", 1)[0].partition(", ")[2]
    return [word for word in re.findall(r"[a-z]+", told) if len(word) > 3]


def shared(one: list[str], other: list[str]) -> float:
    """The share of lines that two films have in common, of the shorter one's."""
    return len(set(one) & set(other)) / max(1, min(len(set(one)), len(set(other))))


def missing(idea: Named, plan: MoviePlan) -> list[str]:
    """What an idea names and its plan does not show or say, each as a word or two."""
    used = {shot.location_id for shot in plan.shots}
    scenes = [place for place in plan.locations if place.id in used]
    cast = Counter(one.look.species for one in plan.characters if one.on_screen)
    seen = {who for shot in plan.shots for who in shot.characters}
    said = " ".join(line.text for shot in plan.shots for line in shot.dialogue).lower()
    props = {prop for shot in plan.shots for prop in shot.props}
    out = [f"place {place}" for place in idea.places if all(scene.place is not place for scene in scenes)]
    if idea.time and all(scene.time_of_day is not idea.time for scene in scenes):
        out.append(f"time {idea.time}")
    if idea.weather and all(scene.weather is not idea.weather for scene in scenes):
        out.append(f"weather {idea.weather}")
    out += [f"species {kind}" for kind, count in Counter(idea.species).items() if cast[kind] < count]
    out += [f"unseen {one.name}" for one in plan.characters if one.on_screen and one.id not in seen]
    out += [f"prop {prop}" for prop in idea.props if prop not in props]
    out += [f"word {word}" for word in idea.words if word.lower() not in said]
    if idea.outdoors and any(scene.place in INDOORS for scene in scenes):
        out.append("outdoors")
    return out


INDOORS = frozenset({Place.LIVING_ROOM, Place.KITCHEN, Place.SCHOOL, Place.SPACESHIP})
