"""What an idea says, as data: who, what they want, what is in the way, where, when, in what weather, which things."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from resources.agents.storyteller import english
from resources.agents.storyteller.english import word_class
from schemas.vocabulary import Mood, Place, Species, TimeOfDay, Weather

_POSSESSIVES = frozenset({"his", "her", "its", "their"})


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody the idea names."""

    noun: str
    """Head noun in the singular, with what compounds it: ``lighthouse keeper``."""
    phrase: str
    """As the idea introduces them, in the singular: ``an old clockmaker``."""
    species: Species
    name: str = ""
    count: int = 1
    gender: str = ""
    """``she``, ``he`` or "" when the idea does not tell."""
    first: int = 0
    """Token index where the phrase begins."""
    last: int = 0
    """Token index after the phrase."""
    owner: bool = False
    """Named only as the owner of something: ``Grandma's teapot``."""
    called: str = ""
    """The name that was wished for somebody whom the idea does not name."""
    described: str = ""
    """The words in which somebody was wished for."""
    wished: bool = False
    """Not in the idea at all, but in the cast that was wished for."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing the idea names: ``word`` as written (singular), ``prop`` as it is drawn."""

    word: str
    prop: str


@dataclass(frozen=True, slots=True)
class Clause:
    """Part of the idea with a verb of its own. ``rest`` is what follows the verb."""

    conj: str
    who: int | None
    verb: str
    rest: str
    text: str
    modal: bool = False


@dataclass(frozen=True)
class Idea:
    """An idea, understood as far as it goes. Empty strings and None where it says nothing."""

    text: str
    sentences: list[str]
    cast: list[Who] = field(default_factory=list)
    clauses: list[Clause] = field(default_factory=list)
    goal: str = ""
    """What the first of the cast is after, base form: ``find her kite``."""
    deed: str = ""
    """What the first of the cast does, as written: ``finds a letter``."""
    fear: str = ""
    obstacle: str = ""
    deadline: str = ""
    things: list[Thing] = field(default_factory=list)
    places: list[tuple[Place, str, bool]] = field(default_factory=list)
    """Named places, their words, and whether the story only goes there; where it stands comes first."""
    time: TimeOfDay | None = None
    weather: Weather | None = None
    awaited: Weather | None = None
    """Weather that is not there yet and comes in the end: ``waits for rain``."""
    mood: Mood | None = None
    keywords: frozenset[str] = frozenset()
    """Every word in its base form and as written."""
    topic: str = ""
    """What is argued about: ``who has to do the dishes``."""

    def done_by(self, who: Who) -> str:
        """What somebody did, so that it can follow "you": ``washed out of the sea``; "" when it is not sure."""
        for clause in self.clauses:
            if clause.who is None or self.cast[clause.who] is not who or clause.modal or clause.conj == "but":
                continue
            rest = {word.lower() for word in english.tokens(clause.rest)}
            if clause.verb == "be" or rest & word_class("pronouns") or rest & _POSSESSIVES or len(clause.text) > 44:
                continue
            head = clause.text.split()[0].lower()
            past = head not in (english.third(clause.verb), clause.verb)
            return clause.text if past else f"{clause.verb} {clause.rest}".strip()
        return ""


def replace_goal(idea: Idea, goal: str) -> Idea:
    """The idea with another goal."""
    return replace(idea, goal=goal)
