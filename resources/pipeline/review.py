"""A person's yes or no to what quality holds back, kept with the film.

A shot or a film whose findings may not pass becomes a question: one file in ``movies/<id>/review/`` with the findings
and frames to look at. Whoever answers it (the command line, the ADK Workflow) writes the answer into that file, and
whoever holds the film back (the cut, Dagster's checks, the report) reads it there; nothing else remembers it.

An answer is good for one artifact, known by its fingerprint, and for the reasons it was asked for. Another take, or a
new reason, is another question.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from resources.config import first_fault
from resources.errors import InputError, Missing, StoreFault
from resources.pipeline.quarantine import let_out, put_aside
from resources.store.artifacts import Artifacts
from resources.store.atomic import disk_errors, write_json
from resources.store.fingerprint import digest
from resources.store.locks import short_lock
from resources.store.timeline import now, write_memory_event
from schemas.refs import AssetRef
from schemas.report import Finding
from schemas.review import Decision, ReviewAnswer, ReviewNote, ReviewQuestion

Words = TypeVar("Words", ReviewAnswer, ReviewNote)
FOLDER = "review"
MAX_FRAMES = 6
"""Pictures beside one question."""

logger = logging.getLogger("sparkle.review")


class Reviews:
    """All questions about one film."""

    def __init__(self, store: Artifacts) -> None:
        self.store = store
        self.folder = store.film.path / FOLDER

    # -- looking -----------------------------------------------------------------------------------------------

    def all(self) -> list[ReviewQuestion]:
        """Every question that was ever asked, oldest first. Raises :class:`StoreFault` for a damaged one."""
        if not self.folder.is_dir():
            return []
        found = [self._read(path) for path in sorted(self.folder.glob("*.json"))]
        return sorted(found, key=lambda question: (question.asked, question.id))

    def current(self) -> list[ReviewQuestion]:
        """Questions about what is in the film now; a retaken shot has left its questions behind."""
        found = []
        for question in self.all():
            ref = self.store.current(question.stage, question.slot)
            if ref is not None and ref.fingerprint == question.fingerprint:
                found.append(question)
        return found

    def open(self) -> list[ReviewQuestion]:
        """Current questions that wait for an answer."""
        return [question for question in self.current() if question.decision is None]

    # -- asking ------------------------------------------------------------------------------------------------

    def ask(
        self,
        ref: AssetRef,
        findings: Iterable[Finding],
        *,
        shot: str | None,
        media: Path,
        pictures: Callable[[Path], list[Path]],
    ) -> ReviewQuestion:
        """The question about an artifact, asked the first time it is needed.

        ``pictures`` writes frames to look at into the folder it is given, or names some that are there already.
        """
        held = [finding for finding in findings if finding.severity == "error"]
        reasons = sorted({finding.reason for finding in held})
        name = digest([ref.stage, ref.slot, ref.fingerprint, reasons])[:16]
        path = self.folder / f"{name}.json"
        if path.exists():
            return self._read(path)
        shown = self.folder / name
        with disk_errors(shown):
            shown.mkdir(parents=True, exist_ok=True)
            frames = [str(frame.relative_to(self.store.film.path)) for frame in pictures(shown)[:MAX_FRAMES]]
        question = ReviewQuestion(
            id=name,
            movie=self.store.film.movie,
            stage=ref.stage,
            slot=ref.slot,
            shot=shot,
            fingerprint=ref.fingerprint,
            findings=held,
            media=str(put_aside(self.store.film.path, name, media).relative_to(self.store.film.path)),
            frames=frames,
            asked=now(),
        )
        self._write(question)
        self._tell(question, "review_asked", reasons=reasons)
        logger.info("%s waits for a person: %s", question.shot or question.movie, ", ".join(reasons))
        return question

    # -- answering ---------------------------------------------------------------------------------------------

    def answer(self, name: str, decision: Decision, note: str = "") -> ReviewQuestion:
        """Answer a question; the same answer again changes nothing. Raises :class:`Missing`."""
        with short_lock(self.folder / ".lock"):
            question = self.question(name)
            last = question.answers[-1] if question.answers else None
            if last is not None and last.decision == decision and note in ("", last.note):
                return question
            given = _written(ReviewAnswer, decision=decision, note=note)
            question = question.model_copy(update={"answers": [*question.answers, given]})
            self._write(question)
            if decision == "approve":
                question = self._let_out(question)
        self._tell(question, "review_answered", decision=decision, note=note)
        return question

    def _let_out(self, question: ReviewQuestion) -> ReviewQuestion:
        """End the quarantine of what a person said yes to: its media is the artifact's own again."""
        ref = self.store.current(question.stage, question.slot)
        if ref is not None and ref.fingerprint == question.fingerprint:
            media = self.store.path(ref) / Path(question.media).name
            question = question.model_copy(update={"media": str(media.relative_to(self.store.film.path))})
            self._write(question)
            let_out(self.store.film.path, question.id)
        return question

    def note(self, name: str, text: str) -> ReviewQuestion:
        """Write something beside a question without answering it. Raises :class:`Missing`."""
        with short_lock(self.folder / ".lock"):
            question = self.question(name)
            question = question.model_copy(update={"notes": [*question.notes, _written(ReviewNote, text=text)]})
            self._write(question)
        self._tell(question, "review_noted", note=text)
        return question

    def question(self, name: str) -> ReviewQuestion:
        """The question with this id. Raises :class:`Missing`."""
        for question in self.all():
            if question.id == name:
                return question
        raise Missing(f"film {self.store.film.movie!r} has no question {name[:32]!r}")

    # -- honouring ---------------------------------------------------------------------------------------------

    def approved(self, refs: Iterable[AssetRef]) -> list[ReviewQuestion]:
        """Questions about these artifacts that a person answered with yes."""
        wanted = {(ref.stage, ref.slot, ref.fingerprint) for ref in refs}
        return [q for q in self.all() if q.decision == "approve" and (q.stage, q.slot, q.fingerprint) in wanted]

    def settle(self, refs: Iterable[AssetRef], findings: list[Finding]) -> list[Finding]:
        """``findings`` of these artifacts, those that a person approved lowered to "info"."""
        if not any(finding.severity == "error" for finding in findings):
            return findings
        answers = {reason: q.answers[-1] for q in self.approved(refs) for reason in q.reasons}
        return [_lowered(f, answers[f.reason]) if f.reason in answers else f for f in findings]

    # -- files -------------------------------------------------------------------------------------------------

    def _read(self, path: Path) -> ReviewQuestion:
        try:
            return ReviewQuestion.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            why = first_fault(error) if isinstance(error, ValidationError) else str(error.strerror)
            raise StoreFault(
                f"a review question is damaged: {why}", where=str(path), hint="delete it, and it is asked again"
            ) from None

    def _write(self, question: ReviewQuestion) -> None:
        write_json(self.folder / f"{question.id}.json", question.model_dump(mode="json"))

    def _tell(self, question: ReviewQuestion, event: str, **data: object) -> None:
        write_memory_event(
            self.store.film.path,
            event,
            stage=question.stage,
            slot=question.slot,
            shot=question.shot,
            question=question.id,
            fingerprint=question.fingerprint,
            **data,
        )


def _written(model: type[Words], **given: str) -> Words:
    """What a person wrote, as a record. Raises :class:`InputError`."""
    try:
        return model.model_validate({**given, "at": now()})
    except ValidationError as error:
        raise InputError(first_fault(error)) from None


def _lowered(finding: Finding, answer: ReviewAnswer) -> Finding:
    if finding.severity != "error":
        return finding
    note = f": {answer.note}" if answer.note else ""
    return finding.model_copy(
        update={"severity": "info", "message": f"{finding.message}; approved by a person{note}".lstrip("; ")}
    )
