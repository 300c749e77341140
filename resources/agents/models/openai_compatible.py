"""Any OpenAI-compatible endpoint as a model of ADK: OpenAI itself, vLLM, Ollama, the llama.cpp server.

Why not a client that exists: ADK's ``OpenAILlm`` drops the seed and stops at 4,096 tokens; LiteLLM brings 33 packages,
3.7 s of import and a network call at import.

An endpoint is asked with ``response_format`` ``json_schema``. OpenAI gets it in the strict form, and shows it to the
model. Other servers constrain the output without telling the model why, so it reads the schema in the system message
too. An endpoint that answers 400 or 422 about a parameter is asked once more in another way, and what was changed is
recorded in the answer's ``notes`` (kept with the attempts), never hidden:

==================== ===========================================================
parameter refused    asked instead
==================== ===========================================================
``response_format``  ``json_object``, with the schema in the system message
``max_tokens``       ``max_completion_tokens``; refused too: the endpoint's own maximum
``temperature``      the endpoint's own
``seed``             no seed: the answer cannot be repeated
==================== ===========================================================
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import urlsplit

from google.adk.models import BaseLlm, LlmCapabilities
from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse

from resources.agents.models.endpoint import service_of
from resources.agents.models.http import Refusal
from resources.agents.models.json_schema import Schema, compact, schema_of, strict_form
from resources.agents.models.openai_wire import messages_of, response_of, tools_of
from resources.agents.models.spec import ModelSpec

MAX_OUTPUT_TOKENS = 16_384
"""When the agent says nothing: a plan of 60 shots is about 9,000 tokens."""
TIMEOUT_S = 600.0
"""Seconds without a byte after which an answer counts as hung; a question's own time is usually shorter."""
_STRICT_HOSTS = ("api.openai.com", ".openai.azure.com")
_ABOUT_FORMAT = re.compile(r"response_format|json_schema|structured|schema|grammar|guided", re.IGNORECASE)
_ABOUT_TOKENS = re.compile(r"max_(completion_)?tokens|maximum context length", re.IGNORECASE)


class OpenAICompatible(BaseLlm):
    """One endpoint and one of its models. The key is read from the environment at each call and kept nowhere."""

    spec: ModelSpec
    timeout_s: float = TIMEOUT_S

    @property
    def capabilities(self) -> LlmCapabilities:
        """Structured output and tools are not combined: endpoints loop or skip the tools."""
        return LlmCapabilities(output_schema_and_tools=False)

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        """One whole answer; ``stream`` is not used. Raises the errors of :mod:`resources.agents.errors`."""
        service = service_of(self.spec)
        body = self._body(llm_request)
        notes: dict[str, str] = {}
        while True:
            try:
                answer = await service.post("/chat/completions", body, timeout_s=self.timeout_s)
                break
            except Refusal as refusal:
                if refusal.status not in (400, 422) or not adapt(body, refusal, notes):
                    raise refusal.as_error(service.base_url, self.spec.key_variable) from None
        response = response_of(answer, service.base_url)
        response.custom_metadata = dict(notes) or None
        yield response

    def _body(self, request: LlmRequest) -> dict[str, Any]:
        config = request.config
        body: dict[str, Any] = {
            "model": self.spec.model,
            "messages": messages_of(request),
            "stream": False,
            "max_tokens": config.max_output_tokens or MAX_OUTPUT_TOKENS,
        }
        if self._is_strict:
            body["max_completion_tokens"] = body.pop("max_tokens")  # max_tokens is deprecated there
        for name, value in (
            ("seed", config.seed),
            ("temperature", config.temperature),
            ("top_p", config.top_p),
            ("stop", config.stop_sequences),
        ):
            if value is not None:
                body[name] = value
        tools = tools_of(request)
        if tools:
            body["tools"] = tools
        if config.response_schema is not None:
            schema = schema_of(config.response_schema)
            body["response_format"] = self._format(schema)
            if not self._is_strict:
                show_schema(body["messages"], schema)
        return body

    def _format(self, schema: Schema) -> dict[str, Any]:
        name = re.sub(r"[^A-Za-z0-9_-]", "_", str(schema.get("title") or "answer"))[:64]
        return {
            "type": "json_schema",
            "json_schema": {
                "name": name,
                "strict": True,
                "schema": strict_form(schema) if self._is_strict else schema,
            },
        }

    @property
    def _is_strict(self) -> bool:
        host = urlsplit(self.spec.base_url or "").hostname or ""
        return host.endswith(_STRICT_HOSTS)


def adapt(body: dict[str, Any], refusal: Refusal, notes: dict[str, str]) -> bool:
    """Change ``body`` to do without what was refused, and note it; False when nothing can be changed.

    Every change takes something away, so this ends.
    """
    about = f"{refusal.parameter} {refusal.message}"
    for name in ("temperature", "seed"):
        if name in body and (refusal.parameter == name or re.search(rf"\b{name}\b", refusal.message)):
            del body[name]
            notes[name] = f"not taken by the endpoint: {refusal.message}"
            return True
    if "max_tokens" in body and _ABOUT_TOKENS.search(about):
        body["max_completion_tokens"] = body.pop("max_tokens")
        notes["max_tokens"] = f"sent as max_completion_tokens: {refusal.message}"
        return True
    if "max_completion_tokens" in body and _ABOUT_TOKENS.search(about):
        del body["max_completion_tokens"]
        notes["max_tokens"] = f"the endpoint's own maximum: {refusal.message}"
        return True
    wanted = body.get("response_format", {})
    if wanted.get("type") == "json_schema" and _ABOUT_FORMAT.search(about):
        body["response_format"] = {"type": "json_object"}
        show_schema(body["messages"], wanted["json_schema"]["schema"])
        notes["response_format"] = f"json_object, the endpoint takes no json_schema: {refusal.message}"
        return True
    return False


def show_schema(messages: list[dict[str, Any]], schema: Schema) -> None:
    """Put ``schema`` into the system message, once; many chat templates take one such message, the first."""
    text = f"Answer with one JSON object, and nothing else, that holds to this JSON Schema:\n{compact(schema)}"
    if not messages or messages[0]["role"] != "system":
        messages.insert(0, {"role": "system", "content": text})
    elif text not in messages[0]["content"]:
        messages[0]["content"] += f"\n\n{text}"
