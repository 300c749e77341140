"""Choosing what is said: lines whose every slot the idea can fill, in the manner of who speaks, none said twice."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Any

from resources.agents.storyteller import english
from resources.agents.storyteller.clean import LINE_CHARS
from resources.agents.storyteller.natures import nature, nature_lines
from resources.agents.storyteller.people import Player
from resources.agents.storyteller.setting import Scene
from resources.agents.storyteller.slots import Words, finish, slots_of, value_of, values_of
from schemas.plan import Dialogue
from schemas.vocabulary import Delivery, Emotion

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


_NAMES = frozenset({"hero", "Hero", "partner", "Partner", "listener", "Listener"})
PART_OF = {
    "want": "open", "suspect": "open", "alarm": "open", "find": "open", "plan": "open", "last": "open",
    "obstacle": "mid", "clash": "mid", "attempt": "mid", "quarrel": "mid",
    "turn": "turn", "reveal": "turn", "end": "close",
}  # fmt: skip
"""Which part of a thread a beat says."""


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
            shown = [[line] for line in world["things"].get(self.words.prop, [])]
            return [shown if shown or self.words.known else world["strange"]]
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
            speaker = self.words.speaker(role)
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
            own = bool(slots_of(text) - _NAMES) or raw in self._threaded() or text in nature_lines(speaker)
            ident = speaker.character.id if speaker else "narrator"
            out.append((Dialogue(character_id=ident, text=filled, emotion=emotion, delivery=delivery), own))
        return out

    def _threaded(self) -> frozenset[str]:
        return frozenset(line for part in self.thread.values() for line in part)

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

    def _repeats(self, text: str) -> bool:
        """Whether a line would name the thing twice, once by itself and once in the goal."""
        slots = " ".join(slots_of(text)).lower()
        both = "goal" in slots and "thing" in slots
        if "subject" in slots and "thing" in slots and self.words.things:
            return "thing2" not in slots and self.words.things[0] in self.words.subject
        return both and any(thing in self.words.goal for thing in self.words.things)

    def _render(self, text: str, role: str, scene: Scene) -> str | None:
        values = values_of(self.words, role, scene)
        slots = slots_of(text)
        if "the_place" in slots and slots & {"idea", "Idea"} and scene.noun.removeprefix("the ") in self.words.idea:
            return None
        for slot in slots:
            if not values.get(slot[0].lower() + slot[1:]):
                return None
        full = {slot: value_of(values, slot) for slot in slots_of(text)}
        # only the template is a format string; values are never parsed
        return finish(text.format_map(full))
