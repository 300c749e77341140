"""Looking over all films, a few times a minute, for next to nothing: what did not change is not opened."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from resources.errors import Busy, SparkleError
from resources.store.film import FilmFolder, Home
from resources.store.locks import holder
from sparkle_assets.partitions import movies

DATABASE = ("timeline.db", "timeline.db-wal")
"""Files that change with everything that happens to a film."""
PLAN = "plan/movie_plan.json"
TAKES = "plan/takes.json"
REVIEW = "review"
LOOK_S = 1.0
"""A look takes no longer, for a tick that lasts holds up the other sensors. Films that are left come next time."""


@dataclass
class Films:
    """The films of a home as a sensor saw them last; ``cursor`` goes from one look to the next.

    Losing it costs a look at every film, and nothing else: whoever looks asks for a run under a name that says what it
    is for, and Dagster launches each name once.
    """

    home: Home
    watched: tuple[str, ...]
    """Files in a film's folder; a film of which none changed is left out."""
    seen: dict[str, Any] = field(default_factory=dict)
    log: Any = None

    @classmethod
    def of(cls, context: dg.SensorEvaluationContext, home: Home, *watched: str) -> "Films":
        """The films of ``home`` after the sensor's last look."""
        try:
            known = json.loads(context.cursor or "{}")
        except ValueError:
            known = {}
        return cls(home, watched, known if isinstance(known, dict) else {}, context.log)

    def changed(self) -> Iterator[FilmFolder]:
        """Films of which a watched file changed, that are not paused, and on which nobody works at this moment."""
        from resources.pipeline.control import read_control

        films, begun = self.home.films(), time.monotonic()
        self.seen = {movie: stamp for movie, stamp in self.seen.items() if movie in films}
        for movie in films:
            film = self.home.film(movie)
            stamp = _stamp(film, self.watched)
            if self.seen.get(movie) == stamp or holder(film.path) is not None or read_control(film).wish == "pause":
                continue
            self.seen[movie] = stamp
            yield film
            if time.monotonic() - begun > LOOK_S:
                return

    def again(self, movie: str) -> None:
        """Look at the film again next time, changed or not."""
        self.seen.pop(movie, None)

    def told(self, film: FilmFolder, error: SparkleError) -> None:
        """Say why a film could not be looked at; it is looked at again when it changes, or when it is free."""
        if isinstance(error, Busy):
            self.again(film.movie)
        self.log.warning(f"{film.movie}: {error}")

    @property
    def cursor(self) -> str:
        """What the next look needs to know."""
        return json.dumps(self.seen, sort_keys=True)


def unknown_movies(instance: dg.DagsterInstance, wanted: set[str]) -> list[Any]:
    """The request that makes ``wanted`` films known as partitions; none when they are."""
    missing = sorted(wanted - set(instance.get_dynamic_partitions(str(movies.name))))
    return [movies.build_add_request(missing)] if missing else []


def launched(instance: dg.DagsterInstance, sensor: str, run_key: str) -> bool:
    """Whether a sensor's run of this name was launched; a run that was only written down is launched again."""
    tags = {"dagster/run_key": run_key, "dagster/sensor_name": sensor}
    runs = instance.get_runs(dg.RunsFilter(tags=tags), limit=1)
    return bool(runs) and runs[0].status is not dg.DagsterRunStatus.NOT_STARTED


def _stamp(film: FilmFolder, watched: tuple[str, ...]) -> list[list[int]]:
    return [_look(film.path / name) for name in watched]


def _look(path: Path) -> list[int]:
    try:
        found = path.stat()
    except OSError:
        return [0, 0]
    return [found.st_mtime_ns, found.st_size]
