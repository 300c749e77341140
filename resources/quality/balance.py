"""Dialogue against everything else: how far speech stands above music and ambience while somebody speaks.

Measured on the stems that the cut keeps, so no separation has to be guessed. Broadcasters ask for about 4 LU (Netflix)
to 7 and more (EBU R 128 s4 for those who hear badly).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from resources.quality.sound import rms_db
from schemas.media import TimedLine
from schemas.plan import Strict
from schemas.time import SAMPLE_RATE

SILENT = -70.0
"""dBFS under which there is no bed."""


class Balance(Strict):
    """One line: ``margin`` is dialogue less bed, in dB, between its first word and its last."""

    line: int
    start: int
    margin: float


def balances(dialogue: NDArray[np.float32], bed: NDArray[np.float32], lines: Sequence[TimedLine]) -> list[Balance]:
    """Every line of the film that has a bed under it; sounds are (samples, 2), times are the film's."""
    dialogue, bed = _mono(dialogue), _mono(bed)
    found = []
    for number, line in enumerate(lines):
        start, end = (line.words[0].start, line.words[-1].end) if line.words else (line.start, line.end)
        if end - start < SAMPLE_RATE // 10:
            continue
        under = rms_db(bed[start:end])
        if under > SILENT:
            found.append(Balance(line=number, start=start, margin=round(rms_db(dialogue[start:end]) - under, 2)))
    return found


def _mono(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(sound.mean(1, dtype=np.float32)) if sound.ndim == 2 else sound
