"""A character in words, the same words in every shot: what keeps a face when a model draws it from text alone."""

from __future__ import annotations

import colorsys
from functools import cache

from resources.agents.repairs import plain
from resources.lexicon.tones import oklab
from resources.lexicon.words import data
from schemas.media import Figure, ResolvedLook
from schemas.vocabulary import Age, Build, Hair, Headwear, Species

MAX_DESCRIPTION = 140
"""Characters of the plan's own description: two portraits and a shot then fit into a few dozen words."""
LIGHTNESS = 0.4
"""Weight of lightness against hue and chroma."""
_VAGUE = frozenset({"dark", "rainbow", "tin", "rusty", "blond", "gray", "golden", "silvery", "scarlet"})
"""Colour words of the lexicon that are a second name, or none for a diffusion model."""
_NO_HAIR = frozenset({"cream", "beige", "gold", "amber", "copper", "bronze", "orange", "yellow", "olive"})
"""Colours that hair has other words for: white, blonde, ginger, auburn."""
_HAIR_ONLY = frozenset({"blonde", "ginger", "auburn", "chestnut"})
_COVERED = {
    Species.ROBOT: "metal", Species.GHOST: "glow", Species.DRAGON: "scales", Species.FISH: "scales",
    Species.BIRD: "feathers", Species.CAT: "fur", Species.DOG: "fur", Species.FOX: "fur", Species.BEAR: "fur",
    Species.RABBIT: "fur", Species.MOUSE: "fur", Species.HORSE: "coat", Species.LION: "fur", Species.MONKEY: "fur",
    Species.SHEEP: "wool", Species.COW: "coat", Species.HEDGEHOG: "spines", Species.SQUIRREL: "fur",
    Species.PENGUIN: "feathers", Species.OWL: "feathers", Species.SNOWMAN: "snow", Species.SCARECROW: "sackcloth",
    Species.CAMEL: "coat", Species.TOASTER: "metal",
}  # fmt: skip
_HAIR = {
    Hair.SHORT: "short {} hair", Hair.LONG: "long {} hair", Hair.CURLY: "curly {} hair", Hair.BUN: "{} hair in a bun",
    Hair.BRAIDS: "{} braids", Hair.BEARD: "{} hair and beard",
}  # fmt: skip
_TONES = ((0.80, "fair"), (0.62, "light"), (0.47, "tan"), (0.33, "brown"))
"""Least luminance of a skin tone, between the colours of the lexicon's own palette."""


def portrait(figure: Figure) -> str:
    """Name, the plan's description and the look of ``figure``; depends on nothing of the shot."""
    name, told = plain(figure.name, 60) or "somebody", plain(figure.description, MAX_DESCRIPTION)
    words = [word for word in (_body(figure.look), *_worn(figure.look)) if word]
    opening = told if told.lower().startswith(name.lower()) else f"{name}, {told}" if told else name
    return f"{opening.rstrip('.,:; ')} ({', '.join(words)})"


def colour_name(code: str, without: frozenset[str] = _HAIR_ONLY) -> str:
    """The plain word nearest to ``#rrggbb``; hue counts more than lightness, as it does in words."""
    light, a, b = oklab(code)
    names = {name: colour for name, colour in _names().items() if name not in without}

    def away(name: str) -> tuple[float, str]:
        other = names[name]
        return (LIGHTNESS * (light - other[0])) ** 2 + (a - other[1]) ** 2 + (b - other[2]) ** 2, name

    return min(names, key=away)


@cache
def _names() -> dict[str, tuple[float, float, float]]:
    colours: dict[str, str] = data("looks")["colours"]
    return {name: oklab(code) for name, code in colours.items() if name not in _VAGUE}


def _channels(code: str) -> tuple[float, float, float]:
    """Red, green and blue, 0 to 1."""
    return int(code[1:3], 16) / 255, int(code[3:5], 16) / 255, int(code[5:7], 16) / 255


def _body(look: ResolvedLook) -> str:
    build = "" if look.build is Build.MEDIUM else f"{look.build} "
    if look.species is Species.PERSON:
        who = {Age.CHILD: "child", Age.ADULT: "adult", Age.OLD: "elderly person"}[look.age]
        return f"{build}{who}, {_skin(look.skin)} skin"
    age = {Age.CHILD: "young ", Age.ADULT: "", Age.OLD: "old "}[look.age]
    return f"{build}{age}{look.species}, {colour_name(look.skin)} {_COVERED.get(look.species, 'skin')}"


def _skin(code: str) -> str:
    """A skin tone by its luminance; a colour no person has by its name."""
    red, green, blue = _channels(code)
    hue, saturation, _ = colorsys.rgb_to_hsv(red, green, blue)
    if not 0.01 <= hue <= 0.13 or saturation < 0.1:
        return colour_name(code)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return next((tone for least, tone in _TONES if luminance > least), "dark brown")


def _worn(look: ResolvedLook) -> list[str]:
    """Hair and clothes of people; animals and machines wear what their description says, and their hats."""
    worn = []
    if look.species is Species.PERSON:
        if look.hair is not Hair.NONE:
            worn.append(_HAIR[look.hair].format(colour_name(look.hair_colour, _NO_HAIR)))
        worn.append(f"{colour_name(look.garment_colour)} {look.garment}")
    if look.headwear is not Headwear.NONE:
        hat = "pointed hat" if look.headwear is Headwear.POINTED else look.headwear
        worn.append(f"{colour_name(look.headwear_colour)} {hat}")
    return [*worn, *(["glasses"] if look.glasses else [])]
