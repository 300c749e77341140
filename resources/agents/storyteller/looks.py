"""How the cast looks: what the words say, clothes in a colour of their own, and a portrait in words."""

from __future__ import annotations

from resources.agents.portrait import colour_name
from resources.agents.storyteller import english
from resources.lexicon import resolve_look
from schemas.plan import Character, Look
from schemas.vocabulary import Age, Garment, Hair, Headwear, Species


def look_for(
    ident: str, phrase: str, noun: str, species: Species, gender: str, said: Look, colour: str | None, seed: int
) -> Look:
    """What the words say, clothes in a colour of their own, and the rest as it would be drawn."""
    pronoun = {"she": "a woman", "he": "a man"}[gender] if species is Species.PERSON else ""
    known = said.model_copy(update={"species": species, "garment_colour": said.garment_colour or colour})
    drawn = resolve_look(Character(id=ident, name="x", description=f"{phrase} {noun}, {pronoun}", look=known), seed)
    look = Look(**drawn.model_dump())
    changes: dict[str, object] = {}
    if gender == "she" and look.hair is Hair.BEARD:
        changes["hair"] = Hair.BUN if look.age is Age.OLD else Hair.LONG
    if gender == "he":
        if look.hair in (Hair.BUN, Hair.BRAIDS):
            changes["hair"] = Hair.SHORT
        if look.garment is Garment.DRESS:
            changes["garment"] = Garment.COAT
        if look.headwear is Headwear.BOW:
            changes["headwear"] = Headwear.CAP
    if said.hair is Hair.BEARD and gender == "he":
        changes["hair"] = Hair.BEARD
    return look.model_copy(update=changes)


_HAIR_WORDS = {Hair.NONE: "no hair", Hair.SHORT: "short hair", Hair.LONG: "long hair", Hair.CURLY: "curly hair",
               Hair.BUN: "hair in a bun", Hair.BRAIDS: "braids", Hair.BEARD: "a beard"}  # fmt: skip


def portrait_of(look: Look, colour: str, species: Species, gender: str, noun: str) -> str:
    """A look in words, for whoever paints from text."""
    build = {"slim": "slim", "stout": "round", "medium": "sturdy"}[look.build or "medium"]
    garment = {"suit": "suit", "armour": "suit of armour", "overalls": "pair of overalls"}.get(
        look.garment or "", str(look.garment)
    )
    if species is not Species.PERSON:
        age = {"child": "young ", "old": "old ", "adult": ""}[look.age or "adult"]
        wears = (
            f" in {english.article(f'{colour} {garment}')}"
            if species in (Species.ROBOT, Species.ALIEN) and colour
            else ""
        )
        kind = noun.split()[-1] if noun else species.value
        if kind in english.data("stage")["spirits"]:
            tone = colour_name(look.skin or "#ffffff")
            return f"{english.article(kind)} with a face, {build} and {tone}, and no feet on the ground"
        return english.article(f"{build} {age}{kind}{wears}")
    person = {"child": {"she": "girl", "he": "boy"}, "old": {"she": "old woman", "he": "old man"}}.get(
        look.age or "", {"she": "woman", "he": "man"}
    )[gender]
    dress = english.article(f"{colour} {garment}".strip())
    worn = "pointed hat" if look.headwear is Headwear.POINTED else str(look.headwear)
    hat = "" if look.headwear in (None, Headwear.NONE) else f" and {english.article(worn)}"
    eyes = ", with glasses" if look.glasses else ""
    return f"{english.article(f'{build} {person}')} with {_HAIR_WORDS[look.hair or Hair.SHORT]}, in {dress}{hat}{eyes}"
