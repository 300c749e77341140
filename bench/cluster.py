"""What a cluster gives and costs: ``python bench/cluster.py [--films N]``; minutes, on an idle machine of two cores.

throughput  N films of three shots at 720p, 10 s (default ten), by one worker pinned to a core, then by two, each pinned
            to one of its own: the seconds of each, goal 1.7x. The head runs nice and anywhere: on a farm it has a
            machine of its own, here it takes what is left of the two cores.
overhead    a step whose artifact is there already, so that all it costs is the engine: in the worker, goal 0.5 s, and
            from asking to the answer on an idle cluster, which is up to a second of Dagster's queue more.
prediction  what bench/simulate.py says of the same films, from what one worker took for films that were made one after
            the other: goal within 20 %. Nothing of what is predicted goes into it.

How often a worker loads its models is counted by tests/smoke/test_cluster_warm.py: these engines load none.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import dagster as dg
import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.simulate import Prediction, Task, small_cluster  # noqa: E402
from deploy.local import Cluster  # noqa: E402
from resources.profile import load_profile  # noqa: E402
from resources.store.film import Home, Settings  # noqa: E402
from schemas.plan import MoviePlan  # noqa: E402

PLAN: dict[str, Any] = {
    "title": "Tiny",
    "resolution": "720p",
    "title_card_s": 0,
    "end_card_s": 0,
    "characters": [{"id": "ada", "name": "Ada"}],
    "shots": [
        {"id": "one", "prompt": "Ada waves from a boat at night", "duration_s": 3,
         "dialogue": [{"character_id": "ada", "text": "Hello!"}]},
        {"id": "two", "prompt": "the boat leaves", "duration_s": 3},
        {"id": "three", "prompt": "the shore in the morning", "duration_s": 3},
    ],
}  # fmt: skip
SLOTS = ("01", "02", "03")


JOBS = ("plan_film", "render_shot", "finish_film")
LEARN = 3
"""Films that are made one after the other, to learn what their runs take."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--films", type=int, default=10)
    films = parser.parse_args().films
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # nothing of a cluster outlives who started it
    cores = sorted(os.sched_getaffinity(0))[:2]
    print(f"machine: {platform.machine()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}")
    taken, tasks = {}, {}
    for number in (1, 2):
        taken[number], learnt = measure(films, cores[:number])
        tasks = tasks or learnt
    print(f"{films} films: {taken[1]:.1f} s by one worker, {taken[2]:.1f} s by two = {taken[1] / taken[2]:.2f}x")
    for job, task in tasks.items():
        print(
            f"{job}, of a film alone: {task.work_s:.2f} s of its worker's core, {task.held_s:.2f} s of waiting in it, "
            f"{task.head_s:.2f} s of head, database and broker, {task.wait_s:.2f} s until it begins"
        )
    for number, measured in taken.items():
        told = predict(films, number, tasks)
        print(
            f"{number} worker(s): measured {measured:.1f} s, predicted {told.wall_s:.1f} s "
            f"({told.wall_s / measured - 1:+.0%}), workers at work {told.busy:.0%} of it"
        )


def predict(films: int, workers: int, tasks: dict[str, Task]) -> Prediction:
    """What the simulation says of the same films, workers and machine."""
    limits = load_profile("cluster").farm
    assert limits is not None
    return small_cluster(
        films=films,
        shots=len(SLOTS),
        workers=workers,
        cores=len(os.sched_getaffinity(0)),
        plan=tasks["plan_film"],
        shot=tasks["render_shot"],
        cut=tasks["finish_film"],
        in_flight=limits.limits.runs,
    )


def measure(films: int, cores: list[int]) -> tuple[float, dict[str, Task]]:
    """Seconds for ``films`` films by a worker on each of ``cores``, all of them warm; and of one worker, what the runs
    of a film alone take."""
    with tempfile.TemporaryDirectory() as name:
        home = Home(Path(name) / "home")
        home.prepare()
        with Cluster(home.root, workers=len(cores), cores=cores, nice_head=True) as cluster, asking(cluster) as runner:
            warm = [f"warm-{number}" for number in range(2 * len(cores))]
            make(home, runner, warm)
            settle(runner)
            tasks = learn(home, cluster, runner) if len(cores) == 1 else {}
            begun, before = time.perf_counter(), used(cluster)
            make(home, runner, [f"film-{number}" for number in range(films)])
            taken = time.perf_counter() - begun
            shares = {part: (seconds - before[part]) / taken for part, seconds in used(cluster).items()}
            if len(cores) == 1:
                overhead(runner, warm[0])
        busy = ", ".join(f"{part} {share:.0%}" for part, share in shares.items())
        print(f"{len(cores)} worker(s): {taken:.1f} s for {films} films, {taken / films:.2f} s each; of a core: {busy}")
        return taken, tasks


def learn(home: Home, cluster: Cluster, runner: Any) -> dict[str, Task]:
    """What a run of each job takes where nothing else is made, in means over some films."""
    before = used(cluster)
    for number in range(LEARN):
        make(home, runner, [f"alone-{number}"])
    after = used(cluster)
    spent = {part: after[part] - before[part] for part in after}
    runs = [one for one in runner.instance.get_run_records() if "alone-" in str(one.dagster_run.tags) and one.end_time]
    took, waits = defaultdict(list), []
    for one in runs:
        took[one.dagster_run.job_name].append(one.end_time - one.start_time)
        first = one.dagster_run.job_name != "render_shot"  # of shots all but one wait for the worker as well
        waits += [one.start_time - one.create_timestamp.timestamp()] if first else []
    work = min(
        1.0, sum(share for part, share in spent.items() if part.startswith("worker")) / sum(map(sum, took.values()))
    )
    head = sum(share for part, share in spent.items() if not part.startswith("worker")) / len(runs)
    return {
        job: Task(
            work_s=statistics.fmean(seconds) * work,
            head_s=head,
            wait_s=max(0.0, statistics.median(waits) - head),
            held_s=statistics.fmean(seconds) * (1 - work),
        )
        for job, seconds in took.items()
        if job in JOBS  # the daemon's own looks count above, as work of the head
    }


def used(cluster: Cluster) -> dict[str, float]:
    """Seconds of a core that each part of a cluster has had so far, with all its processes, and whoever asks."""
    told = dict.fromkeys(["asking", *cluster.running], 0.0)
    for part, number in [("asking", os.getpid()), *((name, one.pid) for name, one in cluster.running.items())]:
        root = psutil.Process(number)
        for process in [root, *(root.children(recursive=True) if part != "asking" else [])]:
            with suppress(psutil.NoSuchProcess):  # its time is its parent's now
                times = process.cpu_times()
                told[part] += times.user + times.system
                told[part] += times.children_user + times.children_system if part != "asking" else 0.0
    return told


def settle(runner: Any) -> None:
    """Until the daemon has nothing under way either."""
    busy = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    quiet = 0
    while quiet < 5:
        quiet = quiet + 1 if runner.instance.get_runs_count(dg.RunsFilter(statuses=busy)) == 0 else 0
        time.sleep(1.0)


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
