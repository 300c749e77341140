"""Where every card and shot lies in the film: one rule for the cut and for the animatic before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.cut import Piece
from schemas.media import CutRequest
from schemas.vocabulary import TransitionKind

END_TRANSITION = 12
"""Frames of the dissolve into the end card."""


@dataclass(frozen=True)
class Run:
    """A card or shot as it was made: where it is (relative to the home), how long, how many frames it can share."""

    folder: str
    frames: int
    handle: int


def lay_out(
    request: CutRequest, shots: Sequence[Run], title: Run | None, end: Run | None
) -> tuple[list[Piece], list[str]]:
    """The pieces of the film in their order, and the names of those too short for their transition.

    ``shots`` are in the order of ``request.shots``. A transition is an overlap: the film is as long as its pieces less
    what they share.
    """
    pieces: list[Piece] = []
    dropped: list[str] = []

    def add(name: str, run: Run, kind: TransitionKind, overlap: int, *, card: bool = False) -> None:
        room = min(run.handle, pieces[-1].handle) if pieces else 0
        if overlap > room:
            dropped.append(name)
            kind, overlap = TransitionKind.CUT, 0
        pieces.append(
            Piece(
                name=name,
                folder=run.folder,
                frames=run.frames,
                handle=run.handle,
                transition=kind,
                overlap=overlap,
                start=pieces[-1].stop - overlap if pieces else 0,
                card=card,
            )
        )

    if title is not None:
        add("title", title, TransitionKind.CUT, 0, card=True)
    for shot, run in zip(request.shots, shots, strict=True):
        add(shot.shot_id, run, TransitionKind(shot.transition_kind), shot.transition_frames)
    if end is not None:
        add("end", end, TransitionKind.DISSOLVE, END_TRANSITION, card=True)
    return pieces, dropped
