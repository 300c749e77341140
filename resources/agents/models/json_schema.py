"""JSON Schemas as different models need them. Free of ADK."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, TypeAdapter

Schema = dict[str, Any]

_NOT_STRICT = frozenset({"default", "title", "examples", "minLength", "maxLength", "uniqueItems", "deprecated"})
"""Keywords that OpenAI's strict mode refuses, or that say nothing to it.

https://platform.openai.com/docs/guides/structured-outputs/supported-schemas
"""


_GEMINI = frozenset(
    "$id $defs $ref $anchor type format title description enum items prefixItems minItems maxItems minimum maximum "
    "anyOf oneOf properties additionalProperties required propertyOrdering".split()
)
"""Keywords that Gemini takes in ``response_json_schema`` (google.genai.types.GenerateContentConfig)."""


def schema_of(kind: Any) -> Schema:
    """The JSON Schema of a pydantic model, of any other type, or a schema as it is."""
    if isinstance(kind, dict):
        return kind
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind.model_json_schema()
    return TypeAdapter(kind).json_schema()


def strict_form(schema: Schema) -> Schema:
    """``schema`` as OpenAI's strict mode takes it.

    Every property is required, nothing else is allowed, and bounds on a string's length are left to the check of the
    answer. What strict mode cannot say at all (open dictionaries) stays; the service then refuses it, and is asked for
    plain JSON.
    """
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    strict = {key: _each(key, value, strict_form) for key, value in schema.items() if key not in _NOT_STRICT}
    if schema.get("type") == "object" and "properties" in schema:
        strict["required"] = list(schema["properties"])
        strict["additionalProperties"] = False
    items = schema.get("prefixItems")
    if items and all(item == items[0] for item in items):
        del strict["prefixItems"]
        strict["items"] = strict_form(items[0])
    return strict


def gemini_form(schema: Schema) -> Schema:
    """``schema`` as Gemini takes it: a string's length and pattern are left to the check of the answer."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    form = {key: _each(key, value, gemini_form) for key, value in schema.items() if key in _GEMINI}
    if "const" in schema:
        form["enum"] = [schema["const"]]
    return form


def compact(schema: Schema) -> str:
    """``schema`` for a model to read: without titles and defaults, on one line."""
    return json.dumps(_without(schema), ensure_ascii=False, separators=(",", ":"))


def _without(value: Any, named: bool = False) -> Any:
    """``value`` without keywords that say nothing to a reader; ``named``: its keys are names, not keywords."""
    if isinstance(value, list):
        return [_without(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _without(inner, key in ("properties", "$defs") and not named)
        for key, inner in value.items()
        if named or key not in ("title", "default")
    }


def _each(key: str, value: Any, change: Callable[[Schema], Schema]) -> Any:
    """``value`` of the keyword ``key`` with ``change`` done to every schema in it."""
    if key in ("properties", "$defs"):
        return {name: change(inner) for name, inner in value.items()}
    if key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        return [change(inner) for inner in value]
    if key in ("items", "additionalProperties") and isinstance(value, dict):
        return change(value)
    return value
