"""What a cut costs: ours, one big filtergraph, MoviePy, and the two floors: ``make bench``.

The same 12 shots of 4 s at 1280x720, 24 frames a second, with 0.5 s dissolves, are made once; then every way runs in a
process of its own. Picture only. CPU seconds are user + system of the whole process tree; memory is the resident
memory of the whole tree, sampled 50 times a second. Each way runs REPEATS times and the median is told, with the
spread. Quality is measured against the same cut without loss, each way against its own.

    python bench/cut.py [--repeats N] [--keep FOLDER] [--moviepy PYTHON]

``--moviepy`` is a Python that has MoviePy 2 (bench/requirements.txt); without it that way is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

WIDTH, HEIGHT, RATE = 1280, 720, 24
FRAMES, HANDLE, OVERLAP = 96, 12, 12
GOALS = {
    "ours, cold": ("filtergraph", 1 / 3),
    "ours, one shot changed": ("filtergraph", 1 / 10),
    "ours, nothing changed": ("filtergraph", 1 / 40),
}


# -- the shots ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scenery:
    """A pan over a textured ground with things that move before it: about as hard to compress as a cut-out film."""

    seed: int

    def frames(self, start: int, stop: int) -> Iterator[object]:
        import numpy as np

        rng = np.random.default_rng(self.seed)
        tall, wide = HEIGHT + 64, WIDTH + 400
        ground = np.empty((tall, wide, 4), np.uint8)
        for channel in range(3):
            coarse = rng.uniform(40, 215, (tall // 48 + 2, wide // 48 + 2))
            rows, columns = np.linspace(0, len(coarse) - 1.001, tall), np.linspace(0, coarse.shape[1] - 1.001, wide)
            r, c = rows.astype(int), columns.astype(int)
            fr, fc = (rows - r)[:, None], (columns - c)[None, :]
            smooth = (
                coarse[r][:, c] * (1 - fr) * (1 - fc)
                + coarse[r + 1][:, c] * fr * (1 - fc)
                + coarse[r][:, c + 1] * (1 - fr) * fc
                + coarse[r + 1][:, c + 1] * fr * fc
            )
            ground[..., channel] = np.clip(smooth + rng.normal(0, 3, (tall, wide)), 0, 255)
        ground[..., 3] = 255
        discs = rng.uniform(0, 1, (6, 5))
        y, x = np.ogrid[:HEIGHT, :WIDTH]
        for number in range(start, stop):
            shift = round(3.2 * number)
            frame = ground[16 : 16 + HEIGHT, shift : shift + WIDTH].copy()
            for px, py, speed, size, tone in discs:
                cx, cy = (px + speed * number / 160) % 1 * WIDTH, py * HEIGHT + 30 * np.sin(number / 9 + tone * 6)
                radius = 40 + 60 * size
                left, right = max(0, int(cx - radius)), min(WIDTH, int(cx + radius))
                inside = (x[:, left:right] - cx) ** 2 + (y - cy) ** 2 < radius**2
                frame[:, left:right][inside] = (int(255 * tone), int(255 * size), int(255 * speed), 255)
            yield frame


def make_shot(folder: Path, seed: int) -> None:
    """A shot as the pipeline makes it, with a lossless copy of the whole for measuring quality."""
    from resources.media.assemble import CLIP, HEAD, TAIL
    from resources.media.encode import Picture, encode_segment
    from resources.media.join import Span, join
    from resources.media.workers import frame_ranges, range_path, render_ranges

    picture, ranges = Picture(WIDTH, HEIGHT, Fraction(RATE)), frame_ranges(FRAMES, HANDLE)
    cache = folder / "ranges"
    source = Scenery(seed)
    edges = (0, len(ranges) - 1)
    render_ranges(source, picture, cache, [(a, b, k in edges) for k, (a, b) in enumerate(ranges)])  # type: ignore[arg-type]
    spans = [Span(range_path(cache, span, False), 0, span[1] - span[0]) for span in ranges]
    join(spans, picture.rate, folder / CLIP)
    shutil.copyfile(range_path(cache, ranges[0], True), folder / HEAD)
    shutil.copyfile(range_path(cache, ranges[-1], True), folder / TAIL)
    encode_segment(source.frames(0, FRAMES), picture, folder / "lossless.mp4", lossless=True)  # type: ignore[arg-type]
    shutil.rmtree(cache)


def names(folder: Path, count: int, changed: bool) -> list[str]:
    """Names of the shots of a film; the 7th may be another one. Longer films repeat the shots under names of theirs."""
    found = [f"shot{number:02d}" for number in range(count)]
    for number, name in enumerate(found):
        if not (folder / name).exists():
            (folder / name).symlink_to(folder / f"shot{number % 12:02d}")
    return [*found[:6], "other", *found[7:]] if changed else found


# -- the ways ----------------------------------------------------------------------------------------------------


def ours(folder: Path, count: int, changed: bool, out: Path) -> None:
    """Transitions rendered, everything joined by packets; nothing at all where the same cut is there already."""
    from resources.store.fingerprint import digest

    pieces = pieces_of(names(folder, count, changed))
    said = out.with_suffix(".json")
    key = digest([piece.model_dump(mode="json") for piece in pieces])
    if said.exists() and json.loads(said.read_text())["key"] == key and out.exists():
        return
    from resources.media.assemble import Segments, assemble, stretches
    from resources.media.encode import Picture

    segments = Segments(out.parent / "segments")
    found = stretches(pieces, folder, segments, Picture(WIDTH, HEIGHT, Fraction(RATE)))
    frames = assemble(found, Fraction(RATE), out)
    segments.forget_unused()
    said.write_text(json.dumps({"key": key, "frames": frames}))


def pieces_of(shots: list[str]) -> list:  # type: ignore[type-arg]
    from schemas.cut import Piece
    from schemas.vocabulary import TransitionKind

    return [
        Piece(
            name=name,
            folder=name,
            frames=FRAMES,
            handle=HANDLE,
            transition=TransitionKind.DISSOLVE if number else TransitionKind.CUT,
            overlap=OVERLAP if number else 0,
            start=number * (FRAMES - OVERLAP),
        )
        for number, name in enumerate(shots)
    ]


def filtergraph(folder: Path, count: int, out: Path, source: str = "clip.mp4", lossless: bool = False) -> None:
    """The usual way: all clips into one chain of ``xfade``, x264 as we set it."""
    import ffmpeg

    from resources.media.encode import Picture, compiled, encoded
    from resources.media.process import run

    clips = [ffmpeg.input(str(folder / name / source)).video for name in names(folder, count, False)]
    chain = clips[0]
    for number, clip in enumerate(clips[1:], 1):
        offset = number * (FRAMES - OVERLAP) / RATE
        chain = ffmpeg.filter([chain, clip], "xfade", transition="fade", duration=OVERLAP / RATE, offset=offset)
    picture = Picture(WIDTH, HEIGHT, Fraction(RATE))
    run(compiled(encoded(chain, picture, str(out), lossless=lossless)), timeout=3600)


def moviepy(folder: Path, count: int, out: Path) -> None:
    """MoviePy 2 with its crossfades."""
    from moviepy import CompositeVideoClip, VideoFileClip, vfx

    step = (FRAMES - OVERLAP) / RATE
    clips = [
        VideoFileClip(str(folder / name / "clip.mp4"), audio=False)
        .with_start(number * step)
        .with_effects([vfx.CrossFadeIn(OVERLAP / RATE)] if number else [])
        for number, name in enumerate(names(folder, count, False))
    ]
    settings = ["-crf", "20", "-x264-params", "bframes=2:keyint=600"]
    CompositeVideoClip(clips).write_videofile(
        str(out),
        fps=RATE,
        codec="libx264",
        preset="veryfast",
        threads=1,
        ffmpeg_params=settings,
        audio=False,
        logger=None,
    )


def remux(folder: Path, count: int, out: Path) -> None:
    """A floor: the clips behind each other, no transition, nothing decoded."""
    from resources.media.join import Span, join

    join([Span(folder / name / "clip.mp4", 0, FRAMES) for name in names(folder, count, False)], Fraction(RATE), out)


def recode(folder: Path, count: int, out: Path) -> None:
    """A floor of every way that encodes a film again: one decode, one encode, nothing in between."""
    import ffmpeg

    from resources.media.encode import Picture, compiled, encoded
    from resources.media.process import run

    source = ffmpeg.input(str(folder / f"remux{count}.mp4"), format="mp4").video
    run(compiled(encoded(source, Picture(WIDTH, HEIGHT, Fraction(RATE)), str(out))), timeout=3600)


def lossless_ours(folder: Path, count: int, out: Path) -> None:
    """Our cut without loss: the blends of our own transitions over the lossless shots."""
    import av

    from resources.media.encode import Picture, compiled, encoded
    from resources.media.encode import _raw as raw
    from resources.media.process import run
    from resources.media.transitions import read_planes, transition_frames
    from schemas.vocabulary import TransitionKind

    shots = names(folder, count, False)

    def planes() -> Iterator[bytes]:
        for number, name in enumerate(shots):
            first = HANDLE if number else 0
            last = FRAMES - HANDLE if number + 1 < len(shots) else FRAMES
            with av.open(str(folder / name / "lossless.mp4"), format="mp4") as source:
                for index, frame in enumerate(source.decode(video=0)):
                    if first <= index < last:
                        yield frame.to_ndarray().tobytes()
            if number + 1 < len(shots):
                tail = read_planes(folder / name / "handle-tail.mp4")
                head = read_planes(folder / shots[number + 1] / "handle-head.mp4")
                yield from transition_frames(TransitionKind.DISSOLVE, tail, head, HANDLE, HANDLE, OVERLAP)

    picture = Picture(WIDTH, HEIGHT, Fraction(RATE))
    run(compiled(encoded(raw(picture, "yuv420p"), picture, str(out), lossless=True)), timeout=3600, stdin=planes())


def ways(folder: Path) -> dict[str, Callable[[], None]]:
    """Every way by name; what a process of this benchmark is asked to do."""
    cut = folder / "ours"
    found: dict[str, Callable[[], None]] = {
        "remux only (floor)": lambda: remux(folder, 12, folder / "remux12.mp4"),
        "one decode + encode (floor)": lambda: recode(folder, 12, folder / "recode.mp4"),
        "filtergraph": lambda: filtergraph(folder, 12, folder / "filtergraph.mp4"),
        "MoviePy": lambda: moviepy(folder, 12, folder / "moviepy.mp4"),
        "ours, cold": lambda: ours(folder, 12, False, cut / "film.mp4"),
        "ours, one shot changed": lambda: ours(folder, 12, True, cut / "film.mp4"),
        "ours, nothing changed": lambda: ours(folder, 12, True, cut / "film.mp4"),
        "ours, cold, 60 shots": lambda: ours(folder, 60, False, folder / "ours60" / "film.mp4"),
    }
    return found


# -- measuring ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    cpu: float
    peak_mb: float
    wall: float


def measured(folder: Path, way: str, python: str) -> Cost:
    """Run one way in a process of its own and say what it and everything it started cost."""
    import psutil

    process = subprocess.Popen([python, __file__, "--way", way, "--keep", str(folder)], cwd=ROOT)
    peak, begun = 0, time.perf_counter()
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        root = psutil.Process(process.pid)
        while not done.wait(0.02):
            total = 0
            try:
                for one in [root, *root.children(recursive=True)]:
                    try:
                        total += one.memory_info().rss
                    except psutil.Error:
                        continue
            except psutil.Error:
                return
            peak = max(peak, total)

    thread = threading.Thread(target=watch)
    thread.start()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    done.set()
    thread.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{way} failed with {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, peak / 1e6, wall)


def quality(film: Path, reference: Path) -> tuple[float, float, float]:
    """(mean PSNR, worst PSNR, mean SSIM) of luma, against the same cut without loss."""
    from resources.media.encode import ffmpeg_program

    graph = "[0:v]split[a][b];[1:v]split[c][d];[a][c]psnr[p];[b][d]ssim[s]"
    args = [ffmpeg_program(), "-hide_banner", "-i", str(film), "-i", str(reference), "-lavfi", graph]
    result = subprocess.run(
        [*args, "-map", "[p]", "-f", "null", "-", "-map", "[s]", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    psnr = re.search(r"PSNR y:([\d.]+).*min:([\d.]+)", result.stderr)
    ssim = re.search(r"SSIM Y:([\d.]+)", result.stderr)
    assert psnr and ssim
    return float(psnr[1]), float(psnr[2]), float(ssim[1])


def table(costs: dict[str, list[Cost]]) -> list[str]:
    """A row for each way: what it cost, and what part that is of the filtergraph's and of MoviePy's cost."""
    base = statistics.median(cost.cpu for cost in costs["filtergraph"])
    other = statistics.median(cost.cpu for cost in costs["MoviePy"]) if "MoviePy" in costs else float("nan")
    rows = [
        "| way | CPU s (median, min-max) | of the filtergraph | goal | of MoviePy | peak MB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for way, runs in costs.items():
        cpu = [cost.cpu for cost in runs]
        middle = statistics.median(cpu)
        goal = f"{GOALS[way][1]:.3f}" if way in GOALS else ""
        peak = max(cost.peak_mb for cost in runs)
        spread = f"{middle:.2f} ({min(cpu):.2f}-{max(cpu):.2f})"
        rows.append(f"| {way} | {spread} | {middle / base:.3f} | {goal} | {middle / other:.3f} | {peak:.0f} |")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="folder for shots and films; they are made once")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--moviepy", help="a Python that has MoviePy 2")
    given = parser.parse_args()
    if given.way:
        ways(given.keep)[given.way]()
        return
    with tempfile.TemporaryDirectory() as name:
        folder = (given.keep or Path(name)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(13):
            shot = folder / (f"shot{number:02d}" if number < 12 else "other")
            if not (shot / "lossless.mp4").exists():
                shutil.rmtree(shot, ignore_errors=True)
                shot.mkdir()
                make_shot(shot, number + 1)
        costs: dict[str, list[Cost]] = {}
        for _ in range(given.repeats):
            for left in ("ours", "ours60"):
                shutil.rmtree(folder / left, ignore_errors=True)
                (folder / left).mkdir()
            for way in ways(folder):
                python = given.moviepy if way == "MoviePy" else sys.executable
                if python:
                    costs.setdefault(way, []).append(measured(folder, way, python))
        print(
            f"machine: {platform.machine()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}"
        )
        what = f"12 shots of {FRAMES / RATE:.0f} s, {WIDTH}x{HEIGHT}, 11 dissolves, picture only"
        print(f"{what}, {given.repeats} runs each")
        print("\n".join(table(costs)))
        shutil.rmtree(folder / "ours")
        (folder / "ours").mkdir()
        ours(folder, 12, False, folder / "ours" / "film.mp4")
        lossless_ours(folder, 12, folder / "lossless-ours.mp4")
        filtergraph(folder, 12, folder / "lossless-filtergraph.mp4", "lossless.mp4", lossless=True)
        for way, film, reference in (
            ("ours", folder / "ours" / "film.mp4", folder / "lossless-ours.mp4"),
            ("filtergraph", folder / "filtergraph.mp4", folder / "lossless-filtergraph.mp4"),
        ):
            mean, worst, ssim = quality(film, reference)
            size = film.stat().st_size / 1e6
            print(f"{way}: PSNR {mean:.2f} dB (worst frame {worst:.2f}), SSIM {ssim:.4f}, {size:.1f} MB")


if __name__ == "__main__":
    main()
