"""Loudness after EBU R 128 / ITU-R BS.1770, measured with ffmpeg's ``ebur128`` on what was really encoded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import ffmpeg
import numpy as np
from numpy.typing import NDArray

from resources.errors import RenderFault
from resources.media.encode import compiled
from resources.media.process import run
from resources.media.wav import wav_bytes

TARGETS = {"web": -14.0, "ebu": -23.0}
"""Integrated loudness in LUFS: streaming platforms, and EBU R 128 broadcast."""
TRUE_PEAK_LIMIT = -1.0
"""dBTP that a film never passes."""
LIMITER = -2.2
"""dBFS at which the limiter begins, four times oversampled; AAC adds a decibel to a peak, and rarely more."""
AAC_BITRATE = 192_000


@dataclass(frozen=True, slots=True)
class Loudness:
    """``integrated`` in LUFS (-70 for silence), ``true_peak`` in dBTP."""

    integrated: float
    true_peak: float


def measure(source: Path | NDArray[np.float32]) -> Loudness:
    """Loudness of a file, or of sound (samples,) or (samples, channels) at 48 kHz."""
    if isinstance(source, Path):
        graph, data = ffmpeg.input(str(source)), None
    else:
        graph, data = ffmpeg.input("pipe:", format="wav"), wav_bytes(source)
    graph = graph.audio.filter("ebur128", metadata=1, peak="true").filter("ametadata", mode="print", file="-")
    text = run(compiled(graph.output("-", format="null")), timeout=300, stdin=data).decode("ascii", "replace")
    integrated = re.findall(r"lavfi\.r128\.I=(-?[\d.]+|-?nan|-?inf)", text)
    peaks = re.findall(r"lavfi\.r128\.true_peaks_ch\d+=(-?[\d.]+|nan|inf)", text)
    if not integrated:
        raise RenderFault("its loudness cannot be measured: it holds no sound")
    level = float(integrated[-1])
    peak = max((float(p) for p in peaks[-8:]), default=0.0)
    return Loudness(
        integrated=level if np.isfinite(level) else -70.0,
        true_peak=20 * float(np.log10(max(peak, 1e-6))),
    )


def encode_to_target(mix: NDArray[np.float32], target: float, out: Path) -> Loudness:
    """Encode ``mix`` (samples, 2) as AAC at ``target`` LUFS, true peak under the limit, measured on the result.

    One static gain and a limiter that only touches peaks; never a loudness "normaliser" that rides the level.
    """
    data = wav_bytes(mix)
    raw = measure(mix)
    if raw.integrated <= -69.0:
        _encode(data, 0.0, LIMITER, out)  # silence stays silence
        return measure(out)
    gain, ceiling = target - raw.integrated, LIMITER
    result = raw
    for _ in range(6):
        _encode(data, gain, ceiling, out)
        result = measure(out)
        over = result.true_peak - TRUE_PEAK_LIMIT
        if abs(result.integrated - target) <= 0.3 and over <= 0:
            break
        gain += target - result.integrated
        ceiling -= max(0.0, over) + (0.2 if over > 0 else 0.0)
    if abs(result.integrated - target) > 1.0 or result.true_peak > TRUE_PEAK_LIMIT:
        raise RenderFault(
            f"the mix came out at {result.integrated:.1f} LUFS, {result.true_peak:.1f} dBTP; wanted {target:.0f}, "
            f"{TRUE_PEAK_LIMIT:.0f}"
        )
    return result


def _encode(data: bytes, gain: float, ceiling: float, out: Path) -> None:
    graph = (
        ffmpeg.input("pipe:", format="wav")
        .audio.filter("volume", f"{gain:.3f}dB", precision="float")
        .filter("aresample", 192_000)
        .filter("alimiter", limit=f"{10 ** (ceiling / 20):.4f}", level="disabled", attack=4, release=60)
        .filter("aresample", 48_000)
    )
    output = graph.output(
        str(out),
        format="mp4",
        acodec="aac",
        audio_bitrate=AAC_BITRATE,
        ar=48_000,
        ac=2,
        fflags="+bitexact",
        threads=1,
        **{"flags:a": "+bitexact"},
    )
    run(compiled(output), timeout=600, stdin=data)
