"""Between ADK's requests and the JSON of the chat completions API, both ways. Nothing is sent here.

https://platform.openai.com/docs/api-reference/chat; vLLM, Ollama and the llama.cpp server speak the same.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.genai import types
from pydantic import ValidationError

from resources.agents.errors import ModelFault

_ENDS = {
    "stop": types.FinishReason.STOP,
    "tool_calls": types.FinishReason.STOP,
    "function_call": types.FinishReason.STOP,
    "length": types.FinishReason.MAX_TOKENS,
    "content_filter": types.FinishReason.SAFETY,
}


def messages_of(request: LlmRequest) -> list[dict[str, Any]]:
    """System instruction and conversation as chat messages."""
    messages: list[dict[str, Any]] = []
    system = request.config.system_instruction
    if isinstance(system, str) and system.strip():
        messages.append({"role": "system", "content": system})
    for content in request.contents:
        messages += _messages(content)
    return messages


def _messages(content: types.Content) -> Iterator[dict[str, Any]]:
    parts = content.parts or []
    calls = [part.function_call for part in parts if part.function_call]
    said = [part for part in parts if (part.text and not part.thought) or part.inline_data]
    for part in parts:
        if part.function_response:
            response = part.function_response
            yield {
                "role": "tool",
                "tool_call_id": response.id or response.name or "",
                "content": json.dumps(response.response or {}, ensure_ascii=False, default=str),
            }
    if calls:
        yield {
            "role": "assistant",
            "content": "".join(part.text or "" for part in said) or None,
            "tool_calls": [_call(call) for call in calls],
        }
    elif said:
        role = "assistant" if content.role == "model" else "user"
        yield {"role": role, "content": _said(said)}


def _said(parts: list[types.Part]) -> str | list[dict[str, Any]]:
    if all(part.text for part in parts):
        return "\n\n".join(part.text or "" for part in parts)
    return [{"type": "text", "text": part.text} if part.text else _picture(part) for part in parts]


def _picture(part: types.Part) -> dict[str, Any]:
    blob = part.inline_data
    if blob is None or blob.data is None or not (blob.mime_type or "").startswith("image/"):
        raise ModelFault("an OpenAI-compatible endpoint takes text and pictures only")
    data = base64.b64encode(blob.data).decode("ascii")
    return {"type": "image_url", "image_url": {"url": f"data:{blob.mime_type};base64,{data}"}}


def _call(call: types.FunctionCall) -> dict[str, Any]:
    arguments = json.dumps(call.args or {}, ensure_ascii=False)
    return {
        "id": call.id or call.name or "",
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
    }


def tools_of(request: LlmRequest) -> list[dict[str, Any]]:
    """The functions that the model may call."""
    tools = []
    for tool in request.config.tools or []:
        if not isinstance(tool, types.Tool) or not tool.function_declarations:
            raise ModelFault("an OpenAI-compatible endpoint takes function tools only")
        for function in tool.function_declarations:
            parameters = function.parameters_json_schema
            if parameters is None:
                parameters = _schema_json(function.parameters) if function.parameters else {}
            tools.append(
                {
                    "type": "function",
                    "function": {
                        "name": function.name,
                        "description": function.description or "",
                        "parameters": {"type": "object", "properties": {}, **parameters},
                    },
                }
            )
    return tools


def _schema_json(schema: types.Schema) -> dict[str, Any]:
    return schema.json_schema.model_dump(mode="json", exclude_none=True, by_alias=True)


def response_of(answer: dict[str, Any], where: str) -> LlmResponse:
    """The first choice of a chat completion. Raises :class:`ModelFault` when there is none."""
    try:
        choice = answer["choices"][0]
        message = choice["message"]
        content, calls = message.get("content"), message.get("tool_calls") or []
        parts = [types.Part(text=text) for text in _texts(content)] + [_called(call) for call in calls]
    except (KeyError, IndexError, TypeError, AttributeError, ValidationError):
        raise ModelFault(
            "the service answered without a choice",
            where=where,
            hint="is this the address of an OpenAI-compatible service?",
        ) from None
    end = _ENDS.get(str(choice.get("finish_reason")), types.FinishReason.OTHER)
    refusal = message.get("refusal")
    declined = bool(refusal) or end is types.FinishReason.SAFETY
    return LlmResponse(
        content=types.Content(role="model", parts=parts),
        finish_reason=end,
        error_code="DECLINED" if declined else None,
        error_message=str(refusal or "the content filter")[:200] if declined else None,
        usage_metadata=_usage(answer.get("usage")),
        model_version=":".join(str(answer[key]) for key in ("model", "system_fingerprint") if answer.get(key)),
    )


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, str) and content:
        yield content
    elif isinstance(content, list):
        yield from (part["text"] for part in content if part.get("type") == "text")


def _called(call: dict[str, Any]) -> types.Part:
    function = call["function"]
    try:
        arguments = json.loads(function.get("arguments") or "{}")
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        raise ModelFault(f"the model called {function['name']!r} with arguments that are not a JSON object")
    return types.Part(function_call=types.FunctionCall(id=call.get("id"), name=function["name"], args=arguments))


def _usage(usage: object) -> types.GenerateContentResponseUsageMetadata:
    """Tokens, 0 when the endpoint does not count; those of hidden reasoning are among the completion's already."""
    if not isinstance(usage, dict):
        usage = {}
    asked, given = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
    return types.GenerateContentResponseUsageMetadata(
        prompt_token_count=asked, candidates_token_count=given, total_token_count=asked + given
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 else 0
