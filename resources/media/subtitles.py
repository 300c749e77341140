"""Subtitles: the plan's words at the measured times, as SRT and WebVTT.

At most two lines of 42 characters, read at no more than 20 characters a second where the speech allows, after the BBC
and Netflix guidelines (42 characters a line, 17-20 characters a second).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.media import TimedLine
from schemas.time import SAMPLE_RATE

MAX_LINE = 42
MAX_LINES = 2
MAX_SPEED = 20.0
"""Characters a second."""
GAP = SAMPLE_RATE // 24
"""Samples between two cues that follow each other."""
LINGER = round(0.4 * SAMPLE_RATE)
"""A cue stays this long after the last word, when nobody else speaks."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Text of at most two lines, shown from sample ``start`` to ``end``."""

    start: int
    end: int
    text: str


def cues(lines: Sequence[TimedLine], total: int) -> list[Cue]:
    """Cues for spoken lines in the film's time; ``total`` is the film's length in samples."""
    found: list[Cue] = []
    for line in sorted(lines, key=lambda x: x.start):
        found += _line_cues(line)
    tidy: list[Cue] = []
    for number, cue in enumerate(found):
        following = found[number + 1].start - GAP if number + 1 < len(found) else total
        needed = cue.start + round(len(cue.text) / MAX_SPEED * SAMPLE_RATE)
        end = min(max(cue.end + LINGER, needed), following, total)
        if end > cue.start:
            tidy.append(Cue(cue.start, end, cue.text))
    return tidy


def _line_cues(line: TimedLine) -> list[Cue]:
    """One line as one or more cues; a long one is parted where its words say."""
    parts = split_text(line.text)
    if len(parts) <= 1:
        return [Cue(line.start, line.end, part) for part in parts]
    lengths = [len(part) for part in parts]
    edges = [line.start + (line.end - line.start) * sum(lengths[:k]) // sum(lengths) for k in range(len(parts) + 1)]
    if line.aligned and len(line.words) == len(line.text.split()):
        count = 0
        for number, part in enumerate(parts[:-1], 1):
            count += len(part.split())
            edges[number] = line.words[count].start
    return [Cue(edges[k], edges[k + 1], part) for k, part in enumerate(parts)]


def split_text(text: str) -> list[str]:
    """Text as cues of at most MAX_LINES lines of MAX_LINE columns, balanced, broken at spaces where there are some."""
    rows = _wrap(" ".join(text.split()))
    if len(rows) <= MAX_LINES:
        return ["\n".join(rows)] if rows else []
    sentences = re.split(r"(?<=[.!?…。！？])\s+", " ".join(text.split()))
    if len(sentences) > 1:
        # a new cue begins with a sentence: as many as fit stay together
        held, parts = "", []
        for sentence in sentences:
            joined = f"{held} {sentence}".strip()
            if held and len(_wrap(joined)) > MAX_LINES:
                parts.append(held)
                joined = sentence
            held = joined
        return [piece for part in [*parts, held] for piece in split_text(part)] if parts else _even(rows)
    return _even(rows)


def _even(rows: list[str]) -> list[str]:
    """Rows as cues of at most MAX_LINES, about as many in each."""
    count = -(-len(rows) // MAX_LINES)
    step = -(-len(rows) // count)
    return ["\n".join(rows[k : k + step]) for k in range(0, len(rows), step)]


def _wrap(text: str) -> list[str]:
    """Rows of at most MAX_LINE columns, as even as a greedy wrap at the narrowest fitting width makes them."""
    least = _fill(text, MAX_LINE)
    if not least:
        return []
    for width in range(MAX_LINE // 2, MAX_LINE):
        rows = _fill(text, width)
        if len(rows) == len(least) and max(map(columns, rows)) <= width:
            return rows
    return least


def _fill(text: str, width: int) -> list[str]:
    rows, row = [], ""
    for word in _words(text, width):
        joined = f"{row} {word}" if row and not word.startswith("\u2060") else row + word
        joined = joined.replace("\u2060", "")
        if columns(joined) <= width or not row:
            row = joined
        else:
            rows.append(row)
            row = word.replace("\u2060", "")
    return [*rows, row] if row else rows


def _words(text: str, width: int) -> list[str]:
    """Words; one that is wider than a row is broken, its later pieces marked to join without a space."""
    words = []
    for word in text.split():
        piece, first = "", True
        for char in word:
            if columns(piece + char) > width:
                words.append(piece if first else "\u2060" + piece)
                piece, first = "", False
            piece += char
        words.append(piece if first else "\u2060" + piece)
    return words


def columns(text: str) -> int:
    """Width in columns: East Asian wide characters count two, combining marks none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def to_srt(items: Sequence[Cue]) -> str:
    """SubRip."""
    return "".join(
        f"{number}\n{_stamp(cue.start, ',')} --> {_stamp(cue.end, ',')}\n{cue.text}\n\n"
        for number, cue in enumerate(items, 1)
    )


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
