"""A character in pictures that a model painted: found by the face, and held against itself in the other shots.

Who stands in a painted picture is nowhere written down, so only a shot with exactly one character is looked at, and
only when exactly one face is found: then it is known whose face that is. Faces are NudeNet's (0.07 s a picture;
OpenCV's cascades take ten times as long and find faces in cut paper). From the face two places grow: the head, which is
compared by its perceptual hash, and the figure (head and chest), by its colours and by what an embedding model makes of
it.

A shot is compared with all others of its character, and the lower median of the distances counts: no shot is the
reference, a strange one does not make the others strange, and of three shots the nearer one decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from resources.gpu.packaged import process_pool
from resources.gpu.wav2lip.faces import NudenetFaces
from resources.quality.names import CheckName
from resources.quality.policy import Policy
from resources.quality.readings import Measured, Readings
from resources.quality.similar import apart, colours, phash, region
from schemas.plan import Strict

T = TypeVar("T")
Picture = NDArray[np.uint8]
"""(height, width, 3), RGB."""
AT_LEAST = 3
"""Shots of one character, fewer of which say nothing of who is the odd one."""
HEAD = (0.15, 0.30, 0.15, 0.10)
"""How far the head goes beyond the face: left, top, right and bottom, in widths and heights of the face."""
CHEST = (0.60, -1.0, 0.60, 0.60)
FIGURE = (1.0, 0.5, 1.0, 1.5)
"""The crop that an embedding model sees."""
SEEN = 0.5
"""Share of the head's or the chest's box that has to lie in the picture."""
HASHED = 96
"""Pixels of the head's side when it is hashed: the hash of a small and of a large head are of one size."""


class Face(Strict):
    """Where the one face of a picture is: pixels, ends excluded."""

    left: int
    top: int
    right: int
    bottom: int

    def grown(self, by: Sequence[float]) -> tuple[float, float, float, float]:
        """The box that goes ``by`` widths and heights beyond the face (left, top, right, bottom)."""
        width, height = self.right - self.left, self.bottom - self.top
        return (
            self.left - by[0] * width,
            self.top - by[1] * height,
            self.right + by[2] * width,
            self.bottom + by[3] * height,
        )


class MaybeFace(Strict):
    """The face, or none: nobody, or more than one, was found."""

    face: Face | None = None


@dataclass(frozen=True)
class Painted:
    """A character as one shot shows it."""

    shot: str
    scene: str
    """Place, hour and weather: colours are compared in one light."""
    who: str
    head: int | None
    """Perceptual hash of the head; None where too little of it is in the picture."""
    colours: NDArray[np.float64] | None
    """Of head and chest; None likewise."""
    identity: NDArray[np.float32] | None = None
    """What an embedding model makes of the figure: (d,), of length 1; None where a profile names none."""


def find_face(picture: Path) -> MaybeFace:
    """The face in a picture file, where there is exactly one."""
    with NudenetFaces(process_pool()).looking() as find:
        found = find(read_rgb(picture))
    if len(found) != 1:
        return MaybeFace()
    box = found[0]
    return MaybeFace(face=Face(left=box.left, top=box.top, right=box.right, bottom=box.bottom))


def read_rgb(path: Path) -> Picture:
    """A picture file as (height, width, 3)."""
    with Image.open(path) as opened:
        return np.asarray(opened.convert("RGB"))


def head_hash(picture: Picture, face: Face) -> int | None:
    """The perceptual hash of the head."""
    part = _inside(picture, face.grown(HEAD))
    if part is None:
        return None
    grey = Image.fromarray(part).convert("L").resize((HASHED, HASHED), Image.Resampling.BILINEAR)
    return phash(np.asarray(grey))


def figure_colours(picture: Picture, face: Face) -> NDArray[np.float64] | None:
    """Which colours head and chest have: a histogram of :func:`similar.colours`."""
    parts = [_inside(picture, face.grown(by)) for by in (HEAD, CHEST)]
    seen = [part.reshape(1, -1, 3) for part in parts if part is not None]
    return colours(np.concatenate(seen, axis=1)) if len(seen) == len(parts) else None


def figure_crop(picture: Picture, face: Face) -> Picture | None:
    """Head and shoulders, for a model that looks at pictures."""
    return region(picture, face.grown(FIGURE))


def painted(
    picture: Picture, face: Face, *, shot: str, scene: str, who: str, identity: Sequence[float] | None = None
) -> Painted:
    """All that is compared of the character ``who`` in ``picture``."""
    vector = None if identity is None else np.asarray(identity, np.float32)
    return Painted(shot, scene, who, head_hash(picture, face), figure_colours(picture, face), vector)


def set_apart(members: Mapping[str, T], distance: Callable[[T, T], float]) -> dict[str, float]:
    """The lower median of each member's distances to the others; empty for fewer than :data:`AT_LEAST`."""
    if len(members) < AT_LEAST:
        return {}
    told = {}
    for name, own in members.items():
        ranked = sorted(distance(own, other) for key, other in members.items() if key != name)
        told[name] = ranked[(len(ranked) - 1) // 2]
    return told


def check_figures(policy: Policy, shots: Sequence[Painted]) -> Measured:
    """A painted character that has another head, other colours or another look than in its other shots."""
    told = Measured([], Readings())
    # a head is compared in all light, colours in one
    heads: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    hues: dict[tuple[str, ...], dict[str, NDArray[np.float64]]] = defaultdict(dict)
    looks: dict[tuple[str, ...], dict[str, NDArray[np.float32]]] = defaultdict(dict)
    for one in shots:
        if one.head is not None:
            heads[one.who,][one.shot] = one.head
        if one.colours is not None:
            hues[one.who, one.scene][one.shot] = one.colours
        if one.identity is not None:
            looks[one.who,][one.shot] = one.identity
    _held(policy, told, "figure_colour", hues, apart, "has other colours")
    _held(policy, told, "figure_shape", heads, _bits, "has another head")
    _held(policy, told, "figure_identity", looks, _turned, "looks like somebody else")
    return told


def _held(
    policy: Policy,
    told: Measured,
    check: CheckName,
    groups: Mapping[tuple[str, ...], Mapping[str, T]],
    distance: Callable[[T, T], float],
    words: str,
) -> None:
    for key, members in groups.items():
        for shot, value in set_apart(members, distance).items():
            told.readings[check] = max(value, told.readings.get(check, 0.0))
            if value > policy.checks[check].limit:
                message = f"{key[0]} {words} than in the other shots ({value:.2f})"
                told.findings.append(policy.finding(check, value, message, shot=shot))


def _bits(one: int, other: int) -> float:
    return float((one ^ other).bit_count())


def _turned(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """One less the cosine of two vectors of length 1."""
    return float(1 - one @ other)


def _inside(picture: Picture, box: Sequence[float]) -> Picture | None:
    """What of ``box`` is in the picture, when that is most of it."""
    part = region(picture, box)
    wanted = (box[2] - box[0]) * (box[3] - box[1])
    return part if part is not None and part.shape[0] * part.shape[1] >= SEEN * wanted else None
