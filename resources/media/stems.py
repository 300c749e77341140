"""Stems on disk: 24-bit whole numbers, so that the sum of the stems is the mix to the last bit.

In the film's folder they are FLAC (lossless, half the room); for an editor they are WAV, which everything opens.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from resources.errors import RenderFault
from resources.media.mix import Stereo
from schemas.time import SAMPLE_RATE

Pcm = NDArray[np.int32]
"""(samples, 2) at 48 kHz, whole numbers from -FULL to FULL - 1."""
FULL = 1 << 23
"""Full scale of 24 bits."""
_BLOCK = 1 << 16
"""Samples that go through a codec or a file at once."""


def quantised(sound: Stereo) -> Pcm:
    """``sound`` as 24-bit whole numbers; what lies beyond full scale is clipped."""
    return np.clip(np.round(sound * np.float64(FULL)), -FULL, FULL - 1).astype(np.int32)


def heard(pcm: Pcm) -> Stereo:
    """Whole numbers as sound, exactly: 24 bits are what a float32 holds."""
    return pcm.astype(np.float32) / np.float32(FULL)


def summed(stems: Iterable[Pcm], samples: int) -> Stereo:
    """The mix: the exact sum of ``stems``, (samples, 2). Exact up to twice full scale, where float32 ends."""
    total = np.zeros((samples, 2), np.int32)
    for stem in stems:
        total += stem
    return heard(total)


def flac_bytes(pcm: Pcm) -> bytes:
    """``pcm`` as a FLAC file; equal sound gives equal bytes."""
    out = io.BytesIO()
    with av.open(out, "w", format="flac", options={"fflags": "+bitexact"}) as target:
        stream = target.add_stream("flac", rate=SAMPLE_RATE, layout="stereo", format="s32")
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        for start in range(0, len(pcm), _BLOCK):
            # the codec takes its 24 bits from the top of 32
            block = np.ascontiguousarray(pcm[start : start + _BLOCK] << 8)
            frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="s32", layout="stereo")
            frame.sample_rate, frame.pts = SAMPLE_RATE, start
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return out.getvalue()


def read_flac(path: Path) -> Pcm:
    """All of a FLAC file of ours. Raises :class:`RenderFault` when it cannot be decoded."""
    pieces: list[NDArray[np.int32]] = []
    try:
        with av.open(str(path), format="flac") as source:
            for frame in source.decode(audio=0):
                pieces.append(np.asarray(frame.to_ndarray(), np.int32).reshape(-1, 2) >> 8)
    except (FFmpegError, IndexError) as error:
        raise RenderFault(f"is not a stem ({error})", where=path.name) from None
    if not pieces:
        raise RenderFault("is not a stem (it holds no sound)", where=path.name)
    return np.concatenate(pieces)


def write_wav24(pcm: Pcm, path: Path) -> None:
    """Write ``pcm`` as 24-bit WAV at 48 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(3)
        file.setframerate(SAMPLE_RATE)
        file.setnframes(len(pcm))  # a header that is right from the start is not written twice
        for start in range(0, len(pcm), _BLOCK):
            block = np.ascontiguousarray(pcm[start : start + _BLOCK], "<i4")
            file.writeframesraw(block.view(np.uint8).reshape(-1, 4)[:, :3].tobytes())


def read_wav24(path: Path) -> Pcm:
    """A 24-bit stereo WAV file of ours. Raises :class:`RenderFault`."""
    try:
        with wave.open(str(path), "rb") as file:
            if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (2, 3, SAMPLE_RATE):
                raise RenderFault("is not 24-bit stereo at 48 kHz", where=path.name)
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise RenderFault(f"is not a WAV file ({error})", where=path.name) from None
    wide = np.zeros((len(data) // 3, 4), np.uint8)
    wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
    return (wide.view("<i4").reshape(-1, 2) >> 8).astype(np.int32)
