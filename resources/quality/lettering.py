"""Text in the picture that nobody asked for: signs, captions, watermarks and gibberish that a model painted.

PP-OCRv6 reads a keyframe and a few frames of a clip. What is read surely is held against every word that the shot was
asked for in: prompt, place, title, what is said, names. A word that is not among them, nor next to one, is a finding.
The embedded studio draws from a closed set without letters, so only pictures of other engines and of the user's own are
read. Letters too broken to be read are not seen: that is the judge's.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resources.engines import Frame
from resources.gpu.letters import LETTERS
from resources.quality.figures import read_rgb
from resources.quality.names import CheckName
from resources.quality.policy import Policy
from schemas.plan import Strict
from schemas.report import Finding, Severity
from schemas.time import FrameRate

SURE = 0.8
"""Mean probability of its letters from which a line counts as read."""
READ_FRAMES = 3
"""Frames of a clip that are read."""
TWICE = 2
"""Frames of a clip in which a word has to be read: what is there is there for longer than a frame."""
NEAR = 0.75
"""Likeness (difflib's ratio) from which a word is one that was asked for, misread or inflected."""
LEAST = 3
"""Letters of a word: fewer are read into rivets, coins and branches."""
CHECK: CheckName = "lettering"
_WORD = re.compile(r"[^\W_]+")
_IDEOGRAPH = re.compile(r"[぀-ヿ㐀-鿿가-힯]")


class SeenWord(Strict):
    """A word that was read, and in which of the frames that were looked at it was first."""

    word: str
    frame: int | None = None
    """None: in a keyframe."""


class Lettering(Strict):
    """What was read in a keyframe, or in frames of a clip."""

    words: list[SeenWord]


def read_picture(picture: Path) -> Lettering:
    """The words in a picture file."""
    return Lettering(words=[SeenWord(word=word) for word in dict.fromkeys(_words(read_rgb(picture)))])


def read_frames(frames: Iterable[tuple[int, Frame]]) -> Lettering:
    """The words in at least two of ``frames`` of a clip, each with its number."""
    first: dict[str, int] = {}
    count: Counter[str] = Counter()
    for number, frame in frames:
        for word in set(_words(np.ascontiguousarray(frame[:, :, :3]))):
            first.setdefault(word, number)
            count[word] += 1
    return Lettering(words=[SeenWord(word=word, frame=at) for word, at in first.items() if count[word] >= TWICE])


def unasked(seen: Lettering, asked: str) -> list[SeenWord]:
    """The words that are not among those of ``asked``, nor next to one of them; a stroke or two are no word."""
    known = words_of(asked)
    whole = "".join(known)
    return [one for one in seen.words if letters(one.word) >= LEAST and not _was_asked(one.word, known, whole)]


def letters(word: str) -> int:
    """How many letters a word has; an ideograph, a syllable or a word by itself, counts as two."""
    return len(word) + len(_IDEOGRAPH.findall(word))


def words_of(text: str) -> list[str]:
    """Words without case, accents and marks."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _WORD.findall(unicodedata.normalize("NFKC", plain))


def letters_of(words: Iterable[SeenWord]) -> int:
    """How many letters these words have together."""
    return sum(letters(one.word) for one in words)


def check_lettering(
    policy: Policy, words: Sequence[SeenWord], *, rate: FrameRate, shot: str, own: bool = False
) -> list[Finding]:
    """Nobody asked for these ``words`` (:func:`unasked`); in material of the user's own it is only noted."""
    count = letters_of(words)
    if count <= policy.checks[CHECK].limit:
        return []
    severity: Severity | None = "info" if own else None
    message = f"{' '.join(one.word for one in words)[:60]!r} stands in the picture, and nobody asked for it"
    frame = words[0].frame
    second = None if frame is None else rate.seconds(frame)
    return [policy.finding(CHECK, count, message, shot=shot, frame=frame, second=second, severity=severity)]


def _words(picture: NDArray[np.uint8]) -> list[str]:
    """The words of a picture (height, width, 3; RGB), of lines that are surely read."""
    with LETTERS.lent() as lease:
        lines = lease.model(np.ascontiguousarray(picture[:, :, ::-1]))
    return [word for line in lines if line.score >= SURE for word in words_of(line.text)]


def _was_asked(word: str, known: Sequence[str], whole: str) -> bool:
    if word in whole:  # the reader runs words together
        return True
    return any(SequenceMatcher(None, word, one).ratio() >= NEAR for one in known)
