"""``sparkle/local``: every agent's question answered by a rule, a plain function that needs nothing.

A rule is the agent's knowledge written down. It is asked through the same agent and runner as any model, so that the
path is one; :class:`resources.agents.models.sparkle_local.SparkleLocal` is the way in. This module is free of ADK.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from pydantic import BaseModel

from resources.agents.errors import ModelUnknown

Rule = Callable[[Mapping[str, Any], int], BaseModel | Mapping[str, Any]]
"""``rule(content, seed)`` gives what the agent decides; equal arguments give equal decisions, in every process."""

RULES: dict[str, str] = {
    "script_agent": "resources.agents.script_agent:by_rule",
    "images_agent": "resources.agents.images_agent:by_rule",
    "videos_agent": "resources.agents.videos_agent:by_rule",
    "tts_agent": "resources.agents.tts_agent:by_rule",
    "lipsync_agent": "resources.agents.lipsync_agent:by_rule",
    "qa_agent": "resources.agents.qa_agent:by_rule",
}
"""The rule of each agent as ``module:function``, imported when it is first asked."""

RULES_VERSION = "sparkle/local@1"


def rule_of(agent: str) -> Rule:
    """The rule that answers for ``agent``. Raises :class:`ModelUnknown` when there is none."""
    if agent not in RULES:
        raise ModelUnknown(
            f"sparkle/local has no rule for {agent!r}", hint=f"it answers for {', '.join(sorted(RULES))}"
        )
    module, _, function = RULES[agent].partition(":")
    rule: Rule = getattr(import_module(module), function)
    return rule


def answer_by_rule(agent: str, content: Mapping[str, Any], seed: int) -> str:
    """The rule's answer as JSON text, as a model would give it."""
    answer = rule_of(agent)(content, seed)
    if isinstance(answer, BaseModel):
        return answer.model_dump_json()
    return json.dumps(dict(answer), ensure_ascii=False)
