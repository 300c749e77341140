"""Runs of the asset graph in this process, on the persistent instance under ``SPARKLE_HOME/dagster``."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.errors import DagsterAssetCheckFailedError, DagsterExecutionInterruptedError
from dagster._core.events import DagsterEventType

from resources.errors import DiskFull, Faulty, NeedsReview, SparkleError
from resources.store.atomic import disk_errors, write_bytes
from resources.store.film import Home
from resources.store.folders import forget_dead
from resources.store.locks import short_lock
from sparkle_assets.definitions import build_definitions
from sparkle_assets.faults import Told
from sparkle_assets.interrupts import Interrupts
from sparkle_assets.partitions import movies, shot_key
from sparkle_assets.processes import alive, older_than, process_tag
from sparkle_assets.record import Record
from sparkle_assets.record_faults import record_errors, record_fault
from sparkle_assets.runs import MADE_BY_TAG, MOVIE_TAG, PID_TAG

SETTINGS = """\
# Written by sparkle; change it and it stays yours.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 2
  pools:
    granularity: op
    default_limit: 1
run_monitoring:
  enabled: true
  free_slots_after_run_end_seconds: 60
run_retries:
  enabled: false
retention:
  sensor:
    purge_after_days: {skipped: 2, failure: 30, success: -1}
  schedule:
    purge_after_days: {skipped: 2, failure: 30, success: -1}
  auto_materialize:
    purge_after_days: {skipped: 2, success: 14}
"""
"""Telemetry and the newsletter off; one GPU step at a time, whichever run it is of; slots of dead runs are freed; steps
are never retried by runs as well, for the pipeline retries what may pass itself."""
OLD_SETTINGS = ("telemetry:\n  enabled: false\nnux:\n  enabled: false\n",)
"""What earlier versions wrote; replaced, unlike a file that somebody changed."""
_UNFINISHED = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]


class Runner:
    """Dagster, as the command line uses it: one process, one writer."""

    def __init__(self, home: Home, profile: str, engines: Mapping[str, Any] | None = None) -> None:
        """``engines`` are put in the place of the profile's own, by resource key."""
        self.home = home
        logging.getLogger("dagster").setLevel(logging.CRITICAL)
        prepare_instance(home.dagster)
        with record_errors(home.dagster):
            self.instance = dg.DagsterInstance.from_config(str(home.dagster))
            fail_dead_runs(self.instance)
        self.defs = build_definitions(home.root, profile, engines)
        self._record = Record(self.instance, self.defs)
        self.interrupts = Interrupts()

    def add_movie(self, movie: str) -> None:
        """Make a film known as a partition."""
        with record_errors(self.home.dagster):
            if not self.instance.has_dynamic_partition(str(movies.name), movie):
                self.instance.add_dynamic_partitions(str(movies.name), [movie])

    def run(self, job: str, movie: str, slot: str | None = None) -> None:
        """Execute a job for a film or a shot. Raises :class:`SparkleError`; the run is recorded either way."""
        key = movie if slot is None else shot_key(movie, slot)
        try:
            self.defs.resolve_job_def(job).execute_in_process(
                instance=self.instance,
                partition_key=key,
                tags={PID_TAG: process_tag(), MOVIE_TAG: movie},
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
        except DagsterExecutionInterruptedError:
            raise KeyboardInterrupt from None
        except Exception as error:  # Dagster raises what a step raised, of whatever kind; its log has the traceback
            self.interrupts.check()  # whatever an interrupt became on its way through a library
            if isinstance(error, Told):
                raise error.error from None
            if isinstance(error, SparkleError):
                raise
            fault = record_fault(error, self.home.dagster) or self._blocked(error, movie, slot)
            raise fault or _unexpected(error, job) from error
        self.interrupts.check()

    def _blocked(self, error: Exception, movie: str, slot: str | None) -> NeedsReview | None:
        """The error of a failed blocking check, in the words of its findings."""
        if not isinstance(error, DagsterAssetCheckFailedError):
            return None
        return NeedsReview(
            f"a check failed and holds the film: {error}",
            where=f"{movie} {slot or ''}".strip(),
            hint=f"look with `sparkle review {movie}`; `sparkle retake {movie} SHOT` makes it again",
        )

    def recorded(self, asset: str, movie: str, slot: str | None = None) -> str | None:
        """The data version Dagster has on record for an asset of a film or a shot."""
        with record_errors(self.home.dagster):
            return self._record.version(asset, movie, slot)

    def held(self, movie: str, slot: str) -> bool:
        """Whether a check that Dagster has on record for a shot failed so that it holds the film."""
        with record_errors(self.home.dagster):
            return self._record.held(movie, slot)

    def close(self) -> None:
        """Let go of the instance."""
        self.interrupts.close()
        self.instance.dispose()


def prepare_instance(folder: Path) -> None:
    """Write ``dagster.yaml`` when there is none; telemetry off before anything could send."""
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "dagster.yaml"
        forget_dead(path)
    if not path.exists() or path.read_text(encoding="utf-8", errors="replace") in OLD_SETTINGS:
        write_bytes(path, SETTINGS.encode())


def initialise_instance(home: Home, profile: str = "embedded") -> int:
    """Make the instance ready for several processes; the number of dead runs that were failed.

    One process does it alone: several that open a fresh one at once break its migrations. On a cluster processes are
    elsewhere: its launcher looks after the runs.
    """
    from sparkle_assets.instances import ready_instance

    folder = ready_instance(home, profile)
    with short_lock(folder / ".initialise.lock"), record_errors(folder):
        instance = dg.DagsterInstance.from_config(str(folder))
        try:
            return fail_dead_runs(instance) if folder == home.dagster else 0
        finally:
            instance.dispose()


def fail_dead_runs(instance: dg.DagsterInstance) -> int:
    """Fail runs whose process is gone: after SIGKILL nobody else would, and they would look busy for ever."""
    failed = 0
    for run in instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED)):
        if not _dead(instance, run):
            continue
        instance.report_run_failed(run, "The process that made this was killed; the next run goes on from there.")
        failed += 1
    return failed


def _dead(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether nobody makes a run any more: a run names its process.

    One that has not come to its first step, or is of an earlier version, has only a number in Dagster's events.
    """
    tag = run.tags.get(PID_TAG) or run.tags.get(MADE_BY_TAG)
    if tag is not None:
        return tag != process_tag() and not alive(tag)
    for entry in instance.all_logs(run.run_id, of_type=DagsterEventType.ENGINE_EVENT):
        data = entry.get_dagster_event().engine_event_data
        if data.metadata.get("pid") is not None:
            return not older_than(int(str(data.metadata["pid"].value)), entry.timestamp)
    return False  # not begun yet: the daemon launches it, or gives it up in time (run_monitoring)


def _unexpected(error: Exception, job: str) -> SparkleError:
    """An error nobody foresaw, in one line; the log of the run has the rest."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    text = str(cause) or type(cause).__name__
    if "disk is full" in text or "No space left" in text:
        return DiskFull("the disk is full", hint="free some space and run the same command")
    return Faulty(f"{type(cause).__name__}: {text.splitlines()[0][:300]}", where=job, hint="this is a bug in Sparkle")
