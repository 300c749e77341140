"""Time as integers: frames at a rational rate, samples at 48 kHz.

Seconds exist only where a person reads or writes them. The sample at which frame ``n`` begins is
``round(n * 48000 / rate)``, computed from the start of the film, so rounding never adds up.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

SAMPLE_RATE = 48_000
"""Samples a second of every sound inside the project (Hz)."""

KNOWN_RATES = ("24", "25", "30", "48", "50", "60", "24000/1001", "30000/1001", "60000/1001")
"""Frame rates a plan may ask for, as exact fractions."""


@dataclass(frozen=True, slots=True)
class FrameRate:
    """A frame rate as an exact fraction, for example 24 or 30000/1001 (29.97)."""

    value: Fraction

    @classmethod
    def parse(cls, text: str) -> FrameRate:
        """Read ``"24"`` or ``"30000/1001"``. Raises ``ValueError`` for anything else."""
        if text not in KNOWN_RATES:
            raise ValueError(f"fps must be one of {', '.join(KNOWN_RATES)}, not {text!r}")
        return cls(Fraction(text))

    def frames(self, seconds: float) -> int:
        """The least number of whole frames that covers ``seconds``."""
        return ceil(Fraction(seconds).limit_denominator(1_000_000) * self.value)

    def seconds(self, frames: int) -> float:
        """Length of ``frames`` in seconds, for people and metadata only."""
        return float(frames / self.value)

    def samples(self, frames: int) -> int:
        """The 48 kHz sample at which frame ``frames`` begins."""
        return round(frames * SAMPLE_RATE / self.value)

    def frames_for_samples(self, samples: int) -> int:
        """The least number of whole frames whose sound holds ``samples``."""
        return ceil(samples * self.value / SAMPLE_RATE)

    def __str__(self) -> str:
        return str(self.value)
