"""The checks: measures held against the policy. Each returns findings; none at all means it passed.

They are plain functions, so that the asset checks, the command line and the report say the same of the same film.
"""

from __future__ import annotations

import numpy as np

from resources.engines import Sound
from resources.media.loudness import Loudness
from resources.quality.picture import PictureMeasures, Run
from resources.quality.policy import CheckName, Policy
from schemas.cut import CutSheet
from schemas.media import VoiceTrack
from schemas.report import Finding, Severity
from schemas.time import SAMPLE_RATE, FrameRate


def check_picture(
    policy: Policy, measures: PictureMeasures, frames: int, rate: FrameRate, *, shot: str | None, own: bool = False
) -> list[Finding]:
    """Frame count, time stamps, black and frozen stretches. Material of the user's own may be black or still."""
    found: list[Finding] = []
    if measures.frames != frames:
        off = measures.frames - frames
        found.append(policy.finding("frame_count", off, f"{measures.frames} frames instead of {frames}", shot=shot))
    if measures.uneven_steps > policy.checks["time_stamps"].limit:
        message = f"{measures.uneven_steps} uneven time stamps"
        found.append(policy.finding("time_stamps", measures.uneven_steps, message, shot=shot))
    severity: Severity | None = "info" if own else None
    stretches: tuple[tuple[CheckName, Run, str], ...] = (
        ("black_picture", measures.longest_black, "black"),
        ("frozen_picture", measures.longest_frozen, "frozen"),
    )
    for check, run, word in stretches:
        seconds = rate.seconds(run.length)
        if seconds > policy.checks[check].limit:
            found.append(
                policy.finding(
                    check,
                    seconds,
                    f"{word} for {seconds:.1f} s",
                    shot=shot,
                    frame=run.start,
                    second=rate.seconds(run.start),
                    severity=severity,
                )
            )
    return found


def check_voice(policy: Policy, track: VoiceTrack, sound: Sound, *, rate: FrameRate, shot: str) -> list[Finding]:
    """Length of the sound, and every line audible (RMS over its words)."""
    found: list[Finding] = []
    off = abs(len(sound) - rate.samples(track.frames)) / rate.samples(1)
    if off > policy.checks["sound_length"].limit:
        message = f"sound and picture differ by {off:.1f} frames"
        found.append(policy.finding("sound_length", off, message, shot=shot))
    for line in track.lines:
        part = sound[line.start : line.end]
        level = 20 * float(np.log10(max(float(np.sqrt(np.mean(np.square(part)))) if len(part) else 0.0, 1e-6)))
        if level < policy.checks["silent_line"].limit:
            second = line.start / SAMPLE_RATE
            found.append(
                policy.finding(
                    "silent_line", level, f"nothing is heard of {line.text[:60]!r}", shot=shot, second=second
                )
            )
    return found


def check_film(
    policy: Policy, sheet: CutSheet, measures: PictureMeasures, samples: int, loudness: Loudness, target: float
) -> list[Finding]:
    """The film as it was written: picture, sound, level and the time of every cut."""
    rate = FrameRate.parse(sheet.fps)
    found = check_picture(policy, measures, sheet.frames, rate, shot=None)
    off = abs(samples - rate.samples(sheet.frames)) / rate.samples(1)
    if off > policy.checks["sound_length"].limit:
        found.append(policy.finding("sound_length", off, f"sound and picture differ by {off:.1f} frames"))
    for piece in sheet.pieces:
        drift = abs(rate.samples(piece.start) / SAMPLE_RATE - rate.seconds(piece.start))
        if drift > policy.checks["drift"].limit:
            found.append(policy.finding("drift", drift, "sound drifts from picture", shot=piece.name))
    distance = abs(loudness.integrated - target)
    if distance > policy.checks["loudness"].limit and loudness.integrated > -69:
        message = f"{loudness.integrated:.1f} LUFS instead of {target:.0f}"
        found.append(policy.finding("loudness", distance, message))
    if loudness.true_peak > policy.checks["true_peak"].limit:
        found.append(policy.finding("true_peak", loudness.true_peak, f"true peak {loudness.true_peak:.1f} dBTP"))
    for name in sheet.dropped_transitions:
        message = "too short for its transition, cut instead"
        found.append(policy.finding("transitions", 1, message, shot=None if name == "end" else name))
    return found


def check_subtitles(policy: Policy, srt: str, lines: list[str]) -> list[Finding]:
    """The words of the subtitles are the words of the plan, in order, none missing."""
    shown = " ".join(row for row in srt.splitlines() if row and "-->" not in row and not row.isdigit())
    wanted = " ".join(" ".join(line.split()) for line in lines)
    if "".join(shown.split()) != "".join(wanted.split()):
        return [policy.finding("subtitles", 1, "the subtitles differ from the plan's dialogue")]
    return []
