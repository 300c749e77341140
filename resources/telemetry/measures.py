"""Events of timelines as counts and durations, under names that do not change.

``METRICS`` is the list: what is not in it is not measured, and the dashboard asks for nothing else (a test holds it).
Labels take few values (stages, models, agents); films and shots are never labels, they belong into traces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from schemas.records import StageEvent

Kind = Literal["counter", "histogram"]


@dataclass(frozen=True)
class Metric:
    """One family of numbers. Counters gain ``_total`` where Prometheus shows them."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...]
    unit: str = "1"


METRICS: tuple[Metric, ...] = (
    Metric("sparkle_attempts", "counter", "Attempts at stages that ended.", ("stage", "status")),
    Metric("sparkle_artifacts_reused", "counter", "Artifacts taken from the store.", ("stage", "source")),
    Metric("sparkle_stage_seconds", "histogram", "What attempts at a stage took.", ("stage", "status"), "s"),
    Metric("sparkle_engine_seconds", "histogram", "What engines worked.", ("stage", "engine"), "s"),
    Metric("sparkle_model_loads", "counter", "Models loaded onto a device.", ("model", "status")),
    Metric("sparkle_model_load_seconds", "histogram", "What loading a model took.", ("model",), "s"),
    Metric("sparkle_memory_steps", "counter", "Rungs of the memory ladder that were taken.", ("model",)),
    Metric("sparkle_questions", "counter", "Questions that agents asked.", ("agent", "model")),
    Metric("sparkle_tokens", "counter", "Tokens of language models.", ("agent", "model", "direction")),
    Metric("sparkle_cost_usd", "counter", "What language models cost, US dollars.", ("agent", "model")),
    Metric("sparkle_takes", "counter", "Takes that were asked for.", ("why",)),
    Metric("sparkle_verdicts", "counter", "What quality said of films and cuts.", ("verdict",)),
)
FILMS = "sparkle_films"
"""A gauge that only a scrape of a home has: films by how far they are (label ``state``)."""
BY_NAME = {metric.name: metric for metric in METRICS}
BUCKETS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)
"""Seconds: a drawn keyframe takes 0.3, a minute of motion on a card some 1000."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement: an amount by which a counter grows, or a value that a histogram gets."""

    name: str
    value: float
    labels: tuple[str, ...]
    """In the order of the metric's labels."""


def samples_of(event: StageEvent) -> Iterator[Sample]:
    """What an event says in numbers; most say nothing."""
    data, stage = event.data, event.stage or ""
    seconds = _number(data.get("seconds"))
    match event.event:
        case "success" | "failed":
            yield Sample("sparkle_attempts", 1, (stage, event.event))
            yield Sample("sparkle_stage_seconds", seconds, (stage, event.event))
        case "reused" | "received":
            yield Sample("sparkle_artifacts_reused", 1, (stage, "home" if event.event == "reused" else "host"))
        case "inference_end" if stage and "model" not in data:
            yield Sample("sparkle_engine_seconds", seconds, (stage, str(data.get("engine", ""))))
        case "load_complete" | "load_failed":
            model = str(data.get("model", ""))
            yield Sample("sparkle_model_loads", 1, (model, "loaded" if event.event == "load_complete" else "failed"))
            yield Sample("sparkle_model_load_seconds", seconds, (model,))
        case "memory_step":
            yield Sample("sparkle_memory_steps", 1, (str(data.get("model", "")),))
        case "decided":
            who = (str(data.get("agent", "")), str(data.get("model", "")))
            yield Sample("sparkle_questions", 1, who)
            yield Sample("sparkle_tokens", _number(data.get("input_tokens")), (*who, "input"))
            yield Sample("sparkle_tokens", _number(data.get("output_tokens")), (*who, "output"))
            yield Sample("sparkle_cost_usd", _number(data.get("amount")), who)
        case "retake" | "take_asked":
            yield Sample("sparkle_takes", 1, ("quality" if event.event == "retake" else "person",))
        case "policy_decision":
            yield Sample("sparkle_verdicts", 1, (str(data.get("verdict", "")),))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
