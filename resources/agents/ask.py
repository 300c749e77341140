"""The one way any agent is asked a question.

    answer = ask(Question(agent="images_agent", model=profile.agents.images, instruction=..., content={...},
                          schema=ImageDecision, prompt_version="1", seed=seed), budget=budget, keep=folder)

An agent of ADK with a runner and a session of its own answers; the answer is held to the schema and to the question's
own check. What does not hold goes back with the errors, up to ``attempts`` times; each attempt sends the whole content
again, since a session of one question has no history. Outside text is data: it travels as JSON in the user's message,
and the instruction is the agent's own constant text, given to ADK as a callable so that it fills in no ``{braces}``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from resources.agents.adk_factory import check_model, create_agent, require_adk
from resources.agents.answers import Reply, read_answer
from resources.agents.budget import Budget, cost
from resources.agents.errors import AnswerInvalid
from resources.agents.loop import run_to_end
from resources.agents.models.spec import ModelSpec
from resources.store.atomic import write_bytes, write_json
from resources.store.fingerprint import derive_seed

T = TypeVar("T", bound=BaseModel)
APP = "sparkle"
MAX_SENT_BACK = 40_000
"""Characters of a refused answer that are sent back with its errors."""


@dataclass(frozen=True)
class Question(Generic[T]):
    """What an agent is asked."""

    agent: str
    """Name of the agent, a Python identifier; ``sparkle/local`` answers by the rule of this name."""
    model: str
    """``model_spec``; there is no default."""
    instruction: str
    """The agent's own constant text. It never holds text from outside."""
    content: Mapping[str, Any]
    """JSON data, sent as the user's message."""
    schema: type[T]
    """What the answer must be."""
    prompt_version: str
    """Changes with the instruction, so that a memoised answer is asked for again."""
    seed: int
    """0 up to 2**32; reaches the model with the first attempt, later ones derive theirs from it."""
    check: Callable[[T], None] | None = None
    """Raises an :class:`InputError` or :class:`AnswerInvalid` whose line goes back to the model."""
    attempts: int = 3
    max_output_tokens: int = 16_384
    timeout_s: float = 180.0
    """Seconds for one attempt, its retries included."""
    temperature: float | None = None
    """None leaves it to the model."""
    film_seed: int | None = None
    """The film's seed, for tools and callbacks: in session state as ``film_seed``, beside ``seed``."""


@dataclass(frozen=True)
class Attempt:
    """One answer, as it came."""

    number: int
    raw: str
    error: str | None
    """Why it does not hold; None for the one that does."""
    input_tokens: int
    output_tokens: int
    seconds: float


@dataclass(frozen=True)
class Answer(Generic[T]):
    """A valid answer, and what it took."""

    value: T
    attempts: tuple[Attempt, ...]
    model: str
    model_version: str
    """What the model says it is."""
    input_tokens: int
    output_tokens: int
    amount: float
    """US dollars of all attempts; 0 for a model whose price is not known."""
    seconds: float


def ask(question: Question[T], *, budget: Budget | None = None, keep: Path | None = None) -> Answer[T]:
    """Ask until the answer holds.

    ``budget`` is asked before every attempt and told after it. ``keep`` is a folder in which every attempt is kept,
    raw (``attempt-1.txt`` ...) and summed up (``attempts.json``), also when none holds. Blocks; works inside a running
    event loop too, in a thread of its own.

    Raises what :func:`resources.agents.adk_factory.check_model` raises, :class:`BudgetExceeded`,
    :class:`ModelTimeout`, :class:`ModelBusy`, :class:`ModelFault`, and :class:`AnswerInvalid` or the kin that the last
    attempt failed with.
    """
    spec = check_model(question.model)
    require_adk()
    return run_to_end(lambda: _ask(question, spec, budget, keep))


async def _ask(question: Question[T], spec: ModelSpec, budget: Budget | None, keep: Path | None) -> Answer[T]:
    begun = time.monotonic()
    attempts: list[Attempt] = []
    total = 1 if spec.kind == "rules" else max(question.attempts, 1)  # a rule gives the same answer again
    for number in range(1, total + 1):
        if budget is not None:
            budget.check(spec.text)
        started = time.monotonic()
        reply = await _reply(question, attempts)
        if budget is not None:
            budget.add(spec.text, input_tokens=reply.input_tokens, output_tokens=reply.output_tokens)
        if reply.fault is not None:
            reply.fault.where = ", ".join(filter(None, (question.agent, reply.fault.where)))
            raise reply.fault
        value, fault = read_answer(reply, question.schema, question.check, question.max_output_tokens)
        attempts.append(
            Attempt(
                number=number,
                raw=reply.text,
                error=str(fault) if fault else None,
                input_tokens=reply.input_tokens,
                output_tokens=reply.output_tokens,
                seconds=round(time.monotonic() - started, 3),
            )
        )
        if keep is not None:
            _keep(keep, attempts, spec, reply)
        if value is not None:
            taken = sum(one.input_tokens for one in attempts), sum(one.output_tokens for one in attempts)
            return Answer(
                value=value,
                attempts=tuple(attempts),
                model=spec.text,
                model_version=reply.model_version,
                input_tokens=taken[0],
                output_tokens=taken[1],
                amount=cost(spec, *taken) or 0.0,
                seconds=round(time.monotonic() - begun, 3),
            )
        last = fault
    raise _given_up(question, attempts, last, keep)


def _given_up(
    question: Question[T], attempts: list[Attempt], fault: AnswerInvalid | None, keep: Path | None
) -> AnswerInvalid:
    kind = type(fault) if fault is not None else AnswerInvalid
    times = "1 attempt" if len(attempts) == 1 else f"{len(attempts)} attempts"
    return kind(
        f"{question.model} gave no valid answer in {times}: {fault}",
        where=question.agent,
        hint=f"every attempt is kept in {keep}" if keep is not None else "",
    )


async def _reply(question: Question[T], before: list[Attempt]) -> Reply:
    """One answer of a fresh agent, in a fresh session; what the model raised is its ``fault``."""
    from google.adk.apps import App
    from google.adk.runners import Runner
    from google.adk.sessions import InMemorySessionService
    from google.genai import types

    from resources.agents.models.witness import Witness

    seed = question.seed if not before else derive_seed(question.seed, "attempt", len(before) + 1)
    agent = create_agent(
        question.agent,
        question.model,
        instruction=question.instruction,
        output_schema=question.schema,
        generation=types.GenerateContentConfig(
            seed=seed, temperature=question.temperature, max_output_tokens=question.max_output_tokens
        ),
    )
    witness = Witness(model=question.model, inner=agent.canonical_model, timeout_s=question.timeout_s)
    agent.model = witness
    sessions = InMemorySessionService()
    state = {"seed": seed, "film_seed": question.film_seed}
    message = types.Content(role="user", parts=[types.Part(text=text) for text in _message(question, before)])
    runner = Runner(app=App(name=APP, root_agent=agent), session_service=sessions)
    reply = Reply()
    try:
        session = await sessions.create_session(app_name=APP, user_id=APP, state=state)
        async for event in runner.run_async(user_id=APP, session_id=session.id, new_message=message):
            reply.take(event)
    finally:
        await runner.close()
    reply.fault = witness.error or reply.fault
    return reply


def _message(question: Question[T], before: list[Attempt]) -> list[str]:
    """The parts of the user's message: the content, and after a refused answer that answer with its errors."""
    parts = [json.dumps(question.content, ensure_ascii=False, sort_keys=True)]
    if before:
        last = before[-1]
        parts.append("Your last answer was:\n" + last.raw[:MAX_SENT_BACK])
        parts.append(
            f"It was refused: {last.error}\nAnswer again with the whole, corrected JSON object and nothing else."
        )
    return parts


def _keep(folder: Path, attempts: list[Attempt], spec: ModelSpec, reply: Reply) -> None:
    write_bytes(folder / f"attempt-{attempts[-1].number}.txt", attempts[-1].raw.encode())
    summary = [{key: value for key, value in asdict(one).items() if key != "raw"} for one in attempts]
    write_json(
        folder / "attempts.json",
        {"model": spec.text, "model_version": reply.model_version, "notes": reply.notes, "attempts": summary},
    )
