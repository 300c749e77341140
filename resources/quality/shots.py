"""A shot held against the policy, from its files: its keyframe, its sound, its clip, and what models said of them.

What a report says, what Dagster's checks say and what the tests of planted faults look at are these functions. They
read files and write nothing; whatever a model says of a shot is asked elsewhere and handed in (:class:`Asked`). Shots
beside each other and the film: :mod:`resources.quality.survey`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resources.errors import RenderFault
from resources.media.wav import read_wav
from resources.quality.checks import check_lips, check_picture, check_voice
from resources.quality.figures import Face, Painted, painted, read_rgb
from resources.quality.flow import Motion
from resources.quality.lettering import Lettering, check_lettering, letters_of, unasked
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
from resources.quality.readings import Measured, Readings, picture_readings, voice_readings
from resources.quality.relations import ShotLook, check_drawn
from resources.quality.safety import Exposure
from resources.quality.similar import colours, region
from resources.quality.sound import LineMeasures, measure_lines
from resources.quality.speech_quality import SpeechQuality
from resources.store.records import MEND, read_record
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
    lettering: Lettering | None = None
    """Words in the keyframe."""
    frame_lettering: Lettering | None = None
    """Words in frames of the clip."""
    face: Face | None = None
    """Of a painted picture's one character."""
    identity: Sequence[float] | None = None
    """What an embedding model makes of that character."""


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
    wording: str = ""
    """Everything that letters in the picture may come from: what was asked for, what is said, names, the title."""
    alone: str = ""
    """The one character that a painted picture is to show; "" where there are others, or none."""
    asked: Asked = Asked()


@dataclass(frozen=True)
class ImageSurvey:
    """A keyframe by itself, and as it is compared with others."""

    told: Measured
    look: ShotLook
    painted: Painted | None = None


@dataclass(frozen=True)
class VoiceSurvey:
    """A shot's dialogue by itself."""

    told: Measured
    track: VoiceTrack
    dialogue: Path
    """Where the sound is: a survey is kept, and the sound of a film is large."""
    lines: list[LineMeasures]


@dataclass(frozen=True)
class ClipSurvey:
    """A shot's final frames by themselves."""

    told: Measured
    measures: PictureMeasures | None
    """None: they cannot be read."""


@dataclass(frozen=True)
class ShotSurvey:
    """One shot by itself."""

    image: ImageSurvey
    voice: VoiceSurvey
    clip: ClipSurvey

    @property
    def findings(self) -> list[Finding]:
        """Of its picture, its sound, its frames."""
        return [*self.image.told.findings, *self.voice.told.findings, *self.clip.told.findings]

    @property
    def readings(self) -> Readings:
        """Of all three; what is read in the picture and in the frames counts once, the more of both."""
        numbers = {**self.image.told.readings, **self.voice.told.readings, **self.clip.told.readings}
        for check in self.image.told.readings.keys() & self.clip.told.readings.keys():
            numbers[check] = max(self.image.told.readings[check], self.clip.told.readings[check])
        return numbers


def survey_shot(policy: Policy, shot: ShotFiles, rate: FrameRate) -> ShotSurvey:
    """One shot by itself: its picture, its sound, what models said of both."""
    voice = survey_voice(policy, shot, rate)
    return ShotSurvey(survey_image(policy, shot, rate), voice, survey_clip(policy, shot, voice.track, rate))


def survey_image(policy: Policy, shot: ShotFiles, rate: FrameRate) -> ImageSurvey:
    """The keyframe: whoever stands in it looks as the cast has it, nobody is undressed, nothing is written on it."""
    picture = read_rgb(shot.image / "image.png")
    look = shot_look(shot, picture)
    found, numbers = check_drawn(policy, look), Readings()
    numbers["character_look"] = max((finding.value for finding in found), default=0.0)
    if shot.asked.exposure is not None:
        found += check_safety(policy, shot.asked.exposure, shot=shot.shot)
        numbers["safety"] = shot.asked.exposure.probability
    if shot.asked.lettering is not None:
        words = unasked(shot.asked.lettering, shot.wording)
        found += check_lettering(policy, words, rate=rate, shot=shot.shot, own=shot.own)
        numbers["lettering"] = float(letters_of(words))
    figure = None
    if shot.asked.face is not None and shot.alone and not shot.own:
        figure = painted(
            picture, shot.asked.face, shot=shot.shot, scene=shot.scene, who=shot.alone, identity=shot.asked.identity
        )
    return ImageSurvey(Measured(found, numbers), look, figure)


def survey_voice(policy: Policy, shot: ShotFiles, rate: FrameRate) -> VoiceSurvey:
    """The dialogue: every line audible, unclipped, finished, by the right voice and in the plan's words."""
    track = read_record(shot.voice / "track.json", VoiceTrack, hint=MEND)
    dialogue = shot.voice / "dialogue.wav"
    sound = read_wav(dialogue)
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
    return VoiceSurvey(Measured(found, numbers), track, dialogue, lines)


def survey_clip(policy: Policy, shot: ShotFiles, track: VoiceTrack, rate: FrameRate) -> ClipSurvey:
    """The final frames: all there, lit, moving, in one piece, with mouths on time."""
    try:
        clip = shot.measures or measure_clip(shot.clip / "clip.mp4", rate, track.frames)
    except RenderFault as fault:
        broken = policy.finding("readable", 1, fault.message, shot=shot.shot)
        return ClipSurvey(Measured([broken], {"readable": 1.0}), None)
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
    if shot.asked.frame_lettering is not None:
        known = [] if shot.asked.lettering is None else [one.word for one in shot.asked.lettering.words]
        words = unasked(shot.asked.frame_lettering, " ".join([shot.wording, *known]))  # the keyframe's are told there
        found += check_lettering(policy, words, rate=rate, shot=shot.shot, own=shot.own)
        numbers["lettering"] = float(letters_of(words))
    if shot.asked.judged is not None:
        found += check_judged(policy, shot.asked.judged, shot=shot.shot)
        numbers |= judged_readings(shot.asked.judged)
    return ClipSurvey(Measured(found, numbers), clip)


def measure_clip(path: Path, rate: FrameRate, frames: int) -> PictureMeasures:
    """A clip that ought to have ``frames`` frames, with the hashes it is recognised by. Raises RenderFault."""
    measures = measure_picture(path, rate.value, keep=moments(frames))
    if not measures.frames:
        raise RenderFault("holds no picture", where=path.name)
    return measures


def shot_look(shot: ShotFiles, picture: NDArray[np.uint8]) -> ShotLook:
    """The colours and, where the engine knows them, the people of a keyframe."""
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
