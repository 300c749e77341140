"""Plans that were edited by hand: the plan is taken in again, and the difference flows on from there."""

import dagster as dg

from resources.errors import SparkleError
from resources.store.locks import film_lock
from sparkle_assets.automation.films import PLAN, Films, unknown_movies
from sparkle_assets.automation.jobs import plan_film
from sparkle_assets.automation.priorities import PREVIEW, run_tags
from sparkle_assets.runs import MOVIE_TAG
from sparkle_assets.studio import Studio


@dg.sensor(
    name="plan_edits",
    jobs=[plan_film],
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Takes in a plan that was edited (movies/<id>/plan/movie_plan.json), so that its difference is made.",
)
def plan_edits(context: dg.SensorEvaluationContext, studio: Studio) -> dg.SensorResult:
    """Ask for ``movie_plan`` of each film whose plan is not the one on record.

    A film without a record was never made: its first plan is nobody's edit. An edit that does not hold to the schema is
    told in the sensor's log, and waits for the next one.
    """
    films = Films.of(context, studio.place, PLAN)
    requests = []
    for film in films.changed():
        try:
            with film_lock(film.path):
                production = studio.peek(film.movie)
                recorded = production.store.current("movie_plan")
                if recorded is None or production.plan_is_current():
                    continue
        except SparkleError as error:
            films.told(film, error)
            continue
        # the time is part of the name: an edit that is taken back and made again is a new one
        edit = f"{film.plan_path.stat().st_mtime_ns:x}"
        requests.append(
            dg.RunRequest(
                run_key=f"{film.movie}:{recorded.fingerprint[:16]}:{edit}",
                partition_key=film.movie,
                tags={**run_tags(PREVIEW), MOVIE_TAG: film.movie},
            )
        )
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=unknown_movies(context.instance, {str(one.partition_key) for one in requests}),
        skip_reason=None if requests else dg.SkipReason("no plan was edited"),
        cursor=films.cursor,
    )
