"""What can be checked of a model before any work, cheapest first; no model is loaded, and ADK is not imported."""

from __future__ import annotations

import importlib.util
import os

from resources.agents.errors import AdkMissing, BackendMissing, CredentialsMissing
from resources.agents.models.spec import ModelSpec
from resources.agents.models.weights import find_weights

GEMINI_KEYS = ("GOOGLE_API_KEY", "GEMINI_API_KEY")
VERTEX_SWITCHES = ("GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_ENTERPRISE")
ENDPOINT_S = 5.0
"""Seconds for an endpoint to say that it is there."""
_BACKENDS = ("torch", "transformers", "llguidance", "gguf")


def check_credentials(spec: ModelSpec) -> None:
    """Raises :class:`CredentialsMissing` naming the variable that is not set."""
    if spec.kind == "gemini":
        _check_gemini(spec)
    elif spec.key_needed and spec.key_variable and not _set(spec.key_variable):
        raise CredentialsMissing(
            f"{spec.text} needs a key, and {spec.key_variable} is not set",
            hint=f"export {spec.key_variable}=..., or name a server of your own: openai/MODEL@http://localhost:8000/v1",
        )


def check_backend(spec: ModelSpec) -> None:
    """Raises :class:`BackendMissing` naming the package, file or folder that is not there."""
    if spec.kind == "transformers":
        find_weights(spec.model)
        for package in _BACKENDS:
            if not _installed(package):
                raise BackendMissing(
                    f"{spec.text} needs {package}, which is not installed", hint="pip install 'sparkle-motion[llm]'"
                )


def check_adk() -> None:
    """Raises :class:`AdkMissing` when google-adk is not installed; imports nothing of it."""
    if not _installed("google.adk"):
        raise AdkMissing("agents need google-adk, which is not installed", hint="pip install 'google-adk>=2.13,<3'")


def check_endpoint(spec: ModelSpec) -> None:
    """Ask the model's service whether it is there, takes the key and knows the model. A request; nothing is charged.

    Raises :class:`EndpointUnreachable`, :class:`CredentialsRefused` or :class:`ModelUnknown`.
    """
    if spec.kind == "endpoint":
        from resources.agents.loop import run_to_end
        from resources.agents.models.endpoint import check_served

        run_to_end(lambda: check_served(spec, ENDPOINT_S))
    elif spec.kind == "gemini":
        from resources.agents.models.gemini import check_reachable

        check_reachable(spec.model)


def _check_gemini(spec: ModelSpec) -> None:
    keyed = any(_set(name) for name in GEMINI_KEYS)
    vertex = spec.model.startswith("projects/") or any(
        os.environ.get(name, "").strip().lower() in ("1", "true") for name in VERTEX_SWITCHES
    )
    if vertex:
        if not _set("GOOGLE_API_KEY"):
            _check_vertex(spec)
    elif not keyed:
        raise CredentialsMissing(
            f"{spec.text} needs a key, and neither {' nor '.join(GEMINI_KEYS)} is set",
            hint="export GOOGLE_API_KEY=..., or choose sparkle/local, which needs none",
        )


def _check_vertex(spec: ModelSpec) -> None:
    for name in ("GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION"):
        if not _set(name):
            raise CredentialsMissing(
                f"{spec.text} is asked through Vertex AI, and {name} is not set", hint=f"export {name}=..."
            )
    import google.auth
    from google.auth.exceptions import GoogleAuthError

    try:
        google.auth.default()
    except GoogleAuthError as error:
        raise CredentialsMissing(
            f"{spec.text} is asked through Vertex AI, and Google finds no credentials: {error}",
            hint="gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS",
        ) from None


def _set(name: str) -> bool:
    return bool(os.environ.get(name, "").strip())


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
