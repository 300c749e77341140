"""A whole film held against the policy, from its files: every clip, every line, the shots beside each other, the cut.

What a report says and what the tests of planted faults look at is this one function; it reads and writes no record.
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
from resources.media.loudness import measure
from resources.media.probe import read_sound
from resources.media.stems import heard, read_flac
from resources.media.wav import read_wav
from resources.quality.balance import balances
from resources.quality.checks import check_film, check_picture, check_subtitles, check_voice
from resources.quality.picture import PictureMeasures, measure_picture, moments
from resources.quality.policy import Policy
from resources.quality.relations import (
    ShotLook,
    check_balance,
    check_drift,
    check_looks,
    check_order,
    check_speech,
    check_twins,
    middles,
)
from resources.quality.similar import colours, region
from resources.quality.sound import LineMeasures, measure_lines
from schemas.cut import CutSheet
from schemas.media import VoiceTrack
from schemas.report import Finding
from schemas.time import FrameRate

TRUTH = "truth.json"
"""Beside a keyframe: what its engine knows about who stands where, and how they look."""
EVERY = 4
"""Pixels between two whose colour is looked at."""


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
    lightning: bool = False
    chunks: Sequence[int] = ()
    measures: PictureMeasures | None = None
    """What was measured when the clip was made; None: it is decoded now."""


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
class Survey:
    """What was found, and what was measured on the way."""

    findings: list[Finding]
    film: PictureMeasures | None
    clips: dict[str, PictureMeasures]
    lines: dict[str, list[LineMeasures]]


def survey_film(policy: Policy, files: FilmFiles) -> Survey:
    """Every check that needs no model. A file that cannot be read is a finding, not an error."""
    sheet = CutSheet.model_validate_json((files.cut / "cut_sheet.json").read_bytes())
    rate = FrameRate.parse(sheet.fps)
    found: list[Finding] = []
    clips: dict[str, PictureMeasures] = {}
    lines: dict[str, list[LineMeasures]] = {}
    sounds: dict[str, Sound] = {}
    for shot in files.shots:
        track = VoiceTrack.model_validate_json((shot.voice / "track.json").read_bytes())
        sound = read_wav(shot.voice / "dialogue.wav")
        sounds[shot.shot], lines[shot.shot] = sound, measure_lines(sound, track.lines)
        found += check_voice(policy, track, sound, rate=rate, shot=shot.shot, voices=shot.voices)
        try:
            clip = shot.measures or measure_clip(shot.clip / "clip.mp4", rate, track.frames)
        except RenderFault as fault:
            found.append(policy.finding("readable", 1, fault.message, shot=shot.shot))
            continue
        clips[shot.shot] = clip
        found += check_picture(
            policy,
            clip,
            track.frames,
            rate,
            shot=shot.shot,
            own=shot.own,
            lightning=shot.lightning,
            chunks=shot.chunks,
        )
    found += check_looks(policy, [shot_look(shot) for shot in files.shots])
    found += check_twins(policy, clips) + check_speech(policy, lines, rate)
    film, more = _cut(policy, files, sheet, clips, sounds)
    return Survey(found + more, film, clips, lines)


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
    policy: Policy,
    files: FilmFiles,
    sheet: CutSheet,
    clips: Mapping[str, PictureMeasures],
    sounds: Mapping[str, Sound],
) -> tuple[PictureMeasures | None, list[Finding]]:
    path = files.cut / "final_cut.mp4"
    rate = FrameRate.parse(sheet.fps)
    try:
        film = measure_picture(path, rate.value, keep=middles(sheet))
        sound = read_sound(path)[:, 0]
        loudness = measure(path)
    except RenderFault as fault:
        return None, [policy.finding("readable", 1, fault.message)]
    found = check_film(policy, sheet, film, len(sound), loudness, files.target)
    wrong = check_order(policy, sheet, film, clips)
    elsewhere = {finding.shot for finding in wrong}
    there = {name: clip for name, clip in clips.items() if name not in elsewhere}
    found += wrong + check_drift(policy, sheet, film, there, sound, sounds)
    srt = (files.cut / "final_cut.srt").read_text(encoding="utf-8")
    found += check_subtitles(policy, srt, files.texts, sheet)
    stems = {stem.name: heard(read_flac(files.home / stem.file)) for stem in sheet.stems}
    beds = [stems[name] for name in ("music", "ambience") if name in stems]
    if "dialogue" in stems and beds:
        found += check_balance(policy, sheet, balances(stems["dialogue"], np.sum(beds, axis=0), sheet.lines))
    return film, found
