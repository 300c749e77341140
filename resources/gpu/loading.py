"""Loading that ends in time: in a thread of its own, whose late result is thrown away."""

from __future__ import annotations

import contextvars
import gc
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

from resources.errors import SparkleError
from resources.gpu.classify import Fault, classify, let_go
from resources.gpu.errors import without_history


class _Caught:
    """Whatever leaves the block, as text: at the end of a thread nobody is there to catch it.

    This takes the place of ``except BaseException``: a thread must hand over every failure of a loader, whose libraries
    raise what they like. Nothing is swallowed: :meth:`LoadJob.result` raises it in the thread that waits.
    """

    def __init__(self) -> None:
        self.fault: Fault | None = None
        self.error: SparkleError | None = None

    def __enter__(self) -> _Caught:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        del trace
        if error is not None:
            self.fault = classify(error)
            let_go(error)
            if isinstance(error, SparkleError):
                self.error = without_history(error)
        return True


class LoadJob:
    """One attempt to load a model.

    ``late`` is called, in the job's thread, when the attempt ends after it was given up: by then whatever it made is
    gone. A thread cannot be stopped, so until then the memory counts as used.
    """

    def __init__(self, work: Callable[[], Any], late: Callable[[], None], name: str) -> None:
        self._work: Callable[[], Any] | None = work
        self._late = late
        self._ended = threading.Event()
        self._guard = threading.Lock()
        self._given_up = False
        self._model: Any = None
        self._caught = _Caught()
        context = contextvars.copy_context()  # the loader finds the step under way, as its caller would
        # A daemon: a loader that hangs in a driver must not keep the process from ending.
        self._thread = threading.Thread(target=lambda: context.run(self._run), name=f"load {name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wait(self, timeout_s: float) -> bool:
        """Whether the attempt ended, well or badly, within ``timeout_s``."""
        return self._ended.wait(timeout_s)

    def take(self) -> tuple[Any, Fault | None, SparkleError | None]:
        """(model, fault, error) of an attempt that ended. The job keeps nothing."""
        model, self._model = self._model, None
        return model, self._caught.fault, self._caught.error

    def give_up(self) -> bool:
        """Nobody will take the result. True when the attempt still runs, and ``late`` is still to come."""
        with self._guard:
            self._given_up = True
            if not self._ended.is_set():
                return True
        self._model = None
        gc.collect()
        return False

    def _run(self) -> None:
        with self._caught:
            work, self._work = self._work, None
            assert work is not None  # started once
            self._model = work()
        with self._guard:
            self._ended.set()
            given_up = self._given_up
        if given_up:
            self._model = None
            gc.collect()
            self._late()
