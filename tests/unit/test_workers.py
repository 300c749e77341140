"""Processes that draw, where the system has no room for one."""

import errno
import multiprocessing.util
import os
from typing import Any

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
