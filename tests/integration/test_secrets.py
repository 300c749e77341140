"""Keys are planted where keys may be; then everything that is written or said is searched for them, byte by byte."""

import base64
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from resources.agents.ask import ask
from resources.agents.errors import CredentialsRefused
from resources.agents.models import http
from resources.errors import Faulty, RenderFault, SparkleError
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.secrets import without_secrets
from resources.store.film import Home
from schemas.media import ImageRequest
from sparkle_assets.cli import fail, sparkle
from tests.conftest import tiny_engines
from tests.harness.engines import TinyImages
from tests.harness.openai_server import ModelServer, Said
from tests.harness.questions import GOOD, question
from tests.integration.test_runner import runner_for

PLANTED = {
    "OPENAI_API_KEY": "sk-planted-openai-01",
    "VLLM_API_KEY": "sk-planted-vllm-0002",
    "GEMINI_API_KEY": "AIza-planted-gemini-3",
    "GOOGLE_API_KEY": "AIza-planted-google-4",
    "HF_TOKEN": "hf_planted_token_0005",
    "AWS_SECRET_ACCESS_KEY": "planted/aws+secret/06",
    "SPARKLE_NOTIFY": "mailtos://ada:planted-mail-07@127.0.0.1:9?to=me@example.org",
    "SPARKLE_REDIS_URL": "redis://:planted-redis-08@127.0.0.1:9/0",
}
WORDS = [value.split("@")[0].split(":")[-1] for value in PLANTED.values()]
"""The secret part of each."""


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "FIRST_DELAY_S", 0.01)
    for name, value in PLANTED.items():
        monkeypatch.setenv(name, value)


@dataclass(frozen=True)
class TellTale(TinyImages):
    """Fails as a library does that puts what it sent into its error; ``raw``: with an error of its own kind."""

    raw: bool = False

    def render_image(self, request: ImageRequest, folder: Path) -> None:
        said = f"401 for {' '.join(PLANTED.values())}"
        raise RuntimeError(said) if self.raw else RenderFault(said, where=PLANTED["HF_TOKEN"], hint=said)


def found(data: bytes, more: list[bytes]) -> list[str]:
    """Secrets in ``data``, as they are or in base64."""
    forms = [word.encode() for word in WORDS]
    forms += [base64.b64encode(word)[:-4] for word in forms] + more
    return [form.decode("ascii", "replace") for form in forms if form in data]


def searched(root: Path, more: list[bytes]) -> Iterator[tuple[str, list[str]]]:
    """Every file below ``root`` that tells a secret; where keys are kept is not looked at."""
    seen = 0
    for path in sorted(root.rglob("*")):
        if path.is_file() and "keys" not in path.relative_to(root).parts:
            seen += 1
            if told := found(path.read_bytes(), more):
                yield str(path.relative_to(root)), told
    assert seen > 20, "there is something to search"


def said_by(args: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What a command prints, to a person or to a script, and the error it ends with."""
    result = CliRunner().invoke(sparkle, args)
    if isinstance(result.exception, SparkleError):
        fail(result.exception, as_json=True)
    elif result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    told = capsys.readouterr()
    assert result.output or told.out
    return result.output + told.out + told.err


def test_no_key_is_in_anything_that_is_written_or_said(
    home: Home,
    plan: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    plan |= {"shots": plan["shots"][:1], "title_card_s": 0, "end_card_s": 0}
    for engine, kind in ((TellTale(), RenderFault), (TellTale(revision="2", raw=True), Faulty)):
        runner = runner_for(home, plan, image_engine=engine)
        runner.run("plan_film", "hello")
        with pytest.raises(kind, match=r"401 for \*\*\*") as caught:
            runner.run("render_shot", "hello", "01")
        assert found(str(caught.value).encode(), []) == []
        runner.close()
    runner = runner_for(home, plan)
    for job, slot in (("render_shot", "01"), ("finish_film", None)):
        runner.run(job, "hello", slot)
    runner.close()
    engines: Engines = tiny_engines(home)
    Production(home, "hello", lambda profile: engines).save()
    monkeypatch.setattr("resources.pipeline.engines.engines_of", lambda profile, cache: engines)
    at = ["--home", str(home.root)]
    said = ""
    for args in (
        ["deliver", "hello", "--json"],
        ["verify", str(home.film("hello").path / "delivery" / "hello.mp4")],
        ["export", "hello", "--format", "otio"],
        *(
            [name, "hello", *more]
            for name in ("status", "timeline", "provenance", "qa", "review")
            for more in ([], ["--json"])
        ),
        ["list", "--json"],
        ["doctor", "--json"],
        ["models", "list", "--json"],
        ["make", "--movie", "hello", "--dry-run", "--json"],
        ["make", "A fox", "--writer", f"openai/{PLANTED['OPENAI_API_KEY']}", "--json"],
        ["status", PLANTED["OPENAI_API_KEY"], "--json"],
    ):
        said += said_by([*args, *([] if args[0] == "verify" else at)], capsys)
    engines.close()
    assert "hello" in said
    key = [line for line in (home.root / "keys" / "signing.key").read_bytes().splitlines() if b"-" not in line]
    assert key
    assert found(said.encode(), key) == []
    assert found(caplog.text.encode(), key) == []
    assert list(searched(home.root, key)) == []


def test_a_service_that_repeats_the_key_puts_it_nowhere(tmp_path: Path) -> None:
    key = PLANTED["VLLM_API_KEY"]
    answers = (f'{{"prompt": "{key}", "steps": 900}}', GOOD.replace("a boat", f"a boat {key}"))
    with ModelServer(*answers) as server:
        answer = ask(question(server.spec()), keep=tmp_path)
        assert server.asked[0].headers["Authorization"] == f"Bearer {key}"
    assert key not in repr(answer)
    assert all(key not in path.read_text() for path in tmp_path.iterdir())
    refused = Said(status=401, body={"error": {"message": f"Incorrect API key provided: {key}"}})
    with ModelServer(refused) as server, pytest.raises(CredentialsRefused) as caught:
        ask(question(server.spec()))
    assert found(str(caught.value).encode(), []) == []


def test_what_is_cut_out_and_what_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/home/ada/google.json")
    monkeypatch.setenv("SHORT_KEY", "abc")
    assert without_secrets("a key: sk-planted-openai-01") == "a key: ***"
    assert without_secrets("see /home/ada/google.json, abc") == "see /home/ada/google.json, abc"
    assert (
        without_secrets("https://ada:hunter2@host/x and https://host/a@b") == "https://***@host/x and https://host/a@b"
    )
