"""What the UI shows of an artifact: what a film maker wants to know first, what a bug report needs last."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import dagster as dg

from resources.store.artifacts import SIDECAR
from sparkle_assets.serving.address import screening_url

if TYPE_CHECKING:
    from resources.pipeline.carry import Outcome
    from resources.pipeline.production import Production
    from schemas.plan import MoviePlan
    from schemas.refs import AssetRef, Sidecar
    from schemas.report import QAReport

MEDIA = {
    "shot_images": ("keyframe.png",),
    "voice_tracks": ("dialogue.wav",),
    "lipsynced_clips": ("clip.mp4",),
    "final_cut": ("final_cut.mp4",),
    "qa_report": ("report",),
}
"""The file of a stage to look at or listen to, as the screening room names it."""
SPECIAL = "\\`*_{}[]()<>#+-.!|~&:/@"
"""What Markdown, or HTML in it, gives a meaning: links and pictures from elsewhere too."""
LONGEST_STORY = 60


def show(film: Production, outcome: Outcome, **more: Any) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The result of an asset: data version is the content's hash, metadata what a film maker wants to know.

    ``more`` stands first; keys whose value is None are left out.
    """
    ref = outcome.ref
    folder, sidecar = film.store.path(ref), film.store.sidecar(ref)
    facts = {key: value for key, value in ref.facts.items() if isinstance(value, (int, float, str, bool))}
    shown = {
        **more,
        **pictures(film, ref),
        **_links(film, ref),
        **{key: value for key, value in facts.items() if key not in more},
        "take": _take(film, ref),
        "made": "reused" if outcome.reused else "rendered",
        **_making(sidecar),
        "wall_s": round(outcome.seconds, 2),
        **_decision(sidecar),
        **_models(ref.facts),
        "fingerprint": ref.fingerprint,
        "folder": dg.MetadataValue.path(str(folder)),
        "sidecar": dg.MetadataValue.path(str(folder / SIDECAR)),
    }
    return dg.MaterializeResult(
        data_version=dg.DataVersion(ref.sha256),
        metadata={key: value for key, value in shown.items() if value is not None},
    )


def pictures(film: Production, ref: AssetRef) -> dict[str, dg.MarkdownMetadataValue]:
    """A small picture, twice: the UI shows Markdown in place when it has less than 1,000 characters, else on a click.

    So one is an address in the screening room, seen at once while that runs; the other is the picture itself, which
    stays in the event database for good (under 20 KB).
    """
    from resources.pipeline.glimpse import glimpse

    path = None if _unsafe(film, ref) else glimpse(film.home, ref)
    if path is None:
        return {}
    data = base64.b64encode(path.read_bytes()).decode()
    return {
        "picture": dg.MetadataValue.md(f"![{ref.stage}]({screening_url(film.home, 'glimpses', path.name)})"),
        "picture_kept": dg.MetadataValue.md(f"![{ref.stage}](data:image/jpeg;base64,{data})"),
    }


def _unsafe(film: Production, ref: AssetRef) -> bool:
    """Whether a picture is not to be shown in a list; a keyframe is looked at before its first listing."""
    from resources.pipeline.quarantine import UNSAFE, hidden

    if ref.stage == "shot_images" and ref.slot is not None:
        found = film.measured_image(ref.slot).findings
        return any(one.reason in UNSAFE and one.severity == "error" for one in found)
    return hidden(film.reviews, ref)


def story(plan: MoviePlan) -> dg.MarkdownMetadataValue:
    """The plan as a table: shot by shot what is seen and who says what."""
    rows = ["| shot | what is seen | what is said |", "| --- | --- | --- |"]
    for number, shot in enumerate(plan.shots[:LONGEST_STORY], 1):
        said = " ".join(f"{plan.character(line.character_id).name}: “{line.text}”" for line in shot.dialogue)
        rows.append(f"| {number} {plain(shot.id or '')} | {plain(shot.prompt[:160])} | {plain(said[:240])} |")
    return dg.MetadataValue.md("\n".join(rows))


def verdict(report: QAReport) -> dict[str, Any]:
    """A report's verdict, and its findings as a table."""
    told = [found for found in report.findings if found.severity != "info"]
    rows = [
        f"| {plain(found.severity)} | {plain(found.reason)} | {plain(found.shot or 'film')} "
        f"| {found.value:g} {plain(found.unit)} | {found.limit:g} |"
        for found in told[:40]
    ]
    table = "\n".join(["| severity | reason | where | value | limit |", "| --- | --- | --- | --- | --- |", *rows])
    return {
        "verdict": report.verdict,
        "findings": len(told),
        "checks": len(report.checks),
        "found": dg.MetadataValue.md(table) if rows else "nothing to complain about",
    }


def plain(text: str) -> str:
    """Text from outside as Markdown that shows exactly that text, in one line."""
    return "".join(f"&#{ord(char)};" if char in SPECIAL else char for char in " ".join(text.split()))


def _links(film: Production, ref: AssetRef) -> dict[str, Any]:
    """Where the screening room shows the film, and the file itself: the UI plays no video."""
    here = ("films", film.film.movie)
    room = screening_url(film.home, *here) + (f"#{ref.slot}" if ref.slot is not None else "")
    links: dict[str, Any] = {"screening_room": dg.MetadataValue.url(room)}
    if ref.stage in MEDIA:
        place = ("shots", ref.slot) if ref.slot is not None else ()
        links["media"] = dg.MetadataValue.url(screening_url(film.home, *here, *place, *MEDIA[ref.stage]))
    return links


def _take(film: Production, ref: AssetRef) -> str | None:
    """Which take of how many."""
    if ref.slot is None:
        return None
    takes = film.script.takes.get(film.script.shot(ref.slot).id or "")
    return f"{takes.current} of {len(takes.takes)}" if takes is not None else "1 of 1"


def _making(sidecar: Sidecar | None) -> dict[str, Any]:
    """Engine, seed, seconds and memory of the time it was really made, whenever that was."""
    if sidecar is None:
        return {}
    return {
        "engine": sidecar.engine,
        "engine_revision": sidecar.engine_revision,
        "seed": sidecar.seed,
        "made_in_s": round(sidecar.seconds, 2),
        "peak_memory_mb": sidecar.peak_rss_mb,
        "attempt": sidecar.attempt,
    }


def _decision(sidecar: Sidecar | None) -> dict[str, Any]:
    """Who decided how the engine was asked, and what: from the sidecar, so that a reused artifact tells it, too."""
    if sidecar is None or not sidecar.decision:
        return {}
    decision = sidecar.decision
    value: dict[str, Any] = decision["value"]
    return {
        "agent": decision["agent"],
        "model": decision["model_version"] or decision["model"],
        "decision": dg.MetadataValue.json(value),
        "decision_seed": value.get("seed"),
        "decision_prompt": value.get("prompt") or value.get("motion_prompt"),
    }


def _models(facts: dict[str, Any]) -> dict[str, Any]:
    """How an engine that loads models came to its result: weights, load plan, what the memory ladder gave up."""
    told = facts.get("rendering")
    return {} if told is None else {"rendering": dg.MetadataValue.json(told)}
