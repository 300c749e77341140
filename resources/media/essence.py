"""The essence of a film: its packets without the container around them.

A platform that takes metadata out of a file copies the packets. Their hash is the same before and after, and another
one as soon as a picture, a sound or its time is another.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from av import AudioStream, VideoStream
from av.error import FFmpegError

from resources.errors import InputError
from resources.media.container import open_own


def essence_hash(path: Path) -> str:
    """SHA-256 over codec, parameters, time and bytes of every packet of picture and sound, stream by stream.

    Times are in seconds as exact fractions from the stream's first packet. Raises :class:`InputError` for a file that
    holds no such thing.
    """
    try:
        with open_own(path, "clip") as source:
            streams: list[VideoStream | AudioStream] = [*source.streams.video, *source.streams.audio]
            if not streams:
                raise InputError("holds neither picture nor sound", where=path.name)
            told = {one.index: hashlib.sha256(_parameters(one)) for one in streams}
            first: dict[int, int] = {}
            for packet in source.demux(streams):
                if packet.size == 0 or packet.pts is None or packet.time_base is None:
                    continue
                index = packet.stream.index
                at = (packet.pts - first.setdefault(index, packet.pts)) * packet.time_base
                told[index].update(f"\n{at} {packet.size} ".encode() + bytes(packet))
    except FFmpegError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=path.name) from None
    return hashlib.sha256("\n".join(one.hexdigest() for one in told.values()).encode()).hexdigest()


def _parameters(stream: VideoStream | AudioStream) -> bytes:
    context = stream.codec_context
    return f"{stream.type} {context.name}\n".encode() + bytes(context.extradata or b"")
