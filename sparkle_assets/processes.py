"""Processes told apart for good: a number comes again after a while, a number with its start time does not."""

from __future__ import annotations

import os


def process_tag() -> str:
    """This process."""
    import psutil  # 20 ms that most commands do not need

    return f"{os.getpid()}@{psutil.Process().create_time():.2f}"


def alive(tag: str) -> bool:
    """Whether the process of a tag still runs."""
    import psutil

    number, _, started = tag.partition("@")
    try:
        return f"{psutil.Process(int(number)).create_time():.2f}" == started
    except (psutil.Error, ValueError):
        return False


def older_than(number: int, moment: float) -> bool:
    """Whether a process with this number runs that was there at ``moment`` (seconds since 1970)."""
    import psutil

    try:
        return bool(psutil.Process(number).create_time() <= moment)
    except (psutil.Error, ValueError):
        return False
