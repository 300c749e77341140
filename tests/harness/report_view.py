"""A film's worth of report with everything on it that a page can show, and a film that says which frame it shows.

Six shots of one second at 24 frames a second. Shot three was made three times, shot five twice, and one take each of
them lies in quarantine.
"""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from resources.media.encode import Picture, encode_segment
from resources.pipeline.page.curves import drift_curve, light_curve, loudness_curve, motion_curve
from resources.pipeline.page.view import Provenance, Reading, ReportView, ShotView, Spend, SpokenLine, TakeView
from schemas.report import Finding
from schemas.time import FrameRate

SHOT = 24
SHOTS = 6
FRAMES = SHOT * SHOTS
WIDTH, HEIGHT = 320, 180
BARS = 8
RATE = FrameRate(Fraction(24))


def example_film(path: Path) -> None:
    """Write an mp4 of :data:`FRAMES` frames, each with its own number as eight bars, black or white."""
    picture = Picture(WIDTH, HEIGHT, RATE.value)
    encode_segment((_barred(frame) for frame in range(FRAMES)), picture, path)


def _barred(frame: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    bits = np.array([255 if frame >> bit & 1 else 0 for bit in range(BARS)], np.uint8)
    grey = np.repeat(bits, WIDTH // BARS)[None, :, None] * np.ones((HEIGHT, 1, 3), np.uint8)
    return np.concatenate([grey, np.full((HEIGHT, WIDTH, 1), 255, np.uint8)], axis=2)


def frame_shown(screenshot: bytes) -> int:
    """Which frame of :func:`example_film` a picture of the player shows; its upper part is read, without controls."""
    with Image.open(BytesIO(screenshot)) as opened:
        grey = np.asarray(opened.convert("L"), np.float32)
    row = grey[grey.shape[0] // 4]
    wide = len(row) / BARS
    return sum(1 << bit for bit in range(BARS) if row[int((bit + 0.5) * wide)] > 127)


def thumbnail(seed: int, text: str = "", size: tuple[int, int] = (320, 180)) -> bytes:
    """A small painted picture as JPEG."""
    rng = np.random.default_rng(seed)
    sky, ground = (tuple(int(v) for v in rng.integers(60, 220, 3)) for _ in range(2))
    picture = Image.new("RGB", size, sky)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, size[1] * 2 // 3, *size), fill=ground)
    x = int(rng.integers(40, size[0] - 80))
    draw.ellipse((x, size[1] // 3, x + 60, size[1] // 3 + 60), fill="#f4e3c0")
    draw.text((10, 10), text, fill="white")
    out = BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def example_takes(number: int) -> list[TakeView]:
    """How often a shot was made: the third three times, the fifth twice."""
    flash = Reading(check="flash", value=9.2, unit="levels", limit=6, ok=False)
    calm = Reading(check="flash", value=1.1, unit="levels", limit=6, ok=True)
    seam = Reading(check="chunk_seam", value=3.4, unit="x median", limit=3, ok=False)
    pictures = [thumbnail(number, f"take {take}") for take in (1, 2, 3)]
    first = TakeView(number=1, seed=11, thumbnail=pictures[0], score=0.41, worst=flash, state="quarantined")
    if number == 3:
        return [
            first,
            TakeView(
                number=2,
                seed=11,
                reasons=["flash"],
                action="lower_guidance",
                thumbnail=pictures[1],
                score=0.6,
                worst=seam,
            ),
            TakeView(
                number=3,
                seed=907,
                reasons=["chunk_seam"],
                action="fewer_frames",
                note="shorter chunks, a longer overlap",
                thumbnail=pictures[2],
                score=0.93,
                worst=calm,
                chosen=True,
            ),
        ]
    if number == 5:
        second = TakeView(number=2, seed=12, reasons=["flash", "hue_jump"], action="new_seed", thumbnail=pictures[1])
        return [first, second.model_copy(update={"chosen": True, "state": "best", "worst": seam, "score": 0.55})]
    return [TakeView(number=1, seed=number, thumbnail=pictures[0], score=0.9, chosen=True)]


def example_shot(number: int, *, length: int = SHOT, frames: int = FRAMES) -> ShotView:
    """Shot ``number`` (from 1) of a film of ``frames`` frames."""
    start = (number - 1) * length
    second = RATE.seconds(start)
    painted = Provenance(
        engine="sdxl",
        revision="1.0+a1b2",
        models=["stabilityai/sdxl-base@462165984030", "madebyollin/vae-fix@207b116dae70"],
        seed=3610831706,
        seconds=41.5,
        peak_mb=7421,
        fingerprint="7c08dec7816b",
        attempt=2 if number == 3 else 1,
        ladder=["vae_tiling", "cpu_offload"] if number == 3 else [],
    )
    moved = Provenance(
        engine="wan", revision="2.1", seed=3610831706, seconds=93.2, peak_mb=10150, fingerprint="d5910c2f"
    )
    spoken = Provenance(
        engine="embedded-voices", revision="1", seconds=0.7, fingerprint="59b566b5ea44", origin="reused"
    )
    return ShotView(
        id=f"s{number * 10:03d}-shot",
        start=start,
        stop=min(frames, start + length),
        size="close" if number % 2 else "wide",
        camera="push_in",
        prompt="The keeper leans over the rail and holds out a hand to the storm, which has never seen one.",
        thumbnail=thumbnail(number, f"shot {number}"),
        lines=[SpokenLine(who="Nils", text="You are staring.", start=second + 0.1, stop=second + 0.8)],
        takes=example_takes(number),
        provenance={"shot_images": painted, "voice_tracks": spoken, "video_chunks": moved},
        cost=Spend(currency="USD", amount=0.03, tokens=1200, gpu_s=134.7) if number == 3 else Spend(),
    )


def example_findings() -> list[Finding]:
    """One of each kind: of the film, of a shot, at a frame of either, at a second of a shot."""
    seen = {"value": 9.2, "limit": 6.0, "unit": "levels"}
    return [
        Finding(check="loudness", value=2.1, limit=1, unit="LU", reason="loudness_off", message="2.1 LU too loud"),
        Finding(check="flash", shot="s050-shot", frame=7, reason="flash", message="the light jumps", **seen),
        Finding(
            check="blur", shot="s020-shot", value=1.4, limit=2, unit="levels", severity="warn", reason="blurred_picture"
        ),
        Finding(
            check="cut_off_word", shot="s030-shot", second=0.5, value=-8, limit=-12, unit="dB", reason="cut_off_word"
        ),
        Finding(check="frozen_picture", frame=120, second=5, value=1.9, limit=1.5, unit="s", reason="frozen_picture"),
        Finding(check="motion", shot="s060-shot", value=0.01, limit=0.0234, severity="info", reason="little_motion"),
    ]


def example_view(shots: int = SHOTS) -> ReportView:
    """A film of ``shots`` shots of one second with findings, retakes, curves, provenance and cost."""
    frames = shots * SHOT
    rng = np.random.default_rng(7)
    wave = np.sin(np.arange(frames) / 9)
    change = 3 + wave + rng.random(frames)
    change[::SHOT] = 24
    luma = 100 + 20 * wave
    return ReportView(
        title="The Keeper and the Storm",
        logline="A lighthouse keeper befriends a storm.",
        language="en",
        verdict="escalate",
        why="Four findings are errors, and two takes of shot five failed for the same reason.",
        film="film.mp4",
        vtt="WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nYou are staring.\n",
        fps="24",
        width=WIDTH,
        height=HEIGHT,
        frames=frames,
        poster=thumbnail(99, "poster", (960, 540)),
        shots=[example_shot(number, frames=frames) for number in range(1, shots + 1)],
        findings=example_findings(),
        curves=[
            loudness_curve([-70.0, -21.5, *(-15 + 3 * rng.random(shots - 2))], target=-14),
            motion_curve(change.tolist(), RATE, still=0.1),
            light_curve(luma.tolist(), RATE),
            drift_curve([(float(second), (-1) ** second * 9.0 * second) for second in range(1, shots)], allowed_ms=40),
        ],
        measures=[
            Reading(check="loudness", value=-11.9, unit="LUFS", limit=-14, ok=False),
            Reading(check="true_peak", value=-2.78, unit="dBTP", limit=-1, ok=True),
            Reading(check="mean_luma", value=101.165),
            *(Reading(check="mean_motion", shot=f"s{k * 10:03d}-shot", value=2.1 + k) for k in range(1, shots + 1)),
        ],
        checks=["black_picture", "blur", "cut_off_word", "flash", "frozen_picture", "loudness", "motion", "true_peak"],
        cost=Spend(currency="USD", amount=0.03, tokens=48210, gpu_s=134.7),
        wall_s=412.0,
        peak_mb=10150,
    )
