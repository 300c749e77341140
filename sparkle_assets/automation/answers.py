"""A person's yes lets a film go on, whichever door it was given at."""

from typing import TYPE_CHECKING

import dagster as dg

from resources.errors import SparkleError
from sparkle_assets.automation.films import DATABASE, REVIEW, Films, unknown_movies
from sparkle_assets.automation.jobs import finish_film, render_shot
from sparkle_assets.automation.priorities import RETAKE, run_tags
from sparkle_assets.partitions import shot_key
from sparkle_assets.runs import MOVIE_TAG
from sparkle_assets.studio import Studio

if TYPE_CHECKING:
    from resources.pipeline.production import Production
    from schemas.review import ReviewQuestion


@dg.sensor(
    name="review_answers",
    jobs=[render_shot, finish_film],
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Lets a film go on when a person has answered what was asked about it (movies/<id>/review).",
)
def review_answers(context: dg.SensorEvaluationContext, studio: Studio) -> dg.SensorResult:
    """Ask for what an answer sets free, once an answer.

    A yes to a shot asks for that shot again: what is made stays, its checks learn of the yes, and motion is made for a
    sound that was held. When nothing else holds the film, its cut and report are asked for. A no to a shot keeps it
    held; a no to the film has its report say so.
    """
    films = Films.of(context, studio.place, *DATABASE, REVIEW)
    requests: list[dg.RunRequest] = []
    for film in films.changed():
        try:
            production = studio.peek(film.movie)
            answered = [question for question in production.reviews.current() if question.decision is not None]
            for question in answered:
                requests += _set_free(production, question)
        except SparkleError as error:
            films.told(film, error)
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=unknown_movies(
            context.instance, {one.tags[MOVIE_TAG] for one in requests if one.tags}
        ),
        skip_reason=None if requests else dg.SkipReason("nobody has answered anything new"),
        cursor=films.cursor,
    )


def _set_free(film: "Production", question: "ReviewQuestion") -> list[dg.RunRequest]:
    """The runs that an answer asks for, each under a name that holds the answer."""
    movie = film.film.movie
    name = f"{movie}:{question.id}:{len(question.answers)}"
    tags = {**run_tags(RETAKE), MOVIE_TAG: movie}
    asked = []
    if question.slot is not None:
        if question.decision == "reject":
            return []
        asked.append(
            dg.RunRequest(
                run_key=f"{name}:shot",
                job_name=render_shot.name,
                partition_key=shot_key(movie, question.slot),
                tags=tags,
            )
        )
    slots = [film.script.slot(shot) for shot in film.script.plan.shots]
    held = [one for one in film.reviews.current() if one.slot is not None and one.decision != "approve"]
    if not held and all(not film.state(slot).stale for slot in slots):
        asked.append(dg.RunRequest(run_key=f"{name}:film", job_name=finish_film.name, partition_key=movie, tags=tags))
    return asked
