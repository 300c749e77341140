"""The cut sheet: where every card and shot lies in a film."""

from __future__ import annotations

from schemas.media import TimedLine
from schemas.plan import Strict
from schemas.vocabulary import TransitionKind


class Piece(Strict):
    """One stretch of the film: a card or a shot. ``start`` is its first frame in the film."""

    name: str
    folder: str
    frames: int
    handle: int
    transition: TransitionKind
    """How it begins."""
    overlap: int
    """Frames it shares with the piece before it."""
    start: int

    @property
    def stop(self) -> int:
        """The frame after its last."""
        return self.start + self.frames


class CutSheet(Strict):
    """Where everything lies in the film, in frames; the truth that checks and exports read."""

    fps: str
    frames: int
    pieces: list[Piece]
    lines: list[TimedLine]
    """Every spoken line, in samples of the film."""
    line_shots: list[str]
    dropped_transitions: list[str]
