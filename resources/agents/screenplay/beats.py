"""Descriptions as beats: what fits one shot, which things are in it, and how the camera should see it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from resources.agents.screenplay.elements import Action, Item
from resources.agents.screenplay.manner import emphatic
from resources.agents.screenplay.sentences import pieces
from resources.agents.screenplay.wordlists import table, words
from resources.lexicon.scene import prop_words
from resources.lexicon.words import stems, words_of
from schemas.vocabulary import Effect

BEAT = 170
"""Letters of description that one shot holds: two or three sentences, five seconds."""
_SHORT = 45
_CLOSE = re.compile(r"\b(?:CLOSE(?:\s?UP)?|EXTREME CLOSE|INSERT|FACE|ANGLE) ?(?:ON|:|-)", re.IGNORECASE)
_DETERMINED = frozenset(
    """a an the his her its their my your our this that these those another one two three four some any each every
    single tiny old new small large big huge little silver golden gold black white red blue green yellow wooden
    leather rusty broken heavy empty un une le la les der die das ein eine el los las una""".split()
)
_DOUBTFUL = frozenset(
    "watch ring book ship mail bus map rose bell drum flag box pen brush bag ball stone star key".split()
)
"""Things whose words are as often verbs or parts of something else: in capitals they are sounds and actions."""
_NOT_THINGS = frozenset(
    "toast present picture gold money chart roll trunk glass canvas jar penny mail football rock".split()
)
"""Words of the lexicon that in a screenplay seldom mean the thing."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What is described in one shot."""

    text: str
    props: tuple[str, ...] = ()
    follow: bool = False
    shaken: bool = False
    close: bool = False
    silence: bool = False
    """Nothing but a moment: the face of whoever listens."""
    effects: tuple[Effect, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it is looked at: reading speed, 2.2 to 6 s."""
        return round(min(6.0, max(2.2, 1.4 + 0.26 * len(self.text.split()))), 1)


def beats_of(text: str) -> list[Beat]:
    """The beats of a description."""
    return [_beat(piece) for piece in pieces(text, BEAT)]


def joined(items: tuple[Item, ...]) -> list[Item]:
    """Items with short descriptions put together: a line in capitals ("A RIVER.") belongs to what follows it."""
    found: list[Item] = []
    for item in items:
        last = found[-1] if found else None
        if isinstance(item, Action) and isinstance(last, Action):
            together = len(last.text) + len(item.text)
            lead = last.text == last.text.upper() and len(last.text) <= 40
            if together <= BEAT and (lead or len(item.text) <= _SHORT) and not _silence(item.text):
                found[-1] = Action(f"{last.text} {item.text}")
                continue
        found.append(item)
    return found


def props_in(text: str) -> tuple[str, ...]:
    """Things that are named as things: with an article or an owner, or in capitals as a screenplay marks props.

    Without that, "watch the storm" would put a clock on the table.
    """
    tokens = words_of(text)
    found: dict[str, None] = {}
    for hit in prop_words().find(text, tokens):
        if hit.first < 0:
            found[hit.value] = None
            continue
        first, last = tokens[hit.first], tokens[hit.last - 1]
        if hit.phrase in _NOT_THINGS or last.low.endswith("ing"):
            continue
        near = tokens[max(0, hit.first - 2) : hit.first]
        clause = [word.low for word in near if not set(text[word.end : first.start]) & set(",;:.-–—")]
        named = any(word in _DETERMINED for word in clause)
        owner = hit.first > 0 and text[tokens[hit.first - 1].end :].startswith(("'s ", "’s "))
        capitals = last.text.isupper() and text != text.upper() and hit.phrase not in _DOUBTFUL
        if capitals or owner or (named and (hit.phrase not in _DOUBTFUL or clause[-1] in _DETERMINED)):
            found[hit.value] = None
    if "phone" in found:
        found.pop("ring", None)  # it rings
    return tuple(found)


def _silence(text: str) -> bool:
    bare = " ".join(word.low for word in words_of(text))
    return bare in words("staging", "beats") or any(bare == f"{beat} then" for beat in words("staging", "beats"))


def _beat(text: str) -> Beat:
    forms = {stem for word in words_of(text) for stem in stems(word.low)}
    effects = [Effect(hit.value) for hit in table("staging", "effects").find(text)]
    return Beat(
        text,
        props=props_in(text)[:3],
        follow=bool(forms & words("staging", "follow")),
        shaken=bool(forms & words("staging", "shaken")),
        close=bool(_CLOSE.search(text))
        or (len(text) <= 60 and (emphatic(text) or bool(forms & words("staging", "looks")))),
        silence=_silence(text),
        effects=tuple(dict.fromkeys(effects))[:2],
    )
