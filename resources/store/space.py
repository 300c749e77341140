"""How long a plan will play, and the room its film will take, before anything of it is made."""

from __future__ import annotations

import shutil
from pathlib import Path

from schemas.plan import MoviePlan, Shot

BYTES_A_FRAME = 80_000
"""Disk a 720p frame takes in a shot's artifacts, cache included; measured by bench/film.py, rounded up."""
LOSSLESS_BYTES_A_FRAME = 1_300_000
"""What such a frame takes besides where a model renders it: it is kept without loss beside the clip (FFV1 in RGB, 1 MB
a frame), and those of the shot under way a second time, with its mouths."""
BYTES_A_FILM = 40_000_000
STEM_BYTES_A_SECOND = 320_000
"""Dialogue, music and ambience as 24-bit FLAC, whatever the size of the picture; 290 kB measured."""
SPOKEN_CHARACTERS_A_SECOND = 14.0
PAUSE_S = 0.4
"""Silence after a line."""
AROUND_S = 0.8
"""Silence before the first line of a shot and after the last."""


def shot_seconds(shot: Shot) -> float:
    """Length of a shot before its voices are known: what is said in it, or its minimum."""
    spoken = sum(len(line.text) / SPOKEN_CHARACTERS_A_SECOND + PAUSE_S for line in shot.dialogue)
    return max(shot.duration_s, spoken + AROUND_S if shot.dialogue else 0.0)


def film_seconds(plan: MoviePlan) -> float:
    """Length of the whole film, title and end card included."""
    return plan.title_card_s + sum(map(shot_seconds, plan.shots)) + plan.end_card_s


def film_bytes(plan: MoviePlan, shots: int | None = None, *, lossless: bool = False) -> int:
    """Bytes on the disk of a film, or of ``shots`` of its shots and the cut; ``lossless``: models render its frames."""
    pixels = plan.frame_size[0] * plan.frame_size[1] / (1280 * 720)
    share = 1.0 if shots is None else shots / len(plan.shots)
    seconds = sum(map(shot_seconds, plan.shots)) * share
    frame = BYTES_A_FRAME + (LOSSLESS_BYTES_A_FRAME if lossless else 0)
    picture = seconds * float(plan.rate.value) * frame * pixels + BYTES_A_FILM * min(1.0, pixels + 0.2)
    return int(picture + seconds * STEM_BYTES_A_SECOND)


def free_bytes(folder: Path) -> int:
    """Free room where ``folder`` is, or will be."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free
