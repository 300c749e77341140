"""Gemini through ADK and google-genai, against a stub of its service on loopback."""

import json
from pathlib import Path
from typing import Any

import pytest

from resources.agents.adk_factory import check_model
from resources.agents.ask import Question, ask
from resources.agents.errors import AnswerCut, CredentialsRefused, ModelBusy, ModelFault, ModelTimeout, ModelUnknown
from resources.agents.models import http
from schemas.plan import MoviePlan
from tests.conftest import PLAN
from tests.harness.openai_server import ModelServer, Said

KEY = "AIza-test-77aa"


def said(text: str, finish: str = "STOP") -> Said:
    return Said(
        body={
            "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": finish}],
            "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 3, "thoughtsTokenCount": 2},
            "modelVersion": "gemini-stub-001",
        }
    )


def failed(code: int, message: str, reason: str = "") -> Said:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
    return Said(status=code, body={"error": {"code": code, "message": message, "details": details}})


def question(**changes: Any) -> Question[MoviePlan]:
    asked: dict[str, Any] = {
        "agent": "script_agent",
        "model": "gemini-2.5-flash",
        "instruction": "Write a {kind} of plan.",
        "content": {"idea": "a boat {idea}"},
        "schema": MoviePlan,
        "prompt_version": "1",
        "seed": 4_000_000_001,
        "timeout_s": 20.0,
    }
    return Question(**{**asked, **changes})


@pytest.fixture(autouse=True)
def keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "FIRST_DELAY_S", 0.01)
    for name in ("GEMINI_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_ENTERPRISE", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)


def test_a_plan_comes_from_gemini(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with ModelServer(said("not a plan"), said(json.dumps(PLAN))) as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        answer = ask(question(), keep=tmp_path)
    assert answer.value.title == "Hello"
    assert answer.model_version == "gemini-stub-001"
    assert (answer.input_tokens, answer.output_tokens) == (10, 10), "thoughts are paid for too"
    asked = server.asked[0]
    assert asked.path == "/v1beta/models/gemini-2.5-flash:generateContent"
    wanted = asked.body["generationConfig"]
    assert wanted["seed"] == 4_000_000_001 & 0x7FFF_FFFF, "a seed has 31 bits there"
    assert wanted["maxOutputTokens"] == 16_384
    schema = wanted["responseJsonSchema"]
    assert schema["$defs"]["Shot"]["additionalProperties"] is False
    assert schema["properties"]["schema_version"]["enum"] == [1]
    assert "maxLength" not in json.dumps(schema) and "responseSchema" not in wanted
    assert "{kind}" in json.dumps(asked.body["systemInstruction"]), "ADK fills in no braces"
    assert "not a plan" in json.dumps(server.asked[1].body["contents"])


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (failed(400, f"API key not valid: {KEY}", "API_KEY_INVALID"), CredentialsRefused, "GOOGLE_API_KEY"),
        (failed(403, "denied"), CredentialsRefused, "403"),
        (failed(404, "no such model"), ModelUnknown, "no such model"),
        (failed(400, "bad argument"), ModelFault, "bad argument"),
        (said("", "SAFETY"), ModelFault, "SAFETY"),
        (said("{", "MAX_TOKENS"), AnswerCut, "cut off"),
    ],
    ids=["key", "denied", "model", "argument", "safety", "cut"],
)
def test_what_gemini_refuses(answer: Said, error: type[Exception], told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer(answer) as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        with pytest.raises(error, match=told) as caught:
            ask(question(attempts=1))
    assert KEY not in str(caught.value)


def test_gemini_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer(failed(503, "overloaded"), said(json.dumps(PLAN))) as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        assert ask(question()).value.title == "Hello"
    with ModelServer(*[failed(429, "slow down")] * http.TRIES) as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        with pytest.raises(ModelBusy, match="429"):
            ask(question())
    assert len(server.asked) == http.TRIES


def test_a_hung_gemini_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer(Said(delay_s=30)) as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        with pytest.raises(ModelTimeout):
            ask(question(timeout_s=0.5))


def test_gemini_is_asked_before_work_when_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer(Said(body={"name": "models/gemini-2.5-flash"}), failed(404, "gone")) as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        check_model("gemini-2.5-flash", endpoint=True)
        with pytest.raises(ModelUnknown, match="gone"):
            check_model("gemini-2.5-flash", endpoint=True)
