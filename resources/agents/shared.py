"""Agents that several callers share: one for each (name, model), counted, closed with the last."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from resources.agents.loop import run_to_end
from resources.errors import InputError

if TYPE_CHECKING:
    from google.adk.agents import LlmAgent
    from google.adk.runners import Runner

APP = "sparkle"


@dataclass
class _Shared:
    agent: LlmAgent
    made_with: tuple[Any, ...]
    count: int = 0
    runner: Runner | None = None


_lock = threading.RLock()
_agents: dict[tuple[str, str], _Shared] = {}


def take(name: str, model: str, made_with: tuple[Any, ...], make: Callable[[], LlmAgent]) -> LlmAgent:
    """The shared agent of (``name``, ``model``), made when there is none yet, counted once more."""
    with _lock:
        held = _agents.get((name, model))
        if held is None:
            held = _agents[name, model] = _Shared(make(), made_with)
        elif held.made_with != made_with:
            raise InputError(
                f"the shared agent of {model} was made with another instruction, other tools or another schema",
                where=name,
                hint="use mode='per-tool', or another name",
            )
        held.count += 1
        return held.agent


def runner_of(agent: LlmAgent) -> Runner:
    """The runner of a shared agent, made at the first call, with sessions in memory. It is closed with the agent.

    Raises :class:`InputError` when nobody shares ``agent``.
    """
    from google.adk.apps import App
    from google.adk.runners import Runner
    from google.adk.sessions import InMemorySessionService

    with _lock:
        for held in _agents.values():
            if held.agent is agent:
                if held.runner is None:
                    held.runner = Runner(app=App(name=APP, root_agent=agent), session_service=InMemorySessionService())
                return held.runner
    raise InputError("this agent is not shared, or was closed", where=agent.name)


def give_back(name: str, model: str | None = None) -> None:
    """Count one user less; the last one closes the runner."""
    with _lock:
        keys = [key for key in _agents if key[0] == name and model in (None, key[1])]
        if len(keys) != 1:
            known = ", ".join(sorted(f"{one} ({spec})" for one, spec in _agents)) or "none"
            what = "no shared agent has this name" if not keys else "several models share this name; name one"
            raise InputError(what, where=name, hint=f"shared: {known}")
        held = _agents[keys[0]]
        held.count -= 1
        if held.count > 0:
            return
        del _agents[keys[0]]
    if held.runner is not None:
        run_to_end(held.runner.close)
