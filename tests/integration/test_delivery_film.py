"""A finished film, delivered: what its copy tells, what holds it back, and that the film itself stays as it is."""

import copy
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from click.testing import CliRunner

from resources.errors import DiskFull, InputError, Missing, NeedsReview
from resources.media.encode import Picture, encode_segment
from resources.media.essence import essence_hash
from resources.pipeline.delivery.certificate import home_signer, name_of, own_signer
from resources.pipeline.delivery.deliver import deliver
from resources.pipeline.delivery.facts import gather, public_name
from resources.pipeline.delivery.library import read_manifest
from resources.pipeline.delivery.sign import mark_path
from resources.pipeline.delivery.verify import verify
from resources.pipeline.engines import Engines
from resources.pipeline.handover.film import FinishedFilm, finished
from resources.pipeline.production import Production
from resources.pipeline.told import FACT
from resources.profile import load_profile
from resources.store.atomic import write_json
from resources.store.film import Home
from resources.store.fingerprint import hash_file
from schemas.report import Finding
from sparkle_assets.cli import sparkle
from tests.conftest import PLAN, ROOT, write_plan
from tests.harness.engines import TinyCards, TinyImages, TinyLipsync, TinyMusic, TinyVideo, TinyVoices, gradient
from tests.integration.test_pipeline import make_all, produce

DELIVER = """
import sys
from pathlib import Path
from resources.pipeline.delivery.deliver import deliver
from resources.pipeline.handover.film import finished
from resources.pipeline.production import Production
from resources.store.film import Home
from tests.harness.produce import tiny_engines
home = Home(Path(sys.argv[1]))
engines = tiny_engines(home.cache)
deliver(finished(Production(home, "hello", lambda profile: engines)), Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    tiny = {"image": TinyImages(), "video": TinyVideo(), "lipsync": TinyLipsync(), "cards": TinyCards()}
    tiny |= {"voice": TinyVoices(), "music": TinyMusic()}
    made = Engines(load_profile("embedded"), tmp_path_factory.mktemp("cache")).replaced(tiny)
    yield made
    made.close()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, engines: Engines) -> Production:
    """A shot that is drawn and a clip of the user's own."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.prepare()
    plan: dict[str, Any] = copy.deepcopy(PLAN)
    own = {"id": "own", "prompt": "a storm", "duration_s": 1, "media": {"clip": "own.mp4"}}
    plan["shots"] = [plan["shots"][0], own]
    folder = home.film("hello").plan_path.parent
    folder.mkdir(parents=True)
    encode_segment((gradient(256, 144, 7, k) for k in range(30)), Picture(256, 144, Fraction(24)), folder / "own.mp4")
    production = produce(home, engines, plan)
    make_all(production)
    return production


@pytest.fixture(scope="module")
def whole(film: Production) -> FinishedFilm:
    return finished(film)


def final_cut(film: Production) -> Path:
    return film.film.path / "cut" / "final_cut.mp4"


def actions_of(path: Path) -> list[dict[str, Any]]:
    told = read_manifest(path)
    assert told is not None
    active = told["manifests"][told["active_manifest"]]
    found = next(one["data"]["actions"] for one in active["assertions"] if one["label"] == "c2pa.actions.v2")
    return list(found)


def test_a_film_is_delivered_and_stays_as_it_is(film: Production, whole: FinishedFilm) -> None:
    before = {path: hash_file(path) for path in [final_cut(film), whole.cut / "final_cut.mp4"]}
    made = deliver(whole)
    assert made.path == film.film.path / "delivery" / "hello.mp4"
    assert sorted(path.name for path in made.path.parent.iterdir()) == ["hello.mp4", "hello.sparkle-mark.json"]
    assert {path: hash_file(path) for path in before} == before
    assert essence_hash(made.path) == essence_hash(final_cut(film))
    facts = verify(made.path, film.home).facts
    assert facts is not None
    assert facts.final_cut == before[final_cut(film)]
    assert facts.source == "compositeWithTrainedAlgorithmicMedia"  # nobody says that tiny engines learned nothing
    assert {(one.stage, one.engine, one.shots) for one in facts.made} == {
        ("shot_images", "tiny", 1),
        ("voice_tracks", "tiny", 1),
        ("video_chunks", "tiny", 1),
        ("lipsynced_clips", "tiny", 1),
    }
    assert [(one.shot, one.kind) for one in facts.own] == [("own", "clip")]
    assert facts.own[0].sha256 == hash_file(film.film.path / "plan" / film.script.plan.shots[1].media.clip)  # type: ignore[union-attr, operator]
    names = [one["action"] for one in actions_of(made.path)]
    assert names[0] == "c2pa.created"
    assert names.count("c2pa.placed") == 1
    assert names.count("org.sparkle-motion.lipsynced_clips") == 1
    for path in (made.path, made.mark):  # nothing of this machine is told
        assert str(film.home.root).encode() not in path.read_bytes()
    again = deliver(whole)  # an earlier copy is replaced
    assert again.path == made.path
    assert again.verdict.exit_code == 0


def test_the_label_is_in_every_frame_and_nothing_else_is_lost(whole: FinishedFilm, tmp_path: Path) -> None:
    made = deliver(whole, tmp_path / "shown.mp4", label=True)
    assert made.verdict.facts is not None
    assert made.verdict.facts.label
    frames, streams = [], []
    for path in (whole.cut / "final_cut.mp4", made.path):
        with av.open(str(path), format="mp4") as source:
            told = {key: source.metadata.get(key) for key in ("title", "comment")}
            chapters = [chapter["metadata"]["title"] for chapter in source.chapters()]
            streams.append(([stream.type for stream in source.streams], told, chapters))
        with av.open(str(path), format="mp4") as source:
            frames.append(np.stack([frame.to_ndarray(format="gray") for frame in source.decode(video=0)]).astype(int))
    assert streams[0] == streams[1]
    assert frames[0].shape == frames[1].shape
    height, width = frames[0].shape[1:]
    changed = np.abs(frames[0] - frames[1])
    corner = changed[:, : height // 5, width // 2 :]
    assert (corner.max(axis=(1, 2)) > 40).all()
    assert changed[:, height // 4 :].mean() < 2.5
    rows, columns = np.nonzero((changed > 60).mean(axis=0) > 0.3)
    assert rows.min() >= height * 0.04
    assert rows.max() <= height * 0.15
    assert columns.max() <= width * 0.96


def test_a_film_that_is_held_is_not_delivered(film: Production, whole: FinishedFilm, tmp_path: Path) -> None:
    ref = film.ref("lipsynced_clips", "01")
    finding = Finding(check="frozen", reason="frozen_picture", shot="one", value=1, limit=0, severity="error")
    question = film.reviews.ask(
        ref, [finding], shot="one", media=film.store.path(ref) / "clip.mp4", pictures=lambda _: []
    )
    out = tmp_path / "held.mp4"
    with pytest.raises(NeedsReview, match=r"held for review \(one\) and is not delivered \(`sparkle review hello`"):
        deliver(whole, out)
    film.reviews.answer(question.id, "reject")
    with pytest.raises(NeedsReview, match="held for review"):
        deliver(whole, out)
    film.reviews.answer(question.id, "approve")
    assert deliver(whole, out).verdict.state == "intact"
    out.unlink()
    told = FinishedFilm(
        film, whole.sheet, whole.cut, whole.report, whole.found.model_copy(update={"verdict": "retake"})
    )
    with pytest.raises(NeedsReview, match="is not approved"):
        deliver(told, out)
    assert [path.name for path in tmp_path.iterdir()] == ["held.sparkle-mark.json"]
    film.report()  # an answer is part of the report


def test_nothing_of_somebody_elses_is_overwritten(whole: FinishedFilm, film: Production, tmp_path: Path) -> None:
    other = tmp_path / "holiday.mp4"
    other.write_bytes(final_cut(film).read_bytes())
    with pytest.raises(InputError, match="not an earlier copy of this film"):
        deliver(whole, other)
    assert other.read_bytes() == final_cut(film).read_bytes()
    (tmp_path / "link.mp4").symlink_to(other)
    with pytest.raises(InputError, match="is no file"):
        deliver(whole, tmp_path / "link.mp4")
    (tmp_path / "lost.sparkle-mark.json").write_text("{}")
    with pytest.raises(InputError, match=r"lost\.sparkle-mark\.json: is there already"):
        deliver(whole, tmp_path / "lost.mp4")
    (tmp_path / "lost.sparkle-mark.json").unlink()
    with pytest.raises(InputError, match=r"end the name in \.mp4"):
        deliver(whole, tmp_path / "film.mov")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["holiday.mp4", "link.mp4"]


def test_a_full_disk_and_a_killed_delivery_leave_nothing_half_written(
    whole: FinishedFilm, film: Production, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.mp4"
    first = deliver(whole, out)
    before = {path: path.read_bytes() for path in (first.path, first.mark)}
    (tmp_path / ".tmp-4194999-out.mp4").mkdir()  # a process number beyond any that runs

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("resources.pipeline.delivery.sign.sync_file", full)
        with pytest.raises(DiskFull):
            deliver(whole, out)
    with monkeypatch.context() as patched:
        usage = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
        patched.setattr("resources.store.folders.shutil.disk_usage", lambda _: usage)
        with pytest.raises(DiskFull, match="1 MB are free, a copy needs"):
            deliver(whole, out)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    killed = subprocess.run(
        [sys.executable, "-c", DELIVER, str(film.home.root), str(out)],
        cwd=ROOT,
        env={**os.environ, "SPARKLE_CRASH_AT": "delivery.film"},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert out.read_bytes() != before[out]
    assert not first.mark.exists()  # no mark file of another copy
    assert verify(out, film.home).state == "intact"
    assert deliver(whole, out).verdict.mark
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.mp4", "out.sparkle-mark.json"]


def test_consent_is_repeated(whole: FinishedFilm, film: Production) -> None:
    voice = {"voice_id": "mira", "provider_voice_id": "clip:12ab", "consent": "Mira agreed on 2026-01-02: this film"}
    line = {"provider": "chatterbox", "voice": voice, "model": "chatterbox", "model_revision": "abc"}
    path = film.store.path(film.ref("voice_tracks", "01")) / "sidecar.json"
    text = path.read_text(encoding="utf-8")
    sidecar = json.loads(text)
    sidecar["ref"]["facts"][FACT] = {"lines": [line, {**line, "voice": {**voice, "provider_voice_id": "embedded:joe"}}]}
    try:
        write_json(path, sidecar)
        told = gather(whole)
    finally:
        path.write_text(text, encoding="utf-8")
    assert [(one.voice, one.clip, one.said) for one in told.consents] == [("mira", "clip:12ab", voice["consent"])]
    assert ["chatterbox@abc"] in [one.models for one in told.made if one.stage == "voice_tracks"]


def test_a_models_address_stays_at_home() -> None:
    assert public_name("ollama/qwen3:8b@http://10.0.0.3:11434") == "ollama/qwen3:8b"
    assert public_name("transformers//home/ada/models/smol") == "transformers/smol"
    assert public_name("gemini-2.5-flash") == "gemini-2.5-flash"


def test_the_command(film: Production, engines: Engines, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("resources.pipeline.engines.engines_of", lambda profile, cache: engines)
    home = ["--home", str(film.home.root)]

    def run(*args: str) -> Any:
        return CliRunner().invoke(sparkle, [*args, *home])

    out = tmp_path / "out.mp4"
    told = json.loads(run("deliver", "hello", "--out", str(out), "--training", "allowed", "--json").output)
    assert (told["movie"], told["path"], told["state"]) == ("hello", str(out), "intact")
    assert told["mark_file"] == str(mark_path(out))
    assert told["facts"]["training"] == "allowed"
    shown = run("deliver", "hello", "--out", str(out)).output
    assert "'Hello' was made by machine, in part by models that learned from samples" in shown
    assert "story and words: a person" in shown
    assert "1 files are its maker's own" not in shown
    assert "a file is its maker's own" in shown
    keys = film.home.root / "keys"
    theirs = [str(tmp_path / "own.pem"), str(tmp_path / "own.key")]
    other = Home(tmp_path / "other")
    home_signer(other)
    for name, path in zip(("signing.pem", "signing.key"), theirs, strict=True):
        os.replace(other.root / "keys" / name, path)
    told = json.loads(
        run("deliver", "hello", "--out", str(out), "--certificate", theirs[0], "--key", theirs[1], "--json").output
    )
    assert told["signer"]["known"]  # whoever signs here is known here
    assert told["signer"]["name"] == name_of(own_signer(Path(theirs[0]), Path(theirs[1])).certificate)
    assert len(list((keys / "trusted").iterdir())) == 1
    assert run("deliver", "hello", "--key", theirs[1]).exit_code == 2
    assert isinstance(run("deliver", "nobody").exception, Missing)
    assert run("verify", str(out)).output.startswith("intact: every byte is as it was signed\n")


def test_a_film_that_changed_is_made_first(film: Production, engines: Engines) -> None:
    text = film.film.plan_path.read_text(encoding="utf-8")
    plan = json.loads(text)
    plan["title"] = "Other"
    try:
        write_plan(film.film.plan_path, plan)
        with pytest.raises(Missing, match="has changed since it was cut"):
            finished(Production(film.home, "hello", lambda profile: engines))
    finally:
        film.film.plan_path.write_text(text, encoding="utf-8")
