"""Every number that a check is about, whether it passed or not: what the UI plots over takes, and a report lists.

Of several (lines, cuts) it is the one nearest to its limit. A check whose number was not measured is not there: no
judge, a shot without words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from resources.engines import Sound
from resources.media.loudness import Loudness
from resources.quality.names import CheckName
from resources.quality.picture import PictureMeasures, seams_of
from resources.quality.relations import Lag
from resources.quality.sound import LineMeasures
from schemas.cut import CutSheet
from schemas.media import VoiceTrack
from schemas.report import Finding
from schemas.time import FrameRate

Readings: TypeAlias = dict[CheckName, float]


@dataclass(frozen=True)
class Measured:
    """Findings, and the numbers of all checks that were made."""

    findings: list[Finding]
    readings: Readings


def picture_readings(
    clip: PictureMeasures, frames: int, rate: FrameRate, chunks: Sequence[int] = (), *, shot: bool = True
) -> Readings:
    """Of a clip that ought to have ``frames``; of a film (``shot`` false) only what is asked of a film."""
    numbers: Readings = {
        "readable": 0.0,
        "frame_count": float(clip.frames - frames),
        "time_stamps": float(clip.uneven_steps),
        "black_picture": rate.seconds(clip.longest_black.length),
        "frozen_picture": rate.seconds(clip.longest_frozen.length),
    }
    if shot:
        numbers |= {
            "flicker": clip.flicker,
            "flash": clip.flash.value,
            "blur": clip.sharpness,
            "exposure": clip.clipped,
            "letterbox": clip.letterbox,
            "stray_cut": clip.cut.value,
            "hue_jump": clip.hue_jump.value,
            "colour_drift": clip.colour_drift,
        }
    if chunks:
        numbers["chunk_seam"] = seams_of(clip.series.change, chunks).value
    return numbers


def voice_readings(
    track: VoiceTrack, sound: Sound, lines: Sequence[LineMeasures], rate: FrameRate, voices: Mapping[str, str]
) -> Readings:
    """Of a shot's dialogue."""
    numbers: Readings = {"sound_length": abs(len(sound) - rate.samples(track.frames)) / rate.samples(1)}
    if lines:
        strangers = sum(voices.get(line.character_id, line.voice_id) != line.voice_id for line in track.lines)
        numbers |= {
            "silent_line": min(line.level for line in lines),
            "clipped_line": float(max(line.clipped for line in lines)),
            "cut_off_word": max(line.end_level for line in lines),
            "noise_tail": max(line.tail for line in lines),
            "voice": float(strangers),
        }
    return numbers


def film_readings(sheet: CutSheet, film: PictureMeasures, samples: int, loudness: Loudness, target: float) -> Readings:
    """Of the finished film; ``samples`` of its sound."""
    rate = FrameRate.parse(sheet.fps)
    return {
        **picture_readings(film, sheet.frames, rate, shot=False),
        "sound_length": abs(samples - rate.samples(sheet.frames)) / rate.samples(1),
        "loudness": abs(loudness.integrated - target),
        "true_peak": loudness.true_peak,
        "transitions": float(len(sheet.dropped_transitions)),
    }


def lag_readings(lags: Mapping[str, Lag]) -> Readings:
    """Of the cuts."""
    numbers: Readings = {}
    frames = [abs(lag.frames) for lag in lags.values() if lag.frames is not None]
    drifts = [abs(lag.drift) for lag in lags.values() if lag.drift is not None]
    if frames:
        numbers["picture_offset"] = float(max(frames))
    if drifts:
        numbers["drift"] = max(drifts)
    return numbers
