"""Conforming a clip from outside: another size, rate, codec or length becomes exactly what the cut expects.

A clip is looked at first (:func:`look_at`), so that a bad one is told before anything is made; then conformed, and what
was changed is said in one line (:attr:`Conformed.notes`). The graph is plain: deinterlace, constant rate, one colour
space (HDR is tone-mapped, transparency laid over black), then fill the frame. A picture of which more than a fifth
would be cropped away is shown whole instead, over a soft copy of itself: heads stay in the frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import ffmpeg
from av.error import FFmpegError

from resources.errors import InputError
from resources.media.container import MAX_PIXELS, demuxer_of, open_own
from resources.media.encode import Picture, compiled, encoded
from resources.media.pictures import crops
from resources.media.process import ProcessFailed, ProcessTimeout, run

CRF = 12
"""Nearly lossless: the shot's own encode comes after it."""
EXACT = "bicubic+accurate_rnd+full_chroma_int"
"""For a change of colour matrix; without it every level comes out two darker."""
_HDR = {16: ("smpte2084", "PQ"), 18: ("arib-std-b67", "HLG")}
"""HDR transfer functions by their number in H.273."""
_LOOKED_AT = 240
"""Packets from which the rate is judged."""


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What a clip is. ``width`` and ``height`` are as it is shown: upright, with square pixels."""

    width: int
    height: int
    rate: Fraction
    """Mean frames a second."""
    even: bool
    """Every frame lasts equally long."""
    seconds: float
    codec: str
    bits: int
    hdr: str
    """"PQ", "HLG" or ""."""
    alpha: bool
    rotation: int
    """Degrees by which it has to be turned to stand upright."""
    interlaced: bool
    sound: bool


@dataclass(frozen=True, slots=True)
class Conformed:
    """A conformed clip: what was changed, in words for a person."""

    notes: list[str]

    def line(self, name: str) -> str:
        """One line about it."""
        return f"{name} was conformed: {'; '.join(self.notes)}" if self.notes else f"{name} fits as it is"


def look_at(path: Path) -> ClipFacts:
    """What a clip is. Raises :class:`InputError` when it is none, or is damaged where that shows without decoding."""
    try:
        with open_own(path, "clip") as source:
            if not source.streams.video:
                raise InputError("holds no picture", where=path.name)
            _check_whole(source, path)
            times = _times(source)
            source.seek(0)
            return _facts(source, times)
    except StopIteration:
        raise InputError("holds no picture", where=path.name) from None
    except (FFmpegError, IndexError) as error:
        raise InputError(f"cannot be decoded ({_said(error)})", where=path.name) from None


def conform_clip(source: Path, picture: Picture, frames: int, out: Path) -> Conformed:
    """Write ``frames`` frames of ``source`` into ``out`` as ``picture`` says, nearly lossless.

    Raises :class:`InputError` for a clip that cannot be decoded from end to end.
    """
    facts = look_at(source)
    options: dict[str, Any] = {"max_pixels": MAX_PIXELS, "protocol_whitelist": "file"}
    if facts.alpha and facts.codec in ("vp8", "vp9"):
        options["vcodec"] = "libvpx" if facts.codec == "vp8" else "libvpx-vp9"  # ffmpeg's own decoder drops alpha
    stream = ffmpeg.input(f"./{source.name}", format=demuxer_of(source, "clip"), **options).video
    if facts.interlaced:
        stream = stream.filter("bwdif", mode="send_frame", deint="interlaced")
    stream = stream.filter("fps", fps=str(picture.rate), start_time=0)
    stream = _filled(_plain_colour(stream, facts), facts, picture)
    stream = stream.filter("tpad", stop_mode="clone", stop=frames)
    near = Picture(picture.width, picture.height, picture.rate, crf=CRF)
    limit: dict[str, Any] = {"frames:v": frames}
    output = encoded(stream, near, str(out), **limit)
    args = compiled(output)
    try:
        run([args[0], "-xerror", *args[1:]], timeout=900, cwd=source.parent)
    except ProcessTimeout:
        raise
    except ProcessFailed as error:
        if "No space left on device" in error.stderr:
            raise
        raise InputError(f"is damaged: its picture {_failure(error)}", where=source.name) from None
    return Conformed(_notes(facts, picture, frames))


def _check_whole(source: av.container.InputContainer, path: Path) -> None:
    """Tell a file that ends before its index does: ffmpeg would play what is there, and say nothing."""
    size = path.stat().st_size
    video: Any = source.streams.video[0]
    ends = [entry.pos + entry.size for entry in video.index_entries]
    if ends and max(ends) > size:
        raise InputError(f"is cut off: {size:,} bytes of at least {max(ends):,}", where=path.name)


def _times(source: av.container.InputContainer) -> list[Fraction]:
    """Times of the first frames (s), in the order they are shown."""
    video = source.streams.video[0]
    found = []
    for packet in source.demux(video):
        if packet.pts is not None and packet.size:
            found.append(Fraction(packet.pts) * (packet.time_base or 0))
        if len(found) >= _LOOKED_AT:
            break
    return sorted(found)


def _facts(source: av.container.InputContainer, times: list[Fraction]) -> ClipFacts:
    video: Any = source.streams.video[0]
    frame: Any = next(source.decode(video))
    steps = [b - a for a, b in pairwise(times[:-1] if len(times) >= _LOOKED_AT else times)]
    tick = Fraction(video.time_base or 0)
    rate = Fraction(video.average_rate or video.guessed_rate or 0)
    if not rate:
        rate = 1 / steps[0] if steps and steps[0] else Fraction(25)
    aspect = Fraction(video.sample_aspect_ratio or 1)
    width, height = round(frame.width * aspect), frame.height
    rotation = round(getattr(frame, "rotation", 0)) % 360
    if rotation in (90, 270):
        width, height = height, width
    parts = frame.format.components
    length = video.duration * tick if video.duration else Fraction(source.duration or 0, 1_000_000)
    alpha = any(part.is_alpha for part in parts) or video.metadata.get("alpha_mode") == "1"
    return ClipFacts(
        width=max(2, width),
        height=max(2, height),
        rate=rate,
        even=not steps or max(steps) - min(steps) <= 2 * tick,
        seconds=float(length),
        codec=str(video.codec.canonical_name),
        bits=max(part.bits for part in parts),
        hdr=_HDR.get(int(video.codec_context.color_trc), ("", ""))[1],
        alpha=alpha,
        rotation=rotation,
        interlaced=bool(frame.interlaced_frame),
        sound=bool(source.streams.audio),
    )


def _plain_colour(stream: Any, facts: ClipFacts) -> Any:
    """8-bit colour in one space: HDR tone-mapped to BT.709, transparency laid over black."""
    if facts.hdr:
        transfer = next(name for name, short in _HDR.values() if short == facts.hdr)
        stream = (
            stream.filter("zscale", tin=transfer, min="bt2020nc", pin="bt2020", rin="tv", t="linear", npl=100)
            .filter("format", "gbrpf32le")
            .filter("zscale", p="bt709")
            .filter("tonemap", "hable", desat=0)
            .filter("zscale", t="bt709", m="bt709", r="tv")
        )
    elif facts.alpha:
        stream = stream.filter("format", "gbrap").filter("premultiply", inplace=1)
    return stream.filter("scale", out_color_matrix="bt709", out_range="tv", flags=EXACT).filter("format", "yuv420p")


def _filled(stream: Any, facts: ClipFacts, picture: Picture) -> Any:
    """The picture filling the frame: scaled and cropped to its middle, or whole over a soft copy of itself."""
    size = (picture.width, picture.height)
    cover = _scaled(facts, size, max)
    if crops(facts.width, facts.height, size):
        return stream.filter("scale", *cover, flags="bicubic").filter("crop", *size)
    parts = stream.filter_multi_output("split")
    back = (
        parts[0]
        .filter("scale", *(max(16, side // 8) for side in cover), flags="bilinear")
        .filter("gblur", sigma=4)
        .filter("scale", *cover, flags="bilinear")
        .filter("crop", *size)
        .filter("lutyuv", y="16+(val-16)*0.55")
    )
    front = parts[1].filter("scale", *_scaled(facts, size, min), flags="bicubic")
    return ffmpeg.overlay(back, front, x="(W-w)/2", y="(H-h)/2")


def _scaled(facts: ClipFacts, size: tuple[int, int], choose: Any) -> tuple[int, int]:
    """Size of the whole picture, both sides even, when it covers (max) or fits (min) the frame."""
    by = choose(Fraction(size[0], facts.width), Fraction(size[1], facts.height))
    width, height = (round(side * by / 2) * 2 for side in (facts.width, facts.height))
    return (max(width, size[0]), max(height, size[1])) if choose is max else (min(width, size[0]), min(height, size[1]))


def _notes(facts: ClipFacts, picture: Picture, frames: int) -> list[str]:
    """What was changed, in words."""
    notes = []
    if (facts.width, facts.height) != (picture.width, picture.height):
        whole = "" if crops(facts.width, facts.height, (picture.width, picture.height)) else ", shown whole"
        notes.append(f"{facts.width}x{facts.height} to {picture.width}x{picture.height}{whole}")
    if facts.rotation:
        notes.append(f"turned upright by {facts.rotation} degrees")
    if not facts.even:
        notes.append(f"variable rate to {float(picture.rate):.5g} frames/s")
    elif facts.rate != picture.rate:
        notes.append(f"{float(facts.rate):.5g} to {float(picture.rate):.5g} frames/s")
    depth = f" {facts.bits} bit" if facts.bits > 8 else ""
    if facts.codec != "h264" or depth:
        notes.append(f"{facts.codec}{depth} to h264")
    if facts.hdr:
        notes.append(f"{facts.hdr} HDR to BT.709")
    if facts.alpha:
        notes.append("laid over black")
    if facts.interlaced:
        notes.append("deinterlaced")
    seconds = float(frames / picture.rate)
    if facts.seconds and facts.seconds < seconds - 1 / float(picture.rate):
        notes.append(f"its last frame held for {seconds - facts.seconds:.1f} s")
    elif facts.seconds > seconds + 1 / float(picture.rate):
        notes.append(f"the first {seconds:.1f} of {facts.seconds:.1f} s used")
    if not facts.sound:
        notes.append("it has no sound")
    return notes


def _failure(error: ProcessFailed) -> str:
    """What ffmpeg says in the end, without the addresses and numbers that only its makers read."""
    said = error.stderr.strip().splitlines()[-1:] or [error.reason]
    reason = said[0].rpartition("(")[2].rstrip(") ")
    return f"cannot be decoded to its end ({reason[:80]})"


def _said(error: Exception) -> str:
    return str(getattr(error, "strerror", "") or error)


def check_media(kind: str, path: Path) -> None:
    """Look into the user's own material, so that a bad file is told before anything is made."""
    from resources.media.pictures import decoding, open_picture
    from resources.media.probe import LONGEST_S, read_sound

    if kind == "image":
        with open_picture(path) as picture, decoding(path):
            picture.load()
    elif kind == "clip":
        look_at(path)
    elif not len(read_sound(path, longest_s=LONGEST_S)):
        raise InputError("holds no sound", where=path.name)
