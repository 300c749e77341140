"""DNSMOS P.835: how a listener would rate a voice, 1 to 5 (Reddy et al. 2022), without a listener and without network.

The model comes in the wheel ``speechmos``; only its weights are used (its own code would bring librosa, numba and
scikit-learn, 380 MB, for a second model that we do not ask). Overlapping windows of 9.01 s, a second apart.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from resources.engines import Sound
from resources.errors import ConfigInvalid
from resources.gpu.packaged import Packaged
from schemas.plan import Strict
from schemas.time import SAMPLE_RATE

RATE = 16_000
WINDOW = int(9.01 * RATE)
_SIGNAL = np.poly1d([-0.08397278, 1.22083953, 0.0052439])
_BACKGROUND = np.poly1d([-0.13166888, 1.60915514, -0.39604546])
_OVERALL = np.poly1d([-0.06766283, 1.11546468, 0.04602535])


class SpeechQuality(Strict):
    """Mean opinion scores, 1 to 5: the voice itself, what lies behind it, and both together."""

    signal: float
    background: float
    overall: float


def speech_quality(sound: Sound) -> SpeechQuality | None:
    """The rating of ``sound`` (samples,) at 48 kHz; None where there is none."""
    voice = downsampled(sound)
    if not len(voice) or not np.abs(voice).max() > 1e-4:
        return None
    voice = np.tile(voice, -(-WINDOW // len(voice)))[: max(WINDOW, len(voice))]
    starts = range(0, len(voice) - WINDOW + 1, RATE)
    windows = np.stack([voice[start : start + WINDOW] for start in starts]).astype(np.float32)
    with DNSMOS.lent() as lease:
        raw = np.asarray([lease.model.run(None, {"input_1": window[None]})[0][0] for window in windows])
    signal, background, overall = raw.mean(0)
    return SpeechQuality(
        signal=round(float(_SIGNAL(signal)), 3),
        background=round(float(_BACKGROUND(background)), 3),
        overall=round(float(_OVERALL(overall)), 3),
    )


def downsampled(sound: Sound) -> Sound:
    """48 kHz to 16 kHz, as speech models want it: a windowed sinc of 73 taps, cut off at 7.6 kHz."""
    taps = np.arange(-36, 37)
    kernel = np.sinc(taps * 2 * 7600 / SAMPLE_RATE) * np.hamming(len(taps))
    kernel /= kernel.sum()
    return np.convolve(sound, kernel, "same")[:: SAMPLE_RATE // RATE].astype(np.float32)


def load_dnsmos() -> Any:
    """The model, on one thread so that its answers do not depend on the machine. Raises :class:`ConfigInvalid`."""
    import onnxruntime

    spec = find_spec("speechmos")
    folders = list(spec.submodule_search_locations or []) if spec else []
    path = Path(folders[0]) / "dnsmos_models" / "sig_bak_ovr.onnx" if folders else None
    if path is None or not path.exists():
        raise ConfigInvalid("the speech quality model is missing", hint="install the package again (speechmos)")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


DNSMOS = Packaged("dnsmos", "speechmos", load_dnsmos, weights=16 << 20, working=160 << 20)
