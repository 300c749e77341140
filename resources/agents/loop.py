"""Coroutines from code that is not one."""

from __future__ import annotations

import asyncio
import contextvars
import signal
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any, TypeVar

R = TypeVar("R")


def run_to_end(make: Callable[[], Coroutine[Any, Any, R]]) -> R:
    """Run the coroutine of ``make`` to its end in a loop of its own; within a running loop, in a thread of its own.

    The calling thread waits either way.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run_here(make) if threading.current_thread() is threading.main_thread() else asyncio.run(make())
    context = contextvars.copy_context()
    with ThreadPoolExecutor(1, thread_name_prefix="agent") as pool:
        return pool.submit(context.run, lambda: asyncio.run(make())).result()


def _run_here(make: Callable[[], Coroutine[Any, Any, R]]) -> R:
    """As :func:`asyncio.run` in the main thread; a signal cancels the coroutine and is handled when that has ended.

    Python's own runner does so only where Ctrl-C has Python's own handler. With any other one an exception comes out of
    the middle of the loop, and tasks that nobody awaits any more tell of it in tracebacks. A second signal is not put
    off.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    handlers: dict[int, Any] = {number: handler for number, handler in before.items() if callable(handler)}
    arrived: list[int] = []
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        task = loop.create_task(make())

        def cancel(number: int, frame: FrameType | None) -> None:
            if arrived:
                handlers[number](number, None)
            arrived.append(number)
            loop.call_soon_threadsafe(task.cancel)

        try:
            for number in handlers:
                signal.signal(number, cancel)
            result = loop.run_until_complete(task)
        except BaseException:
            if not arrived:
                raise
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    if arrived:
        handlers[arrived[0]](arrived[0], None)
    return result
