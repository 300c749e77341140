"""Clearing up: what no film needs any more is removed, after it was said what that is."""

import dagster as dg
from pydantic import Field

from sparkle_assets.automation.priorities import NIGHT, run_tags
from sparkle_assets.faults import told
from sparkle_assets.one_process import one_process
from sparkle_assets.studio import Studio


class CleanUp(dg.Config):
    """What may go."""

    older_than_days: float = Field(default=30.0, ge=0, description="Only what has not been touched for so many days.")
    max_bytes: int | None = Field(
        default=None,
        ge=0,
        description="Younger things go too, oldest first, until films and cache take no more than this.",
    )
    dry_run: bool = Field(default=True, description="Only say what would be removed.")


@dg.op(description="Removes what can be made again and no film needs; see `sparkle gc --help`.")
def collect_unneeded(context: dg.OpExecutionContext, config: CleanUp, studio: Studio) -> None:
    """Say what would go; then, unless it is a dry run, let it go."""
    from resources.store.collect import collect

    home = studio.place
    with told():
        planned = collect(home, older_than_days=config.older_than_days, max_bytes=config.max_bytes, dry_run=True)
        for one in planned.removed:
            context.log.info(f"{one.path.relative_to(home.root)}: {one.bytes:,} bytes, {one.why}")
        done = planned
        if not config.dry_run:
            done = collect(home, older_than_days=config.older_than_days, max_bytes=config.max_bytes)
    for movie in done.busy:
        context.log.warning(f"{movie} is being made: nothing of it, or of the cache, was touched")
    context.add_output_metadata(
        {
            "dry_run": config.dry_run,
            "things": len(done.removed),
            "bytes": done.bytes,
            "kept_bytes": done.kept_bytes,
        }
    )


@dg.job(
    executor_def=one_process,
    tags=run_tags(NIGHT),
    config=dg.RunConfig(ops={"collect_unneeded": CleanUp()}),
    description="Makes room: removes earlier versions and old parts of the cache, never anything a film needs.",
)
def clean_up() -> None:
    """One step."""
    collect_unneeded()


weekly = dg.ScheduleDefinition(
    name="weekly_clean_up",
    job=clean_up,
    cron_schedule="0 4 * * 0",
    run_config=dg.RunConfig(ops={"collect_unneeded": CleanUp(dry_run=False)}),
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every Sunday at four: makes room. Off until somebody turns it on.",
)
