"""The embedded studio's music engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resources.cutout.sound.ambience import Span, places_heard
from resources.cutout.sound.music import perform
from schemas.media import CutRequest

REVISION = "1"
"""Bump whenever the same request would give other samples."""


@dataclass(frozen=True)
class EmbeddedMusic:
    """A band of paper: music and the sound of places behind :class:`resources.engines.MusicEngine`. Costs nothing
    to make or to pickle; the same request gives the same samples."""

    name: str = "paper-band"
    revision: str = REVISION

    def music(self, request: CutRequest, samples: int) -> NDArray[np.float32]:
        """Music of exactly ``samples``: (samples, 2) at 48 kHz, below 0.7, silent at the end."""
        return perform(request, samples)

    def ambience(self, request: CutRequest, spans: list[Span], samples: int) -> NDArray[np.float32]:
        """The air of every place, (samples, 2) at 48 kHz; spans are (start, end, place, time_of_day, weather)."""
        return places_heard(spans, samples, request.music_seed)
