"""What all films of a home did, for Prometheus: counted from their timelines when it is asked for.

The processes that make films come and go, so none of them could be scraped. Their timelines stay, and counting them
gives counters that only grow, whoever counts. Each film is read on from where the last scrape ended.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from resources.errors import StoreFault
from resources.store.film import Home
from resources.store.remote.diary import foreign_events
from resources.store.timeline import read_timeline
from resources.telemetry.measures import BUCKETS, FILMS, METRICS, Sample, samples_of

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass
class _Spread:
    """A histogram under way."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    sum: float = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(BUCKETS, value)] += 1
        self.sum += value


@dataclass
class _Counted:
    """What was counted of one film so far."""

    seq: int = 0
    identity: tuple[int, int] = (0, 0)


class HomeCollector(Collector):
    """Counts a home's timelines. A film that was deleted stays counted: what it took was taken."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._films: dict[str, _Counted] = {}
        self._counters: dict[tuple[str, tuple[str, ...]], float] = {}
        self._spreads: dict[tuple[str, tuple[str, ...]], _Spread] = {}

    def collect(self) -> Iterator[Metric]:
        """Every metric, with what happened since the last time."""
        with self._lock:
            states = {"planned": 0, "finished": 0}
            for movie in self._movies():
                path = self._home.film(movie).path
                states["finished" if (path / "cut" / "final_cut.mp4").exists() else "planned"] += 1
                self._read(path)
            films = GaugeMetricFamily(FILMS, "Films of this home.", labels=("state",))
            for state, number in states.items():
                films.add_metric((state,), number)
            yield films
            yield from self._families()

    def _movies(self) -> list[str]:
        try:
            return self._home.films()
        except StoreFault:  # an object store that is down must not blind whoever watches
            return sorted(self._films)

    def _read(self, film: Path) -> None:
        try:
            told = (film / "timeline.db").stat()
        except OSError:
            return
        known = self._films.setdefault(film.name, _Counted())
        if known.identity != (told.st_dev, told.st_ino):  # another film under the same id
            known.seq, known.identity = 0, (told.st_dev, told.st_ino)
        try:
            events = read_timeline(film, after=known.seq)
            foreign = foreign_events(film) if events else frozenset()  # counted in the homes they are of
        except StoreFault:
            return  # told by `sparkle doctor`; a scrape counts what it can
        for event in events:
            known.seq = event.seq
            for sample in samples_of(event) if event.seq not in foreign else ():
                self._add(sample)

    def _add(self, sample: Sample) -> None:
        key = (sample.name, sample.labels)
        if sample.name in _HISTOGRAMS:
            self._spreads.setdefault(key, _Spread()).add(sample.value)
        else:
            self._counters[key] = self._counters.get(key, 0.0) + sample.value

    def _families(self) -> Iterator[Metric]:
        for metric in METRICS:
            if metric.kind == "counter":
                counter = CounterMetricFamily(metric.name, metric.help, labels=metric.labels)
                for (name, labels), value in sorted(self._counters.items()):
                    if name == metric.name:
                        counter.add_metric(labels, value)
                yield counter
            else:
                histogram = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
                for (name, labels), spread in sorted(self._spreads.items(), key=lambda one: one[0]):
                    if name == metric.name:
                        histogram.add_metric(labels, _cumulative(spread), spread.sum)
                yield histogram


_HISTOGRAMS = frozenset(metric.name for metric in METRICS if metric.kind == "histogram")


def _cumulative(spread: _Spread) -> list[tuple[str, float]]:
    told, below = [], 0
    for edge, count in zip((*map(str, BUCKETS), "+Inf"), spread.counts, strict=True):
        below += count
        told.append((edge, float(below)))
    return told


def registry(home: Home) -> CollectorRegistry:
    """A registry of this home's films alone."""
    found = CollectorRegistry()
    found.register(HomeCollector(home))
    return found


def scrape(found: CollectorRegistry) -> bytes:
    """What Prometheus reads."""
    return generate_latest(found)
