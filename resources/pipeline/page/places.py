"""Findings on the film's own clock: which frame a person is to look at, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor

from resources.pipeline.page.view import ReportView, ShotView
from schemas.report import Finding
from schemas.time import FrameRate

GRAVITY = {"error": 0, "warn": 1, "info": 2}
ROUNDED = Fraction(6, 10_000)
"""Seconds in a finding are rounded to milliseconds: one that begins a frame may lie half of one before it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding with its place. ``frame`` is of the film; None: it holds for the film as a whole."""

    number: int
    finding: Finding
    frame: int | None
    shot: ShotView | None
    exact: bool
    """The frame is where it happens; otherwise it is the first clear one of the shot that it holds for."""


def placed(view: ReportView) -> list[Placed]:
    """All findings: what holds for the whole film first, then in the order of the film, the worst first at one place.

    Frame and second of a finding that names a shot count from the shot's start, as the checks give them.
    """
    shots = {shot.id: shot for shot in view.shots}
    own = own_starts(view)
    where = []
    for finding in view.findings:
        shot = shots.get(finding.shot or "")
        whole = shot is not None and _inside(finding) is None
        frame = own[shot.id] if shot and whole else film_frame(finding, shot, view.frames, view.rate)
        where.append((frame, shot, finding))
    where.sort(key=lambda one: (-1 if one[0] is None else one[0], GRAVITY[one[2].severity]))
    return [
        Placed(number, finding, frame, shot or _under(frame, view), _inside(finding) is not None)
        for number, (frame, shot, finding) in enumerate(where, 1)
    ]


def own_starts(view: ReportView) -> dict[str, int]:
    """The first frame of each shot that it has to itself: after a dissolve from the shot before, or as good as that."""
    starts, before = {}, 0
    for shot in view.shots:
        last = max(shot.start, min(shot.stop, view.frames) - 1)
        starts[shot.id] = max(shot.start, min(before, last))
        before = shot.stop
    return starts


def film_frame(finding: Finding, shot: ShotView | None, frames: int, rate: FrameRate) -> int | None:
    """The frame of the film where ``finding`` is to be seen, inside its shot and inside the film."""
    inside = _inside(finding, rate)
    if shot is None:
        # a shot that is not in the film has no place in it
        return None if inside is None or finding.shot is not None else max(0, min(inside, frames - 1))
    last = max(shot.start, min(shot.stop, frames) - 1)
    return max(shot.start, min(shot.start + (inside or 0), last))


def _inside(finding: Finding, rate: FrameRate | None = None) -> int | None:
    """Frame from the start of what was measured; without ``rate`` only whether there is one."""
    if finding.frame is not None:
        return finding.frame
    if finding.second is None:
        return None
    return floor((Fraction(finding.second) + ROUNDED) * rate.value) if rate is not None else 0


def _under(frame: int | None, view: ReportView) -> ShotView | None:
    """The shot that a frame of the film lies in; of two in a transition the later one."""
    found = [shot for shot in view.shots if frame is not None and shot.start <= frame < shot.stop]
    return found[-1] if found else None
