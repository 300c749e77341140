"""The list of creatures that stand upright in clothes: each is a few small drawing functions and some measures.

A beast wears the body, the garments and the acting of :mod:`resources.cutout.cast.biped`; what makes it an elephant
is its head, ears, muzzle and tail. To add one, write those functions in a module of this package, register them with
:func:`beast`, and name the module in ``resources/cutout/cast/bodies.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from resources.cutout.cast.face import FacePlan
from resources.cutout.cast.frame import Frame
from resources.cutout.props.sheet import Sheet
from schemas.media import ResolvedLook
from schemas.vocabulary import Species


class Head(NamedTuple):
    """What a head painter knows; lengths in units of the head part, whose origin is the neck."""

    look: ResolvedLook
    frame: Frame
    w: float
    """Half the width of the head."""
    h: float
    """Half its height."""
    y: float
    """Its middle."""
    k: float
    """Size against an adult's head."""


PaintHead = Callable[[Sheet, Head], None]
PaintEar = Callable[[Sheet, Head, bool], None]
"""Paints an ear that stands on the origin; True for the far one, which is mirrored."""
FaceOf = Callable[[FacePlan, Head], FacePlan]


@dataclass(frozen=True, slots=True)
class Beast:
    """A creature that stands upright."""

    head: PaintHead
    face: FaceOf
    """Where eyes and mouth sit, changed from those of a person."""
    size: tuple[float, float] = (1.0, 1.2)
    """Height and width of the head against a person's."""
    girth: float = 1.0
    hand: float = 1.0
    muzzle: PaintHead | None = None
    """Snout, nose and whiskers; the origin is the middle of the face above the mouth."""
    lift: float = 0.62
    """How far the muzzle's origin is above the mouth, in heights of the mouth."""
    ear: PaintEar | None = None
    seat: tuple[float, float, float] = (-0.6, -0.6, 12.0)
    """x and y of the near ear's root, as parts of ``w`` and ``h``, and the degrees that feelings move it."""
    ears_behind: bool = True
    reach: tuple[float, float, float, float] = (-17.0, -31.0, 17.0, 22.0)
    """Box of an ear about its root, in units of an adult's head."""
    tail: PaintHead | None = None
    tail_box: tuple[float, float, float, float] = (-34.0, -34.0, 6.0, 10.0)
    back: PaintHead | None = None
    """What the creature carries behind its torso and head; the origin is the hip."""
    back_box: tuple[float, float, float, float] = (-40.0, -80.0, 30.0, 20.0)
    fingers: int = 0


BEASTS: dict[Species, Beast] = {}


def beast(species: Species, made: Beast) -> None:
    """Register ``made`` as the body of ``species``."""
    BEASTS[species] = made


def head_of(look: ResolvedLook, frame: Frame) -> Head:
    """The head of a look in a frame's measures."""
    return Head(look, frame, frame.head_w / 2, frame.head_h / 2, frame.head_y, frame.head_h / 35)
