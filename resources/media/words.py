"""Words in the picture, drawn into what is joined already, and into as little of it as can be.

Stretch by stretch, cut at keyframes: a range that lies under no words is taken as it is, bit for bit, and a re-cut pays
for the words that changed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import ffmpeg

from resources.media.assemble import Segments, Stretch
from resources.media.burn import STYLE, Shown, ass_file
from resources.media.encode import Picture, compiled, encoded
from resources.media.fonts import fonts_conf
from resources.media.join import Span, join
from resources.media.process import run
from resources.store.atomic import TEMPORARY

AT_ONCE = 2
"""Encoders side by side: each has one thread."""
SECONDS_A_FRAME = 5
"""Far more than a frame of 2160p takes; an encoder that needs longer hangs."""


def with_words(found: Sequence[Stretch], words: Sequence[Shown], picture: Picture, segments: Segments) -> list[Stretch]:
    """The stretches with ``words`` (in film frames) drawn into them."""
    parts = [part for stretch in found for part in _parted(stretch, words)]
    with ThreadPoolExecutor(min(AT_ONCE, len(os.sched_getaffinity(0)))) as pool:
        return list(pool.map(lambda part: _drawn(part, words, picture, segments), parts))


def _parted(stretch: Stretch, words: Sequence[Shown]) -> list[Stretch]:
    """A stretch cut at its keyframes; whole when there are no words over it."""
    if not _over(stretch, words):
        return [stretch]
    first = stretch.span.start
    return [
        Stretch(Span(stretch.span.path, start, stop), stretch.source, stretch.start + start - first)
        for start, stop in pairwise([first, *stretch.keys, stretch.span.stop])
    ]


def _over(stretch: Stretch, words: Sequence[Shown]) -> list[Shown]:
    """The words over a stretch, in its own frames."""
    frames = stretch.span.stop - stretch.span.start
    local = [replace(x, first=max(0, x.first - stretch.start), stop=min(frames, x.stop - stretch.start)) for x in words]
    return [x for x in local if x.first < x.stop]


def _drawn(stretch: Stretch, words: Sequence[Shown], picture: Picture, segments: Segments) -> Stretch:
    """A stretch as it stands in the film: itself, or its segment, encoded when it is not there yet."""
    over = _over(stretch, words)
    if not over:
        return stretch
    span = stretch.span
    text = ass_file(over, picture)
    decides = [STYLE, stretch.source, span.start, span.stop, text, str(picture)]
    path = segments.file(decides, "words.mp4", span.stop - span.start, partial(_encode, span, text, picture))
    return replace(stretch, span=Span(path, 0, span.stop - span.start), keys=())


def _encode(span: Span, text: str, picture: Picture, out: Path) -> None:
    """Encode the frames of ``span`` with the words of an ASS file drawn into them."""
    with TemporaryDirectory(prefix=TEMPORARY, dir=out.parent) as name:
        folder = Path(name)
        join([span], picture.rate, folder / "span.mp4")
        video = ffmpeg.input("span.mp4", format="mp4").video
        (folder / "words.ass").write_text(text, encoding="utf-8")
        (folder / "fonts.conf").write_text(fonts_conf(folder / "fonts"), encoding="utf-8")
        output = encoded(video.filter("ass", "words.ass"), picture, str(out.absolute()))
        # fontconfig, which libass asks, is to know our own fonts and no others
        env = {"FONTCONFIG_FILE": str(folder.absolute() / "fonts.conf")}
        run(compiled(output), timeout=60 + SECONDS_A_FRAME * (span.stop - span.start), cwd=folder, env=env)
