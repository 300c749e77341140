"""What measuring costs: ``python -m bench.quality CLIP.mp4 [DIALOGUE.wav] [IMAGE.png] [--rounds N]``, all in one run.

Three rounds of a clip of 200 frames at 720p take a minute on an idle machine; ``--rounds 1`` takes half of it.

CPU seconds (user + system, children included). Whatever is held against each other runs in turns, and of every way the
best round counts, so that other work on the machine hardly does. Memory is the highest resident memory of a process
that does nothing else (VmHWM), and how much of it came after everything was imported.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import av
import cv2
import imagehash
import numpy as np

from resources.engines import Frame
from resources.media.encode import Picture, compiled, encode_segment, encoded, ffmpeg_program
from resources.media.frames import sample_frames, sampled
from resources.media.planes import planes_of
from resources.media.process import run
from resources.media.wav import read_wav
from resources.media.workers import RANGE_FRAMES
from resources.quality.figures import Face, find_face, painted, read_rgb
from resources.quality.flow import measure_motion, motion_of
from resources.quality.frames import SMALL_HEIGHT, FrameMeter, decoded
from resources.quality.frames import read_frames as read_planes
from resources.quality.lettering import READ_FRAMES, read_frames, read_picture
from resources.quality.lips import best_lag
from resources.quality.picture import measure_picture
from resources.quality.ranges import PictureMeter, prove
from resources.quality.recognition import recognise
from resources.quality.safety import measure_exposure
from resources.quality.sound import envelope, pitch
from resources.quality.speech_quality import speech_quality
from schemas.time import SAMPLE_RATE

GOALS = {"pass": 0.75, "loop": 0.10, "memory": 150}
"""At least this share of the speed of decoding; at most this share of encoding; MB."""


def spent() -> float:
    """CPU seconds of this process and the children it has waited for, in microseconds and not in ticks."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def in_turns(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The least CPU time (s) of each way; they take turns, so that all meet the same machine."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, work in ways.items():
            before = spent()
            work()
            best[name] = min(best[name], spent() - before)
    return best


def cpu(work: Callable[[], object], rounds: int = 5) -> float:
    return in_turns({"": work}, rounds)[""]


# -- the picture of a file ---------------------------------------------------------------------------------------


def only_decode(path: Path, *, deblocked: bool = True) -> int:
    return sum(1 for _ in decoded(path, deblocked=deblocked))


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


def of_a_file(clip: Path, rounds: int) -> None:
    frames = only_decode(clip)
    rate = rate_of(clip)
    measures = measure_picture(clip, rate)
    ways: dict[str, Callable[[], object]] = {
        "decoding alone": lambda: only_decode(clip),
        "the luma pass, every metric": lambda: read_planes(clip),
        "the proof: decoded, not deblocked, counted, luma": lambda: prove(clip, measures, rate),
        "OpenCV through RGB": lambda: through_rgb(clip),
        "PIL + imagehash": lambda: through_pil(clip),
        "ffmpeg blackdetect,freezedetect": lambda: filters(clip, "blackdetect,freezedetect"),
        "ffmpeg blackdetect,freezedetect,blurdetect": lambda: filters(clip, "blackdetect,freezedetect,blurdetect"),
    }
    best = in_turns(ways, rounds)
    base = best["decoding alone"]
    print(f"{clip.name}: {frames} frames, best of {rounds} rounds; the pass: at least {GOALS['pass']:.0%} of decoding")
    for name, seconds in best.items():
        each = seconds / frames * 1000
        print(f"{name:50} {each:6.2f} CPU ms a frame {frames / seconds:6.0f} frames/s {base / seconds:6.0%}")


# -- in the encoder's loop ---------------------------------------------------------------------------------------


def rate_of(clip: Path) -> Fraction:
    with av.open(str(clip)) as source:
        return Fraction(source.streams.video[0].average_rate or 24)


def drawn(clip: Path) -> list[Frame]:
    """The first range of a clip as an engine would draw it."""
    return [np.asarray(frame.to_ndarray(format="rgba"), np.uint8) for frame in islice(decoded(clip), RANGE_FRAMES)]


def rgba_through_the_pipe(frames: list[Frame], picture: Picture, out: Path) -> None:
    """How it was: four bytes a pixel to ffmpeg, which makes planes of them. The same file."""
    size, rate = f"{picture.width}x{picture.height}", str(picture.rate)
    source = ffmpeg_input(size, rate).filter(
        "scale", out_color_matrix="bt709", out_range="tv", flags="bilinear+accurate_rnd"
    )
    run(compiled(encoded(source, picture, str(out))), timeout=900, stdin=(frame.tobytes() for frame in frames))


def ffmpeg_input(size: str, rate: str):  # type: ignore[no-untyped-def]
    import ffmpeg

    return ffmpeg.input("pipe:", format="rawvideo", pix_fmt="rgba", s=size, framerate=rate)


def measured_encode(frames: list[Frame], picture: Picture, out: Path) -> None:
    watcher = PictureMeter((0, 24)).watch(0)
    encode_segment(frames, picture, out, see=watcher.see)
    out.with_suffix(".told").write_bytes(watcher.told())


def of_the_loop(clip: Path, rounds: int) -> None:
    frames = drawn(clip)
    picture = Picture(frames[0].shape[1], frames[0].shape[0], rate_of(clip))
    with tempfile.TemporaryDirectory() as name:
        plain, watched, before = (Path(name) / f"{kind}.mp4" for kind in ("plain", "watched", "before"))
        best = in_turns(
            {
                "encoding alone": lambda: encode_segment(frames, picture, plain),
                "encoding, measured in the loop": lambda: measured_encode(frames, picture, watched),
                "encoding alone, RGBA through the pipe": lambda: rgba_through_the_pipe(frames, picture, before),
            },
            rounds,
        )
        same = plain.read_bytes() == watched.read_bytes() == before.read_bytes()
    base = best["encoding alone"]
    print(f"\n{len(frames)} frames encoded, the same bytes: {same}; measuring: at most {GOALS['loop']:.0%} more")
    for way, seconds in best.items():
        print(f"{way:50} {seconds / len(frames) * 1000:6.2f} CPU ms a frame {seconds / base - 1:+7.1%}")
    planes = [planes_of(frame) for frame in islice(decoded(clip), RANGE_FRAMES)]

    def alone() -> None:
        meter = FrameMeter((0, 24))
        for one in planes:
            meter.add(one)
        meter.part()

    seconds = cpu(alone, rounds * 2)
    print(f"{'the meter by itself':50} {seconds / len(planes) * 1000:6.2f} CPU ms a frame {seconds / base:+7.1%}")


# -- memory ------------------------------------------------------------------------------------------------------


def resident(what: str) -> float:
    """VmRSS or VmHWM of this process (MB)."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(what)) / 1024


def pictures_of(clip: Path) -> Iterator[Frame]:
    for frame in islice(decoded(clip), RANGE_FRAMES):
        yield np.asarray(frame.to_ndarray(format="rgba"), np.uint8)


def alone(way: str, clip: Path) -> None:
    """One way in this process, which does nothing else."""
    before = resident("VmRSS")
    if way == "decoding alone":
        only_decode(clip)
    elif way == "the luma pass":
        read_planes(clip)
    else:
        size = next(decoded(clip))
        picture = Picture(size.width, size.height, rate_of(clip))
        with tempfile.TemporaryDirectory() as name:
            watcher = PictureMeter((0, 24)).watch(0)
            see = watcher.see if way == "encoding, measured" else None
            encode_segment(pictures_of(clip), picture, Path(name) / "out.mp4", see=see)
            watcher.told()
    peak = resident("VmHWM")
    print(f"{way:50} {peak:6.0f} MB, {peak - before:4.0f} of them after the imports")


def of_memory(clip: Path) -> None:
    print(f"\nmemory at its highest, a process each; the pass: at most {GOALS['memory']} MB")
    for way in ("decoding alone", "the luma pass", "encoding alone", "encoding, measured"):
        code = f"from pathlib import Path; from bench.quality import alone; alone({way!r}, Path({str(clip)!r}))"
        subprocess.run([sys.executable, "-c", code], check=True)


# -- what is slower ----------------------------------------------------------------------------------------------


def of_motion(clip: Path, rounds: int) -> None:
    rate, lumas = rate_of(clip), []
    every = max(1, round(rate / 8))
    for frame in islice(decoded(clip), 0, None, every):
        luma = planes_of(frame).luma
        step = max(1, round(luma.shape[0] / SMALL_HEIGHT))
        lumas.append(np.ascontiguousarray(luma[::step, ::step]))
    pairs = max(1, motion_of(lumas).pairs)
    each = cpu(lambda: motion_of(lumas), rounds) / pairs * 1000
    print(f"\nflow: {each:.2f} CPU ms a pair, {each / every:.2f} for each frame of the clip ({pairs} pairs)")
    print(f"flow with decoding: {cpu(lambda: measure_motion(clip, rate), rounds):.2f} CPU s")


def of_sound(dialogue: Path) -> None:
    sound = read_wav(dialogue)
    seconds = len(sound) / SAMPLE_RATE
    loudness = envelope(sound, list(range(0, len(sound), 500)))
    for name, work in (
        ("pitch", lambda: pitch(sound)),
        ("lip offset", lambda: best_lag(loudness, loudness, 4)),
        ("DNSMOS", lambda: speech_quality(sound)),
        ("recognition", lambda: recognise(sound)),
    ):
        print(f"{name}: {cpu(work, 3) / seconds:.3f} CPU s a second of speech ({seconds:.1f} s)")


def of_a_picture(image: Path) -> None:
    picture = read_rgb(image)
    height, width = picture.shape[:2]
    face = Face(left=width // 3, top=height // 4, right=width // 2, bottom=height * 5 // 8)
    for name, work in (
        ("safety", lambda: measure_exposure(image)),
        ("lettering", lambda: read_picture(image)),
        ("face", lambda: find_face(image)),
        ("a figure's head and colours", lambda: painted(picture, face, shot="", scene="", who="")),
    ):
        print(f"{name}: {cpu(work, 3):.3f} CPU s a picture of {width}x{height}")


def of_lettering(clip: Path) -> None:
    frames = only_decode(clip)

    def look() -> None:
        read_frames(zip(sampled(frames, READ_FRAMES), sample_frames(clip, frames, READ_FRAMES), strict=False))

    print(f"lettering: {cpu(look, 2):.2f} CPU s a clip ({READ_FRAMES} frames, decoding too)")


def of_likeness() -> None:
    """DINOv2 small with random weights: the time is that of the published ones."""
    if find_spec("torch") is None:
        return
    import torch

    from tests.harness.cpu_torchaudio import allow_cpu_torchaudio

    allow_cpu_torchaudio()
    from transformers import Dinov2Config, Dinov2Model

    small = Dinov2Config(hidden_size=384, num_hidden_layers=12, num_attention_heads=6, image_size=518)
    model, picture = Dinov2Model(small).eval(), torch.zeros(1, 3, 224, 224)
    with torch.inference_mode():
        print(f"likeness: {cpu(lambda: model(picture), 3):.3f} CPU s a figure (224x224, random weights)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("dialogue", type=Path, nargs="?")
    parser.add_argument("image", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=3, help="of what is held against each other")
    args = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    of_a_file(args.clip, args.rounds)
    of_the_loop(args.clip, args.rounds)
    of_memory(args.clip)
    of_motion(args.clip, args.rounds)
    if args.dialogue is not None:
        of_sound(args.dialogue)
    of_lettering(args.clip)
    if args.image is not None:
        of_a_picture(args.image)
    of_likeness()


if __name__ == "__main__":
    main()
