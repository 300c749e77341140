"""Hosts that share an object store: homes of their own, and artifacts of a few bytes, published as real ones are."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from resources.store.artifacts import Artifacts
from resources.store.film import Home
from resources.store.fingerprint import content_hash
from resources.store.remote.settings import Storage, use_storage
from resources.store.steps import recover_step
from schemas.refs import SHOT_STAGES, AssetRef, Sidecar, Stage

MOVIE = "hello"


def host(root: Path, url: str, *, cache_gb: float | None = None) -> Home:
    """A host with an empty home."""
    home = Home(root)
    home.prepare()
    use_storage(home.root, Storage(url=url, cache_gb=cache_gb))
    return home


def plan(home: Home, title: str = "Hello") -> None:
    """Write a plan as a person would, and commit it."""
    path = home.film(MOVIE).plan_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"title": title}), encoding="utf-8")
    home.push(MOVIE)


def store_of(home: Home) -> Artifacts:
    """The film's artifacts, after what other hosts did was brought."""
    home.pull(MOVIE)
    return Artifacts(home.film(MOVIE), home.root)


def fingerprint(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def publish(
    store: Artifacts, name: str, contents: dict[str, bytes], *, stage: Stage = "shot_images", slot: str | None = "01"
) -> AssetRef:
    """Publish an artifact whose fingerprint follows from ``name``."""
    print_ = fingerprint(name)
    with store.staging(stage, slot) as folder:
        for file, data in contents.items():
            (folder / file).write_bytes(data)
        files = store.files(folder)
        ref = AssetRef(
            stage=stage,
            movie=MOVIE,
            slot=slot if stage in SHOT_STAGES else None,
            fingerprint=print_,
            sha256=content_hash(files),
            uri=store.object_uri(stage, slot, print_),
            files=files,
        )
        made = store.publish(folder, Sidecar(ref=ref, **TOLD))
    recover_step(store.film.path, made)
    return made


TOLD: dict[str, Any] = {
    "code_version": "1",
    "engine": "tiny",
    "engine_revision": "1",
    "request": {},
    "decision": {},
    "inputs": {},
    "seed": 1,
    "libraries": {},
    "machine": {},
    "started": "2026-01-01T00:00:00+00:00",
    "seconds": 1.0,
    "peak_rss_mb": 1.0,
}


def work(root: str, point: str, environment: dict[str, str]) -> None:
    """The life of a process that brings what is there, publishes two artifacts, and dies at ``point``."""
    os.environ.update(environment, SPARKLE_CRASH_AT=point)
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - as long as the process
    store = store_of(Home(Path(root)))
    for number in (1, 2):
        name = f"picture {number}"
        found = store.find("shot_images", f"0{number}", fingerprint(name))
        if found is None:
            publish(store, name, {"image.png": name.encode() * 100, "thumb.jpg": b"small"}, slot=f"0{number}")
        else:
            store.path(found)
            store.point(found)
    store.push()
