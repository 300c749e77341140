"""What was made of a film, made again and why, latest first: told from its timeline and its sidecars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from resources.store.artifacts import Artifacts
from resources.store.narrate import narrate, span
from schemas.records import StageEvent
from schemas.refs import Sidecar, Stage

STAGES: dict[Stage, str] = {
    "movie_plan": "plan",
    "shot_images": "picture",
    "voice_tracks": "voice",
    "video_chunks": "motion",
    "lipsynced_clips": "final frames",
    "final_cut": "cut",
    "qa_report": "report",
}
TOLD = frozenset({"success", "failed", "retake", "take_asked", "take_chosen", "review_asked", "review_answered"})
"""Events that the page tells; `sparkle timeline` tells all."""
FIELDS = {"lines": "its words", "prompt": "its prompt", "seed": "another take", "camera": "its camera"}
"""Fields of a request that a person writes, as they are told; told before those that follow from them."""
MANY = 4
"""First makings in a row that are told one by one; more are drawn together."""
LONGEST = 200


@dataclass(frozen=True)
class Happening:
    """One line of the story of the making. ``kind``: first, again, failed or word (of a person)."""

    at: str
    what: str
    shot: str
    why: str
    kind: str
    details: tuple[Happening, ...] = ()


def happenings(store: Artifacts, events: list[StageEvent]) -> list[Happening]:
    """The story, latest first; a row of first makings is one line with details."""
    last: dict[tuple[Stage | None, str | None], str | None] = {}
    told: list[tuple[Happening, float]] = []
    for event in events:
        if event.event not in TOLD:
            continue
        kind, why = ("failed" if event.event == "failed" else "word"), ""
        if event.event == "success":
            key, made = (event.stage, event.slot), event.data.get("fingerprint")
            kind = "again" if key in last else "first"
            why = _why(store, event, last[key], made) if key in last else ""
            last[key] = made
        what = f"{STAGES[event.stage] if event.stage else ''} {narrate(event)}".strip()
        told.append((Happening(event.at, what, event.shot or "", why, kind), float(event.data.get("seconds") or 0)))
    return _drawn_together(told)[::-1][:LONGEST]


def changes(before: Sidecar, after: Sidecar) -> list[str]:
    """What decided one making and was otherwise at the one before, in words."""
    found = []
    if before.code_version != after.code_version:
        found.append("a newer Sparkle makes it")
    if (before.engine, before.engine_revision) != (after.engine, after.engine_revision):
        found.append(f"{after.engine} {after.engine_revision} makes it")
    keys = sorted(before.request.keys() | after.request.keys(), key=lambda key: (key not in FIELDS, key))
    found += [FIELDS.get(key, key.replace("_", " ")) for key in keys if _differs(before.request, after.request, key)]
    if before.decision.get("value") != after.decision.get("value"):
        found.append("another decision")
    names = sorted(before.inputs.keys() | after.inputs.keys())
    found += [f"a new {_input(name)}" for name in names if _differs(before.inputs, after.inputs, name)]
    return list(dict.fromkeys(found))


def _why(store: Artifacts, event: StageEvent, before: str | None, after: str | None) -> str:
    if event.stage is None or before is None or after is None:
        return ""
    if before == after:
        return "what was made before is gone"
    folder = store.folder(event.stage, event.slot)
    old, new = (store.sidecar_at(folder / name[:24]) for name in (before, after))
    if old is None or new is None:
        return "its request, or what it is made from, changed"
    return ", ".join(changes(old, new)[:4])


def _differs(before: dict[str, Any], after: dict[str, Any], key: str) -> bool:
    return bool(before.get(key) != after.get(key))


def _input(name: str) -> str:
    """``lipsynced_clips 03`` or ``shot_images`` as a person says it."""
    stage = next((stage for stage in STAGES if name.startswith(stage)), None)
    return name.replace("_", " ") if stage is None else STAGES[stage]


def _drawn_together(told: list[tuple[Happening, float]]) -> list[Happening]:
    found: list[Happening] = []
    row: list[tuple[Happening, float]] = []
    for happening, seconds in [*told, (Happening("", "", "", "", "end"), 0.0)]:
        if happening.kind == "first":
            row.append((happening, seconds))
            continue
        if len(row) > MANY:
            text = f"{len(row)} things made for the first time, in {span(sum(each for _, each in row))} of work"
            details = tuple(one for one, _ in row)[::-1]
            found.append(Happening(row[-1][0].at, text, "", "", "first", details))
        else:
            found += [one for one, _ in row]
        row = []
        if happening.kind != "end":
            found.append(happening)
    return found
