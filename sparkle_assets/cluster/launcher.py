"""How a run gets to a worker: dagster-celery's launcher, told where each run belongs and how to see that it lives.

What is added to :class:`dagster_celery.launcher.CeleryRunLauncher`: the queue and turn of a run follow from what it
makes; a cancelled run is interrupted in its worker, which stays, models and all, where dagster-celery kills it; and a
run whose worker does not answer any more is given up, where dagster-celery would believe in it for ever.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, LaunchRunContext, WorkerStatus
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClassData, pack_value
from dagster_celery.config import TASK_EXECUTE_JOB_NAME
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_QUEUE_TAG, DAGSTER_CELERY_TASK_ID_TAG

from resources.profile import load_profile
from sparkle_assets.cluster.app import APP_SETTINGS
from sparkle_assets.cluster.placing import place

ANSWER_S = 2.0
"""A worker answers within this time or counts as silent for now; it does so while it works, from another process."""
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
        """Hand a run to the broker. Raises what the broker's client raises when it is not there."""
        run = context.dagster_run
        assert run.job_code_origin is not None
        queue, turn = place(run)
        task = uuid.uuid4().hex
        # told before it is sent: a worker may begin at once, and whoever cancels needs the name
        told = {DAGSTER_CELERY_TASK_ID_TAG: task, DAGSTER_CELERY_QUEUE_TAG: queue}
        self._instance.add_run_tags(run.run_id, told)
        arguments = ExecuteRunArgs(
            job_origin=run.job_code_origin,
            run_id=run.run_id,
            instance_ref=None,  # a worker opens its own
            set_exit_code_on_failure=True,
        )
        self.celery.send_task(
            TASK_EXECUTE_JOB_NAME,
            kwargs={"execute_job_args_packed": pack_value(arguments)},
            task_id=task,
            queue=queue,
            priority=turn,
        )
        self._instance.report_engine_event(f"Waits for a worker in the queue {queue}.", run, cls=self.__class__)

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
        if worker is not None and self.celery.control.ping([worker], timeout=ANSWER_S, limit=1):
            self._silent.pop(run.run_id, None)
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return self._given_up(run, f"its worker {worker or ''} does not answer")

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
