"""How a mood sounds: mode, keys, chords, instruments, register, density. All data; add a line to add a colour."""

from __future__ import annotations

from dataclasses import dataclass

from resources.cutout.sound.band import Room
from schemas.vocabulary import Mood

MODES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "aeolian": (0, 2, 3, 5, 7, 8, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
}


@dataclass(frozen=True)
class Style:
    """The band's instructions for one mood. Chords are degrees of the mode, counted from 0 (the tonic)."""

    mode: str
    keys: tuple[int, ...]
    """Tonics as pitch classes (0 is C)."""
    metres: tuple[int, ...]
    themes: tuple[tuple[int, ...], ...]
    """Four chords each: one is drawn for the theme, another for the development."""
    question: int
    """The chord before the silence."""
    cadence: tuple[int, int]
    """The two chords before the last tonic."""
    leads: tuple[str, ...]
    answer: str
    """Doubles or answers the lead in the last part."""
    register: tuple[int, int]
    """Lowest and highest MIDI note of the melody."""
    density: float
    """0: half notes, 1: running eighths."""
    figures: tuple[str, ...]
    """Accompaniments to draw from; see :mod:`resources.cutout.sound.parts`."""
    figure_on: str
    figure_centre: int
    """MIDI note around which chords are voiced."""
    bass: str
    bass_walks: bool
    pad: str
    pad_level: float
    drum: str
    room: Room
    swing: float = 0.0
    """How late the second of two eighths comes, in beats."""
    bright_end: bool = False
    """A minor piece that ends in major."""


STYLES: dict[Mood, Style] = {
    Mood.WARM: Style(
        "major", (0, 5, 7, 10, 3), (4, 3), ((0, 5, 3, 4), (0, 2, 3, 0), (3, 0, 1, 4), (0, 4, 5, 3)), 4, (3, 4),
        ("felt_piano",), "music_box", (62, 81), 0.45, ("broken", "roll", "blocks"), "felt_piano", 57,
        "bass", False, "pad", 0.55, "", Room(1.25, 0.34, 2600),
    ),
    Mood.PLAYFUL: Style(
        "major", (0, 2, 5, 7, 9), (4, 4, 3), ((0, 0, 3, 4), (0, 4, 0, 4), (0, 5, 1, 4), (0, 3, 0, 4)), 4, (1, 4),
        ("pizzicato", "marimba"), "music_box", (67, 84), 0.8, ("oompah", "offbeat"), "pizzicato", 62,
        "pizzicato", True, "pad", 0.16, "", Room(0.9, 0.26, 3200), swing=0.12,
    ),
    Mood.ADVENTUROUS: Style(
        "mixolydian", (2, 7, 9, 4), (4,), ((0, 6, 3, 0), (0, 3, 6, 4), (0, 5, 3, 6), (5, 3, 0, 6)), 6, (3, 4),
        ("cello", "felt_piano"), "felt_piano", (60, 79), 0.6, ("ostinato", "gallop"), "pizzicato", 57,
        "bass", True, "pad", 0.5, "drum", Room(1.35, 0.34, 2800),
    ),
    Mood.MYSTERIOUS: Style(
        "dorian", (9, 2, 4, 11), (4, 3), ((0, 3, 0, 6), (0, 2, 3, 0), (0, 6, 2, 3), (0, 1, 0, 3)), 1, (3, 4),
        ("music_box", "bell"), "bell", (69, 88), 0.3, ("drops", "sparse"), "marimba", 60,
        "cello", False, "pad", 0.75, "", Room(1.5, 0.45, 2000),
    ),
    Mood.SAD: Style(
        "aeolian", (9, 2, 4, 0, 7), (3, 4), ((0, 5, 2, 6), (0, 3, 0, 4), (0, 6, 5, 4), (5, 6, 0, 3)), 4, (3, 4),
        ("felt_piano", "cello"), "felt_piano", (57, 76), 0.25, ("sparse", "broken"), "felt_piano", 53,
        "cello", False, "pad", 0.5, "", Room(1.45, 0.4, 1900),
    ),
    Mood.TENSE: Style(
        "phrygian", (0, 2, 4, 11), (4,), ((0, 1, 0, 1), (0, 5, 3, 1), (0, 0, 1, 6), (0, 3, 1, 4)), 1, (1, 4),
        ("cello", "felt_piano"), "pizzicato", (55, 74), 0.4, ("pulse", "ostinato"), "pizzicato", 52,
        "bass", True, "cello", 0.32, "tick", Room(1.1, 0.3, 1700), bright_end=True,
    ),
    Mood.HOPEFUL: Style(
        "major", (2, 5, 7, 9, 0), (4, 3), ((3, 0, 4, 5), (0, 4, 5, 3), (0, 1, 3, 4), (5, 3, 0, 4)), 4, (3, 4),
        ("felt_piano",), "bell", (65, 84), 0.5, ("rising", "broken"), "felt_piano", 60,
        "bass", False, "pad", 0.65, "", Room(1.4, 0.38, 2800),
    ),
}  # fmt: skip
