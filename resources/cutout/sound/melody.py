"""Melody: a motif of two bars, and what becomes of it. Pitches are steps of the mode, counted from the tonic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Motif:
    """Two bars: the lengths of their notes in beats, and the steps between those notes."""

    rhythms: tuple[tuple[float, ...], tuple[float, ...]]
    steps: tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Sung:
    """A note of the melody. ``at`` and ``length`` in beats from the bar's start, ``step`` in steps of the mode."""

    at: float
    length: float
    step: int


_STEPS = (-1, -1, -1, 1, 1, 1, -2, -2, 2, 2, -3, 3, 4)


def invent(rng: np.random.Generator, beats: int, density: float) -> Motif:
    """A motif that ``density`` (0 to 1) makes calmer or busier; its second bar comes to rest."""
    first = _rhythm(rng, beats, density)
    second = (*_rhythm(rng, beats - 2, density), 2.0) if beats > 2 else (float(beats),)
    return Motif((first, second), (_contour(rng, len(first)), _contour(rng, len(second))))


def _rhythm(rng: np.random.Generator, beats: int, density: float) -> tuple[float, ...]:
    lengths: list[float] = []
    left = float(beats)
    while left > 0:
        draw = rng.random()
        if left >= 2 and draw > 0.35 + 0.6 * density:
            cell: tuple[float, ...] = (2.0,) if rng.random() < 0.6 else (1.5, 0.5)
        elif draw < 0.1 + 0.55 * density:
            cell = (0.5, 0.5)
        else:
            cell = (1.0,)
        lengths += cell
        left -= sum(cell)
    return tuple(lengths)


def _contour(rng: np.random.Generator, count: int) -> tuple[int, ...]:
    steps = [0]
    while len(steps) < count:
        step = int(rng.choice(_STEPS))
        if abs(steps[-1]) > 2:  # after a leap the line turns back by a step
            step = -1 if steps[-1] > 0 else 1
        steps.append(step)
    return tuple(steps)


def vary(motif: Motif, rng: np.random.Generator, how: str) -> Motif:
    """The motif again: ``mirror`` turns it over, ``ornament`` splits a note, ``stretch`` keeps only two."""
    rhythms, steps = [list(bar) for bar in motif.rhythms], [list(bar) for bar in motif.steps]
    for lengths, moves in zip(rhythms, steps, strict=True):
        if how == "mirror":
            moves[:] = [-move for move in moves]
        elif how == "ornament":
            long = [place for place, length in enumerate(lengths) if length == 1.0]
            if long:
                place = int(rng.choice(long))
                lengths[place : place + 1] = [0.5, 0.5]
                moves.insert(place + 1, int(rng.choice((-1, 1))))
        elif how == "stretch":
            while len(lengths) > 2:
                place = int(np.argmin(lengths[1:])) + 1
                lengths[place - 1] += lengths.pop(place)
                moves[place - 1] += moves.pop(place)
    return Motif(
        (tuple(rhythms[0]), tuple(rhythms[1])),
        (tuple(steps[0]), tuple(steps[1])),
    )


def sing(motif: Motif, half: int, beats: int, chord: int, near: int, low: int, high: int) -> list[Sung]:
    """Bar ``half`` (0 or 1) of the motif over the triad on degree ``chord``, beginning near step ``near``.

    Notes on a beat that are a beat or longer, and the first of every bar, are notes of the chord; between them the
    line walks by the motif's own steps. ``low`` and ``high`` bound the steps.
    """
    notes: list[Sung] = []
    at, step = 0.0, near
    for place, (length, move) in enumerate(zip(motif.rhythms[half], motif.steps[half], strict=True)):
        if at >= beats:
            break
        wanted = step + move
        if wanted > high or wanted < low:
            wanted = step - move
        if place == 0 or length >= 1.0 or at % 2 == 0:
            wanted = chord_step(wanted, chord, move)
        step = int(np.clip(wanted, low, high))
        if step != wanted and (place == 0 or length >= 1.0):
            step = chord_step(step, chord, -1 if wanted > high else 1)
        notes.append(Sung(at, min(length, beats - at), step))
        at += length
    return notes


def chord_step(step: int, chord: int, move: int) -> int:
    """The step nearest to ``step`` that belongs to the triad on ``chord``; at a tie, in the direction of ``move``."""
    around = [step + shift for shift in range(-3, 4) if (step + shift - chord) % 7 in (0, 2, 4)]
    return min(around, key=lambda other: (abs(other - step), -(other - step) * (1 if move >= 0 else -1)))
