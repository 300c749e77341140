"""Work that was cut off is asked for again: what a kill broke off, and what a pause held back.

Automation asks for each thing once. A run whose process was killed, and one that a pause ended, was asked for, made
nothing, and would be left to the night.
"""

from collections.abc import Iterator

import dagster as dg
from dagster._core.events import JobFailureData, RunFailureReason

from resources.errors import SparkleError
from sparkle_assets.automation.films import Films, unknown_movies
from sparkle_assets.automation.jobs import ASSETS_OF, finish_film, plan_film, render_shot
from sparkle_assets.automation.new_film import new_film
from sparkle_assets.automation.night import requests_for, what_is_missing
from sparkle_assets.automation.priorities import FILM, run_tags
from sparkle_assets.runs import ASKED_TAG, MOVIE_TAG, PID_TAG, movie_of_run
from sparkle_assets.studio import Studio

KILLED_TAG = "sparkle/killed"
"""How many runs for the same thing were killed before this one."""
AT_MOST = 2
"""So often a run is asked for again: what kills its process each time (memory, a broken driver) must not go on."""
CUT_OFF = (None, RunFailureReason.UNKNOWN, RunFailureReason.UNEXPECTED_TERMINATION, RunFailureReason.START_TIMEOUT)
"""What a failed run says that did not fail by itself."""
ASSETS = {job.name: set(ASSETS_OF[job.name]) for job in (plan_film, render_shot, finish_film)}
WISHES = ("pause_asked", "resume_asked", "stop_asked")


@dg.run_status_sensor(
    name="killed",
    run_status=dg.DagsterRunStatus.FAILURE,
    request_jobs=[new_film, plan_film, render_shot, finish_film],
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks again for what was being made when its process was killed, twice at most.",
)
def killed(context: dg.RunStatusSensorContext, studio: Studio) -> dg.SensorResult:
    """Ask for the assets of a run whose process is gone. One of the command line goes on when its command is given."""
    from resources.pipeline.control import read_control

    run = context.dagster_run
    before = int(run.tags.get(KILLED_TAG, 0))
    if PID_TAG in run.tags or ASKED_TAG in run.tags or not cut_off(context.dagster_event):
        return dg.SensorResult(skip_reason=dg.SkipReason("it failed by itself, or was told where it was made"))
    if before >= AT_MOST:
        return dg.SensorResult(skip_reason=dg.SkipReason(f"run {run.run_id} was killed {before + 1} times"))
    movie = movie_of_run(run)
    if movie is not None and read_control(studio.place.film(movie)).wish == "pause":
        return dg.SensorResult(skip_reason=dg.SkipReason(f"{movie} is paused"))
    return dg.SensorResult(run_requests=list(_same(run, before + 1)))


def cut_off(event: dg.DagsterEvent) -> bool:
    """Whether a run ended because its process did, not because something in it failed."""
    data = event.event_specific_data
    return not isinstance(data, JobFailureData) or (
        data.failure_reason in CUT_OFF and data.first_step_failure_event is None
    )


def _same(run: dg.DagsterRun, times: int) -> Iterator[dg.RunRequest]:
    """The run again, through jobs: a sensor cannot ask for the nameless one that automation uses."""
    tags = {**run_tags(int(run.tags.get("dagster/priority", FILM))), KILLED_TAG: str(times)}
    key = f"{run.run_id}:again"
    if run.job_name == new_film.name:
        yield dg.RunRequest(run_key=key, job_name=new_film.name, run_config=dict(run.run_config), tags=tags)
    partition = run.tags.get("dagster/partition")
    movie = movie_of_run(run)
    if partition is None or movie is None:
        return
    chosen = {asset.to_user_string() for asset in run.asset_selection or ()}
    for job, assets in ASSETS.items():
        wanted = chosen & assets if chosen else assets if job == run.job_name else set()
        if wanted:
            yield dg.RunRequest(
                run_key=f"{key}:{job}",
                job_name=job,
                partition_key=partition,
                asset_selection=[dg.AssetKey(asset) for asset in sorted(wanted)],
                tags={**tags, MOVIE_TAG: movie},
            )


@dg.sensor(
    name="resumed",
    jobs=[plan_film, render_shot, finish_film],
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for what a film is missing when somebody lets it go on (sparkle resume).",
)
def resumed(context: dg.SensorEvaluationContext, studio: Studio) -> dg.SensorResult:
    """Ask for what is missing, once for each time that a film was let go on; a film that was stopped stays stopped."""
    from resources.pipeline.control import RECORD
    from resources.store.timeline import read_timeline

    films = Films.of(context, studio.place, RECORD)
    requests: list[dg.RunRequest] = []
    for film in films.changed():
        try:
            wishes = [event for event in read_timeline(film.path) if event.event in WISHES]
            if not wishes or wishes[-1].event != "resume_asked":
                continue
            found = what_is_missing(context.instance, studio, film.movie)
        except SparkleError as error:
            films.told(film, error)
            continue
        requests += requests_for(found, f"{film.movie}:resumed:{wishes[-1].at}", FILM)
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=unknown_movies(
            context.instance, {one.tags[MOVIE_TAG] for one in requests if one.tags}
        ),
        skip_reason=None if requests else dg.SkipReason("no film was let go on"),
        cursor=films.cursor,
    )
