"""The voices, measured: ``python -m bench.voices [--known | --films HOME] [--only ID ...]``; a table in Markdown.

Each English voice that the casting may choose speaks the same lines. DNSMOS (overall, 1 to 5) says how a listener would
rate it, the word error rate of pocketsphinx whether a machine understands it, the median pitch who is told from whom.
The recogniser's model knows grown throats, so children are played four semitones lower to it, and slower by as much;
in brackets where it follows no such voice at all. ``--known`` prints what ``configs/voices.yaml`` says instead.
With ``--films`` the cast of every film is told apart instead: by engine voice, or by the pitch that is heard.
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from resources.casting import APART_HZ, VoiceBook, VoiceEntry, load_voices
from resources.cutout.voices.engine import EmbeddedVoices
from resources.cutout.voices.shape import resample
from resources.engines import Sound
from resources.media.wav import read_wav
from resources.quality.recognition import recognise, word_error_rate, words_of
from resources.quality.sound import pitch
from resources.quality.speech_quality import speech_quality
from schemas.media import SpokenLine
from schemas.time import SAMPLE_RATE
from schemas.vocabulary import Age, Delivery, Emotion

LINES = (
    "The old lighthouse keeper found a small robot on the beach this morning.",
    "We have never been so far away from home, and nobody knows the way back.",
    "Could you please open the window, before the bread is burnt again?",
    "It was a cold and quiet night, and all the stars were out over the city.",
)
LEAST, NARRATOR, MOST_WER = 2.6, 3.0, 0.35
"""DNSMOS of a voice of the cast and of the narrator, word error rate of every voice that can be followed."""
LOWERED = 4.0
"""Semitones. Two to six do: the mean error of five children is 0.50 as they speak, then 0.05 to 0.17."""


def spoken(entry: VoiceEntry, text: str) -> SpokenLine:
    """A line as the casting would hand it to the voice."""
    return SpokenLine(
        character_id="somebody", text=text, language="en", voice_id=entry.id, pitch_semitones=0.0, rate=1.0,
        emotion=Emotion.NEUTRAL, delivery=Delivery.NORMAL,
    )  # fmt: skip


def followed(entry: VoiceEntry) -> bool:
    """Whether the recogniser can follow a voice: it knows no synthesiser of formants."""
    return entry.engine != "espeak"


def as_grown(entry: VoiceEntry, sound: Sound) -> Sound:
    """``sound`` as a recogniser of grown voices can judge it: a child's lowered, formants and all."""
    return resample(sound, SAMPLE_RATE / 2 ** (LOWERED / 12)) if set(entry.ages) == {Age.CHILD} else sound


def measure(entry: VoiceEntry, engine: EmbeddedVoices) -> tuple[float, float, float]:
    """DNSMOS, word error rate and median pitch (Hz) over ``LINES``."""
    takes: list[tuple[str, Sound]] = [(text, engine.speak(spoken(entry, text), 7)[0]) for text in LINES]
    ratings = [found.overall for _, sound in takes if (found := speech_quality(sound)) is not None]
    errors = [word_error_rate(recognise(as_grown(entry, sound)), words_of(text)) for text, sound in takes]
    return float(np.mean(ratings)), float(np.mean(errors)), float(np.median([pitch(sound) for _, sound in takes]))


def table(book: VoiceBook, only: list[str], *, known: bool = False) -> None:
    """A row for each voice, measured now or as ``known``, and what does not reach its limit."""
    print("| Voice | Engine | Median pitch | DNSMOS | WER |\n|---|---|---|---|---|")
    engine, short = EmbeddedVoices(), []
    try:
        for entry in book.voices:
            if not entry.cast or not book.speaks(entry, "en") or (only and entry.id not in only):
                continue
            told = entry.dnsmos, math.nan if entry.wer is None else entry.wer, entry.median_hz
            quality, errors, hertz = told if known else measure(entry, engine)
            least = NARRATOR if entry.id == book.narrator else LEAST
            heard = f"{errors:.2f}" if followed(entry) else "-" if math.isnan(errors) else f"({errors:.2f})"
            print(f"| `{entry.id}` | {entry.engine} | {hertz:.0f} Hz | {quality:.2f} | {heard} |", flush=True)
            if quality < least or (followed(entry) and errors > MOST_WER):
                short.append(entry.id)
    finally:
        engine.close()
    print(f"\nbelow their limits: {', '.join(short) or 'none'}")


def films(book: VoiceBook, home: Path) -> None:
    """For every film: who speaks with which voice, how high it is heard, and the nearest two of one engine voice."""
    from bench.studio import read
    from resources.store.film import Home

    print("| Film | Voices | Nearest of one engine voice |\n|---|---|---|")
    for key in Home(home).films():
        heard: dict[tuple[str, str], list[float]] = defaultdict(list)
        for made in read(home, key).shots:
            sound = read_wav(made.sound)
            for line in made.track.lines:
                if (hertz := pitch(sound[line.start : line.end])) > 0:
                    heard[line.character_id, line.voice_id].append(hertz)
        medians = {who: float(np.median(values)) for who, values in heard.items()}
        near = [
            abs(medians[a] - medians[b])
            for a, b in itertools.combinations(medians, 2)
            if book.entry(a[1]).source == book.entry(b[1]).source
        ]
        cast = ", ".join(f"{who} `{voice}` {medians[who, voice]:.0f} Hz" for who, voice in medians)
        told = f"{min(near):.0f} Hz{'' if min(near) >= APART_HZ else ' (too near)'}" if near else "-"
        print(f"| {key} | {cast} | {told} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--films", type=Path, help="a home of films whose casts are told apart")
    parser.add_argument("--known", action="store_true", help="what the book says, without speaking")
    parser.add_argument("--only", nargs="*", default=[], help="ids of voices")
    options = parser.parse_args()
    book = load_voices()
    if options.films:
        films(book, options.films)
    else:
        table(book, options.only, known=options.known)


if __name__ == "__main__":
    main()
