"""Loudness after EBU R 128 / ITU-R BS.1770, measured with ffmpeg's ``ebur128`` on what was really encoded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ffmpeg
import numpy as np
from numpy.typing import NDArray

from resources.errors import RenderFault
from resources.media.encode import compiled
from resources.media.process import run
from resources.media.wav import wav_bytes, write_float_wav
from resources.store.atomic import TEMPORARY
from schemas.time import SAMPLE_RATE

TARGETS = {"web": -14.0, "ebu": -23.0}
"""Integrated loudness in LUFS: streaming platforms, and EBU R 128 broadcast."""
TRUE_PEAK_LIMIT = -1.0
"""dBTP that a film never passes."""
LIMITER = -3.0
"""dBFS at which the limiter begins, four times oversampled. AAC adds up to 1.6 dB to a peak (bench: 60 words over
surf), and a film's sound is to be encoded once."""
CLOSE = 0.15
"""LU from the target at which the limited sound is good enough to encode."""
SILENCE = -60.0
"""LUFS under which there is nothing to bring to a level."""
HARDEST = 8.0
"""dB of gain that may go into the limiter."""
ROUNDS, STUBBORN = 6, 1
"""Times a mix is encoded at most, and after how many more than the first its gain is given up as well."""
AAC_BITRATE = 192_000
PER_SECOND = 10
"""Measurements that ``ebur128`` gives a second."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """``integrated`` in LUFS (-70 for silence), ``true_peak`` in dBTP."""

    integrated: float
    true_peak: float
    short_term: tuple[float, ...] = ()
    """LUFS of the three seconds before each full second; -inf for silence."""


def measure(source: Path | NDArray[np.float32]) -> Loudness:
    """Loudness of a file of ours, or of sound (samples,) or (samples, channels) at 48 kHz."""
    if isinstance(source, Path):
        # WAV for what is measured on the way, mp4 for what is finished: never what ffmpeg may guess
        kind = "wav" if source.suffix == ".wav" else "mp4"
        graph, data = ffmpeg.input(str(source.absolute()), format=kind), None
    else:
        graph, data = ffmpeg.input("pipe:", format="wav"), wav_bytes(source)
    text = run(compiled(_measured(graph.audio).output("-", format="null")), timeout=600, stdin=data)
    return _read(text.decode("ascii", "replace"))


def encode_to_target(mix: NDArray[np.float32], target: float, out: Path) -> Loudness:
    """Encode ``mix`` (samples, 2) as AAC at ``target`` LUFS, true peak under the limit, measured on the result.

    One static gain and a limiter that only touches peaks; never a loudness "normaliser" that rides the level. Gain and
    limiter are settled on uncompressed sound, which is then encoded once; a second time only when AAC itself lifted a
    peak over the limit. A mix that is all peaks (a clap in silence), or whose peaks AAC lifts again and again, stays
    softer than the target rather than be squashed; the report says so.
    """
    with TemporaryDirectory(prefix=TEMPORARY, dir=out.parent) as name:
        source, limited = Path(name) / "mix.wav", Path(name) / "limited.wav"
        write_float_wav(mix, source)
        ceiling, result = LIMITER, measure(source)
        if result.integrated <= SILENCE:
            _encode(source, out)  # silence stays silence
            return measure(out)
        gain = target - result.integrated
        most = gain + HARDEST
        for attempt in range(ROUNDS):
            for _ in range(6 if attempt <= STUBBORN else 1):
                heard = _limit(source, gain, ceiling, limited)
                if abs(heard.integrated - target) <= CLOSE or gain == most or attempt > STUBBORN:
                    break
                gain = min(most, gain + target - heard.integrated)
            _encode(limited, out)
            result = measure(out)
            if result.true_peak <= TRUE_PEAK_LIMIT:
                break
            over = result.true_peak - TRUE_PEAK_LIMIT + 0.2
            ceiling -= over
            if attempt >= STUBBORN:  # louder under a lower ceiling is squashed, and squashed sound AAC lifts again
                gain -= over
    if result.true_peak > TRUE_PEAK_LIMIT:
        raise RenderFault(f"the mix came out at {result.true_peak:.1f} dBTP, over {TRUE_PEAK_LIMIT:.0f}")
    return result


def _measured(graph: Any) -> Any:
    """Sound that is measured while it passes, the figures on standard output."""
    return graph.filter("ebur128", metadata=1, peak="true").filter("ametadata", mode="print", file="-")


def _read(text: str) -> Loudness:
    integrated = re.findall(r"lavfi\.r128\.I=(-?[\d.]+|-?nan|-?inf)", text)
    peaks = re.findall(r"lavfi\.r128\.true_peaks_ch\d+=(-?[\d.]+|nan|inf)", text)
    if not integrated:
        raise RenderFault("its loudness cannot be measured: it holds no sound")
    level = float(integrated[-1])
    every = re.findall(r"lavfi\.r128\.S=(-?[\d.]+|-?nan|-?inf)", text)[PER_SECOND - 1 :: PER_SECOND]
    peak = max((float(p) for p in peaks[-8:]), default=0.0)
    return Loudness(
        integrated=level if np.isfinite(level) else -70.0,
        true_peak=20 * float(np.log10(max(peak, 1e-6))),
        short_term=tuple(-np.inf if "nan" in value else float(value) for value in every),
    )


def _limit(source: Path, gain: float, ceiling: float, out: Path) -> Loudness:
    """``source`` with ``gain`` (dB), peaks held under ``ceiling`` (dBFS), as WAV; and how loud that is.

    ``latency`` takes back the limiter's look-ahead: without it all sound comes 4 ms late.
    """
    graph = (
        ffmpeg.input(str(source.absolute()), format="wav")
        .audio.filter("volume", f"{gain:.3f}dB", precision="float")
        .filter("aresample", 192_000)
        .filter("alimiter", limit=f"{10 ** (ceiling / 20):.4f}", level="disabled", attack=4, release=60, latency=1)
        .filter("aresample", SAMPLE_RATE)
    )
    output = _measured(graph).output(
        str(out.absolute()), format="wav", acodec="pcm_f32le", threads=1, fflags="+bitexact"
    )
    return _read(run(compiled(output), timeout=600).decode("ascii", "replace"))


def _encode(source: Path, out: Path) -> None:
    graph = ffmpeg.input(str(source.absolute()), format="wav").audio
    output = graph.output(
        str(out.absolute()),
        format="mp4",
        acodec="aac",
        audio_bitrate=AAC_BITRATE,
        ar=SAMPLE_RATE,
        ac=2,
        fflags="+bitexact",
        threads=1,
        **{"flags:a": "+bitexact"},
    )
    run(compiled(output), timeout=600)
