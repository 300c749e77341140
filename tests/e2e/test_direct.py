"""A film directed from outside: `adk run`, and `sparkle pause`, `resume` and `stop` from another terminal."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import pytest

from resources.pipeline.resolve import film_id
from resources.store.film import FilmFolder, Home
from resources.store.timeline import read_timeline
from tests.conftest import ROOT, Sparkle, write_plan

ADK = Path(sys.executable).parent / "adk"
IDEA = "Ada waves from a boat"


@pytest.fixture
def film(home: Home, plan: dict[str, Any]) -> FilmFolder:
    """A film of one short, silent shot that belongs to IDEA, its plan edited by hand."""
    folder = home.film(film_id(IDEA))
    folder.plan_path.parent.mkdir(parents=True)
    write_plan(folder.plan_path, {**plan, "shots": plan["shots"][2:]})
    return folder


def test_adk_run_makes_a_film_and_dagster_catches_up(film: FilmFolder, home: Home, sparkle: Sparkle) -> None:
    where = subprocess.run(
        [sys.executable, "-m", "resources.director.apps"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    (home.root / "adk").mkdir()
    done = subprocess.run(
        [
            str(ADK),
            "run",
            f"{where.stdout.strip()}/sparkle",
            IDEA,
            "--session_service_uri",
            f"sqlite:///{home.root}/adk/sessions.db",
            "--artifact_service_uri",
            "memory://",
        ],
        cwd=home.root,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SPARKLE_HOME": str(home.root), "HOME": str(home.root)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"The film is ready: {film.path}/cut/final_cut.mp4" in done.stdout
    assert "1 pictures by cutout (1 new)" in done.stdout
    assert (home.root / "adk" / "sessions.db").exists()
    assert not (ROOT / "resources" / "director" / "apps" / "sparkle" / ".adk").exists()
    answer = sparkle("make", "--movie", film.movie, "--home", str(home.root), "--json")
    assert answer.code == 0, answer.err
    assert set(answer.value["stages"].values()) == {"reused"}
    assert [shot["rendered"] for shot in answer.value["shots"]] == [[]]


def test_adk_web_serves_the_app_on_loopback(home: Home) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (home.root / "adk").mkdir()
    server = subprocess.Popen(
        [
            *(str(ADK), "web", str(ROOT / "resources" / "director" / "apps"), "--port", str(port)),
            *("--session_service_uri", f"sqlite:///{home.root}/adk/sessions.db"),
            *("--artifact_service_uri", "memory://"),
        ],
        cwd=home.root,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SPARKLE_HOME": str(home.root), "HOME": str(home.root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(240):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/list-apps", timeout=5) as answer:
                    apps = json.load(answer)
                break
            except OSError:
                assert server.poll() is None, "adk web ended"
                time.sleep(0.25)
        assert apps == ["sparkle"]
        listening = {one.laddr.ip for one in psutil.Process(server.pid).net_connections() if one.status == "LISTEN"}
        assert listening == {"127.0.0.1"}
        assert not (home.root / ".adk" / "config.json").exists()  # nobody said yes to usage data
    finally:
        server.terminate()
        server.wait(timeout=30)


def test_paused_stopped_and_resumed_from_another_terminal(film: FilmFolder, home: Home, sparkle: Sparkle) -> None:
    where = ("--home", str(home.root))
    assert "nothing works on it" in sparkle("pause", film.movie, *where).out
    refused = sparkle("make", "--movie", film.movie, *where, "--json")
    assert refused.code == 3
    assert refused.value["error"]["kind"] == "Paused"
    assert refused.value["error"]["hint"] == f"`sparkle resume {film.movie}` lets it go on"
    work = subprocess.Popen(
        [sys.executable, "-m", "sparkle_assets.cli", "resume", film.movie, *where],
        cwd=home.root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for _ in range(1200):
            if "begin" in [event.event for event in read_timeline(film.path)]:
                break
            time.sleep(0.05)
        assert sparkle("stop", film.movie, *where, "--json").value["process"] == work.pid
        _, told = work.communicate(timeout=120)
    finally:
        work.kill()
        work.communicate()
    assert work.returncode == 130, told
    assert f"resume with: sparkle make --movie {film.movie} --home {home.root}" in told.splitlines()[-1]
    assert sparkle("stop", film.movie, *where).out.strip() == f"no process works on {film.movie}"
    done = sparkle("resume", film.movie, *where, "--json")
    assert (done.code, done.value["qa"]["verdict"]) == (0, "approve")
