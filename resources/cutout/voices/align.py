"""Which word sounds when: from the phones a voice tells, or from forced alignment of a sound with its text.

A neural voice knows the length of each phoneme exactly, at any pitch, so nothing has to be recognised; its phones only
need their words (:func:`label_words`). For sound of another origin (a recording, a voice that tells nothing)
pocketsphinx places the text's words and phones in steps of 10 ms (:func:`force_align`, English only). Where neither
serves, :func:`spread` lays the text over the stretches that are loud.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from resources.cutout.voices.espeak import Phone
from resources.cutout.voices.text import tokens
from resources.gpu.packaged import Packaged

if TYPE_CHECKING:
    from pocketsphinx import Decoder

Timed = tuple[str, float, float]
"""A word of the text with its start and end in seconds."""
SPHINX_RATE = 16_000
_EDGE_S = 0.2
_MARKS = re.compile(r"[ˈˌːˑʲʰ.,!?;:'\s\u0300-\u036f]")
_NOT_IN_DICTIONARY = re.compile(r"[^a-z']")
# IPA as espeak writes it -> ARPAbet, longest first
_ARPABET = (
    ("tʃ", "CH"), ("dʒ", "JH"), ("aɪ", "AY"), ("aʊ", "AW"), ("eɪ", "EY"), ("oʊ", "OW"), ("əʊ", "OW"), ("ɔɪ", "OY"),
    ("iə", "IY AH"), ("ɜ", "ER"), ("ɚ", "ER"), ("ə", "AH"), ("ɐ", "AH"), ("ʌ", "AH"), ("æ", "AE"), ("ɑ", "AA"),
    ("a", "AA"), ("ɒ", "AA"), ("ɔ", "AO"), ("o", "OW"), ("ɛ", "EH"), ("e", "EY"), ("ɪ", "IH"), ("i", "IY"),
    ("ᵻ", "IH"), ("ʊ", "UH"), ("u", "UW"), ("b", "B"), ("d", "D"), ("ð", "DH"), ("f", "F"), ("ɡ", "G"), ("g", "G"),
    ("h", "HH"), ("j", "Y"), ("k", "K"), ("l", "L"), ("m", "M"), ("n", "N"), ("ŋ", "NG"), ("p", "P"), ("ɹ", "R"),
    ("r", "R"), ("s", "S"), ("ʃ", "SH"), ("t", "T"), ("ɾ", "T"), ("ʔ", "T"), ("θ", "TH"), ("v", "V"), ("w", "W"),
    ("x", "K"), ("z", "Z"), ("ʒ", "ZH"),
)  # fmt: skip


def label_words(text: str, pronounce: Callable[[str], str], phones: Sequence[Phone]) -> list[Timed]:
    """The words of ``text`` with their times, from phones that do not say which word they belong to.

    Words spoken alone sound a little different from words in a sentence, so the two strings of phonemes are aligned by
    edit distance. Every word gets a span; spans are in order and do not overlap.
    """
    words = tokens(text)
    owners: list[int] = []
    symbols: list[str] = []
    for number, word in enumerate(words):
        spoken = _MARKS.sub("", pronounce(word)) or "?"
        symbols += spoken
        owners += [number] * len(spoken)
    heard = [(char, index) for index, phone in enumerate(phones) for char in _MARKS.sub("", phone.ipa)]
    spans: list[tuple[float, float] | None] = [None] * len(words)
    for mine, theirs in _pairs(symbols, [char for char, _ in heard]):
        phone = phones[heard[theirs][1]]
        known = spans[owners[mine]]
        spans[owners[mine]] = (known[0] if known else phone.start, phone.end)
    begin = next((p.start for p in phones if p.ipa), 0.0)
    end = next((p.end for p in reversed(phones) if p.ipa), begin)
    return _fill(words, spans, begin, end)


def force_align(
    sound: NDArray[np.float32], text: str, pronounce: Callable[[str], str]
) -> tuple[list[Timed], list[Phone]] | None:
    """Words and phones (ARPAbet) of English ``text`` in ``sound`` (mono, 16 kHz), or None where it does not fit.

    ``pronounce`` gives the IPA of a word that the dictionary of pocketsphinx lacks.
    """
    words = tokens(text)
    spoken = _keys(words)
    if not spoken:
        return None
    with ALIGNER.lent() as lease:
        return _aligned(lease.model, sound, words, spoken, pronounce)


def _aligned(
    decoder: Decoder,
    sound: NDArray[np.float32],
    words: list[str],
    spoken: list[tuple[int, str]],
    pronounce: Callable[[str], str],
) -> tuple[list[Timed], list[Phone]] | None:
    """:func:`force_align` with its decoder; ``spoken`` are the words (number, key) that it is to find."""
    for number, key in spoken:
        if decoder.lookup_word(key) is None:
            said = arpabet(pronounce(words[number]))
            if not said:
                return None
            decoder.add_word(key, said, True)
    # the first pass finds the words, the second the phones within them; a path ends in silence, so there is some
    edge = np.zeros(round(_EDGE_S * SPHINX_RATE), np.float32)
    pcm = (np.clip(np.concatenate([edge, sound, edge]), -1, 1) * 32767).astype("<i2").tobytes()
    end = len(sound) / SPHINX_RATE
    try:
        decoder.set_align_text(" ".join(key for _, key in spoken))
        _decode(decoder, pcm)
        heard = [(part.word.split("(")[0], part.start_frame, part.end_frame + 1) for part in decoder.seg() or ()]
    except RuntimeError:
        return None  # pocketsphinx found no path through the sound
    heard = [part for part in heard if part[0][0] not in "<["]
    if [key for key, _, _ in heard] != [key for _, key in spoken]:
        return None  # it did not come to the end of the text
    spans: list[tuple[float, float] | None] = [None] * len(words)
    for (number, _), (_, start, stop) in zip(spoken, heard, strict=True):
        spans[number] = (_within(start, end), _within(stop, end))
    phones = [
        Phone(phone.ipa, _within(phone.start, end), _within(phone.end, end))
        for phone in _phones(decoder, pcm) or _shared_out(decoder, heard)
    ]
    return _fill(words, spans, 0.0, end), phones


def alignable(text: str) -> bool:
    """Whether :func:`force_align` knows every word of ``text``: no digits, no other script."""
    return bool(_keys(tokens(text)))


def _keys(words: Sequence[str]) -> list[tuple[int, str]]:
    """Each word as the dictionary spells it, with its number. Empty where one has digits or another script: the
    recogniser would align other words than were spoken."""
    keys = [_NOT_IN_DICTIONARY.sub("", word.lower()).strip("'") for word in words]
    spoken = [(number, key) for number, key in enumerate(keys) if key]
    return spoken if len(spoken) >= len([w for w in words if any(c.isalnum() for c in w)]) else []


def _within(frame: float, end: float) -> float:
    """Seconds of the sound itself at a frame of 10 ms of the sound between its edges."""
    return min(end, max(0.0, frame / 100 - _EDGE_S))


def _phones(decoder: Decoder, pcm: bytes) -> list[Phone]:
    """Frames of each phone within the words that were just found; empty where the second pass finds no path."""
    try:
        decoder.set_alignment()
        _decode(decoder, pcm)
        found = decoder.get_alignment()
    except RuntimeError:
        return []
    phones: list[Phone] = []
    for entry in found or ():
        if entry.name[0] in "<[":
            phones.append(Phone("", entry.start, entry.start + entry.duration))
        else:
            phones += [Phone(p.name, p.start, p.start + p.duration) for p in entry]
    return phones


def _shared_out(decoder: Decoder, heard: Sequence[tuple[str, int, int]]) -> list[Phone]:
    """The phones of each word, as the dictionary has them, in equal shares of its frames."""
    phones: list[Phone] = []
    for key, start, stop in heard:
        names = (decoder.lookup_word(key) or "AH").split()
        step = (stop - start) / len(names)
        phones += [Phone(name, start + k * step, start + (k + 1) * step) for k, name in enumerate(names)]
    return phones


def spread(sound: NDArray[np.float32], rate: int, text: str) -> tuple[list[Timed], list[Phone]]:
    """Words by their share of letters over the loud parts of ``sound``; a phone a letter. Never fails."""
    words = tokens(text)
    step = max(1, rate // 100)
    count = max(1, len(sound) // step)
    padded = np.zeros(count * step, np.float32)
    padded[: min(len(sound), count * step)] = sound[: count * step]
    levels = np.sqrt(np.mean(np.square(padded.reshape(count, step)), axis=1))
    loud = np.concatenate([[0.0], np.cumsum(levels > 0.05 * float(levels.max(initial=0.0)) + 1e-9)])
    letters = [(number, char) for number, word in enumerate(words) for char in word if char.isalnum()]
    edges = np.searchsorted(loud, np.linspace(0, loud[-1], len(letters) + 1), side="left") / 100
    phones = [
        Phone(char.lower(), float(a), float(b)) for (_, char), a, b in zip(letters, edges, edges[1:], strict=False)
    ]
    spans: list[tuple[float, float] | None] = [None] * len(words)
    for (number, _), phone in zip(letters, phones, strict=True):
        known = spans[number]
        spans[number] = (known[0] if known else phone.start, phone.end)
    return _fill(words, spans, 0.0, len(sound) / rate), phones


def arpabet(ipa: str) -> str:
    """``ipa`` as ARPAbet phones with blanks between them; what has no counterpart is left out."""
    ipa, found = _MARKS.sub("", ipa), []
    while ipa:
        for symbol, phone in _ARPABET:
            if ipa.startswith(symbol):
                found.append(phone)
                ipa = ipa[len(symbol) :]
                break
        else:
            ipa = ipa[1:]
    return " ".join(found)


def load_aligner() -> Decoder:
    """A decoder that searches widely (0.4 s). Added words stay in it; a line's result does not depend on them."""
    from pocketsphinx import Decoder

    return Decoder(samprate=SPHINX_RATE, lm=None, loglevel="FATAL", beam=1e-80, wbeam=1e-60)


ALIGNER = Packaged("pocketsphinx-aligner", "pocketsphinx", load_aligner, weights=95 << 20, working=40 << 20)


def _decode(decoder: Decoder, pcm: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()


def _pairs(mine: list[str], theirs: list[str]) -> list[tuple[int, int]]:
    """Indices of symbols that stand opposite each other in the cheapest alignment (Levenshtein)."""
    rows, columns = len(mine), len(theirs)
    cost = np.zeros((rows + 1, columns + 1), np.float32)
    cost[:, 0], cost[0, :] = np.arange(rows + 1), np.arange(columns + 1)
    there = np.array([ord(char) for char in theirs] or [0])
    for row in range(1, rows + 1):
        change = np.where(there == ord(mine[row - 1]), 0.0, 1.2)[:columns]
        best = np.minimum(cost[row - 1, :-1] + change, cost[row - 1, 1:] + 1)
        # a run of insertions costs 1 a step: minimum of best[k] - k over what is to the left
        left = np.minimum.accumulate(np.concatenate([[cost[row, 0]], best - np.arange(1, columns + 1)]))
        cost[row, 1:] = np.minimum(best, left[:-1] + np.arange(1, columns + 1))
    found: list[tuple[int, int]] = []
    row, column = rows, columns
    while row and column:
        price = 0.0 if mine[row - 1] == theirs[column - 1] else 1.2
        if abs(cost[row, column] - cost[row - 1, column - 1] - price) < 1e-3:
            row, column = row - 1, column - 1
            found.append((row, column))
        elif abs(cost[row, column] - cost[row - 1, column] - 1) < 1e-3:
            row -= 1
        else:
            column -= 1
    return found[::-1]


def _fill(words: list[str], spans: list[tuple[float, float] | None], begin: float, end: float) -> list[Timed]:
    """Give words without a span their share of the gap they stand in, and keep all in order."""
    done: list[Timed] = []
    at, number = begin, 0
    while number < len(words):
        span = spans[number]
        if span is not None:
            start = max(at, span[0])
            at = max(start, span[1])
            done.append((words[number], start, at))
            number += 1
            continue
        stop = number
        while stop < len(words) and spans[stop] is None:
            stop += 1
        following = spans[stop] if stop < len(words) else None
        limit = max(at, following[0] if following else end)
        step = (limit - at) / (stop - number)
        done += [(words[k], at + (k - number) * step, at + (k - number + 1) * step) for k in range(number, stop)]
        at, number = limit, stop
    return done
