"""Coroutines from code that is not one."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

R = TypeVar("R")


def run_to_end(make: Callable[[], Coroutine[Any, Any, R]]) -> R:
    """Run the coroutine of ``make`` to its end in a loop of its own; within a running loop, in a thread of its own.

    The calling thread waits either way.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(make())
    context = contextvars.copy_context()
    with ThreadPoolExecutor(1, thread_name_prefix="agent") as pool:
        return pool.submit(context.run, lambda: asyncio.run(make())).result()
