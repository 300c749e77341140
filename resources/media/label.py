"""A line in every frame of a finished film, for those who see it where nobody reads metadata.

The picture alone is encoded again, with the film's own parameters and cut at its keyframes; sound, subtitles, chapters
and title are copied as they are.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import av
import ffmpeg

from resources.errors import RenderFault
from resources.media.assemble import Segments, Stretch, assemble
from resources.media.burn import Look, Shown
from resources.media.encode import Picture, compiled
from resources.media.join import Span, frame_count
from resources.media.process import run
from resources.media.words import with_words
from resources.store.atomic import TEMPORARY

LABEL = "Made by machine"


def labelled(film: Path, picture: Picture, out: Path) -> None:
    """Write ``film`` (an mp4 of ours with sound, encoded as ``picture`` says) into ``out``, the line in every frame.

    Raises :class:`RenderFault` when the copy has not as many frames as the film.
    """
    with TemporaryDirectory(prefix=TEMPORARY, dir=out.parent) as name:
        folder = Path(name)
        frames, keys = _frames(film)
        whole = Stretch(Span(film, 0, frames), film.name, 0, keys)
        words = [Shown(0, frames, LABEL, Look.LABEL)]
        count = assemble(
            with_words([whole], words, picture, Segments(folder / "segments")), picture.rate, folder / "p.mp4"
        )
        _mux(folder / "p.mp4", film, out)
        if not count == frame_count(out) == frames:
            raise RenderFault(f"the labelled copy has {frame_count(out)} frames, the film {frames}", where=film.name)


def _frames(film: Path) -> tuple[int, tuple[int, ...]]:
    """Frames of a film, and those inside it at which a closed group begins."""
    with av.open(str(film), format="mp4") as source:
        stream = source.streams.video[0]
        packets = [packet for packet in source.demux(stream) if packet.size]
    # every group of ours is closed, so as many frames stand before a keyframe in the file as are shown before it
    return len(packets), tuple(k for k, packet in enumerate(packets) if packet.is_keyframe and k)


def _mux(picture: Path, film: Path, out: Path) -> None:
    other = ffmpeg.input(str(film.absolute()), format="mp4")
    streams = [ffmpeg.input(str(picture.absolute()), format="mp4").video, other.audio]
    with av.open(str(film), format="mp4") as source:
        streams += [other["s"]] if source.streams.subtitles else []
    output = ffmpeg.output(
        *streams,
        str(out.absolute()),
        format="mp4",
        vcodec="copy",
        acodec="copy",
        scodec="copy",
        movflags="+faststart",
        fflags="+bitexact",
        map_metadata=1,
        map_chapters=1,
    )
    run(compiled(output), timeout=300)
