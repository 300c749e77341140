"""The door for media from outside: a file is opened by what its first bytes are, never by what ffmpeg may guess.

A playlist, a concat script or a cue sheet under the name of a clip or a recording would make ffmpeg open other files.
So a file is opened with exactly one demuxer, chosen here from a short list, and may reach no protocol but ``file``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import av

from resources.errors import InputError

Kind = Literal["clip", "sound"]
MAX_PIXELS = 8192 * 4320
"""Largest frame that is decoded; a few bytes may claim 16384 x 16384."""
_STREAMED = 0xFFFFFF00
"""A RIFF length from here on was not known when the head was written."""
_MATROSKA = b"\x1aE\xdf\xa3"
_SEGMENT = b"\x18S\x80g"
_SAID: dict[Kind, str] = {
    "clip": "is not an mp4, mov, mkv, webm or avi clip",
    "sound": "is not a wav, flac, mp3, ogg, aiff, aac, m4a, mkv or webm recording",
}
_FOR: dict[Kind, frozenset[str]] = {
    "clip": frozenset(("mov", "matroska", "avi")),
    "sound": frozenset(("wav", "flac", "mp3", "ogg", "aiff", "aac", "mov", "matroska")),
}


def demuxer_of(path: Path, kind: Kind) -> str:
    """The one demuxer that may open ``path``. Raises :class:`InputError` for anything that is not a ``kind``."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=path.name) from None
    if not head:
        raise InputError("is empty", where=path.name)
    name = _by_bytes(head)
    if name not in _FOR[kind]:
        raise InputError(_SAID[kind], where=path.name)
    told, size = _told_length(name, head), path.stat().st_size
    if told > size + 1:
        raise InputError(f"is cut off: {size:,} of {told:,} bytes", where=path.name)
    return name


def open_own(path: Path, kind: Kind) -> av.container.InputContainer:
    """Open media from outside. Raises :class:`InputError`, and what PyAV raises for a file that is damaged."""
    name = demuxer_of(path, kind)
    options = {"protocol_whitelist": "file"}
    source = av.open(str(path.absolute()), format=name, options=options, metadata_errors="replace")
    for stream in source.streams.video:
        context: Any = stream.codec_context
        if context is None:
            if kind == "sound":
                continue  # a cover that nobody looks at
            source.close()
            raise InputError("holds a picture in a form that is not known", where=path.name)
        if context.width * context.height > MAX_PIXELS:
            source.close()
            raise InputError(f"has frames of {context.width}x{context.height}, which is too large", where=path.name)
    return source


def _told_length(name: str, head: bytes) -> int:
    """How long a file says it is (bytes), 0 when it does not: ffmpeg plays what is there, and says nothing."""
    if name in ("wav", "avi"):
        told = int.from_bytes(head[4:8], "little")
        return told + 8 if head[:4] == b"RIFF" and told < _STREAMED else 0
    if name != "matroska":
        return 0
    at, length = _element(head, 4)
    at += length  # behind the head stands the segment, which is the rest of the file
    if head[at : at + 4] != _SEGMENT:
        return 0
    begin, length = _element(head, at + 4)
    return begin + length if length else 0


def _element(head: bytes, at: int) -> tuple[int, int]:
    """Where the content of a Matroska element begins whose length stands at ``at``, and that length; 0 if unknown."""
    if at >= len(head) or not head[at]:
        return len(head), 0
    size = 9 - head[at].bit_length()
    value = int.from_bytes(head[at : at + size], "big") & ((1 << 7 * size) - 1)
    return at + size, 0 if value == (1 << 7 * size) - 1 else value


def _by_bytes(head: bytes) -> str:
    """Name of the demuxer for a file that begins with ``head``, "" for one that none may open."""
    head = head.ljust(12, b"\0")
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mov"
    if head[:4] == _MATROSKA:
        return "matroska"
    if head[:4] in (b"RIFF", b"RF64"):
        return {b"WAVE": "wav", b"AVI ": "avi"}.get(head[8:12], "")
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[:4] in (b"fLaC", b"OggS"):
        return "flac" if head[0] == ord("f") else "ogg"
    if head[:3] == b"ID3" or (head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return "mp3"  # MPEG audio, layer 3: sync, and neither layer 1 nor 2
    if head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "aac"  # ADTS
    return ""
