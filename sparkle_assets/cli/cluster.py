"""`sparkle cluster`: what a cluster's head needs once, and how the cluster stands."""

from __future__ import annotations

import os
from pathlib import Path

import click

from resources.errors import InputError
from resources.farm import Farm
from sparkle_assets.cli.common import answer, home_option, json_option, open_home

profile_option = click.option(
    "--profile", envvar="SPARKLE_PROFILE", default="cluster", show_default=True, help="The cluster's profile."
)


@click.group("cluster")
def cluster() -> None:
    """Look after a cluster (docs/DEPLOY.md)."""


@cluster.command("init")
@profile_option
@home_option
def init(profile: str, home: Path) -> None:
    """Write the settings of the cluster's Dagster and lay its tables; again is harmless."""
    from sparkle_assets.runner import initialise_instance

    farm_of(profile)
    store = open_home(home)
    store.prepare()
    initialise_instance(store, profile)
    click.echo(f"the cluster of {profile} is ready: {store.root / 'cluster' / 'dagster.yaml'}", err=True)


@cluster.command("status")
@profile_option
@home_option
@json_option
def status(profile: str, home: Path, as_json: bool) -> int:
    """Which workers answer, what they take, what waits; 1 when something has no worker."""
    farm = farm_of(profile)
    os.environ["SPARKLE_PROFILE"] = profile
    from sparkle_assets.cluster.state import state_of

    found = state_of(open_home(home), profile, farm)
    lines = [f"{name}: {', '.join(queues)}" for name, queues in sorted(found.workers.items())]
    lines += [f"{found.waiting} runs wait (limit {farm.limits.waiting}), {found.under_way} are being made"]
    lines += [f"no worker takes {queue}, which needs {needs}" for queue, needs in found.unserved.items()]
    answer(found.told(), "\n".join(lines), as_json=as_json)
    return 1 if found.unserved else 0


def farm_of(profile: str) -> Farm:
    """The farm of a profile. Raises :class:`InputError` for one that makes films on one machine."""
    from resources.profile import load_profile

    farm = load_profile(profile).farm
    if farm is None:
        raise InputError(f"profile {profile!r} makes films on one machine, it has no workers", hint="--profile cluster")
    return farm
