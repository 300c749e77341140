"""Subtitles: the plan's words at the measured times, as SRT, WebVTT and the track inside the film.

After the guidelines of the BBC and Netflix: at most two rows of 42 characters (18 full-width signs), at least 5/6 s on
screen, read at no more than 20 characters a second. Speech that is faster than that gets what there is: its screens
share the line's time by their length, the last one stays into the silence that follows, the first one comes up to
0.25 s early; what is still faster is said by :func:`too_fast`, and never shortened.

Text from outside stays text: players take ``{\\an8}``, ``<font>`` and a time stamp in the words for commands, so an
invisible word joiner is set where a command would begin. :func:`plain` takes it out again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from resources.media.wrap import WIDESCREEN, Measure, is_rtl, split_text
from schemas.media import TimedLine
from schemas.time import SAMPLE_RATE

MAX_SPEED = 20.0
"""Characters a second."""
GAP = SAMPLE_RATE // 24
"""Samples between two cues that follow each other."""
LINGER = round(0.4 * SAMPLE_RATE)
"""A cue stays this long after the last word, when nobody else speaks."""
SHORTEST = SAMPLE_RATE * 5 // 6
"""Least time on screen where there is room."""
EARLY = SAMPLE_RATE // 4
"""How far a cue may run ahead of words that are too fast to read."""
JOINER = "\u2060"
_EMBED, _END = "\u202b", "\u202c"
_MARKS = str.maketrans("", "", JOINER + _EMBED + _END)
_COMMAND = re.compile(r"[{<\\&]|--(?=>)")
_STAMP = re.compile(r"(\d{2,4}):(\d\d):(\d\d),(\d{3}) --> (\d{2,4}):(\d\d):(\d\d),(\d{3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cue:
    """Text of at most two rows, shown from sample ``start`` to ``end``."""

    start: int
    end: int
    text: str

    @property
    def speed(self) -> float:
        """Characters a second that a viewer has to read."""
        return len(self.text.replace("\n", " ")) * SAMPLE_RATE / max(1, self.end - self.start)


def cues(lines: Sequence[TimedLine], total: int, measure: Measure = WIDESCREEN) -> list[Cue]:
    """Cues for spoken lines in the film's time, in order, none empty; ``total`` is the film's length in samples."""
    found = [cue for line in sorted(lines, key=lambda x: x.start) for cue in _line_cues(line, measure)]
    placed: list[Cue] = []
    for number, cue in enumerate(found):
        # words never vanish: a line that begins before the one before it is gone waits for a twelfth of a second
        start = max(cue.start, placed[-1].start + 2 * GAP) if placed else cue.start
        following = found[number + 1].start if number + 1 < len(found) else total + GAP
        wanted = max(cue.end + LINGER, start + SHORTEST, start + needed(cue.text))
        end = max(min(wanted, following - GAP), start + GAP)
        if end - start < needed(cue.text):
            free = placed[-1].end + GAP if placed else 0
            start = max(min(start, free), start - EARLY, end - needed(cue.text))
        placed.append(Cue(start, end, cue.text))
        if number and placed[-2].end >= start:
            placed[-2] = replace(placed[-2], end=max(placed[-2].start + 1, start - 1))
    return _within(placed, total)


def needed(text: str) -> int:
    """Samples that a viewer needs for ``text``."""
    return -(-len(text) * SAMPLE_RATE // int(MAX_SPEED))


def too_fast(items: Sequence[Cue]) -> list[Cue]:
    """Cues that nobody can read in time, because their words are spoken faster than that."""
    return [cue for cue in items if cue.speed > MAX_SPEED + 0.5]


def _within(items: list[Cue], total: int) -> list[Cue]:
    """Cues that were pushed over the end of the film come back into it."""
    limit = total
    for number in range(len(items) - 1, -1, -1):
        cue = items[number]
        if cue.end <= limit:
            break
        items[number] = Cue(min(cue.start, max(0, limit - GAP)), limit, cue.text)
        limit = items[number].start - 1
    return items


def _line_cues(line: TimedLine, measure: Measure) -> list[Cue]:
    """One line as one or more cues, parted where its words say; by length where they are too fast for that."""
    parts = split_text(line.text, measure)
    if len(parts) <= 1:
        return [Cue(line.start, line.end, part) for part in parts]
    lengths = [len(part) for part in parts]
    edges = [line.start + (line.end - line.start) * sum(lengths[:k]) // sum(lengths) for k in range(len(parts) + 1)]
    if line.aligned and len(line.words) == len(line.text.split()):
        spoken, count = list(edges), 0
        for number, part in enumerate(parts[:-1], 1):
            count += len(part.split())
            spoken[number] = line.words[min(count, len(line.words) - 1)].start
        made = _between(spoken, parts)
        if all(a.start < b.start for a, b in pairwise(made)) and not too_fast(made[:-1]):
            return made
    return _between(edges, parts)


def _between(edges: Sequence[int], parts: Sequence[str]) -> list[Cue]:
    return [Cue(edges[k], edges[k + 1], part) for k, part in enumerate(parts)]


def protected(row: str) -> str:
    """``row`` as no player can misread it."""
    row = _COMMAND.sub(lambda found: found[0] + JOINER, row)
    return f"{_EMBED}{row}{_END}" if is_rtl(row) else row


def plain(text: str) -> str:
    """``text`` without the marks that :func:`protected` sets."""
    return text.translate(_MARKS)


def to_srt(items: Sequence[Cue]) -> str:
    """SubRip."""
    blocks = []
    for number, cue in enumerate(items, 1):
        text = "\n".join(protected(row) for row in cue.text.split("\n"))
        blocks.append(f"{number}\n{_stamp(cue.start, ',')} --> {_stamp(cue.end, ',')}\n{text}\n\n")
    return "".join(blocks)


def read_srt(text: str) -> list[Cue]:
    """Cues of a SubRip file of ours, marks taken out. Raises ``ValueError``."""
    found = []
    for number, block in enumerate((block for block in text.rstrip("\n").split("\n\n") if block), 1):
        head, *more = block.split("\n")
        stamp, rows = _STAMP.fullmatch(more[0]) if more else None, more[1:]
        if head != str(number) or stamp is None or not rows or not all(rows):
            raise ValueError(f"cue {number} is not one")
        h1, m1, s1, f1, h2, m2, s2, f2 = map(int, stamp.groups())
        start = ((h1 * 60 + m1) * 60 + s1) * 1000 + f1
        end = ((h2 * 60 + m2) * 60 + s2) * 1000 + f2
        found.append(Cue(start * SAMPLE_RATE // 1000, end * SAMPLE_RATE // 1000, plain("\n".join(rows))))
    return found


def to_vtt(items: Sequence[Cue]) -> str:
    """WebVTT; ``&``, ``<`` and ``>`` are escaped, so no text can become a tag."""
    blocks = []
    for cue in items:
        text = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_stamp(cue.start, '.')} --> {_stamp(cue.end, '.')}\n{text}\n")
    return "WEBVTT\n\n" + "\n".join(blocks)


def _stamp(sample: int, point: str) -> str:
    millis = sample * 1000 // SAMPLE_RATE
    hours, rest = divmod(millis, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"
