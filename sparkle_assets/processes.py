"""Processes told apart for good: a number comes again after a while, a number with its start does not.

On Linux the start is counted from the boot, on a clock that nobody sets: the time of day that psutil makes of it moves
with every change of the machine's clock, and a process that lives would pass for a dead one.
"""

from __future__ import annotations

import os
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def process_tag() -> str:
    """This process."""
    return f"{os.getpid()}@{_started(os.getpid())}"


def alive(tag: str) -> bool:
    """Whether the process of a tag still runs."""
    number, _, started = tag.partition("@")
    return number.isdigit() and bool(started) and _started(int(number)) == started


def _started(number: int) -> str | None:
    """When a process began; None when there is none with this number."""
    try:
        told = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
        return f"{_BOOT.read_text(encoding='ascii')[:8]}-{told.rpartition(')')[2].split()[19]}"
    except (OSError, IndexError):
        pass
    import psutil  # 20 ms, and needed only where there is no /proc

    try:
        return f"{psutil.Process(number).create_time():.2f}"
    except psutil.Error:
        return None


def older_than(number: int, moment: float) -> bool:
    """Whether a process with this number runs that was there at ``moment`` (seconds since 1970).

    Only as good as the clock, which may have been set since: for what has no tag.
    """
    import psutil

    try:
        return bool(psutil.Process(number).create_time() <= moment)
    except (psutil.Error, ValueError):
        return False
