"""What is missing or failed is asked for again: by a job that anybody may start, and every night by itself.

The job looks and says what is missing; when it has succeeded, the sensor asks for it. So whoever starts it from the UI
reads in its log what will be made, and the runs that follow wait behind everything that somebody waits for.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from resources.errors import SparkleError
from sparkle_assets.assets.plan import recorded_version
from sparkle_assets.automation.films import unknown_movies
from sparkle_assets.automation.jobs import finish_film, plan_film, render_shot
from sparkle_assets.automation.priorities import FILM, NIGHT, run_tags
from sparkle_assets.faults import told
from sparkle_assets.one_process import one_process
from sparkle_assets.partitions import shot_key
from sparkle_assets.runs import MOVIE_TAG
from sparkle_assets.studio import Studio

if TYPE_CHECKING:
    from resources.pipeline.missing import Missing
    from schemas.refs import Stage


class Which(dg.Config):
    """Which films are to be finished."""

    movie: str | None = Field(default=None, description="One film, by its id; without it all of them.")


@dg.op(description="Says what every film is still missing, or what failed of it.")
def look_for_missing(context: dg.OpExecutionContext, config: Which, studio: Studio) -> None:
    """Write a line for each film into the log of the run. Fails for a film that is not there."""
    with told():
        if config.movie is not None:
            studio.place.known(config.movie)
    for one in missing_films(context.instance, studio, config.movie):
        context.log.info(str(one))


@dg.job(
    executor_def=one_process,
    tags=run_tags(NIGHT),
    config=dg.RunConfig(ops={"look_for_missing": Which()}),
    description="Finishes every film that is not finished, or the one that is named in the Launchpad: what is missing "
    "or failed is made, what is there is not.",
)
def finish_missing() -> None:
    """Look, and let the sensor ask."""
    look_for_missing()


nightly = dg.ScheduleDefinition(
    name="nightly",
    job=finish_missing,
    cron_schedule="0 2 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night at two: finishes what is missing or failed.",
)


@dg.run_status_sensor(
    name="missing",
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[finish_missing],
    request_jobs=[plan_film, render_shot, finish_film],
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for what finish_missing found.",
)
def missing(context: dg.RunStatusSensorContext, studio: Studio) -> dg.SensorResult:
    """Ask for what every film is missing, once for each run of the job."""
    run = context.dagster_run
    config: Any = run.run_config
    movie = config.get("ops", {}).get(look_for_missing.name, {}).get("config", {}).get("movie")
    found = [one for one in missing_films(context.instance, studio, movie) if one.anything]
    # somebody waits for the one film they named
    priority = NIGHT if movie is None else FILM
    requests = [request for one in found for request in requests_for(one, run.run_id, priority)]
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=unknown_movies(context.instance, {one.movie for one in found}),
        skip_reason=None if requests else dg.SkipReason("nothing is missing"),
    )


def missing_films(instance: dg.DagsterInstance, studio: Studio, only: str | None = None) -> "list[Missing]":
    """What every film is missing, or the one that is named. One that cannot be opened is told with its reason."""
    from resources.pipeline.missing import Missing, begun_films, left_alone

    found = []
    for movie in begun_films(studio.place):
        if only not in (None, movie):
            continue
        busy = left_alone(studio.place, movie)
        try:
            found.append(Missing(movie, why=busy) if busy else what_is_missing(instance, studio, movie))
        except SparkleError as error:
            found.append(Missing(movie, why=str(error)))
    return found


def what_is_missing(instance: dg.DagsterInstance, studio: Studio, movie: str) -> "Missing":
    """What one film is missing. Raises :class:`SparkleError` when it cannot be opened."""
    from resources.pipeline.missing import Missing, missing_of

    if not studio.place.film(movie).plan_path.exists():
        return Missing(movie, plan=True)
    return missing_of(studio.peek(movie), _recorded(instance, movie))


def requests_for(one: "Missing", why: str, priority: int) -> list[dg.RunRequest]:
    """The runs that finish a film, each under a name that begins with ``why``."""
    tags = {**run_tags(priority), MOVIE_TAG: one.movie}
    wanted: list[tuple[str, str]] = [(plan_film.name, one.movie)] if one.plan else []
    wanted += [(render_shot.name, shot_key(one.movie, slot)) for slot in one.slots]
    wanted += [(finish_film.name, one.movie)] if one.film else []
    return [
        dg.RunRequest(run_key=f"{why}:{job}:{partition}", job_name=job, partition_key=partition, tags=tags)
        for job, partition in wanted
    ]


def _recorded(instance: dg.DagsterInstance, movie: str) -> "Callable[[Stage, str | None], str | None]":
    return lambda stage, slot: recorded_version(instance, stage, movie if slot is None else str(shot_key(movie, slot)))
