"""What may happen to a cluster, besides a worker's end: ``SMOKE_CLUSTER=1 pytest tests/smoke/test_cluster_faults.py``.

Before: Postgres and Redis as `deploy/local.py` wants them. Three minutes on two cores.

A run must show a film that is stopped: its runs are taken back, its locks are free, the workers stay, and asked for
again it is finished. Nothing is made twice, and store and event log agree. One of the three workers has a home of its
own, so what it makes goes through an object store.

And films that are finished though the broker was killed among them, with all that it had written down.
"""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Iterator

import pytest

from deploy.local import Cluster
from resources.store.film import Home
from resources.store.locks import holder
from tests.harness.cluster import (
    LONG_S,
    answer,
    assert_agreed,
    assert_nothing_twice,
    begun,
    make,
    patience,
    sparkle,
    three_workers,
    until,
)
from tests.harness.s3 import S3


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with S3().running() as store, three_workers(tmp_path_factory.mktemp("cluster"), apart=1, store=store) as running:
        yield running


def test_a_film_that_is_stopped_frees_everything_and_goes_on_when_asked(cluster: Cluster) -> None:
    home, movie = Home(cluster.home), "stopped"
    process, before = make(cluster, movie), cluster.workers_heard()
    film = home.film(movie).path
    until(lambda: begun(cluster, movie, "shot_images"), process)
    stop = sparkle(cluster.home.parent, cluster.environment, "stop", movie, "--json")
    assert answer(stop)["runs"] >= 1
    out, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 130 and f"sparkle make --movie {movie}" in err, out + err
    patience(lambda: holder(film) is None)
    assert cluster.workers_heard() == before, "the workers stay"
    answer(make(cluster, movie))
    assert_nothing_twice(home, movie)
    assert_agreed(cluster)


def test_the_broker_loses_all_it_knew_and_the_films_are_finished(cluster: Cluster) -> None:
    home, movies = Home(cluster.home), [f"forgotten-{number}" for number in range(3)]
    making = [make(cluster, movie) for movie in movies]
    until(lambda: begun(cluster, movies[0], "shot_images"), making[0])
    cluster.stop("redis", signal.SIGKILL)
    shutil.rmtree(cluster.folder / "redis")
    time.sleep(10.0)
    cluster.start_redis()
    for movie, process in zip(movies, making, strict=True):
        answer(process)
        assert_nothing_twice(home, movie)
    assert_agreed(cluster)
