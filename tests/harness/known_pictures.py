"""Pictures whose perceptual hash is known before they are painted, and a decoder that paints them in turn, or fails.

``imagehash.phash`` shrinks a picture to 32 x 32 and tells which of the 64 lowest cosines are above their median. So a
picture that is a sum of just those cosines, each once up or down, has the hash that one wants: any with 32 ones of
which the first, the mean brightness, is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

ONES = 32
FIRST = 1 << 63
ONE = 0xAAAAAAAAAAAAAAAA
"""A hash to begin with."""


def flipped(phash: int, pairs: int) -> int:
    """A hash that differs in ``2 * pairs`` bits: so many ones become zeros, and as many zeros ones."""
    ones = [bit for bit in range(63) if phash >> bit & 1]
    zeros = [bit for bit in range(63) if not phash >> bit & 1]
    for bit in [*ones[:pairs], *zeros[:pairs]]:
        phash ^= 1 << bit
    return phash


def picture_of(phash: int, size: tuple[int, int]) -> NDArray[np.float32]:
    """Grey values of -1 to 1, (height, width), of a picture whose perceptual hash is ``phash``."""
    if phash.bit_count() != ONES or not phash & FIRST:
        raise ValueError(f"{phash:016x} is the hash of no such picture")
    x, y = ((np.arange(side) + 0.5) / side for side in size)
    picture = np.zeros((size[1], size[0]))
    for number in range(1, 64):
        sign = 1 if phash >> (63 - number) & 1 else -1
        row, column = divmod(number, 8)
        picture += sign * np.outer(np.cos(np.pi * row * y), np.cos(np.pi * column * x))
    return np.asarray(0.95 * picture / np.abs(picture).max() + 0.02, np.float32)


class KnownDecoder:
    """In the place of a VAE's decode: picture after picture as the script has it.

    ``faults``: what is raised at which call, counted from 1, once. A call that fails paints nothing, so whoever is
    asked again gets the picture that was due.
    """

    def __init__(self, hashes: Sequence[int], faults: Mapping[int, Exception] | None = None) -> None:
        self.hashes = list(hashes)
        self.faults = dict(faults or {})
        self.batches: list[int] = []
        """How many pictures each call was to decode, also one that failed."""

    def __call__(self, vae: Any, latents: Any, number: int) -> Any:
        import torch

        self.batches.append(len(latents))
        if number in self.faults:
            return self.faults[number]
        size = (int(latents.shape[3]) * 8, int(latents.shape[2]) * 8)
        painted = [picture_of(self.hashes.pop(0), size) for _ in range(len(latents))]
        return torch.from_numpy(np.stack(painted))[:, None].repeat(1, 3, 1, 1)
