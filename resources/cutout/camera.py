"""The camera: where it looks at a frame, and what a layer at some depth makes of that."""

from __future__ import annotations

import math
from dataclasses import dataclass

from resources.cutout.paper import rng
from schemas.vocabulary import CameraMove, Effect

MAX_STEP = 0.022
"""Greatest pan between two frames, as a part of the frame's width; the art direction forbids more than 3 %."""


@dataclass(frozen=True, slots=True)
class Lens:
    """The camera at one frame: offset as parts of the frame's width and height, and enlargement.

    It never rolls: turning every layer, or the finished picture, costs skia 40 ms a frame at 1280x720.
    """

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera move over ``frames`` frames at ``fps``. A pure function of the frame's number."""

    move: CameraMove
    frames: int
    fps: float
    seed: int
    heading: float = 1.0
    """Which way a follow goes: 1 right, -1 left."""
    shake: bool = False

    def at(self, frame: int) -> Lens:
        """The lens at ``frame`` (0 to frames - 1)."""
        last = max(1, self.frames - 1)
        part = min(1.0, max(0.0, frame / last))
        eased = part * part * part * (part * (6 * part - 15) + 10)
        eased = 0.72 * eased + 0.28 * part  # it has begun before the cut, and has not ended at the next
        t = frame / self.fps
        reach = min(0.11, 0.010 * last)  # a short shot moves less, never faster
        near = min(0.075, 0.0045 * last)
        x = y = 0.0
        zoom = 1.012
        match self.move:
            case CameraMove.PUSH_IN:
                zoom += near * eased
                y = -0.012 * eased
            case CameraMove.PULL_OUT:
                zoom += near * (1 - eased)
            case CameraMove.PAN_LEFT:
                x = reach * (0.5 - eased)
            case CameraMove.PAN_RIGHT:
                x = reach * (eased - 0.5)
            case CameraMove.TILT_UP:
                y = reach * 0.9 * (0.5 - eased)
            case CameraMove.TILT_DOWN:
                y = reach * 0.9 * (eased - 0.5)
            case CameraMove.FOLLOW:
                x = self.heading * reach * 0.7 * (eased - 0.5)
                zoom += 0.35 * near * eased
                y = 0.0022 * math.sin(t * 5.0)
            case CameraMove.HANDHELD:
                x, y = self._tremor(t)
                zoom += 0.02
            case CameraMove.STATIC:
                zoom += 0.016 * eased
        drift = rng(self.seed, "drift")
        a, b = drift.uniform(0, math.tau), drift.uniform(0, math.tau)
        x += 0.0030 * math.sin(0.55 * t + a)
        y += 0.0026 * math.sin(0.43 * t + b)
        if self.shake:
            jolt_x, jolt_y = self._jolt(t)
            x, y = x + jolt_x, y + jolt_y
        return Lens(x, y, zoom)

    def _tremor(self, t: float) -> tuple[float, float]:
        stream = rng(self.seed, "tremor")
        total = [0.0, 0.0]
        for rate, size in ((1.1, 1.0), (2.3, 0.55), (4.1, 0.26)):
            for axis in range(2):
                total[axis] += size * math.sin(rate * stream.uniform(0.85, 1.15) * t + stream.uniform(0, math.tau))
        return 0.0046 * total[0], 0.0052 * total[1]

    def _jolt(self, t: float) -> tuple[float, float]:
        """A blow about a second into the shot, dying away, and again every few seconds."""
        since = (t - 0.5) % 3.2
        if t < 0.5:
            return 0.0, 0.0
        level = math.exp(-2.4 * since) * min(1.0, since * 12)
        return 0.0085 * level * math.sin(39 * since), 0.0130 * level * math.sin(33 * since + 0.4)


def camera_of(
    move: CameraMove, effects: list[Effect], frames: int, fps: float, seed: int, heading: float = 1.0
) -> Camera:
    """The camera of a shot."""
    return Camera(move, frames, fps, seed, heading, Effect.SHAKE in effects)


def extremes(camera: Camera) -> list[Lens]:
    """The corners of everything a camera does: no frame's lens lies outside of them.

    Layers are cut to what these show, so they reach far enough for every frame, whichever range of it is drawn.
    """
    lenses = [camera.at(number) for number in range(max(1, camera.frames))]
    spans = [(min(values), max(values)) for values in zip(*((one.x, one.y, one.zoom) for one in lenses), strict=True)]
    return [Lens(x, y, zoom) for x in spans[0] for y in spans[1] for zoom in spans[2]]


def layer_zoom(lens: Lens, depth: float) -> float:
    """How much the lens enlarges a layer: the sky hardly, the foreground more than the figures."""
    return 1 + (lens.zoom - 1) * (0.30 + 0.70 * min(depth, 1.5))


def layer_shift(lens: Lens, depth: float, width: int, height: int) -> tuple[float, float]:
    """How far the lens moves a layer, in pixels."""
    return -lens.x * width * depth, -lens.y * height * (0.25 + 0.75 * depth)
