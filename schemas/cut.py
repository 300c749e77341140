"""The cut sheet: where every card and shot lies in a film."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

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
    card: bool = False
    """A title or end card; a shot may bear the same name."""

    @property
    def stop(self) -> int:
        """The frame after its last."""
        return self.start + self.frames


StemName = Literal["dialogue", "music", "ambience", "effects"]
"""Effects are what the user's own clips sound like."""


class Stem(Strict):
    """One part of the film's sound, as loud as it stands in the mix: 24-bit stereo FLAC, as long as the film.

    The stems add up to the mix, sample by sample, before its one gain to the loudness target.
    """

    name: StemName
    file: str
    """Relative to the home."""


class CutSheet(Strict):
    """Where everything lies in the film, in frames; the truth that checks and exports read."""

    fps: str
    frames: int
    pieces: list[Piece]
    lines: list[TimedLine]
    """Every spoken line, in samples of the film."""
    line_shots: list[str]
    dropped_transitions: list[str]
    stems: list[Stem] = Field(default_factory=list)
    """Those that hold any sound."""

    @property
    def shots(self) -> dict[str, Piece]:
        """The shots by their ids."""
        return {piece.name: piece for piece in self.pieces if not piece.card}
