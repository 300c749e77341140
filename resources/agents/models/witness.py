"""A model that keeps the error of the model within it.

An exception that leaves a model, or a cancellation that comes from outside, goes through ADK, which logs a traceback of
its own inside and may wrap it. Whoever asks one question wants the error itself, and nothing on the terminal.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from google.adk.models import BaseLlm, LlmCapabilities
from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.genai import types
from pydantic import PrivateAttr

from resources.agents.errors import ModelTimeout
from resources.errors import SparkleError


class Witness(BaseLlm):
    """Asks ``inner`` for at most ``timeout_s`` seconds, and keeps what it raises in :attr:`error`."""

    inner: BaseLlm
    timeout_s: float
    _error: SparkleError | None = PrivateAttr(default=None)

    @property
    def error(self) -> SparkleError | None:
        """What the model raised, or None."""
        return self._error

    @property
    def capabilities(self) -> LlmCapabilities:
        """Those of the model within."""
        return self.inner.capabilities

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        """As the model within, whole; an error ends the turn."""
        try:
            async with asyncio.timeout(self.timeout_s):
                responses = [one async for one in self.inner.generate_content_async(llm_request)]
        except TimeoutError:
            self._error = ModelTimeout(f"{self.model} gave no answer within {self.timeout_s:g} s")
        except SparkleError as error:
            self._error = error
        if self._error is not None:
            none = types.GenerateContentResponseUsageMetadata(prompt_token_count=0, candidates_token_count=0)
            responses = [LlmResponse(error_code=self._error.kind, usage_metadata=none)]
        for response in responses:
            yield response
