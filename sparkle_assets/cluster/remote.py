"""Runs that others make: asked for, waited for and told here, as those of :class:`sparkle_assets.runner.Runner`.

Whoever asks loads no engine. Postgres may go away for a while: asking and looking go on when it is back. Workers may
have homes of their own before one object store: what is asked for is committed there first, and what was made is
brought from there before it is told.
"""

from __future__ import annotations

import getpass
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple, TypeVar

import dagster as dg
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.events import JobFailureData
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.utils import make_new_run_id
from dagster_postgres.utils import DagsterPostgresException
from dagster_shared.error import SerializableErrorInfo
from sqlalchemy.exc import DBAPIError

from resources import errors
from resources.errors import Faulty, SparkleError
from resources.farm import Farm
from resources.profile import load_profile
from resources.store.film import Home
from sparkle_assets.automation.again import AT_MOST, cut_off
from sparkle_assets.automation.failures import failure_of
from sparkle_assets.automation.priorities import FILM, run_tags
from sparkle_assets.definitions import build_definitions
from sparkle_assets.instances import ready_instance
from sparkle_assets.partitions import movies, shot_key
from sparkle_assets.record import Record
from sparkle_assets.runs import ASKED_TAG, MOVIE_TAG, USER_TAG
from sparkle_assets.serving.services import LOCATION, MODULE

T = TypeVar("T")
REPOSITORY = "__repository__"
LOOK_S = 0.25
PATIENCE_S = 120.0
"""A database that is restarted is back before this; then it is told."""
_GONE = (DBAPIError, DagsterPostgresException)
_GONE_NAMES = {
    "OperationalError",
    "InterfaceError",
    "DatabaseError",
    "DBAPIError",
    "DisconnectionError",
    "DagsterPostgresException",
}
"""The same as a worker tells it."""
_WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]

logger = logging.getLogger("sparkle.cluster")


class Wanted(NamedTuple):
    """What a run is for."""

    job: str
    movie: str
    slot: str | None


class RemoteRunner:
    """Dagster, as `sparkle make` uses it with a cluster's profile."""

    def __init__(
        self,
        home: Home,
        profile: str,
        *,
        priority: int = FILM,
        apart: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """``apart`` is entered while others make the whole film (its plan, its cut), not a shot of it.

        Raises :class:`Missing` and :class:`InputError` as :func:`ready_instance`, :class:`Faulty` without Postgres."""
        farm = load_profile(profile).farm
        assert farm is not None
        self.home = home
        self.farm: Farm = farm
        self.priority = priority
        self._apart = apart
        self._asked = f"{os.getpid()}@{socket.gethostname()}"
        self._open: dict[str, Wanted] = {}
        self._tries: dict[str, int] = {}
        logging.getLogger("dagster").setLevel(logging.CRITICAL)
        folder = ready_instance(home, profile)
        try:
            self.instance = dg.DagsterInstance.from_config(str(folder))
        except _GONE as error:
            raise Faulty(
                f"the cluster's database does not answer: {_line(error)}", hint="see SPARKLE_POSTGRES_URL"
            ) from None
        self.defs = build_definitions(home.root, profile)
        self._record = Record(self.instance, self.defs)

    def admit(self) -> None:
        """Raise :class:`Busy` when so much waits already that a film would only make the queue longer."""
        self.farm.limits.admit(patiently(lambda: self.instance.get_runs_count(dg.RunsFilter(statuses=_WAITING))))

    def add_movie(self, movie: str) -> None:
        """Make a film known as a partition."""
        patiently(lambda: self.instance.add_dynamic_partitions(str(movies.name), [movie]))

    def recorded(self, asset: str, movie: str, slot: str | None = None) -> str | None:
        """See :meth:`sparkle_assets.runner.Runner.recorded`."""
        return patiently(lambda: self._record.version(asset, movie, slot))

    def held(self, movie: str, slot: str) -> bool:
        """See :meth:`sparkle_assets.runner.Runner.held`."""
        return patiently(lambda: self._record.held(movie, slot))

    def ask(self, job: str, movie: str, slot: str | None = None) -> str:
        """Ask for a job of a film or a shot, as the film is here now; the run's id."""
        self.home.push(movie)  # a take that was asked for meanwhile, for a worker that has a home of its own
        run_id = make_new_run_id()
        patiently(lambda: self._ask(run_id, job, movie, slot))
        self._open[run_id] = Wanted(job, movie, slot)
        return run_id

    def run(self, job: str, movie: str, slot: str | None = None) -> None:
        """Have a job made, and wait for it. Raises :class:`SparkleError` as it was raised where it was made."""
        self.ask(job, movie, slot)
        with self._apart() if slot is None else nullcontext():
            for _, error in self.ended():
                if error is not None:
                    raise error

    def ended(self) -> Iterator[tuple[Wanted, SparkleError | None]]:
        """What was asked for, as it ends, with what went wrong; more may be asked for meanwhile.

        What it made is there when it is told, wherever it was made. A run whose worker was lost is asked for again, a
        few times: what it had finished is there. Who is interrupted here takes back all that is still open.
        """
        try:
            while self._open:
                for run in self._finished():
                    wanted = self._open.pop(run.run_id)
                    tried = self._tries.pop(run.run_id, 0)
                    self.home.pull(wanted.movie)
                    if run.status is dg.DagsterRunStatus.SUCCESS:
                        yield wanted, None
                    elif self._lost(run) and tried < AT_MOST:
                        logger.warning("a worker was lost; %s is asked for again", wanted.job)
                        self._tries[self.ask(*wanted)] = tried + 1
                    else:
                        yield wanted, self._told(run)
                time.sleep(LOOK_S)
        except BaseException:
            self.cancel(list(self._open))
            raise

    def cancel(self, runs: Sequence[str]) -> None:
        """Take back what is asked for; whatever of it is being made is interrupted."""
        for run_id in runs:
            self._open.pop(run_id, None)
            run = self.instance.get_run_by_id(run_id)
            if run is not None and not run.is_finished:
                self.instance.run_coordinator.cancel_run(run_id)

    def close(self) -> None:
        """Take back what nobody waits for any more, and let go of the instance."""
        self.cancel(list(self._open))
        self.instance.dispose()

    def _ask(self, run_id: str, job: str, movie: str, slot: str | None) -> None:
        """Write the run down and put it into the queue, or only what of this was not done yet."""
        run = self.instance.get_run_by_id(run_id) or self._written_down(run_id, job, movie, slot)
        if run.status is dg.DagsterRunStatus.NOT_STARTED:
            self.instance.report_dagster_event(dg.DagsterEvent.job_enqueue(run), run_id=run_id)

    def _written_down(self, run_id: str, job: str, movie: str, slot: str | None) -> dg.DagsterRun:
        definition = self.defs.resolve_job_def(job)
        key = movie if slot is None else shot_key(movie, slot)
        return self.instance.create_run_for_job(
            definition,
            run_id=run_id,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={
                **definition.get_tags_for_partition_key(key, None),
                **run_tags(self.priority),
                MOVIE_TAG: movie,
                USER_TAG: user(),
                ASKED_TAG: self._asked,
            },
            status=dg.DagsterRunStatus.NOT_STARTED,
            remote_job_origin=_remote_origin(job),
            job_code_origin=_code_origin(job),
        )

    def _finished(self) -> list[dg.DagsterRun]:
        found = patiently(lambda: self.instance.get_runs(dg.RunsFilter(run_ids=list(self._open))))
        return [run for run in found if run.is_finished]

    def _lost(self, run: dg.DagsterRun) -> bool:
        """Whether a run failed for what is no fault of its own: its worker went, or the database under it."""
        if run.status is not dg.DagsterRunStatus.FAILURE:
            return False
        event = self._ending(run)
        if event is None:
            return False
        if cut_off(event):
            return True
        thrown = [_error_of(event), *(one.step_failure_data.error for one in self._failures(run))]
        return any(map(_of_database, thrown))

    def _failures(self, run: dg.DagsterRun) -> list[dg.DagsterEvent]:
        entries = patiently(lambda: self.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE))
        return [entry.dagster_event for entry in entries if entry.dagster_event is not None]

    def _ending(self, run: dg.DagsterRun) -> dg.DagsterEvent | None:
        kinds = {dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_CANCELED}
        entries = patiently(lambda: self.instance.all_logs(run.run_id, of_type=kinds))
        return entries[-1].dagster_event if entries else None

    def _told(self, run: dg.DagsterRun) -> SparkleError:
        """What went wrong in a run, as the error that was raised where it was made."""
        if run.status is dg.DagsterRunStatus.CANCELED:
            return errors.Stopped("its run was cancelled; everything made so far is kept", where=run.job_name)
        ending = self._ending(run)
        message = (ending.message or "") if ending is not None else ""
        error = None if ending is None else _error_of(ending)
        if error is not None:
            message = f"{message} {' '.join(error.message.split())[:200]}"
        return failure_of(message, self._failures(run), run.tags.get(MOVIE_TAG, run.job_name))


def _error_of(ending: dg.DagsterEvent) -> SerializableErrorInfo | None:
    """What a run ended by, outside of its steps."""
    data = ending.event_specific_data
    return data.error if isinstance(data, JobFailureData) else None


def _of_database(error: SerializableErrorInfo | None) -> bool:
    """Whether something failed because the cluster's database could not be asked."""
    while error is not None:
        if error.cls_name in _GONE_NAMES:
            return True
        error = error.cause or error.context
    return False


def cancel_film(home: Home, movie: str) -> int:
    """Take back all runs of a film, whoever asked for them; how many there were."""
    runner = RemoteRunner(home, home.film(movie).settings().profile)
    try:
        runs = [run.run_id for run in patiently(lambda: _of_film(runner.instance, movie))]
        runner.cancel(runs)
        return len(runs)
    finally:
        runner.close()


def user() -> str:
    """Whose films these are: ``SPARKLE_USER``, else the login."""
    named = os.environ.get("SPARKLE_USER", "").strip()
    if named:
        return named[:64]
    try:
        return getpass.getuser()[:64]
    except (KeyError, OSError):  # a container's user without a name
        return str(os.getuid())


def patiently(ask: Callable[[], T]) -> T:
    """What ``ask`` gives, once the database answers. Raises :class:`Faulty` when it does not for too long."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return ask()
        except _GONE as error:
            if time.monotonic() > deadline:
                raise Faulty(
                    f"the cluster's database does not answer: {_line(error)}", hint="what is made is kept; ask again"
                ) from None
            time.sleep(1.0)


def _of_film(instance: dg.DagsterInstance, movie: str) -> Sequence[dg.DagsterRun]:
    busy = [*_WAITING, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    found = {}
    for tag in (MOVIE_TAG, "dagster/partition/movie", "dagster/partition"):
        for run in instance.get_runs(dg.RunsFilter(tags={tag: movie}, statuses=busy)):
            found[run.run_id] = run
    return list(found.values())


def _remote_origin(job: str) -> RemoteJobOrigin:
    """The job as the daemon and the UI know it: in the location that `sparkle ui` serves."""
    target = LoadableTargetOrigin(executable_path=sys.executable, module_name=MODULE)
    location = ManagedGrpcPythonEnvCodeLocationOrigin(loadable_target_origin=target, location_name=LOCATION)
    return RemoteRepositoryOrigin(location, REPOSITORY).get_job_origin(job)


def _code_origin(job: str) -> JobPythonOrigin:
    """The job as a worker loads it."""
    pointer = ModuleCodePointer(MODULE, "defs", working_directory=None)
    return JobPythonOrigin(job, RepositoryPythonOrigin(sys.executable, pointer, None, ["dagster"], None))


def _line(error: Exception) -> str:
    return " ".join(str(getattr(error, "orig", None) or error).split())[:200]
