"""What a cluster gives and costs: ``python bench/cluster.py [--films N]``; minutes, on an idle machine of two cores.

throughput  N tiny films (default ten) by one worker pinned to a core, then by two, each pinned to one of its own: the
            seconds of each, goal 1.7x. The head runs nice and anywhere: on a farm it has a machine of its own.
overhead    a step whose artifact is there already, so that all it costs is the engine: in the worker, goal 0.5 s, and
            from asking to the answer on an idle cluster, which is up to a second of Dagster's queue more.
loads       how often each model was loaded, by the films' timelines: once a worker at the most, where any is told.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from deploy.local import Cluster  # noqa: E402
from resources.store.film import Home, Settings  # noqa: E402
from resources.store.timeline import read_timeline  # noqa: E402
from schemas.plan import MoviePlan  # noqa: E402

PLAN: dict[str, Any] = {
    "title": "Tiny",
    "resolution": "144p",
    "title_card_s": 0,
    "end_card_s": 0,
    "characters": [{"id": "ada", "name": "Ada"}],
    "shots": [
        {"id": "one", "prompt": "Ada waves from a boat at night", "duration_s": 1,
         "dialogue": [{"character_id": "ada", "text": "Hello!"}]},
        {"id": "two", "prompt": "the boat leaves", "duration_s": 1},
        {"id": "three", "prompt": "the shore in the morning", "duration_s": 1},
    ],
}  # fmt: skip
SLOTS = ("01", "02", "03")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--films", type=int, default=10)
    films = parser.parse_args().films
    cores = sorted(os.sched_getaffinity(0))[:2]
    print(f"machine: {platform.machine()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}")
    one = measure(films, cores[:1])
    two = measure(films, cores)
    print(f"{films} films: {one:.1f} s by one worker, {two:.1f} s by two = {one / two:.2f}x")


def measure(films: int, cores: list[int]) -> float:
    """Seconds for ``films`` films by a worker on each of ``cores``, all of them warm."""
    with tempfile.TemporaryDirectory() as name:
        home = Home(Path(name) / "home")
        home.prepare()
        with Cluster(home.root, workers=len(cores), cores=cores, nice_head=True) as cluster, asking(cluster) as runner:
            warm = [f"warm-{number}" for number in range(2 * len(cores))]
            make(home, runner, warm)
            begun = time.perf_counter()
            make(home, runner, [f"film-{number}" for number in range(films)])
            taken = time.perf_counter() - begun
            if len(cores) == 1:
                overhead(runner, warm[0])
        loads = Counter(
            event.data.get("model")
            for movie in home.films()
            for event in read_timeline(home.film(movie).path)
            if event.event == "load_complete"
        )
        told = ", ".join(f"{model} {count}x" for model, count in sorted(loads.items())) or "none told by these engines"
        print(f"{len(cores)} worker(s): {taken:.1f} s for {films} films, {taken / films:.2f} s each; loads: {told}")
        return taken


def make(home: Home, runner: Any, movies: list[str]) -> None:
    """Whole films, all at once: of each its plan, then its shots, then its cut, each asked for when it can be made.

    As `sparkle make` asks: nobody waits for another film, so the daemon finds nothing that it might make by itself.
    """
    for movie in movies:
        film = home.film(movie)
        film.plan_path.parent.mkdir(parents=True, exist_ok=True)
        film.plan_path.write_text(MoviePlan.model_validate(PLAN).model_dump_json(), encoding="utf-8")
        film.write_settings(Settings(profile="cluster"))
        runner.add_movie(movie)
        runner.ask("plan_film", movie)
    left = dict.fromkeys(movies, len(SLOTS))
    for wanted, error in runner.ended():
        if error is not None:
            raise SystemExit(f"{wanted}: {error}")
        if wanted.job == "plan_film":
            for slot in SLOTS:
                runner.ask("render_shot", wanted.movie, slot)
        elif wanted.job == "render_shot":
            left[wanted.movie] -= 1
            if not left[wanted.movie]:
                runner.ask("finish_film", wanted.movie)


def overhead(runner: Any, movie: str) -> None:
    """A step that finds its artifact: what the engine costs."""
    inside, whole = [], []
    for _ in range(15):
        begun = time.perf_counter()
        run = runner.ask("move_shot", movie, "01")
        list(runner.ended())
        whole.append(time.perf_counter() - begun)
        record = runner.instance.get_run_record_by_id(run)
        inside.append(record.end_time - record.start_time)
    print(
        f"a step with nothing to make: {statistics.median(inside):.2f} s in the worker, "
        f"{statistics.median(whole):.2f} s from asking to the answer (medians of {len(inside)})"
    )


@contextmanager
def asking(cluster: Cluster) -> Iterator[Any]:
    """Whoever asks this cluster, in this process."""
    before = dict(os.environ)
    os.environ.update(cluster.environment)
    try:
        from sparkle_assets.cluster.remote import RemoteRunner

        runner = RemoteRunner(Home(cluster.home), cluster.profile)
        try:
            yield runner
        finally:
            runner.close()
    finally:
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    main()
