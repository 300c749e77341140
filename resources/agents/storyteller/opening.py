"""The first words: the idea itself, told, in sentences short enough to speak."""

from __future__ import annotations

import random
import re

from resources.agents.storyteller import clean, english
from resources.agents.storyteller.idea import Idea
from resources.agents.storyteller.people import Player
from resources.agents.storyteller.setting import Scene
from resources.lexicon.scene import place_words, prop_words
from schemas.vocabulary import Weather

_TROUBLE = re.compile(
    r"(?<!nothing)(?<!anything)(?<!all)(?<!no one)(?<!nobody)[,;]?\s+(?=(?:but|until|yet|except that|although)\s)",
    re.IGNORECASE,
)


def told(idea: Idea, players: list[Player], scene: Scene, rng: random.Random) -> tuple[list[str], list[str]]:
    """(lines that open the film, lines that tell what comes in the way), in the idea's own words.

    Each is at most 110 characters; together they hold the whole idea.
    """
    first, *rest = idea.sentences or [idea.text]
    parts = _TROUBLE.split(first, maxsplit=1)
    trouble = _lines(parts[1]) if len(parts) > 1 and len(parts[1]) > 8 else []
    setup = parts[0] if trouble else first
    opening = _lines(_introduce(idea, setup.rstrip(" ,;"), players, scene, rng))
    for sentence in rest:
        (trouble if trouble or len(opening) > 2 else opening).extend(_lines(sentence))
    return opening[:6], [english.capital(line) if at == 0 else line for at, line in enumerate(trouble[:4])]


def quoted(idea: Idea, rng: random.Random) -> list[str]:
    """An idea in another language, introduced in English and then told as it is written."""
    before = [
        "Somewhere they tell it like this.",
        "It was told to us in these words.",
        "The story goes, in its own tongue:",
    ]
    return [rng.choice(before), *clean.chunks(ended(idea.text))][:6]


def ended(text: str) -> str:
    """The text with a full stop, if it has no end of its own."""
    text = text.strip()
    if not text or text[-1] in ".!?…。！？؟।":
        return text
    return text.rstrip(",;:-– ") + ("。" if text[-1] >= "\u3040" and text[-1] < "\ua000" else ".")


def _lines(text: str) -> list[str]:
    return clean.chunks(ended(text))


def _introduce(idea: Idea, setup: str, players: list[Player], scene: Scene, rng: random.Random) -> str:
    """The setup as a whole sentence, with the hero's name where there is room for it."""
    if not players:
        return english.capital(setup)
    hero = players[0]
    staging = english.data("staging")
    lowered = in_sentence(setup)
    who = hero.who
    if who is not None and who.noun and not who.name and who.count == 1 and who.first == 0 and who.phrase:
        first = setup.split(" ", 1)[0].lower()
        if first not in english.word_class("determiners"):
            # a headline: "Dragon." is a dragon, "Robot finds a cat" is about a robot
            setup = lowered = english.article(setup[:1].lower() + setup[1:])
    main = [clause for clause in idea.clauses if clause.conj not in ("who", "that", "which")]
    values = {
        "hero": hero.name,
        "Hero": hero.name,
        "idea": lowered,
        "Idea": english.capital(setup),
        "in_place": scene.inside,
    }
    opens_with_hero = hero.who is not None and hero.who.first == 0
    alone = len([who for who in idea.cast if not who.owner]) == 1 and not (hero.who and hero.who.count > 1)
    if not main and opens_with_hero and (alone or idea.clauses) and not hero.named:
        pool = staging["opening_named" if idea.clauses else "opening_bare"]
        fitting = [line for line in pool if "{in_place}" not in line or scene.inside not in lowered]
        return str(rng.choice(fitting)).format_map(values)
    if not main and not idea.clauses:
        return rng.choice(
            ["This is a story of {idea}.", "Here it is: {idea}.", "Once there was this: {idea}."]
        ).format_map(values)
    if not main:
        return f"This is about {lowered}."
    hours = staging["opening_hour"][scene.location.time_of_day.value]
    bright = scene.location.weather is Weather.CLEAR
    hour = rng.choice([one for one in hours if bright or "bright" not in one])
    state = main[0].verb in english.word_class("states") or main[0].modal
    if (
        opens_with_hero
        and idea.time is None
        and not state
        and rng.random() < 0.45
        and setup[0].isalpha()
        and lowered != setup
    ):
        lowered = _apposition(lowered, hero, rng)
        return f"{hour} {lowered}."
    return english.capital(_apposition(lowered if opens_with_hero else setup, hero, rng)) + "."


def _apposition(sentence: str, hero: Player, rng: random.Random) -> str:
    """``a keeper finds`` becomes Tilda, a keeper, finds; a plural subject stays as it is."""
    who = hero.who
    if who is None or hero.named or who.count > 1 or who.owner or rng.random() < 0.15:
        return sentence
    if not sentence.lower().startswith(f"{who.phrase.lower()} "):
        return sentence
    after = sentence[len(who.phrase) + 1 :]
    if not english.is_finite(after.split()[0].lower(), True):
        return sentence
    return f"{hero.name}, {who.phrase}, {after}"


def lower_first(text: str) -> str:
    """The text with a small first letter when its first word is an article or another small word."""
    first = text.split(" ", 1)[0].lower()
    small = first in english.word_class("determiners") or (first in english.closed() and first != "i")
    return text[:1].lower() + text[1:] if small else text


def in_sentence(text: str) -> str:
    """The text as it stands inside a sentence: a single common word loses its capital."""
    if " " in text or not text[1:].islower():
        return lower_first(text)
    low = text.lower()
    known = bool(place_words().get(low) or prop_words().get(low))
    counted = low not in english.word_class("masses") and low not in english.data("stage")["concepts"]
    countable = known and counted
    return english.article(low) if countable and english.singular(low) == low else low


def subject(idea: Idea) -> str:
    """What a film about nobody is about: ``the storm``, ``silence``; ``all this`` when the idea is no noun."""
    words = [word for word in english.tokens(idea.text) if word[:1].isalpha()]
    lows = [word.lower() for word in words]
    if not words or not idea.text.isascii():
        return "this"
    if lows[0] in english.word_class("determiners"):
        end = 1
        while (
            end < len(lows) and end < 5 and lows[end] not in english.closed() and not english.is_finite(lows[end], True)
        ):
            end += 1
        head = " ".join(words[1:end])
        plural = end > 1 and english.singular(lows[end - 1]) != lows[end - 1]
        return f"the {head}" if head and not plural else "this"
    if len(words) <= 3 and not set(lows) & english.closed():
        if english.singular(lows[-1]) != lows[-1]:
            return "this"
        bare = (
            lows[-1] in english.data("stage")["concepts"] or idea.mood is not None or not (idea.places or idea.things)
        )
        lows = [word if low in english.word_class("no_names") else low for word, low in zip(words, lows, strict=True)]
        return " ".join(lows) if bare else f"the {' '.join(lows)}"
    return "this"
