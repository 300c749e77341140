"""From what a model said to a value that holds, or to the line that says why not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from resources.agents.errors import AnswerCut, AnswerInvalid, AnswerNotJson, AnswerOffSchema, AnswerRefused, ModelFault
from resources.errors import InputError, SparkleError

if TYPE_CHECKING:
    from google.adk.events import Event

T = TypeVar("T", bound=BaseModel)
MAX_TOLD = 12
"""Errors of one answer that are sent back; a model that made more of them mends the first ones first."""
_EMPTY = "MODEL_RETURNED_NO_CONTENT"
"""ADK's code for an empty answer: it goes back to the model like any other that is not JSON."""
_ENDS = ("", "STOP", "MAX_TOKENS", "OTHER", "FINISH_REASON_UNSPECIFIED")
"""Reasons to stop that are no refusal."""
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"\A```(?:json)?\s*\n(.*)\n```\Z", re.DOTALL)


@dataclass
class Reply:
    """What a model said in one run of an agent."""

    text: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    model_version: str = ""
    cut: bool = False
    """It stopped at the most tokens it may give."""
    fault: SparkleError | None = None
    """Why there is no answer at all: the model declined, or raised."""
    notes: dict[str, Any] = field(default_factory=dict)
    """What the model class recorded about how it asked."""

    def take(self, event: Event) -> None:
        """Add one event of the run."""
        if event.usage_metadata:
            usage = event.usage_metadata
            self.input_tokens += usage.prompt_token_count or 0
            self.output_tokens += (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
        self.model_version = event.model_version or self.model_version
        self.notes.update(event.custom_metadata or {})
        reason = event.finish_reason.name if event.finish_reason else ""
        self.cut = self.cut or reason == "MAX_TOKENS"
        code = event.error_code or (reason if reason not in _ENDS else "")
        if code and code != _EMPTY and not self.cut:
            self.fault = ModelFault(f"the model declined to answer: {code} {event.error_message or ''}"[:300])
        if event.content and event.content.role == "model":
            said = (part.text for part in event.content.parts or [] if part.text and not part.thought)
            self.text += _writable("".join(said))


def _writable(text: str) -> str:
    """``text`` without halves of surrogate pairs, which JSON may hold (``"\\ud800"``) and no file can."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_answer(
    reply: Reply, schema: type[T], check: Callable[[T], None] | None, most_tokens: int
) -> tuple[T | None, AnswerInvalid | None]:
    """The value of ``reply``, or the error that says why it does not hold."""
    if reply.cut:
        return None, AnswerCut(f"the answer was cut off at {most_tokens} tokens; give a shorter one")
    try:
        data = parse_json(reply.text)
    except ValueError as error:
        return None, AnswerNotJson(f"the answer is not one JSON object: {error}")
    try:
        value = schema.model_validate(data)
    except ValidationError as error:
        return None, AnswerOffSchema(all_faults(error))
    try:
        if check is not None:
            check(value)
    except AnswerInvalid as error:
        return None, error
    except InputError as error:
        return None, AnswerRefused(str(error))
    return value, None


def parse_json(text: str) -> dict[str, Any]:
    """The JSON object in ``text``; a fence around it, and thoughts before it, are taken off.

    Raises :class:`ValueError` saying where it stops being one.
    """
    text = _THOUGHT.sub("", text).strip()
    fenced = _FENCE.match(text)
    if fenced:
        text = fenced[1].strip()
    if not text:
        raise ValueError("it is empty")
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError(f"it is a {type(value).__name__}")
    return value


def all_faults(error: ValidationError) -> str:
    """Every complaint of a schema, each with its place, up to a bound."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    told = [
        f"{'.'.join(str(part) for part in fault['loc']) or 'the object'}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in faults[:MAX_TOLD]
    ]
    more = [f"and {len(faults) - MAX_TOLD} more"] if len(faults) > MAX_TOLD else []
    return "; ".join(told + more)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
