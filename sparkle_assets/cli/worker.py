"""`sparkle worker`: this machine makes films of a cluster."""

from __future__ import annotations

import os
from pathlib import Path

import click

from resources.errors import InputError
from resources.store.film import Home
from sparkle_assets.cli.common import home_option

POSITIVE = click.FloatRange(min=0)


@click.command()
@click.option("--profile", default="cluster", show_default=True, help="The cluster's profile (configs/profiles).")
@click.option("--only", multiple=True, metavar="QUEUE", help="This work alone: a stage, shot or film; repeatable.")
@click.option("--name", default="sparkle", show_default=True, metavar="WORD", help="What this worker is called.")
@click.option("--gpu", type=click.IntRange(0, 63), help="The one card that it sees, by number.")
@click.option("--gpu-gb", type=POSITIVE, help="Memory of that card, in place of what is measured.")
@click.option("--cpus", type=POSITIVE, help="Cores, in place of what is measured.")
@click.option("--memory-gb", type=POSITIVE, help="Main memory, in place of what is measured.")
@click.option("--disk-gb", type=POSITIVE, help="Free disk, in place of what is measured.")
@home_option
def worker(
    profile: str,
    only: tuple[str, ...],
    name: str,
    gpu: int | None,
    gpu_gb: float | None,
    cpus: float | None,
    memory_gb: float | None,
    disk_gb: float | None,
    home: Path,
) -> int:
    """Make films of a cluster on this machine, one step at a time; start one for each card.

    It takes every step that it has room for, keeps its models warm, and ends with SIGTERM when its step is made.
    """
    from resources.profile import load_profile
    from sparkle_assets.instances import ready_instance

    farm = load_profile(profile).farm
    if farm is None:
        raise InputError(f"profile {profile!r} makes films on one machine, it has no workers", hint="--profile cluster")
    if not name.replace("-", "").isalnum() or len(name) > 40:
        raise InputError(f"{name[:60]!r} is no name for a worker", hint="letters, digits and -, at most 40")
    store = Home(home)
    store.prepare()
    folder = ready_instance(store, profile)
    if gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = str(gpu)
    # before the graph is loaded, which reads them
    os.environ |= {
        "DAGSTER_HOME": str(folder),
        "SPARKLE_HOME": str(store.root),
        "SPARKLE_PROFILE": profile,
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }
    from sparkle_assets.cluster.workers import queues_for, this_machine, work

    measured = {"gpu_gb": gpu_gb, "cpus": cpus, "memory_gb": memory_gb, "disk_gb": disk_gb}
    given = {key: value for key, value in measured.items() if value is not None}
    has = this_machine(load_profile(profile), store, known=given)
    queues = queues_for(farm, has, only)
    told = ", ".join(f"{key} {value:g}" for key, value in has.model_dump().items())
    click.echo(f"worker {name}: {told}; takes {', '.join(queues)}", err=True)
    return work(queues, name=name)
