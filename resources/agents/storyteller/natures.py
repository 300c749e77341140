"""What somebody is, as words: the lines that only such a one says, and the traits by which others speak of them."""

from __future__ import annotations

from typing import Any

from resources.agents.storyteller import english
from resources.agents.storyteller.people import Player
from schemas.vocabulary import Age, Species

_TRAITS = ("part", "sound", "food", "skill", "fault")
_AGES = {(Age.CHILD, "she"): "girl", (Age.CHILD, "he"): "boy", (Age.OLD, "she"): "grandmother",
         (Age.OLD, "he"): "grandfather"}  # fmt: skip


def _keys(player: Player) -> list[str]:
    """Under what somebody may be found, the most particular first: noun, its head, its kin, species, age."""
    kin: dict[str, str] = english.data("stage")["kin"]
    look = player.character.look
    nouns = [player.noun, *player.noun.split()[::-1]]
    person = look.species is Species.PERSON
    species = "" if person or player.manner in ("spirit", "plain") else str(look.species)
    age = _AGES.get((look.age or Age.ADULT, player.gender), "") if person else ""
    return [*nouns, *(kin.get(noun, "") for noun in nouns), species, age, player.manner]


def nature(player: Player) -> dict[str, list[str]]:
    """Lines in the voice of what somebody is: doubt, comfort and joy, and the turn that they know; may be empty."""
    book: dict[str, dict[str, list[str]]] = english.data("natures_en")
    return next((book[key] for key in _keys(player) if key in book), {})


def nature_lines(player: Player | None) -> frozenset[str]:
    """Every line of somebody's nature."""
    return frozenset(line for lines in nature(player).values() for line in lines) if player else frozenset()


def traits(player: Player, role: str) -> dict[str, str]:
    """``hero_part``, ``hero_sound``, ``hero_food``, ``hero_skill`` and ``hero_fault`` for the role ``hero``."""
    table: dict[str, Any] = english.data("traits_en")["traits"]
    person = player.character.look.species is Species.PERSON or player.manner == "plain"
    found = next((table[key] for key in _keys(player) if key in table), table["person"] if person else [])
    return {f"{role}_{trait}": str(value) for trait, value in zip(_TRAITS, found, strict=False)}
