"""What somebody is after, as a thing: read from an idea before it has a cast."""

from __future__ import annotations

from resources.agents.storyteller import english
from resources.agents.storyteller.idea import Idea


def sought(idea: Idea) -> str:
    """The prop that the first of the cast is after and does not have yet; "" when there is none.

    "wants to find a letter" has none yet, "finds a letter" has one at once.
    """
    verb, _, wanted = idea.goal.partition(" ")
    has = english.word_set("staging", "has_it")
    if not idea.cast or not wanted or verb not in english.word_set("staging", "after_it"):
        return ""
    if any(clause.who == 0 and not clause.modal and clause.verb in has for clause in idea.clauses):
        return ""
    words = object_of(idea.goal).lower().split()
    named = {words[-1], english.singular(words[-1])} if words else set()
    return next((thing.prop for thing in idea.things if thing.word.lower().split()[-1] in named), "")


def object_of(goal: str) -> str:
    """What a goal is directed at, without what follows it: ``carry a letter across the desert`` gives a letter."""
    words = [word for word in english.tokens(goal)[1:] if word.lower() not in english.word_set("staging", "gone")]
    if words and words[0].lower() in ("for", "to", "after") and len(words) > 1:
        words = words[1:]
    out: list[str] = []
    for at, word in enumerate(words):
        low = word.lower()
        if not low[0].isalpha() or (low in english.closed() and not (at == 0 and low in ("no", "one"))):
            break
        if at and low in english.word_class("determiners"):
            break
        out.append(word)
    opens = bool(out) and out[0].lower() in english.word_class("determiners")
    if not out or (opens and len(out) < 2) or len(out) > 5:
        return ""
    return english.join(out) if opens or english.singular(out[-1]) != out[-1] or out[0][0].isupper() else ""
