"""How long, how large, how dear: what a call of a tool will cost, before it is made.

Seconds and bytes come from the sidecars of what the same engine made before in this home, scaled by the size of the
work; where there is nothing yet, from the figures below. Only small JSON files are read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from resources.store.artifacts import SIDECAR, Artifacts
from resources.store.film import Home
from schemas.plan import MoviePlan, Shot
from schemas.refs import SHOT_STAGES, Sidecar, Stage

Basis = Literal["history", "measured", "unknown"]

KEPT = 64
"""Sidecars of one stage that are read for its history, newest films first."""

MEASURED: dict[tuple[Stage, str], tuple[float, float]] = {
    ("movie_plan", "sparkle/local"): (0.05, 10_000),
    ("movie_plan", "hand"): (0.02, 10_000),
    ("shot_images", "cutout"): (1.6, 900_000),
    ("voice_tracks", "embedded-voices"): (0.02, 7_000),
    ("video_chunks", "cutout"): (0.002, 400),
    ("lipsynced_clips", "cutout"): (0.0125, 87_000),
    ("final_cut", "cutout"): (0.0125, 24_000),
    ("qa_report", "measured"): (2.0, 120_000),
}
"""(seconds, bytes) for one unit of work: a plan, a megapixel, a character, a frame, a megapixel of frames, a megapixel
of frames, a film. Means over 99 shots of 12 films on two cores; `make bench` makes such films."""

MEMORY: dict[str, int] = {
    "cutout": 1_200_000_000,
    "embedded-voices": 900_000_000,
    "paper-band": 500_000_000,
    "sdxl": 7_000_000_000,
    "wan": 45_000_000_000,
    "chatterbox": 3_200_000_000,
    "wav2lip": 600_000_000,
    "qwen2-vl": 4_500_000_000,
}
"""Peak bytes of the whole process tree while an engine works: measured for the embedded studio (docs/BENCHMARKS.md);
for models the weights in the precision they are published in, before offloading. A film that is rehearsed asks the
registry instead (:mod:`resources.director.gpu_memory`)."""
AT_REST = 300_000_000
"""Bytes of the process alone, whatever it does."""
DECISION_TOKENS = 1800
"""Input and output of one decision of a language model, where there is no record of any."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of work costs."""

    seconds: float
    bytes: float
    basis: Basis


def memory_of(engine: str) -> int:
    """Peak bytes of the process tree while ``engine`` works; the process alone when nothing is known of it."""
    return MEMORY.get(engine, AT_REST)


def film_frames(plan: MoviePlan, frames: Mapping[str, int]) -> int:
    """Frames of the film, given those of each shot by id."""
    return plan.rate.frames(plan.title_card_s) + sum(frames.values()) + plan.rate.frames(plan.end_card_s)


def units(stage: Stage, plan: MoviePlan, shot: Shot | None, frames: int) -> float:
    """The size of a piece of work, in the unit of :data:`MEASURED`; ``frames`` are the shot's, or the film's."""
    megapixels = plan.frame_size[0] * plan.frame_size[1] / 1e6
    if stage == "shot_images":
        return megapixels
    if stage == "voice_tracks":
        return float(sum(len(line.text) for line in shot.dialogue)) if shot is not None else 0.0
    if stage == "video_chunks":
        return float(frames)
    return frames * megapixels if stage in ("lipsynced_clips", "final_cut") else 1.0


class History:
    """What engines took before, in one home. Read at the first question about each."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._known: dict[tuple[Stage, str], Rate] = {}

    def rate(self, stage: Stage, engine: str) -> Rate:
        """What a unit of ``stage`` costs with ``engine``."""
        key = (stage, engine)
        if key not in self._known:
            self._known[key] = self._recorded(stage, engine) or self._measured(stage, engine)
        return self._known[key]

    def tokens(self, agent: str) -> int:
        """Tokens that one decision of ``agent`` took on average."""
        spent = [tokens for path in self._decisions(agent) if (tokens := _tokens(path)) is not None]
        return round(sum(spent) / len(spent)) if spent else DECISION_TOKENS

    @staticmethod
    def _measured(stage: Stage, engine: str) -> Rate:
        known = MEASURED.get((stage, engine))
        return Rate(*known, "measured") if known is not None else Rate(0.0, 0.0, "unknown")

    def _recorded(self, stage: Stage, engine: str) -> Rate | None:
        seconds = size = work = 0.0
        for sidecar in islice((s for s in self._sidecars(stage) if s.engine == engine), KEPT):
            amount = _recorded_units(sidecar)
            if amount > 0:
                seconds += sidecar.seconds
                size += sum(file.bytes for file in sidecar.ref.files)
                work += amount
        return Rate(seconds / work, size / work, "history") if work else None

    def _sidecars(self, stage: Stage) -> Iterator[Sidecar]:
        for film in self._films():
            where = f"shots/*/{stage}/*" if stage in SHOT_STAGES else f"{_FOLDER[stage]}/objects/*"
            for path in sorted(film.glob(f"{where}/{SIDECAR}")):
                sidecar = Artifacts.sidecar_at(path.parent)
                if sidecar is not None:
                    yield sidecar

    def _decisions(self, agent: str) -> Iterator[Path]:
        return islice((path for film in self._films() for path in sorted(film.glob(f"decisions/{agent}/*.json"))), KEPT)

    def _films(self) -> list[Path]:
        folders = [self.home.root / "movies" / movie for movie in self.home.films()]
        return sorted(folders, key=lambda folder: (folder.stat().st_mtime, folder.name), reverse=True)


_FOLDER: dict[str, str] = {"movie_plan": "plan", "final_cut": "cut", "qa_report": "report"}


def _recorded_units(sidecar: Sidecar) -> float:
    """The size of work that was done, in the unit of :data:`MEASURED`; 0 when the sidecar does not say."""
    request, facts, stage = sidecar.request, sidecar.ref.facts, sidecar.ref.stage
    megapixels = request.get("width", 0) * request.get("height", 0) / 1e6
    if stage == "shot_images":
        return float(megapixels)
    if stage == "voice_tracks":
        return float(sum(len(line.get("text", "")) for line in request.get("lines", [])))
    if stage == "video_chunks":
        return float(facts.get("frames", 0))
    return float(facts.get("frames", 0) * megapixels) if stage in ("lipsynced_clips", "final_cut") else 1.0


def _tokens(path: Path) -> int | None:
    """Tokens of a decision on record; None when it cost none, or cannot be read."""
    try:
        record: dict[str, Any] = json.loads(path.read_bytes())
        return int(record["input_tokens"] + record["output_tokens"]) or None
    except (OSError, ValueError, KeyError, TypeError):
        return None
