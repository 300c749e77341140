"""Decisions as artifacts: a question that was answered once is never asked again.

``movies/<id>/decisions/<agent>/<key>.json`` holds question, answer and what it took; the raw text of every attempt
lies beside it in ``<key>/``. The key hashes all that decides an answer: agent, model, prompt version, seed, content
and the schema of the answer. Reading a record is cheap and never imports google-adk, so a film with nothing to do asks
nobody. A record that was damaged is told and asked again, never trusted.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from resources.agents.ask import Answer, Question, ask
from resources.agents.budget import Budget
from resources.config import first_fault
from resources.errors import SparkleError
from resources.store.atomic import write_json
from resources.store.fingerprint import digest
from resources.store.timeline import now, write_memory_event
from schemas.decisions import AttemptRecord, DecisionRecord, DecisionSource
from schemas.refs import Stage

T = TypeVar("T", bound=BaseModel)
FOLDER = "decisions"
NAME = 24
"""Hex digits of a key that name its file, as with the folders of artifacts."""

logger = logging.getLogger("sparkle.decisions")
_locks: dict[Path, threading.Lock] = {}
"""One for each record: two threads that need one decision ask for it once. Between processes stands the film lock."""


@dataclass(frozen=True)
class Decided(Generic[T]):
    """A decision that holds, and where it came from."""

    value: T
    source: DecisionSource

    @property
    def told(self) -> dict[str, Any]:
        """Both as JSON data, as they stand in a sidecar."""
        return {"value": self.value.model_dump(mode="json"), **self.source.model_dump(mode="json")}


class Memo:
    """The decisions of one film, in ``film``; ``budget`` pays for those that have to be asked for."""

    def __init__(self, film: Path, budget: Budget | None = None) -> None:
        self.film = film
        self.budget = budget
        self._read: dict[str, Decided[Any]] = {}

    def known(self, question: Question[T]) -> T | None:
        """The answer that was given before, or None. Writes nothing and asks nobody."""
        found = self.find(question)
        return found.value if found is not None else None

    def take(self, question: Question[T]) -> T:
        """The answer that was given before, else the one that is given now. Raises what asking raises."""
        return self.decide(question).value

    def find(self, question: Question[T]) -> Decided[T] | None:
        """As :meth:`known`, with where it came from."""
        return self._find(question, key_of(question))[0]

    def decide(
        self, question: Question[T], *, stage: Stage | None = None, slot: str | None = None, shot: str | None = None
    ) -> Decided[T]:
        """As :meth:`take`, with where it came from; ``stage``, ``slot`` and ``shot`` go into the film's timeline."""
        key = key_of(question)
        path = self.path(question.agent, key)
        with _locks.setdefault(path, threading.Lock()):
            found, fault = self._find(question, key)
            if found is not None:
                return found
            where: dict[str, Any] = {"stage": stage, "slot": slot, "shot": shot}
            if fault:
                logger.warning("%s is damaged (%s) and is asked for again", path.relative_to(self.film), fault)
                write_memory_event(self.film, "decision_damaged", **where, memo=key, agent=question.agent, fault=fault)
            answer = ask(question, budget=self.budget, keep=path.with_suffix(""))
            record = _record(question, key, answer)
            write_json(path, record.model_dump(mode="json"))
            write_memory_event(
                self.film,
                "decided",
                **where,
                memo=key,
                agent=record.agent,
                model=record.model,
                attempts=len(record.attempts),
                input_tokens=record.input_tokens,
                output_tokens=record.output_tokens,
                amount=record.amount,
                seconds=record.seconds,
            )
            decided = self._read[key] = Decided(answer.value, _source(record))
            return decided

    def path(self, agent: str, key: str) -> Path:
        """The file of a record."""
        return self.film / FOLDER / agent / f"{key[:NAME]}.json"

    def _find(self, question: Question[T], key: str) -> tuple[Decided[T] | None, str]:
        """What is on record, or why what is there does not hold (empty: nothing is there)."""
        if key not in self._read:
            try:
                data = self.path(question.agent, key).read_bytes()
            except FileNotFoundError:
                return None, ""
            except OSError as error:
                return None, str(error.strerror or error)
            try:
                self._read[key] = _whole(question, key, data)
            except ValidationError as error:
                return None, first_fault(error)
            except (ValueError, SparkleError) as error:
                return None, str(error)
        return self._read[key], ""


def key_of(question: Question[T]) -> str:
    """The hash over all that decides the answer to ``question``."""
    return digest(
        {
            "agent": question.agent,
            "model": question.model,
            "prompt_version": question.prompt_version,
            "seed": question.seed,
            "content": question.content,
            "schema": _schema_digest(question.schema),
        }
    )


@cache
def _schema_digest(schema: type[BaseModel]) -> str:
    return digest(schema.model_json_schema())


def _whole(question: Question[T], key: str, data: bytes) -> Decided[T]:
    """The decision in a record. Raises :class:`ValueError` or :class:`SparkleError` unless all of it holds."""
    record = DecisionRecord.model_validate_json(data)
    if record.key != key:
        raise ValueError("it is the record of another question")
    if record.seal != _seal(record.model_dump(mode="json", exclude={"seal"})):
        raise ValueError("its seal does not hold")
    value = question.schema.model_validate(record.value)
    if question.check is not None:
        question.check(value)
    return Decided(value, _source(record))


def _record(question: Question[T], key: str, answer: Answer[T]) -> DecisionRecord:
    attempts = [
        AttemptRecord(
            number=one.number,
            error=one.error,
            input_tokens=one.input_tokens,
            output_tokens=one.output_tokens,
            seconds=one.seconds,
        )
        for one in answer.attempts
    ]
    held = {
        "schema_version": 1,
        "key": key,
        "agent": question.agent,
        "model": question.model,
        "prompt_version": question.prompt_version,
        "seed": question.seed,
        "answer_schema": question.schema.__name__,
        "content": dict(question.content),
        "value": answer.value.model_dump(mode="json"),
        "model_version": answer.model_version,
        "attempts": [one.model_dump(mode="json") for one in attempts],
        "input_tokens": answer.input_tokens,
        "output_tokens": answer.output_tokens,
        "amount": answer.amount,
        "seconds": answer.seconds,
        "at": now(),
    }
    return DecisionRecord.model_validate({**held, "seal": _seal(held)})


def _seal(held: Mapping[str, Any]) -> str:
    return digest(held)


def _source(record: DecisionRecord) -> DecisionSource:
    return DecisionSource(
        agent=record.agent,
        model=record.model,
        model_version=record.model_version,
        prompt_version=record.prompt_version,
        memo=record.key,
    )
