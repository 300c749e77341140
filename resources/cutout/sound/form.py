"""Form: where every bar of the music falls in a film of a known length."""

from __future__ import annotations

from dataclasses import dataclass

SILENCE_FROM_S = 11.0
"""A film shorter than this has no room for a silence."""
_SILENT_UNTIL = (0.60, 0.62, 0.64)
"""Where the silence may end, as parts of the film: the turn."""


@dataclass(frozen=True)
class Bar:
    """One bar. ``start`` and ``beat`` (length of a beat) in seconds."""

    start: float
    beat: float
    beats: int
    role: str
    """intro, theme, build, thin, silence, return, climax, approach or dominant."""
    number: int
    """Counted within its part; a phrase has four bars."""
    energy: float
    """0 to 1: how much of the band plays, and how loud."""

    @property
    def stop(self) -> float:
        """The end of the bar in seconds."""
        return self.start + self.beat * self.beats


@dataclass(frozen=True)
class Form:
    """All bars, and the second at which the last chord lands."""

    bars: list[Bar]
    landing: float


def lay_out_bars(seconds: float, title: float, end: float, tempo: float, beats: int) -> Form:
    """Bars for a film of ``seconds``, of which the first ``title`` and the last ``end`` seconds are cards.

    The last chord lands as the end card stands; the silence ends at the turn, 60 to 64 % into the film. Tempo gives
    way a little, so that both happen on the first beat of a bar.
    """
    ring = min(min(2.3, max(1.3, 0.7 * end)), 0.4 * seconds)
    landing = seconds - ring
    bar = beats * 60.0 / tempo
    first = min(0.12, 0.05 * seconds)
    if seconds < SILENCE_FROM_S:
        count = max(0, round((landing - first) / bar))
        if count == 0 and landing - first > 0.9:
            count = 1
        return Form(_ending(first, landing, count, beats, 0.6), landing)
    silent = min(max(bar, 1.5), 2.6, 0.11 * seconds)
    options = []
    for part in _SILENT_UNTIL:
        for extra in (-0.2, 0.0, 0.2):
            stop = part * seconds
            start = stop - silent + extra * min(1.0, silent)
            before, after = max(1, round((start - first) / bar)), max(1, round((landing - stop) / bar))
            one, two = (start - first) / before / bar, (landing - stop) / after / bar
            strain = abs(one - 1) + abs(two - 1) + 1.5 * abs(one - two)
            options.append((strain, before, start, stop, after))
    _, before, start, stop, after = min(options)
    bars = _opening(first, start, before, beats, title)
    bars.append(Bar(start, (stop - start) / beats, beats, "silence", 0, 0.0))
    return Form(bars + _ending(stop, landing, after, beats, 0.4), landing)


def _opening(start: float, stop: float, count: int, beats: int, title: float) -> list[Bar]:
    length = (stop - start) / count
    intro = min(max(1, round(title / length)), max(1, count // 3)) if count > 2 else count - 1
    thin = 0 if count < 4 else 1 if count < 7 else 2
    bars = []
    for number in range(count):
        middle = number - intro
        many = max(1, count - intro - thin)
        if number < intro:
            role, energy, place = "intro", 0.35 + 0.1 * number / intro, number
        elif number >= count - thin:
            role, energy, place = "thin", 0.4 if number == count - thin else 0.25, middle
        elif middle * 2 < many or many < 3:
            role, energy, place = "theme", 0.5 + 0.1 * middle / many, middle
        else:
            role, energy, place = "build", 0.6 + 0.25 * (2 * middle / many - 1), middle
        bars.append(Bar(start + number * length, length / beats, beats, role, place, _breathing(energy, place, role)))
    return bars


def _ending(start: float, landing: float, count: int, beats: int, energy: float) -> list[Bar]:
    """Bars up to the last chord; the last two slow down a little."""
    weights = [1.0] * count
    if count > 2:
        weights[-1], weights[-2] = 1.12, 1.03
    unit = (landing - start) / sum(weights) if count else 0.0
    bars, at = [], start
    for number, weight in enumerate(weights):
        left = count - number
        role = "dominant" if left == 1 else "approach" if left == 2 else "return" if number == 0 else "climax"
        rise = number / max(1, count - 2)
        loud = {"dominant": 0.62, "approach": 0.8, "return": energy}.get(role, 0.6 + 0.35 * rise)
        bars.append(Bar(at, unit * weight / beats, beats, role, number, _breathing(loud, number, role)))
        at += unit * weight
    return bars


def _breathing(energy: float, number: int, role: str) -> float:
    """Long films breathe: every other group of eight bars steps back."""
    if role in ("theme", "build", "climax") and number // 8 % 2 == 1:
        return energy * 0.72
    return energy
