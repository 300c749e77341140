"""The inbox: a file that is dropped becomes a film, once."""

import time

import dagster as dg

from resources.errors import Busy, InputError, Paused, SparkleError
from resources.store.inbox import Inbox, looks_from, looks_to
from sparkle_assets.automation.films import launched, unknown_movies
from sparkle_assets.automation.jobs import plan_film
from sparkle_assets.automation.priorities import PREVIEW, run_tags
from sparkle_assets.runs import MOVIE_TAG
from sparkle_assets.studio import Studio

NAME = "inbox"
AT_MOST_S = 20.0
"""A tick reads files for so long and goes on in the next one; Dagster gives it 60 s."""


@dg.sensor(
    name=NAME,
    jobs=[plan_film],
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a film for each idea (.txt), screenplay (.fountain) and plan (.json) in SPARKLE_HOME/inbox.",
)
def inbox(context: dg.SensorEvaluationContext, studio: Studio) -> dg.SensorResult:
    """Ask for the plan of each film that a dropped file means; all the rest follows from its plan.

    A file stays where it is until its run is known to be launched, so a daemon that dies in between asks again, under
    the same run key.
    """
    from resources.pipeline.intake import take_in_file

    folder = Inbox(studio.place.root / "inbox")
    folder.prepare()
    begun = time.monotonic()
    settled, looks = folder.look(looks_from(context.cursor), time.time())
    wanted: dict[str, str] = {}
    for name in settled:
        if time.monotonic() - begun > AT_MOST_S:
            break
        try:
            data = folder.read(name)
            if data is None:
                continue
            found = take_in_file(
                studio.place,
                name,
                data,
                profile=studio.profile,
                beside=folder.folder,
                used=lambda key: _used(context.instance, key),
            )
            if launched(context.instance, NAME, found.run_key):
                folder.accept(name)
                continue
        except InputError as error:
            why = reason(error, name)
            context.log.warning(f"{name!r} is rejected: {why}")
            folder.reject(name, why)
            continue
        except (Busy, Paused) as error:
            context.log.info(f"{name!r} waits: {error}")
            continue
        except SparkleError as error:  # a full disk, a missing model: nothing is wrong with the file
            context.log.error(f"{name!r} waits: {error}")
            continue
        if found.note:
            context.log.info(f"{name!r}: {found.note}")
        wanted[found.run_key] = found.movie
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(run_key=key, partition_key=movie, tags={**run_tags(PREVIEW), MOVIE_TAG: movie})
            for key, movie in wanted.items()
        ],
        dynamic_partitions_requests=unknown_movies(context.instance, set(wanted.values())),
        skip_reason=None if wanted else dg.SkipReason(f"nothing new among {len(looks)} files"),
        cursor=looks_to(looks),
    )


def reason(error: SparkleError, name: str) -> str:
    """Why a file is rejected, in a line; it lies beside the file, so it does not name it."""
    where = "" if error.where.endswith(name) else f"{error.where}: "
    return f"{where if error.where else ''}{error.message}{f' ({error.hint})' if error.hint else ''}"


def _used(instance: dg.DagsterInstance, key: str) -> bool:
    return bool(instance.get_runs(dg.RunsFilter(tags={"dagster/run_key": key, "dagster/sensor_name": NAME}), limit=1))
