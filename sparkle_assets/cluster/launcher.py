"""How a run gets to a worker: dagster-celery's launcher, told where each run belongs and how to see that it lives.

What is added to :class:`dagster_celery.launcher.CeleryRunLauncher`: the queue and turn of a run follow from what it
makes; a cancelled run is interrupted in its worker, which stays, models and all, where dagster-celery kills it; a run
whose worker does not answer any more is given up, where dagster-celery would believe in it for ever; and a run that the
broker has forgotten is handed to it again (:meth:`ClusterRunLauncher.remind`).
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, LaunchRunContext, WorkerStatus
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClassData, pack_value
from dagster_celery.config import TASK_EXECUTE_JOB_NAME
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_QUEUE_TAG, DAGSTER_CELERY_TASK_ID_TAG
from kombu.exceptions import OperationalError
from kombu.utils.functional import retry_over_time

from resources.profile import load_profile
from sparkle_assets.cluster.app import APP_SETTINGS
from sparkle_assets.cluster.placing import place

ANSWER_S = 2.0
"""A worker answers within this time or counts as silent for now; it does so while it works, from another process."""
AWAY_S = 120.0
"""A broker that is restarted is back before this; the run that was to be sent is failed then."""
ENDED = frozenset({"SUCCESS", "FAILURE", "REVOKED"})


class ClusterRunLauncher(CeleryRunLauncher):
    """Launches runs on the workers of one cluster profile."""

    def __init__(self, profile: str, **config: Any) -> None:
        super().__init__(**{**config, "config_source": dict(APP_SETTINGS)})
        self.profile = profile
        farm = load_profile(profile).farm
        self.lost_s = 90.0 if farm is None else farm.lost_s
        self._silent: dict[str, float] = {}  # run -> since when its worker was not heard (monotonic seconds)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Hand a run to the broker. Raises what the broker's client raises when it is not there for too long."""
        run = context.dagster_run
        queue, _ = place(run)
        task = uuid.uuid4().hex
        # told before it is sent: a worker may begin at once, and whoever cancels needs the name
        told = {DAGSTER_CELERY_TASK_ID_TAG: task, DAGSTER_CELERY_QUEUE_TAG: queue}
        self._instance.add_run_tags(run.run_id, told)
        self._send(run, task)
        self._instance.report_engine_event(f"Waits for a worker in the queue {queue}.", run, cls=self.__class__)

    def remind(self, runs: Iterable[dg.DagsterRun]) -> list[str]:
        """Hand to the broker again which of ``runs``, that wait for a worker, it has forgotten; their ids.

        What it writes down, if it does, may be lost with its disk; all it knew is lost then, also that it was ever
        sent the run. To send a run twice is harmless: Dagster passes over a run that somebody has begun.
        """
        forgotten = []
        for run in runs:
            task = run.tags.get(DAGSTER_CELERY_TASK_ID_TAG)
            if task is not None and self.celery.backend.get(_memory(task)) is None:
                self._send(run, task)
                forgotten.append(run.run_id)
        return forgotten

    def _send(self, run: dg.DagsterRun, task: str) -> None:
        assert run.job_code_origin is not None
        queue, turn = place(run)
        arguments = ExecuteRunArgs(
            job_origin=run.job_code_origin,
            run_id=run.run_id,
            instance_ref=None,  # a worker opens its own
            set_exit_code_on_failure=True,
        )

        def send() -> None:
            self.celery.send_task(
                TASK_EXECUTE_JOB_NAME,
                kwargs={"execute_job_args_packed": pack_value(arguments)},
                task_id=task,
                queue=queue,
                priority=turn,
            )
            self.celery.backend.set(_memory(task), b"sent")

        gone = (OperationalError, *self.celery.backend.connection_errors)
        pauses = {"interval_start": 0.5, "interval_step": 0.5, "interval_max": 2.0, "timeout": AWAY_S}
        retry_over_time(send, gone, **pauses)  # type: ignore[no-untyped-call]

    @property
    def supports_resume_run(self) -> bool:
        """A run is asked for again instead: what it had finished is in the store."""
        return False

    def terminate(self, run_id: str) -> bool:
        """Interrupt a run where it is made; one that waits never begins."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        task = run.tags.get(DAGSTER_CELERY_TASK_ID_TAG)
        if task is not None:
            self.celery.control.revoke(task, terminate=True, signal="SIGINT")
        if run.status is not dg.DagsterRunStatus.STARTED:
            self._instance.report_run_canceled(run, "It was cancelled before a worker began it.")
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether somebody still works on a run that was begun."""
        told = self.celery.AsyncResult(run.tags.get(DAGSTER_CELERY_TASK_ID_TAG, run.run_id))
        state = told.state
        if state in ENDED:
            return self._given_up(run, "its worker ended it without telling how it went (was it killed?)", at_once=True)
        worker = told.info.get("hostname") if state == "STARTED" and isinstance(told.info, dict) else None
        heard = self._works_on(told.id) if worker is None else self._answers(worker)
        if heard:
            self._silent.pop(run.run_id, None)
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return self._given_up(run, f"its worker {worker or ''} does not answer")

    def _answers(self, worker: str) -> bool:
        return bool(self.celery.control.ping([worker], timeout=ANSWER_S, limit=1))

    def _works_on(self, task: str) -> bool:
        """Whether a worker says that it works on a task; the broker has forgotten which it was."""
        active = self.celery.control.inspect(timeout=ANSWER_S).active() or {}
        return any(one["id"] == task for tasks in active.values() for one in tasks)

    def _given_up(self, run: dg.DagsterRun, why: str, *, at_once: bool = False) -> CheckRunHealthResult:
        """Failed when the worker was silent for long enough; a network that comes back costs nothing."""
        since = self._silent.setdefault(run.run_id, time.monotonic())
        silent = time.monotonic() - since
        # one look more also where the engine says that it ended: its last event may be on the way
        if silent < (1.0 if at_once else self.lost_s):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        del self._silent[run.run_id]
        return CheckRunHealthResult(WorkerStatus.FAILED, f"{why} for {silent:.0f} s")

    @classmethod
    def config_type(cls) -> Any:
        """As ``dagster.yaml`` names it."""
        config: Any = super().config_type()
        return {**config, "profile": dg.Field(dg.StringSource)}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> ClusterRunLauncher:
        """See :class:`dagster._serdes.ConfigurableClass`."""
        return cls(inst_data=inst_data, **config_value)


def _memory(task: str) -> str:
    """The key under which the broker knows that it was sent a task."""
    return f"sparkle-sent-{task}"
