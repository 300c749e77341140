"""What of a film is kept as versioned ADK artifacts: its plan, what is current, how it went, what it was judged.

=====================  ============================================================
``plan.json``          MoviePlan
``asset_refs.json``    AssetRefs: the current artifact of every stage of every shot
``checkpoints.json``   list of Checkpoint: where every stage and chunk stands
``run.json``           RunContext of the last run
``manifests.json``     list of StageManifest: what that run made, took and failed at
``qa_report.json``     QAReport, when the film has one
``final_cut.json``     list of MediaReference, the film first, when there is one
=====================  ============================================================

Each version says in its metadata which schema it holds to. Media stays where it is, immutable: the references hold.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import BaseModel

from resources.agents.records.service import AdkArtifacts, Content, Version
from resources.store.artifacts import Artifacts
from resources.store.checkpoints import checkpoints
from resources.store.film import read_text
from resources.store.runs import runs
from resources.store.steps import steps
from schemas.records import StageManifest, StepExecutionRecord
from schemas.refs import SHOT_STAGES, STAGES, AssetRef, AssetRefs, MediaReference, Stage

FILM = "final_cut.mp4"
MIME_TYPES = {
    ".mp4": "video/mp4",
    ".wav": "audio/wav",
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".json": "application/json",
    ".otio": "application/json",
    ".html": "text/html",
}
"""Of the files an artifact may hold; anything else is bytes."""


def save_records(store: Artifacts) -> list[Version]:
    """Save what the film is now; what did not change makes no new version. Under the film's lock.

    Raises :class:`StoreFault` and what reading the plan raises.
    """
    movie = store.film.movie
    contents = records_of(store)
    return AdkArtifacts(store.home).save(contents, movie=movie)


def records_of(store: Artifacts) -> list[Content]:
    """Everything that is saved of a film, as it is now."""
    refs = current_refs(store)
    found = [
        _content("asset_refs.json", refs),
        _content("checkpoints.json", checkpoints(store.film.path), kind="Checkpoint"),
    ]
    if written := runs(store.film.path):  # the last one: a run that was killed is saved by the next process
        made = steps(store.film.path, run_id=written[-1].run_id)
        found.append(_content("run.json", written[-1]))
        found.append(_content("manifests.json", manifests(store.film.movie, refs.refs, made), kind="StageManifest"))
    if store.film.plan_path.exists():
        found.insert(0, _kept("plan.json", read_text(store.film.plan_path).encode(), "MoviePlan"))
    for ref in refs.refs:
        if ref.stage == "qa_report":
            found.append(_kept("qa_report.json", (store.path(ref) / "report.json").read_bytes(), "QAReport"))
        elif ref.stage == "final_cut":
            found.append(_content("final_cut.json", media(ref), kind="MediaReference"))
    return found


def current_refs(store: Artifacts) -> AssetRefs:
    """The current artifact of every stage, of the film and of every shot its plan has, in the film's order."""
    slots: list[str | None] = [None]
    if store.film.plan_path.exists():
        plan = json.loads(read_text(store.film.plan_path))
        slots += store.film.slots([shot["id"] for shot in plan["shots"] if shot.get("id")]).values()
    found = []
    for slot in slots:
        for stage in STAGES:
            if (stage in SHOT_STAGES) == (slot is not None) and (ref := store.current(stage, slot)) is not None:
                found.append(ref)
    return AssetRefs(movie=store.film.movie, refs=found)


def manifests(movie: str, refs: Sequence[AssetRef], made: Sequence[StepExecutionRecord]) -> list[StageManifest]:
    """What a run left behind, by stage, from the attempts it made: what failed is what it never mended."""
    fresh = {(one.stage, one.slot, one.fingerprint) for one in made if one.status == "success" and not one.reused}
    last: dict[tuple[Stage, str | None], StepExecutionRecord] = {(one.stage, one.slot): one for one in made}
    found = []
    for stage in STAGES:
        mine = [ref for ref in refs if ref.stage == stage]
        found.append(
            StageManifest(
                movie=movie,
                stage=stage,
                rendered=[ref for ref in mine if (stage, ref.slot, ref.fingerprint) in fresh],
                reused=[ref for ref in mine if (stage, ref.slot, ref.fingerprint) not in fresh],
                failed=[one for (of, _), one in last.items() if of == stage and one.status == "failed"],
            )
        )
    return found


def media(ref: AssetRef) -> list[MediaReference]:
    """References to the files of an artifact, the film itself first."""
    files = sorted(ref.files, key=lambda file: (file.name != FILM, file.name))
    return [
        MediaReference(
            uri=f"{ref.uri}/{file.name}",
            sha256=file.sha256,
            bytes=file.bytes,
            mime_type=MIME_TYPES.get(f".{file.name.rpartition('.')[2]}", "application/octet-stream"),
        )
        for file in files
    ]


def _content(name: str, value: BaseModel | Sequence[BaseModel], *, kind: str | None = None) -> Content:
    data = (
        value.model_dump(mode="json")
        if isinstance(value, BaseModel)
        else [one.model_dump(mode="json") for one in value]
    )
    text = json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False)
    return _kept(name, text.encode(), kind or type(value).__name__)


def _kept(name: str, data: bytes, schema: str) -> Content:
    return Content(name, data, {"schema": schema})
