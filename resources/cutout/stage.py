"""Staging: from a request to a :class:`~resources.cutout.score.Stage`, where everything stands and how it is framed.

Wide shots show the place with small figures in it; medium shots cut them at the waist; close shots and reactions are a
face; an insert is a thing alone. Every format is composed by itself: a narrow frame brings people closer together and
staggers them in depth.
"""

from __future__ import annotations

import numpy as np

from resources.cutout.cast import Pose, Puppet
from resources.cutout.cast.stature import stature
from resources.cutout.compose import Body, Composer
from resources.cutout.dressing import Dresser, holders, on_ledge
from resources.cutout.palette import hexcode
from resources.cutout.paper import seed as seed_of
from resources.cutout.paper import sprite
from resources.cutout.places import build, location_seed, scene_of, words_of
from resources.cutout.places.base import HEIGHT
from resources.cutout.score import Stage
from schemas.media import Figure, ImageRequest
from schemas.vocabulary import ShotSize

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
    held = holders(request, size)
    composer = Composer(request, scenery, size, bodies, ledge=on_ledge(request, size, held), held=held)
    dresser = Dresser(request, scenery, size, composer.figures(), composer.unit)
    dresser.figures = figures = dresser.in_hand(held)
    props, ledge = dresser.props(held)
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
