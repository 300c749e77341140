"""`sparkle` as a user has it: processes of their own, the embedded studio, real files."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from resources.media.probe import picture_facts
from tests.conftest import ROOT, Answer, Sparkle, write_plan

ENV = {**os.environ, "PYTHONPATH": str(ROOT)}
LOADED_BY_MAKE = """
import atexit, sys
names = ("google.adk", "google.genai", "openai", "torch", "transformers")
atexit.register(lambda: print("loaded:", [name for name in names if name in sys.modules], file=sys.stderr))
from sparkle_assets.cli import main
main(["make", "--movie", "hello", "--json", "--quiet"])
"""
"""`sparkle make`, and which heavy packages it ended with."""


def film_bytes(answer: Answer) -> bytes:
    return Path(answer.value["final_cut"]).read_bytes()


def test_a_film_from_a_plan_then_an_edit_then_nothing(
    sparkle: Sparkle, called: Sparkle, tmp_path: Path, small: dict[str, Any]
) -> None:
    file = write_plan(tmp_path / "plan.json", small)
    first = sparkle("make", "--plan", str(file), "--movie", "hello", "--json")
    assert first.code == 0, first.err
    assert first.value["qa"]["verdict"] == "approve"
    assert "Warning" not in first.err
    assert {"movie", "final_cut", "duration_s", "frames", "fps", "width", "height", "stages", "shots", "qa"} <= set(
        first.value
    )
    assert {"wall_s", "peak_rss_mb", "cost"} <= set(first.value)
    assert [shot["rendered"] == [] for shot in first.value["shots"]] == [False, False]
    facts = picture_facts(Path(first.value["final_cut"]))
    assert (facts.frames, facts.even) == (first.value["frames"], True)
    before = film_bytes(first)

    # every decision is known: nothing of google-adk is imported, let alone asked
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED_BY_MAKE], cwd=tmp_path, env=ENV, capture_output=True, text=True, check=True
    )
    assert loaded.stderr.splitlines()[-1] == "loaded: []"
    again = Answer(loaded.returncode, loaded.stdout, loaded.stderr)
    assert again.value["stages"] == {"movie_plan": "reused", "final_cut": "reused", "qa_report": "reused"}
    assert all(shot["rendered"] == [] for shot in again.value["shots"])
    assert film_bytes(again) == before
    assert first.value["cost"].items() >= {"currency": "USD", "amount": 0.0, "tokens": 0}.items()

    truth = tmp_path / ".sparkle" / "movies" / "hello" / "plan" / "movie_plan.json"
    edited = json.loads(truth.read_text(encoding="utf-8"))
    edited["shots"][0]["dialogue"][0]["text"] = "Good evening, sea!"
    write_plan(truth, edited)
    changed = sparkle("make", "--movie", "hello", "--json")
    assert [shot["rendered"] for shot in changed.value["shots"]] == [
        ["voice_tracks", "video_chunks", "lipsynced_clips"],
        [],
    ]

    # the first take of a shot comes back without being rendered, and with it the film, byte for byte
    write_plan(truth, json.loads(file.read_text(encoding="utf-8")) | {"title": edited["title"]})
    back = sparkle("make", "--plan", str(file), "--movie", "hello", "--json")
    assert film_bytes(back) == before
    taken = sparkle("retake", "hello", "two", "--json")
    assert [shot["takes"] for shot in taken.value["shots"]] == [1, 2]
    assert taken.value["shots"][1]["rendered"]
    restored = sparkle("retake", "hello", "two", "--use-take", "1", "--json")
    assert restored.value["shots"][1]["rendered"] == []
    assert film_bytes(restored) == before

    # another process, another home: the same film, the same bytes
    other = sparkle("make", "--plan", str(file), "--movie", "hello", "--home", str(tmp_path / "other"), "--json")
    assert film_bytes(other) == before

    assert called("status", "hello").out.count("done") == 3
    assert "hello" in called("list").out
    assert "made in" in called("timeline", "hello", "one").out
    assert called("qa", "hello", "--json").value["verdict"] == "approve"
    assert called("plan", "diff", "hello", str(file), "--json").value["changes"] == []
    assert called("delete", "hello", "--yes").code == 0
    assert called("list", "--json").value == {"films": []}


def test_a_dry_run_writes_nothing(called: Sparkle, tmp_path: Path) -> None:
    answer = called("make", "A fox finds a lantern in the forest", "--dry-run", "--json")
    assert answer.code == 0
    assert len(answer.value["would_render"]) >= 5
    assert answer.value["estimate"]["seconds"] > 10
    assert not (tmp_path / ".sparkle").exists()


def test_media_of_the_users_own(sparkle: Sparkle, tmp_path: Path, small: dict[str, Any]) -> None:
    import numpy as np
    from PIL import Image

    from resources.media.wav import wav_bytes

    rng = np.random.default_rng(1)
    Image.fromarray(rng.integers(0, 255, (90, 300, 3), dtype=np.uint8)).save(tmp_path / "own.png")
    tone = 0.3 * np.sin(2 * np.pi * 200 * np.arange(24_000) / 48_000)
    (tmp_path / "own.wav").write_bytes(wav_bytes(tone.astype(np.float32)))
    small["shots"][0]["media"] = {"image": "own.png"}
    small["shots"][1]["media"] = {"voice": "own.wav"}
    answer = sparkle("make", "--plan", str(write_plan(tmp_path / "p.json", small)), "--movie", "own", "--json")
    assert answer.code == 0, answer.err
    film = tmp_path / ".sparkle" / "movies" / "own"
    kept = json.loads((film / "plan" / "movie_plan.json").read_text(encoding="utf-8"))
    assert kept["shots"][0]["media"]["image"].startswith("media/")
    # the film's own clip goes into another film
    small["shots"] = [{"id": "clip", "prompt": "a clip", "duration_s": 1, "media": {"clip": "own.mp4"}}]
    shutil.copy(film / "cut" / "final_cut.mp4", tmp_path / "own.mp4")
    second = sparkle("make", "--plan", str(write_plan(tmp_path / "q.json", small)), "--movie", "clip", "--json")
    assert second.code == 0, second.err
    assert picture_facts(Path(second.value["final_cut"])).even
