"""What the UI shows of an artifact."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import dagster as dg

from resources.store.artifacts import SIDECAR

if TYPE_CHECKING:
    from resources.pipeline.carry import Outcome
    from resources.pipeline.production import Production


def show(film: Production, outcome: Outcome, **more: Any) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The result of an asset: data version is the content's hash, metadata what a film maker wants to know."""
    folder = film.store.path(outcome.ref)
    facts = {key: value for key, value in outcome.ref.facts.items() if isinstance(value, (int, float, str, bool))}
    return dg.MaterializeResult(
        data_version=dg.DataVersion(outcome.ref.sha256),
        metadata={
            **facts,
            **{key: value for key, value in more.items() if value is not None},
            **_decision(film, outcome),
            **_models(outcome.ref.facts),
            "made": "reused" if outcome.reused else "rendered",
            "wall_s": round(outcome.seconds, 2),
            "fingerprint": outcome.ref.fingerprint,
            "folder": dg.MetadataValue.path(str(folder)),
            "sidecar": dg.MetadataValue.path(str(folder / SIDECAR)),
        },
    )


def _decision(film: Production, outcome: Outcome) -> dict[str, Any]:
    """Who decided how the engine was asked, and what: from the sidecar, so that a reused artifact tells it, too."""
    sidecar = film.store.sidecar(outcome.ref)
    if sidecar is None or not sidecar.decision:
        return {}
    decision = sidecar.decision
    value: dict[str, Any] = decision["value"]
    told = {
        "agent": decision["agent"],
        "model": decision["model_version"] or decision["model"],
        "decision": dg.MetadataValue.json(value),
        "decision_seed": value.get("seed"),
        "decision_prompt": value.get("prompt") or value.get("motion_prompt"),
    }
    return {key: entry for key, entry in told.items() if entry is not None}


def _models(facts: dict[str, Any]) -> dict[str, Any]:
    """How an engine that loads models came to its result: weights, load plan, what the memory ladder gave up."""
    told = facts.get("rendering")
    return {} if told is None else {"rendering": dg.MetadataValue.json(told)}


def thumbnail(film: Production, outcome: Outcome) -> dg.MarkdownMetadataValue:
    """The keyframe, small, inline: the UI shows data URIs, and they live in its database."""
    data = base64.b64encode((film.store.path(outcome.ref) / "thumb.jpg").read_bytes()).decode()
    return dg.MetadataValue.md(f"![keyframe](data:image/jpeg;base64,{data})")
