"""Accompaniment: how chords are voiced and broken into figures, and what the bass does."""

from __future__ import annotations

from dataclasses import dataclass

from resources.cutout.sound.styles import MODES


@dataclass(frozen=True)
class Key:
    """A tonic (pitch class) and a mode."""

    tonic: int
    mode: str

    def midi(self, step: int, chord: int, octave: int = 60) -> int:
        """The MIDI note ``step`` steps above the tonic of the octave at ``octave``, in the scale of ``chord``.

        Over the dominant the seventh degree of a minor or modal scale is raised, and a lowered second is not used:
        without a leading tone there is no cadence.
        """
        scale = list(MODES[self.mode])
        if chord == 4:
            scale[6], scale[1] = 11, 2
        return octave + self.tonic + 12 * (step // 7) + scale[step % 7]

    def triad(self, chord: int) -> tuple[int, int, int]:
        """Pitch classes of root, third and fifth."""
        root, third, fifth = (self.midi(chord + shift, chord) % 12 for shift in (0, 2, 4))
        return root, third, fifth


@dataclass(frozen=True)
class Struck:
    """A note of an accompaniment: ``at`` and ``length`` in beats, ``weight`` a factor of loudness."""

    at: float
    length: float
    midi: int
    weight: float


def voice(classes: tuple[int, ...], before: tuple[int, ...], centre: int) -> tuple[int, ...]:
    """Three or more notes with these pitch classes, as near as can be to the chord ``before`` and to ``centre``."""
    options = []
    for turn in range(len(classes)):
        order = classes[turn:] + classes[:turn]
        low = centre - 6 + (order[0] - centre + 6) % 12
        for shift in (-12, 0):
            notes = [low + shift]
            for pitch in order[1:]:
                notes.append(notes[-1] + 1 + (pitch - notes[-1] - 1) % 12)
            move = sum(abs(a - b) for a, b in zip(notes, before, strict=False)) if before else 0
            options.append((move + 1.5 * abs(sum(notes) / len(notes) - centre), tuple(notes)))
    return min(options)[1]


_EIGHTHS = {
    "broken": (0, 2, 1, 2),
    "ostinato": (0, 0, 2, 0),
    "rising": (0, 1, 2, 3, 4, 5, 4, 3),
}


def figure(name: str, notes: tuple[int, ...], beats: int, energy: float) -> list[Struck]:
    """One bar of accompaniment on the chord ``notes`` (three, low to high)."""
    tall = (*notes, *(note + 12 for note in notes))
    if name in _EIGHTHS:
        order = _EIGHTHS[name]
        grid = 2 if energy > 0.42 else 1
        return [
            Struck(at / grid, 1.6 / grid if name == "ostinato" else 2.2 / grid, tall[order[at % len(order)]],
                   1.0 if at == 0 else 0.85 if at % grid == 0 else 0.68)
            for at in range(beats * grid)
        ]  # fmt: skip
    if name == "gallop":
        pattern = [(0.0, 0, 1.0), (0.5, 2, 0.6), (0.75, 2, 0.7)] if energy > 0.5 else [(0.0, 0, 1.0), (0.5, 2, 0.6)]
        return [Struck(beat + at, 0.5, tall[order], weight) for beat in range(beats) for at, order, weight in pattern]
    if name == "pulse":
        grid = 2 if energy > 0.55 else 1
        return [Struck(at / grid, 0.6 / grid, notes[0], 1.0 if at % (2 * grid) == 0 else 0.7) for at in
                range(beats * grid)]  # fmt: skip
    if name == "oompah":
        offs = [beat for beat in range(beats) if (beat % 2 if beats % 2 == 0 else beat)]
        return [Struck(beat, 0.45, note, 0.62) for beat in offs for note in notes]
    if name == "offbeat":
        return [Struck(beat + 0.5, 0.35, note, 0.55) for beat in range(beats) for note in notes[1:]]
    if name == "blocks":
        hits = range(0, beats, 2) if beats % 2 == 0 and energy > 0.45 else (0,)
        return [Struck(hit + 0.04 * i, beats - hit, note, 0.75) for hit in hits for i, note in enumerate(notes)]
    if name == "roll":
        return [Struck(0.5 * i, beats - 0.5 * i, note, 0.9 - 0.06 * i) for i, note in enumerate((*notes, tall[3]))]
    if name == "drops":
        drops = ((0.0, 0), (1.5, 2), (2.5, 1), (3.5, 3))
        return [Struck(at, 1.2, tall[place], 0.75) for at, place in drops if at < beats]
    return [Struck(0.25 * i, beats, note, 0.72) for i, note in enumerate(notes)]  # sparse: one slow spread chord


def bass_line(root: int, fifth: int, beats: int, walks: bool, energy: float) -> list[Struck]:
    """One bar of bass: the root, and where it walks the fifth below or above on the second strong beat."""
    if not walks or energy < 0.45 or beats < 3:
        return [Struck(0, beats, root, 1.0)]
    half = beats // 2 if beats % 2 == 0 else beats - 1
    return [Struck(0, half, root, 1.0), Struck(half, beats - half, fifth - 12 if fifth - 12 >= 40 else fifth, 0.8)]
