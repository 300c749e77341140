"""`sparkle review`: a person looks at what quality holds back, and says yes, no, or something about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resources.errors import InputError, Missing, one_line
from sparkle_assets.cli.common import answer, home_option, json_option, open_home

if TYPE_CHECKING:
    from resources.pipeline.review import Reviews
    from schemas.review import Decision, ReviewQuestion

MAX_NOTE = 2000


@click.command()
@click.argument("movie")
@click.argument("shot", required=False)
@click.option("--approve", "decision", flag_value="approve", help="It may pass as it is.")
@click.option("--reject", "decision", flag_value="reject", help="It stays held; `sparkle retake` makes it again.")
@click.option("--note", default="", help="Why; kept with the answer, or by itself beside the question.")
@home_option
@json_option
def review(movie: str, shot: str | None, decision: Decision | None, note: str, home: Path, as_json: bool) -> int:
    """Show what waits for a person in MOVIE, with the findings and frames to look at, or answer it.

    An answer is for every question that waits; with SHOT (its id, or "film") for those about it. It is good for
    exactly what was looked at: another take is another question.
    """
    from resources.pipeline.review import Reviews
    from resources.store.artifacts import Artifacts

    if len(note) > MAX_NOTE:
        raise InputError(f"a note has at most {MAX_NOTE:,} characters")
    store = open_home(home)
    reviews = Reviews(Artifacts(store.existing(movie), store.root))
    if decision is None and not note:
        found = _about(reviews.current(), shot)
    else:
        found = _answer(reviews, shot, decision, note.strip())
    waiting = reviews.open()
    value = {
        "movie": movie,
        "questions": [_value(reviews, question) for question in found],
        "waiting": [question.id for question in waiting],
    }
    answer(value, "\n".join(_lines(reviews, movie, found, waiting)), as_json=as_json)
    return 0


def _about(questions: list[ReviewQuestion], shot: str | None) -> list[ReviewQuestion]:
    """Those about ``shot``; all when it is None. Raises :class:`Missing` when there are none about it."""
    found = [question for question in questions if shot is None or (question.shot or "film") == shot]
    if shot is not None and not found:
        about = sorted({question.shot or "film" for question in questions})
        raise Missing(f"nothing asks about {shot[:64]!r}", hint=f"questions are about: {', '.join(about) or 'nothing'}")
    return found


def _answer(reviews: Reviews, shot: str | None, decision: Decision | None, note: str) -> list[ReviewQuestion]:
    """Answer what waits; when nothing does, what was answered before, so that saying it twice is saying it once."""
    current = _about(reviews.current(), shot)
    if not current:
        raise Missing(
            "nothing waits for a person", hint=f"`sparkle qa {reviews.store.film.movie}` shows what was measured"
        )
    asked = [question for question in current if question.decision is None] or current
    if decision is None:
        return [reviews.note(question.id, note) for question in asked]
    return [reviews.answer(question.id, decision, note) for question in asked]


def _value(reviews: Reviews, question: ReviewQuestion) -> dict[str, Any]:
    """A question for a script: its paths are absolute."""
    folder = reviews.store.film.path
    return {
        **question.model_dump(mode="json"),
        "decision": question.decision,
        "media": str(folder / question.media),
        "frames": [str(folder / frame) for frame in question.frames],
    }


def _lines(reviews: Reviews, movie: str, found: list[ReviewQuestion], waiting: list[ReviewQuestion]) -> list[str]:
    lines = []
    for question in found:
        state = {"approve": "approved", "reject": "rejected", None: "waits for you"}[question.decision]
        lines.append(f"{question.shot or 'film'}: {state}")
        for finding in question.findings:
            number = f"{finding.value:g} {finding.unit} (limit {finding.limit:g})"
            lines.append(f"  {finding.reason}: {one_line(finding.message or number)}")
        lines += [f"  look at {reviews.store.film.path / name}" for name in (*question.frames, question.media)]
        lines += [f"  note: {one_line(note.text)}" for note in question.notes]
        lines += [f"  note: {one_line(given.note)}" for given in question.answers[-1:] if given.note]
    rejected = [question.shot for question in found if question.decision == "reject" and question.shot]
    if waiting:
        lines.append(f"answer with `sparkle review {movie} --approve` or `--reject`, and --note TEXT if you like")
    elif rejected:
        lines.append(f"make another take: sparkle retake {movie} {rejected[0]}")
    elif found:
        lines.append(f"go on with: sparkle make --movie {movie}")
    return lines or ["nothing waits for a person"]
