"""A run that failed is told: in the film's timeline, and where somebody wants to hear of it."""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from resources import errors
from resources.errors import NeedsReview, PassingFault, Paused, SparkleError
from sparkle_assets.automation.notify import notify
from sparkle_assets.runs import ASKED_TAG, PID_TAG, movie_of_run
from sparkle_assets.studio import Studio

HELD = NeedsReview.__name__
"""A blocking check stopped the run: nothing broke, the film is held."""


@dg.run_failure_sensor(
    name="failures",
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Writes every failed run into its film's timeline and, with SPARKLE_NOTIFY set, tells somebody.",
)
def failures(context: dg.RunFailureSensorContext, studio: Studio) -> None:
    """Tell a failed run once; one of the command line was told there."""
    run = context.dagster_run
    if PID_TAG in run.tags or ASKED_TAG in run.tags:
        return
    record_failure(studio, run, context.failure_event.message or "", context.get_step_failure_events())


def record_failure(studio: Studio, run: dg.DagsterRun, message: str, steps: Sequence[dg.DagsterEvent]) -> None:
    """Write a failure into the timeline of its film, once a run, and send it where SPARKLE_NOTIFY says."""
    from resources.store.timeline import read_timeline, write_memory_event

    told = fault_of(message, steps)
    if told["kind"] == Paused.__name__:  # somebody's wish, which the timeline has
        return
    movie = movie_of_run(run)
    try:
        folder = None if movie is None else studio.place.known(movie).path
        if folder is not None:
            before = (event.data for event in read_timeline(folder) if event.event == "run_failed")
            if any(data.get("run_id") == run.run_id for data in before):
                return
            write_memory_event(folder, "run_failed", job=run.job_name, run_id=run.run_id, **told)
    except SparkleError as error:  # no film, or no timeline to write to: whoever is notified still hears of the run
        told["error"] = f"{told['error']} (and it could not be noted in the film: {error})"
    again = "; it may pass when it is made again" if told["passing"] else ""
    notify(f"sparkle: {movie or run.job_name} failed", f"{told['error']}{again}")


def failure_of(message: str, steps: Sequence[dg.DagsterEvent], movie: str) -> SparkleError:
    """The error of a failed run, as the pipeline raised it where it was made; its kind is that of its family."""
    for step in steps:
        failure = step.step_failure_data.user_failure_data
        if failure is None:
            continue
        told = {name: str(value.value) for name, value in failure.metadata.items()}
        kind = getattr(errors, told.get("family", ""), errors.Faulty)
        where, hint = (told.get(name, "-") for name in ("where", "hint"))
        text = told.get("message") or failure.description or message
        return kind(text, where="" if where == "-" else where, hint="" if hint == "-" else hint)
    told_of = fault_of(message, steps)
    if told_of["kind"] == HELD:
        hint = f"look with `sparkle review {movie}`; `sparkle retake {movie} SHOT` makes it again"
        return NeedsReview(f"a check failed and holds the film: {told_of['error']}", where=movie, hint=hint)
    return errors.Faulty(told_of["error"], where=movie, hint="the run's log in the UI has the rest")


def fault_of(message: str, steps: Sequence[dg.DagsterEvent]) -> dict[str, Any]:
    """What failed in a run: the pipeline's own error where there is one, told by its first step.

    ``passing`` says whether the same may work later (:class:`PassingFault`): a busy device, a time-out. Everything else
    fails again until somebody changes something.
    """
    for step in steps:
        data = step.step_failure_data
        failure = data.user_failure_data
        if failure is not None:
            told = {name: value.value for name, value in failure.metadata.items()}
            return {
                "error": _line(failure.description or message),
                "kind": str(told.get("kind", "Failure")),
                "passing": told.get("passing") is True,
            }
        if data.error is not None:
            name = data.error.cls_name or "Error"
            kind = HELD if name == "DagsterAssetCheckFailedError" else name
            cause = data.error  # Dagster wraps what nobody foresaw
            while cause.cause is not None and kind != HELD:
                cause = cause.cause
            return {"error": _line(cause.message), "kind": kind, "passing": name == PassingFault.__name__}
    return {"error": _line(message) or "the run ended without saying why", "kind": "RunFailed", "passing": False}


def _line(text: str) -> str:
    return " ".join(text.split())[:600]
