"""A cluster of processes of this machine, and films made on it, as the tests of it want them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import yaml
from psycopg2.extensions import connection

from deploy.local import Cluster
from resources.config import config_path
from resources.store.artifacts import Artifacts
from resources.store.database import FILE as TIMELINE
from resources.store.film import Home
from resources.store.timeline import read_timeline
from schemas.refs import SHOT_STAGES, AssetRef, Stage
from tests.conftest import ROOT, write_plan
from tests.harness.s3 import S3

LONG_S = 400.0
"""Of a loaded machine; an idle one takes a tenth of it."""
PLAN: dict[str, Any] = {
    "title": "Hello",
    "resolution": "144p",
    "title_card_s": 0,
    "end_card_s": 0,
    "characters": [{"id": "ada", "name": "Ada"}],
    "shots": [
        {
            "id": "one", "prompt": "Ada waves from a boat at night", "duration_s": 1,
            "dialogue": [{"character_id": "ada", "text": "Hello!"}],
        },
        {"id": "two", "prompt": "the boat leaves", "duration_s": 1},
    ],
}  # fmt: skip
FILM_STAGES: tuple[Stage, ...] = ("movie_plan", "final_cut", "qa_report")


def quick(folder: Path, *, lost_s: float = 4.0) -> dict[str, str]:
    """The environment of a cluster that gives up a worker which is silent for ``lost_s``."""
    profile = yaml.safe_load(config_path("profiles/cluster.yaml").read_text(encoding="utf-8"))
    profile["farm"] |= {"lost_s": lost_s}
    own = folder / "configs" / "profiles"
    own.mkdir(parents=True)
    (own / "cluster.yaml").write_text(yaml.safe_dump(profile), encoding="utf-8")
    return {"SPARKLE_CONFIGS": str(own.parent)}


def make(cluster: Cluster, movie: str) -> subprocess.Popen[str]:
    plan = write_plan(cluster.home.parent / f"{movie}.json", PLAN)
    return sparkle(
        cluster.home.parent, cluster.environment,
        "make", "--profile", cluster.profile, "--plan", str(plan), "--movie", movie, "--json",
    )  # fmt: skip


@contextmanager
def three_workers(folder: Path, *, apart: int = 0, store: S3 | None = None) -> Iterator[Cluster]:
    """A cluster in ``folder``; a worker that was killed is given up after four seconds.

    ``apart`` of the workers have homes of their own, and meet the others in ``store``.
    """
    home = folder / "home"
    home.mkdir()
    with Cluster(home, workers=3, apart=apart, environment={**quick(folder), **kept_in(store)}) as running:
        yield running


def kept_in(store: S3 | None) -> dict[str, str]:
    """The environment of hosts that keep films in an object store as well."""
    return {} if store is None else {**store.environment, "SPARKLE_STORAGE": store.url}


def homes(cluster: Cluster) -> list[Home]:
    """Where the films of a cluster lie: the home of whoever asks, and those that workers have of their own."""
    workers = [cluster.home_of(int(name.rpartition("-")[2])) for name in cluster.running if name.startswith("worker")]
    return [Home(root) for root in dict.fromkeys([cluster.home, *workers])]


def make_alone(folder: Path) -> Path:
    """The folder of film-0, made by one process."""
    plan = str(write_plan(folder / "plan.json", PLAN))
    answer(sparkle(folder, os.environ, "make", "--plan", plan, "--movie", "film-0", "--json"))
    return folder / ".sparkle" / "movies" / "film-0"


def sparkle(folder: Path, environment: Mapping[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sparkle_assets.cli", *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process: subprocess.Popen[str]) -> Any:
    out, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 0, out + err
    return json.loads(out.strip().splitlines()[-1])


def told(process: subprocess.Popen[str]) -> str:
    return "".join(process.communicate())


def begun(cluster: Cluster, movie: str, stage: Stage) -> bool:
    """Whether a stage of a film was begun, on whichever home."""
    films = [home.film(movie).path for home in homes(cluster)]
    return any(
        event.event == "begin" and event.stage == stage
        for film in films
        if (film / TIMELINE).exists()
        for event in read_timeline(film)
    )


def killed_while_busy(cluster: Cluster, movie: str, process: subprocess.Popen[str]) -> str:
    """Kill the first worker that is seen to make a shot, with everything it started; its name."""
    films = [home.film(movie).path for home in homes(cluster)]
    while True:
        assert process.poll() is None, told(process)
        locks = [path for film in films for path in film.glob("shots/*/.lock")]
        named = [path.read_text(encoding="ascii").partition(" ")[0] for path in locks]
        for name in [name for name in cluster.running if name.startswith("worker")]:
            children = psutil.Process(cluster.running[name].pid).children()
            if any(str(child.pid) in named for child in children):
                cluster.stop(name, signal.SIGKILL)
                return name
        time.sleep(0.02)


def until(true: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + LONG_S
    while not true():
        assert process.poll() is None, told(process)
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def patience(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG_S
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


def digest(film: Path) -> str:
    return hashlib.sha256((film / "cut" / "final_cut.mp4").read_bytes()).hexdigest()


def contents(home: Home, movie: str) -> list[str]:
    """The content of every artifact of a film's shots."""
    return [ref.sha256 for ref in current(home, movie)]


def current(home: Home, movie: str) -> list[AssetRef]:
    """What is current of a film's shots."""
    store = Artifacts(home.film(movie), home.root)
    found = [store.current(stage, slot) for stage in SHOT_STAGES for slot in ("01", "02")]
    return [ref for ref in found if ref is not None]


def sessions(cluster: Cluster) -> int:
    """How many connections the cluster's database was asked for so far."""
    return _number(cluster, "SELECT sessions FROM pg_stat_database WHERE datname = 'sparkle'")


def runs_of_automation(cluster: Cluster) -> int:
    """How many runs the daemon has asked for by itself."""
    return _number(cluster, "SELECT count(*) FROM runs WHERE pipeline_name = '__ASSET_JOB'")


def end_session(cluster: Cluster, backend: int) -> None:
    """Have the database end a connection, and wait until it is gone."""
    _number(cluster, f"SELECT pg_terminate_backend({backend})::int")
    patience(lambda: not _number(cluster, f"SELECT count(*) FROM pg_stat_activity WHERE pid = {backend}"))


def fresh_database(cluster: Cluster, name: str) -> str:
    """The address of a new database beside that of the cluster, in which nothing is."""
    with contextlib.closing(_connected(cluster)) as opened, opened.cursor() as cursor:
        opened.autocommit = True  # a database is not made within a transaction
        cursor.execute(f"CREATE DATABASE {name}")
    return cluster.environment["SPARKLE_POSTGRES_URL"].rpartition("/")[0] + f"/{name}"


def _connected(cluster: Cluster) -> connection:
    return psycopg2.connect(cluster.environment["SPARKLE_POSTGRES_URL"].replace("+psycopg2", ""))


def _number(cluster: Cluster, query: str) -> int:
    with contextlib.closing(_connected(cluster)) as opened, opened.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def assert_nothing_twice(home: Home, movie: str) -> None:
    """Every artifact was published once."""
    told = [event for event in read_timeline(home.film(movie).path) if event.event in ("success", "recovered")]
    made = Counter((event.stage, event.slot) for event in told)
    wanted: set[tuple[Stage, str | None]] = {(stage, slot) for stage in SHOT_STAGES for slot in ("01", "02")}
    assert set(made) == wanted | {(stage, None) for stage in FILM_STAGES}
    assert set(made.values()) == {1}, made


def assert_agreed(cluster: Cluster) -> None:
    """`sparkle doctor` finds store and event log of one mind; what a killed process left lying is another matter."""
    process = sparkle(cluster.home.parent, cluster.environment, "doctor", "--json")
    out, err = process.communicate(timeout=LONG_S)
    troubles = [one for one in json.loads(out)["troubles"] if not one.endswith("is left over")]
    assert troubles == [], f"{troubles} {err}"
