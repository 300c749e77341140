"""Which thread runs through a film: what is said first and answered last, chosen by what the idea wishes for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from resources.agents.storyteller import english
from resources.agents.storyteller.film import Film
from resources.agents.storyteller.idea import Clause
from resources.agents.storyteller.people import Player
from resources.lexicon.scene import species_words
from schemas.vocabulary import Age, Species

Thread = dict[str, list[str]]
_PARTS = ("open", "mid", "turn", "close")
_ENOUGH = 1
"""So many threads of a wish are enough for its tellings to differ."""
_MEETING = frozenset({"find", "meet", "discover", "encounter", "see", "notice", "hear", "spot", "catch"})
_STATIVE = frozenset({"be", "have", "live", "want", "need", "try", "refuse", "decide", "learn", "hope"})


def threads_for(film: Film, goal: str) -> list[Thread]:
    """Every thread that would suit, the most fitting first; each telling of an idea begins with another one."""
    book: dict[str, Any] = english.data("threads_en")
    story = film.idea
    met = (
        film.roles.partner is not None and bool(film.roles.partner.noun) and _same(story.fear, film.roles.partner.noun)
    )
    keys = story.keywords | {"@met" if met else _number(story.fear)}
    shape: list[Thread] = book["shapes"].get(film.shape, [])
    ranked: list[Thread] = []
    for wish in _wishes(film, goal):
        fitting = [one for one in book["wishes"].get(wish, []) if "when" not in one or keys & set(one["when"])]
        # a wish for which little is written borrows from the shape, so that there is always another telling
        ranked += _in_turn(fitting, film, [] if len(fitting) > _ENOUGH or ranked else shape)
    if not story.clauses and film.roles.hero is not None:
        ranked += _in_turn(_of_kind(film.roles.hero, book["kinds"]), film, shape)
    ranked += _in_turn(shape, film)
    return [{part: one[part] for part in _PARTS if part in one} for one in ranked]


def _in_turn(threads: list[Thread], film: Film, spare: Sequence[Thread] = ()) -> list[Thread]:
    """The threads from another one on for each telling of each idea.

    What was written for just such an idea stands among what suits any, and is not always told first: two ideas that
    name the same thing would otherwise be one film.
    """
    digest = hashlib.sha256(f"thread:{film.idea.text}".encode()).digest()
    own = int.from_bytes(digest[:4], "big")
    special = [one for one in threads if "when" in one] or (list(threads) if spare else [])
    common = [one for one in threads if one not in special]
    order = [*_from([*special, *common], own), *_from(list(spare), own // 97)]
    return _from(order, film.telling)


def _from(threads: list[Thread], start: int) -> list[Thread]:
    """The same threads, beginning with another one."""
    at = start % len(threads) if threads else 0
    return [*threads[at:], *threads[:at]]


def _of_kind(hero: Player, book: dict[str, list[Thread]]) -> list[Thread]:
    """Threads for somebody of whom the idea says nothing but what they are."""
    look = hero.character.look
    child = "child" if look.age is Age.CHILD and look.species is Species.PERSON else ""
    keys = (*hero.noun.split()[::-1], str(look.species), child)
    return next((book[key] for key in keys if key in book), [])


def _same(fear: str, noun: str) -> bool:
    return bool(fear) and english.singular(fear.split()[-1]) == noun.split()[-1]


def _number(fear: str) -> str:
    """Whether what is feared is one or many."""
    last = fear.split()[-1] if fear else ""
    return "@plural" if last and english.singular(last) != last else "@singular"


def _wishes(film: Film, goal: str) -> list[str]:
    """Keys of the wishes an idea tells of, the strongest first."""
    story, roles = film.idea, film.roles
    out: list[str] = []
    if story.topic:
        out.append("topic")
    if story.fear:
        out.append("fear")
    named = roles.partner is not None and roles.partner.who is not None
    acts = [clause for clause in story.clauses if clause.who == 0]
    if (named and any(clause.verb in ("love", "marry", "kiss") for clause in acts)) or (
        "love" in story.keywords and named
    ):
        out.append("love")
    if film.shape == "farewell" and "goodbye" in story.keywords:
        out.append("goodbye")
    if named and any(_meets(clause) for clause in acts):
        out.append("meet")
    verbs: dict[str, list[str]] = english.data("threads_en")["verbs"]
    said = [goal.split()[0]] if goal else []
    said += [clause.verb for clause in acts if clause.verb not in _STATIVE]
    for verb in said:
        out += [key for key, forms in verbs.items() if verb in forms and key not in out]
    # a story of leaving is not told as one of finding
    return [wish for wish in out if not (film.shape == "farewell" and wish in ("win", "sell"))]


def _meets(clause: Clause) -> bool:
    """Whether what is found is somebody: a robot finds a cat."""
    if clause.verb not in _MEETING or clause.modal:
        return False
    head: list[str] = []
    for word in english.tokens(clause.rest):
        if head and word.lower() in english.closed():
            break
        head.append(word)
    return bool(head) and species_words().get(head[-1].lower()) is not None
