"""From words to a look, and from a half-known look to a whole one that is the same in every shot."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from functools import cache
from typing import Any

from resources.lexicon.scene import species_words
from resources.lexicon.words import Table, Word, data, words_of
from schemas.media import ResolvedLook
from schemas.plan import Character, Look
from schemas.vocabulary import Age, Build, Garment, Hair, Headwear, Species

_HAIRLESS = (Species.ROBOT, Species.GHOST, Species.ALIEN)


@cache
def _table(kind: str) -> Table:
    words: dict[str, list[str]] = data("looks")[kind]
    return Table(words)


@cache
def _glasses() -> Table:
    return Table({"yes": data("looks")["glasses"]})


def _colour_before(words: list[Word], at: int, reach: int = 2) -> str | None:
    """The colour named in the ``reach`` words before index ``at``."""
    colours: dict[str, str] = data("looks")["colours"]
    for back in range(at - 1, max(at - 1 - reach, -1), -1):
        if words[back].low in colours:
            return colours[words[back].low]
        if words[back].low in ("and", "with", "a", "an", "the"):
            return None
    return None


def _role_first(table: Table, text: str, words: list[Word]) -> tuple[str, int] | None:
    """The value of the last match that names the thing itself, or else of the first role that implies it."""
    found = table.find(text, words)
    if not found:
        return None
    named = frozenset(data("looks")["worn"])
    worn = [match for match in found if match.phrase in named or match.value == match.phrase]
    best = worn[0] if worn else found[0]
    return best.value, best.last - 1


def look_of(description: str) -> Look:
    """What a text says about a look, everything else None.

    Roles imply clothes (a knight wears armour and a helmet); a garment that is named wins over one that is implied.
    """
    words = words_of(description)
    found: dict[str, Any] = {}
    creature = next(iter(species_words().find(description, words)), None)
    if creature is not None:
        found["species"] = Species(creature.value)
        particular: dict[str, str] = data("looks")["particular"]
        if creature.first >= 0:
            coloured = _colour_before(words, creature.last - 1)
            if creature.value != Species.PERSON:
                found["skin"] = coloured or particular.get(creature.phrase)
        if creature.phrase in particular:
            found.setdefault("skin", particular[creature.phrase])
    for field, kind in (("age", Age), ("build", Build), ("hair", Hair), ("garment", Garment), ("headwear", Headwear)):
        hit = _role_first(_table(field), description, words)
        if hit is None:
            continue
        found[field] = kind(hit[0])
        colour = _colour_before(words, hit[1]) if field in ("garment", "headwear") else None
        if colour is not None and found.get("skin") != colour:
            found[f"{field}_colour"] = colour
    for at, word in enumerate(words):
        if word.low in data("looks")["hair_nouns"] and (colour := _colour_before(words, at)):
            found["hair_colour"] = colour
        if word.low in data("looks")["skin_nouns"] and (colour := _colour_before(words, at)):
            found["skin"] = colour
        if word.low == "redhead":
            found["hair_colour"] = data("looks")["colours"]["ginger"]
        if word.low in ("blonde", "blond"):
            found["hair_colour"] = data("looks")["colours"]["blonde"]
    if "garment" in found and "garment_colour" not in found:
        roles: dict[str, str] = data("looks")["role_colours"]
        role = next((match.phrase for match in species_words().find(description, words) if match.phrase in roles), None)
        if role is not None:
            found["garment_colour"] = roles[role]
    if _glasses().find(description, words):
        found["glasses"] = True
    return Look(**{key: value for key, value in found.items() if value is not None})


def gender_of(text: str) -> str:
    """``she``, ``he`` or "" by the first word of a text that tells."""
    looks = data("looks")
    for word in words_of(text):
        for gender in ("she", "he"):
            if word.low in looks[gender]:
                return gender
    return ""


def _rng(film_seed: int, character_id: str) -> random.Random:
    digest = hashlib.sha256(f"look:{film_seed}:{character_id}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))


def _pick(rng: random.Random, options: Sequence[Any], weights: Sequence[int] | None = None) -> Any:
    return rng.choices(options, weights)[0]


def resolve_look(character: Character, film_seed: int) -> ResolvedLook:
    """The whole look of a character: what is written, then what the words say, then a draw.

    The draw depends on ``film_seed`` and the character's id alone, so one face is one face in every shot; every value
    is drawn whether it is needed or not, so that writing one field down changes no other.
    """
    written = {key: value for key, value in character.look.model_dump().items() if value is not None}
    said = look_of(f"{character.description} {character.name}").model_dump(exclude_none=True)
    # a species written by hand makes the colour of the one the words name void
    if "species" in written and said.get("species") != written["species"]:
        said.pop("skin", None)
    known = {**said, **written}
    species = Species(known.get("species", Species.PERSON))
    rng = _rng(film_seed, character.id)
    palettes: dict[str, list[str]] = data("looks")["palettes"]
    age = Age(known.get("age", _pick(rng, list(Age), (2, 5, 2))))
    skin_at, hair_at, garment_at, hat_at = (rng.random() for _ in range(4))
    skins = palettes["skin" if species is Species.PERSON else species.value]
    hairs = palettes["hair_old" if age is Age.OLD else "hair"]
    grown = [Hair.SHORT, Hair.LONG, Hair.CURLY, Hair.BUN, Hair.BRAIDS, Hair.BEARD]
    gender = gender_of(f"{character.description} {character.name}")
    bearded = 0 if age is Age.CHILD or gender == "she" else 2
    hair_drawn = _pick(rng, grown, (4, 0, 3, 0, 0, bearded) if gender == "he" else (4, 3, 3, 2, 2, bearded))
    clothes = {"he": (3, 0, 4, 2), "she": (2, 4, 3, 1)}.get(gender, (3, 1, 4, 2))
    drawn: dict[str, Any] = {
        "build": _pick(rng, list(Build), (2, 3, 2)),
        "skin": skins[int(skin_at * len(skins))],
        "hair": hair_drawn if species is Species.PERSON else Hair.NONE,
        "hair_colour": hairs[int(hair_at * len(hairs))],
        "garment": _pick(rng, [Garment.COAT, Garment.DRESS, Garment.SHIRT, Garment.OVERALLS], clothes),
        "garment_colour": palettes["garment"][int(garment_at * len(palettes["garment"]))],
        "headwear": Headwear.NONE,
        "headwear_colour": palettes["headwear"][int(hat_at * len(palettes["headwear"]))],
        "glasses": species is Species.PERSON and rng.random() < (0.4 if age is Age.OLD else 0.12),
    }
    if species in _HAIRLESS and "hair" not in written:
        known.pop("hair", None)
    return ResolvedLook(**{**drawn, **known, "species": species, "age": age})
