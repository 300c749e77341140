"""The published Wav2Lip weights (SMOKE_LIPSYNC=1; seconds, on a CPU as well).

Before: ``pip install 'sparkle-motion[gpu]'`` and ``sparkle models pull wav2lip --accept-licence``. ``SMOKE_PRESET``
names the device (default ``cpu``); ``SMOKE_FACE`` a picture with one face (default: a drawn one, in a fixed box).
What a run must show: that the published checkpoint loads into our network, and that it moves the mouth of a still face
for speech at least twice as much as for silence.
"""

import os
from fractions import Fraction
from pathlib import Path

import numpy as np

from resources.engines import MOTION
from resources.gpu.device import find_accelerators
from resources.gpu.pool import ModelPool
from resources.gpu.registry import Registry
from resources.gpu.room import GpuRoom
from resources.gpu.wav2lip import Wav2LipSync
from resources.media.lossless import LosslessWriter
from resources.media.wav import wav_bytes
from schemas.media import LipsyncRequest
from tests.unit.test_wav2lip import drawn_face, line

SIDE = 256
FRAMES = 24


def face() -> np.ndarray:
    import cv2

    told = os.environ.get("SMOKE_FACE")
    picture = cv2.imread(told)[:, :, ::-1] if told else drawn_face()[:, 40:280]
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), (SIDE, SIDE)), np.uint8)


def test_a_loud_mouth_opens_wider_than_a_silent_one(tmp_path: Path) -> None:
    """The same still face with a spoken tone and with silence: the published network moves the mouth for one only."""
    registry = Registry.of_home(Path(os.environ.get("SPARKLE_HOME", ".sparkle")))
    room = GpuRoom(ModelPool(find_accelerators()), registry, os.environ.get("SMOKE_PRESET", "cpu"), tmp_path)
    options = {} if os.environ.get("SMOKE_FACE") else {"detector": "box", "box": [0.2, 0.85, 0.25, 0.75]}
    engine = Wav2LipSync(options, room)
    video = tmp_path / "video"
    video.mkdir()
    still = np.dstack([face(), np.full((SIDE, SIDE), 255, np.uint8)])
    with LosslessWriter(video / MOTION, SIDE, SIDE, Fraction(24)) as out:
        for _ in range(FRAMES):
            out.write(still)
    request = LipsyncRequest(
        width=SIDE, height=SIDE, fps="24", crf=20, preset="veryfast", handle_frames=2, seed=1, smooth=True
    )
    at = np.arange(FRAMES * 2000) / 48_000
    syllables = 0.5 * np.sin(2 * np.pi * 150 * at) * (np.sin(2 * np.pi * 4 * at) > 0)
    moved = {}
    for name, sound in {"speech": syllables, "silence": 0 * at}.items():
        (tmp_path / f"{name}.wav").write_bytes(wav_bytes(sound.astype(np.float32)))
        lines = [line(0, FRAMES)]
        made = engine.prepare(request, video, lines, tmp_path / f"{name}.wav", FRAMES, tmp_path / name)
        frames = np.stack(list(engine.frames(request, made, lines, 0, FRAMES))).astype(float)
        moved[name] = float(np.abs(np.diff(frames, axis=0)).mean())
    room.close()
    assert moved["speech"] > 2 * moved["silence"]
