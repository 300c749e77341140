"""Which things an idea names: those the studio can draw, and whatever else stands where a thing would."""

from __future__ import annotations

import re

from resources.agents.storyteller import english
from resources.agents.storyteller.english import closed, spread, token_spans, word_class
from resources.agents.storyteller.idea import Thing
from resources.lexicon.scene import place_words, prop_words, species_words
from resources.lexicon.words import words_of
from schemas.vocabulary import Place


def things_of(parts: list[str], lows: list[str], spoken_for: set[int]) -> list[Thing]:
    """Things by the vocabulary, then whatever else stands behind an article as a noun would."""
    found: list[tuple[int, Thing]] = []
    text = spread(parts)
    spans = token_spans(parts, text)
    words = words_of(text)
    taken: set[int] = set()
    scene = place_words().find(text)
    # the train of a train station is no train
    inside = {at for match in scene if match.first >= 0 for at in range(match.first, match.last - 1)}
    under_foot = {at for match in scene if match.value == Place.SPACE for at in range(match.first, match.last)}
    for match in prop_words().find(text):
        if match.first in inside and match.first >= 0:
            continue
        if match.first in under_foot and match.value in ("moon", "star"):
            continue  # on the moon, the moon is no thing but the ground
        first = spans[match.start] if match.first < 0 else spans[words[match.first].start]
        if first in spoken_for or _verb_place(lows, first):
            continue
        word = match.phrase if match.first >= 0 else match.value
        found.append((first, Thing(word, match.value)))
        taken.update(range(first, first + max(match.last - match.first, 1)))
    taken |= {spans[words[at].start] for match in scene if match.first >= 0 for at in range(match.first, match.last)}
    at = 0
    while at < len(lows):
        owner = lows[at].endswith("'s") and lows[at] not in word_class("contracted")  # "grandma's last cookie"
        if owner or (lows[at] in word_class("articles") and at not in spoken_for):
            head = _noun_after(lows, at)
            if head is not None and head not in taken and head not in spoken_for:
                word = english.singular(lows[head].removesuffix("'s"))
                name = re.sub(r"[^a-z ]", "", word)[:24].strip()
                if len(name) > 2:
                    found.append((head, Thing(word, name)))
        at += 1
    for at in range(1, len(lows)):
        # what is played, baked or sold stands without an article: chess, dumplings
        low = lows[at]
        handled = english.verb_base(lows[at - 1]) in word_class("handling")
        if handled and at not in spoken_for and at not in taken and _bare_noun(low):
            found.append((at, Thing(english.singular(low), english.singular(low)[:24])))
    unique: dict[str, Thing] = {}
    for _, thing in sorted(found, key=lambda one: one[0]):
        unique.setdefault(thing.prop, thing)
    return list(unique.values())[:6]


def _bare_noun(low: str) -> bool:
    """Whether a word that nothing introduces may be a thing: no verb, no place, nobody, nothing vague."""
    if not (low.isascii() and low.isalpha() and len(low) > 3) or english.verb_base(low) is not None:
        return False
    if low in closed() or any(low in word_class(name) for name in ("determiners", "adjectives", "not_things")):
        return False
    somewhere = place_words().get(low) or species_words().get(low)
    return not somewhere and english.singular(low) not in word_class("not_things")


def _verb_place(lows: list[str], at: int) -> bool:
    """Whether the word after "to", "it" or a modal is used as a verb ("to book", "hear it ring", "must ring")."""
    return (
        at > 0
        and (lows[at - 1] in ("to", "it") or lows[at - 1] in word_class("modals"))
        and english.verb_base(lows[at]) is not None
    )


def _noun_after(lows: list[str], at: int) -> int | None:
    """The head of the noun phrase a determiner opens, or None when it is vague, a verb or somebody."""
    end = at + 1
    while end < len(lows) and end - at <= 4:
        low = lows[end]
        stops = low in closed() or low in word_class("determiners") or not low[0].isalpha()
        if stops or (end > at + 1 and (english.is_finite(low, True) or low in english.data("grammar")["counting"])):
            break
        end += 1
        if place_words().get(low):
            break
    head = end - 1
    if head <= at or lows[head] in word_class("not_things") or lows[head] in word_class("adjectives"):
        return None
    if species_words().get(lows[head]) or place_words().get(lows[head]) or not lows[head].isascii():
        return None
    pronoun_object = lows[at] == "her" and english.verb_base(lows[head]) == lows[head]
    return None if pronoun_object or lows[head].endswith(("ing", "ness", "ly", "ed", "ty")) else head
