"""Colours of the cast: whoever may share a shot is told apart by colour, unless the idea says which they have."""

from __future__ import annotations

from dataclasses import dataclass

from resources.agents.storyteller import english
from resources.agents.storyteller.idea import Who
from resources.agents.storyteller.looks import look_for
from resources.lexicon.tones import APART, BARE, apart, main_colour
from resources.lexicon.words import data
from schemas.plan import Look
from schemas.vocabulary import Species


@dataclass(frozen=True, slots=True)
class Part:
    """One of the cast before anybody is dressed."""

    ident: str
    name: str
    phrase: str
    noun: str
    species: Species
    gender: str
    said: Look
    """What the words say of the look."""
    described: str
    """The words in which they were wished for."""
    voice: str
    """The manner of who lives without being alive; "" for the manner that noun and age have."""
    who: Who | None
    again: bool
    """Whether they are the second or a later one of a group."""


def dressed(parts: list[Part], colours: list[str], seed: int) -> list[tuple[Look, str]]:
    """Everybody's look, with the name of the colour that was chosen for it ("" for none), so that no two are alike.

    ``colours`` are names of cloth, the first first.

    What the words say stays. Those whose skin is what is seen of them come first: a coat is changed more easily.
    """
    codes: dict[str, str] = english.data("stage")["clothes"]
    free, worn = list(colours), dict[int, str]()
    looks: dict[int, Look] = {}
    order = sorted(range(len(parts)), key=lambda at: (not _told_colour(parts[at]), parts[at].species not in BARE))
    for at in order:
        one = parts[at]
        others = [main_colour(look) for look in looks.values()]
        if one.said.garment_colour is None and free:
            # on whoever shows no clothes they are a token, which only differs from the other tokens
            shown = others if one.species not in BARE else [codes[name] for name in worn.values()]
            fitting = [name for name in free if _clear(codes[name], shown) >= APART]
            worn[at] = (fitting or sorted(free, key=lambda name: -_clear(codes[name], shown)))[0]
            free.remove(worn[at])
        look = look_for(
            one.ident, one.phrase, one.noun, one.species, one.gender, one.said, codes.get(worn.get(at, "")), seed
        )
        if one.species in BARE and one.said.skin is None and _clear(main_colour(look), others) < APART:
            look = look.model_copy(update={"skin": _other_skin(one.species, look.skin or "", others)})
        looks[at] = look
    return [(looks[at], worn.get(at, "")) for at in range(len(parts))]


def _told_colour(part: Part) -> bool:
    said = part.said
    return (said.skin if part.species in BARE else said.garment_colour) is not None


def _clear(colour: str, others: list[str]) -> float:
    """How far a colour is from the nearest of ``others``."""
    return min((apart(colour, other) for other in others), default=1.0)


def _other_skin(species: Species, drawn: str, others: list[str]) -> str:
    """Of the colours that such a one may have the one that is farthest from the others'."""
    skins: list[str] = data("looks")["palettes"].get(species.value, [])
    return max([drawn, *skins], key=lambda skin: _clear(skin, others))
