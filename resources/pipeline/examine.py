"""Holding a film back: what may not pass, and cannot be mended by itself, becomes a question to a person.

There is no cut until the answer. Every door comes through here: Dagster's blocking checks (:func:`examine` and its
like), whoever mends shots (:mod:`resources.pipeline.healing`), and the cut itself (:func:`hold_back`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from resources.errors import NeedsReview
from resources.media.assemble import CLIP
from resources.media.frames import grab_frames
from resources.pipeline.stages.cut import FILM
from resources.pipeline.takes import best, judged, so_far, takes_of
from resources.quality.decide import decide_shot
from resources.quality.readings import Measured
from schemas.decisions import QaDecision
from schemas.refs import Stage
from schemas.report import Finding, QAReport

if TYPE_CHECKING:
    from resources.pipeline.production import Production

SOUND = "dialogue.wav"
PICTURE = "image.png"
SHOWN: dict[Stage, str] = {"shot_images": PICTURE, "voice_tracks": SOUND, "lipsynced_clips": CLIP}
"""What a person looks at, or listens to, by the stage that is asked about."""


def errors(findings: Sequence[Finding]) -> list[Finding]:
    """Those that hold a film back."""
    return [finding for finding in findings if finding.severity == "error"]


def examine(film: Production, slot: str) -> Measured:
    """A shot that is made. What nothing mends is asked about."""
    return _examined(film, slot, film.measured_shot(slot))


def examine_image(film: Production, slot: str) -> Measured:
    """A keyframe, before it moves."""
    return _examined(film, slot, film.measured_image(slot))


def examine_voice(film: Production, slot: str) -> Measured:
    """The sound of a shot, before motion is made for it."""
    return _examined(film, slot, film.measured_voice(slot))


def hold_early(film: Production, slot: str) -> None:
    """Raise :class:`NeedsReview` when picture or sound of a shot have errors: no motion is made for them."""
    held = errors([*examine_image(film, slot).findings, *examine_voice(film, slot).findings])
    if held:
        raise held_by(film, held)


def hold_image(film: Production, slot: str) -> None:
    """Raise :class:`NeedsReview` when the keyframe of a shot has errors: nothing is made for it."""
    held = errors(examine_image(film, slot).findings)
    if held:
        raise held_by(film, held)


def hold_shot(film: Production, slot: str) -> None:
    """Raise :class:`NeedsReview` when a shot that is made has errors."""
    held = errors(examine(film, slot).findings)
    if held:
        raise held_by(film, held)


def hold_back(film: Production) -> None:
    """Raise :class:`NeedsReview` when a shot has errors that nobody approved. All of them are asked about first."""
    script = film.script
    held = []
    beside = film.relations()
    for shot in script.plan.shots:
        mine = [*film.measured_shot(script.slot(shot)).findings, *(one for one in beside if one.shot == shot.id)]
        if errors(mine):
            ask_about_shot(film, script.slot(shot), mine)
            held += errors(mine)
    if held:
        raise held_by(film, held)


def ask_about_film(film: Production, report: QAReport) -> None:
    """Ask a person about the finished film when its report escalates."""
    if report.verdict == "escalate":
        _ask(film, "final_cut", None, report.findings, FILM)


def ask_about_shot(film: Production, slot: str, findings: Sequence[Finding]) -> None:
    """Ask a person about a shot: about each of its artifacts that an error lies in, by itself."""
    parted: dict[Stage, list[Finding]] = {}
    for finding in errors(findings):
        parted.setdefault(lies_in(film, finding, slot), []).append(finding)
    for stage, found in parted.items():
        _ask(film, stage, slot, found, SHOWN[stage])


def lies_in(film: Production, finding: Finding, slot: str) -> Stage:
    """The artifact of a shot that shows a finding: its picture, its sound, else its final frames."""
    rule = film.policy.rule(finding.reason)
    stage = None if rule is None else rule.stage
    made = "lipsynced_clips" not in film.state(slot).stale
    if stage == "voice_tracks":
        return "voice_tracks"
    return "lipsynced_clips" if made else "shot_images"


def decision_on(film: Production, slot: str, findings: Sequence[Finding]) -> QaDecision:
    """What the policy says of these findings of a shot, after the takes it has had. Nobody is asked."""
    shot = film.script.shot(slot)
    takes = judged(takes_of(film.film, film.script.plan, shot.id or ""), findings, {})
    return decide_shot(findings, film.policy, so_far(takes, own=shot.media is not None))


def held_by(film: Production, held: Sequence[Finding]) -> NeedsReview:
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


def _examined(film: Production, slot: str, told: Measured) -> Measured:
    """``told``; a person is asked when nothing else will come of it: no repair, no take left, and none was better."""
    if errors(told.findings) and decision_on(film, slot, told.findings).verdict == "escalate":
        takes = takes_of(film.film, film.script.plan, film.script.shot(slot).id or "")
        if best(judged(takes, told.findings, {})) == takes.current:
            ask_about_shot(film, slot, told.findings)
    return told


def _ask(film: Production, stage: Stage, slot: str | None, findings: Sequence[Finding], media: str) -> None:
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
        return [] if image is None else [film.store.path(image) / PICTURE]

    shot = None if slot is None else film.script.shot(slot).id
    film.reviews.ask(ref, held, shot=shot, media=path, pictures=pictures)
