"""Sound files inside the project: 16-bit PCM WAV at 48 kHz, written so that equal sound gives equal bytes."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resources.errors import RenderFault
from schemas.time import SAMPLE_RATE


def wav_bytes(sound: NDArray[np.float32]) -> bytes:
    """``sound`` ((samples,) mono or (samples, channels), -1 to 1) as a WAV file."""
    channels = 1 if sound.ndim == 1 else sound.shape[1]
    pcm = np.round(np.clip(sound, -1.0, 1.0) * 32767.0).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(pcm.tobytes())
    return out.getvalue()


def write_float_wav(sound: NDArray[np.float32], path: Path) -> None:
    """Write ``sound`` (samples, channels) as 32-bit float WAV at 48 kHz: nothing is rounded or clipped on the way."""
    data = np.ascontiguousarray(sound, "<f4")
    channels = data.shape[1]
    form = struct.pack("<HHIIHH", 3, channels, SAMPLE_RATE, SAMPLE_RATE * channels * 4, channels * 4, 32)
    size = min(data.nbytes, 0xFFFFFF00)
    with path.open("wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + struct.pack("<I", 16) + form)
        file.write(b"data" + struct.pack("<I", size))
        file.write(data.data)


def read_wav(path: Path) -> NDArray[np.float32]:
    """A WAV file of ours: (samples,) for mono, (samples, channels) otherwise. Raises :class:`RenderFault`."""
    try:
        with wave.open(str(path), "rb") as file:
            if (file.getsampwidth(), file.getframerate()) != (2, SAMPLE_RATE):
                raise RenderFault("is not 16-bit sound at 48 kHz", where=path.name)
            channels = file.getnchannels()
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise RenderFault(f"is not a WAV file ({error})", where=path.name) from None
    sound = np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32767.0)
    return sound if channels == 1 else sound.reshape(-1, channels)
