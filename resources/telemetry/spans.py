"""Events of a timeline as spans: one trace a film, in it a run, its stages, and in them models, engines, questions.

A span is known by what it is (film, run, stage, attempt), so the same events give the same ids: whoever exports them
twice writes them over, and hosts that make one film write into one trace without having heard of each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.records import StageEvent

Attribute = str | int | float | bool
_MEMORY = ("used", "peak", "host_rss", "total")
_STAGE_ENDS = frozenset({"success", "failed"})


@dataclass
class Span:
    """One piece of work."""

    name: str
    key: tuple[str, ...]
    """What it is; ids are made of it."""
    parent: tuple[str, ...] | None
    start_ns: int
    end_ns: int
    attributes: dict[str, Attribute] = field(default_factory=dict)
    error: str | None = None

    def lasts_to(self, at: int) -> None:
        """It is not over before ``at``."""
        self.end_ns = max(self.end_ns, at)


def trace_id(movie: str) -> int:
    """The trace of a film, 128 bits."""
    return int.from_bytes(hashlib.sha256(f"sparkle/{movie}".encode()).digest()[:16], "big")


def span_id(movie: str, key: tuple[str, ...]) -> int:
    """A span of it, 64 bits."""
    return int.from_bytes(hashlib.sha256("\x1f".join(("sparkle", movie, *key)).encode()).digest()[:8], "big")


def spans_of(movie: str, run_id: str, events: Iterable[StageEvent]) -> list[Span]:
    """The spans of ``events``, which happened in one run; parents first.

    What was begun and never ended (its process was killed) ends with the last event and says so. The film itself, the
    root, is told by the run that finished it, so that it is told whole.
    """
    reader = _Reader(run_id)
    for event in events:
        reader.read(event)
    return reader.finish(movie)


class _Reader:
    """Reads events in order; spans that are open wait for their end under what they are of."""

    def __init__(self, run_id: str) -> None:
        self._run = ("run", run_id)
        self._all: list[Span] = []
        self._open: dict[tuple[str, ...], Span] = {}
        self._first = 0
        self._last = 0
        self._finished = False
        self._facts: dict[str, Attribute] = {"sparkle.run_id": run_id}

    def read(self, event: StageEvent) -> None:
        at = nanoseconds(event.at)
        self._first = self._first or at
        self._last = max(self._last, at)
        place = (event.stage or "", event.slot or "")
        data = event.data
        if event.event == "run_start":
            self._facts |= _attributes(data, "profile", "seed", "resume")
        elif event.event == "begin":
            self._begin(event, at, place)
        elif event.event in _STAGE_ENDS:
            self._end(("stage", *place), at, _attributes(data, "attempt", "kind"), data.get("error"))
            self._finished |= event.stage == "qa_report" and event.event == "success"
        elif event.event == "decided":
            self._decided(data, at, place)
        elif data.get("model"):
            self._lease(event.event, data, at, place)
        elif event.event == "inference_start":
            self._start(f"engine {data.get('engine', '')}", ("engine", *place), ("stage", *place), at, {})
        elif event.event == "inference_end":
            self._end(("engine", *place), at, {}, data.get("error"))
        elif event.event == "retake":
            self._facts["sparkle.retakes"] = int(self._facts.get("sparkle.retakes", 0)) + 1

    def _begin(self, event: StageEvent, at: int, place: tuple[str, str]) -> None:
        told: dict[str, Attribute] = {"sparkle.stage": place[0]}
        told |= {"sparkle.shot": event.shot or "", "sparkle.slot": place[1]} if place[1] else {}
        told |= _attributes(event.data, "attempt", "fingerprint")
        self._start(f"{place[0]} {place[1]}".strip(), ("stage", *place), self._run, at, told)

    def _decided(self, data: Mapping[str, Any], at: int, place: tuple[str, str]) -> None:
        took = int(float(data.get("seconds", 0)) * 1e9)
        told = _attributes(data, "agent", "attempts", "amount")
        told |= {
            "gen_ai.request.model": str(data.get("model", "")),
            "gen_ai.usage.input_tokens": int(data.get("input_tokens", 0)),
            "gen_ai.usage.output_tokens": int(data.get("output_tokens", 0)),
        }
        agent = str(data.get("agent", ""))
        key = (*self._run, "decided", *place, agent, str(data.get("memo", at)))
        self._all.append(Span(f"ask {agent}", key, self._within(place), at - took, at, told))

    def _lease(self, event: str, data: Mapping[str, Any], at: int, place: tuple[str, str]) -> None:
        model = str(data["model"])
        lease = ("lease", *place, model)
        if lease not in self._open and event in ("load_start", "inference_start"):
            told: dict[str, Attribute] = {"sparkle.model": model, "sparkle.warm": event != "load_start"}
            self._start(f"lease {model}", lease, ("stage", *place), at, told)
        span = self._open.get(lease)
        if span is None:
            return
        span.lasts_to(at)
        memory = data.get("memory")
        known: Mapping[str, Any] = memory if isinstance(memory, Mapping) else {}
        for name in _MEMORY:
            value = known.get(name)
            if isinstance(value, int):
                kept = span.attributes.get(f"sparkle.memory.{name}_bytes", 0)
                span.attributes[f"sparkle.memory.{name}_bytes"] = max(int(kept), value)
        if event == "load_start":
            self._start(f"load {model}", ("load", *place, model), lease, at, {"sparkle.model": model})
        elif event in ("load_complete", "load_failed"):
            self._end(("load", *place, model), at, {}, data.get("error"))
        elif event == "inference_end" and data.get("error"):
            span.error = str(data["error"])
        elif event == "memory_step":
            span.attributes["sparkle.memory.steps"] = int(span.attributes.get("sparkle.memory.steps", 0)) + 1
        elif event == "cleanup":
            self._end(lease, at, {}, span.error)

    def _start(
        self, name: str, open_as: tuple[str, ...], parent: tuple[str, ...], at: int, told: dict[str, Attribute]
    ) -> None:
        within = self._open.get(parent)
        span = Span(name, (*self._run, *open_as, str(at)), within.key if within else self._run, at, at, told)
        self._open[open_as] = span
        self._all.append(span)

    def _end(self, open_as: tuple[str, ...], at: int, told: Mapping[str, Attribute], error: object) -> None:
        span = self._open.pop(open_as, None)
        if span is not None:
            span.lasts_to(at)
            span.attributes |= told
            span.error = None if error is None else str(error)[:500]

    def _within(self, place: tuple[str, str]) -> tuple[str, ...]:
        stage = self._open.get(("stage", *place))
        return stage.key if stage else self._run

    def finish(self, movie: str) -> list[Span]:
        """Everything, in the order of starting."""
        if not self._first:
            return []
        for span in self._open.values():
            span.lasts_to(self._last)
            span.attributes["sparkle.cut_short"] = True
        film: dict[str, Attribute] = {"sparkle.movie": movie}
        first = min([self._first, *(span.start_ns for span in self._all)])
        run = Span(f"make {movie}", self._run, ("film",), first, self._last, {**film, **self._facts})
        root = [Span(f"film {movie}", ("film",), None, first, self._last, film)] if self._finished else []
        return [*root, run, *sorted(self._all, key=lambda span: span.start_ns)]


def nanoseconds(at: str) -> int:
    """A timeline's time since 1970; milliseconds are as fine as it has them."""
    return round(datetime.fromisoformat(at).timestamp() * 1000) * 1_000_000


def _attributes(data: Mapping[str, Any], *names: str) -> dict[str, Attribute]:
    return {f"sparkle.{name}": data[name] for name in names if isinstance(data.get(name), str | int | float | bool)}
