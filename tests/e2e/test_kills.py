"""`sparkle ui` killed while it makes a film, at named points: started again, it finishes, and makes nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
import pytest

from resources.pipeline.engines import engines_of
from resources.pipeline.missing import missing_of
from resources.pipeline.production import Production
from resources.store.atomic import TEMPORARY
from resources.store.film import Home
from resources.store.repair import repair
from resources.store.timeline import read_timeline
from sparkle_assets.assets.plan import recorded_version
from tests.conftest import ROOT, write_plan
from tests.e2e.test_daemon import ADD, LAUNCH, REPOSITORY, Server
from tests.e2e.test_make_killed import runs_still_busy
from tests.e2e.test_ui_browser import free_port

LONG_S = 240.0
CASES = [
    ("store.after_manifest", "movie_plan", signal.SIGKILL),  # in the store, and not in the event log
    ("video_chunks.made", "video_chunks", signal.SIGTERM),
    ("movie_plan.made", "movie_plan", signal.SIGTERM),
    ("store.before_rename", "movie_plan", signal.SIGKILL),
    ("video_chunks.made", "video_chunks", signal.SIGKILL),
    ("lipsynced_clips.made", "lipsynced_clips", signal.SIGKILL),
    ("final_cut.made", "final_cut", signal.SIGTERM),
    ("final_cut.shown", "final_cut", signal.SIGKILL),
]
"""(point, stage in flight there, signal)."""
CHOSEN = [[case] for case in CASES] if os.environ.get("SPARKLE_KILLS") else [CASES[:2]]
"""Kills of one film, in the order in which it comes by their points."""


@pytest.mark.parametrize("kills", CHOSEN, ids=lambda kills: "-".join(point for point, _, _ in kills))
def test_killed_and_started_again_it_finishes(
    home: Home, plan: dict[str, Any], tmp_path: Path, kills: list[tuple[str, str, signal.Signals]]
) -> None:
    film = home.film("hello")
    film.plan_path.parent.mkdir(parents=True)
    shot = {**plan["shots"][0], "dialogue": []}
    write_plan(film.plan_path, {**plan, "shots": [shot], "title_card_s": 0, "end_card_s": 0})

    for nth, (point, _, number) in enumerate(kills):
        held = tmp_path / f"held-{nth}"
        with running(home, SPARKLE_CRASH_AT=point, SPARKLE_HELD_AT=str(held)) as (process, server):
            if nth == 0:
                server.ask(ADD, name="movies", key="hello", repo=REPOSITORY)
                launch_plan(server)
            until(held.exists)
            everything = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(number)
            if number == signal.SIGKILL:  # as when memory runs out, or the machine does
                for one in everything:
                    one.kill()
            process.wait(timeout=60)
            assert psutil.wait_procs(everything, timeout=60)[1] == [], "whoever ends `sparkle ui` ends its runs"
    with running(home):
        until(lambda: (film.path / "report" / "index.html").exists() and not busy(home))
        until(lambda: nothing_is_missing(home))

    begun = Counter(event.stage for event in read_timeline(film.path) if event.event == "begin")
    stages = ("movie_plan", "shot_images", "voice_tracks", "video_chunks", "lipsynced_clips", "final_cut", "qa_report")
    assert set(begun) == set(stages)
    in_flight = {stage: 2 for _, stage, _ in kills}
    assert {one: count for one, count in begun.items() if count != 1}.items() <= in_flight.items(), (
        "only steps in flight"
    )
    repair(home)
    assert not list(home.root.rglob(f"{TEMPORARY}*"))
    assert runs_still_busy(home.dagster) == 0


@contextmanager
def running(home: Home, **environment: str) -> Iterator[tuple[subprocess.Popen[str], Server]]:
    """`sparkle ui`, until the block ends or it was killed."""
    port, screening_port = free_port(), free_port()
    command = [sys.executable, "-m", "sparkle_assets.cli", "ui", "--home", str(home.root)]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--screening-port", str(screening_port)],
        cwd=home.root,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith("Dagster:")
        yield process, Server(f"http://127.0.0.1:{port}", home)
    finally:
        below = []
        if process.poll() is None:
            below = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGINT)
        process.stdout.close()
        process.wait(timeout=60)
        assert psutil.wait_procs(below, timeout=60)[1] == [], "nothing outlives `sparkle ui`"


def launch_plan(server: Server) -> None:
    """Begin the film; all the rest flows from its plan."""
    params = {
        "selector": {**REPOSITORY, "pipelineName": "plan_film"},
        "mode": "default",
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": "hello"}]},
    }
    assert server.ask(LAUNCH, params=params)["launchRun"]["__typename"] == "LaunchRunSuccess"


def busy(home: Home) -> bool:
    unfinished = [
        dg.DagsterRunStatus.QUEUED,
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
    ]
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        return bool(instance.get_runs(dg.RunsFilter(statuses=unfinished)))


def nothing_is_missing(home: Home) -> bool:
    """Whether the store has the whole film, and Dagster's event log has exactly what the store has."""
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        found = missing_of(
            Production(home, "hello", lambda profile: engines_of(profile, home.cache)),
            lambda stage, slot: recorded_version(instance, stage, "hello" if slot is None else f"hello|{slot}"),
        )
    return str(found) == "hello: nothing is missing"


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG_S
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.5)
