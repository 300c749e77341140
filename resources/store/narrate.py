"""Events of a timeline in words, for a person and for an agent's memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from schemas.records import StageEvent

Data = Mapping[str, Any]

DETAILS = frozenset({"begin", "load_start", "inference_start", "inference_end", "cleanup", "chunk_begin"})
"""Events that only say that something goes on; what came of it is told by another."""
MAX_VALUE = 200
"""Characters of a value that are told."""


def narrate(event: StageEvent) -> str:
    """What happened, in a few words, without time, stage and shot. One line, no control characters."""
    told = _WORDS.get(event.event)
    try:
        text = told(event.data) if told is not None else _anything(event)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        text = _anything(event)  # its data are of another form: of a later version, or damaged
    return clean(text)


def clean(text: str) -> str:
    """``text`` in one line: what came from outside may hold anything, also commands for a terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def main_events(events: Iterable[StageEvent]) -> list[StageEvent]:
    """``events`` without :data:`DETAILS`, but for a beginning that nothing followed: that one is news."""
    kept = list(events)
    lost = unfinished(kept)
    return [event for event in kept if event.event not in DETAILS or event.seq in lost]


def unfinished(events: Iterable[StageEvent]) -> set[int]:
    """Numbers of the beginnings that nothing followed: work under way, or a process that was killed."""
    begun: dict[tuple[str | None, str | None, int], int] = {}
    for event in events:
        key = (event.stage, event.slot, event.data.get("attempt", 1))
        if event.event == "begin":
            begun[key] = event.seq
        elif event.event in ("success", "failed"):
            begun.pop(key, None)
    return set(begun.values())


def span(seconds: float) -> str:
    """A length of time as a person says it."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def _seconds(data: Data, word: str = "in") -> str:
    seconds = data.get("seconds")
    return f" {word} {span(seconds)}" if isinstance(seconds, (int, float)) else ""


def _try(data: Data) -> str:
    attempt = data.get("attempt", 1)
    return f", at try {attempt}" if attempt != 1 else ""


def _run_start(data: Data) -> str:
    again = ", going on where it stopped" if data.get("resume") else ""
    return f"make begins, profile {data.get('profile')}, seed {data.get('seed')}{again}"


def _failed(data: Data) -> str:
    then = "; tried again" if data.get("retry") else ""
    return f"FAILED{_seconds(data, 'after')}{_try(data)}: {data.get('error')}{then}"


def _chunk_failed(data: Data) -> str:
    return f"chunk {data.get('chunk')} FAILED{_try(data)}: {data.get('error')}"


def _policy(data: Data) -> str:
    because = f", {data['reason']}" if data.get("reason") else ""
    return f"verdict: {data.get('verdict')}{because}"


def _decided(data: Data) -> str:
    attempts = data.get("attempts", 1)
    times = f", at try {attempts}" if attempts != 1 else ""
    tokens = (data.get("input_tokens") or 0) + (data.get("output_tokens") or 0)
    cost = f", {tokens:,} tokens" if tokens else ""
    money = f", {data['amount']:.4f} USD" if data.get("amount") else ""
    return f"{data.get('agent')} decided with {data.get('model')}{_seconds(data)}{times}{cost}{money}"


def _take(what: str) -> Callable[[Data], str]:
    def told(data: Data) -> str:
        note = f": {data['note']}" if data.get("note") else ""
        pinned = ", pinned" if data.get("pinned") else ""
        return f"take {data.get('take')} {what}{pinned}{note}"

    return told


def _retake(data: Data) -> str:
    repair = data.get("repair") or {}
    what = f"{repair.get('action', 'another')} for {repair.get('stage', 'the shot')}".replace("_", " ")
    reasons = ", ".join(str(reason).replace("_", " ") for reason in data.get("reasons", []))
    return f"take {data.get('take')} is made because of {reasons}: {what}"


def _saved(data: Data) -> str:
    versions, new = data.get("versions", {}), data.get("new", [])
    told = [f"{name.removesuffix('.json')} v{versions.get(name, '?')}" for name in new]
    return f"records saved: {', '.join(told) if told else 'nothing new'}"


def _review(data: Data) -> str:
    reasons = ", ".join(map(str, data.get("reasons", [])))
    return f"a person is asked to look: {reasons}"


def _answered(data: Data) -> str:
    words = {"approve": "a person said yes", "reject": "a person said no"}
    note = f": {data['note']}" if data.get("note") else ""
    return f"{words.get(str(data.get('decision')), 'a person answered')}{note}"


def _bytes(value: object) -> str:
    """Memory as a person says it; empty where it is not known."""
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        return ""
    return f"{value / (1 << 30):.1f} GiB" if value >= 1 << 30 else f"{value / (1 << 20):.0f} MiB"


def _load_start(data: Data) -> str:
    plan, predicted = data.get("plan"), data.get("predicted")
    device = f" onto {plan['device']}" if isinstance(plan, Mapping) and plan.get("device") else ""
    total = _bytes(predicted.get("total")) if isinstance(predicted, Mapping) else ""
    return f"loading {data.get('model')}{device}{f', {total} expected' if total else ''}"


def _load_failed(data: Data) -> str:
    text = str(data.get("text") or "")
    return f"could not load {data.get('model')} ({data.get('error')}{f': {_value(text)}' if text else ''})"


def _held(data: Data) -> str:
    memory = data.get("memory")
    used = _bytes(memory.get("used")) if isinstance(memory, Mapping) else ""
    return f", {used} in use" if used else ""


def _inference_end(data: Data) -> str:
    peak = _bytes(data.get("peak"))
    how = "failed" if data.get("error") else "is done"
    return f"{data.get('engine')} {how}{_seconds(data)}{f', at most {peak}' if peak else ''}"


def _memory_step(data: Data) -> str:
    before, after = _bytes(data.get("predicted_before")), _bytes(data.get("predicted_after"))
    room = f": {before} became {after}" if before and after else ""
    return f"{data.get('model')} had no room, so {_lower(data.get('says') or data.get('rung'))}{room}"


def _lower(value: object) -> str:
    text = str(value)
    return text[:1].lower() + text[1:]


def _cleanup(data: Data) -> str:
    leaked = _bytes(data.get("leaked_bytes"))
    kept = f", {data['model']} stays warm" if data.get("kept") and data.get("model") else ""
    lost = f"; {leaked} of {data.get('model')} are still held by somebody" if leaked else ""
    return "cleaned up" + (" after a failure" if data.get("failed") else "") + kept + lost


def _because(data: Data) -> str:
    return f": {data['note']}" if data.get("note") else ""


def _run_failed(data: Data) -> str:
    then = "; it may pass when it is tried again" if data.get("passing") else ""
    return f"a run of {data.get('job')} FAILED: {data.get('error')}{then}"


_WORDS: dict[str, Callable[[Data], str]] = {
    "run_start": _run_start,
    "begin": lambda data: f"begun{_try(data)}",
    "success": lambda data: f"made{_seconds(data)}{_try(data)}",
    "failed": _failed,
    "reused": lambda data: "taken from before",
    "received": lambda data: "made by another host",
    "recovered": lambda data: "found whole after its process was killed",
    "chunk_begin": lambda data: f"chunk {data.get('chunk')} begun{_try(data)}",
    "chunk_success": lambda data: f"chunk {data.get('chunk')} made{_try(data)}",
    "chunk_failed": _chunk_failed,
    "load_start": _load_start,
    "load_complete": lambda data: f"loaded {data.get('model')}{_seconds(data)}{_held(data)}",
    "load_failed": _load_failed,
    "inference_start": lambda data: f"{data.get('engine')} works",
    "inference_end": _inference_end,
    "memory_step": _memory_step,
    "cleanup": _cleanup,
    "policy_decision": _policy,
    "decided": _decided,
    "retake": _retake,
    "take_asked": _take("is asked for"),
    "take_chosen": _take("is the one in the film again"),
    "review_asked": _review,
    "review_answered": _answered,
    "review_noted": lambda data: f"a person noted: {data.get('note')}",
    "dropped": lambda data: f"{data.get('file')} was dropped into the inbox{_because(data)}",
    "run_failed": _run_failed,
    "pause_asked": lambda data: "a person paused the film",
    "resume_asked": lambda data: "a person let the film go on",
    "stop_asked": lambda data: "a person asked to stop",
    "paused": lambda data: "paused",
    "resumed": lambda data: "goes on",
    "stopped": lambda data: "stopped; what was made is kept",
    "saved": _saved,
    "save_failed": lambda data: f"records could NOT be saved: {data.get('error')}",
    "schemas_published": lambda data: f"{len(data.get('schemas', []))} schemas published, as nothing was before",
    "schemas_renewed": lambda data: f"{len(data.get('schemas', []))} schemas published beside earlier ones",
    "schema_local": lambda data: f"schema {data.get('schema')} read from a local file, as configured",
    "timeline_mended": lambda data: f"the timeline begins anew; the damaged one is kept as {data.get('damaged')}",
    "note": lambda data: f"note: {data.get('text')}",
}


def _anything(event: StageEvent) -> str:
    """An event that this module has no words for."""
    facts = [f"{key} {_value(value)}" for key, value in event.data.items() if value not in (None, "")]
    return f"{event.event.replace('_', ' ')}{': ' if facts else ''}{', '.join(facts)}"


def _value(value: Any) -> str:
    text = str(value)
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"
