"""Choosing what is said: lines whose every slot the idea can fill, in the manner of who speaks, none said twice."""

from __future__ import annotations

import random
import re
import string
from dataclasses import dataclass, field, replace
from typing import Any

from resources.agents.storyteller import english
from resources.agents.storyteller.clean import LINE_CHARS
from resources.agents.storyteller.idea import Idea
from resources.agents.storyteller.natures import nature, nature_lines, traits
from resources.agents.storyteller.people import Player
from resources.agents.storyteller.setting import Scene
from schemas.plan import Dialogue
from schemas.vocabulary import Delivery, Emotion, Species

_HEAD = re.compile(r"^([NHPXA])(?: (\w+))?: (.*)$", re.DOTALL)
_PLAIN = 3
"""Lines of a film that may hold no word of its own, so that two films share few; further ones call somebody by name."""
_SPUN = 0.55
"""How often the trouble and its turn come of the wish, and not of the place, the air or the partner."""
_KEY_BEATS = frozenset({"want", "find", "turn", "reveal", "end"})
"""Beats that must not pass in silence, at the cost of one more such line."""
_DELIVERY = {
    Emotion.SAD: Delivery.SOFT,
    Emotion.TENDER: Delivery.SOFT,
    Emotion.ANGRY: Delivery.LOUD,
    Emotion.AFRAID: Delivery.FAST,
}


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


@dataclass
class Script:
    """Picks lines, and remembers what was said."""

    words: Words
    rng: random.Random
    thread: dict[str, list[str]] = field(default_factory=dict)
    """What is said first and comes back last, by part: open, mid, turn, close."""
    said: set[str] = field(default_factory=set)
    plain: int = 0
    """How many lines so far held no word of this film's own."""
    goals: int = 0
    """How many exchanges so far named the goal; nobody talks of one thing only."""

    def lines(self, shape: str, beat: str, scene: Scene, room: int = 230) -> list[Dialogue]:
        """The dialogue of a beat of at most ``room`` characters; empty when nothing fits."""
        part = PART_OF.get(beat, "")
        # the thread holds beginning and end; what lies between is as often of the place or of the partner's making
        spun = part in ("open", "close") or self.rng.random() < _SPUN
        if part in self.thread and spun and (found := self.choose([self.thread[part]], scene, room + 60, 99)):
            return found
        for pool in self._world(beat, scene):
            if pool and (found := self.choose(pool, scene, room, _PLAIN)):
                return found
        for key, share in self._keys(beat):
            pool = self._pool(shape, key)
            if not pool or self.rng.random() > share:
                continue
            found = self.choose(pool, scene, room, _PLAIN + (beat in _KEY_BEATS))
            if found:
                return found
        return []

    def weave(self, candidates: list[dict[str, list[str]]], first: Scene, last: Scene) -> None:
        """Take the first thread whose beginning and end can both be said here."""
        for thread in candidates:
            plain = self.plain
            if self._fill(thread["open"], first) and self._fill(thread["close"], last):
                self.thread = thread
                self.plain = plain
                return

    def _world(self, beat: str, scene: Scene) -> list[list[list[str]]]:
        """Pools about the thing, the air and the place of this film, for the beats that show them."""
        world: dict[str, Any] = english.data("world_en")
        if beat == "thing":
            own = [[line] for line in world["things"].get(self.words.prop, [])]
            return [own if own or self.words.known else world["strange"]]
        if PART_OF.get(beat) == "mid" and beat != "quarrel":
            sky = world["skies"][scene.location.weather.value] if scene.air else []
            # what the air does is seen in the picture, so it is spoken of before the place is
            mid = [self.thread["mid"]] if "mid" in self.thread else []
            return [sky if self.rng.random() < 0.6 else [], world["places"][scene.place.value], sky, mid]
        if PART_OF.get(beat) == "turn" and self.words.partner is not None:
            # the partner's nature finds the way out
            own = nature(self.words.partner).get("turn", [])
            return [[own] if own else [], [self.thread["turn"]] if "turn" in self.thread else []]
        if beat in ("low", "answer", "safe", "question", "arrive") and self.rng.random() < 0.85:
            named = {"low": ["H sad: @doubt", "P tender: @comfort"], "answer": ["P tender: @comfort"],
                     "arrive": ["H happy: @joy"], "question": ["P sad: @doubt", "H tender: @comfort"]}  # fmt: skip
            return [[named.get(beat, ["P happy: @joy"])]]
        return []

    def _keys(self, beat: str) -> list[tuple[str, float]]:
        """The pools of a beat, with how likely each is looked into; what uses more of the idea comes first."""
        special = {
            "topic": self.words.topic, "fear": self.words.fear, "foe": self.words.foe, "brother": self.words.brother,
            "love": self.words.love,
            "recipient": self.words.recipient, "goal": self.words.goal, "deadline": self.words.deadline,
        }  # fmt: skip
        keys = [(f"{beat}_{name}", 0.6 if name == "goal" else 0.9) for name, value in special.items() if value]
        if self.words.partner and self.words.partner.who is not None:
            keys.append((f"{beat}_meets", 1.0))
        return [*keys, (beat, 1.0)]

    def _pool(self, shape: str, key: str) -> list[list[str]]:
        book: dict[str, dict[str, list[list[str]]]] = english.data("lines_en")
        own = book.get(shape, {}).get(key, [])
        shared = book["any"].get(key, [])
        if own and shape == "farewell":
            return own
        # a shape's own lines weigh four times what any film may say
        return [*own, *own, *own, *own, *shared] if own else shared

    def choose(self, pool: list[list[str]], scene: Scene, room: int, limit: int) -> list[Dialogue]:
        """One entry of ``pool`` that can be said here, in at most ``room`` characters and not yet said."""
        order = list(range(len(pool)))
        self.rng.shuffle(order)
        for at in order:
            lines = self._fill(pool[at], scene)
            if lines is None:
                continue
            plain = sum(1 for _, own in lines if not own)
            text = [line.text for line, _ in lines]
            # only the end of a thread may say again what its beginning said
            again = bool(self.said & set(text)) and pool[at] not in self.thread.values()
            if self.plain + plain > limit or sum(map(len, text)) > room or again:
                continue
            goals = any("goal" in raw for raw in pool[at])
            if goals and self.goals >= 3:
                continue
            self.goals += goals
            self.plain += plain
            self.said |= set(text)
            return [line for line, _ in lines]
        return []

    def _fill(self, entry: list[str], scene: Scene) -> list[tuple[Dialogue, bool]] | None:
        out: list[tuple[Dialogue, bool]] = []
        for raw in entry:
            head = _HEAD.match(raw)
            if head is None:
                raise ValueError(f"a line must read 'WHO emotion: words', not {raw!r}")
            role, feeling, text = head.groups()
            speaker = self._speaker(role)
            if role != "N" and speaker is None:
                return None
            if text.startswith("@"):
                chosen = self._in_manner(text[1:], speaker, role, scene)
                if chosen is None:
                    return None
                text = chosen
            filled = self._render(text, role, scene)
            if filled is None or len(filled) > LINE_CHARS or self._repeats(text):
                return None
            emotion = Emotion(feeling) if feeling else Emotion.NEUTRAL
            delivery = _DELIVERY.get(emotion, Delivery.NORMAL)
            # a line that only calls somebody by name is everybody's
            own = bool(_slots(text) - _NAMES) or raw in self._threaded() or text in nature_lines(speaker)
            ident = speaker.character.id if speaker else "narrator"
            out.append((Dialogue(character_id=ident, text=filled, emotion=emotion, delivery=delivery), own))
        return out

    def _threaded(self) -> frozenset[str]:
        return frozenset(line for part in self.thread.values() for line in part)

    def _speaker(self, role: str) -> Player | None:
        return {"H": self.words.hero, "P": self.words.partner, "X": self.words.third, "A": self.words.foe}.get(role)

    def _in_manner(self, function: str, speaker: Player | None, role: str, scene: Scene) -> str | None:
        if speaker is None:
            return None
        book: dict[str, dict[str, list[str]]] = english.data("manners_en")
        options = list(book[speaker.manner].get(function, []))
        self.rng.shuffle(options)
        own = list(nature(speaker).get(function, []))
        self.rng.shuffle(own)
        options = [*own, *options]
        for text in options:
            filled = self._render(text, role, scene)
            if filled and filled not in self.said and len(filled) <= LINE_CHARS and not self._repeats(text):
                return text
        return None

    def _beast(self) -> str:
        """The partner's kind when it is no person's: ``a robot``."""
        partner = self.words.partner
        person = partner is None or partner.character.look.species is Species.PERSON
        return "" if person or partner is None or not partner.noun else english.article(partner.noun)

    def _repeats(self, text: str) -> bool:
        """Whether a line would name the thing twice, once by itself and once in the goal."""
        slots = " ".join(_slots(text)).lower()
        both = "goal" in slots and "thing" in slots
        if "subject" in slots and "thing" in slots and self.words.things:
            return "thing2" not in slots and self.words.things[0] in self.words.subject
        return both and any(thing in self.words.goal for thing in self.words.things)

    def _render(self, text: str, role: str, scene: Scene) -> str | None:
        values = self._values(role, scene)
        slots = _slots(text)
        if "the_place" in slots and slots & {"idea", "Idea"} and scene.noun.removeprefix("the ") in self.words.idea:
            return None
        for slot in slots:
            if not values.get(slot[0].lower() + slot[1:]):
                return None
        full = {slot: self._value(values, slot) for slot in _slots(text)}
        # only the template is a format string; values are never parsed
        return finish(text.format_map(full))

    @staticmethod
    def _value(values: dict[str, str], slot: str) -> str:
        return english.capital(values[slot[0].lower() + slot[1:]]) if slot[0].isupper() else values[slot]

    def _values(self, role: str, scene: Scene) -> dict[str, str]:
        words = self.words
        values = {
            "in_place": scene.inside, "the_place": scene.noun, "the_weather": scene.air,
            "the_weather_or_hour": scene.sky, "topic": words.topic,
            "weather_noun": scene.sky.removeprefix("the "), "partner_did": words.partner_did,
            "a_beast": self._beast(), "fear": words.fear, "deadline": words.deadline,
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
        if words.things and words.things[0] not in english.data("staging")["not_held"]:
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
        speaker, listener = self._speaker(role), words.partner if role == "H" else words.hero
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


_NAMES = frozenset({"hero", "Hero", "partner", "Partner", "listener", "Listener"})
_OWN = {"H": "your", "P": "my"}
PART_OF = {
    "want": "open", "suspect": "open", "alarm": "open", "find": "open", "plan": "open", "last": "open",
    "obstacle": "mid", "clash": "mid", "attempt": "mid", "quarrel": "mid",
    "turn": "turn", "reveal": "turn", "end": "close",
}  # fmt: skip
"""Which part of a thread a beat says."""


def _object_values(phrase: str, role: str, partner: str) -> dict[str, str]:
    """What is wished for as lines speak of it: a letter, the letter, letter; in the mouth of whoever speaks."""
    words = phrase.split()
    owner = next((at for at, word in enumerate(words) if partner and word.removesuffix("'s") == partner.split()[-1]), -1)
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


def _slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


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


def _without_place(idea: Idea) -> str:
    """The goal without where it happens: people who stand there do not say it."""
    for _, words, going in idea.places:
        if not going and words.split()[-1] in idea.goal:
            bare = re.sub(
                rf"\s(?:in|on|at|by|under|inside) (?:\w+ ){{0,3}}{re.escape(words.split()[-1])}\b.*$", "", idea.goal
            )
            if bare != idea.goal and " " in bare:
                return bare
    return idea.goal


def goal_between(idea: Idea, hero: Player, partner: Player | None) -> tuple[str, str]:
    """The hero's goal in the hero's mouth and as said to the hero, when the two talk with each other.

    A goal that is about the partner speaks of "you" and "me"; one that consists in meeting them is none to talk about.
    """
    if not idea.goal:
        return "", ""
    idea = replace(idea, goal=_without_place(idea))
    mine, yours = english.in_person(idea.goal, 1), english.in_person(idea.goal, 2)
    if re.search(r"\bme\b", idea.goal):
        # whoever tells the idea is the partner: teach me is said to them as teach you
        return re.sub(r"\bme\b", "you", mine), idea.goal
    nouns = {partner.noun, partner.name} if partner and partner.who is not None else set()
    words = english.tokens(idea.goal)
    heads = [at for at, word in enumerate(words) if any(word in noun.split()[-1:] for noun in nouns if noun)]
    if not heads:
        return mine, yours
    if english.verb_base(words[0]) in ("find", "meet", "discover", "see", "say", "hear") and len(words) < 7:
        return "", ""
    last = heads[0] + 1
    first = heads[0]
    while (
        first > 1 and words[first] not in english.word_class("determiners") and words[first - 1] not in english.closed()
    ):
        first -= 1
    rest = words[last:]
    if rest and rest[0] in ("who", "that", "which", "'s"):
        rest = []
    return english.join([*words[:first], "you", *rest]), english.join([*words[:first], "me", *rest])
