"""The graph under a real webserver and daemon: a headless ``dagster dev``, driven through its GraphQL API."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resources.store.film import Home
from sparkle_assets.runner import prepare_instance
from sparkle_assets.runs import MADE_BY_TAG
from tests.conftest import ROOT, write_plan

ADD = """mutation($name: String!, $key: String!, $repo: RepositorySelector!) {
  addDynamicPartition(partitionsDefName: $name, partitionKey: $key, repositorySelector: $repo) { __typename } }"""
LAUNCH = """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
STATUS = """query($id: ID!) { runOrError(runId: $id) { ... on Run { status eventConnection(afterCursor: null) {
  events { __typename ... on MessageEvent { message } } } } } }"""
LATEST = """query($key: AssetKeyInput!, $partitions: [String!]) { assetOrError(assetKey: $key) { ... on Asset {
  assetMaterializations(partitions: $partitions) { partition metadataEntries { label } }
  assetObservations(partitions: $partitions) { metadataEntries { ... on TextMetadataEntry { text } } } } } }"""
BACKFILL = """mutation($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
BACKFILLED = """query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill {
  status assetBackfillData { assetBackfillStatuses { ... on AssetPartitionsStatusCounts {
    assetKey { path } numPartitionsTargeted numPartitionsMaterialized numPartitionsFailed } } } } } }"""
RUNS = "{ runsOrError { ... on Runs { results { jobName status tags { key value } } } } }"
REPOSITORY = {"repositoryName": "__repository__", "repositoryLocationName": "sparkle"}


class Server:
    """A running ``dagster dev``."""

    def __init__(self, url: str, home: Home) -> None:
        self.url = url
        self.home = home

    def ask(self, query: str, **variables: Any) -> Any:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            value = json.load(answer)
        assert "errors" not in value, value["errors"]
        return value["data"]

    def run(self, job: str, tags: dict[str, str], config: dict[str, Any] | None = None) -> str:
        """Launch a job and wait for its end; the status."""
        params = {
            "selector": {**REPOSITORY, "pipelineName": job},
            "mode": "default",
            "runConfigData": config or {},
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
        }
        launched = self.ask(LAUNCH, params=params)["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        for _ in range(240):
            run = self.ask(STATUS, id=launched["run"]["runId"])["runOrError"]
            if run["status"] in ("SUCCESS", "FAILURE", "CANCELED"):
                if run["status"] != "SUCCESS":
                    print([event.get("message") for event in run["eventConnection"]["events"]])  # noqa: T201
                return str(run["status"])
            time.sleep(0.5)
        return "TIMEOUT"

    def backfilled(self, backfill: str) -> dict[str, Any]:
        """Wait for the end of a backfill."""
        for _ in range(240):
            found: dict[str, Any] = self.ask(BACKFILLED, id=backfill)["partitionBackfillOrError"]
            if found["status"] not in ("REQUESTED", "COMPLETING", "CANCELING", "FAILING"):
                return found
            time.sleep(0.5)
        raise AssertionError(found)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One ``dagster dev`` for all tests, each on films of its own."""
    home = Home(tmp_path_factory.mktemp("daemon") / "home")
    home.prepare()
    prepare_instance(home.dagster)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)],
        cwd=ROOT,
        env={**os.environ, "DAGSTER_HOME": str(home.dagster), "SPARKLE_HOME": str(home.root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    answering = Server(f"http://127.0.0.1:{port}", home)
    try:
        for _ in range(240):
            try:
                answering.ask("{ version }")
                break
            except OSError:
                assert process.poll() is None, "dagster dev ended"
                time.sleep(0.5)
        yield answering
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_a_shot_is_made_through_the_web_api(server: Server, plan: dict[str, Any]) -> None:
    film = server.home.film("hello")
    film.plan_path.parent.mkdir(parents=True)
    write_plan(film.plan_path, {**plan, "shots": plan["shots"][:1]})
    server.ask(ADD, name="movies", key="hello", repo=REPOSITORY)
    assert server.run("plan_film", {"dagster/partition": "hello"}) == "SUCCESS"
    shot = {"dagster/partition": "hello|01", "dagster/partition/movie": "hello", "dagster/partition/shot": "01"}
    assert server.run("render_shot", shot) == "SUCCESS"
    runs = server.ask(RUNS)["runsOrError"]["results"]
    assert all(MADE_BY_TAG in {tag["key"] for tag in run["tags"]} for run in runs if run["status"] == "SUCCESS")
    clips = server.ask(LATEST, key={"path": ["lipsynced_clips"]}, partitions=["hello|01"])
    made = clips["assetOrError"]["assetMaterializations"]
    assert {entry["partition"] for entry in made} == {"hello|01"}, "automation may have asked once more, for nothing"
    assert {"sidecar", "fingerprint", "seconds"} <= {entry["label"] for entry in made[0]["metadataEntries"]}
    assert list(Path(film.path / "shots" / "01" / "lipsynced_clips").glob("*/clip.mp4"))
    # missing or failed only: a slot that is not in the plan answers in words, fails nothing and does not look green
    keys = [{"path": [asset]} for asset in ("shot_images", "lipsynced_clips")]
    params = {"assetSelection": keys, "partitionNames": ["hello|02", "hello|03"]}
    launched = server.ask(BACKFILL, params=params)["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched
    backfill = server.backfilled(launched["backfillId"])
    counts = backfill["assetBackfillData"]["assetBackfillStatuses"]
    assert {one["numPartitionsMaterialized"] for one in counts} == {0}, backfill
    none = server.ask(LATEST, key={"path": ["shot_images"]}, partitions=["hello|02"])
    assert none["assetOrError"]["assetMaterializations"] == []
    told = none["assetOrError"]["assetObservations"]
    assert told[0]["metadataEntries"][0]["text"] == "slot 02 is not in the plan of hello: its shots are in 01"


def test_a_dropped_plan_and_an_idea_from_the_launchpad_become_films(server: Server, plan: dict[str, Any]) -> None:
    home, shot = server.home, {**plan["shots"][0], "dialogue": []}
    (home.root / "inbox").mkdir(exist_ok=True)
    write_plan(home.root / "inbox" / "boat.json", {**plan, "shots": [shot], "title_card_s": 0, "end_card_s": 0})
    film, accepted = home.film("boat"), home.root / "inbox" / "accepted" / "boat.json"
    deadline = time.monotonic() + 240
    while not (accepted.exists() and (film.path / "report" / "index.html").exists()):
        assert time.monotonic() < deadline, server.ask(RUNS)
        time.sleep(0.5)
    assert (film.path / "cut" / "final_cut.mp4").exists()
    idea = {"idea": "A fox finds a lantern", "movie": "fox", "resolution": "144p"}
    assert server.run("new_film", {}, {"ops": {"begin_film": {"config": idea}}}) == "SUCCESS"
    specs = server.ask(LATEST, key={"path": ["image_spec"]}, partitions=["fox|01"])
    assert [one["partition"] for one in specs["assetOrError"]["assetMaterializations"]] == ["fox|01"]
