"""A view from the plan, the report and the cut sheet alone: what the page can say without takes and curves."""

from __future__ import annotations

from pathlib import Path

from resources.pipeline.page.view import Reading, ReportView, ShotView, SpokenLine
from schemas.cut import CutSheet
from schemas.plan import MoviePlan
from schemas.report import QAReport
from schemas.time import SAMPLE_RATE


def basic_view(plan: MoviePlan, report: QAReport, sheet: CutSheet, images: list[Path]) -> ReportView:
    """What is known of every film. ``images`` are the keyframes' folders, in the order of the plan's shots."""
    spoken: dict[str, list[SpokenLine]] = {}
    for line, owner in zip(sheet.lines, sheet.line_shots, strict=True):
        spoken.setdefault(owner, []).append(
            SpokenLine(
                who=plan.character(line.character_id).name,
                text=line.text,
                start=line.start / SAMPLE_RATE,
                stop=line.end / SAMPLE_RATE,
            )
        )
    shots = []
    for shot, folder in zip(plan.shots, images, strict=True):
        name = shot.id or ""
        piece = sheet.shots[name]
        shots.append(
            ShotView(
                id=name,
                start=piece.start,
                stop=piece.stop,
                size=str(shot.size),
                camera=str(shot.camera),
                prompt=shot.prompt,
                thumbnail=(folder / "thumb.jpg").read_bytes(),
                lines=spoken.get(name, []),
            )
        )
    errors = sum(finding.severity == "error" for finding in report.findings)
    width, height = plan.frame_size
    return ReportView(
        title=plan.title,
        logline=plan.logline,
        language=plan.language,
        verdict=report.verdict,
        why=f"{errors} of {len(report.findings)} findings are errors." if errors else "No finding is an error.",
        fps=sheet.fps,
        width=width,
        height=height,
        frames=report.frames,
        shots=shots,
        findings=report.findings,
        measures=[
            Reading(check=measure.check, shot=measure.shot, value=measure.value, unit=measure.unit)
            for measure in report.measures
        ],
        checks=report.checks,
    )
