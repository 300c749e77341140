"""Mouth shapes from phones: which of the nine, when, and how wide at this loudness.

Shapes and names are those of Hanna-Barbera as Rhubarb Lip Sync documents them
(https://github.com/DanielSWolf/rhubarb-lip-sync#mouth-shapes). A vowel said quietly opens the mouth less, so the
loudness of each phone picks the shape within its family; closures (A, G) stay whatever the loudness is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from resources.cutout.voices.espeak import Phone
from resources.cutout.voices.shape import levels
from resources.engines import Sound
from schemas.media import Mark, Viseme
from schemas.time import SAMPLE_RATE

OPENING: dict[Viseme, float] = {"X": 0, "A": 0, "B": 0.25, "C": 0.6, "D": 1, "E": 0.6, "F": 0.35, "G": 0.2, "H": 0.5}
"""How far a shape is open, 0-1; used to check lips against sound."""
MIN_MARK_S = 0.04
"""No shape is shorter: one picture at 24 fps lasts 42 ms."""
REST_S = 0.12
"""A pause longer than this rests the mouth."""

_FAMILY: dict[str, str] = {}
for _family, _symbols in {
    "A": "m b p M B P β ɓ",
    "G": "f v F V ɸ ʋ",
    "H": "l ɫ L ɭ ʎ ᵊl θ ð TH DH",
    "F": "w u ʊ y ʏ ɥ ʍ W_ UW UH ɯ",
    "E": "o ɔ ɒ ø œ ɤ O ɜ ɝ ɚ ER AO OW ɵ o̞ OY Y_",
    "D": "a ɑ ɐ ʌ æ I W ä AA AE AH AY AW ʕ",
    "C": "ɛ e ə ɘ A ᵊ ɪ ᵻ EH EY IH E Q",
    "B": "i j ɨ IY Y",
}.items():
    for _symbol in _symbols.split():
        _FAMILY[_symbol.removesuffix("_")] = _family
# narrow -> wide, and from which loudness on (1: the loud phones of the line); below HUSH the mouth all but closes
_LADDERS: dict[str, tuple[tuple[float, Viseme], ...]] = {
    "D": ((0.0, "B"), (0.6, "C"), (0.9, "D")),
    "C": ((0.0, "B"), (0.6, "C"), (1.1, "D")),
    "E": ((0.0, "F"), (0.6, "E")),
    "F": ((0.0, "F"), (1.0, "E")),
    "B": ((0.0, "B"), (1.0, "C")),
    "H": ((0.0, "B"), (0.6, "H")),
    "A": ((0.0, "A"),),
    "G": ((0.0, "G"),),
}
"""Chosen on ten lines each of six voices: opening against envelope correlates 0.61-0.71 where shapes follow the phone
alone, 0.70-0.77 with these steps."""
_HUSH, _SILENT = 0.15, 0.05


def family(phone: str) -> str:
    """Family of a phone in IPA, Kokoro's letters or ARPAbet: a key of the ladders. Consonants without one are B."""
    bare = phone.strip("ˈˌːˑ_.0123456789")
    for symbol in (bare, bare[:2], bare[:1]):
        if symbol in _FAMILY:
            return _FAMILY[symbol]
    return "B" if bare else ""


def marks(phones: Sequence[Phone], sound: Sound) -> list[Mark]:
    """Mouth marks for ``sound`` (48 kHz) whose ``phones`` stand in seconds from its start.

    The first mark is at sample 0, no shape repeats, none is shorter than MIN_MARK_S, the last one is X.
    """
    loud = levels(sound)
    smooth = np.convolve(loud, np.full(5, 1 / 5), "same")
    voiced = smooth[smooth > 0.1 * smooth.max(initial=0.0)]
    usual = float(np.percentile(voiced, 75)) if len(voiced) else 1.0
    relative = smooth / max(usual, 1e-9)
    spans = [(p, *_frames(p, len(relative))) for p in phones]
    shapes: list[Viseme] = ["X"] * len(relative)
    for phone, start, stop in spans:
        kind = family(phone.ipa)
        for frame in range(start, stop):
            shapes[frame] = _shape(kind, float(relative[frame]))
    _bridge(shapes)
    return _marks(shapes, len(sound))


def _shape(kind: str, level: float) -> Viseme:
    if not kind or level < _SILENT:
        return "X"
    if level < _HUSH and kind not in "GF":
        return "A"
    return next(shape for least, shape in reversed(_LADDERS[kind]) if level >= least)


def _bridge(shapes: list[Viseme]) -> None:
    """Short gaps between words keep the shape before them, or a half-closed mouth."""
    start = 0
    while start < len(shapes):
        stop = start
        while stop < len(shapes) and shapes[stop] == "X":
            stop += 1
        if start < stop < len(shapes) and start and (stop - start) / 100 <= REST_S:
            shapes[start:stop] = ["B" if shapes[start - 1] not in "AGF" else shapes[start - 1]] * (stop - start)
        start = stop + 1


def _marks(shapes: list[Viseme], samples: int) -> list[Mark]:
    """Runs of equal shapes; a run that is too short goes to the neighbour that matters less."""
    starts = [k for k, shape in enumerate(shapes) if k == 0 or shapes[k - 1] != shape]
    least = round(MIN_MARK_S * 100)
    kept: list[tuple[int, Viseme]] = []
    for start, end in zip(starts, [*starts[1:], len(shapes)], strict=True):
        shape = shapes[start]
        if kept and start - kept[-1][0] < least:
            # the shape before this one was too short: a closure pushes this one back, anything else gives way
            if kept[-1][1] not in "AG":
                start = kept.pop()[0]
            elif end - kept[-1][0] > least:
                start = kept[-1][0] + least
            else:
                continue
        if not kept or kept[-1][1] != shape:
            kept.append((start, shape))
    if len(kept) > 1 and len(shapes) - kept[-1][0] < 2 * least:
        kept.pop()  # no room for it and for the rest after it
    if kept and kept[-1][1] != "X":
        kept.append((max(len(shapes) - least, kept[-1][0] + least), "X"))
    frame = SAMPLE_RATE // 100
    found = [Mark(start=min(samples, start * frame), viseme=shape) for start, shape in kept]
    return found or [Mark(start=0, viseme="X")]


def _frames(phone: Phone, count: int) -> tuple[int, int]:
    start = max(0, min(count, round(phone.start * 100)))
    return start, max(start, min(count, round(phone.end * 100)))
