"""Whether Dagster's event log and the store tell the same: every current artifact is on record, under its content.

The store is the truth. A process killed between publication and Dagster's event leaves an artifact that Dagster never
heard of; `sparkle make` tells it by running the step again, which reuses the artifact, and `sparkle doctor --repair`
by an event without a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import dagster as dg

from resources.profile import load_profile
from resources.store.artifacts import Artifacts
from resources.store.film import Home
from resources.store.fingerprint import timing_hash
from resources.store.inspection import Trouble, places
from resources.store.locks import holder
from schemas.refs import AssetRef
from sparkle_assets.assets.plan import recorded_version
from sparkle_assets.partitions import movies, shot_key


@dataclass(frozen=True)
class Missing:
    """A data version that Dagster does not have."""

    asset: str
    partition: str
    version: str
    ref: AssetRef


def disagreements(home: Home, instance: dg.DagsterInstance, *, cluster: bool = False) -> Iterator[Trouble]:
    """What Dagster has not on record, of films that it knows and nobody makes now.

    ``cluster``: the instance is that of a cluster, and knows best of films whose profile is one of a cluster.
    """
    for movie in home.films():
        if (load_profile(home.film(movie).settings().profile).farm is not None) is not cluster:
            continue
        if not instance.has_dynamic_partition(str(movies.name), movie) or holder(home.film(movie).path) is not None:
            continue
        for one in _missing(Artifacts(home.film(movie), home.root), instance):
            where = f"{one.asset} {one.ref.slot or ''}".rstrip()

            def mend(one: Missing = one, where: str = where) -> str:
                instance.report_runless_asset_event(_event(one))
                return f"Dagster has {where} on record again"

            yield Trouble(movie, f"Dagster has no record of the current {where}", mend)


def _missing(store: Artifacts, instance: dg.DagsterInstance) -> Iterator[Missing]:
    for stage, slot in places(store):
        ref = store.current(stage, slot)
        if ref is None:
            continue
        partition = store.film.movie if slot is None else str(shot_key(store.film.movie, slot))
        wanted: dict[str, str] = {stage: ref.sha256}
        if stage == "voice_tracks":
            wanted["shot_timing"] = timing_hash(ref.facts["frames"])
        for asset, version in wanted.items():
            if recorded_version(instance, asset, partition) != version:
                yield Missing(asset, partition, version, ref)


def _event(one: Missing) -> dg.AssetMaterialization:
    return dg.AssetMaterialization(
        one.asset,
        partition=one.partition,
        description="Found in the store by `sparkle doctor --repair`: its process was killed before it told Dagster.",
        metadata={"made": "found", "fingerprint": one.ref.fingerprint},
        tags={"dagster/data_version": one.version},
    )
