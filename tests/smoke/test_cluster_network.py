"""Workers on hosts of their own: ``SMOKE_CLUSTER=1 pytest tests/smoke/test_cluster_network.py``.

Before: root, `ip` with namespaces (Debian's iproute2), Postgres and Redis as `deploy/local.py` wants them.

A run must show five films made at once by three workers that reach database and broker through a network of their own,
one of them cut off for half a minute in the middle of a shot: every film is finished, byte for byte that of one
process, nothing is made twice, and store and event log agree. Once with films on one folder, as if it were mounted, and
once with homes of their own, where films too come and go through that network alone.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from deploy.local import Cluster
from resources.store.film import Home
from tests.harness.cluster import (
    answer,
    assert_agreed,
    assert_nothing_twice,
    begun,
    digest,
    kept_in,
    make,
    make_alone,
    quick,
    until,
)
from tests.harness.s3 import S3

GATEWAY = "10.77.31.1"


@contextmanager
def hosts(count: int) -> Iterator[list[str]]:
    """Namespaces that reach this machine at GATEWAY, and nothing else."""
    bridge, names = f"sm{os.getpid() % 10000}", [f"sm{os.getpid() % 10000}-{number}" for number in range(count)]
    ip("link", "add", bridge, "type", "bridge")
    try:
        ip("addr", "add", f"{GATEWAY}/24", "dev", bridge)
        ip("link", "set", bridge, "up")
        for number, name in enumerate(names):
            ip("netns", "add", name)
            ip("link", "add", f"{name}-out", "type", "veth", "peer", "name", "inside", "netns", name)
            ip("link", "set", f"{name}-out", "master", bridge, "up")
            ip("-n", name, "addr", "add", f"10.77.31.{number + 10}/24", "dev", "inside")
            ip("-n", name, "link", "set", "inside", "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], check=False)
        subprocess.run(["ip", "link", "delete", bridge], check=False)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("apart", [False, True], ids=["on one folder", "on homes of their own"])
def test_a_worker_loses_its_network_for_half_a_minute(tmp_path: Path, apart: bool) -> None:
    home = tmp_path / "home"
    home.mkdir()
    alone = make_alone(tmp_path)
    with ExitStack() as stack:
        names = stack.enter_context(hosts(3))
        store = stack.enter_context(S3(GATEWAY).running()) if apart else None
        # on one folder who is asked again waits for the one that was cut off; apart nobody may be asked too early
        told = {**quick(tmp_path, lost_s=90.0 if apart else 4.0), **kept_in(store)}
        cluster = stack.enter_context(Cluster(home, workers=0, apart=int(apart), host=GATEWAY, environment=told))
        for number, name in enumerate(names):
            cluster.start_worker(number, inside=["ip", "netns", "exec", name])
        cluster.wait_for_workers(len(names))
        movies = [f"film-{number}" for number in range(5)]
        making = [make(cluster, movie) for movie in movies]
        until(lambda: begun(cluster, movies[0], "video_chunks"), making[0])
        ip("link", "set", f"{names[0]}-out", "down")
        time.sleep(30.0)
        ip("link", "set", f"{names[0]}-out", "up")
        for movie, process in zip(movies, making, strict=True):
            answer(process)
            assert digest(Home(home).film(movie).path) == digest(alone)
            assert_nothing_twice(Home(home), movie)
        assert_agreed(cluster)
