"""Measures of a body that stands on two legs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """Lengths in design units; the ground is 0 and up is negative."""

    head_h: float
    head_w: float
    shoulder: float
    """y of the shoulders, where the neck's pivot is."""
    hip: float
    chest: float
    """Half width at the shoulders."""
    waist: float
    hips: float
    upper: float
    fore: float
    hand: float
    """Radius of a hand."""
    limb: float
    """Thickness of an arm."""
    leg: float
    hunch: float = 0.0
    """Degrees that the back is always bent."""

    @property
    def torso(self) -> float:
        """Height of the torso, hip to shoulder."""
        return self.hip - self.shoulder

    @property
    def head_y(self) -> float:
        """Middle of the head, in units of the head part (its pivot is the neck)."""
        return 2.2 - self.head_h / 2
