"""What the report page shows of a film: gathered from its plan, its cut, its takes and its artifacts' sidecars."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from resources.agents.budget import Budget
from resources.media.loudness import TARGETS
from resources.pipeline.page.curves import drift_curve, light_curve, loudness_curve, motion_curve
from resources.pipeline.page.view import (
    Curve,
    Provenance,
    Reading,
    ReportView,
    ShotView,
    Spend,
    SpokenLine,
    TakeView,
)
from resources.pipeline.resolve import Script
from resources.pipeline.stages.cut import ShotMedia
from resources.pipeline.told import models_told, rungs_told
from resources.quality.picture import ALIKE
from resources.quality.policy import Policy
from resources.quality.survey import Survey
from resources.store.artifacts import Artifacts
from resources.store.film import ShotTakes, Take
from resources.store.timeline import read_timeline
from schemas.cut import CutSheet
from schemas.plan import Shot
from schemas.refs import AssetRef, Sidecar, Stage
from schemas.report import Finding, Measure, QAReport
from schemas.time import SAMPLE_RATE

STAGES: tuple[Stage, ...] = ("shot_images", "voice_tracks", "video_chunks", "lipsynced_clips")
DARK = 24.0
"""Mean luma under which a frame is next to black (of 16 to 235)."""
SHORT = 12
"""Hex digits of a fingerprint that are shown."""


def report_view(
    script: Script,
    store: Artifacts,
    policy: Policy,
    report: QAReport,
    survey: Survey,
    sheet: CutSheet,
    shots: Mapping[str, ShotMedia],
    cut: Path,
) -> ReportView:
    """Everything on the page of a film. ``shots`` are the artifacts by the shot's id, ``cut`` is the cut's folder."""
    plan = script.plan
    width, height = plan.frame_size
    spent = Budget(store.film.path).spent
    panels = [_shot(script, store, policy, report, sheet, shot, shots[shot.id or ""]) for shot in plan.shots]
    told = [sidecar for panel in panels for sidecar in panel.provenance.values()]
    poster = cut / "poster.jpg"
    return ReportView(
        title=plan.title,
        logline=plan.logline,
        language=plan.language,
        verdict=report.verdict,
        why=report.because,
        vtt=(cut / "final_cut.vtt").read_text(encoding="utf-8"),
        fps=sheet.fps,
        width=width,
        height=height,
        frames=report.frames,
        poster=poster.read_bytes() if poster.exists() else None,
        shots=panels,
        findings=report.findings,
        curves=_curves(script, policy, survey, sheet),
        measures=[_reading(one, report.findings) for one in report.measures],
        checks=report.checks,
        cost=Spend(amount=spent.usd, tokens=spent.tokens),
        wall_s=_wall(store),
        peak_mb=max((one.peak_mb or 0.0 for one in told), default=None),
    )


def _shot(
    script: Script, store: Artifacts, policy: Policy, report: QAReport, sheet: CutSheet, shot: Shot, media: ShotMedia
) -> ShotView:
    name = shot.id or ""
    slot, piece = script.slot(shot), sheet.shots[name]
    known = script.takes.get(name)
    return ShotView(
        id=name,
        start=piece.start,
        stop=piece.stop,
        size=str(shot.size),
        camera=str(shot.camera),
        prompt=shot.prompt,
        thumbnail=_thumbnail(store, media.image),
        lines=[
            SpokenLine(
                who=script.plan.character(line.character_id).name,
                text=line.text,
                start=line.start / SAMPLE_RATE,
                stop=line.end / SAMPLE_RATE,
            )
            for line, owner in zip(sheet.lines, sheet.line_shots, strict=True)
            if owner == name
        ],
        takes=[] if known is None else _takes(store, policy, report, name, slot, known),
        provenance={
            stage: _provenance(sidecar)
            for stage in STAGES
            if (ref := store.current(stage, slot)) is not None and (sidecar := store.sidecar(ref)) is not None
        },
    )


def _takes(
    store: Artifacts, policy: Policy, report: QAReport, shot: str, slot: str, known: ShotTakes
) -> list[TakeView]:
    told = []
    for take in known.takes:
        failed = bool(take.found)
        told.append(
            TakeView(
                number=take.number,
                seed=take.seed,
                reasons=take.because,
                action=take.repairs[-1].action if take.because and take.repairs else "",
                note=take.note,
                thumbnail=_picture_of(store, slot, take),
                score=None if take.badness is None else round(1 / (1 + take.badness), 3),
                worst=_worst(policy, report, shot, take, chosen=take.number == known.current),
                chosen=take.number == known.current,
                state="best" if failed and take.number == known.current else "kept",
            )
        )
    return told


def _worst(policy: Policy, report: QAReport, shot: str, take: Take, *, chosen: bool) -> Reading | None:
    """The number that speaks most against a take; of one that was mended and is in the film, the number now."""
    if take.worst is not None:
        rule = policy.rule(take.worst.reason)
        unit = rule.unit if rule is not None else ""
        return Reading(
            check=take.worst.check, shot=shot, value=take.worst.value, unit=unit, limit=take.worst.limit, ok=False
        )
    if not chosen or not take.because:
        return None
    mended = [name for name, rule in policy.checks.items() if rule.reason in take.because]
    found = next((one for one in report.measures if one.shot == shot and one.check in mended), None)
    return None if found is None else _reading(found, report.findings)


def _picture_of(store: Artifacts, slot: str, take: Take) -> bytes | None:
    fingerprint = take.made.get("shot_images")
    ref = None if fingerprint is None else store.find("shot_images", slot, fingerprint)
    return None if ref is None else _thumbnail(store, ref)


def _thumbnail(store: Artifacts, image: AssetRef) -> bytes | None:
    path = store.path(image) / "thumb.jpg"
    return path.read_bytes() if path.exists() else None


def _provenance(sidecar: Sidecar) -> Provenance:
    facts = sidecar.ref.facts
    return Provenance(
        engine=sidecar.engine,
        revision=sidecar.engine_revision,
        models=models_told(facts),
        seed=sidecar.seed,
        seconds=sidecar.seconds,
        peak_mb=sidecar.peak_rss_mb,
        fingerprint=sidecar.ref.fingerprint[:SHORT],
        attempt=sidecar.attempt,
        ladder=rungs_told(facts),
    )


def _wall(store: Artifacts) -> float | None:
    """Seconds since the run under way began; None where it made no shot, as when Dagster measures by itself."""
    events = read_timeline(store.film.path)
    begun = max((n for n, event in enumerate(events) if event.event == "run_start"), default=None)
    if begun is None or not any(one.event == "success" and one.slot for one in events[begun:]):
        return None
    started = datetime.fromisoformat(events[begun].at)
    return round(max(0.0, (datetime.now(UTC) - started).total_seconds()), 1)


def _curves(script: Script, policy: Policy, survey: Survey, sheet: CutSheet) -> list[Curve]:
    rate, curves = script.plan.rate, []
    if survey.loudness is not None and survey.loudness.short_term:
        curves.append(loudness_curve(survey.loudness.short_term, TARGETS[script.settings.loudness]))
    if survey.film is not None:
        series = survey.film.series
        curves += [motion_curve(series.change, rate, still=ALIKE), light_curve(series.luma, rate, dark=DARK)]
    cuts = [(rate.seconds(sheet.shots[name].start), drift * 1000) for name, drift in survey.drift.items()]
    if cuts:
        curves.append(drift_curve(cuts, policy.checks["drift"].limit * 1000))
    return curves


def _reading(measure: Measure, findings: list[Finding]) -> Reading:
    broken = any(one.check == measure.check and one.shot == measure.shot and one.severity != "info" for one in findings)
    return Reading(
        check=measure.check,
        shot=measure.shot,
        value=measure.value,
        unit=measure.unit,
        limit=measure.limit,
        ok=None if measure.limit is None else not broken,
    )
