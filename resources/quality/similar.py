"""Pictures beside each other: shots that look alike and should not, shots that should and do not, shots out of place.

pHash (Zauner 2010, ``imagehash.phash``): 64 bits that change little when a picture is compressed or scaled; two
pictures whose hashes differ in a few bits are the same to an eye.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from resources.media.planes import Plane

BINS = 12
"""Steps of a colour histogram on each of two axes."""
TOO_SMALL = 64
"""A region of fewer pixels has no colours to compare."""


def phash(luma: Plane) -> int:
    """The perceptual hash of a picture: 64 bits, of (rows, columns) uint8."""
    return int(str(imagehash.phash(Image.fromarray(luma))), 16)


def distances(hashes: Sequence[int]) -> NDArray[np.uint8]:
    """Bits in which every two of ``hashes`` differ: (n, n), 0 to 64."""
    words = np.asarray(hashes, np.uint64)
    return np.asarray(np.bitwise_count(words[:, None] ^ words[None, :]), np.uint8)


def twins(hashes: Mapping[str, Sequence[int]], limit: float) -> list[tuple[str, str, int]]:
    """Shots that are another one again, as (later, earlier, bits).

    ``hashes`` holds some moments of every shot in the film's order (first, middle, last): two shots are twins when each
    moment of the one is within ``limit`` bits of the same moment of the other.
    """
    names = [name for name, moments in hashes.items() if moments]
    found = []
    for later, name in enumerate(names):
        for other in names[:later]:
            pairs = list(zip(hashes[name], hashes[other], strict=False))
            worst = max(int(np.bitwise_count(np.uint64(a) ^ np.uint64(b))) for a, b in pairs)
            if worst <= limit:
                found.append((name, other, worst))
                break
    return found


def out_of_place(film: Mapping[str, int], shots: Mapping[str, int], limit: float) -> dict[str, str]:
    """Shots of the film that show another one: name in the cut sheet -> the shot that is seen there.

    ``film`` has the hash of the film's frame where each shot begins, ``shots`` that of the same frame of the shot's own
    clip. A frame that is within ``limit`` bits of its own clip is right, whatever else it looks like.
    """
    found: dict[str, str] = {}
    for name, seen in film.items():
        bits = {other: int(np.bitwise_count(np.uint64(seen) ^ np.uint64(own))) for other, own in shots.items()}
        nearest = min(bits, key=lambda other: bits[other])
        if bits[name] > limit and nearest != name and bits[nearest] < bits[name]:
            found[name] = nearest
    return found


def colours(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Which colours a picture (rows, columns, 3 RGB) has, without how bright they are: a (144,) histogram, sum 1."""
    rgb = picture.reshape(-1, 3).astype(np.float64)
    cb = 128 - 0.168736 * rgb[:, 0] - 0.331264 * rgb[:, 1] + 0.5 * rgb[:, 2]
    cr = 128 + 0.5 * rgb[:, 0] - 0.418688 * rgb[:, 1] - 0.081312 * rgb[:, 2]
    span = [[64.0, 192.0], [64.0, 192.0]]
    counts, _, _ = np.histogram2d(np.clip(cb, 64, 191.9), np.clip(cr, 64, 191.9), bins=BINS, range=span)
    soft = counts + 0.5 * (_moved(counts, 0) + _moved(counts, 1))  # a colour beside a bin's edge belongs to both
    return np.asarray(soft.ravel() / max(1.0, soft.sum()))


def apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Distance of two histograms (Hellinger): 0 for equal ones, 1 for colours that have nothing in common."""
    return float(np.sqrt(max(0.0, 1 - np.sqrt(one * other).sum())))


def odd_ones(histograms: Mapping[str, NDArray[np.float64]]) -> dict[str, float]:
    """How far each is from the nearest of the others (all of one scene, or of one character); empty for one alone."""
    return {
        name: min(apart(own, other) for key, other in histograms.items() if key != name)
        for name, own in histograms.items()
        if len(histograms) > 1
    }


def region(picture: NDArray[np.uint8], box: Sequence[float]) -> NDArray[np.uint8] | None:
    """What lies in ``box`` (left, top, right, bottom; pixels); None when next to nothing of it is in the picture."""
    left, top, right, bottom = (max(0, round(value)) for value in box)
    part = picture[top:bottom, left:right]
    return part if part.shape[0] * part.shape[1] >= TOO_SMALL else None


def look_differs(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """Names of the attributes in which two looks differ."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _moved(counts: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    moved = np.zeros_like(counts)
    for source, target in ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None))):
        where = [slice(None), slice(None)]
        where[axis], here = target, [slice(None), slice(None)]
        here[axis] = source
        moved[tuple(where)] += counts[tuple(here)]
    return moved
