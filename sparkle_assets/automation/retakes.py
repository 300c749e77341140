"""Failed checks are answered: a shot that is held back is made again, a few times, and then a person is asked."""

import dagster as dg

from resources.errors import SparkleError
from resources.store.locks import film_lock
from sparkle_assets.automation.films import DATABASE, PLAN, REVIEW, TAKES, Films, unknown_movies
from sparkle_assets.automation.jobs import render_shot
from sparkle_assets.automation.priorities import RETAKE, run_tags
from sparkle_assets.partitions import shot_key
from sparkle_assets.runs import MOVIE_TAG
from sparkle_assets.studio import Studio

ASSETS = {"voice_tracks": ("voice_tracks", "shot_timing")}
"""Stages that are more than the asset of their name."""


@dg.sensor(
    name="retakes",
    jobs=[render_shot],
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Makes a shot that a check holds back again, up to its number of takes; then a person is asked.",
)
def retakes(context: dg.SensorEvaluationContext, studio: Studio) -> dg.SensorResult:
    """Ask for exactly the stages of each take that quality wants."""
    from resources.pipeline.retakes import next_retakes

    films = Films.of(context, studio.place, *DATABASE, PLAN, TAKES, REVIEW)
    wanted = []
    for film in films.changed():
        try:
            with film_lock(film.path):
                found = next_retakes(studio.peek(film.movie))
        except SparkleError as error:
            films.told(film, error)
            continue
        for one in found:
            context.log.info(f"{one.movie}, shot {one.shot}: take {one.take}, {one.reason}")
        wanted += found
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(
                run_key=f"{one.movie}:{one.shot}:take-{one.take}{'-again' if one.back else ''}",
                partition_key=shot_key(one.movie, one.slot),
                asset_selection=[
                    dg.AssetKey(asset) for stage in one.stages for asset in ASSETS.get(stage, (str(stage),))
                ],
                tags={**run_tags(RETAKE), MOVIE_TAG: one.movie},
            )
            for one in wanted
        ],
        dynamic_partitions_requests=unknown_movies(context.instance, {one.movie for one in wanted}),
        skip_reason=None if wanted else dg.SkipReason("no check asks for another take"),
        cursor=films.cursor,
    )
