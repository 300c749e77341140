"""The way to an endpoint, over real HTTP on loopback: what is tried again, what is told, what stays secret."""

import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from resources.agents.adk_factory import check_model
from resources.agents.ask import ask
from resources.agents.errors import (
    CredentialsRefused,
    EndpointUnreachable,
    ModelBusy,
    ModelFault,
    ModelTimeout,
    ModelUnknown,
)
from resources.agents.models import http
from tests.harness.openai_server import ModelServer, Said
from tests.harness.questions import GOOD, question

KEY = "sk-test-4f9c0d"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come at once, and no key of the machine that runs the tests is used."""
    monkeypatch.setattr(http, "FIRST_DELAY_S", 0.01)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "VLLM_API_KEY", "OLLAMA_HOST"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(status: int) -> None:
    with ModelServer(Said(status=status), Said(status=status), GOOD) as server:
        assert ask(question(server.spec())).value.steps == 12
    assert len(server.asked) == 3


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_obeyed(form: str) -> None:
    wait = "1" if form == "seconds" else format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    with ModelServer(Said(status=429, headers={"Retry-After": wait}), GOOD) as server:
        begun = time.monotonic()
        ask(question(server.spec()))
        assert time.monotonic() - begun >= 0.9


@pytest.mark.parametrize(
    ("value", "seconds"), [("0", 0.0), ("-5", 0.0), ("1e9", 60.0), ("nan", None), ("soon", None), ("", None)]
)
def test_retry_after_is_bounded(value: str, seconds: float | None) -> None:
    import httpx

    assert http.retry_after(httpx.Headers({"Retry-After": value})) == seconds


def test_a_service_that_stays_busy_is_told() -> None:
    with ModelServer(*[Said(status=503)] * http.TRIES) as server, pytest.raises(ModelBusy, match=r"503.*4 times"):
        ask(question(server.spec()))


def test_an_account_without_quota_is_told_at_once() -> None:
    said = Said(status=429, body={"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}})
    with ModelServer(said) as server, pytest.raises(ModelFault, match="quota"):
        ask(question(server.spec()))
    assert len(server.asked) == 1


def test_a_hung_answer_ends_in_time() -> None:
    with ModelServer(Said(GOOD, delay_s=30)) as server:
        begun = time.monotonic()
        with pytest.raises(ModelTimeout, match=r"within 0\.5 s"):
            ask(question(server.spec(), timeout_s=0.5))
        assert time.monotonic() - begun < 20


def test_a_wrong_key_is_told_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    said = Said(
        status=401, body={"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}}
    )
    with ModelServer(said) as server, pytest.raises(CredentialsRefused) as failed:
        ask(question(server.spec("openai")))
    assert "OPENAI_API_KEY" in str(failed.value) and KEY not in str(failed.value)
    assert server.asked[0].headers["Authorization"] == f"Bearer {KEY}"


def test_a_key_stays_out_of_reprs(monkeypatch: pytest.MonkeyPatch) -> None:
    from resources.agents.adk_factory import create_agent
    from resources.agents.models.endpoint import service_of

    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    spec = check_model("openai/gpt-4o")
    assert KEY not in repr(spec) + repr(service_of(spec)) + repr(create_agent("images_agent", "openai/gpt-4o"))


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(EndpointUnreachable, match=url):
            ask(question(f"vllm/stub@{url}"))


def test_a_redirect_is_not_followed() -> None:
    with ModelServer(Said(status=307, headers={"Location": "http://127.0.0.1:1/v1"})) as server:
        with pytest.raises(ModelFault, match="redirects"):
            ask(question(server.spec()))
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Said(body=b"<html>hello</html>"), "JSON object"),
        (Said(body={"object": "list"}), "without a choice"),
        (Said(body=b" " * (http.MOST_BYTES + 1)), "larger than 8 MB"),
        (Said(GOOD, headers={"Content-Encoding": "gzip"}), "compressed"),
        (Said("", finish="content_filter"), "declined"),
        (Said(status=418, body={"error": "I am a teapot"}), "teapot"),
    ],
    ids=["html", "no-choice", "huge", "gzip", "filter", "teapot"],
)
def test_a_strange_service_is_told_in_a_line(said: Said, told: str) -> None:
    with ModelServer(said) as server, pytest.raises(ModelFault, match=told) as failed:
        ask(question(server.spec()))
    assert len(str(failed.value)) < 500


def test_the_endpoint_is_asked_before_work_when_wanted() -> None:
    with ModelServer(Said(body={"data": [{"id": "stub"}]}), Said(body={"data": [{"id": "other"}]})) as server:
        check_model(server.spec(), endpoint=True)
        with pytest.raises(ModelUnknown, match=r"does not serve 'stub'.*other"):
            check_model(server.spec(), endpoint=True)
    assert [one.path for one in server.asked] == ["/v1/models", "/v1/models"]
    with pytest.raises(EndpointUnreachable):
        check_model(server.spec(), endpoint=True)
    check_model(server.spec())
