"""What the UI shows: small pictures, text that stays text, and the catalogue in the order of the story."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from resources.media.pictures import THUMB_BYTES
from resources.media.wav import wav_bytes
from resources.pipeline.glimpse import glimpse
from resources.pipeline.versions import VERSIONS
from resources.store.film import Home
from schemas.plan import MoviePlan
from schemas.refs import SHOT_STAGES, AssetRef, FileRef, Sidecar, Stage
from sparkle_assets.assets.unused import spans
from sparkle_assets.definitions import build_definitions
from sparkle_assets.screening.making import changes
from sparkle_assets.show import plain, story
from tests.harness.small_film import encode, pictures

NASTY = "![x](http://evil.example/a.png) <img src=x> | a * b"


def artifact(home: Home, stage: Stage, name: str, data: bytes) -> AssetRef:
    folder = home.root / "movies" / "m" / stage
    folder.mkdir(parents=True)
    (folder / name).write_bytes(data)
    files = [FileRef(name=name, sha256="0" * 64, bytes=len(data))]
    uri = str(folder.relative_to(home.root))
    digit = format(len(stage) % 16, "x")
    slot = "01" if stage in SHOT_STAGES else None
    return AssetRef(stage=stage, movie="m", slot=slot, fingerprint=digit * 64, sha256=digit * 64, uri=uri, files=files)


def test_a_clip_is_seen_as_a_strip_and_a_voice_as_its_shape(home: Home, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    encode(clip, pictures(7, 60))
    seen = glimpse(home, artifact(home, "lipsynced_clips", "clip.mp4", clip.read_bytes()))
    assert seen is not None and seen.stat().st_size < 20_000
    with Image.open(seen) as picture:
        assert picture.width >= 200
    time = np.arange(48_000) / 48_000
    loud = (np.where(time < 0.5, 0.9, 0.0) * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    voice = glimpse(home, artifact(home, "voice_tracks", "dialogue.wav", wav_bytes(loud)))
    assert voice is not None
    with Image.open(voice) as picture:
        shape = np.asarray(picture.convert("L"))
    assert (shape[:, :140] > 120).mean() > 0.8 > 0.1 > (shape[:, 180:] > 120).mean()


def test_noise_stays_small_and_what_has_no_picture_has_none(home: Home, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (720, 1280, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "poster.jpg", quality=95)
    seen = glimpse(home, artifact(home, "final_cut", "poster.jpg", (tmp_path / "poster.jpg").read_bytes()))
    assert seen is not None and seen.stat().st_size <= THUMB_BYTES
    assert glimpse(home, artifact(home, "video_chunks", "score.json", b"{}")) is None
    assert glimpse(home, artifact(home, "lipsynced_clips", "clip.mp4", b"no film")) is None


def test_a_plans_words_are_words_in_the_ui() -> None:
    assert not set("!<>|*[]()") & set(plain(NASTY))
    plan = MoviePlan.model_validate(
        {
            "title": "t",
            "characters": [{"id": "a", "name": NASTY}],
            "shots": [{"id": "one", "prompt": NASTY, "dialogue": [{"character_id": "a", "text": NASTY}]}],
        }
    )
    table = story(plan).md_str or ""
    assert "://" not in table and "evil.example" not in table and table.count("\n") == 2


def test_slots_are_told_together() -> None:
    assert spans(["01", "02", "03", "07"]) == "01-03, 07"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return build_definitions(tmp_path_factory.mktemp("home"), "embedded").resolve_asset_graph()


def test_every_asset_is_described_owned_and_in_an_act(graph: Any) -> None:
    for node in graph.asset_nodes:
        assert node.description and node.owners and node.kinds and node.code_version, node.key
        assert node.group_name.startswith("act_"), node.key
    versions = {node.key.path[-1]: node.code_version for node in graph.asset_nodes}
    assert {stage: versions[stage] for stage in VERSIONS} == dict(VERSIONS)


def test_acts_only_lead_on(graph: Any) -> None:
    acts = {node.key: node.group_name for node in graph.asset_nodes}
    assert all(acts[parent] <= acts[node.key] for node in graph.asset_nodes for parent in node.parent_keys)
    assert sorted(set(acts.values())) == ["act_1_script", "act_2_shots", "act_3_film"]


def test_why_something_was_made_again(home: Home) -> None:
    ref = artifact(home, "shot_images", "image.png", b"x")
    before = Sidecar.model_validate(
        {
            "ref": ref,
            "code_version": "1",
            "engine": "cutout",
            "engine_revision": "2",
            "request": {"prompt": "a boat", "seed": 1},
            "decision": {},
            "inputs": {"voice_tracks": "0" * 64},
            "seed": 1,
            "libraries": {},
            "machine": {},
            "started": "",
            "seconds": 1.0,
            "peak_rss_mb": 1.0,
        }
    )
    assert changes(before, before) == []
    request = {"prompt": "a ship", "seed": 2}
    after = before.model_copy(update={"request": request, "inputs": {"voice_tracks": "1" * 64}, "engine": "sdxl"})
    assert changes(before, after) == ["sdxl 2 makes it", "its prompt", "another take", "a new voice"]
