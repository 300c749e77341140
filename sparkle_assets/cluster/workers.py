"""Workers: what this machine has, which queues it takes from, and who serves which.

A worker is one process that takes runs, and one that executes them. It never runs two at a time; a machine with four
cards has four workers, each of which sees one.
"""

from __future__ import annotations

import os
import socket
import sys
import uuid
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import psutil

from resources.errors import InputError
from resources.farm import QUEUES, Farm, Needs
from resources.profile import Profile
from resources.store.film import Home
from resources.store.space import free_bytes
from sparkle_assets.cluster.addresses import BROKER, address_of
from sparkle_assets.cluster.placing import queue_name

GB = 10**9
CARDS_S = 180.0
_LOOK = (
    "from resources.gpu.device import find_accelerators;"
    f"print(max((one.total / {GB} for one in find_accelerators() if one.uuid is not None), default=0.0))"
)
_CGROUP = Path("/sys/fs/cgroup")


def this_machine(profile: Profile, home: Home, known: Mapping[str, float]) -> Needs:
    """What a worker here has, but for what is ``known``.

    Cards count only where the profile loads models onto them; torch is asked then.
    """
    look: dict[str, Callable[[], float]] = {
        "gpu_gb": lambda: 0.0 if profile.gpu is None else _largest_card(),
        "cpus": _cpus,
        "memory_gb": lambda: round(_memory() / GB, 1),
        "disk_gb": lambda: round(free_bytes(home.root) / GB, 1),
    }
    return Needs(**{name: known[name] if name in known else measure() for name, measure in look.items()})


def queues_for(farm: Farm, has: Needs, only: Collection[str]) -> tuple[str, ...]:
    """The queues a worker takes from. Raises :class:`InputError` for a name that is none, and when none is served."""
    if wrong := sorted(set(only) - set(QUEUES)):
        raise InputError(f"there is no queue {wrong[0]!r}", hint=f"queues: {', '.join(QUEUES)}")
    found = farm.served(has, only)
    wanted = only or ("movie_plan",)
    lacking = {name: farm.needs(name).lacking(has) for name in wanted if name not in found}
    if not found or (only and lacking):
        name, lack = next(iter(lacking.items()))
        raise InputError(
            f"this worker is too small for {name} (it needs {lack})",
            hint="choose other queues with --only, or correct what was measured with --gpu-gb, --memory-gb, --disk-gb",
        )
    return found


def work(queues: Collection[str], *, name: str) -> int:
    """Take runs until a signal comes: SIGTERM ends after the run under way, SIGQUIT at once. The exit code."""
    from sparkle_assets.cluster.app import worker_app

    app = worker_app(address_of(BROKER))
    # a name of its own for each start: whoever asks after a lost run must not be answered by a later worker
    node = f"{name}-{uuid.uuid4().hex[:6]}@{socket.gethostname()}"
    os.environ.setdefault("C_FORCE_ROOT", "1")  # messages are JSON, never pickles; containers have no other user
    app.worker_main(
        [
            "worker",
            "--hostname", node,
            "--queues", ",".join(queue_name(queue) for queue in queues),
            "--pool", "prefork",
            "--concurrency", "1",
            "--loglevel", "WARNING",
            "--without-gossip",
            "--without-mingle",
        ]
    )  # fmt: skip
    return 0


def _largest_card() -> float:
    """Gigabytes of the largest card that this process sees.

    Another process looks: one that has asked CUDA anything cannot fork one that works with it.
    """
    from resources.media.process import run

    return float(run([sys.executable, "-c", _LOOK], timeout=CARDS_S).decode("ascii").strip())


def _cpus() -> float:
    """Cores that this process may use, no more than a container's share."""
    cores = float(len(os.sched_getaffinity(0)))
    quota, _, period = _read(_CGROUP / "cpu.max").partition(" ")
    return min(cores, round(int(quota) / int(period), 2)) if quota.isdigit() and period.isdigit() else cores


def _memory() -> int:
    """Bytes of main memory, no more than a container's limit."""
    limit = _read(_CGROUP / "memory.max")
    total = int(psutil.virtual_memory().total)
    return min(total, int(limit)) if limit.isdigit() else total


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""
