"""The composer: a small piece with a beginning, a silence before the turn, and an ending on time."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from resources.cutout.sound.band import Note, Stereo, in_room, level, play
from resources.cutout.sound.chance import generator
from resources.cutout.sound.form import Bar, Form, lay_out_bars
from resources.cutout.sound.melody import Motif, Sung, chord_step, invent, sing, vary
from resources.cutout.sound.parts import Key, Struck, bass_line, figure, voice
from resources.cutout.sound.styles import STYLES, Style
from schemas.media import CutRequest
from schemas.time import SAMPLE_RATE

_TIMING_S = 0.006
"""Standard deviation of a player's timing."""
_LEAD_PAN = 0.14
_VARIATIONS = ("", "ornament", "mirror", "", "stretch", "ornament")


@dataclass
class Score:
    """What the composer decided, and the notes so far."""

    style: Style
    key: Key
    beats: int
    order: list[tuple[int, ...]]
    """The mood's progressions as this piece uses them: theme, development, others."""
    lead: str
    figures: list[str]
    """The accompaniment, and what follows it after eight bars."""
    motif: Motif
    form: Form
    rng: np.random.Generator
    notes: list[Note] = field(default_factory=list)
    chords: list[tuple[Bar, int]] = field(default_factory=list)
    """Every bar with the degree its chord stands on."""

    @property
    def theme(self) -> tuple[int, ...]:
        """Chords of the first four bars."""
        return self.order[0]

    @property
    def development(self) -> tuple[int, ...]:
        """Chords that answer the theme."""
        return self.order[1]

    def add(self, name: str, midi: int, at: float, length: float, loud: float, pan: float) -> None:
        """Write one note; ``at`` and ``length`` in seconds, ``loud`` 0 to 1. Players are human, within reason."""
        start = max(0.0, at + float(self.rng.normal(0, _TIMING_S)))
        velocity = float(np.clip(loud * self.rng.uniform(0.9, 1.08), 0.03, 1.0))
        layer = 0 if velocity < 0.4 else 1 if velocity < 0.68 else 2
        self.notes.append(
            Note(name, midi, layer, round(start * SAMPLE_RATE), max(1, round(length * SAMPLE_RATE)), velocity, pan)
        )


def compose(request: CutRequest, samples: int) -> Score:
    """All notes of the music for a film of ``samples``."""
    style = STYLES[request.music_mood]
    rng = generator(request.music_seed, "music", request.music_mood.value)
    rate = Fraction(request.fps)
    beats = int(rng.choice(style.metres))
    order = rng.permutation(len(style.themes))
    form = lay_out_bars(
        samples / SAMPLE_RATE,
        float(request.title_frames / rate),
        float(request.end_frames / rate),
        float(np.clip(request.music_tempo, 40, 200)),
        beats,
    )
    score = Score(
        style=style,
        key=Key(int(rng.choice(style.keys)), style.mode),
        beats=beats,
        order=[style.themes[place] for place in order],
        lead=str(rng.choice(style.leads)),
        figures=[str(name) for name in rng.permutation(style.figures)],
        motif=invent(rng, beats, style.density),
        form=form,
        rng=rng,
    )
    _harmonise(score)
    _accompany(score)
    _melody(score)
    _land(score, samples / SAMPLE_RATE)
    return score


def perform(request: CutRequest, samples: int) -> Stereo:
    """The music itself, (samples, 2): composed, played, put into its room, ended."""
    if samples <= 0:
        return np.zeros((0, 2), np.float32)
    score = compose(request, samples)
    out = play(score.notes, samples)
    in_room(out, score.style.room, request.music_seed)
    level(out, min(0.9, 0.3 * samples / SAMPLE_RATE))
    return out


def _harmonise(score: Score) -> None:
    bars = score.form.bars
    for place, bar in enumerate(bars):
        last = place + 1 == len(bars) or bars[place + 1].role == "silence"
        if bar.role in ("approach", "dominant"):
            chord = score.style.cadence[bar.role == "dominant"]
        elif bar.role == "thin" and last:
            chord = score.style.question
        elif bar.role == "return":
            chord = 0
        else:
            chord = _progression(score, bar)[bar.number % 4]
        score.chords.append((bar, chord))


def _progression(score: Score, bar: Bar) -> tuple[int, ...]:
    """Theme, then development; a long film goes on through every progression of its mood."""
    turn = bar.number // 4
    if turn < 2:
        return score.development if turn == 1 and bar.role in ("build", "climax") else score.theme
    return score.order[turn % len(score.order)]


def _accompany(score: Score) -> None:
    style = score.style
    voiced: tuple[int, ...] = ()
    for bar, chord in score.chords:
        if bar.role == "silence":
            continue
        classes = score.key.triad(chord)
        voiced = voice(classes, voiced, style.figure_centre)
        for i, note in enumerate(voiced):
            if style.pad_level and bar.role != "return":
                loud = style.pad_level * _force(bar)
                _held(score, style.pad, note, bar, loud, 0.5 * (i - 1))
        if bar.role != "return" and not (bar.role == "intro" and bar.number == 0):
            name = (
                "sparse"
                if bar.energy < 0.36 and style.density < 0.8
                else score.figures[bar.number // 8 % len(score.figures)]
            )
            for hit in figure(name, voiced, bar.beats, bar.energy):
                _strike(score, style.figure_on, bar, hit, 0.58 * _force(bar), -0.28)
        if bar.energy >= 0.42:
            root = 36 + (classes[0] - 4) % 12 + 4
            fifth = root + (classes[2] - classes[0]) % 12
            for hit in bass_line(root, fifth, bar.beats, style.bass_walks, bar.energy):
                _strike(score, style.bass, bar, hit, 0.7 * _force(bar), 0.06)
        _drum(score, bar)


def _force(bar: Bar) -> float:
    """How hard the band plays in a bar: 0.54 in the thinnest, 1.06 at the height, which is 6 dB."""
    return 0.35 + 0.75 * bar.energy


def _held(score: Score, name: str, midi: int, bar: Bar, loud: float, pan: float) -> None:
    until = bar.stop - (0.25 if _ends(score, bar) else -0.15)
    score.add(name, midi, bar.start, max(0.2, until - bar.start - 0.3), loud, pan)


def _ends(score: Score, bar: Bar) -> bool:
    """Whether the silence follows this bar."""
    return any(other.role == "silence" and abs(other.start - bar.stop) < 0.01 for other in score.form.bars)


def _strike(score: Score, name: str, bar: Bar, hit: Struck, loud: float, pan: float) -> None:
    late = score.style.swing if hit.at % 1 == 0.5 else 0.0
    at = bar.start + (hit.at + late) * bar.beat
    length = hit.length * bar.beat
    if _ends(score, bar):  # nothing hangs over into the silence
        length = max(0.1, min(length, bar.stop - at - 0.1))
    score.add(name, hit.midi, at, length, loud * hit.weight, pan)


def _drum(score: Score, bar: Bar) -> None:
    if not score.style.drum or bar.energy < 0.52:
        return
    pitch = 40 if score.style.drum == "drum" else 84
    for beat in range(bar.beats):
        strong = beat % 2 == 0
        if strong or score.style.drum == "tick" or bar.energy > 0.75:
            hit = Struck(beat, 0.5, pitch if strong else pitch + 3, 1.0 if beat == 0 else 0.6)
            _strike(score, score.style.drum, bar, hit, 0.55 * _force(bar), 0.15)


def _melody(score: Score) -> None:
    rng = score.rng
    low, high = _steps(score)
    near, motif = (low + high) // 2 - 1, score.motif
    for bar, chord in score.chords:
        if bar.role == "silence":
            near, motif = (near + (low + high) // 2) // 2, vary(score.motif, rng, "ornament")
            continue
        if bar.number // 8 % 4 == 3:  # a long film must not sing all the time
            continue
        place = bar.number % 4
        if place == 0:  # a new phrase begins nearer the middle; the last part sings higher
            near = round((near + (low + high) / 2 + (2 if bar.role == "climax" else 0)) / 2)
        if place == 0 and bar.role != "return":
            motif = vary(score.motif, rng, _VARIATIONS[bar.number // 4 % len(_VARIATIONS)] if bar.number else "")
        notes = _phrase(score, bar, chord, motif, near, (low, high))
        if notes:
            near = notes[-1].step
        for note in notes:
            _sing(score, bar, chord, note)
        if bar.role == "build" and near < high - 4:
            near += 1  # it climbs towards the thinning


def _phrase(score: Score, bar: Bar, chord: int, motif: Motif, near: int, span: tuple[int, int]) -> list[Sung]:
    """The melody of one bar: the motif, its sequence, or the long note on which a phrase rests."""
    low, high = span
    beats = bar.beats
    if bar.role == "dominant":  # second degree, then the leading tone or the second again, falling to the tonic
        top = chord_step(near, 4, 1)
        second = min((step for step in range(low - 2, high) if step % 7 == 1), key=lambda step: abs(step - near))
        return [Sung(0, beats - 1, top), Sung(beats - 1, 1, second)]
    if bar.role in ("intro", "approach"):
        return sing(vary(motif, score.rng, "stretch"), 0, beats, chord, near, low, high)
    if bar.role == "thin":
        return [] if _ends(score, bar) and beats < 3 else [Sung(0, beats - 0.5, chord_step(near, chord, -1))]
    if bar.number % 4 == 3:
        rest = 0.5 if beats < 4 else 1.0
        if score.style.density > 0.6 and beats == 4:
            return [*sing(motif, 1, 2, chord, near, low, high)[:3], Sung(2, 1.5, chord_step(near, chord, -1))]
        return [Sung(0, beats - rest, chord_step(near, chord, -1))]
    return sing(motif, bar.number % 2, beats, chord, near, low, high)


def _sing(score: Score, bar: Bar, chord: int, note: Sung) -> None:
    style = score.style
    midi = score.key.midi(note.step, chord)
    if bar.role == "intro":  # a first hint of the motif, by whoever answers later
        _strike(score, style.answer, bar, Struck(note.at, note.length, midi, 1.0), 0.7 * _force(bar), 0.2)
        return
    accent = 1.0 if note.at == 0 else 0.9 if note.at % 1 == 0 else 0.8
    loud = 0.86 * _force(bar) * accent
    hit = Struck(note.at, note.length * (1.02 if style.density < 0.6 else 0.92), midi, 1.0)
    _strike(score, score.lead, bar, hit, loud, _LEAD_PAN)
    full = bar.role in ("climax", "approach") and bar.energy > 0.55
    if full and note.length >= 1:
        up = 12 if midi + 12 <= 93 else 0
        _strike(score, style.answer, bar, Struck(note.at, note.length, midi + up, 1.0), loud * 0.42, -0.4)
    if full and note.at == 0:  # a third or sixth below, always a note of the chord
        below = chord_step(note.step - 2, chord, -1)
        _strike(score, score.lead, bar, Struck(0, note.length, score.key.midi(below, chord), 1.0), loud * 0.5, 0.3)


def _steps(score: Score) -> tuple[int, int]:
    """The melody's lowest and highest step in this key."""
    low, high = score.style.register
    steps = [step for step in range(-14, 22) if low <= score.key.midi(step, 0) <= high]
    return steps[0], steps[-1]


def _land(score: Score, seconds: float) -> None:
    """The last chord: the tonic, spread from the bass up, ringing until the film is over."""
    style, at = score.style, score.form.landing
    ring = seconds - at
    root, third, fifth = score.key.triad(0)
    if style.bright_end:
        third = (root + 4) % 12
    voiced = voice((root, third, fifth), (), style.figure_centre)
    bass = 36 + (root - 4) % 12 + 4
    spread = min(0.07, 0.05 * ring)
    score.add(style.bass, bass, at, ring, 0.7, 0.0)
    for i, note in enumerate(voiced):
        score.add(style.figure_on, note, at + spread * (i + 1), ring, 0.55, -0.2)
        if style.pad_level:
            score.add(style.pad, note, max(0.0, at - 0.15), ring, style.pad_level * 0.7, 0.5 * (i - 1))
    low, high = style.register
    before = [note for note in score.notes if note.instrument == score.lead and note.pan == _LEAD_PAN]
    target = max(before, key=lambda note: note.start).midi if before else (low + high) // 2
    tonics = [midi for midi in range(low - 4, high + 5) if midi % 12 == root]
    top = min(tonics, key=lambda midi: abs(midi - target))
    score.add(score.lead, top, at + spread * 4, ring, 0.7, _LEAD_PAN)
    score.add(style.answer, top + 12 if top + 12 <= 93 else top, at + spread * 6, ring, 0.35, -0.35)
