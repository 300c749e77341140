"""A home with one film, made of a few small files and no engine: what doors that show and read are held against."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from resources.pipeline.control import RECORD as CONTROL
from resources.pipeline.control import Control
from resources.pipeline.intake import RECORD as DROPPED
from resources.pipeline.intake import Dropped
from resources.pipeline.stages.plan import Request, save_request
from resources.store.artifacts import Artifacts
from resources.store.atomic import write_bytes, write_json
from resources.store.database import close_databases
from resources.store.film import Home, Settings, ShotTakes, Take
from resources.store.fingerprint import content_hash, digest
from resources.store.timeline import now, write_memory_event
from schemas.cut import CutSheet, Piece
from schemas.media import VoiceTrack
from schemas.refs import AssetRef, Sidecar, Slot, Stage
from schemas.report import Finding, QAReport
from schemas.review import ReviewQuestion
from schemas.vocabulary import TransitionKind
from tests.conftest import PLAN

MOVIE = "hello"
CLIP = bytes(range(256)) * 3
MADE: dict[Stage, dict[str, bytes]] = {
    "shot_images": {"image.png": b"\x89PNG" + CLIP, "thumb.jpg": b"\xff\xd8" + CLIP},
    "voice_tracks": {"dialogue.wav": b"RIFF" + CLIP},
    "lipsynced_clips": {"clip.mp4": CLIP},
}


def small_home(root: Path) -> Home:
    """A home under ``root`` with the film ``hello``: every kind of record, one shot made, a cut and a report."""
    home = Home(root)
    home.prepare()
    film = home.film(MOVIE)
    write_json(film.plan_path, copy.deepcopy(PLAN))
    film.write_settings(Settings())
    save_request(film, Request(idea="Ada meets Bob", told="0" * 64))
    film.slots(["one", "two", "three"])
    film.write_takes({"one": ShotTakes(takes=[Take(number=1, seed=3, note="again", at=now())], current=1)})
    store = Artifacts(film, home.root)
    track = VoiceTrack(lines=[], samples=72_000, frames=36)
    piece = Piece(name="one", folder="x", frames=36, handle=12, transition=TransitionKind.CUT, overlap=0, start=0)
    sheet = CutSheet(fps="24", frames=36, pieces=[piece], lines=[], line_shots=[], dropped_transitions=[])
    for stage, files in MADE.items():
        more = {"track.json": track.model_dump_json().encode()} if stage == "voice_tracks" else {}
        _publish(store, stage, "01", {**files, **more})
    cut = {"final_cut.mp4": CLIP, "cut_sheet.json": sheet.model_dump_json().encode()}
    ref = _publish(store, "final_cut", None, cut)
    for name, data in {"final_cut.mp4": CLIP, "final_cut.vtt": b"WEBVTT\n\n", "poster.jpg": b"\xff\xd8" + CLIP}.items():
        write_bytes(film.path / "cut" / name, data)
    finding = Finding(
        check="blur", shot="one", frame=3, second=0.1, value=1.0, limit=2.0, unit="", severity="error", reason="blurred"
    )
    report = QAReport(
        movie=MOVIE, verdict="escalate", findings=[finding], checks=["blur"], measures=[], frames=36, duration_s=1.5
    )
    write_json(film.path / "report" / "report.json", report.model_dump(mode="json"))
    write_bytes(film.path / "report" / "index.html", b"<!doctype html><title>report</title>")
    question = ReviewQuestion(
        id="0123456789abcdef",
        movie=MOVIE,
        stage="final_cut",
        slot=None,
        shot=None,
        fingerprint=ref.fingerprint,
        findings=[finding],
        media="cut/final_cut.mp4",
        frames=[],
        asked=now(),
    )
    write_json(film.path / "review" / f"{question.id}.json", question.model_dump(mode="json"))
    write_json(film.path / CONTROL, Control(wish="go", at=now()).model_dump(mode="json"))
    dropped = Dropped(file="hello.json", sha256="0" * 64, run_key="hello:0", at=now())
    write_json(film.path / "plan" / DROPPED, dropped.model_dump(mode="json"))
    for event in ("begin", "success"):
        write_memory_event(film.path, event, stage="shot_images", slot="01", shot="one", fingerprint="0" * 64)
    close_databases()
    return home


def _publish(store: Artifacts, stage: Stage, slot: Slot | None, files: dict[str, bytes]) -> AssetRef:
    fingerprint = digest([stage, slot])
    with store.staging(stage, slot) as folder:
        for name, data in files.items():
            (folder / name).write_bytes(data)
        listed = store.files(folder)
        ref = AssetRef(
            stage=stage,
            movie=store.film.movie,
            slot=slot,
            fingerprint=fingerprint,
            sha256=content_hash(listed),
            uri=store.object_uri(stage, slot, fingerprint),
            files=listed,
            facts=_FACTS.get(stage, {}),
        )
        return store.publish(folder, _sidecar(ref))


_FACTS: dict[Stage, dict[str, Any]] = {"final_cut": {"seconds": 1.5, "frames": 36, "width": 256, "height": 144}}


_MADE_OF: dict[Stage, dict[str, Stage]] = {"final_cut": {"one.clip": "lipsynced_clips", "one.voice": "voice_tracks"}}


def _sidecar(ref: AssetRef) -> Sidecar:
    shots = [{"shot_id": "one", "slot": "01"}]
    return Sidecar(
        ref=ref,
        code_version="1",
        engine="tiny",
        engine_revision="1",
        request={"shots": shots} if ref.stage == "final_cut" else {"prompt": "Ada waves", "media_sha256": None},
        decision={"agent": "images_agent", "model": "sparkle/local", "value": {"prompt": "Ada"}},
        inputs=dict.fromkeys(_MADE_OF.get(ref.stage, {}), "0" * 64),
        seed=3,
        libraries={"numpy": "2"},
        machine={"system": "Linux"},
        started=now(),
        seconds=1.0,
        peak_rss_mb=1.0,
    )
