"""What Dagster costs: ``python bench/graph.py share|daemon|load|large [--films N] [--shots N]``; all of them without
an argument. Figures mean something on an idle machine only.

share   Dagster's part of the wall time of `sparkle make` of a 30 s film: the same stages called without it, goal 20 %.
daemon  from an idea file to a finished film through code server, webserver and daemon, against `sparkle make` of the
        same idea, goal 3x.
load    loading the definitions against `import dagster` alone, goal 1.2x.
large   an instance with 200 films of 30 shots: the partitions page of the UI, goal 3 s, and one tick of every sensor,
        goal 2 s.
"""

from __future__ import annotations

import argparse
import json
import resource
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from film import IDEA, ROOT, seconds, thirty_seconds
from sqlalchemy import event
from sqlalchemy.engine import Engine

from resources.agents.storyteller import tell
from resources.store.film import Home
from resources.store.timeline import read_timeline
from schemas.plan import MoviePlan

PAGE = """query($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  partitionKeysByDimension { name partitionKeys }
  partitionDefinition { name }
  assetPartitionStatuses { ... on MultiPartitionStatuses { primaryDimensionName ranges { primaryDimStartKey
    secondaryDim { ... on TimePartitionStatuses { ranges { status } }
      ... on DefaultPartitionStatuses { materializedPartitions failedPartitions } } } } } } } }"""
"""What the partitions page of an asset asks before it draws."""
ADD = """mutation($key: String!, $repo: RepositorySelector!) {
  addDynamicPartition(partitionsDefName: "movies", partitionKey: $key, repositorySelector: $repo) { __typename } }"""
LAUNCH = """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) { __typename } }"""
REPOSITORY = {"repositoryName": "__repository__", "repositoryLocationName": "sparkle"}


def share(rounds: int = 3) -> None:
    """The same film with Dagster and without, in turns: what the graph adds to the wall time, and to the CPU time."""
    ways = {"with the graph": ["-m", "sparkle_assets.cli"], "without": ["bench/without_dagster.py"]}
    best: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        plan = thirty_seconds(Path(name))
        for turn in range(rounds):
            for way, program in ways.items():
                home = f"{name}/{turn}-{len(program)}"
                command = ["make", "--plan", str(plan), "--movie", "bench", "--home", home, "--quiet", "--json"]
                taken = _taken([sys.executable, *program, *command])
                best[way] = min(best.get(way, taken), taken)
    (wall, cpu), (bare, bare_cpu) = best["with the graph"], best["without"]
    print(f"sparkle make {wall:.1f} s, without Dagster {bare:.1f} s: its share {1 - bare / wall:.0%} (goal 20 %)")
    print(f"  CPU {cpu:.1f} s, without {bare_cpu:.1f} s: {1 - bare_cpu / cpu:.0%}")


def _taken(command: list[str]) -> tuple[float, float]:
    """Wall seconds, and CPU seconds of the process tree, of one command."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    wall = time.perf_counter() - begun
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime


def daemon() -> None:
    """The same idea twice: once from a request file through everything that `sparkle ui` starts, once by hand."""
    from resources.pipeline.stages.plan import Request, save_request
    from sparkle_assets.runner import initialise_instance
    from sparkle_assets.serving.services import Services

    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-m", "sparkle_assets.cli", "make", IDEA, "--home", f"{name}/cli", "--quiet"]
        begun = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        alone = time.perf_counter() - begun
        home = Home(Path(name) / "ui")
        home.prepare()
        initialise_instance(home)
        film = home.film("bench")
        save_request(film, Request(idea=IDEA, writer="sparkle/local"))
        port = _free_port()
        with Services(home, "embedded", port) as services:
            services.wait()
            begun = time.perf_counter()
            _ask(port, ADD, key="bench", repo=REPOSITORY)
            selector = {**REPOSITORY, "pipelineName": "plan_film"}
            tags = [{"key": "dagster/partition", "value": "bench"}]
            params = {"selector": selector, "runConfigData": {}, "mode": "default", "executionMetadata": {"tags": tags}}
            _ask(port, LAUNCH, params=params)
            while not any(
                event.event == "success" and event.stage == "qa_report" for event in read_timeline(film.path)
            ):
                time.sleep(0.5)
            through = time.perf_counter() - begun
        print(f"sparkle make {alone:.1f} s, through the daemon {through:.1f} s = {through / alone:.2f}x (goal 3x)")


def load() -> None:
    """Best of five, interleaved."""
    bare, graph = [], []
    for _ in range(5):
        bare.append(seconds("import dagster"))
        graph.append(seconds("import sparkle_assets.definitions"))
    ratio = min(graph) / min(bare)
    print(f"definitions {min(graph):.2f} s, import dagster {min(bare):.2f} s = {ratio:.2f}x (goal 1.2x)")


def large(films: int, shots: int) -> None:
    """Films as an instance remembers them, then the page and the ticks."""
    from sparkle_assets.runner import initialise_instance
    from sparkle_assets.serving.services import Services

    with tempfile.TemporaryDirectory() as name:
        home = Home(Path(name))
        initialise_instance(home)
        begun = time.perf_counter()
        _fill(home, films, shots)
        print(f"{films} films x {shots} shots recorded in {time.perf_counter() - begun:.0f} s")
        port = _free_port()
        with Services(home, "embedded", port) as services:
            services.wait()
            for asset in ("shot_images", "lipsynced_clips", "final_cut"):
                times = []
                for _ in range(3):
                    begun = time.perf_counter()
                    _ask(port, PAGE, key={"path": [asset]})
                    times.append(time.perf_counter() - begun)
                print(f"partitions page of {asset}: first {times[0]:.2f} s, then {min(times):.2f} s (goal 3 s)")
        _ticks(home)


def _fill(home: Home, films: int, shots: int) -> None:
    import dagster as dg

    from resources.pipeline.stages.plan import save_plan
    from sparkle_assets.partitions import movies, shot_key

    event.listen(Engine, "connect", _hurried)
    instance = dg.DagsterInstance.from_config(str(home.dagster))
    names = [f"film-{number:03d}" for number in range(films)]
    instance.add_dynamic_partitions(str(movies.name), names)
    film_assets = ("movie_plan", "cut_spec", "final_cut", "qa_report")
    specs = ("image_spec", "voice_spec", "video_spec", "clip_spec")
    made = ("shot_images", "voice_tracks", "shot_timing", "video_chunks", "lipsynced_clips")
    plan = _long_plan(shots)
    for movie in names:
        save_plan(home.film(movie), plan)
        for asset in film_assets:
            _report(instance, asset, movie)
        for number in range(1, shots + 1):
            for asset in (*specs, *made):
                _report(instance, asset, str(shot_key(movie, f"{number:02d}")))
    instance.dispose()
    event.remove(Engine, "connect", _hurried)


def _long_plan(shots: int) -> MoviePlan:
    """The plan of IDEA with its shots over and over, until there are ``shots`` of them."""
    plan = tell(IDEA)
    told = islice(cycle(plan.shots), shots)
    return plan.model_copy(
        update={"shots": [shot.model_copy(update={"id": f"s{number:02d}"}) for number, shot in enumerate(told, 1)]}
    )


def _hurried(connection: sqlite3.Connection, _: object) -> None:
    """Filling is not measured, so nothing waits for the disk."""
    connection.execute("PRAGMA synchronous=OFF")


def _report(instance: Any, asset: str, partition: str) -> None:
    import dagster as dg

    made = dg.AssetMaterialization(asset, partition=partition, tags={"dagster/data_version": partition})
    instance.report_runless_asset_event(made)


def _ticks(home: Home) -> None:
    """One evaluation of every sensor and of the automation conditions, in this process, the second one timed."""
    import dagster as dg

    from sparkle_assets.definitions import build_definitions

    defs = build_definitions(home.root, "embedded")
    instance = dg.DagsterInstance.from_config(str(home.dagster))
    assets = dg.AssetSelection.all() - dg.AssetSelection.assets(
        "image_spec", "voice_spec", "video_spec", "clip_spec", "cut_spec"
    )
    cursor = None
    for word in ("first", "quiet"):
        begun = time.perf_counter()
        result = dg.evaluate_automation_conditions(defs, instance, asset_selection=assets, cursor=cursor)
        cursor = result.cursor
        print(
            f"automation, {word} tick: {time.perf_counter() - begun:.2f} s, {result.total_requested} asked (goal 2 s)"
        )
    repository = defs.get_repository_def()
    resources = dict(defs.resources or {})
    for sensor in repository.sensor_defs:
        if isinstance(sensor, dg.AutomationConditionSensorDefinition):
            continue
        times, cursor = [], None
        for _ in range(2):
            with dg.build_sensor_context(
                instance=instance, definitions=defs, sensor_name=sensor.name, resources=resources, cursor=cursor
            ) as context:
                begun = time.perf_counter()
                cursor = sensor.evaluate_tick(context).cursor
                times.append(time.perf_counter() - begun)
        print(f"sensor {sensor.name}: first tick {times[0]:.2f} s, the next {times[1]:.2f} s (goal 2 s)")
    instance.dispose()


def _ask(port: int, query: str, **variables: Any) -> Any:
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        value = json.load(answer)
    if "errors" in value:
        sys.exit(f"{value['errors'][0]['message']}")
    return value["data"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", choices=[[], "share", "daemon", "load", "large"])
    parser.add_argument("--films", type=int, default=200)
    parser.add_argument("--shots", type=int, default=30)
    given = parser.parse_args()
    chosen = given.what or ["load", "share", "daemon", "large"]
    for what in chosen:
        if what == "large":
            large(given.films, given.shots)
        else:
            {"share": share, "daemon": daemon, "load": load}[what]()


if __name__ == "__main__":
    main()
