"""Colour drift: each chunk is held to the colours of the one before it, measured on the frames they share.

Image-to-video models wander in contrast and tint from chunk to chunk. Mean and standard deviation of each channel are
matched (Reinhard et al., "Color transfer between images", IEEE CG&A 2001, in RGB), bounded, so that a chunk which
really shows something else is not forced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resources.errors import RenderFault
from resources.gpu.wan.clips import Rgb

FLAT = 1.0
"""Standard deviation, in levels, under which a channel has no contrast to be matched."""


@dataclass(frozen=True, slots=True)
class ColourMatch:
    """``(x - mean) * gain + mean + shift``, channel by channel, in levels of 0 to 255."""

    mean: tuple[float, float, float]
    gain: tuple[float, float, float]
    shift: tuple[float, float, float]

    def applied(self, frame: Rgb) -> Rgb:
        """The corrected frame, rounded and clipped."""
        mean, gain, shift = (np.asarray(one, np.float32) for one in (self.mean, self.gain, self.shift))
        # one table of 256 levels a channel: exact, and nothing of a frame's size in floats
        levels = np.arange(256, dtype=np.float32)[:, None]
        table = np.clip(np.rint((levels - mean) * gain + mean + shift), 0, 255).astype(np.uint8)
        return np.stack([table[:, channel][frame[..., channel]] for channel in range(3)], axis=-1)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        names = {"mean": self.mean, "gain": self.gain, "shift": self.shift}
        return {name: [round(value, 4) for value in values] for name, values in names.items()}


def match(drifted: Sequence[Rgb], wanted: Sequence[Rgb], limit: float) -> ColourMatch:
    """What makes ``drifted`` look like ``wanted``: gains within 1 +- ``limit``, shifts within ``limit`` of 255."""
    mean, spread = _moments(drifted)
    to_mean, to_spread = _moments(wanted)
    gain = np.where((spread > FLAT) & (to_spread > FLAT), to_spread / np.maximum(spread, FLAT), 1.0)
    gain = np.clip(gain, 1 - limit, 1 + limit)
    shift = np.clip(to_mean - mean, -limit * 255, limit * 255)
    return ColourMatch(_triple(mean), _triple(gain), _triple(shift))


class Matched:
    """Frames of a chunk, corrected as they pass; only the shared ones are held. ``match`` says how, once they began."""

    def __init__(self, frames: Iterable[Rgb], wanted: Sequence[Rgb], limit: float) -> None:
        self.match: ColourMatch | None = None
        self._frames = iter(frames)
        self._wanted = wanted
        self._limit = limit

    def __iter__(self) -> Iterator[Rgb]:
        head = list(islice(self._frames, len(self._wanted)))
        if len(head) < len(self._wanted):
            raise RenderFault(f"the chunk has {len(head)} frames, and shares {len(self._wanted)}")
        found = self.match = match(head, self._wanted, self._limit)
        self._wanted = ()
        for frame in chain(head, self._frames):
            yield found.applied(frame)


def _moments(frames: Sequence[Rgb]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of each channel over all frames, one frame in floats at a time."""
    count = sum(frame.shape[0] * frame.shape[1] for frame in frames)
    total = sum((frame.sum(axis=(0, 1), dtype=np.float64) for frame in frames), np.zeros(3))
    squares = sum((np.square(frame, dtype=np.float64).sum(axis=(0, 1)) for frame in frames), np.zeros(3))
    mean = total / count
    return mean, np.sqrt(np.maximum(squares / count - mean**2, 0))


def _triple(values: NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
