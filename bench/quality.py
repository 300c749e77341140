"""What measuring costs: ``python -m bench.quality CLIP.mp4 [DIALOGUE.wav] [IMAGE.png]``, all in one run.

CPU seconds (user + system, children included), the best of three, so that other work on the machine hardly counts.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import imagehash
import numpy as np
import psutil
from PIL import Image

from resources.media.encode import ffmpeg_program
from resources.media.wav import read_wav
from resources.quality.flow import measure_motion, motion_of
from resources.quality.frames import SMALL_HEIGHT, decoded, plane, read_frames
from resources.quality.lips import best_lag
from resources.quality.recognition import recognise
from resources.quality.safety import measure_exposure
from resources.quality.sound import envelope, pitch
from resources.quality.speech_quality import speech_quality
from schemas.time import SAMPLE_RATE


def cpu(work: Callable[[], object]) -> float:
    """The least CPU time of three runs (s)."""
    best = float("inf")
    for _ in range(3):
        before = os.times()
        work()
        after = os.times()
        best = min(best, sum(after[:4]) - sum(before[:4]))
    return best


def only_decode(path: Path) -> int:
    with av.open(str(path)) as source:
        source.streams.video[0].thread_type = "AUTO"
        return sum(1 for _ in source.decode(source.streams.video[0]))


def through_rgb(path: Path) -> None:
    """The usual way: every frame to RGB, to grey, small, differences and blur."""
    before = None
    for frame in decoded(path):
        grey = cv2.cvtColor(frame.to_ndarray(format="bgr24"), cv2.COLOR_BGR2GRAY)
        small = cv2.resize(grey, (320, 180), interpolation=cv2.INTER_AREA)
        small.mean(), small.std(), cv2.Laplacian(grey, cv2.CV_64F).var()
        if before is not None:
            cv2.absdiff(small, before).mean()
        before = small


def through_pil(path: Path) -> None:
    """PIL and imagehash: a hash and the statistics of every frame."""
    for frame in decoded(path):
        grey = frame.to_image().convert("L").resize((320, 180))
        imagehash.phash(grey)
        np.asarray(grey).mean()


def filters(path: Path, graph: str) -> None:
    command = [ffmpeg_program(), "-v", "error", "-i", str(path), "-vf", graph, "-f", "null", "-"]
    subprocess.run(command, check=True, capture_output=True)


def main(clip: Path, dialogue: Path | None, image: Path | None) -> None:
    frames = only_decode(clip)
    process = psutil.Process()
    base = cpu(lambda: only_decode(clip))
    before = process.memory_info().rss
    rows = [("decode alone", base), ("luma pass, every metric", cpu(lambda: read_frames(clip)))]
    grown = (process.memory_info().rss - before) / 2**20
    rows += [
        ("OpenCV through RGB", cpu(lambda: through_rgb(clip))),
        ("PIL + imagehash", cpu(lambda: through_pil(clip))),
        ("ffmpeg blackdetect,freezedetect", cpu(lambda: filters(clip, "blackdetect,freezedetect"))),
        (
            "ffmpeg blackdetect,freezedetect,blurdetect",
            cpu(lambda: filters(clip, "blackdetect,freezedetect,blurdetect")),
        ),
    ]
    print(f"{clip.name}: {frames} frames")
    for name, seconds in rows:
        print(f"{name:45} {seconds:7.2f} CPU s {frames / seconds:7.0f} frames/s {base / seconds:6.0%} of decoding")
    print(f"memory the pass added: {grown:.0f} MB")
    step = 3
    lumas = [
        np.ascontiguousarray(
            plane(frame, 0)[
                :: max(1, round(frame.height / SMALL_HEIGHT)), :: max(1, round(frame.height / SMALL_HEIGHT))
            ]
        )
        for number, frame in enumerate(decoded(clip))
        if number % step == 0
    ]
    pairs = max(1, motion_of(lumas).pairs)
    print(f"flow: {cpu(lambda: motion_of(lumas)) / pairs * 1000:.1f} ms a pair, {pairs} pairs")
    print(f"flow with decoding: {cpu(lambda: measure_motion(clip, Fraction(24))):.2f} CPU s")
    if dialogue is not None:
        sound = read_wav(dialogue)
        seconds = len(sound) / SAMPLE_RATE
        edges = list(range(0, len(sound), 500))
        loudness = envelope(sound, edges)
        for name, work in (
            ("pitch", lambda: pitch(sound)),
            ("lip offset", lambda: best_lag(loudness, loudness, 4)),
            ("DNSMOS", lambda: speech_quality(sound)),
            ("recognition", lambda: recognise(sound)),
        ):
            print(f"{name}: {cpu(work) / seconds:.3f} CPU s a second of speech")
    if image is not None:
        with Image.open(image) as opened:
            size = opened.size
        print(f"safety: {cpu(lambda: measure_exposure(image)):.2f} CPU s a picture of {size[0]}x{size[1]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(Path(name) for name in sys.argv[2:]), *([None] * (4 - len(sys.argv))))  # type: ignore[arg-type]
