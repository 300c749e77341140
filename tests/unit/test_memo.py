"""Decisions are asked for once, kept, and never trusted when they were damaged."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from resources.agents import memo as memos
from resources.agents import videos_agent
from resources.agents.ask import Answer, Attempt, Question
from resources.agents.budget import Budget
from resources.agents.errors import AnswerInvalid
from resources.agents.memo import Memo, key_of
from resources.store.timeline import read_timeline
from schemas.decisions import DecisionRecord, ImageDecision, VideoDecision
from schemas.media import VideoRequest
from schemas.vocabulary import CameraMove
from tests.conftest import ROOT


def question(action: str = "waves", seed: int = 11) -> Question[VideoDecision]:
    request = VideoRequest(camera=CameraMove.STATIC, action=action, prompt="Ada", effects=[], fps="24", seed=seed)
    return videos_agent.question(request, model="sparkle/local", seed=seed, frames=48)


Asked = list[Question[Any]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Questions that reach a model; it answers by the rule, at the second attempt, for a tenth of a cent."""
    questions: Asked = []

    def answer(question: Question[Any], *, budget: Budget | None = None, keep: Path | None = None) -> Answer[Any]:
        questions.append(question)
        time.sleep(0.05)
        value = videos_agent.by_rule(question.content, question.seed)
        attempts = (Attempt(1, "what?", "not JSON", 5, 1, 0.1), Attempt(2, value.model_dump_json(), None, 6, 2, 0.1))
        return Answer(value, attempts, question.model, "stub@1", 11, 3, 0.001, 0.2)

    monkeypatch.setattr(memos, "ask", answer)
    return questions


def test_a_question_is_asked_once(tmp_path: Path, asked: Asked) -> None:
    memo = Memo(tmp_path)
    assert memo.known(question()) is None
    assert not list(tmp_path.iterdir())  # looking leaves no trace
    value = memo.take(question())
    assert memo.take(question()) == memo.known(question()) == value
    assert Memo(tmp_path).take(question()) == value
    assert len(asked) == 1


def test_a_record_tells_question_answer_and_cost(tmp_path: Path, asked: Asked) -> None:
    decided = Memo(tmp_path).decide(question(), stage="video_chunks", slot="01", shot="one")
    key = key_of(question())
    record = DecisionRecord.model_validate_json((tmp_path / f"decisions/videos_agent/{key[:24]}.json").read_bytes())
    assert record.content == question().content
    assert record.value == decided.value.model_dump(mode="json") == decided.told["value"]
    assert [(one.number, one.error) for one in record.attempts] == [(1, "not JSON"), (2, None)]
    assert (record.input_tokens, record.output_tokens, record.amount) == (11, 3, 0.001)
    assert decided.source.model_dump() == {
        "agent": "videos_agent",
        "model": "sparkle/local",
        "model_version": "stub@1",
        "prompt_version": "1",
        "memo": key,
    }
    [event] = read_timeline(tmp_path)
    assert (event.event, event.stage, event.slot, event.shot) == ("decided", "video_chunks", "01", "one")
    assert {"agent": "videos_agent", "model": "sparkle/local", "amount": 0.001}.items() <= event.data.items()


CHANGES: dict[str, Callable[[Question[Any]], Question[Any]]] = {
    "agent": lambda q: replace(q, agent="other_agent"),
    "model": lambda q: replace(q, model="gemini-2.5-flash"),
    "prompt version": lambda q: replace(q, prompt_version="2"),
    "seed": lambda q: replace(q, seed=12),
    "content": lambda q: replace(q, content={**q.content, "action": "sits"}),
    "schema": lambda q: replace(q, schema=ImageDecision),
}


@pytest.mark.parametrize("part", CHANGES)
def test_whatever_decides_the_answer_is_in_the_key(part: str) -> None:
    assert key_of(CHANGES[part](question())) != key_of(question())


def test_what_does_not_decide_it_is_not() -> None:
    assert key_of(replace(question(), attempts=9, timeout_s=1.0, film_seed=4)) == key_of(question())


def damage_value(record: dict[str, Any]) -> None:
    record["value"]["motion_prompt"] = "something else"


def damage_cost(record: dict[str, Any]) -> None:
    record["amount"] = 0.0


def damage_key(record: dict[str, Any]) -> None:
    record["key"] = "0" * 64


DAMAGE: dict[str, tuple[Callable[[dict[str, Any]], object] | bytes, str]] = {
    "cut off": (b'{"key": "', "Invalid JSON"),
    "empty": (b"", "Invalid JSON"),
    "another value": (damage_value, "its seal does not hold"),
    "another cost": (damage_cost, "its seal does not hold"),
    "another question": (damage_key, "it is the record of another question"),
    "a field less": (lambda record: record.pop("seal"), "Field required"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_record_is_told_and_asked_again(
    tmp_path: Path, asked: Asked, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    value = Memo(tmp_path).take(question())
    path = Memo(tmp_path).path("videos_agent", key_of(question()))
    damage, fault = DAMAGE[kind]
    if isinstance(damage, bytes):
        path.write_bytes(damage)
    else:
        record = json.loads(path.read_bytes())
        damage(record)
        path.write_text(json.dumps(record))
    memo = Memo(tmp_path)
    assert memo.known(question()) is None
    assert memo.take(question()) == value
    assert len(asked) == 2
    assert fault in caplog.text
    events = [event.event for event in read_timeline(tmp_path)]
    assert events == ["decided", "decision_damaged", "decided"]
    assert Memo(tmp_path).known(question()) == value


def test_a_record_that_a_newer_check_refuses_is_asked_again(tmp_path: Path, asked: Asked) -> None:
    Memo(tmp_path).take(question())

    def refuse(value: VideoDecision) -> None:
        raise AnswerInvalid("a rule of today")

    assert Memo(tmp_path).known(replace(question(), check=refuse)) is None


def test_two_threads_ask_once(tmp_path: Path, asked: Asked) -> None:
    memos_of_two = [Memo(tmp_path), Memo(tmp_path)]
    threads = [threading.Thread(target=memo.take, args=(question(),)) for memo in memos_of_two]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


def test_a_known_decision_costs_no_adk(tmp_path: Path, asked: Asked) -> None:
    Memo(tmp_path).take(question())
    code = (
        "import sys; from pathlib import Path; from tests.unit.test_memo import question;"
        "from resources.agents.memo import Memo;"
        "assert Memo(Path(sys.argv[1])).take(question()).chunk_frames == 33;"
        "print([name for name in ('google.adk', 'google.genai', 'torch', 'openai') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
