"""A film held against the policy, from its files: every shot, the shots beside each other, the cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from resources.errors import RenderFault
from resources.media.loudness import Loudness, measure
from resources.media.probe import read_sound
from resources.media.stems import heard, read_flac
from resources.media.wav import read_wav
from resources.quality.balance import balances
from resources.quality.checks import check_film, check_subtitles
from resources.quality.figures import check_figures
from resources.quality.picture import PictureMeasures, measure_picture
from resources.quality.policy import Policy
from resources.quality.readings import Measured, Readings, film_readings, lag_readings
from resources.quality.relations import (
    check_balance,
    check_drift,
    check_looks,
    check_order,
    check_speech,
    check_twins,
    film_lags,
    middles,
)
from resources.quality.shots import ShotFiles, ShotSurvey, survey_shot
from resources.store.records import MEND, read_record
from schemas.cut import CutSheet
from schemas.report import Finding
from schemas.time import FrameRate


@dataclass(frozen=True)
class CutFiles:
    """The film itself: the folder of its cut, and the texts that are spoken in it, in their order."""

    cut: Path
    home: Path
    texts: Sequence[str]
    target: float
    """Integrated loudness it was brought to, LUFS."""


@dataclass(frozen=True)
class FilmFiles(CutFiles):
    """The film, and its shots in their order."""

    shots: Sequence[ShotFiles]


@dataclass(frozen=True)
class Survey:
    """What was found, and what was measured on the way."""

    findings: list[Finding]
    film: PictureMeasures | None
    shots: Mapping[str, ShotSurvey]
    readings: Readings
    """Of the film; those of a shot are with the shot."""
    loudness: Loudness | None
    drift: dict[str, float]
    """Seconds by which a shot's sound is off its picture in the film, by shot; unknown for a shot without sound."""

    @property
    def clips(self) -> dict[str, PictureMeasures]:
        """What was measured on each clip that can be read."""
        return _clips(self.shots)


def survey_film(policy: Policy, files: FilmFiles) -> Survey:
    """Everything. A file that cannot be read is a finding, not an error."""
    sheet = read_sheet(files)
    rate = FrameRate.parse(sheet.fps)
    return survey_cut(policy, files, sheet, {shot.shot: survey_shot(policy, shot, rate) for shot in files.shots})


def read_sheet(files: CutFiles) -> CutSheet:
    """What the cut says of itself."""
    return read_record(files.cut / "cut_sheet.json", CutSheet, hint=MEND)


def survey_relations(policy: Policy, shots: Mapping[str, ShotSurvey], rate: FrameRate) -> Measured:
    """Shots beside each other: nobody changes voice, speed, colours; nothing comes twice. In the film's order."""
    figures = check_figures(policy, [one.image.painted for one in shots.values() if one.image.painted is not None])
    found = check_looks(policy, [one.image.look for one in shots.values()]) + figures.findings
    found += check_twins(policy, _clips(shots))
    found += check_speech(policy, {name: one.voice.lines for name, one in shots.items()}, rate)
    return Measured(found, figures.readings)


def survey_cut(policy: Policy, files: CutFiles, sheet: CutSheet, shots: Mapping[str, ShotSurvey]) -> Survey:
    """The film whose shots were surveyed: they beside each other, and what only a film has."""
    path = files.cut / "final_cut.mp4"
    rate = FrameRate.parse(sheet.fps)
    beside = survey_relations(policy, shots, rate)
    found = [*(finding for one in shots.values() for finding in one.findings), *beside.findings]
    try:
        film = measure_picture(path, rate.value, keep=middles(sheet))
        sound = read_sound(path)[:, 0]
        loudness = measure(path)
    except RenderFault as fault:
        broken = policy.finding("readable", 1, fault.message)
        return Survey([*found, broken], None, shots, {**beside.readings, "readable": 1.0}, None, {})
    clips = _clips(shots)
    found += check_film(policy, sheet, film, len(sound), loudness, files.target)
    numbers = beside.readings | film_readings(sheet, film, len(sound), loudness, files.target)
    wrong = check_order(policy, sheet, film, clips)
    elsewhere = {finding.shot for finding in wrong}
    there = {name: clip for name, clip in clips.items() if name not in elsewhere}
    lags = film_lags(sheet, film, there, sound, {name: read_wav(one.voice.dialogue) for name, one in shots.items()})
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


def _clips(shots: Mapping[str, ShotSurvey]) -> dict[str, PictureMeasures]:
    """What was measured on each clip that can be read."""
    return {name: one.clip.measures for name, one in shots.items() if one.clip.measures is not None}
