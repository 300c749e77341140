"""Checks of shots beside each other and of the film they make: nobody changes, nothing comes twice or elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from resources.engines import Sound
from resources.quality.alignment import picture_lag, sound_lag
from resources.quality.balance import Balance
from resources.quality.checks import at_line
from resources.quality.picture import PictureMeasures, moments
from resources.quality.policy import Policy
from resources.quality.similar import look_differs, odd_ones, out_of_place, twins
from resources.quality.sound import LineMeasures, rate_ratios, strange_pitches
from schemas.cut import CutSheet
from schemas.report import Finding
from schemas.time import SAMPLE_RATE, FrameRate

SAME_FRAME = 6
"""Bits by which a frame's hash may change between a clip and the film (subtitles in the picture, another codec)."""


@dataclass(frozen=True)
class ShotLook:
    """What a shot shows, as far as shots are compared: colours are histograms of :func:`similar.colours`."""

    shot: str
    prompt: str
    """Everything the keyframe was asked for in words."""
    scene: str
    """Place, hour and weather: shots of one scene have its colours."""
    colours: NDArray[np.float64]
    wanted: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """The look of each character as the cast has it."""
    drawn: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """The look of each character as the engine says it drew it; empty for an engine that cannot say."""
    figures: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    """Colours of each character's region."""
    own: bool = False
    """A picture of the user's own: nothing is held against it."""


def check_drawn(policy: Policy, shot: ShotLook) -> list[Finding]:
    """Everybody in the keyframe looks as the cast has it, where the engine can say how it drew them."""
    found: list[Finding] = []
    for who, drawn in shot.drawn.items():
        other = look_differs(shot.wanted[who], drawn) if who in shot.wanted else []
        if len(other) > policy.checks["character_look"].limit:
            message = f"{who} has another {', '.join(other[:4])}"
            found.append(policy.finding("character_look", len(other), message, shot=shot.shot))
    return found


def check_looks(policy: Policy, shots: Sequence[ShotLook]) -> list[Finding]:
    """Prompts that came twice, scenes of one place in strange colours, characters in other colours than elsewhere."""
    found: list[Finding] = []
    seen: dict[str, str] = {}
    for shot in shots:
        first = seen.setdefault(" ".join(shot.prompt.split()).casefold(), shot.shot)
        if first != shot.shot and shot.prompt:
            message = f"is asked for in the same words as {first}"
            found.append(policy.finding("duplicate_prompt", 1, message, shot=shot.shot))
    judged = [shot for shot in shots if not shot.own]
    scenes: dict[str, dict[str, NDArray[np.float64]]] = defaultdict(dict)
    for shot in judged:
        scenes[shot.scene][shot.shot] = shot.colours
    for members in scenes.values():
        for name, distance in odd_ones(members).items():
            if len(members) > 2 and distance > policy.checks["scene_colour"].limit:
                message = f"its colours are far from the other shots of its scene ({distance:.2f})"
                found.append(policy.finding("scene_colour", distance, message, shot=name))
    return found + _figure_colours(policy, judged)


def _figure_colours(policy: Policy, shots: Sequence[ShotLook]) -> list[Finding]:
    """A character whose region is unlike that in every other shot of the same scene's light."""
    regions: dict[tuple[str, str], dict[str, NDArray[np.float64]]] = defaultdict(dict)
    for shot in shots:
        for who, histogram in shot.figures.items():
            regions[who, shot.scene][shot.shot] = histogram
    found: list[Finding] = []
    for (who, _), members in regions.items():
        for name, distance in odd_ones(members).items():
            if len(members) > 2 and distance > policy.checks["character_colour"].limit:
                message = f"{who} has other colours than in the other shots ({distance:.2f})"
                found.append(policy.finding("character_colour", distance, message, shot=name))
    return found


def check_twins(policy: Policy, clips: Mapping[str, PictureMeasures]) -> list[Finding]:
    """Shots that are an earlier one again; ``clips`` in the film's order."""
    hashes = {
        name: [value for frame in moments(clip.frames) if (value := clip.hash_at(frame)) is not None]
        for name, clip in clips.items()
    }
    return [
        policy.finding("duplicate_shot", bits, f"looks like {earlier} all through", shot=later)
        for later, earlier, bits in twins(hashes, policy.checks["duplicate_shot"].limit)
    ]


def check_speech(policy: Policy, lines: Mapping[str, Sequence[LineMeasures]], rate: FrameRate) -> list[Finding]:
    """Lines that are far too fast or slow for their voice, and lines that somebody else speaks."""
    found: list[Finding] = []
    for (shot, index), ratio in rate_ratios(lines).items():
        if ratio > policy.checks["speech_rate"].limit:
            line = lines[shot][index]
            message = f"line {index + 1} is spoken {ratio:.1f} times off its voice's own speed"
            found.append(at_line(policy, "speech_rate", ratio, message, line.start, rate, shot))
    for (shot, index), semitones in strange_pitches(lines).items():
        if semitones > policy.checks["voice_pitch"].limit:
            line = lines[shot][index]
            message = f"line {index + 1} of {line.character_id} lies {semitones:.0f} semitones nearer to another voice"
            found.append(at_line(policy, "voice_pitch", semitones, message, line.start, rate, shot))
    return found


def check_order(
    policy: Policy, sheet: CutSheet, film: PictureMeasures, clips: Mapping[str, PictureMeasures]
) -> list[Finding]:
    """Every shot of the cut sheet is seen where the sheet says: compared by the middle frame of each.

    ``film`` has to have been measured with :func:`middles` of the sheet kept.
    """
    rate = FrameRate.parse(sheet.fps)
    seen, own = {}, {}
    for name, piece in sheet.shots.items():
        here, there = film.hash_at(piece.start + piece.frames // 2), None
        if name in clips:
            there = clips[name].hash_at(clips[name].frames // 2)
        if here is not None and there is not None:
            seen[name], own[name] = here, there
    wrong = out_of_place(seen, own, SAME_FRAME)
    found: list[Finding] = []
    for name, other in wrong.items():
        start = sheet.shots[name].start
        second = rate.seconds(start)
        if other in wrong:  # its own place shows yet another one
            message = f"where it should be {other} is seen"
            found.append(policy.finding("shot_order", 1, message, shot=name, frame=start, second=second))
        else:
            message = f"where it should be {other} is seen a second time"
            found.append(policy.finding("doubled_shot", 1, message, shot=name, frame=start, second=second))
    return found


def middles(sheet: CutSheet) -> list[int]:
    """The middle frame of every shot in the film."""
    return [piece.start + piece.frames // 2 for piece in sheet.shots.values()]


@dataclass(frozen=True)
class Lag:
    """Where a shot is in the film, against where the cut sheet has it; None where nothing can be said."""

    frames: int | None
    """Frames by which its picture comes late."""
    drift: float | None
    """Seconds by which its sound comes after its picture."""


def film_lags(
    sheet: CutSheet,
    film: PictureMeasures,
    clips: Mapping[str, PictureMeasures],
    film_sound: Sound,
    dialogues: Mapping[str, Sound],
) -> dict[str, Lag]:
    """At every cut: where the shot's picture and its sound are found again in the film.

    ``film_sound`` and each of ``dialogues`` are (samples,) mono at 48 kHz. A shot not in ``clips`` is left out.
    """
    rate = FrameRate.parse(sheet.fps)
    found: dict[str, Lag] = {}
    for name, piece in sheet.shots.items():
        if name not in clips:
            continue
        seen = picture_lag(clips[name].series.change, film.series.change, piece.start, piece.overlap)
        heard = sound_lag(dialogues[name], film_sound, rate.samples(piece.start)) if name in dialogues else None
        drift = None if heard is None else heard / SAMPLE_RATE - rate.seconds(seen or 0)
        found[name] = Lag(seen, drift)
    return found


def check_drift(policy: Policy, sheet: CutSheet, lags: Mapping[str, Lag]) -> list[Finding]:
    """At every cut: the picture is where the sheet has it, and its sound is with it."""
    rate = FrameRate.parse(sheet.fps)
    found: list[Finding] = []
    for name, lag in lags.items():
        start = sheet.shots[name].start
        second = rate.seconds(start)
        if lag.frames is not None and abs(lag.frames) > policy.checks["picture_offset"].limit:
            message = f"begins {lag.frames:+d} frames from where the cut has it"
            found.append(policy.finding("picture_offset", lag.frames, message, shot=name, frame=start, second=second))
        if lag.drift is not None and abs(lag.drift) > policy.checks["drift"].limit:
            message = f"its sound comes {lag.drift * 1000:+.0f} ms from its picture"
            found.append(policy.finding("drift", abs(lag.drift), message, shot=name, frame=start, second=second))
    return found


def check_balance(policy: Policy, sheet: CutSheet, lines: Sequence[Balance]) -> list[Finding]:
    """Music and ambience leave every line room."""
    rate = FrameRate.parse(sheet.fps)
    return [
        at_line(
            policy,
            "loud_music",
            one.margin,
            f"{sheet.lines[one.line].text[:60]!r} stands {one.margin:.1f} dB over music and ambience",
            one.start,
            rate,
            sheet.line_shots[one.line],
        )
        for one in lines
        if one.margin < policy.checks["loud_music"].limit
    ]
