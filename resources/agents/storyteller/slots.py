"""What the lines may speak of: the words of a film, and the values of the slots in a line."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

from resources.agents.storyteller import english
from resources.agents.storyteller.natures import traits
from resources.agents.storyteller.people import Player
from resources.agents.storyteller.setting import Scene
from schemas.vocabulary import Species

_OWN = {"H": "your", "P": "my"}
"""Whose a thing is that belongs to the partner, by who speaks."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the lines may speak of, apart from the scene."""

    hero: Player | None = None
    partner: Player | None = None
    third: Player | None = None
    foe: Player | None = None
    topic: str = ""
    """What a quarrel is about: ``who has to do the dishes``."""
    brother: bool = False
    """Whether the partner is the one in the way."""
    love: bool = False
    """Whether the idea is about love between hero and partner."""
    recipient: bool = False
    """Whether the third is the one whom the deed is for."""
    partner_did: str = ""
    """What the partner did, in the past or the base form, so that it follows "you"."""
    things: tuple[str, ...] = ()
    prop: str = ""
    """The first thing, as it is drawn."""
    known: bool = True
    """Whether the first thing can be drawn."""
    held: bool = True
    """Whether somebody has it in the hand from the beginning."""
    object: str = ""
    """What is wished for, as it is first spoken of: ``a letter``."""
    goal: str = ""
    spoken_goal: tuple[str, str] = ("", "")
    """The goal in the hero's mouth, and said to the hero."""
    fear: str = ""
    deadline: str = ""
    subject: str = ""
    idea: str = ""
    witness: str = ""

    def speaker(self, role: str) -> Player | None:
        """Who speaks a line of this letter; None for the narrator and for whom there is none."""
        return {"H": self.hero, "P": self.partner, "X": self.third, "A": self.foe}.get(role)


def slots_of(text: str) -> set[str]:
    """The slots of a line."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def value_of(values: dict[str, str], slot: str) -> str:
    """What fills a slot: a slot with a capital begins with one."""
    return english.capital(values[slot[0].lower() + slot[1:]]) if slot[0].isupper() else values[slot]


def values_of(words: Words, role: str, scene: Scene) -> dict[str, str]:
    """Every slot that a line of ``role`` may have here, "" where there is nothing to fill it with."""
    values = {
        "in_place": scene.inside, "the_place": scene.noun, "the_weather": scene.air,
        "the_weather_or_hour": scene.sky, "topic": words.topic,
        "weather_noun": scene.sky.removeprefix("the "), "partner_did": words.partner_did,
        "a_beast": _beast(words.partner), "fear": words.fear, "deadline": words.deadline,
        "deadline_cap": english.capital(words.deadline), "subject": words.subject, "idea": words.idea,
        "witness": words.witness, "witness_cap": english.capital(words.witness),
    }  # fmt: skip
    if words.subject == scene.noun:
        stage = english.data("stage")["places"][scene.place.value]
        values |= {"the_place": stage["noun"], "in_place": stage["in"]}
    if words.object:
        values |= _object_values(words.object, role, words.partner.noun if words.partner else "")
    for suffix, thing in zip(("", "2"), words.things, strict=False):
        values |= {
            f"thing{suffix}": thing,
            f"the_thing{suffix}": f"the {thing}",
            f"a_thing{suffix}": english.article(thing),
        }
    if words.things and words.known and words.held:
        values["the_held"] = f"the {words.things[0]}"
    for key, player in (("hero", words.hero), ("partner", words.partner)):
        if player is not None:
            values[key] = player.name
            values[f"the_{key}"] = f"the {player.noun}" if player.noun else player.name
            values[f"{key}_noun"] = player.noun
            values[f"a_{key}_noun"] = english.article(player.noun) if player.noun else ""
            values[f"a_{key}"] = player.phrase
            values |= traits(player, key)
    if words.hero and words.partner and words.hero.noun == words.partner.noun:
        # nobody says "a baker and a baker"
        values |= {"a_partner_noun": "", "a_partner": "", "the_partner": words.partner.name}
    values["he"] = words.hero.gender if words.hero else ""
    speaker, listener = words.speaker(role), words.partner if role == "H" else words.hero
    values["speaker_noun"] = speaker.noun if speaker else ""
    values["a_speaker_noun"] = english.article(speaker.noun) if speaker and speaker.noun else ""
    values["listener"] = listener.name if listener else ""
    mine, yours = words.spoken_goal
    told = {"H": mine, "P": yours}.get(role, words.goal)
    # only the hero has a goal: a partner's own lines about theirs would not be true
    values |= {"goal": told, "goal_me": mine if role == "H" else "", "goal_you": yours}
    values["goal_ing_me"] = gerund_phrase(mine) if role == "H" and mine else ""
    values["goal_ing"] = gerund_phrase(told) if told else ""
    if role == "H":
        values["goal_you"] = re.sub(r"\bmy\b", "your", mine)
    return values


def _beast(partner: Player | None) -> str:
    """The partner's kind when it is no person's: ``a robot``."""
    person = partner is None or partner.character.look.species is Species.PERSON
    return "" if person or partner is None or not partner.noun else english.article(partner.noun)


def _object_values(phrase: str, role: str, partner: str) -> dict[str, str]:
    """What is wished for as lines speak of it: a letter, the letter, letter; in the mouth of whoever speaks."""
    words = phrase.split()
    owner = next(
        (at for at, word in enumerate(words) if partner and word.removesuffix("'s") == partner.split()[-1]), -1
    )
    if owner >= 0 and words[owner].endswith("'s") and owner + 1 < len(words):
        rest = " ".join(words[owner + 1 :])
        mine = f"{_OWN.get(role, 'the')} {rest}"
        return {"object": mine, "the_object": mine, "object_noun": words[-1]}
    given = words[0].lower() in english.word_class("determiners")
    bare = " ".join(words[1:] if given else words)
    noun = bare.split()[-1] if "'s" not in bare else bare
    counted = words[0].lower() in english.word_class("counting") or words[0].lower() in ("one", "some", "the", "no")
    if given and not counted and words[0].lower() not in ("a", "an"):
        person = {"H": 1, "P": 2}.get(role)
        spoken = english.in_person(phrase, person) if person else phrase
        return {"object": spoken, "the_object": spoken, "object_noun": noun}
    several = english.singular(noun) != noun
    article = bare if several or not given else english.article(bare)
    definite = f"the {bare}" if given else bare
    return {"object": article, "the_object": definite, "object_noun": noun}


def gerund_phrase(phrase: str) -> str:
    """``fly to the moon`` becomes flying to the moon."""
    head, _, rest = phrase.partition(" ")
    return f"{english.gerund(head)} {rest}".strip()


def finish(text: str) -> str:
    """Small repairs after filling: I be, doubled articles, doubled stops, a capital at the start of each sentence."""
    text = re.sub(r"\b(I|i) be\b", "I am", text)
    text = re.sub(r"\bthe the\b", "the", text)
    text = re.sub(r"([!?])\.", r"\1", text)
    text = re.sub(r"(?<!\.)\.\.(?!\.)", ".", text)
    return english.capital(text)
