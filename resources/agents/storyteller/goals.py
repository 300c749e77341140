"""What is wished for, in the mouths of the two who talk about it."""

from __future__ import annotations

import re
from dataclasses import replace

from resources.agents.storyteller import english
from resources.agents.storyteller.idea import Idea
from resources.agents.storyteller.people import Player


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
    if not heads or words[0] in ("become", "be"):
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
