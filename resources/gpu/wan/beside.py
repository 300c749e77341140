"""Work beside this thread's own, in a thread that ends with the process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")


class Beside(Generic[T]):
    """``work()``, begun at once in a thread of its own, which finds the step under way as its maker does.

    The thread is a daemon's: a person who interrupts the process does not wait for it.
    """

    def __init__(self, work: Callable[[], T], name: str) -> None:
        self._work = work
        self._value: list[T] = []
        self._caught = _Caught()
        context = copy_context()
        self._thread = threading.Thread(target=lambda: context.run(self._run), name=name, daemon=True)
        self._thread.start()

    def result(self) -> T:
        """What the work gave, once it is over. Raises what it raised."""
        self._thread.join()
        error, self._caught.error = self._caught.error, None
        if error is not None:
            raise error
        return self._value.pop()

    def join(self) -> None:
        """Wait for its end, whatever it is."""
        self._thread.join()

    def _run(self) -> None:
        with self._caught:
            self._value.append(self._work())


class _Caught:
    """Whatever leaves the block, for the thread that asks: at the end of a thread nobody is there to catch it."""

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def __enter__(self) -> _Caught:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.error = error
        return True
