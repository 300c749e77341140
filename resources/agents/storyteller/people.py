"""The cast: names, looks and manners for whoever the idea names, and company for who would be alone."""

from __future__ import annotations

import random
from dataclasses import dataclass

from resources.agents.storyteller import clean, english
from resources.agents.storyteller.aims import sought
from resources.agents.storyteller.idea import Idea, Who
from resources.agents.storyteller.looks import portrait_of
from resources.agents.storyteller.wardrobe import Part, dressed
from resources.lexicon import gender_of, look_of, species_of
from resources.lexicon.words import words_of
from schemas.plan import Character, Look
from schemas.vocabulary import Age, Headwear, Place, Species

NARRATOR = Character(
    id="narrator",
    name="Narrator",
    description="A warm voice that has seen this story end well before.",
    on_screen=False,
)
_SMALL = {
    Species.MOUSE, Species.RABBIT, Species.FROG, Species.FOX, Species.HEDGEHOG, Species.SQUIRREL, Species.OWL,
    Species.TURTLE, Species.PENGUIN, Species.BEE,
}  # fmt: skip
_BIG = {Species.BEAR, Species.HORSE, Species.CAMEL, Species.ELEPHANT, Species.LION, Species.COW}
_THINGS = {Species.ALIEN, Species.POTATO, Species.TOASTER}
"""Bodies of things that no word list counts among the living."""
_WATER = {Species.FISH, Species.WHALE, Species.OCTOPUS}


@dataclass(frozen=True, slots=True)
class Player:
    """One of the cast with what the lines need to know."""

    character: Character
    noun: str
    """What they are: ``lighthouse keeper``; "" for somebody known by name alone."""
    phrase: str
    """``an old lighthouse keeper``."""
    manner: str
    """How they talk, a key of ``manners_en.yaml``."""
    gender: str
    named: bool
    """Whether the idea gave the name."""
    who: Who | None = None
    """As the idea names them; None for company the storyteller found."""

    @property
    def name(self) -> str:
        """What they are called."""
        return self.character.name


@dataclass(frozen=True, slots=True)
class Roles:
    """Who is who in the story; players may stand in more than one role."""

    players: list[Player]
    """Everybody, the hero first, then the partner."""
    hero: Player | None = None
    partner: Player | None = None
    recipient: Player | None = None
    """The one whom the hero's deed is for, met at the end."""
    foe: Player | None = None
    """The one who stands in the way; may be the partner."""


_GIVING = frozenset({"deliver", "bring", "give", "carry", "take", "return", "send", "show", "sell", "get", "reach"})


_MISSING = frozenset({"wait", "look", "search", "hunt", "long", "yearn"})


def cast(idea: Idea, place: Place, rng: random.Random, seed: int) -> Roles:
    """The cast in its roles; nobody for an idea about nobody.

    A hero who would be alone, or who meets the other only at the end of the way, is given company.
    """
    named = [who for who in idea.cast if not who.owner] or idea.cast
    if len(named) == 1 and named[0].count == 1:
        # whoever owns what the story is about is the one it is about: her grandmother's suitcase
        named = [*named, *(who for who in idea.cast if who.owner and who is not named[0])][:2]
    if not named:
        return Roles([])
    lows = [token.lower() for token in english.tokens(idea.text)]
    hero = named[0]
    giving = any(english.verb_base(low) in _GIVING for low in lows)
    missed = bool(idea.keywords & _MISSING)  # "waits for his brother": they are met at the end as well
    towards = ("to", "for") if giving else ("for",) if missed else ()
    recipient = next((who for who in named[1:] if lows[who.first - 1] in towards), None)
    recipient = recipient or next((who for who in named[1:] if is_away(idea, who)), None)
    but = next(
        (at for at, low in enumerate(lows) if low in ("but", "until", "although") and lows[at - 1] != "nothing"), 999
    )
    foe = next((who for who in named[1:] if who.first > but and who is not recipient), None)
    wanted: list[Who | str] = [hero] * min(hero.count, 3)
    others = [who for who in named[1:] if who is not recipient and (who is not foe or recipient is None)]
    for who in others:
        wanted += [who] * min(who.count, 2)
    if len(wanted) == 1:
        wanted.append(_company(hero, idea, place, rng))
    wanted = wanted[:4]
    wanted += [who for who in (foe, recipient) if who is not None and who not in wanted]
    colours = list(english.data("stage")["clothes"])
    rng.shuffle(colours)
    parts: list[Part] = []
    for one in wanted[:6]:
        parts.append(_part(one, idea, parts, rng))
    worn = dressed(parts, colours, seed)
    players = [_player(part, look, colour) for part, (look, colour) in zip(parts, worn, strict=True)]
    by_who = {id(player.who): player for player in reversed(players) if player.who is not None}
    return Roles(
        players,
        players[0],
        players[1],
        by_who.get(id(recipient)) if recipient else None,
        by_who.get(id(foe)) if foe else None,
    )


def _player(part: Part, look: Look, colour: str) -> Player:
    seen = portrait_of(look, colour, part.species, part.gender, part.noun)
    name = english.capital(part.name)
    if part.described:
        portrait = f"{name}: {part.described.rstrip('.!?')}. {english.capital(seen)}."
    else:
        portrait = f"{name}{', ' + part.phrase if part.phrase else ''}: {seen}."
    character = Character(id=part.ident, name=part.name[:120], description=portrait[:2000], look=look)
    manner = part.voice or manner_of(part.noun, part.species, look.age)
    named = bool(part.who and part.who.name and not part.again)
    return Player(character, part.noun, part.phrase, manner, part.gender, named, part.who)


def is_away(idea: Idea, who: Who) -> bool:
    """Whether the idea says that somebody has gone: his granddaughter, who left for the sea."""
    lows = [token.lower() for token in english.tokens(idea.text)]
    after = [low for low in lows[who.last : who.last + 4] if low != ","]
    return after[:1] == ["who"] and bool(
        set(after[1:3]) & {"left", "went", "sailed", "vanished", "disappeared", "moved"}
    )


def _company(hero: Who, idea: Idea, place: Place, rng: random.Random) -> str:
    """Somebody of the place whom the hero may meet. Who is alone meets an animal: it spoils no solitude."""
    options: list[str] = english.data("stage")["companions"][place.value]
    alone = idea.keywords & {"alone", "lonely", "last", "only", "nobody", "loneliness"}
    fitting = [
        one
        for one in options
        if species_of(one) is not hero.species
        and not set(hero.noun.split()) & set(one.split())
        and not (alone and species_of(one) is Species.PERSON)
    ]
    return rng.choice(fitting or options)


def manner_of(noun: str, species: Species, age: Age | None) -> str:
    """The key of the lines in which such a one talks."""
    if species is not Species.PERSON:
        if species in _WATER:
            return "water"
        return species.value if species in _SPOKEN else "animal"
    manners: dict[str, list[str]] = english.data("stage")["manners"]
    for manner, nouns in manners.items():
        if noun in nouns or (noun and noun.split()[-1] in nouns):
            return manner
    return "old" if age is Age.OLD else "child" if age is Age.CHILD else "plain"


_SPOKEN = {Species.ROBOT, Species.GHOST, Species.DRAGON, Species.CAT, Species.DOG, Species.ALIEN, Species.BIRD}


def _gender(who: Who | None, phrase: str, idea: Idea, rng: random.Random) -> str:
    """From the noun, the name, or, for the first of the cast, the first pronoun of the idea; else drawn."""
    known = (who.gender if who else "") or gender_of(phrase)
    if known:
        return known
    if who is not None and (who.name or who.called):
        first = (who.name or who.called).split()[0]
        names: dict[str, list[str]] = english.data("stage")["names"]
        for gender in ("she", "he"):
            if first in names[gender] or first in names[f"{gender}_known"]:
                return gender
        return "she" if first.lower().endswith(("a", "ie", "ine", "elle", "ette", "yn")) else "he"
    if who is not None and idea.cast and who is idea.cast[0]:
        spoken = next((low for low in (t.lower() for t in english.tokens(idea.text)) if low in _PRONOUNS), "")
        if spoken:
            return _PRONOUNS[spoken]
    return rng.choice(["she", "he"])


_PRONOUNS = {"she": "she", "her": "she", "herself": "she", "he": "he", "him": "he", "his": "he", "himself": "he"}
_FAMILY = frozenset(
    {"brother", "sister", "mother", "father", "mom", "dad", "grandmother", "grandfather", "grandma", "grandpa"}
)


_WITHOUT: dict[str, dict[str, Headwear | bool]] = {
    **{prop: {"headwear": Headwear.NONE} for prop in ("hat", "cap", "crown", "scarf", "bow", "helmet")},
    "glasses": {"glasses": False},
}
"""Nobody wears what they look for, by prop."""


def _part(one: Who | str, idea: Idea, others: list[Part], rng: random.Random) -> Part:
    who = one if isinstance(one, Who) else None
    phrase = who.phrase if who else str(one)
    noun = who.noun if who else _noun_of(phrase)
    described = who.described if who else ""
    said = look_of(f"{described} {phrase} {noun}")
    species = (who.species if who else said.species) or Species.PERSON
    gender = _gender(who, phrase, idea, rng)
    if said.age is None and species is Species.PERSON:
        # whoever has a grandmother in the story is a child; else most people are grown
        young = who is not None and not who.noun and bool(_FAMILY & idea.keywords)
        said = said.model_copy(update={"age": Age.CHILD if young else rng.choice([Age.ADULT] * 5 + [Age.OLD])})
    if who is not None and idea.cast[:1] == [who]:
        said = said.model_copy(update=_WITHOUT.get(sought(idea), {}))
    again = any(who is not None and other.who is who for other in others)
    tint: str | None = english.data("stage")["spirits"].get(noun.split()[-1]) if noun else None
    spirit = species in (Species.GHOST, Species.CLOUD) and tint is not None
    strange = who is not None and species in _THINGS and species_of(noun) is None
    kind = Species.PERSON if strange or spirit else species
    if spirit:
        said = said.model_copy(update={"skin": tint})
    given = (who.name or who.called) if who and not again else ""
    name = given or _name(noun, "spirit" if spirit else kind, gender, [other.name for other in others], rng)
    taken = {other.ident for other in others} | {NARRATOR.id}
    base = clean.ascii_slug(given or (noun.split()[-1] if noun else name), "hero")
    ident = next(one for one in (base, *(f"{base}-{n}" for n in range(2, 9))) if one not in taken)
    voice = "plain" if strange else "spirit" if spirit else ""
    return Part(ident, name, phrase, noun, species, gender, said, "" if again else described, voice, who, again)


def _noun_of(phrase: str) -> str:
    """The noun of a companion's phrase: ``an owl who counts`` gives owl."""
    head = phrase.split(" who ")[0].split(" with ")[0].split(" from ")[0].split(" in ")[0].split(" on ")[0]
    known = english.word_class("adjectives")
    words = [word.low for word in words_of(head.split(" far ")[0].split(" passing ")[0])][1:]
    while len(words) > 1 and (words[0] in known or words[0] == "opinionated"):
        words = words[1:]
    return " ".join(words)


def _name(noun: str, species: str, gender: str, taken: list[str], rng: random.Random) -> str:
    names: dict[str, list[str]] = english.data("stage")["names"]
    pool = (
        "small" if species in _SMALL else "big" if species in _BIG else "water" if species in _WATER else str(species)
    )
    free = [name for name in names.get(pool, names[gender]) if all(name not in other for other in taken)]
    name = rng.choice(free)
    titles: dict[str, str] = english.data("stage")["titles"]
    title = titles.get(noun.split()[-1]) if noun and species is Species.PERSON else None
    return f"{'Dame' if title == 'Sir' and gender == 'she' else title} {name}" if title else name
