"""qa_report: the finished film, decoded from end to end and held against the policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from resources.media.loudness import TARGETS
from resources.pipeline.carry import Job
from resources.pipeline.measuring import Measuring
from resources.pipeline.page import report_page
from resources.pipeline.resolve import Script
from resources.pipeline.review import Reviews
from resources.pipeline.stages.cut import ShotMedia, read_sheet
from resources.pipeline.versions import VERSIONS
from resources.pipeline.viewing import report_view
from resources.quality.names import CheckName
from resources.quality.policy import Policy, load_policy
from resources.quality.readings import Readings
from resources.quality.survey import CutFiles, Survey, survey_cut
from resources.store.artifacts import Artifacts
from resources.store.fingerprint import digest
from resources.store.records import MEND, read_record
from schemas.cut import CutSheet
from schemas.plan import Strict
from schemas.refs import AssetRef
from schemas.report import Finding, Measure, QAReport, TakeReport, Verdict
from schemas.time import FrameRate

CODE_VERSION = VERSIONS["qa_report"]
REPORT = "report.json"
ALWAYS: tuple[CheckName, ...] = (
    "duplicate_prompt",
    "duplicate_shot",
    "scene_colour",
    "character_colour",
    "speech_rate",
    "voice_pitch",
    "shot_order",
    "doubled_shot",
    "subtitles",
    "missing_subtitle",
    "wrong_subtitle",
    "reading_speed",
)
"""Checks that compare, and are made of every film; every other one has a number where it was made."""


@dataclass(frozen=True, slots=True)
class Meter:
    """Whoever measures, as an engine for the fingerprint."""

    name: str = "measured"
    revision: str = "2"


class ReportRequest(Strict):
    """What a report depends on beside the film: the policy."""

    policy: str
    approved: list[str] = Field(default_factory=list)
    """Ids of the questions that a person answered with yes."""
    takes: str
    """Hash of what is known of the takes: the report shows them."""


def lies_in(finding: Finding, sheet: CutSheet, shots: Mapping[str, ShotMedia]) -> list[AssetRef]:
    """What a finding is about: everything of its shot; of the film's, voice and clip of every shot that it touches.

    A still shot is a still stretch of the film.
    """
    if finding.shot is not None and finding.shot in shots:
        media = shots[finding.shot]
        return [media.image, media.voice, media.clip]
    if finding.frame is None:
        return []
    rate = FrameRate.parse(sheet.fps)
    stop = finding.frame + (rate.frames(finding.value) if finding.unit == "s" else 1)
    touched = [piece.name for piece in sheet.pieces if piece.start < stop and finding.frame < piece.stop]
    return [ref for name in touched if name in shots for ref in (shots[name].voice, shots[name].clip)]


def report_job(
    script: Script,
    store: Artifacts,
    measuring: Measuring,
    shots: list[ShotMedia],
    film: AssetRef,
    restore: Callable[[], object],
) -> Job:
    """The report on the film that is current; ``restore`` brings back stems that a later cut has forgotten."""
    policy = load_policy(script.settings.profile)
    plan = script.plan
    reviews = Reviews(store)
    judged = [film, *(ref for media in shots for ref in (media.image, media.voice, media.clip))]

    def make(folder: Path) -> dict[str, Any]:
        restore()
        cut = store.path(film)
        sheet = read_sheet(cut)
        named = {shot.id or "": media for shot, media in zip(plan.shots, shots, strict=True)}
        files = CutFiles(
            cut=cut,
            home=store.home,
            texts=[line.text for shot in plan.shots for line in shot.dialogue],
            target=TARGETS[script.settings.loudness],
        )
        surveys = {
            shot.id or "": measuring.shot(shot, media.image, media.voice, media.clip)
            for shot, media in zip(plan.shots, shots, strict=True)
        }
        survey = survey_cut(policy, files, sheet, surveys)
        findings = [
            one for found in survey.findings for one in reviews.settle([film, *lies_in(found, sheet, named)], [found])
        ]
        verdict = decide_film(findings)
        report = QAReport(
            movie=store.film.movie,
            verdict=verdict,
            because=because(verdict, findings),
            policy_version=policy.version,
            findings=findings,
            measures=[*_measures(policy, survey.readings, None), *_of_shots(policy, survey)],
            checks=sorted(made_checks(survey)),
            takes=_takes(script),
            frames=sheet.frames,
            duration_s=round(plan.rate.seconds(sheet.frames), 3),
        )
        (folder / REPORT).write_text(report.model_dump_json(indent=1), encoding="utf-8")
        view = report_view(script, store, policy, report, survey, sheet, named, cut)
        (folder / "index.html").write_text(report_page(view), encoding="utf-8")
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
            takes=digest([one.model_dump(mode="json") for one in _takes(script)]),
        ),
        make=make,
        verify=verify,
        inputs={"final_cut": film.sha256},
    )


def decide_film(findings: Sequence[Finding]) -> Verdict:
    """The verdict on a finished film: whatever could be mended was, so an error is a person's."""
    return "escalate" if any(finding.severity == "error" for finding in findings) else "approve"


def because(verdict: Verdict, findings: Sequence[Finding]) -> str:
    """The verdict in a sentence."""
    errors = [finding for finding in findings if finding.severity == "error"]
    warnings = sum(finding.severity == "warn" for finding in findings)
    if verdict == "approve":
        noted = f"; {warnings} warning{'s' if warnings > 1 else ''} to look at" if warnings else ""
        return f"Every check that can hold a film back passed{noted}."
    reasons = ", ".join(dict.fromkeys(finding.reason.replace("_", " ") for finding in errors))
    where = len({finding.shot for finding in errors if finding.shot})
    return f"{len(errors)} error{'s' if len(errors) > 1 else ''} ({reasons})" + (
        f" in {where} shot{'s' if where > 1 else ''}." if where else " of the film."
    )


def made_checks(survey: Survey) -> set[CheckName]:
    """The checks that were really made: of those that ask somebody or need something, only where there was any."""
    read: set[CheckName] = {*survey.readings, *(name for shot in survey.shots.values() for name in shot.readings)}
    return read | set(ALWAYS)


def _measures(policy: Policy, readings: Readings, shot: str | None) -> list[Measure]:
    return [
        Measure(
            check=check, shot=shot, value=round(value, 4), unit=policy.checks[check].unit,
            limit=policy.checks[check].limit,
        )
        for check, value in sorted(readings.items())
    ]  # fmt: skip


def _of_shots(policy: Policy, survey: Survey) -> list[Measure]:
    return [one for name, shot in survey.shots.items() for one in _measures(policy, shot.readings, name)]


def _takes(script: Script) -> list[TakeReport]:
    """Every take of the shots of the film that were made more than once."""
    return [
        TakeReport(
            shot=shot.id or "",
            take=take.number,
            because=take.because,
            repairs=[f"{one.stage}: {one.action}" for one in take.repairs],
            note=take.note,
            found=take.found,
            badness=take.badness,
            chosen=take.number == known.current,
        )
        for shot in script.plan.shots
        if (known := script.takes.get(shot.id or "")) is not None and len(known.takes) > 1
        for take in known.takes
    ]


def read_report(folder: Path) -> QAReport:
    """The report of an artifact."""
    return read_record(folder / REPORT, QAReport, hint=MEND)
