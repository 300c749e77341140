"""From pieces in world units to images in pixels, once a shot; after that a frame is only blits.

A piece is rasterised at the largest size the camera will show it, cut to what the camera can see, and not at all where
a nearer, motionless layer hides it in every frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import skia

from resources.cutout.camera import Lens, layer_shift, layer_zoom
from resources.cutout.paper import LINEAR, soften, sprite
from resources.cutout.places.base import HEIGHT, Box, Piece
from resources.cutout.score import View

_ROAM = 130.0
"""World units that a moving piece wider than the frame may travel."""


@dataclass(frozen=True, slots=True)
class Eye:
    """The lens of a shot before the camera moves: frame size in pixels, view, blur of what lies behind the focus."""

    width: int
    height: int
    view: View
    blur: float = 0.0

    @property
    def unit(self) -> float:
        """Pixels for one world unit in a wide shot."""
        return self.height / HEIGHT

    def scale(self, depth: float) -> float:
        """Pixels for one world unit at ``depth``. Far layers are enlarged less: the camera goes closer."""
        return self.unit * math.pow(self.view.zoom, 0.25 + 0.75 * min(depth, 1.0))

    def point(self, x: float, y: float, depth: float) -> tuple[float, float]:
        """Where a point of the world is in the frame, in pixels."""
        near = min(depth, 1.0)
        middle = HEIGHT * self.width / self.height / 2
        eye_x = middle + (self.view.x - middle) * (0.35 + 0.65 * near)
        eye_y = HEIGHT / 2 + (self.view.y - HEIGHT / 2) * (0.35 + 0.65 * near)
        scale = self.scale(depth)
        return (x - eye_x) * scale + self.width / 2, (y - eye_y) * scale + self.height / 2

    def world(self, x: float, y: float, depth: float) -> tuple[float, float]:
        """The point of the world that is seen at pixel (x, y)."""
        zero_x, zero_y = self.point(0, 0, depth)
        scale = self.scale(depth)
        return (x - zero_x) / scale, (y - zero_y) / scale


@dataclass(slots=True)
class Layer:
    """One image and how it sits in the frame."""

    depth: float
    image: skia.Image
    left: float
    top: float
    """Upper left corner in pixels of the unmoved frame."""
    density: float
    """Image pixels for a pixel of the unmoved frame."""
    pieces: tuple[Piece, ...]
    pivot: tuple[float, float]
    unit: float
    """Frame pixels for a world unit."""

    def draw(self, canvas: skia.Canvas, lens: Lens, width: int, height: int, t: float) -> None:
        """Blit the layer as the lens sees it at ``t`` seconds."""
        zoom = layer_zoom(lens, self.depth)
        shift_x, shift_y = layer_shift(lens, self.depth, width, height)
        move = self.pieces[0].move
        paint: skia.Paint | None = None
        canvas.save()
        canvas.translate(width / 2 + shift_x, height / 2 + shift_y)
        canvas.scale(zoom, zoom)
        canvas.translate(-width / 2, -height / 2)
        if move is not None:
            motion = move(t)
            if motion.alpha <= 0.01:
                canvas.restore()
                return
            canvas.translate(motion.x * self.unit, motion.y * self.unit)
            if motion.turn or motion.stretch_x != 1.0 or motion.stretch_y != 1.0:
                canvas.translate(*self.pivot)
                canvas.rotate(motion.turn)
                canvas.scale(motion.stretch_x, motion.stretch_y)
                canvas.translate(-self.pivot[0], -self.pivot[1])
            if motion.alpha < 0.995:
                paint = skia.Paint(Alphaf=motion.alpha)
        canvas.translate(self.left, self.top)
        canvas.scale(1 / self.density, 1 / self.density)
        if not canvas.quickReject(skia.Rect(0, 0, self.image.width(), self.image.height())):
            canvas.drawImage(self.image, 0, 0, LINEAR, paint)
        canvas.restore()


def _seen(eye: Eye, lenses: Sequence[Lens], depth: float) -> Box:
    """The part of the unmoved frame that any lens shows of a layer, in pixels."""
    width, height = eye.width, eye.height
    left = top = math.inf
    right = bottom = -math.inf
    for lens in lenses:
        zoom = layer_zoom(lens, depth)
        shift_x, shift_y = layer_shift(lens, depth, width, height)
        left = min(left, width / 2 + (-width / 2 - shift_x) / zoom)
        right = max(right, width / 2 + (width / 2 - shift_x) / zoom)
        top = min(top, height / 2 + (-height / 2 - shift_y) / zoom)
        bottom = max(bottom, height / 2 + (height / 2 - shift_y) / zoom)
    return left - 2, top - 2, right + 2, bottom + 2


def _hidden_below(eye: Eye, lenses: Sequence[Lens], front: tuple[float, float] | None, depth: float) -> float:
    """The row (pixels of the unmoved frame) below which ``front`` = (row, depth) always hides a layer."""
    if front is None:
        return math.inf
    row, front_depth = front
    lowest = -math.inf
    for lens in lenses:
        shown = eye.height / 2 + (row - eye.height / 2) * layer_zoom(lens, front_depth)
        shown += layer_shift(lens, front_depth, eye.width, eye.height)[1]
        back = shown - layer_shift(lens, depth, eye.width, eye.height)[1]
        lowest = max(lowest, eye.height / 2 + (back - eye.height / 2) / layer_zoom(lens, depth))
    return lowest + 4


def _solid_from(image: skia.Image) -> int:
    """The row from which on an image is opaque from edge to edge; its height if there is none."""
    alpha = image.toarray()[:, :, 3]
    holes = np.flatnonzero(alpha.min(axis=1) < 255)
    return int(holes[-1]) + 1 if len(holes) else 0


def _grouped(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Neighbours of one depth that stand still are one image."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        last = groups[-1][0] if groups else None
        if last and piece.move is None and last.move is None and (piece.depth, piece.blur) == (last.depth, last.blur):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def compile_layers(pieces: Iterable[Piece], eye: Eye, lenses: Sequence[Lens]) -> list[Layer]:
    """Images of all pieces that can be seen, from back to front."""
    layers: list[Layer] = []
    cover: tuple[float, float] | None = None
    for group in reversed(_grouped(pieces)):
        depth = group[0].depth
        layer = _compile(group, eye, lenses, _hidden_below(eye, lenses, cover, depth))
        if layer is None:
            continue
        layers.append(layer)
        seen = _seen(eye, lenses, depth)
        whole = layer.left <= seen[0] + 2 and layer.left + layer.image.width() / layer.density >= seen[2] - 2
        if group[0].move is None and depth <= 1.0 and whole:
            row = layer.top + _solid_from(layer.image) / layer.density
            reaches = layer.top + layer.image.height() / layer.density
            if row < reaches - 4:
                cover = (row, depth)
    return layers[::-1]


def _compile(group: list[Piece], eye: Eye, lenses: Sequence[Lens], hidden_below: float) -> Layer | None:
    first = group[0]
    depth, still = first.depth, first.move is None
    scale = eye.scale(depth)
    boxes = [piece.box for piece in group]
    left, top = eye.point(min(box[0] for box in boxes), min(box[1] for box in boxes), depth)
    right, bottom = eye.point(max(box[2] for box in boxes), max(box[3] for box in boxes), depth)
    seen = _seen(eye, lenses, depth)
    roam = 0.0 if still else _ROAM * scale
    if still or right - left > eye.width:
        left, right = max(left, seen[0] - roam), min(right, seen[2] + roam)
    if still or bottom - top > eye.height:
        top, bottom = max(top, seen[1] - roam), min(bottom, seen[3] + roam)
    bottom = min(bottom, hidden_below + roam * 0.3)
    if right - left < 1 or bottom - top < 1:
        return None
    if not still and first.box[0] >= 0 and (left > seen[2] + roam or right < seen[0] - roam):
        return None
    sigma = first.blur * eye.unit + eye.blur * eye.unit * max(0.25, 1.25 - depth * 0.5) * (1 if eye.blur else 0)
    density = max(layer_zoom(lens, depth) for lens in lenses)
    if sigma > 5:
        density *= 0.5  # what is far out of focus needs no pixels
    left, top = math.floor(left), math.floor(top)
    width, height = (right - left) * density, (bottom - top) * density
    zero_x, zero_y = eye.point(0, 0, depth)

    def draw(canvas: skia.Canvas) -> None:
        canvas.scale(density, density)
        canvas.translate(zero_x - left, zero_y - top)
        canvas.scale(scale, scale)
        for piece in group:
            piece.draw(canvas)

    image = soften(sprite(width, height, draw), sigma * density)
    return Layer(depth, image, left, top, density, tuple(group), eye.point(*first.pivot, depth), scale)
