"""A film held against the policy, from its files: every clip, every line, the shots beside each other, the cut.

What a report says, what Dagster's checks say and what the tests of planted faults look at are these functions. They
read files and write nothing; whatever a model says of a shot is asked elsewhere and handed in (:class:`Asked`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from resources.engines import Sound
from resources.errors import RenderFault
from resources.media.loudness import Loudness, measure
from resources.media.probe import read_sound
from resources.media.stems import heard, read_flac
from resources.media.wav import read_wav
from resources.quality.balance import balances
from resources.quality.checks import check_film, check_lips, check_picture, check_subtitles, check_voice
from resources.quality.flow import Motion
from resources.quality.lips import lip_offset
from resources.quality.models import (
    check_heard,
    check_judged,
    check_motion,
    check_safety,
    check_speech_quality,
    heard_errors,
    judged_readings,
)
from resources.quality.picture import PictureMeasures, measure_picture, moments
from resources.quality.policy import Policy
from resources.quality.readings import (
    Measured,
    Readings,
    film_readings,
    lag_readings,
    picture_readings,
    voice_readings,
)
from resources.quality.relations import (
    ShotLook,
    check_balance,
    check_drawn,
    check_drift,
    check_looks,
    check_order,
    check_speech,
    check_twins,
    film_lags,
    middles,
)
from resources.quality.safety import Exposure
from resources.quality.similar import colours, region
from resources.quality.sound import LineMeasures, measure_lines
from resources.quality.speech_quality import SpeechQuality
from resources.store.records import MEND, read_record
from schemas.cut import CutSheet
from schemas.judgement import Judgement
from schemas.media import VoiceTrack
from schemas.report import Finding
from schemas.time import FrameRate

TRUTH = "truth.json"
"""Beside a keyframe: what its engine knows about who stands where, and how they look."""
EVERY = 4
"""Pixels between two whose colour is looked at."""


@dataclass(frozen=True)
class Asked:
    """What models were asked about a shot, and said; None where nobody was asked. Slow, so callers keep it."""

    exposure: Exposure | None = None
    speech: SpeechQuality | None = None
    heard: Sequence[Sequence[str] | None] = ()
    """Words that were recognised in each line; None for a line that the recogniser cannot judge."""
    motion: Motion | None = None
    judged: Judgement | None = None


@dataclass(frozen=True)
class ShotFiles:
    """One shot: the folders of its artifacts, and what was asked for."""

    shot: str
    image: Path
    voice: Path
    clip: Path
    prompt: str = ""
    scene: str = ""
    looks: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    voices: Mapping[str, str] = field(default_factory=dict)
    own: bool = False
    """Its picture or clip is the user's own."""
    own_voice: bool = False
    lightning: bool = False
    chunks: Sequence[int] = ()
    measures: PictureMeasures | None = None
    """What was measured when the clip was made; None: it is decoded now."""
    asked: Asked = Asked()


@dataclass(frozen=True)
class FilmFiles:
    """The film: the folder of its cut, its shots in their order, the texts that are spoken in theirs."""

    cut: Path
    home: Path
    shots: Sequence[ShotFiles]
    texts: Sequence[str]
    target: float
    """Integrated loudness it was brought to, LUFS."""


@dataclass(frozen=True)
class ShotSurvey:
    """One shot by itself."""

    findings: list[Finding]
    readings: Readings
    track: VoiceTrack
    sound: Sound
    lines: list[LineMeasures]
    clip: PictureMeasures | None
    """None: it cannot be read."""


@dataclass(frozen=True)
class Survey:
    """What was found, and what was measured on the way."""

    findings: list[Finding]
    film: PictureMeasures | None
    shots: dict[str, ShotSurvey]
    readings: Readings
    """Of the film; those of a shot are with the shot."""
    loudness: Loudness | None
    drift: dict[str, float]
    """Seconds by which a shot's sound is off its picture in the film, by shot; unknown for a shot without sound."""

    @property
    def clips(self) -> dict[str, PictureMeasures]:
        """What was measured on each clip that can be read."""
        return {name: one.clip for name, one in self.shots.items() if one.clip is not None}


def survey_film(policy: Policy, files: FilmFiles) -> Survey:
    """Everything. A file that cannot be read is a finding, not an error."""
    sheet = read_record(files.cut / "cut_sheet.json", CutSheet, hint=MEND)
    rate = FrameRate.parse(sheet.fps)
    shots = {shot.shot: survey_shot(policy, shot, rate) for shot in files.shots}
    found = [finding for one in shots.values() for finding in one.findings]
    found += survey_relations(policy, files.shots, shots, rate)
    return _cut(policy, files, sheet, shots, found)


def survey_shot(policy: Policy, shot: ShotFiles, rate: FrameRate) -> ShotSurvey:
    """One shot by itself: its picture, its sound, what models said of both."""
    image = survey_image(policy, shot)
    track, sound, lines, voice = survey_voice(policy, shot, rate)
    clip, seen = survey_clip(policy, shot, track, rate)
    found = [*image.findings, *voice.findings, *seen.findings]
    readings = {**image.readings, **voice.readings, **seen.readings}
    return ShotSurvey(found, readings, track, sound, lines, clip)


def survey_image(policy: Policy, shot: ShotFiles) -> Measured:
    """The keyframe: whoever stands in it looks as the cast has it, and nobody is undressed."""
    found, numbers = check_drawn(policy, shot_look(shot)), Readings()
    numbers["character_look"] = max((finding.value for finding in found), default=0.0)
    if shot.asked.exposure is not None:
        found += check_safety(policy, shot.asked.exposure, shot=shot.shot)
        numbers["safety"] = shot.asked.exposure.probability
    return Measured(found, numbers)


def survey_voice(
    policy: Policy, shot: ShotFiles, rate: FrameRate
) -> tuple[VoiceTrack, Sound, list[LineMeasures], Measured]:
    """The dialogue: every line audible, unclipped, finished, by the right voice and in the plan's words."""
    track = read_record(shot.voice / "track.json", VoiceTrack, hint=MEND)
    sound = read_wav(shot.voice / "dialogue.wav")
    lines = measure_lines(sound, track.lines)
    found = check_voice(policy, track, sound, lines, rate=rate, shot=shot.shot, voices=shot.voices, own=shot.own_voice)
    found += check_speech_quality(policy, shot.asked.speech, shot=shot.shot)
    found += check_heard(policy, track.lines, shot.asked.heard, rate=rate, shot=shot.shot)
    numbers = voice_readings(track, sound, lines, rate, shot.voices)
    if shot.asked.speech is not None:
        numbers["speech_quality"] = shot.asked.speech.overall
    errors = heard_errors(track.lines, shot.asked.heard)
    if errors:
        numbers["words"] = max(errors.values())
    return track, sound, lines, Measured(found, numbers)


def survey_clip(
    policy: Policy, shot: ShotFiles, track: VoiceTrack, rate: FrameRate
) -> tuple[PictureMeasures | None, Measured]:
    """The final frames: all there, lit, moving, in one piece, with mouths on time."""
    try:
        clip = shot.measures or measure_clip(shot.clip / "clip.mp4", rate, track.frames)
    except RenderFault as fault:
        return None, Measured([policy.finding("readable", 1, fault.message, shot=shot.shot)], {"readable": 1.0})
    found = check_picture(
        policy, clip, track.frames, rate, shot=shot.shot, own=shot.own, lightning=shot.lightning, chunks=shot.chunks
    )
    numbers = picture_readings(clip, track.frames, rate, shot.chunks)
    if not shot.own:
        lips = lip_offset(read_wav(shot.voice / "dialogue.wav"), track.lines, rate, track.frames)
        found += check_lips(policy, lips, track, rate=rate, shot=shot.shot)
        if lips is not None:
            numbers["lip_offset"] = lips.frames
        if shot.asked.motion is not None:
            found += check_motion(policy, shot.asked.motion, shot=shot.shot)
            numbers["motion"] = shot.asked.motion.speed
    if shot.asked.judged is not None:
        found += check_judged(policy, shot.asked.judged, shot=shot.shot)
        numbers |= judged_readings(shot.asked.judged)
    return clip, Measured(found, numbers)


def survey_relations(
    policy: Policy, shots: Sequence[ShotFiles], surveys: Mapping[str, ShotSurvey], rate: FrameRate
) -> list[Finding]:
    """Shots beside each other: nobody changes voice, speed, colours; nothing comes twice. In the film's order."""
    clips = {name: one.clip for name, one in surveys.items() if one.clip is not None}
    lines = {name: one.lines for name, one in surveys.items()}
    found = check_looks(policy, [shot_look(shot) for shot in shots])
    return found + check_twins(policy, clips) + check_speech(policy, lines, rate)


def measure_clip(path: Path, rate: FrameRate, frames: int) -> PictureMeasures:
    """A clip that ought to have ``frames`` frames, with the hashes it is recognised by. Raises RenderFault."""
    measures = measure_picture(path, rate.value, keep=moments(frames))
    if not measures.frames:
        raise RenderFault("holds no picture", where=path.name)
    return measures


def shot_look(shot: ShotFiles) -> ShotLook:
    """The colours and, where the engine knows them, the people of a keyframe."""
    with Image.open(shot.image / "image.png") as opened:
        picture = np.asarray(opened.convert("RGB"))
    path = shot.image / TRUTH
    figures = json.loads(path.read_bytes())["figures"] if path.exists() else []
    regions = {figure["character_id"]: region(picture, figure["body"]) for figure in figures}
    return ShotLook(
        shot=shot.shot,
        prompt=shot.prompt,
        scene=shot.scene,
        colours=colours(picture[::EVERY, ::EVERY]),
        wanted=shot.looks,
        drawn={figure["character_id"]: figure["look"] for figure in figures},
        figures={who: colours(part) for who, part in regions.items() if part is not None},
        own=shot.own,
    )


def _cut(
    policy: Policy, files: FilmFiles, sheet: CutSheet, shots: dict[str, ShotSurvey], found: list[Finding]
) -> Survey:
    path = files.cut / "final_cut.mp4"
    rate = FrameRate.parse(sheet.fps)
    try:
        film = measure_picture(path, rate.value, keep=middles(sheet))
        sound = read_sound(path)[:, 0]
        loudness = measure(path)
    except RenderFault as fault:
        broken = policy.finding("readable", 1, fault.message)
        return Survey([*found, broken], None, shots, {"readable": 1.0}, None, {})
    clips = {name: one.clip for name, one in shots.items() if one.clip is not None}
    found = found + check_film(policy, sheet, film, len(sound), loudness, files.target)
    numbers = film_readings(sheet, film, len(sound), loudness, files.target)
    wrong = check_order(policy, sheet, film, clips)
    elsewhere = {finding.shot for finding in wrong}
    there = {name: clip for name, clip in clips.items() if name not in elsewhere}
    lags = film_lags(sheet, film, there, sound, {name: one.sound for name, one in shots.items()})
    found += wrong + check_drift(policy, sheet, lags)
    numbers |= lag_readings(lags)
    srt = (files.cut / "final_cut.srt").read_text(encoding="utf-8")
    found += check_subtitles(policy, srt, files.texts, sheet)
    stems = {stem.name: heard(read_flac(files.home / stem.file)) for stem in sheet.stems}
    beds = [stems[name] for name in ("music", "ambience") if name in stems]
    if "dialogue" in stems and beds:
        margins = balances(stems["dialogue"], np.sum(beds, axis=0), sheet.lines)
        found += check_balance(policy, sheet, margins)
        if margins:
            numbers["loud_music"] = min(one.margin for one in margins)
    drift = {name: lag.drift for name, lag in lags.items() if lag.drift is not None}
    return Survey(found, film, shots, numbers, loudness, drift)
