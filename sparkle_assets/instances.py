"""Which Dagster instance a profile uses: the home's own, or that of a cluster."""

from __future__ import annotations

from pathlib import Path

from resources.profile import Profile, load_profile
from resources.store.film import Home
from resources.store.locks import short_lock


def instance_folder(home: Home, profile: Profile) -> Path:
    """``DAGSTER_HOME`` for a profile. Nothing is written."""
    if profile.farm is None:
        return home.dagster
    from sparkle_assets.cluster.settings import cluster_folder

    return cluster_folder(home)


def ready_instance(home: Home, name: str) -> Path:
    """The folder of a profile's instance with its settings in it.

    For a cluster: raises :class:`Missing` where a package lacks, :class:`InputError` where an address does.
    """
    profile = load_profile(name)
    folder = instance_folder(home, profile)
    if profile.farm is None:
        from sparkle_assets.runner import prepare_instance

        prepare_instance(folder)
        return folder
    from sparkle_assets.cluster.addresses import check_cluster
    from sparkle_assets.cluster.settings import write_settings

    check_cluster(name)
    with short_lock(folder / ".initialise.lock"):
        return write_settings(home, profile)
