"""A farm of cards and cores, simulated event by event: how many it takes, what waits, what it costs, what breaks first.

``python -m bench.simulate waves``               the tables of docs/ROLLOUT_PLAN.md
``python -m bench.simulate measure HOME MOVIE``  seconds of each stage of a film, from its timeline
``python -m bench.simulate cluster --shot S``    what a small cluster of pinned workers takes (:func:`small_cluster`)

Films come at random (Poisson). A film is planned, its shots are made in any order, each picture, voice, motion, mouths
one after the other, then it is cut and judged. Motion waits for cards that hold Wan, the small models share others,
cores encode. A share of the shots is made a second time. Cards die and are replaced; what they worked on is made again.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import simpy

from bench import figures as f

Steps = Generator[simpy.Event, Any, Any]


@dataclass(frozen=True)
class Farm:
    """What there is, and what is asked of it."""

    name: str
    films_hour: float
    card: f.Card
    wan_cards: int
    small_cards: int
    """Zero: the cards of ``wan_cards`` do everything, and load what they need."""
    cores: int
    shots: int = f.SHOTS
    retakes: float = 0.15
    """Shots that are made once more (motion and all)."""
    card_lives_h: float = 500.0
    """Mean time until a card, or its host, is gone."""
    back_s: float = 300.0
    """Until another one serves."""


@dataclass
class Outcome:
    """What came of it."""

    farm: Farm
    finished: int = 0
    hours: float = 0.0
    waits_s: list[float] = field(default_factory=list)
    """From asking to the finished film."""
    busy_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    lost: int = 0
    """Shots that a card took with it."""

    @property
    def films_hour(self) -> float:
        return self.finished / self.hours

    def share(self, kind: str) -> float:
        """How much of ``kind`` ("wan", "small", "core") was at work."""
        there = {"wan": self.farm.wan_cards, "small": self.farm.small_cards, "core": self.farm.cores}[kind]
        return self.busy_s[kind] / (there * self.hours * 3600) if there else 0.0

    def within(self, share: float) -> float:
        """Seconds within which ``share`` of the films were finished."""
        return sorted(self.waits_s)[max(0, math.ceil(share * len(self.waits_s)) - 1)] if self.waits_s else math.inf


class _Run:
    """One simulation under way."""

    def __init__(self, farm: Farm, seed: int) -> None:
        self.farm, self.chance, self.env = farm, random.Random(seed), simpy.Environment()
        self.wan = simpy.Resource(self.env, farm.wan_cards)
        self.small = simpy.Resource(self.env, farm.small_cards) if farm.small_cards else self.wan
        self.cores = simpy.Resource(self.env, farm.cores)
        self.out = Outcome(farm)
        self.seconds = f.shot_seconds(farm.card)

    def go(self, hours: float, warm_h: float) -> Outcome:
        self.env.process(self._films())
        if warm_h:
            self.env.run(warm_h * 3600)
            self.out = Outcome(self.farm)  # what filled the farm is not counted
        self.env.run((warm_h + hours) * 3600)
        self.out.hours = hours
        return self.out

    def _films(self) -> Steps:
        while True:
            yield self.env.timeout(self.chance.expovariate(self.farm.films_hour / 3600))
            self.env.process(self._film())

    def _film(self) -> Steps:
        begun = self.env.now
        yield self.env.all_of([self.env.process(self._shot()) for _ in range(self.farm.shots)])
        yield from self._work(self.cores, "core", f.CUT_S_A_SHOT * self.farm.shots)
        self.out.finished += 1
        self.out.waits_s.append(self.env.now - begun)

    def _shot(self) -> Steps:
        for _ in range(1 + (self.chance.random() < self.farm.retakes)):
            mixed = f.LOAD_S["small"] + f.LOAD_S["wan"] if self.small is self.wan else 0.0
            before = self.seconds["shot_images"] + self.seconds["voice_tracks"]
            yield from self._on_card(self.small, "small", before)
            # one card for everything goes stage by stage: each model is loaded once a film, not once a shot
            yield from self._on_card(self.wan, "wan", self.seconds["video_chunks"] + mixed / self.farm.shots)
            yield from self._on_card(self.small, "small", self.seconds["lipsynced_clips"])
            yield from self._work(self.cores, "core", f.ENCODE_S_A_FRAME * f.SHOT_S * f.FPS)

    def _on_card(self, cards: simpy.Resource, kind: str, seconds: float) -> Steps:
        kind = "wan" if cards is self.wan else kind
        done = 0.0
        while done < seconds:
            with cards.request() as turn:
                yield turn
                left = seconds - done
                life = self.chance.expovariate(1 / (self.farm.card_lives_h * 3600))
                yield self.env.timeout(min(left, life))
                self.out.busy_s[kind] += min(left, life)
                if life >= left:
                    return
                self.out.lost += 1
                # finished chunks are files in the store: half a chunk is lost on the mean
                chunk = f.WAN_OPERATIONS / (self.farm.card.tflops * 1e12 * f.WAN_SHARE)
                done += max(0.0, life - chunk / 2) if kind == "wan" else 0.0
                yield self.env.timeout(self.farm.back_s)

    def _work(self, cores: simpy.Resource, kind: str, seconds: float) -> Steps:
        with cores.request() as turn:
            yield turn
            yield self.env.timeout(seconds)
            self.out.busy_s[kind] += seconds


def simulate(farm: Farm, *, hours: float = 12.0, warm_h: float = 4.0, seed: int = 1) -> Outcome:
    """The farm at work for ``hours`` after it was filled for ``warm_h``."""
    return _Run(farm, seed).go(hours, warm_h)


def needed(films_hour: float, card: f.Card, *, shots: int = f.SHOTS, retakes: float = 0.15, load: float = 0.85) -> Farm:
    """The least farm that keeps up: as many cards and cores as have ``load`` of their time filled."""
    each = f.shot_seconds(card)
    made = films_hour * shots * (1 + retakes) / 3600
    small = each["shot_images"] + each["voice_tracks"] + each["lipsynced_clips"]
    core = made * f.ENCODE_S_A_FRAME * f.SHOT_S * f.FPS + films_hour / 3600 * f.CUT_S_A_SHOT * shots
    return Farm(
        f"{films_hour:g} films an hour",
        films_hour,
        card,
        math.ceil(made * each["video_chunks"] / load),
        math.ceil(made * small / load),
        math.ceil(core / load),
        shots,
        retakes,
    )


# -- the rest of the bill --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bill:
    """What ``films_hour`` of twelve shots ask of everything that is not a card."""

    rows_s: float
    """Rows a second into Dagster's database."""
    database_gb_day: float
    runs_s: float
    partitions_day: float
    hours_to_ceiling: float
    """Until an asset has as many partitions as Dagster recommends."""
    store_tb_day: float
    """Everything kept, lossless frames included."""
    films_gb_day: float
    """Cut, report and stems alone."""
    network_gbit_s: float
    """To and from the store, when motion, mouths and cut are on different hosts."""
    writes_s: float
    reads_s: float
    requests_usd_hour: float
    films_a_tick: float
    """Films that a sensor can look at before its tick is ended."""


def bill(films_hour: float, *, shots: int = f.SHOTS, retakes: float = 0.15) -> Bill:
    """See :class:`Bill`."""
    second = films_hour / 3600
    made = shots * (1 + retakes)
    rows = second * (f.ROWS_A_FILM + f.ROWS_A_SHOT * made)
    artifacts = 4 * made + 3
    frames = made * f.SHOT_S * f.FPS
    media = frames * (f.FRAME_BYTES + f.LOSSLESS_FRAME_BYTES) + f.FILM_BYTES
    writes = artifacts * (f.CONTENTS_AN_ARTIFACT + f.COMMITS_AN_ARTIFACT + f.LISTINGS_AN_ARTIFACT)
    reads = artifacts * f.GETS_AN_ARTIFACT
    return Bill(
        rows_s=rows,
        database_gb_day=rows * 86_400 * f.ROW_BYTES / 1e9,
        runs_s=second * (f.RUNS_A_FILM + made),
        partitions_day=films_hour * 24 * f.SLOTS,
        hours_to_ceiling=f.PARTITION_CEILING / f.SLOTS / films_hour,
        store_tb_day=films_hour * 24 * media / 1e12,
        films_gb_day=films_hour * 24 * f.FILM_BYTES / 1e9,
        network_gbit_s=second * 2 * media * 8 / 1e9,
        writes_s=second * writes,
        reads_s=second * reads,
        requests_usd_hour=films_hour * (writes * f.PUT_USD + reads * f.GET_USD),
        films_a_tick=f.SENSOR_TIMEOUT_S / f.SENSOR_S_A_FILM,
    )


def usd_hour(farm: Farm) -> float:
    """Cards and cores, on demand, whether or not they work."""
    return (farm.wan_cards + farm.small_cards) * farm.card.usd_hour + farm.cores * f.CORE_USD_HOUR


# -- a small cluster -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prediction:
    """What :func:`small_cluster` says."""

    wall_s: float
    films_hour: float
    busy: float
    """Share of the workers' time in which they worked."""


@dataclass(frozen=True)
class Task:
    """One run: seconds of a core in the worker, of a core in the head for it, and of waiting in which nobody works."""

    work_s: float
    head_s: float = 0.0
    wait_s: float = 0.0
    held_s: float = 0.0
    """In which the worker has it and waits itself: for the database, for the disk."""


class _Core:
    """A core that its tasks share equally (what the kernel does with equal priorities)."""

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self.left: dict[simpy.Event, float] = {}
        self.at = 0.0
        self.next: simpy.Process | None = None

    def run(self, seconds: float) -> simpy.Event:
        """An event that comes when ``seconds`` of the core were had."""
        done = self.env.event()
        self._pass()
        self.left[done] = seconds
        self._plan()
        return done

    @property
    def tasks(self) -> int:
        """How many share it now."""
        return len(self.left)

    def _pass(self) -> None:
        had = (self.env.now - self.at) / max(1, len(self.left))
        self.at = self.env.now
        for done in list(self.left):
            self.left[done] -= had
            if self.left[done] <= 1e-9:
                del self.left[done]
                done.succeed()

    def _plan(self) -> None:
        if self.next is not None and self.next.is_alive:
            self.next.interrupt()
        self.next = self.env.process(self._wake()) if self.left else None

    def _wake(self) -> Steps:
        try:
            yield self.env.timeout(max(0.0, min(self.left.values())) * len(self.left))
        except simpy.Interrupt:
            return
        self.next = None
        self._pass()
        self._plan()


def small_cluster(
    *,
    films: int,
    shots: int,
    workers: int,
    cores: int,
    plan: Task,
    shot: Task,
    cut: Task,
    in_flight: int | None = None,
) -> Prediction:
    """One head and ``workers`` pinned to a core each, ``films`` of ``shots`` asked for at once.

    A film is one plan run, its shots in any order, then one run that cuts and judges. Workers take runs in the order of
    asking; ``in_flight`` are launched at once at most (None: two for each worker, one at work and one on its way).
    Worker ``k`` is pinned to core ``k mod cores``; the head is not pinned, and takes whichever core has the least to
    do. Feed it with figures of one pinned worker on one film (``bench/cluster.py`` does): ``work_s`` and ``held_s``
    from its runs and its CPU time, ``head_s`` from the CPU time of head, database and broker, ``wait_s`` from the time
    between asking and a worker's beginning where one is free.
    """
    env = simpy.Environment()
    core = [_Core(env) for _ in range(cores)]
    free = simpy.Store(env)
    for number in range(workers):
        free.put(number)
    admitted = simpy.Resource(env, in_flight or 2 * workers)
    worked = [0.0]

    def run(task: Task) -> Steps:
        with admitted.request() as turn:
            yield turn
            if task.head_s:
                yield min(core, key=lambda one: one.tasks).run(task.head_s)
            if task.wait_s:
                yield env.timeout(task.wait_s)
            worker = yield free.get()
            begun = env.now
            yield core[worker % cores].run(task.work_s)
            if task.held_s:
                yield env.timeout(task.held_s)
            worked[0] += env.now - begun
            yield free.put(worker)

    def film() -> Steps:
        yield env.process(run(plan))
        yield env.all_of([env.process(run(shot)) for _ in range(shots)])
        yield env.process(run(cut))

    env.run(env.all_of([env.process(film()) for _ in range(films)]))
    wall = float(env.now)
    return Prediction(wall, films / wall * 3600, worked[0] / (workers * wall))


# -- what is printed -------------------------------------------------------------------------------------------------


def measured(home: Path, movie: str) -> dict[str, float]:
    """Mean seconds of each stage of a film, of the attempts that made something."""
    from resources.store.film import Home
    from resources.store.steps import steps

    found: dict[str, list[float]] = defaultdict(list)
    for step in steps(Home(home).existing(movie).path):
        if step.status == "success" and not step.reused:
            found[step.stage].append(step.seconds)
    return {stage: round(statistics.fmean(seconds), 3) for stage, seconds in found.items()}


WAVES = (
    Farm("one card", 0.12, f.CARDS["RTX 4090"], 1, 0, 4, card_lives_h=5000),
    Farm("ten cards", 1.5, f.CARDS["RTX 4090"], 10, 0, 12, card_lives_h=2000),
    needed(10, f.CARDS["L40S"]),
    needed(100, f.CARDS["H100 SXM"]),
    needed(1000, f.CARDS["H100 SXM"]),
)


HEADER = ("farm", "card", "Wan cards", "other cards", "cores", "films/h", "Wan at work", "half within", "95 % within")


def _row(first: str, *cells: object) -> str:
    return "| " + " | ".join((first, *map(str, cells))) + " |"


def card_table() -> list[str]:
    """What a shot and a film take of each card."""
    cards = list(f.CARDS.values())
    lines = [_row("of a shot of 5 s", *f.CARDS), _row(*["---"] * (1 + len(cards)))]
    for stage in ("shot_images", "voice_tracks", "video_chunks", "lipsynced_clips"):
        lines.append(_row(f"{stage}, s", *(f"{f.shot_seconds(card)[stage]:.0f}" for card in cards)))
    wan = [f.shot_seconds(card)["video_chunks"] * f.SHOTS * 1.15 / 3600 for card in cards]
    lines.append(_row("hours of motion a film", *(f"{hours:.1f}" for hours in wan)))
    costs = [hours * card.usd_hour for hours, card in zip(wan, cards, strict=True)]
    return [*lines, _row("USD a film for them", *(f"{usd:.2f}" for usd in costs))]


def bill_table() -> list[str]:
    """Everything that is not a card, at four sizes."""
    bills = [bill(number) for number in (1, 10, 100, 1000)]
    lines = [_row("films an hour", 1, 10, 100, 1000), _row(*["---"] * 5)]
    lines += [_row(f"`{name}`", *(f"{getattr(one, name):.3g}" for one in bills)) for name in Bill.__dataclass_fields__]
    return lines


def waves_table() -> list[str]:
    """The farms of the plan at work."""
    lines = [_row(*HEADER, "USD a film"), _row(*["---"] * (1 + len(HEADER)))]
    for farm in WAVES:
        hours = 4000.0 if farm.films_hour < 2 else 6.0 if farm.films_hour > 500 else 24.0
        out = simulate(farm, hours=hours, warm_h=hours / 4)
        there = (farm.card.name, farm.wan_cards, farm.small_cards or "the same", farm.cores)
        within = [f"{out.within(share) / 3600:.1f} h" for share in (0.5, 0.95)]
        money = f"{usd_hour(farm) / out.films_hour:.2f}"
        lines.append(_row(farm.name, *there, f"{out.films_hour:.3g}", f"{out.share('wan'):.0%}", *within, money))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ways = parser.add_subparsers(dest="way", required=True)
    ways.add_parser("waves")
    measure = ways.add_parser("measure")
    measure.add_argument("home", type=Path)
    measure.add_argument("movie")
    cluster = ways.add_parser("cluster")
    for name, kind, given in (
        ("films", int, 10),
        ("shots", int, 3),
        ("workers", int, 2),
        ("cores", int, 2),
        ("plan", float, 1.0),
        ("shot", float, 10.0),
        ("cut", float, 5.0),
        ("head", float, 0.2),
        ("wait", float, 0.3),
    ):
        cluster.add_argument(f"--{name}", type=kind, default=given)
    asked = parser.parse_args()
    if asked.way == "waves":
        print("\n".join([*waves_table(), "", *card_table(), "", *bill_table()]))
    elif asked.way == "measure":
        json.dump(measured(asked.home, asked.movie), sys.stdout, indent=1)
    else:
        tasks = [Task(seconds, asked.head, asked.wait) for seconds in (asked.plan, asked.shot, asked.cut)]
        told = small_cluster(
            films=asked.films,
            shots=asked.shots,
            workers=asked.workers,
            cores=asked.cores,
            plan=tasks[0],
            shot=tasks[1],
            cut=tasks[2],
        )
        print(f"{told.wall_s:.1f} s, {told.films_hour:.1f} films an hour, workers {told.busy:.0%} at work")


if __name__ == "__main__":
    main()
