"""Staging: from a request to a :class:`~resources.cutout.score.Stage`, where everything stands and how it is framed.

Wide shots show the place with small figures in it; medium shots cut them at the waist; close shots and reactions are a
face; an insert is a thing alone. Every format is composed by itself: a narrow frame brings people closer together and
staggers them in depth.
"""

from __future__ import annotations

import re

import numpy as np

from resources.cutout.cast import Pose, Puppet
from resources.cutout.compose import BIG_THINGS, Body, Composer, thing_of
from resources.cutout.palette import hexcode
from resources.cutout.paper import seed as seed_of
from resources.cutout.paper import sprite
from resources.cutout.places import build, location_seed, scene_of, words_of
from resources.cutout.places.base import HEIGHT
from resources.cutout.props import PROPS
from resources.cutout.score import Stage, StageFigure
from resources.lexicon import props_in
from schemas.media import Figure, ImageRequest, ResolvedLook
from schemas.vocabulary import Age, ShotSize, Species

STATURE: dict[Species, float] = {
    Species.MOUSE: 0.52,
    Species.FROG: 0.56,
    Species.BIRD: 0.52,
    Species.RABBIT: 0.62,
    Species.CAT: 0.62,
    Species.FISH: 0.42,
    Species.FOX: 0.72,
    Species.DOG: 0.72,
    Species.ALIEN: 0.92,
    Species.ROBOT: 0.96,
    Species.BEAR: 1.16,
    Species.HORSE: 1.12,
    Species.DRAGON: 1.30,
    Species.WHALE: 0.80,
    Species.ELEPHANT: 1.30,
    Species.LION: 1.02,
    Species.MONKEY: 0.70,
    Species.PIG: 0.72,
    Species.SHEEP: 0.74,
    Species.COW: 1.06,
    Species.HEDGEHOG: 0.56,
    Species.SQUIRREL: 0.58,
    Species.PENGUIN: 0.62,
    Species.OWL: 0.56,
    Species.TURTLE: 0.60,
    Species.OCTOPUS: 0.72,
    Species.BEE: 0.46,
    Species.SNOWMAN: 0.92,
    Species.CLOUD: 0.72,
    Species.CAMEL: 1.14,
    Species.POTATO: 0.74,
    Species.TOASTER: 0.78,
}
"""Height in a wide shot against a grown person's. Small creatures are larger than life: they are who we look at."""
_AGE = {Age.CHILD: 0.78, Age.ADULT: 1.0, Age.OLD: 0.95}
_HOLDS = re.compile(
    r"\b(holds?|holding|carr(?:y|ies|ying)|clutch\w*|grips?|gripping|rais(?:es?|ing)|lifts?|lifting|gives?|giving|"
    r"offer\w*|hands|handing|shows?|showing|turns?|turning|puts?|lays?|lets?|drops?|swings?|brings?|wav(?:es?|ing))\b"
    r"([^.;,]{1,48})"
)
_REFERENCE = 100.0


def lay_out(request: ImageRequest) -> Stage:
    """The whole stage of a shot. Equal requests give equal stages."""
    seed = location_seed(request.film_seed, request.location_id)
    words = words_of(request.location_text)  # not the shot's prompt: a place is the same in all of its shots
    aspect = request.width / request.height
    scene = scene_of(request.place, request.time_of_day, request.weather, request.mood, seed, words, HEIGHT * aspect)
    scenery = build(scene)
    size = request.size
    if size is ShotSize.INSERT and not request.props:
        size = ShotSize.CLOSE if request.figures else ShotSize.MEDIUM
    bodies = [] if size is ShotSize.INSERT else [_body(figure, request.film_seed) for figure in request.figures]
    if not bodies and size in (ShotSize.CLOSE, ShotSize.REACTION):
        size = ShotSize.INSERT if request.props else ShotSize.MEDIUM
    if size is ShotSize.REACTION:
        bodies = bodies[:1]
    composer = Composer(request, scenery, size, bodies)
    figures, held = _holding(request, size, composer.figures())
    props, ledge = composer.props(figures, held)
    colours = scene.palette
    return Stage(
        width=request.width,
        height=request.height,
        size=size,
        place=request.place,
        time_of_day=request.time_of_day,
        weather=request.weather,
        mood=request.mood,
        emotion=request.emotion,
        seed=seed,
        words=words,
        view=composer.view(),
        blur={ShotSize.WIDE: 0.0, ShotSize.MEDIUM: 1.6 if bodies else 0.0}.get(size, 5.0),
        horizon=scenery.horizon * request.height / HEIGHT,
        ledge=ledge,
        figures=figures,
        props=props,
        palette={
            "sky": hexcode(colours.sky),
            "far": hexcode(colours.far),
            "middle": hexcode(colours.middle),
            "near": hexcode(colours.near),
            "accent": hexcode(colours.accent),
        },
        layers=[piece.depth for piece in scenery.pieces],
    )


def _holding(request: ImageRequest, size: ShotSize, figures: list[StageFigure]) -> tuple[list[StageFigure], str | None]:
    """Who is said to hold one of the shot's things has it in the hand, where hands are seen."""
    text = f"{request.action}. {request.prompt}".lower()
    if size not in (ShotSize.WIDE, ShotSize.MEDIUM) or not figures:
        return figures, None
    for name in request.props:
        thing = thing_of(name)
        if thing not in PROPS or thing in BIG_THINGS:
            continue
        if size is ShotSize.MEDIUM and len(request.props) > 1:
            continue  # the others stand on a ledge, which would hide the hand
        for found in _HOLDS.finditer(text):
            if thing not in props_in(found.group(2)):
                continue
            before = text[: found.start()]
            spoken = {one.character_id: before.rfind(one.name.lower()) for one in request.figures}
            holder = max(figures, key=lambda one: (spoken.get(one.character_id, -1), -one.x))
            return [one.model_copy(update={"held": thing}) if one is holder else one for one in figures], thing
    return figures, None


def _body(figure: Figure, film_seed: int) -> Body:
    """Proportions, measured on the drawn puppet: hats, ears, buns and antennas are where they are seen."""
    seed = seed_of(film_seed, "figure", figure.character_id) % 2**32
    puppet = Puppet(figure.look, _REFERENCE, seed)
    still = Pose(1.5 * _REFERENCE, 1.8 * _REFERENCE)
    drawn = sprite(3 * _REFERENCE, 2 * _REFERENCE, lambda canvas: puppet.draw(canvas, still)).toarray()[..., 3] > 40
    columns, rows = np.flatnonzero(drawn.any(axis=0)), np.flatnonzero(drawn.any(axis=1))
    reach = max(still.x - float(columns[0]), float(columns[-1]) - still.x) / _REFERENCE
    left, _, right, bottom = puppet.face(still)
    eyes = puppet.eye_line
    return Body(
        figure=figure,
        stature=stature(figure.look),
        half=reach,
        head=max(0.08, puppet.head_ratio),
        eyes=eyes,
        face_x=((left + right) / 2 - still.x) / _REFERENCE,
        head_wide=(right - left) / _REFERENCE,
        crown=max(0.02, (still.y - float(rows[0])) / _REFERENCE - eyes),
        chin=max(0.02, (bottom - still.y) / _REFERENCE + eyes),
        seed=seed,
    )


def stature(look: ResolvedLook) -> float:
    """Height against a grown person."""
    return STATURE.get(look.species, 1.0) * _AGE[look.age]
