"""Processes that draw, where the system has no room for one."""

import errno
import multiprocessing.util
import os
from pathlib import Path
from typing import Any

import psutil
import pytest

from resources.errors import PassingFault
from resources.media.workers import Workers


@pytest.mark.parametrize("allowed", [0, 1])
def test_where_no_process_can_start_it_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch, allowed: int) -> None:
    """The first that starts is Python's resource tracker, unless one runs; the second is the worker itself."""
    left, real = [allowed], multiprocessing.util.spawnv_passfds

    def refused(*args: Any) -> Any:
        if left[0]:
            left[0] -= 1
            return real(*args)
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    workers = Workers(1)
    with monkeypatch.context() as patched:
        patched.setattr("multiprocessing.util.spawnv_passfds", refused)
        if not allowed:
            workers.warm()  # a hint, and nothing else
            with pytest.raises(PassingFault, match=r"could not be started \(Resource temporarily unavailable\)"):
                workers._ask(os.getpid)
        else:
            workers.warm()
    try:
        assert workers._ask(os.getpid).result(timeout=60) != os.getpid()
    finally:
        workers.close()


def _asks_and_ends(path: str) -> None:
    """As a run of Dagster's daemon: a process that multiprocessing began, which never says that it is done."""
    workers = Workers(2)
    pids = {workers._ask(os.getpid).result() for _ in range(20)}
    Path(path).write_text(" ".join(map(str, pids)), encoding="utf-8")
    KEPT.append(workers)


KEPT: list[Workers] = []


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_run_s_process_ends_with_its_workers(tmp_path: Path, method: str) -> None:
    process = multiprocessing.get_context(method).Process(target=_asks_and_ends, args=(str(tmp_path / "pids"),))  # type: ignore[attr-defined]
    process.start()
    process.join(120)
    ended = process.exitcode
    process.kill()
    assert ended == 0
    pids = [int(pid) for pid in (tmp_path / "pids").read_text(encoding="utf-8").split()]
    assert pids and not any(psutil.pid_exists(pid) for pid in pids)
