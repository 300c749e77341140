"""Holding a film back: findings that may not pass become questions to a person, and there is no cut until the answer.

Both doors come through here: Dagster's blocking checks (:func:`examine`, :func:`examine_voice`) and the cut itself
(:func:`hold_back`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from resources.errors import NeedsReview
from resources.media.assemble import CLIP
from resources.media.frames import grab_frames
from resources.pipeline.stages.cut import FILM
from schemas.refs import Stage
from schemas.report import Finding, QAReport

if TYPE_CHECKING:
    from resources.pipeline.production import Production

SOUND = "dialogue.wav"


def errors(findings: list[Finding]) -> list[Finding]:
    """Those that hold a film back."""
    return [finding for finding in findings if finding.severity == "error"]


def examine(film: Production, slot: str) -> list[Finding]:
    """What is wrong with a shot that is made; picture and sound that may not pass are asked about, each by itself."""
    found = film.findings(slot)
    if errors(found):
        sound = examine_voice(film, slot)
        _ask(film, "lipsynced_clips", slot, [finding for finding in found if finding not in sound], CLIP)
    return found


def examine_voice(film: Production, slot: str) -> list[Finding]:
    """What is wrong with the sound of a shot; when it may not pass, a person is asked."""
    found = film.voice_findings(slot)
    _ask(film, "voice_tracks", slot, found, SOUND)
    return found


def hold_voice(film: Production, slot: str) -> None:
    """Raise :class:`NeedsReview` when the sound of a shot has errors that nobody approved: no motion is made for it."""
    held = errors(examine_voice(film, slot))
    if held:
        raise _held(film, held)


def ask_about_film(film: Production, report: QAReport) -> None:
    """Ask a person about the finished film when its report escalates."""
    if report.verdict == "escalate":
        _ask(film, "final_cut", None, report.findings, FILM)


def hold_back(film: Production) -> None:
    """Raise :class:`NeedsReview` when a shot has errors that nobody approved. All of them are asked about first."""
    script = film.script
    held = [f for shot in script.plan.shots for f in errors(examine(film, script.slot(shot)))]
    if held:
        raise _held(film, held)


def _held(film: Production, held: list[Finding]) -> NeedsReview:
    """Why the film is held back, and what a person can do about it."""
    movie, first, shots = film.film.movie, held[0], {finding.shot for finding in held}
    rejected = first.shot in {question.shot for question in film.reviews.current() if question.decision == "reject"}
    retake = f"`sparkle retake {movie} {first.shot}` makes it again"
    return NeedsReview(
        f"shot {first.shot} holds the film: {first.reason}, {first.message}"
        + (", and a person rejected it" if rejected else "")
        + (f" (and {len(shots) - 1} more)" if len(shots) > 1 else ""),
        where="final_cut",
        hint=retake if rejected else f"look with `sparkle review {movie}`; {retake}",
    )


def _ask(film: Production, stage: Stage, slot: str | None, findings: list[Finding], media: str) -> None:
    held = errors(findings)
    if not held:
        return
    ref = film.ref(stage, slot)
    path = film.store.path(ref) / media
    numbers = [finding.frame for finding in held if finding.frame is not None]

    def pictures(folder: Path) -> list[Path]:
        if path.suffix == ".mp4":
            return grab_frames(path, numbers or [0, ref.facts["frames"] // 2], folder)
        image = film.store.current("shot_images", slot)
        return [] if image is None else [film.store.path(image) / "image.png"]

    shot = None if slot is None else film.script.shot(slot).id
    film.reviews.ask(ref, held, shot=shot, media=path, pictures=pictures)
