"""Asking over an OpenAI-compatible endpoint, real HTTP on loopback: what is sent, and what goes back to be mended."""

import json
import threading
from pathlib import Path

import pytest

from resources.agents.ask import Answer, ask
from resources.agents.budget import Budget, Limits
from resources.agents.errors import (
    AnswerCut,
    AnswerNotJson,
    AnswerOffSchema,
    BudgetExceeded,
    ModelFault,
    PlanPolicyViolation,
)
from resources.agents.models import http
from schemas.plan import MoviePlan
from tests.harness.openai_server import ModelServer, Said, refused
from tests.harness.questions import GOOD, Decision, question


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come at once, and no key of the machine that runs the tests is used."""
    monkeypatch.setattr(http, "FIRST_DELAY_S", 0.01)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "VLLM_API_KEY", "OLLAMA_HOST"):
        monkeypatch.delenv(name, raising=False)


def test_an_answer_and_what_it_took(tmp_path: Path) -> None:
    with ModelServer(GOOD) as server:
        answer = ask(question(server.spec()), keep=tmp_path)
    assert answer.value == Decision(prompt="a boat", steps=12)
    assert (answer.input_tokens, answer.output_tokens, answer.amount) == (11, 7, 0.0)
    assert answer.model_version == "stub-1"
    assert (tmp_path / "attempt-1.txt").read_text() == GOOD
    assert json.loads((tmp_path / "attempts.json").read_text())["attempts"][0]["error"] is None


def test_seed_schema_and_length_reach_the_endpoint() -> None:
    with ModelServer(GOOD) as server:
        ask(question(server.spec(), temperature=0.4, max_output_tokens=9000))
        body = server.asked[0].body
    assert server.asked[0].path == "/v1/chat/completions"
    assert (body["model"], body["seed"], body["temperature"], body["max_tokens"]) == ("stub", 4_000_000_001, 0.4, 9000)
    assert body["response_format"]["type"] == "json_schema"
    assert body["response_format"]["json_schema"]["schema"] == Decision.model_json_schema()
    assert "maxLength" in server.asked[0].system, "a server that only constrains: the model must read the schema"


def test_braces_in_instruction_and_content_change_nothing() -> None:
    with ModelServer(GOOD) as server:
        ask(question(server.spec()))
    assert "Decide {state} how" in server.asked[0].system
    assert json.loads(server.asked[0].user) == {"shot": "a boat {seed} at night", "place": "sea"}
    assert "boat" not in server.asked[0].system, "outside text never becomes an instruction"


def test_equal_questions_are_sent_as_equal_bytes() -> None:
    with ModelServer(GOOD, GOOD) as server:
        ask(question(server.spec()))
        ask(question(server.spec()))
    assert server.asked[0].body == server.asked[1].body


def test_an_answer_that_does_not_hold_goes_back_with_its_errors(tmp_path: Path) -> None:
    with ModelServer('{"prompt": 7, "steps": 900}', f"```json\n{GOOD}\n```") as server:
        answer = ask(question(server.spec()), keep=tmp_path)
    assert answer.value.steps == 12
    assert [one.error is None for one in answer.attempts] == [False, True]
    again = server.asked[1]
    assert '{"prompt": 7, "steps": 900}' in again.user and "steps: Input should be less" in again.user
    assert "a boat {seed} at night" in again.user, "the content is sent again: a session has no history"
    assert again.body["seed"] != server.asked[0].body["seed"]
    assert (answer.input_tokens, answer.output_tokens) == (22, 14)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["attempt-1.txt", "attempt-2.txt", "attempts.json"]


@pytest.mark.parametrize(
    ("said", "error", "told"),
    [
        ("certainly! here it is", AnswerNotJson, "not one JSON object"),
        ("[1, 2]", AnswerNotJson, "list"),
        ("", AnswerNotJson, "empty"),
        ('{"prompt": NaN}', AnswerNotJson, "NaN"),
        ("[" * 200_000, AnswerNotJson, "nested"),
        ('{"prompt": "x", "steps": 0}', AnswerOffSchema, "steps"),
    ],
    ids=["prose", "list", "empty", "nan", "deep", "schema"],
)
def test_an_answer_that_never_holds(said: str, error: type[Exception], told: str, tmp_path: Path) -> None:
    with ModelServer(said, said) as server, pytest.raises(error, match=told) as failed:
        ask(question(server.spec(), attempts=2), keep=tmp_path)
    assert "2 attempts" in str(failed.value) and str(tmp_path) in str(failed.value)
    assert [(tmp_path / f"attempt-{k}.txt").read_text() for k in (1, 2)] == [said, said]
    assert "\n" not in str(failed.value)


def test_a_truncated_answer_is_asked_for_shorter() -> None:
    with ModelServer(Said(GOOD[:10], finish="length"), GOOD) as server:
        answer = ask(question(server.spec(), max_output_tokens=64))
    assert answer.attempts[0].error == "the answer was cut off at 64 tokens; give a shorter one"
    with ModelServer(Said("", finish="length")) as server, pytest.raises(AnswerCut, match="64 tokens"):
        ask(question(server.spec(), max_output_tokens=64, attempts=1))


def test_the_questions_own_check_goes_back_too() -> None:
    def calm(decision: Decision) -> None:
        if "boat" in decision.prompt:
            raise PlanPolicyViolation("no boats in this film")

    with ModelServer(GOOD, json.dumps({"prompt": "a tree"})) as server:
        assert ask(question(server.spec(), check=calm)).value.prompt == "a tree"
        assert "no boats in this film" in server.asked[1].user
    with ModelServer(GOOD, GOOD, GOOD) as server, pytest.raises(PlanPolicyViolation, match="no boats"):
        ask(question(server.spec(), check=calm))


def test_an_endpoint_without_json_schema_is_asked_for_json(tmp_path: Path) -> None:
    with ModelServer(refused("response_format", "json_schema is not supported"), GOOD) as server:
        ask(question(server.spec("openai")), keep=tmp_path)
    assert server.asked[1].body["response_format"] == {"type": "json_object"}
    assert "maxLength" in server.asked[1].system
    assert "json_object" in json.loads((tmp_path / "attempts.json").read_text())["notes"]["response_format"]


def test_a_reasoning_model_takes_other_parameters(tmp_path: Path) -> None:
    answers = [refused("max_tokens"), refused("temperature"), refused("seed"), GOOD]
    with ModelServer(*answers) as server:
        ask(question(server.spec(), temperature=0.5), keep=tmp_path)
    body = server.asked[-1].body
    assert body["max_completion_tokens"] == 16_384
    assert {"max_tokens", "temperature", "seed"}.isdisjoint(body)
    assert set(json.loads((tmp_path / "attempts.json").read_text())["notes"]) == {"max_tokens", "temperature", "seed"}


def test_a_400_about_anything_else_is_told_once() -> None:
    with ModelServer(refused("messages", "too many messages")) as server, pytest.raises(ModelFault, match="too many"):
        ask(question(server.spec()))
    assert len(server.asked) == 1


def test_a_long_plan_comes_through_whole() -> None:
    shots = [{"id": f"s{k}", "prompt": "x" * 1500} for k in range(60)]
    plan = {"title": "Long", "characters": [{"id": "ada", "name": "Ada"}], "shots": shots}
    with ModelServer(json.dumps(plan)) as server:
        asked = question(server.spec(), agent="script_agent", schema=MoviePlan)
        assert len(ask(asked).value.shots) == 60  # type: ignore[attr-defined]


def test_a_budget_stops_before_the_call(tmp_path: Path) -> None:
    with ModelServer(GOOD, GOOD, GOOD) as server:
        budget = Budget(tmp_path, Limits(calls=2))
        for _ in range(2):
            ask(question(server.spec()), budget=budget)
        with pytest.raises(BudgetExceeded, match="2 of 2 calls"):
            ask(question(server.spec()), budget=budget)
        assert len(server.asked) == 2
        with pytest.raises(BudgetExceeded, match="36 of 30 tokens"):
            ask(question(server.spec()), budget=Budget(tmp_path, Limits(tokens=30)))
    assert (budget.spent.calls, budget.spent.input_tokens, budget.spent.output_tokens) == (2, 22, 14)


def test_questions_may_be_asked_side_by_side(tmp_path: Path) -> None:
    answers: dict[int, Answer[Decision]] = {}
    budget = Budget(tmp_path, Limits(calls=50))
    with ModelServer(*[Said(GOOD, delay_s=0.1)] * 6) as server:

        def one(k: int) -> None:
            answers[k] = ask(question(server.spec(), seed=k), budget=budget)

        threads = [threading.Thread(target=one, args=(k,)) for k in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(asked.body["seed"] for asked in server.asked) == list(range(6))
    assert len(answers) == 6 and budget.spent.calls == 6 and budget.spent.tokens == 6 * 18


def test_it_works_within_a_running_loop() -> None:
    import asyncio

    async def main(spec: str) -> Decision:
        return ask(question(spec)).value

    with ModelServer(GOOD) as server:
        assert asyncio.run(main(server.spec())).steps == 12


def test_an_agent_may_call_its_tools_over_an_endpoint() -> None:
    import asyncio

    from google.adk.apps import App
    from google.adk.runners import Runner
    from google.adk.sessions import InMemorySessionService
    from google.adk.tools import FunctionTool
    from google.genai import types

    from resources.agents.adk_factory import create_agent

    made: list[str] = []

    def images_sdxl(shot: str) -> dict[str, str]:
        """Draw the keyframe of a shot."""
        made.append(shot)
        return {"image": f"{shot}.png"}

    call = {"id": "call_1", "type": "function", "function": {"name": "images_sdxl", "arguments": '{"shot": "s1"}'}}
    calling = {"choices": [{"message": {"content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}]}

    async def main(spec: str) -> str:
        agent = create_agent("production_agent", spec, instruction="Make it.", tools=[FunctionTool(images_sdxl)])
        sessions = InMemorySessionService()
        async with Runner(app=App(name="sparkle", root_agent=agent), session_service=sessions) as runner:
            session = await sessions.create_session(app_name="sparkle", user_id="u")
            message = types.Content(role="user", parts=[types.Part(text="make shot s1")])
            said = [
                part.text or ""
                async for event in runner.run_async(user_id="u", session_id=session.id, new_message=message)
                for part in (event.content.parts if event.content else None) or []
            ]
        return "".join(said)

    with ModelServer(Said(body=calling), "done") as server:
        assert asyncio.run(main(server.spec())) == "done"
    assert made == ["s1"]
    tool = server.asked[0].body["tools"][0]["function"]
    assert (tool["name"], tool["description"]) == ("images_sdxl", "Draw the keyframe of a shot.")
    assert tool["parameters"]["properties"]["shot"]["type"] == "string"
    assert tool["parameters"]["required"] == ["shot"]
    assistant, answer = server.asked[1].body["messages"][-2:]
    assert assistant["tool_calls"] == [{**call, "function": {"name": "images_sdxl", "arguments": '{"shot": "s1"}'}}]
    assert answer == {"role": "tool", "tool_call_id": "call_1", "content": '{"image": "s1.png"}'}


def test_openai_gets_the_strict_form() -> None:
    from resources.agents.models.json_schema import strict_form
    from schemas.decisions import LipsyncDecision

    plan = strict_form(MoviePlan.model_json_schema())
    assert plan["required"] == list(plan["properties"]) and plan["additionalProperties"] is False
    assert plan["$defs"]["Shot"]["required"] == list(plan["$defs"]["Shot"]["properties"])
    text = json.dumps(plan)
    assert '"default"' not in text and '"maxLength"' not in text and '"prefixItems"' not in text
    assert "title" in plan["properties"], "a field of that name stays"
    pads = strict_form(LipsyncDecision.model_json_schema())["properties"]["pads"]["anyOf"][0]
    assert (pads["items"], pads["minItems"], pads["maxItems"]) == ({"type": "integer"}, 4, 4)
