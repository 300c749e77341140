"""Joining by packets: segments that were encoded alike become one stream without being decoded.

Every packet is stamped anew with the integer number of its frame, so no rounding of any container survives. The
concat demuxer, ``-ss -c copy`` and friends are silently wrong here (half a second of drift after eleven joins).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
from av.error import FFmpegError
from av.packet import Packet

from resources.errors import RenderFault
from resources.media.encode import DECODE_DELAY

if TYPE_CHECKING:
    VideoPacket = Packet[Any]


@dataclass(frozen=True, slots=True)
class Span:
    """Frames ``start`` up to ``stop`` of a file; both must lie on an IDR frame or the end."""

    path: Path
    start: int
    stop: int


def join(spans: Sequence[Span], rate: Fraction, out: Path) -> int:
    """Write the spans one after another into ``out`` (mp4, picture only) and return the number of frames.

    Raises :class:`RenderFault` when parameter sets differ, or a span does not begin and end where packets allow.
    """
    base = 1 / rate
    frame = delay = 0
    extradata: bytes | None = None
    # The container's own clock ticks once a frame for whole rates, 1001 times for the others: always exact.
    with av.open(str(out), "w", format="mp4", options={"fflags": "+bitexact", "movflags": "+faststart"}) as target:
        stream: av.VideoStream | None = None
        for span in spans:
            with av.open(str(span.path), format="mp4") as source:
                video = source.streams.video[0]
                header = bytes(video.codec_context.extradata or b"")
                if stream is None:
                    # no encoder is opened for a copy; the tag says where parameter sets lie, and players look at it
                    stream = target.add_stream_from_template(video, opaque=True)
                    stream.codec_context.codec_tag = video.codec_context.codec_tag
                    stream.time_base = base
                    extradata = header
                    delay = DECODE_DELAY[video.codec.canonical_name]
                elif header != extradata:
                    raise RenderFault("was encoded with other parameters and cannot be joined", where=span.path.name)
                packets = _span_packets(source, video, span, rate)
            for order, (packet, number) in enumerate(packets):
                packet.stream = stream
                packet.time_base = base
                packet.pts = frame + number - span.start
                packet.dts = frame + order - delay
                packet.duration = 1
                target.mux(packet)
            frame += span.stop - span.start
    return frame


def _span_packets(
    source: av.container.InputContainer, video: av.VideoStream, span: Span, rate: Fraction
) -> list[tuple[VideoPacket, int]]:
    """Packets of the span in decode order, each with the number of the frame it holds."""
    packets: list[tuple[VideoPacket, int]] = []
    first: int | None = None
    for packet in source.demux(video):
        if packet.size == 0 or packet.pts is None:
            continue
        if first is None:
            first = packet.pts
        number = round((packet.pts - first) * (packet.time_base or Fraction(1)) * rate)
        if span.start <= number < span.stop:
            packets.append((packet, number))
            if len(packets) == span.stop - span.start:
                break
    if [number for _, number in sorted(packets, key=lambda pair: pair[1])] != list(range(span.start, span.stop)):
        raise RenderFault(f"does not hold frames {span.start} to {span.stop}", where=span.path.name)
    if packets and not packets[0][0].is_keyframe:
        raise RenderFault(f"frame {span.start} is not a keyframe", where=span.path.name)
    return packets


def frame_count(path: Path) -> int:
    """Frames in a file by counting packets (fast; :mod:`resources.media.probe` decodes); 0 for one that is none."""
    try:
        with av.open(str(path), format="mp4") as source:
            return sum(1 for packet in source.demux(source.streams.video[0]) if packet.size)
    except (FFmpegError, IndexError):
        return 0
