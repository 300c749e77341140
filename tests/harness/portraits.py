"""Painted people for the checks of painted characters: flat faces that a face detector knows, as a model may paint."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
WIDTH, HEIGHT = 640, 360


@dataclass(frozen=True)
class Person:
    """How somebody looks."""

    skin: Colour = (205, 180, 160)
    hair: Colour = (60, 40, 30)
    coat: Colour = (40, 60, 160)
    hat: Colour | None = None
    beard: bool = False
    fringe: int = 28
    """Pixels of hair over the forehead."""
    mane: tuple[int, int] = (66, 88)
    """Half the width and the height of the hair around the head."""


ADA = Person()
BOB = replace(ADA, skin=(190, 150, 120), hair=(205, 200, 190), coat=(150, 110, 40), fringe=6, hat=(120, 30, 30))


@dataclass(frozen=True)
class View:
    """How somebody is seen: where, how large, against what, in which light."""

    x: int = 320
    y: int = 150
    scale: float = 0.8
    ground: Colour = (110, 120, 110)
    light: float = 1.0
    seed: int = 0


VIEWS = (
    View(),
    View(x=250, y=160, scale=0.7, seed=1),
    View(x=380, y=140, scale=0.75, light=0.94, seed=2),
    View(x=300, y=155, scale=0.85, ground=(120, 116, 104), seed=3),
    View(x=345, y=150, scale=0.65, light=1.05, seed=4),
)


def portrait(person: Person, view: View) -> NDArray[np.uint8]:
    """(HEIGHT, WIDTH, 3), RGB: one person from the chest up."""
    import cv2

    noise = np.random.default_rng(view.seed).normal(0, 4, (HEIGHT, WIDTH, 3))
    picture = np.clip(np.asarray(view.ground) + noise, 0, 255).astype(np.uint8)

    def at(value: float) -> int:
        return round(value * view.scale)

    def ellipse(x: float, y: float, across: float, down: float, colour: Colour, top_half: bool = False) -> None:
        centre, axes = (view.x + at(x), view.y + at(y)), (at(across), at(down))
        cv2.ellipse(picture, centre, axes, 0, 180 if top_half else 0, 360, colour, -1, cv2.LINE_AA)

    def box(left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        cv2.rectangle(
            picture, (view.x + at(left), view.y + at(top)), (view.x + at(right), view.y + at(bottom)), colour, -1
        )

    shade: Colour = tuple(int(part * 0.9) for part in person.skin)  # type: ignore[assignment]
    ellipse(0, 10, *person.mane, person.hair)
    ellipse(0, 200, 120, 110, person.coat)
    box(-24, 60, 24, 105, shade)
    ellipse(0, 20, 55, 75, person.skin)
    ellipse(0, -45, 58, person.fringe, person.hair, top_half=True)
    for x in (-22, 22):
        ellipse(x, 2, 13, 7, (240, 240, 240))
        ellipse(x, 2, 6, 6, (70, 50, 40))
        ellipse(x, -14, 16, 4, person.hair)
    ellipse(0, 28, 8, 14, shade)
    ellipse(0, 60, 24, 7, (150, 70, 70))
    if person.beard:
        ellipse(0, 82, 44, 22, person.hair)
    if person.hat is not None:
        box(-70, -95, 70, -48, person.hat)
    soft = cv2.GaussianBlur(picture, (5, 5), 1.2).astype(np.float64) * view.light
    return np.clip(soft, 0, 255).astype(np.uint8)
