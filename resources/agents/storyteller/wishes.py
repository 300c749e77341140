"""Who was wished for: the cast that a film is asked to have, laid over the cast that its idea names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from resources.agents.storyteller import english
from resources.agents.storyteller.idea import Idea, Who
from resources.agents.storyteller.who import cast_of
from resources.lexicon import gender_of, species_of
from schemas.script import CastWish
from schemas.vocabulary import Species

MAX_PHRASE = 44
"""Characters of a description that can stand in a spoken line."""


def with_cast(idea: Idea, wishes: Sequence[CastWish]) -> Idea:
    """``idea`` with everybody of ``wishes`` in its cast.

    A wish is somebody the idea names when name, noun or kind of creature agree: a keeper of the idea is then the Mara
    of the wish. Whoever is left is added behind.
    """
    cast = list(idea.cast)
    free = set(range(len(cast)))
    added: list[Who] = []
    for wish in wishes:
        one = _read(wish)
        at = next((at for at in sorted(free) if _same(cast[at], one, wish)), None)
        if at is None:
            end = len(english.tokens(idea.text))
            added.append(replace(one, first=end, last=end, wished=True))
            continue
        free.discard(at)
        given = cast[at].name.casefold() == wish.name.casefold()
        cast[at] = replace(
            cast[at],
            called="" if given else wish.name,
            described=wish.description,
            gender=one.gender or cast[at].gender,
            owner=False,
        )
    return replace(idea, cast=[*cast, *added])


def _read(wish: CastWish) -> Who:
    """A wish as somebody of an idea: what they are, by the first words of the description that say it."""
    parts = english.tokens(wish.description)
    found = [who for who in cast_of(parts, [part.lower() for part in parts]) if who.noun] if parts else []
    gender = gender_of(f"{wish.description} {wish.name}")
    if found:
        first = found[0]
        return Who(first.noun, first.phrase, first.species, called=wish.name, gender=first.gender or gender,
                   described=wish.description)  # fmt: skip
    species = species_of(f"{wish.name} {wish.description}") or Species.PERSON
    opening = wish.description.split(",")[0].strip(" .")
    sayable = opening.lower().startswith(("a ", "an ", "the ")) and len(opening) <= MAX_PHRASE
    phrase = opening[:1].lower() + opening[1:] if sayable else "an old friend"
    return Who("", phrase, species, called=wish.name, gender=gender, described=wish.description)


def _same(known: Who, one: Who, wish: CastWish) -> bool:
    name = wish.name.casefold()
    if known.name:
        return name in (known.name.casefold(), known.name.split()[0].casefold())
    if known.count > 1:
        return False
    if known.noun and (known.noun == name or known.noun == one.noun):
        return True
    if known.noun and one.noun and known.noun.split()[-1] == one.noun.split()[-1]:
        return True
    return one.species is not Species.PERSON and known.species is one.species
