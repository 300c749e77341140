"""Title and logline."""

from __future__ import annotations

import random

from resources.agents.storyteller import english, opening
from resources.agents.storyteller.film import Film

_SMALL_WORDS = frozenset(
    ["a", "an", "the", "of", "and", "in", "on", "at", "to", "for", "with", "by", "but", "or", "from"]
)


def _title_case(text: str) -> str:
    words = text.split()
    return " ".join(
        word if word[:1].isupper() else word if at and word in _SMALL_WORDS else english.capital(word)
        for at, word in enumerate(words)
    )


def title_of(film: Film, written_in: str, language: str, rng: random.Random) -> str:
    """At most 60 characters, from the idea's own nouns."""
    story, players = film.idea, film.players
    plain = story.text.rstrip(".!?…。！？ ")
    if written_in != "en" or language != "en":
        if len(plain) <= 48:
            return english.capital(plain)
        cut = plain[:48].rsplit(" ", 1)[0].rstrip(" ,;:") if " " in plain[:48] else plain[:24]
        return english.capital(cut) + "…"
    if not players:
        if len(plain) <= 40 and plain.isascii():
            return _title_case(plain)
        topic = opening.subject(story)
        return _title_case(topic if topic != "this" else " ".join(plain.split()[:5]).rstrip(",;:-"))[:60]
    hero = players[0]
    named = [player for player in players if player.who not in (None, hero.who)]
    if film.roles.foe is not film.roles.partner:
        named = [player for player in named if player is not film.roles.foe]
    tokens = english.tokens(story.text)
    several = english.join(tokens[hero.who.first : hero.who.last]) if hero.who and hero.who.count > 1 else ""
    first = several or (hero.name if hero.named or not hero.noun else f"the {hero.noun}")
    thing = film.words[0] if story.things and film.props[0] == story.things[0].prop else ""
    options: list[str] = []
    if named:
        second = named[0].name if named[0].named or not named[0].noun else f"the {named[0].noun}"
        options += [f"{first} and {second}"] * 2
    if thing:
        options += [f"{first} and the {thing}"] + ([] if several else [f"{hero.name}'s {thing}"])
    if story.fear and not thing and len(story.fear) <= 24:
        plural = english.singular(story.fear) != story.fear and " " not in story.fear
        fear = f"the {story.fear}" if plural else story.fear
        options = [f"{hero.name} and {fear}", f"{first} and {fear}"]
    if story.goal and len(story.goal) <= 26 and film.shape in ("quest", "race"):
        options.append(f"How to {story.goal}")
    if story.places and not options and film.acts[0].noun.split()[-1] not in hero.noun:
        options.append(f"{first} of {film.acts[0].noun}")
    epithet = english.data("stage")["epithets"][film.shape]
    options = options or [f"{first}, {epithet}", f"{hero.name}, {epithet}"]
    fitting = [one for one in options if len(one) <= 60] or [first[:60]]
    return _title_case(rng.choice(fitting))


def logline_of(text: str) -> str:
    """The idea as one sentence."""
    line = english.capital(text)
    return line if line[-1] in ".!?…。！？" else f"{line}."
