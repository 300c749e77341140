"""`sparkle make` killed or interrupted, at named points and at any moment: the next one goes on."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from resources.store.atomic import TEMPORARY
from tests.conftest import PLAN, ROOT, Sparkle, write_plan

ENV = {**os.environ, "PYTHONPATH": str(ROOT)}
CHAINS: dict[str, tuple[str, ...]] = {
    "while something is published": (
        "store.after_tmp",
        "store.before_rename",
        "store.before_manifest",
        "store.after_manifest",
    ),
    "when a stage is made": (
        "shot_images.made",
        "voice_tracks.made",
        "lipsynced_clips.made",
        "final_cut.made",
        "final_cut.shown",
    ),
}
"""Points on the way of one film, in the order in which it comes by them."""


def make(file: Path) -> list[str]:
    return [sys.executable, "-m", "sparkle_assets.cli", "make", "--plan", str(file), "--movie", "hello"]


def final_cut(folder: Path) -> Path:
    return folder / ".sparkle" / "movies" / "hello" / "cut" / "final_cut.mp4"


@pytest.fixture(scope="module")
def plan_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of two short shots."""
    return write_plan(tmp_path_factory.mktemp("reference") / "p.json", {**PLAN, "shots": PLAN["shots"][:2]})


@pytest.fixture(scope="module")
def reference(plan_file: Path) -> bytes:
    """The film that an undisturbed run makes of it."""
    subprocess.run([*make(plan_file), "--quiet"], cwd=plan_file.parent, env=ENV, check=True, capture_output=True)
    return final_cut(plan_file.parent).read_bytes()


@pytest.mark.parametrize("points", CHAINS.values(), ids=CHAINS)
def test_killed_at_any_moment_the_next_run_finishes(
    called: Sparkle, sparkle: Sparkle, tmp_path: Path, plan_file: Path, reference: bytes, points: tuple[str, ...]
) -> None:
    for point in points:
        process = begin(plan_file, tmp_path, SPARKLE_CRASH_AT=point)
        assert process.wait(timeout=120) == -signal.SIGKILL, f"{point} was never come by"
        whole_or_not_there(tmp_path, reference)
    finishes(sparkle, called, tmp_path, plan_file, reference)


def test_killed_at_random_moments_the_next_run_finishes(
    called: Sparkle, sparkle: Sparkle, tmp_path: Path, plan_file: Path, reference: bytes
) -> None:
    chance = random.Random(1)
    for _ in range(2):
        process = begin(plan_file, tmp_path)
        time.sleep(chance.uniform(2, 9))
        process.kill()
        assert process.wait(timeout=120) in (-signal.SIGKILL, 0)
        whole_or_not_there(tmp_path, reference)
    finishes(sparkle, called, tmp_path, plan_file, reference)


def begin(file: Path, folder: Path, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*make(file), "--quiet"],
        cwd=folder,
        env={**ENV, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def whole_or_not_there(folder: Path, reference: bytes) -> None:
    if final_cut(folder).exists():
        assert final_cut(folder).read_bytes() == reference


def finishes(sparkle: Sparkle, called: Sparkle, folder: Path, file: Path, reference: bytes) -> None:
    """The next run makes the film that was never killed, and nothing is left over."""
    answer = sparkle("make", "--plan", str(file), "--movie", "hello", "--json", "--quiet")
    assert answer.code == 0, answer.err
    assert Path(answer.value["final_cut"]).read_bytes() == reference
    untold = [one for one in called("doctor", "--json").value["troubles"] if "does not tell" in one]
    assert untold == [], "whoever goes on tells of what a killed process published"
    assert called("doctor", "--repair").code == 0
    assert not list((folder / ".sparkle").rglob(f"{TEMPORARY}*"))
    assert runs_still_busy(folder / ".sparkle" / "dagster") == 0


def runs_still_busy(folder: Path) -> int:
    import dagster as dg

    with dg.DagsterInstance.from_config(str(folder)) as instance:
        return len(instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])))


def test_an_interrupt_that_was_handled_is_no_signal_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "interrupted.py").write_text(
        """
import runpy, sys
import sparkle_assets.cli
def main():
    try:
        exec("raise KeyboardInterrupt")
    except KeyboardInterrupt:
        sys.exit(130)
sparkle_assets.cli.main = main
runpy.run_module("sparkle_assets.cli", run_name="__main__")
""",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, "-m", "interrupted"], cwd=tmp_path, env=ENV, check=False)
    assert done.returncode == 130


def test_interrupted_it_says_how_to_go_on(tmp_path: Path, plan_file: Path) -> None:
    """Each time a little later, and each time by the very line that the time before ended with."""
    command = make(plan_file)
    for number, moment in (
        (signal.SIGINT, "shot 1/2 one: picture"),
        (signal.SIGTERM, "shot 2/2 two: picture"),
        (signal.SIGINT, "shot 2/2 two: final frames"),
        (signal.SIGINT, "cut, music"),
    ):
        process = subprocess.Popen(
            command, cwd=tmp_path, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        assert any(moment in line for line in process.stderr), f"{moment} was never come by"
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "Resume with: sparkle make --movie hello" in err.splitlines()[-1]
        assert "Traceback" not in err
        command = [sys.executable, "-m", "sparkle_assets.cli", "make", "--movie", "hello"]
