"""The Celery application of a worker: dagster-celery's task that executes a run, and how its process is set up.

One process a worker executes runs, one after the other (``--concurrency 1``), and is never replaced: engines and models
of a process are kept in it, so they stay warm from run to run. A task is acknowledged when it has ended
(``acks_late``), so a worker holds the one it works on and no other.
"""

from __future__ import annotations

import ctypes
import multiprocessing.process
import signal
import sys
from types import MappingProxyType
from typing import Any

from celery import Celery, signals
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_execute_job_task

WEEK_S = 7 * 24 * 3600
_MAIN = multiprocessing.process.current_process()
"""The process that loads this module, and forks the one that works."""
APP_SETTINGS = MappingProxyType(
    {
        "worker_prefetch_multiplier": 1,
        "task_acks_late": True,
        # a worker process that was killed ends the task as failed: Dagster asks again, not the broker
        "task_reject_on_worker_lost": False,
        "task_track_started": True,
        "result_expires": WEEK_S,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "result_backend_always_retry": True,
        "result_backend_max_retries": 60,
        "broker_transport_options": {
            # Redis gives a task that nobody acknowledged to somebody else after this time: no step takes so long
            "visibility_timeout": WEEK_S,
            "socket_keepalive": True,
            "priority_steps": list(range(10)),
        },
        "result_backend_transport_options": {"retry_policy": {"timeout": 30.0}},
    }
)
"""Of workers and of whoever sends them runs."""


def sender_app(broker: str) -> Celery:
    """The application of whoever only asks: at ``broker``, a Redis address."""
    told = {"broker": broker, "backend": broker, "config_source": dict(APP_SETTINGS), "include": []}
    return make_app(told)  # type: ignore[no-untyped-call]


def worker_app(broker: str) -> Celery:
    """The application of a worker that takes runs from ``broker`` (a Redis address), and answers there."""
    app = sender_app(broker)
    create_execute_job_task(app)  # acknowledged late, as all tasks of these settings
    signals.worker_process_init.connect(_begin)
    signals.worker_process_shutdown.connect(_end)
    return app


def _begin(**_: Any) -> None:
    """In the process that executes runs, before the first one."""
    # Celery's pool tells Python's own multiprocessing that this is a daemon of its kind, which may have no children and
    # whose key cannot be sent to any; engines draw in such, so for Python it is a main process again
    multiprocessing.process._current_process = _MAIN  # type: ignore[attr-defined]
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)  # nobody goes on when the worker was killed


def _end(**_: Any) -> None:
    from resources.pipeline.engines import close_engines

    close_engines()
