"""A cluster as processes of this machine: Postgres, Redis, a head, three workers, started as a person starts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import Cluster
from resources.store.film import Home
from resources.store.timeline import read_timeline
from schemas.refs import SHOT_STAGES
from tests.harness.cluster import (
    answer,
    assert_agreed,
    assert_nothing_twice,
    begun,
    contents,
    digest,
    killed_while_busy,
    make,
    make_alone,
    three_workers,
    until,
)

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with three_workers(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same film, made by one process."""
    return make_alone(tmp_path_factory.mktemp("alone"))


def test_films_made_at_once_are_those_of_one_process(cluster: Cluster, alone: Path) -> None:
    movies = ["film-0", "film-1", "film-2"]
    making = [make(cluster, movie) for movie in movies]
    answers = [answer(process) for process in making]
    home = Home(cluster.home)
    for movie, value in zip(movies, answers, strict=True):
        assert value["qa"]["verdict"] != "escalate"
        assert all(shot["rendered"] == list(SHOT_STAGES) for shot in value["shots"]), value["shots"]
        assert value["cost"]["machines"] > 0, "what the workers cost is told"
        assert contents(home, movie) == contents(Home(alone.parents[1]), "film-0")
        assert digest(home.film(movie).path) == digest(alone), "byte for byte what one process makes"
        assert_nothing_twice(home, movie)
    assert_agreed(cluster)


def test_a_worker_killed_in_the_middle_of_a_shot_costs_that_step(cluster: Cluster) -> None:
    home, movie = Home(cluster.home), "killed"
    process = make(cluster, movie)
    film = home.film(movie).path
    until(lambda: (film / "timeline.db").exists() and begun(film, "shot_images"), process)
    name = killed_while_busy(cluster, film, process)
    value = answer(process)
    assert [shot["shot"] for shot in value["shots"]] == ["one", "two"]
    counts = Counter(event.stage for event in read_timeline(film) if event.event == "begin")
    again = {stage: count for stage, count in counts.items() if count > (2 if stage in SHOT_STAGES else 1)}
    assert len(again) <= 1 and set(again.values()) <= {3}, f"only the step under way: {counts}"
    assert_nothing_twice(home, movie)
    cluster.start_worker(int(name.rpartition("-")[2]) + 10)
    assert_agreed(cluster)
