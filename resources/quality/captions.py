"""Subtitles held against what is spoken: which line has none, which says something else, which is gone too soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from resources.media.subtitles import GAP, MAX_SPEED, Cue, plain, too_fast
from schemas.time import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Captions:
    """Numbers of lines, cues and what is wrong with them."""

    missing: list[int]
    """Lines without any subtitle."""
    wrong: dict[int, str]
    """Lines whose subtitle says something else, and what."""
    strange: list[Cue]
    """Cues that belong to no line."""
    crossed: int
    """Cues that overlap the next one or have no time."""
    hurried: list[tuple[Cue, bool]]
    """Cues that are too fast to read; True where there was room to leave them longer."""


def hold_against(cues: Sequence[Cue], lines: Sequence[str]) -> Captions:
    """``cues`` in their order against the texts of the spoken ``lines`` in theirs."""
    shown = [_bare(cue.text) for cue in cues]
    wanted = [_bare(plain(line)) for line in lines]
    missing: list[int] = []
    wrong: dict[int, str] = {}
    at = 0
    for number, text in enumerate(wanted):
        if not text:
            continue
        stop = _matched(shown, at, text)
        if stop is None:
            stop = _next_begin(shown, at, wanted[number + 1 :])
            if stop == at:
                missing.append(number)
            else:
                wrong[number] = " ".join(cue.text for cue in cues[at:stop])
        at = stop
    following = [*(after.start for after in cues[1:]), None][: len(cues)]
    hurried = [
        (cue, then is None or then - GAP - cue.start >= len(cue.text) * SAMPLE_RATE / MAX_SPEED)
        for cue, then in zip(cues, following, strict=True)
        if too_fast([cue])
    ]
    crossed = sum(cue.end <= cue.start for cue in cues) + sum(a.end > b.start for a, b in pairwise(cues))
    return Captions(missing, wrong, list(cues[at:]), crossed, hurried)


def _bare(text: str) -> str:
    return "".join(text.split())


def _matched(shown: Sequence[str], at: int, text: str) -> int | None:
    """The cue after those from ``at`` on that say ``text`` together."""
    said = ""
    for stop in range(at, len(shown)):
        said += shown[stop]
        if said == text:
            return stop + 1
        if not text.startswith(said):
            return None
    return None


def _next_begin(shown: Sequence[str], at: int, wanted: Sequence[str]) -> int:
    """The first cue from ``at`` on that begins one of the lines to come; the number of cues when none does."""
    for stop in range(at, len(shown)):
        if any(text and shown[stop] and text.startswith(shown[stop]) for text in wanted):
            return stop
    return len(shown)
