"""Gemini as ADK asks it, with the project's errors, bounded retries and JSON Schemas that it takes whole.

Schemas travel as ``response_json_schema``: the older ``response_schema`` of google-genai refuses a ``Literal[1]``, and
the service refuses ``additionalProperties`` in it. Seeds are 31 bits there.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncGenerator
from functools import lru_cache
from typing import Any

import httpx
from google.adk.models import Gemini
from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.auth.exceptions import GoogleAuthError
from google.genai import types
from google.genai.errors import APIError

from resources.agents.errors import (
    CredentialsMissing,
    CredentialsRefused,
    EndpointUnreachable,
    ModelBusy,
    ModelFault,
    ModelTimeout,
    ModelUnknown,
)
from resources.agents.models import http
from resources.agents.models.checks import GEMINI_KEYS
from resources.agents.models.json_schema import gemini_form, schema_of
from resources.errors import SparkleError

SEED_MASK = 0x7FFF_FFFF
_FAULTS = (APIError, GoogleAuthError, httpx.HTTPError, OSError)


class CheckedGemini(Gemini):
    """ADK's Gemini. The key stays in the environment; the client reads it there."""

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        """As the parent; raises the errors of :mod:`resources.agents.errors`."""
        config = llm_request.config
        if config.seed is not None:
            config.seed &= SEED_MASK
        if config.response_schema is not None:
            config.response_json_schema = gemini_form(schema_of(config.response_schema))
            config.response_schema = None
        try:
            async for response in super().generate_content_async(llm_request, stream):
                yield response
        except _FAULTS as error:
            raise as_error(error, self.model) from None


def make_gemini(model: str) -> CheckedGemini:
    """Gemini with retries. Nothing is opened.

    google-genai takes aiohttp where some other package has brought it, with other errors than those told here; a
    transport that is named keeps it with httpx.
    """
    options = types.HttpOptions(async_client_args={"transport": httpx.AsyncHTTPTransport(verify=_trust())})
    return CheckedGemini(
        model=model,
        client_kwargs={"http_options": options},
        retry_options=types.HttpRetryOptions(
            attempts=http.TRIES,
            initial_delay=http.FIRST_DELAY_S,
            max_delay=http.MOST_DELAY_S,
            jitter=http.FIRST_DELAY_S,
            http_status_codes=sorted(http.PASSING),
        ),
    )


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Whom connections trust, read from disk once; a transport holds one event loop's connections and is not shared."""
    return httpx.create_ssl_context()


def check_reachable(model: str) -> None:
    """Ask the service whether it knows ``model`` and takes the key. Blocks for one request."""
    try:
        with make_gemini(model).api_client as client:
            client.models.get(model=model)
    except _FAULTS as error:
        raise as_error(error, model) from None


def as_error(error: Exception, model: str) -> SparkleError:
    """The project's error for one of google-genai, in a line, without the key."""
    if isinstance(error, APIError):
        return _api_error(error, model)
    if isinstance(error, GoogleAuthError):
        hint = "gcloud auth application-default login, or set GOOGLE_API_KEY"
        return CredentialsMissing(f"Google finds no credentials: {_safe(error)}", where=model, hint=hint)
    if isinstance(error, httpx.TimeoutException):
        return ModelTimeout(f"no answer in time ({type(error).__name__})", where=model)
    return EndpointUnreachable(f"nobody answers ({_safe(error)})", where=model, hint="is there a connection?")


def _api_error(error: APIError, model: str) -> SparkleError:
    said = f"({error.code}): {_safe(error.message or '')}"
    reasons = {detail.get("reason") for detail in _details(error)}
    if error.code in (401, 403) or "API_KEY_INVALID" in reasons:
        hint = f"check {' or '.join(GEMINI_KEYS)}"
        return CredentialsRefused(f"the key was refused {said}", where=model, hint=hint)
    if error.code == 404:
        return ModelUnknown(f"Gemini does not know this model {said}", where=model, hint="check the model_spec")
    if error.code in http.PASSING:
        return ModelBusy(f"the service is busy or down {said}", where=model, hint="try again later")
    return ModelFault(f"the service refused the request {said}", where=model)


def _details(error: APIError) -> list[dict[str, Any]]:
    told = error.details.get("error", {}) if isinstance(error.details, dict) else {}
    details = told.get("details", []) if isinstance(told, dict) else []
    return [detail for detail in details if isinstance(detail, dict)]


def _safe(told: object) -> str:
    text = " ".join(str(told).split())
    for name in GEMINI_KEYS:
        key = os.environ.get(name, "").strip()
        if key:
            text = text.replace(key, "***")
    return text[: http.MOST_TOLD]
