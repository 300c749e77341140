"""Holding a language model's output to a JSON Schema, token by token (llguidance).

Before each token the grammar says which ones may follow; the others get no probability. Tokens that must follow (keys,
brackets) are taken without asking the model. When the room left is only just enough for the shortest end, the answer is
closed: strings and lists end as soon as they may. So the answer always ends, and always holds to the grammar.

What a JSON Schema can say is held; what it cannot (a speaker who must be in the cast) is left to the question's check.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from resources.errors import Faulty

if TYPE_CHECKING:
    from llguidance import LLTokenizer
    from numpy.typing import NDArray

Schema = dict[str, Any]

MOST_TEXT = 400
"""Characters of one string: a local model that may write 2,000 fills them, and has no room left for the rest."""
MOST_ITEMS = 24
MOST_NUMBER = 1_000_000_000
FINEST = 0.01
"""Step of a number: without one a weak model writes zeros after the point until its room is gone."""
_CLOSERS = ("}", "]", '"', ",")
"""What ends an answer soonest, in this order, wherever it is allowed outside of a string."""
_QUOTE, _BACKSLASH = b'"\\'
_ANY_JSON = {"type": "object"}


def bounded(schema: Schema) -> Schema:
    """``schema`` with strings and lists bounded by :data:`MOST_TEXT` and :data:`MOST_ITEMS`, numbers of few digits, and
    no property but those it names.

    Bounds that are there only shrink; lower bounds stay.
    """
    result = {key: _bounded(value) if key != "enum" else value for key, value in schema.items()}
    kind = schema.get("type")
    if kind == "string" and "enum" not in schema and "pattern" not in schema:
        result["maxLength"] = max(min(schema.get("maxLength", MOST_TEXT), MOST_TEXT), schema.get("minLength", 0))
    elif kind == "array" and "prefixItems" not in schema:
        result["maxItems"] = max(min(schema.get("maxItems", MOST_ITEMS), MOST_ITEMS), schema.get("minItems", 0))
    elif kind == "object" and "properties" in schema:
        result.setdefault("additionalProperties", False)
    elif kind in ("number", "integer"):
        for least, most in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if least not in schema and most not in schema:
                result[least] = -MOST_NUMBER if least == "minimum" else MOST_NUMBER
        if kind == "number":
            result.setdefault("multipleOf", FINEST)
    return result


def _bounded(value: Any) -> Any:
    if isinstance(value, dict):
        return bounded(value)
    if isinstance(value, list):
        return [_bounded(one) for one in value]
    return value


def shortest(schema: Schema, top: Schema | None = None, depth: int = 0) -> int:
    """Characters of the shortest text that holds to ``schema``, by estimate from above; references are followed."""
    top = schema if top is None else top
    if depth > 32:
        return 0
    if "$ref" in schema:
        inner: Any = top
        for name in schema["$ref"].removeprefix("#/").split("/"):
            inner = inner[name]
        return shortest(inner, top, depth + 1)
    if "const" in schema:
        return len(json.dumps(schema["const"]))
    if "enum" in schema:
        return max(len(json.dumps(one)) for one in schema["enum"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return max(shortest(one, top, depth + 1) for one in schema[key])
    if schema.get("type") == "object":
        inner = schema.get("properties", {})
        return 2 + sum(len(name) + 4 + shortest(inner[name], top, depth + 1) for name in schema.get("required", inner))
    if schema.get("type") == "array":
        items = schema.get("prefixItems") or [schema.get("items", {})] * int(schema.get("minItems", 0))
        return 2 + sum(1 + shortest(item, top, depth + 1) for item in items)
    if schema.get("type") == "string":
        return 2 + int(schema.get("minLength", 8 if "pattern" in schema else 0))
    return 24  # a number, true, false or null


class GrammarFault(Faulty):
    """A schema that cannot be held to, or an answer that left its grammar."""


class Constraint:
    """The grammar of one answer, and where in it the answer stands. Raises :class:`GrammarFault`."""

    def __init__(self, tokenizer: LLTokenizer, schema: Schema | None) -> None:
        from llguidance import LLMatcher

        self.schema = bounded(schema if schema is not None else _ANY_JSON)
        try:
            grammar = LLMatcher.grammar_from_json_schema(
                self.schema, overrides={"whitespace_flexible": False, "json_allowed_escapes": 'n"\\'}
            )
        except ValueError as error:
            raise _not_a_grammar(str(error)) from None
        self._matcher = LLMatcher(tokenizer, grammar)
        if self._matcher.is_error():
            raise _not_a_grammar(self._matcher.get_error())
        self._tokenizer = tokenizer
        self._quote = tokenizer.tokenize_str('"')[:1]
        self._closers = [one for text in _CLOSERS for one in tokenizer.tokenize_str(text)[:1]]
        self._in_string = self._escaped = False
        self.reserve = shortest(self.schema) + 8
        """Tokens that are kept for the shortest end; no token is shorter than a character of ASCII."""

    @property
    def ended(self) -> bool:
        """The answer is whole."""
        return self._matcher.is_stopped()

    def forced(self) -> list[int]:
        """Tokens that must follow."""
        tokens: list[int] = self._matcher.compute_ff_tokens()
        return tokens

    def allowed(self, vocabulary: int, closing: bool) -> NDArray[np.bool_]:
        """Which tokens may follow, (vocabulary,); when ``closing``, only one that ends something if there is one."""
        bits = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        allowed = np.unpackbits(bits, bitorder="little")[:vocabulary].astype(bool)
        allowed = np.pad(allowed, (0, vocabulary - len(allowed)))
        if closing:
            for token in self._quote if self._in_string else self._closers:
                if token < vocabulary and allowed[token]:
                    allowed[:] = False
                    allowed[token] = True
                    break
        return allowed

    def take(self, tokens: list[int]) -> None:
        """The answer goes on with ``tokens``."""
        if not self._matcher.consume_tokens(tokens):
            raise GrammarFault(f"the grammar refused its own token: {self._matcher.get_error()[:200]}")
        for byte in self._tokenizer.decode_bytes(tokens):
            if self._in_string and not self._escaped and byte == _BACKSLASH:
                self._escaped = True
                continue
            if byte == _QUOTE and not self._escaped:
                self._in_string = not self._in_string
            self._escaped = False


def _not_a_grammar(told: str) -> GrammarFault:
    return GrammarFault(f"this schema cannot be held to: {' '.join(told.split())[:200]}", where="llguidance")
