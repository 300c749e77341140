"""movie_plan: what the film is."""

from typing import TYPE_CHECKING

import dagster as dg

from resources.pipeline.versions import VERSIONS
from sparkle_assets.assets.crew import SCRIPT, WRITERS
from sparkle_assets.faults import told
from sparkle_assets.partitions import movie_of, movies, shot_key
from sparkle_assets.show import show, story
from sparkle_assets.studio import Studio

if TYPE_CHECKING:
    from resources.pipeline.production import Production

Context = dg.AssetExecutionContext | dg.OpExecutionContext


@dg.asset(
    partitions_def=movies,
    group_name=SCRIPT,
    kinds={"python", "json"},
    owners=WRITERS,
    code_version=VERSIONS["movie_plan"],
)
def movie_plan(context: dg.AssetExecutionContext, studio: Studio) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Here a film begins: its plan, written from the idea or taken in as edited, and what it asks of each stage."""
    with told(), studio.film(movie_of(context)) as film:
        return planned(context, film)


def planned(context: Context, film: "Production") -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The plan of an open film on record, with every spec that changed."""
    from resources.director.tools.script_agent import script_agent

    outcome = script_agent(film)
    log_specs(context, film)
    plan = film.script.plan
    return show(
        film,
        outcome,
        title=plan.title,
        logline=plan.logline or plan.idea,
        shots=len(plan.shots),
        story=story(plan),
        plan=dg.MetadataValue.path(str(film.film.plan_path)),
    )


def log_specs(context: Context, film: "Production") -> None:
    """Log every spec whose data version is not the one on record."""
    movie = film.film.movie
    wanted = {("cut_spec", movie): film.cut_version()}
    for shot in film.script.plan.shots:
        slot = film.script.slot(shot)
        for name, version in film.spec_versions(slot).items():
            wanted[name, str(shot_key(movie, slot))] = version
    for (name, partition), version in wanted.items():
        if recorded_version(context.instance, name, partition) != version:
            context.log_event(
                dg.AssetMaterialization(name, partition=partition, tags={"dagster/data_version": version})
            )


def recorded_version(instance: dg.DagsterInstance, asset: str, partition: str) -> str | None:
    """The data version of the latest materialization of a partition, or None."""
    records = instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[partition]), limit=1
    ).records
    if not records or records[0].asset_materialization is None:
        return None
    return (records[0].asset_materialization.tags or {}).get("dagster/data_version")
