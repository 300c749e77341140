"""`sparkle` as a user has it: processes of their own, the embedded studio, real files."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from resources.media.probe import picture_facts
from resources.store.atomic import TEMPORARY
from tests.conftest import ROOT, Answer, Sparkle, write_plan

CRASH_POINTS = (
    "store.after_tmp",
    "shot_images.made",
    "voice_tracks.made",
    "store.before_rename",
    "store.before_manifest",
    "store.after_manifest",
    "lipsynced_clips.made",
    "final_cut.made",
    "final_cut.shown",
)


ENV = {**os.environ, "PYTHONPATH": str(ROOT)}
LOADED_BY_MAKE = """
import atexit, sys
names = ("google.adk", "google.genai", "openai", "torch", "transformers")
atexit.register(lambda: print("loaded:", [name for name in names if name in sys.modules], file=sys.stderr))
from sparkle_assets.cli import main
main(["make", "--movie", "hello", "--quiet"])
"""
"""`sparkle make`, and which heavy packages it ended with."""


@pytest.fixture
def small(plan: dict[str, Any]) -> dict[str, Any]:
    """Two short shots, as quick as a film can be."""
    plan["shots"] = plan["shots"][:2]
    return plan


def film_bytes(answer: Answer) -> bytes:
    return Path(answer.value["final_cut"]).read_bytes()


def test_a_film_from_a_plan_then_an_edit_then_nothing(sparkle: Sparkle, tmp_path: Path, small: dict[str, Any]) -> None:
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

    again = sparkle("make", "--movie", "hello", "--json")
    assert again.value["stages"] == {"movie_plan": "reused", "final_cut": "reused", "qa_report": "reused"}
    assert all(shot["rendered"] == [] for shot in again.value["shots"])
    assert film_bytes(again) == before

    # every decision is known: nothing of google-adk is imported, let alone asked
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED_BY_MAKE], cwd=tmp_path, env=ENV, capture_output=True, text=True, check=True
    )
    assert loaded.stderr.splitlines()[-1] == "loaded: []"
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

    assert sparkle("status", "hello").out.count("done") == 3
    assert "hello" in sparkle("list").out
    assert "made in" in sparkle("timeline", "hello", "one").out
    assert sparkle("qa", "hello", "--json").value["verdict"] == "approve"
    assert sparkle("plan", "diff", "hello", str(file), "--json").value["changes"] == []
    assert sparkle("delete", "hello", "--yes").code == 0
    assert sparkle("list", "--json").value == {"films": []}


BAD: dict[str, tuple[list[str], str]] = {
    "no idea": (["make"], "what is the film about?"),
    "an idea that is no text": (["make", "A fox \udced\udca0\udc80"], "idea is not UTF-8 text"),
    "an empty idea": (["make", "  \t "], "the idea is empty"),
    "a long idea": (["make", "word " * 5000], "at most 2,000 are read"),
    "a missing plan": (["make", "--plan", "nope.json"], "cannot be read"),
    "a folder as plan": (["make", "--plan", "."], "cannot be read"),
    "a large plan": (["make", "--plan", "large.json"], "is larger than 4 MB"),
    "a plan that is no JSON": (["make", "--plan", "broken.json"], "is not JSON"),
    "a plan that is a list": (["make", "--plan", "list.json"], "a plan is a JSON object"),
    "a plan nested too deep": (["make", "--plan", "deep.json"], "is not JSON"),
    "an unknown film": (["make", "--movie", "nope"], "there is no film 'nope'"),
    "a path as film": (["make", "--movie", "../../etc"], "is not a film id"),
    "an unknown profile": (["make", "x", "--profile", "gpu"], "there is no profile 'gpu'"),
    "a writer without its key": (["make", "x", "--writer", "gemini-2.5-flash"], "gemini-2.5-flash"),
    "an unknown flag": (["make", "x", "--bogus"], "No such option"),
    "an unknown command": (["mkae"], "No such command"),
    "a language nobody speaks": (["make", "x", "--language", "tlh"], "tlh"),
    "a home that is a file": (["make", "x", "--home", "file"], "file"),
    "media outside": (["make", "--plan", "outside.json"], "leaves the plan's folder"),
    "media through a link": (["make", "--plan", "linked.json"], "goes through a symbolic link"),
    "media that is text": (["make", "--plan", "text.json"], "is not a PNG, JPEG or WebP picture"),
    "a shot that is not there": (["retake", "nope", "1"], "there is no film 'nope'"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_leaves_nothing(
    sparkle: Sparkle, tmp_path: Path, small: dict[str, Any], case: str
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "large.json").write_bytes(b" " * 10_000_000)
    (tmp_path / "broken.json").write_text('{"title": ')
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "link.png").symlink_to("/etc/passwd")
    for name, image in (("outside", "../secret.png"), ("linked", "link.png"), ("text", "file")):
        shots = [{**small["shots"][0], "media": {"image": image}}]
        write_plan(tmp_path / f"{name}.json", {**small, "shots": shots})
    args, complaint = BAD[case]
    answer = sparkle(*args)
    assert answer.code == 2, answer.err
    assert complaint in answer.err
    assert len(answer.err.strip().splitlines()) == 1, answer.err
    assert answer.out == ""
    assert not list(tmp_path.glob(".sparkle/movies/*/plan/movie_plan.json"))
    value = sparkle(*args, "--json") if args[0] == "make" and "--bogus" not in args else None
    if value is not None:
        assert value.value["error"]["kind"]


def test_a_dry_run_writes_nothing(sparkle: Sparkle, tmp_path: Path) -> None:
    answer = sparkle("make", "A fox finds a lantern in the forest", "--dry-run", "--json")
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


def test_a_film_that_is_being_made_is_left_alone(sparkle: Sparkle, tmp_path: Path, small: dict[str, Any]) -> None:
    from resources.store.locks import film_lock

    file = write_plan(tmp_path / "p.json", small)
    with film_lock(tmp_path / ".sparkle" / "movies" / "hello"):
        answer = sparkle("make", "--plan", str(file), "--movie", "hello")
    assert answer.code == 1
    assert f"is being made by process {os.getpid()}" in answer.err


FULL_DISK = """
mount -t tmpfs -o size=14m tmpfs "$1" && head -c 12500000 /dev/zero > "$1/filler" || exit 99
shift; "$@"; code=$?; find disk -name "final_cut.*"; exit $code
"""


def test_a_full_disk_is_one_line_and_keeps_what_was_there(tmp_path: Path, small: dict[str, Any]) -> None:
    """On a tmpfs of 14 MB, mounted in a namespace of the test's own."""
    (tmp_path / "disk").mkdir()
    file = write_plan(tmp_path / "p.json", small)
    sparkle = [sys.executable, "-m", "sparkle_assets.cli", "make", "--plan", str(file), "--home", "disk/home"]
    result = subprocess.run(
        ["unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", FULL_DISK, "sh", "disk", *sparkle],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1, result.stderr
    assert "the disk is full" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A plan and the film that an undisturbed run makes of it."""
    from tests.conftest import PLAN

    folder = tmp_path_factory.mktemp("reference")
    file = write_plan(folder / "p.json", {**PLAN, "shots": PLAN["shots"][:2]})
    command = [sys.executable, "-m", "sparkle_assets.cli", "make", "--plan", str(file), "--movie", "hello", "--quiet"]
    subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    return file, (folder / ".sparkle" / "movies" / "hello" / "cut" / "final_cut.mp4").read_bytes()


@pytest.mark.parametrize("point", [*CRASH_POINTS, "at random 1", "at random 2"])
def test_killed_at_any_moment_the_next_run_finishes(
    sparkle: Sparkle, tmp_path: Path, reference: tuple[Path, bytes], point: str
) -> None:
    file, film = reference
    command = [sys.executable, "-m", "sparkle_assets.cli", "make", "--plan", str(file), "--movie", "hello", "--quiet"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    if not point.startswith("at random"):
        env["SPARKLE_CRASH_AT"] = point
    process = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if point.startswith("at random"):
        time.sleep(random.Random(point).uniform(2, 9))
        process.kill()
    process.wait(timeout=120)
    assert process.returncode in (-signal.SIGKILL, 0)
    final = tmp_path / ".sparkle" / "movies" / "hello" / "cut" / "final_cut.mp4"
    if final.exists():
        assert final.read_bytes() == film
    answer = sparkle("make", "--plan", str(file), "--movie", "hello", "--json", "--quiet")
    assert answer.code == 0, answer.err
    assert film_bytes(answer) == film
    assert sparkle("doctor", "--repair").code == 0
    assert not list((tmp_path / ".sparkle").rglob(f"{TEMPORARY}*"))
    assert runs_still_busy(tmp_path / ".sparkle" / "dagster") == 0


def runs_still_busy(folder: Path) -> int:
    import dagster as dg

    with dg.DagsterInstance.from_config(str(folder)) as instance:
        return len(instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])))


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        (signal.SIGINT, "shot 1/2 one: picture"),
        (signal.SIGINT, "shot 2/2 two: final frames"),
        (signal.SIGINT, "cut, music"),
        (signal.SIGTERM, "shot 2/2 two: picture"),
    ],
)
def test_interrupted_it_says_how_to_go_on(
    tmp_path: Path, reference: tuple[Path, bytes], number: signal.Signals, moment: str
) -> None:
    file, _ = reference
    command = [sys.executable, "-m", "sparkle_assets.cli", "make", "--plan", str(file), "--movie", "hello"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if moment in line:
            break
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Resume with: sparkle make --movie hello" in err.splitlines()[-1]
    assert "Traceback" not in err
