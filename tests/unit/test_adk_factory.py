"""The factory: every check before any work, each error naming what is missing; agents fresh or shared."""

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from resources.agents import errors
from resources.agents.adk_factory import check_model, close_agent, create_agent, get_agent, require_adk
from resources.agents.ask import Question, ask
from resources.agents.errors import (
    AdkMissing,
    BackendMissing,
    CredentialsMissing,
    ModelFault,
    ModelNotNamed,
    ModelUnknown,
)
from resources.agents.models import rules
from resources.agents.shared import runner_of
from resources.errors import InputError, SparkleError
from tests.conftest import ROOT

KEYS = (
    "GOOGLE_API_KEY GEMINI_API_KEY GOOGLE_GENAI_USE_VERTEXAI GOOGLE_GENAI_USE_ENTERPRISE GOOGLE_CLOUD_PROJECT "
    "GOOGLE_CLOUD_LOCATION OPENAI_API_KEY OPENAI_BASE_URL"
).split()


@pytest.fixture(autouse=True)
def keyless(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


class Echo(BaseModel):
    seed: int
    said: str


def echo(content: dict[str, str], seed: int) -> Echo:
    """A rule."""
    return Echo(seed=seed, said=content["say"])


def sulk(content: dict[str, str], seed: int) -> Echo:
    """A rule that says in a line what is wrong."""
    raise InputError(f"cannot say {content['say']!r}")


@pytest.fixture
def echoing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.RULES, "echo_agent", f"{__name__}:echo")
    monkeypatch.setitem(rules.RULES, "sulk_agent", f"{__name__}:sulk")


def question(agent: str = "echo_agent") -> Question[Echo]:
    return Question(
        agent=agent,
        model="sparkle/local",
        instruction="Say {what} is in {state}.",
        content={"say": "{seed} and {more?}"},
        schema=Echo,
        prompt_version="1",
        seed=2**32 - 1,
    )


def test_a_rule_answers_through_a_real_agent(echoing: None, tmp_path: Path) -> None:
    answer = ask(question(), keep=tmp_path)
    assert answer.value == Echo(seed=2**32 - 1, said="{seed} and {more?}")
    assert (answer.model, answer.model_version, answer.amount) == ("sparkle/local", "sparkle/local@1", 0.0)
    assert len(answer.attempts) == 1 and (tmp_path / "attempt-1.txt").exists()


def test_a_rules_own_error_comes_through_whole(echoing: None, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(InputError, match="cannot say") as failed:
        ask(question("sulk_agent"))
    assert failed.value.where == "sulk_agent"
    assert "Traceback" not in caplog.text


def test_an_agent_without_a_rule() -> None:
    with pytest.raises(ModelUnknown, match="no rule for 'stranger'"):
        ask(question("stranger"))


def test_the_rule_of_every_agent_is_there() -> None:
    for agent in rules.RULES:
        assert callable(rules.rule_of(agent))


@pytest.mark.parametrize("spec", ["", None, "  "])
def test_no_model_named(spec: str | None) -> None:
    with pytest.raises(ModelNotNamed):
        get_agent("script_agent", spec)


@pytest.mark.parametrize(
    ("spec", "error", "told"),
    [
        ("gpt-4o", ModelUnknown, "openai/MODEL"),
        ("openai/gpt-4o", CredentialsMissing, "OPENAI_API_KEY"),
        ("gemini-2.5-flash", CredentialsMissing, "GOOGLE_API_KEY"),
        ("projects/p/locations/l/publishers/google/models/gemini-x", CredentialsMissing, "GOOGLE_CLOUD_PROJECT"),
        ("transformers/nowhere", BackendMissing, "nowhere"),
    ],
)
def test_each_error_names_what_is_missing(spec: str, error: type[SparkleError], told: str) -> None:
    with pytest.raises(error, match=told) as failed:
        get_agent("script_agent", spec)
    assert failed.value.exit_code == 2 and failed.value.hint


def test_vertex_needs_its_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = {"type": "authorized_user", "client_id": "x", "client_secret": "y", "refresh_token": "z"}
    (tmp_path / "adc.json").write_text(json.dumps(known))
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "p")
    with pytest.raises(CredentialsMissing, match="GOOGLE_CLOUD_LOCATION"):
        check_model("gemini-2.5-flash")
    monkeypatch.setenv("GOOGLE_CLOUD_LOCATION", "l")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nowhere.json"))
    with pytest.raises(CredentialsMissing, match=r"nowhere\.json"):
        check_model("gemini-2.5-flash")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "adc.json"))
    assert check_model("gemini-2.5-flash").kind == "gemini"


def test_a_missing_backend_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "llguidance", None)
    with pytest.raises(BackendMissing, match=r"llguidance.*sparkle-motion\[llm\]"):
        check_model(f"transformers/{tmp_path}")


def test_a_missing_adk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.adk", None)
    for call in (require_adk, lambda: check_model("sparkle/local"), lambda: create_agent("a", "sparkle/local")):
        with pytest.raises(AdkMissing, match="pip install 'google-adk"):
            call()


def test_checking_imports_neither_adk_nor_a_model() -> None:
    """A missing key must be told at once, not after seconds of importing."""
    code = (
        "import sys; from resources.agents.adk_factory import check_model\n"
        "try: check_model('gemini-2.5-flash')\n"
        "except Exception as error: print(type(error).__name__)\n"
        "check_model('sparkle/local')\n"
        "print([name for name in ('google.adk', 'torch', 'httpx') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.split("\n")[:2] == ["CredentialsMissing", "[]"]


@pytest.mark.parametrize("name", ["", "two words", "2nd", "../up", "user"])
def test_names_of_agents(name: str) -> None:
    with pytest.raises(InputError):
        get_agent(name, "sparkle/local")


def test_per_tool_agents_are_fresh() -> None:
    first, second = (get_agent("script_agent", "sparkle/local") for _ in range(2))
    assert first is not second and first.model is not second.model
    with pytest.raises(InputError, match="no shared agent"):
        close_agent("script_agent")
    with pytest.raises(InputError, match="not shared"):
        runner_of(first)


def test_shared_agents_are_counted_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    first = get_agent("script_agent", "sparkle/local", "shared", instruction="Write.")
    second = get_agent("script_agent", "sparkle/local", "shared", instruction="Write.")
    assert first is second
    with pytest.raises(InputError, match="another instruction"):
        get_agent("script_agent", "sparkle/local", "shared", instruction="Sing.")
    runner = runner_of(first)
    closed = []
    monkeypatch.setattr(type(runner), "close", lambda self: _closing(closed, self))
    close_agent("script_agent")
    assert runner_of(first) is runner and not closed
    close_agent("script_agent")
    assert closed == [runner]
    with pytest.raises(InputError, match="no shared agent"):
        close_agent("script_agent")
    assert get_agent("script_agent", "sparkle/local", "shared") is not first
    close_agent("script_agent", "sparkle/local")


async def _closing(closed: list[object], runner: object) -> None:
    closed.append(runner)


def test_one_name_may_share_several_models() -> None:
    get_agent("script_agent", "sparkle/local", "shared")
    get_agent("script_agent", "llamacpp", "shared")
    with pytest.raises(InputError, match="several models"):
        close_agent("script_agent")
    close_agent("script_agent", "llamacpp")
    close_agent("script_agent")


def test_an_unknown_mode() -> None:
    with pytest.raises(InputError, match="per-tool or shared"):
        get_agent("script_agent", "sparkle/local", "pooled")  # type: ignore[arg-type]


def test_every_error_is_in_the_drawing_and_pickles() -> None:
    own = [one for one in vars(errors).values() if isinstance(one, type) and one.__module__ == errors.__name__]
    for kind in own:
        assert f" {kind.__name__}" in (errors.__doc__ or ""), f"{kind.__name__} is not drawn"
        error = kind("what", where="where", hint="how")
        again = pickle.loads(pickle.dumps(error))  # noqa: S301
        assert type(again) is kind and str(again) == "where: what (how)"


def test_a_workflow_may_name_our_rules() -> None:
    require_adk()
    from google.adk.models import LLMRegistry

    from resources.agents.models.sparkle_local import SparkleLocal

    assert LLMRegistry.resolve("sparkle/local") is SparkleLocal


def test_rules_read_data_only(echoing: None) -> None:
    """Asked in plain words, rules refuse instead of guessing."""
    import asyncio

    from google.adk.models.llm_request import LlmRequest
    from google.genai import types

    from resources.agents.models.sparkle_local import SparkleLocal

    async def main() -> None:
        request = LlmRequest(contents=[types.Content(role="user", parts=[types.Part(text="write me a film")])])
        async for _ in SparkleLocal(agent="echo_agent").generate_content_async(request):
            pass

    with pytest.raises(ModelFault, match="JSON object"):
        asyncio.run(main())
