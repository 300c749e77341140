"""A cut in whole frames, as an editor thinks of it: clips that meet at cut points, with handles beyond them.

The store's pieces overlap where there is a transition. An editor's timeline has no overlaps: two clips meet at a cut
point, and the transition reaches ``before`` frames back and ``after`` frames ahead of it, into the clips' handles. The
cut point is put in the middle of the overlap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from schemas.cut import Piece
from schemas.time import FrameRate
from schemas.vocabulary import TransitionKind

MADE_BY = "Sparkle Motion export of"
"""With the film's id behind it: how an export knows an earlier one of the same film."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A marker, in frames of the clip or film it stands in."""

    frame: int
    length: int
    name: str
    colour: str
    """A name of OpenTimelineIO's marker colours: RED, YELLOW, ..."""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clip:
    """One card or shot between its cut points."""

    name: str
    reel: str
    """At most eight letters and digits, unlike every other clip's."""
    url: str
    frames: int
    """Length of the file, handles included."""
    source: int
    """Frame of the file at the first cut point."""
    start: int
    """Frame of the film at the first cut point."""
    length: int
    kind: TransitionKind
    """How it begins."""
    before: int
    after: int
    """Frames that the transition at its beginning takes on either side of the cut point."""
    marks: Sequence[Mark] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sound:
    """One stem, as long as the film."""

    name: str
    url: str
    samples: int
    parted: bool
    """Cut where the picture is cut, so that a shot can be moved with its words."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A whole film."""

    movie: str
    title: str
    """One line."""
    rate: FrameRate
    width: int
    height: int
    clips: Sequence[Clip]
    sounds: Sequence[Sound]
    marks: Sequence[Mark] = ()
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def frames(self) -> int:
        """Length of the film."""
        return self.clips[-1].start + self.clips[-1].length

    @property
    def made_by(self) -> str:
        """The line by which an export of this film is known."""
        return f"{MADE_BY} {self.movie}"


@dataclass(frozen=True, slots=True)
class Span:
    """Where a clip lies: frames of the film, and of its file."""

    start: int
    source: int
    length: int
    before: int
    after: int


def spans(pieces: Sequence[Piece]) -> list[Span]:
    """Pieces that overlap as clips that meet."""
    found = []
    for piece, following in zip_longest(pieces, pieces[1:]):
        before = piece.overlap // 2
        stop = piece.stop - (following.overlap - following.overlap // 2 if following is not None else 0)
        start = piece.start + before
        found.append(Span(start, before, stop - start, before, piece.overlap - before))
    return found


def one_line(text: str) -> str:
    """Text as one line without characters that XML forbids."""
    kept = (char if _in_xml(ord(char)) else " " for char in text)
    return " ".join("".join(kept).split())


def _in_xml(code: int) -> bool:
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
