"""Sensors as the code server evaluates them, and their requests as the daemon launches them, in one process."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster as dg
from dagster._core.definitions.sensor_definition import SensorExecutionData

from resources.store.film import Home, Settings
from sparkle_assets.partitions import movies
from sparkle_assets.runner import Runner
from tests.conftest import write_plan
from tests.harness.engines import TinyCards, TinyImages, TinyLipsync, TinyMusic, TinyVideo, TinyVoices

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Desk:
    """A home with tiny engines, its instance, and a cursor for each sensor."""

    def __init__(self, home: Home, **others: Any) -> None:
        self.home = home
        engines: dict[str, Any] = {
            "image_engine": TinyImages(),
            "voice_engine": TinyVoices(),
            "video_engine": TinyVideo(),
            "lipsync_engine": TinyLipsync(),
            "card_engine": TinyCards(),
            "music_engine": TinyMusic(),
        }
        self.runner = Runner(home, "embedded", {**engines, **others})
        self.instance = self.runner.instance
        self.repository = self.runner.defs.get_repository_def()
        self.cursors: dict[str, str | None] = {}

    def plan(self, movie: str, plan: dict[str, Any]) -> None:
        """Write a film's plan, as a person would with an editor."""
        film = self.home.film(movie)
        film.plan_path.parent.mkdir(parents=True, exist_ok=True)
        write_plan(film.plan_path, plan)
        film.write_settings(Settings())
        self.runner.add_movie(movie)

    def make(self, movie: str, *slots: str) -> None:
        """Make a film with the jobs of the graph."""
        self.runner.run("plan_film", movie)
        for slot in slots:
            self.runner.run("render_shot", movie, slot)
        self.runner.run("finish_film", movie)

    def look(self, sensor: str) -> SensorExecutionData:
        """One evaluation of a sensor. Nothing is launched, as when the daemon dies right after it."""
        with self._context(sensor) as context, warnings.catch_warnings():
            # what Dagster says of its own tags when a sensor asks for a shot
            warnings.filterwarnings("ignore", message="Non-compliant tag keys like", category=DeprecationWarning)
            found = self.repository.get_sensor_def(sensor).evaluate_tick(context)
        self.cursors[sensor] = found.cursor
        return found

    def tick(self, sensor: str) -> list[str]:
        """One evaluation, and what it asks for launched: ``job partition`` of each run that was new."""
        found, made = self.look(sensor), []
        for request in found.dynamic_partitions_requests or []:
            self.instance.add_dynamic_partitions(str(movies.name), list(request.partition_keys))
        jobs = [target.job_name for target in self.repository.get_sensor_def(sensor).targets]
        for request in found.run_requests or []:
            tags = {"dagster/run_key": request.run_key or "", "dagster/sensor_name": sensor}
            if request.run_key and self.instance.get_runs(dg.RunsFilter(tags=tags)):
                continue
            job = request.job_name or jobs[0]
            self.runner.defs.resolve_job_def(job).execute_in_process(
                instance=self.instance,
                partition_key=request.partition_key,
                asset_selection=list(request.asset_selection) if request.asset_selection else None,
                tags={**_own(request.tags), **tags},
                run_config=QUIET,
                raise_on_error=False,
            )
            made.append(f"{job} {request.partition_key}")
        return made

    def launch(self, job: str, config: dict[str, Any] | None = None) -> dg.DagsterRun:
        """A job from the launchpad."""
        result = self.runner.defs.resolve_job_def(job).execute_in_process(
            instance=self.instance, run_config={**QUIET, **(config or {})}, raise_on_error=False
        )
        return result.dagster_run

    def made(self, asset: str, movie: str, slot: str | None = None) -> int:
        """How often an asset is on record for a film or a shot."""
        partition = movie if slot is None else f"{movie}|{slot}"
        found = self.instance.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[partition]), limit=100
        )
        return len(found.records)

    def close(self) -> None:
        self.runner.close()

    @contextmanager
    def _context(self, sensor: str) -> Iterator[dg.SensorEvaluationContext]:
        with dg.SensorEvaluationContext(
            instance_ref=self.instance.get_ref(),
            last_tick_completion_time=None,
            last_run_key=None,
            cursor=self.cursors.get(sensor),
            log_key=None,
            repository_name=None,
            repository_def=self.repository,
            sensor_name=sensor,
            resources=self.repository.get_top_level_resources(),
            last_sensor_start_time=None,
        ) as context:
            yield context


def _own(tags: Mapping[str, str]) -> dict[str, str]:
    """Tags without those that the partition brings by itself."""
    return {key: value for key, value in tags.items() if not key.startswith("dagster/partition")}
