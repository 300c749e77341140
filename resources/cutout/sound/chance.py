"""Random numbers that depend on a film's seed and on what they are for, and on nothing else."""

from __future__ import annotations

import hashlib

import numpy as np


def generator(seed: int, *purpose: object) -> np.random.Generator:
    """A generator for ``purpose``; the same in every process, and unrelated to that of any other purpose."""
    text = "/".join(str(word) for word in (seed, *purpose))
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big"))
