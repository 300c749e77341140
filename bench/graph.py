"""What Dagster costs: ``python bench/graph.py share|daemon|load|large [--films N] [--shots N]``; all of them without
an argument. Figures mean something on an idle machine only.

share   Dagster's part of the wall time of `sparkle make` of a 30 s film: everything it does around our own functions
        (runs, events, checks, its import), goal 20 %.
daemon  from an idea file to a finished film through code server, webserver and daemon, against `sparkle make` of the
        same idea, goal 3x.
load    loading the definitions against `import dagster` alone, goal 1.2x.
large   an instance with 200 films of 30 shots: the partitions page of the UI, goal 3 s, and one tick of every sensor,
        goal 2 s.
"""

from __future__ import annotations

import argparse
import json
import pstats
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from film import IDEA, ROOT, seconds, thirty_seconds

from resources.store.film import Home
from resources.store.timeline import read_timeline

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


def share() -> None:
    """Profile the process of `sparkle make`: time below the runner's ``run``, less what is below our own functions."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = thirty_seconds(folder)
        log = folder / "profile"
        code = (
            "import cProfile, sys, time; begun = time.perf_counter();"
            "from sparkle_assets.cli import main; profile = cProfile.Profile(); sys.argv = sys.argv[1:];\n"
            "try:\n    profile.runcall(main)\nexcept SystemExit: pass\n"
            f"profile.dump_stats({str(log)!r})"
        )
        command = ["sparkle", "make", "--plan", str(plan), "--movie", "bench", "--home", name, "--quiet", "--json"]
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", code, *command], cwd=ROOT, check=True, capture_output=True)
        profiled = time.perf_counter() - begun
        found = _shares(pstats.Stats(str(log)))
        print(
            f"sparkle make, profiled: {profiled:.1f} s; importing dagster {found['import']:.1f} s, its runs around ours"
        )
        dagster = found["run"] - found["ours"] + found["import"]
        print(
            f"  {found['run'] - found['ours']:.1f} s: Dagster's share {dagster / profiled:.0%} (goal 20 %; a profiler"
        )
        print("  weighs many small calls more than drawing, so the true share is smaller)")


def _shares(stats: pstats.Stats) -> dict[str, float]:
    """Cumulative seconds of the runner, of our own functions called from assets and checks, and of the import."""
    found = {"run": 0.0, "ours": 0.0, "import": 0.0}
    for (file, _, name), (_, _, _, cumulative, _) in stats.stats.items():  # type: ignore[attr-defined]
        if file.endswith("sparkle_assets/runner.py") and name in ("run", "__init__", "recorded", "close"):
            found["run"] += cumulative
        if file.endswith("resources/pipeline/carry.py") and name == "carry":
            found["ours"] += cumulative
        if file.endswith("resources/pipeline/examine.py") and name in ("examine", "examine_voice", "hold_back"):
            found["ours"] += cumulative
        if file.endswith("dagster/__init__.py") and name == "<module>":
            found["import"] += cumulative
    return found


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

    from sparkle_assets.partitions import movies, shot_key

    instance = dg.DagsterInstance.from_config(str(home.dagster))
    names = [f"film-{number:03d}" for number in range(films)]
    instance.add_dynamic_partitions(str(movies.name), names)
    film_assets = ("movie_plan", "cut_spec", "final_cut", "qa_report")
    specs = ("image_spec", "voice_spec", "video_spec", "clip_spec")
    made = ("shot_images", "voice_tracks", "shot_timing", "video_chunks", "lipsynced_clips")
    for movie in names:
        for asset in film_assets:
            _report(instance, asset, movie)
        for number in range(1, shots + 1):
            for asset in (*specs, *made):
                _report(instance, asset, str(shot_key(movie, f"{number:02d}")))
    instance.dispose()


def _report(instance: Any, asset: str, partition: str) -> None:
    import dagster as dg

    event = dg.AssetMaterialization(asset, partition=partition, tags={"dagster/data_version": partition})
    instance.report_runless_asset_event(event)


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
    for sensor in repository.sensor_defs:
        if isinstance(sensor, dg.AutomationConditionSensorDefinition):
            continue
        begun = time.perf_counter()
        with dg.build_sensor_context(instance=instance, repository_def=repository, sensor_name=sensor.name) as context:
            sensor.evaluate_tick(context)
        print(f"sensor {sensor.name}: {time.perf_counter() - begun:.2f} s (goal 2 s)")
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
