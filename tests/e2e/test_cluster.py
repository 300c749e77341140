"""A cluster as processes of this machine: Postgres, Redis, an object store, a head, three workers, started as a person
starts them. Two workers share the head's home, as on a folder of the network; one has a home of its own, and the store.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import text

from deploy.local import Cluster
from resources.store.artifacts import Artifacts
from resources.store.film import Home
from resources.store.remote.diary import foreign_events
from resources.store.timeline import read_timeline
from schemas.refs import SHOT_STAGES
from sparkle_assets.cluster import storage
from tests.harness.cluster import (
    answer,
    assert_agreed,
    assert_nothing_twice,
    begun,
    contents,
    current,
    digest,
    end_session,
    fresh_database,
    killed_while_busy,
    make,
    make_alone,
    runs_of_automation,
    sessions,
    three_workers,
    until,
)
from tests.harness.s3 import S3


@pytest.fixture(scope="module")
def store() -> Iterator[S3]:
    with S3().running() as store, pytest.MonkeyPatch.context() as patch:
        for name, value in store.environment.items():
            patch.setenv(name, value)
        yield store


@pytest.fixture(scope="module")
def cluster(store: S3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with three_workers(tmp_path_factory.mktemp("cluster"), apart=1, store=store) as running:
        yield running


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same film, made by one process."""
    return make_alone(tmp_path_factory.mktemp("alone"))


def test_films_made_at_once_are_those_of_one_process(cluster: Cluster, store: S3, alone: Path) -> None:
    movies = [f"film-{number}" for number in range(5)]
    making = [make(cluster, movie) for movie in movies]
    until(lambda: begun(cluster, movies[0], "video_chunks"), making[0])
    store.faults.down_for(10.0)
    answers = [answer(process) for process in making]
    assert store.faults.refused > 0, "the store was asked while it answered 503"
    home = Home(cluster.home)
    for movie, value in zip(movies, answers, strict=True):
        assert value["qa"]["verdict"] != "escalate"
        assert all(shot["rendered"] == list(SHOT_STAGES) for shot in value["shots"]), value["shots"]
        assert value["cost"]["machines"] > 0, "what the workers cost is told"
        assert contents(home, movie) == contents(Home(alone.parents[1]), "film-0")
        assert digest(home.film(movie).path) == digest(alone), "byte for byte what one process makes"
        assert_nothing_twice(home, movie)
    assert_agreed(cluster)
    assert_brought(cluster, movies)
    assert runs_of_automation(cluster) == 0, "the daemon leaves what others ask for to them"
    assert sessions(cluster) < 200, "connections are kept: one for every query is thousands, and most of the work"


def assert_brought(cluster: Cluster, movies: list[str]) -> None:
    """What the worker with a home of its own has made is known here, and its media come when they are asked for."""
    here, there = Home(cluster.home), Home(cluster.home_of(2))
    assert there.root != here.root
    foreign = 0
    for movie in movies:
        store = Artifacts(here.film(movie), here.root)
        numbers = foreign_events(store.film.path)
        made = [event for event in read_timeline(store.film.path) if event.event == "success" and event.seq in numbers]
        foreign += len(made)
        for ref in current(here, movie):
            folder = store.path(ref)
            assert store.whole(ref, deep=True) and all((folder / file.name).is_file() for file in ref.files)
    assert foreign > 0, "one worker of three made nothing of twenty runs"


def test_a_worker_killed_in_the_middle_of_a_shot_costs_that_step(cluster: Cluster) -> None:
    home, movie = Home(cluster.home), "killed"
    process = make(cluster, movie)
    film = home.film(movie).path
    until(lambda: begun(cluster, movie, "shot_images"), process)
    name = killed_while_busy(cluster, movie, process)
    value = answer(process)
    assert [shot["shot"] for shot in value["shots"]] == ["one", "two"]
    counts = Counter(event.stage for event in read_timeline(film) if event.event == "begin")
    again = {stage: count for stage, count in counts.items() if count > (2 if stage in SHOT_STAGES else 1)}
    assert len(again) <= 1 and set(again.values()) <= {3}, f"only the step under way: {counts}"
    assert_nothing_twice(home, movie)
    cluster.start_worker(int(name.rpartition("-")[2]) + 10)
    assert_agreed(cluster)


def test_the_database_is_restarted_and_the_film_is_finished(cluster: Cluster) -> None:
    home, movie = Home(cluster.home), "restarted"
    process = make(cluster, movie)
    until(lambda: begun(cluster, movie, "video_chunks"), process)
    cluster.stop("postgres", signal.SIGINT)
    time.sleep(3.0)
    cluster.start_postgres()
    answer(process)
    assert_nothing_twice(home, movie)
    assert_agreed(cluster)


def test_an_empty_log_has_a_latest_event(cluster: Cluster) -> None:
    url = fresh_database(cluster, "empty")
    log = storage.KeptPostgresStorage(url).event_log_storage
    assert log.get_maximum_record_id() == storage.BEFORE_ALL
    assert log.fetch_materializations(dg.AssetKey("final_cut"), limit=1).records == []
    storage.kept_engine(url, os.getpid()).dispose()


def test_a_connection_that_the_database_ended_is_not_used_again(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = storage.kept_engine(cluster.environment["SPARKLE_POSTGRES_URL"], 0)

    def served_by() -> int:
        with engine.connect() as connection:
            return int(connection.scalar(text("SELECT pg_backend_pid()")))

    first = served_by()
    assert served_by() == first, "it is kept"
    monkeypatch.setattr(storage, "RESTED_S", -1.0)
    assert served_by() == first, "tried, and found well"
    monkeypatch.undo()
    end_session(cluster, first)
    assert served_by() != first
    engine.dispose()
