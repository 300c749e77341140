"""qa_report: the finished film, decoded from end to end and held against the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from resources.media.loudness import TARGETS, measure
from resources.media.probe import read_sound
from resources.media.wav import read_wav
from resources.pipeline.carry import Job
from resources.pipeline.page import report_page
from resources.pipeline.resolve import Script
from resources.pipeline.review import Reviews
from resources.pipeline.stages.clips import read_measures
from resources.pipeline.stages.cut import FILM, ShotMedia, read_sheet
from resources.pipeline.stages.voices import read_track
from resources.pipeline.versions import VERSIONS
from resources.quality.checks import check_film, check_picture, check_subtitles, check_voice
from resources.quality.picture import measure_picture
from resources.quality.policy import decide, load_policy
from resources.store.artifacts import Artifacts
from resources.store.fingerprint import digest
from schemas.cut import CutSheet
from schemas.plan import Shot, Strict
from schemas.refs import AssetRef
from schemas.report import Finding, Measure, QAReport
from schemas.time import FrameRate
from schemas.vocabulary import Effect, Weather

CODE_VERSION = VERSIONS["qa_report"]
REPORT = "report.json"


@dataclass(frozen=True, slots=True)
class Meter:
    """Whoever measures, as an engine for the fingerprint."""

    name: str = "measured"
    revision: str = "1"


class ReportRequest(Strict):
    """What a report depends on beside the film: the policy."""

    policy: str
    approved: list[str] = Field(default_factory=list)
    """Ids of the questions that a person answered with yes."""


def shot_findings(script: Script, shot: Shot, voice: Path, clip: Path) -> list[Finding]:
    """Everything that is wrong with one shot."""
    policy, rate = load_policy(), script.plan.rate
    track = read_track(voice)
    name = shot.id or ""
    own = shot.media is not None and (shot.media.clip or shot.media.image) is not None
    request = script.image_request(shot)
    lightning = request.weather is Weather.STORM or Effect.LIGHTNING in shot.effects
    measures = read_measures(clip)
    found = check_picture(policy, measures, track.frames, rate, shot=name, own=own, lightning=lightning)
    return found + voice_findings(script, shot, voice)


def voice_findings(script: Script, shot: Shot, voice: Path) -> list[Finding]:
    """Everything that is wrong with the sound of one shot."""
    sound = read_wav(voice / "dialogue.wav")
    own = shot.media is not None and shot.media.voice is not None
    return check_voice(load_policy(), read_track(voice), sound, rate=script.plan.rate, shot=shot.id or "", own=own)


def lies_in(finding: Finding, sheet: CutSheet, shots: Mapping[str | None, ShotMedia]) -> list[AssetRef]:
    """Voice and clip of every shot that a stretch of the film touches: a still shot is a still stretch of the film."""
    if finding.frame is None:
        return []
    rate = FrameRate.parse(sheet.fps)
    stop = finding.frame + (rate.frames(finding.value) if finding.unit == "s" else 1)
    touched = [piece.name for piece in sheet.pieces if piece.start < stop and finding.frame < piece.stop]
    return [ref for name in touched if name in shots for ref in (shots[name].voice, shots[name].clip)]


def report_job(script: Script, store: Artifacts, shots: list[ShotMedia], film: AssetRef) -> Job:
    """The report on the film that is current."""
    policy = load_policy()
    plan = script.plan
    reviews = Reviews(store)
    judged = [film, *(ref for media in shots for ref in (media.voice, media.clip))]

    def make(folder: Path) -> dict[str, Any]:
        cut = store.path(film)
        sheet = read_sheet(cut)
        measures = measure_picture(cut / FILM, plan.rate.value)
        loudness = measure(cut / FILM)
        samples = len(read_sound(cut / FILM))
        findings = check_film(policy, sheet, measures, samples, loudness, TARGETS[script.settings.loudness])
        srt = (cut / "final_cut.srt").read_text(encoding="utf-8")
        findings += check_subtitles(policy, srt, [line.text for shot in plan.shots for line in shot.dialogue])
        named = dict(zip((shot.id for shot in plan.shots), shots, strict=True))
        findings = [one for found in findings for one in reviews.settle([film, *lies_in(found, sheet, named)], [found])]
        numbers = [
            Measure(check="loudness", value=round(loudness.integrated, 2), unit="LUFS"),
            Measure(check="true_peak", value=round(loudness.true_peak, 2), unit="dBTP"),
            Measure(check="mean_luma", value=measures.mean_luma),
            Measure(check="mean_motion", value=measures.mean_motion),
        ]
        for shot, media in zip(plan.shots, shots, strict=True):
            clip = store.path(media.clip)
            found = shot_findings(script, shot, store.path(media.voice), clip)
            findings += reviews.settle([media.voice, media.clip], found)
            numbers.append(Measure(check="mean_motion", shot=shot.id, value=read_measures(clip).mean_motion))
        report = QAReport(
            movie=store.film.movie,
            verdict=decide(findings),
            findings=findings,
            measures=numbers,
            checks=sorted(policy.checks),
            frames=sheet.frames,
            duration_s=round(plan.rate.seconds(sheet.frames), 3),
        )
        (folder / REPORT).write_text(report.model_dump_json(indent=1), encoding="utf-8")
        images = [store.path(media.image) for media in shots]
        (folder / "index.html").write_text(report_page(plan, report, sheet, images), encoding="utf-8")
        return {"verdict": report.verdict, "findings": len(findings)}

    def verify(folder: Path) -> None:
        read_report(folder)

    return Job(
        stage="qa_report",
        slot=None,
        shot=None,
        code_version=CODE_VERSION,
        engine=Meter(),
        request=ReportRequest(
            policy=digest(policy.model_dump(mode="json")),
            approved=sorted(question.id for question in reviews.approved(judged)),
        ),
        make=make,
        verify=verify,
        inputs={"final_cut": film.sha256},
    )


def read_report(folder: Path) -> QAReport:
    """The report of an artifact."""
    return QAReport.model_validate_json((folder / REPORT).read_bytes())
