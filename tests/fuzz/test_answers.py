"""What language models and services send back: a value that holds, or an error that says why it does not."""

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from google.adk.events import Event
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from resources.agents.answers import Reply, read_answer
from resources.agents.models.http import MOST_DELAY_S, Service, retry_after
from resources.agents.models.openai_wire import response_of
from resources.agents.models.spec import parse_spec
from resources.agents.script_agent import _hold_story as hold_story
from resources.agents.script_agent import _request as asked_of
from resources.agents.script_checks import hold
from resources.agents.script_draft import expand, shots_schema
from resources.gpu.qwen_vl.answer import judgement_of
from schemas.decisions import ImageDecision, LipsyncDecision, QaDecision, VideoDecision, VoiceDecision
from schemas.plan import MoviePlan
from schemas.script import Constraints, DraftShots, DraftStory, PlanDraft
from tests.harness.fuzzing import door, fenced, one_clear_line, refused
from tests.harness.mutations import HOSTILE_TEXTS, bytes_changed, changed, json_bytes, text_changed, texts

STORY: dict[str, Any] = {
    "story": "An old lighthouse keeper sees a storm come over the sea. It knocks at the door and asks to be let in. "
    "They drink tea until the wind is calm, and in the morning the sea is still.",
    "title": "The Keeper and the Storm",
    "characters": [{"name": "Ida", "looks": "an old keeper in a coat"}, {"name": "Storm", "looks": "a grey cloud"}],
    "places": [{"name": "The lighthouse", "time_of_day": "night", "weather": "storm"}],
    "mood": "warm",
}
SHOT: dict[str, Any] = {
    "place": "The lighthouse",
    "action": "Ida opens the door to the storm.",
    "seen": ["Ida"],
    "dialogue": [{"speaker": "Ida", "text": "Come in, storm, and be a friend."}],
    "emotion": "tender",
    "size": "wide",
    "camera": None,
}
SHOTS: dict[str, Any] = {"shots": [SHOT, {**SHOT, "seen": ["Storm"], "dialogue": []}, {**SHOT, "size": "close"}]}
SEED = {"seed": 7}
ANSWERS: dict[str, tuple[type[BaseModel], Any]] = {
    "story": (DraftStory, STORY),
    "shots": (DraftShots, SHOTS),
    "image": (ImageDecision, {**SEED, "prompt": "a keeper", "prompt_2": "warm", "steps": 30, "guidance": 6.5}),
    "video": (VideoDecision, {**SEED, "motion_prompt": "she walks", "chunk_frames": 49, "chunk_overlap": 4}),
    "voice": (
        VoiceDecision,
        {**SEED, "lines": [{"voice_id": "amy", "emotion": "happy", "delivery": "soft", "rate": 1.1, "parts": ["a"]}]},
    ),
    "lipsync": (LipsyncDecision, {**SEED, "detector": "s3fd", "pads": [0, 10, 0, 0], "smooth": True}),
    "qa": (QaDecision, {"verdict": "retake", "reasons": ["blurred"], "repair": None}),
}
SCORE = {"reason": "as the prompt says", "score": 0.9}
JUDGED = {name: SCORE for name in ("prompt_match", "hands_and_faces", "artefacts", "text", "safety")}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("answers")


def said(document: Any) -> st.SearchStrategy[str]:
    """What a model may say that was asked for ``document``: the object, fenced, after thoughts, cut off or rambling."""
    whole = changed([document]).map(lambda value: json.dumps(value, ensure_ascii=False))
    wrapped = st.tuples(
        st.sampled_from(("", "", "<think>{}</think>\n", "<think>" * 50, "Sure! ", "```json\n", "```\n", "\ufeff")),
        whole,
        st.sampled_from(("", "", "\n```", "```", "\n\nI hope this helps.", "}", "\n" + "}" * 50)),
    ).map("".join)
    return st.one_of(wrapped, wrapped, text_changed(wrapped), st.sampled_from(HOSTILE_TEXTS))


def asked() -> st.SearchStrategy[tuple[str, str]]:
    return st.sampled_from(sorted(ANSWERS)).flatmap(lambda name: st.tuples(st.just(name), said(ANSWERS[name][1])))


REQUEST = asked_of("A lighthouse keeper befriends a storm", Constraints())


@door(40)
@given(asked())
@example(("qa", '{"verdict": ' + "[" * 100_000))
@example(("qa", '{"verdict": "approve", "reasons": ["' + "1" * 5000 + '"], "x": ' + "1" * 5000 + "}"))
def test_any_answer_holds_or_says_why_not(place: Path, answer: tuple[str, str]) -> None:
    name, text = answer
    schema = ANSWERS[name][0]
    check: Any = (lambda story: hold_story(story, REQUEST)) if schema is DraftStory else None
    with fenced(place):
        value, fault = read_answer(Reply(text=text), schema, check, 4096)
        assert (value is None) == (fault is not None)
        if fault is not None:
            one_clear_line(fault, 1, 2)
        else:
            assert value is not None
            assert schema.model_validate_json(value.model_dump_json()) == value


@door(20)
@given(changed([STORY]), changed([SHOTS]))
def test_any_draft_becomes_a_plan_or_is_refused(place: Path, story: Any, shots: Any) -> None:
    with fenced(place):
        one, _ = read_answer(Reply(text=json.dumps(story)), DraftStory, None, 4096)
        if one is None:
            return
        held, _ = read_answer(Reply(text=json.dumps(shots)), shots_schema(one, REQUEST), None, 4096)
        if held is None:
            return
        two = DraftShots.model_validate(held.model_dump())

        def told() -> MoviePlan:
            plan = expand(PlanDraft(story=one, shots=two), REQUEST, "ollama/x")
            hold(plan, REQUEST.idea, REQUEST.constraints, by_rules=False)
            return plan

        plan = refused(told, 1, 2)
        assert plan is None or MoviePlan.model_validate_json(plan.model_dump_json()) == plan


@door(30)
@given(said(JUDGED))
def test_any_judgement_holds_or_is_refused(place: Path, text: str) -> None:
    with fenced(place):
        found = refused(lambda: judgement_of(text, "shot one"), 1)
        if found is not None:
            assert all(0 <= score.score <= 1 for _, score in found.scores())


CHOICE: dict[str, Any] = {
    "id": "x",
    "model": "m",
    "system_fingerprint": "f",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": '{"verdict": "approve"}',
                "refusal": None,
                "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
}
PARTS = {**CHOICE, "choices": [{"message": {"content": [{"type": "text", "text": "x"}]}, "finish_reason": "length"}]}


def but(**message: Any) -> dict[str, Any]:
    return {**CHOICE, "choices": [{"message": message, "finish_reason": "stop"}]}


def called(arguments: Any, name: Any = "f") -> dict[str, Any]:
    return but(content=None, tool_calls=[{"id": "1", "function": {"name": name, "arguments": arguments}}])


@door(40)
@given(changed([CHOICE, PARTS]))
@example(but(content="\ud800"))
@example(but(content=[1]))
@example(called("[" * 100_000))
@example(called(5))
@example(called("{}", {"a": 1}))
@example(called('{"x": "\\ud800"}'))
@example({**CHOICE, "usage": {"prompt_tokens": 10**30}})
def test_any_completion_is_a_response_or_refused(place: Path, answer: Any) -> None:
    with fenced(place):
        found = refused(lambda: response_of(answer, "http://localhost:1/v1"), 1)
        if found is not None and found.content is not None:
            reply = Reply()
            reply.take(Event(author="model", **found.model_dump(exclude_none=True)))
            reply.text.encode()
            assert reply.input_tokens >= 0 and reply.output_tokens >= 0
            if reply.fault is not None:
                one_clear_line(reply.fault, 1)


@door(40)
@given(json_bytes([{"error": {"message": "no", "param": "x", "code": "insufficient_quota"}}]), st.integers(300, 599))
@example(b'{"error": {"message": "\xed\xa0\x80"}}', 400)
def test_any_refusal_of_a_service_is_one_line(place: Path, body: bytes, status: int) -> None:
    service = Service("http://localhost:1/v1", key="sk-secret")
    with fenced(place):
        line = one_clear_line(service._refusal(status, body).as_error(service.base_url, "OPENAI_API_KEY"), 1, 2)
    assert "sk-secret" not in line


DATES = st.sampled_from(("Wed, 21 Oct 2026 07:28:00 GMT", "Mon, 01 Jan 0001 00:00:00 +2300"))
NUMBERS = st.sampled_from(("5", "-1", "nan", "inf", "1e999", "१२", "1" * 5000))


@door(40)
@given(st.one_of(NUMBERS, DATES, text_changed(DATES), texts()))
@example("Mon, 01 Jan 0001 00:00:00 +2300")
@example("Fri, 31 Dec 9999 23:59:59 -2300")
def test_any_wait_is_bounded(place: Path, text: str) -> None:
    headers = httpx.Headers([(b"Retry-After", text.encode("utf-8", "surrogatepass"))])
    with fenced(place):
        found = retry_after(headers)
    assert found is None or 0 <= found <= MOST_DELAY_S


SPECS = (
    "sparkle/local",
    "gemini-2.5-flash",
    "openai/gpt@https://host.example/v1",
    "ollama/x",
    "vllm/a/b@http://127.0.0.1:8000",
    "llamacpp@http://[::1]:8080/v1",
    "transformers/some/folder",
)


@door(40)
@given(st.one_of(text_changed(st.sampled_from(SPECS)), st.sampled_from(HOSTILE_TEXTS)))
@example("vllm/x@http://[")
@example("vllm/x@http://[x]")
@example("vllm/x@http://a:99999")
def test_any_model_spec_is_read_or_refused(place: Path, text: str) -> None:
    with fenced(place):
        spec = refused(lambda: parse_spec(text))
        if spec is not None:
            assert parse_spec(spec.text) == spec
            assert spec.base_url is None or urlsplit(spec.base_url).username is None
            assert isinstance(spec.on_this_machine, bool)


@door(12)
@given(bytes_changed(st.just(json.dumps(CHOICE).encode())))
def test_any_body_is_json_or_refused(place: Path, body: bytes) -> None:
    class Sends(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, stream=httpx.ByteStream(body))

    service = Service("http://localhost:1/v1")

    async def asked() -> dict[str, Any]:
        async with httpx.AsyncClient(transport=Sends()) as client:
            return await service._send(client, "POST", "/x", {})

    with fenced(place):
        found = refused(lambda: asyncio.run(asked()), 1)
        assert found is None or isinstance(found, dict)
