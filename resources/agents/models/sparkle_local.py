"""``sparkle/local`` as a model of ADK. Import it only where google-adk may be imported."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator

from google.adk.models import BaseLlm, LlmCapabilities
from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.genai import types

from resources.agents.errors import ModelFault
from resources.agents.models.rules import RULES_VERSION, answer_by_rule
from resources.agents.models.spec import RULES_SPEC

AGENT_LABEL = "adk_agent_name"
"""The label under which ADK tells a model which agent asks (google.adk.flows.llm_flows.base_llm_flow)."""


class SparkleLocal(BaseLlm):
    """Answers by the rule of the agent that asks. Free of state, so one instance serves any number of calls."""

    model: str = RULES_SPEC
    agent: str = ""
    """The agent whose rule answers; empty: the name that ADK puts into the request."""

    @classmethod
    def supported_models(cls) -> list[str]:
        """Patterns for ADK's registry."""
        return [r"sparkle/local"]

    @property
    def capabilities(self) -> LlmCapabilities:
        """A rule calls no tools."""
        return LlmCapabilities(output_schema_and_tools=False)

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        """One answer. The content is the first part of the user's message, a JSON object."""
        agent = self.agent or (llm_request.config.labels or {}).get(AGENT_LABEL, "")
        texts = [part.text for content in llm_request.contents for part in content.parts or [] if part.text]
        try:
            asked = json.loads(texts[0])
        except (IndexError, ValueError):
            asked = None
        if not isinstance(asked, dict):
            raise ModelFault(
                "sparkle/local reads a JSON object, and nothing else", where=agent, hint="name a language model"
            )
        text = answer_by_rule(agent, asked, llm_request.config.seed or 0)
        yield LlmResponse(
            content=types.Content(role="model", parts=[types.Part(text=text)]),
            model_version=RULES_VERSION,
            finish_reason=types.FinishReason.STOP,
            usage_metadata=types.GenerateContentResponseUsageMetadata(
                prompt_token_count=0, candidates_token_count=0, total_token_count=0
            ),
        )
