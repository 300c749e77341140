"""Agents of google-adk, made only when everything they need is there.

ADK by itself never fails early: an empty model silently means a default Gemini, a missing key shows at the first call,
an unknown model when it is first resolved. Here every check comes first, cheapest first, before ADK is imported::

    the model is named and its spec says something     ModelNotNamed, ModelUnknown
    its key is set                                     CredentialsMissing
    its package, file or folder is there               BackendMissing
    google-adk is installed                            AdkMissing
    its endpoint answers (only when asked to check)    EndpointUnreachable, CredentialsRefused, ModelUnknown

The whole tree is drawn in :mod:`resources.agents.errors`. There is no default model, and nothing serves in the place of
another.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from functools import lru_cache
from importlib import metadata
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from resources.agents.errors import AdkMissing
from resources.agents.models import checks
from resources.agents.models.spec import ModelSpec, parse_spec
from resources.errors import InputError

if TYPE_CHECKING:
    from google.adk.agents import LlmAgent
    from google.adk.models import BaseLlm
    from google.genai import types

Mode = Literal["per-tool", "shared"]
ADK_MAJOR = "2"
_importing = threading.Lock()


def check_model(model_spec: str | None, *, endpoint: bool = False) -> ModelSpec:
    """Everything that can be known about ``model_spec`` before work begins. Nothing is loaded, ADK is not imported.

    ``endpoint`` also asks the model's service whether it is there. Raises the errors named above.
    """
    spec = parse_spec(model_spec)
    checks.check_credentials(spec)
    checks.check_backend(spec)
    checks.check_adk()
    if endpoint:
        checks.check_endpoint(spec)
    return spec


def require_adk() -> None:
    """Import google-adk, once, and teach it the project's models. Raises :class:`AdkMissing`.

    0.9 s and 64 MB: call it where an agent is about to be made, not at import.
    """
    checks.check_adk()
    with _importing:
        _import_adk()


@lru_cache(maxsize=1)
def _import_adk() -> None:
    version = metadata.version("google-adk")
    if version.partition(".")[0] != ADK_MAJOR:
        raise AdkMissing(
            f"google-adk {version} is installed, 2.13 or newer is needed", hint="pip install 'google-adk>=2.13,<3'"
        )
    with warnings.catch_warnings():
        # ADK's own dependencies deprecate each other's names while they are imported; nothing of ours runs here
        warnings.simplefilter("ignore", DeprecationWarning)
        import google.adk.agents
        import google.adk.apps
        import google.adk.flows.llm_flows.single_flow  # this and Workflow: else at the first question, in its time
        import google.adk.runners
        import google.adk.sessions
        import google.adk.tools  # noqa: F401
        from google.adk import Workflow  # noqa: F401
        from google.adk.models import LLMRegistry
    from resources.agents.models.sparkle_local import SparkleLocal

    LLMRegistry.register(SparkleLocal)  # so that a Workflow's YAML may name it


def make_model(spec: ModelSpec) -> BaseLlm:
    """A new model behind ``spec``, as ADK asks it."""
    require_adk()
    if spec.kind == "rules":
        from resources.agents.models.sparkle_local import SparkleLocal

        return SparkleLocal()
    if spec.kind == "gemini":
        from resources.agents.models.gemini import make_gemini

        return make_gemini(spec.model)
    if spec.kind == "endpoint":
        from resources.agents.models.openai_compatible import OpenAICompatible

        return OpenAICompatible(model=spec.model, spec=spec)
    from resources.agents.models.transformers_local import TransformersLocal

    return TransformersLocal(model=spec.model, spec=spec)


def create_agent(
    name: str,
    model_spec: str | None,
    *,
    instruction: str = "",
    tools: Sequence[Any] = (),
    output_schema: type[BaseModel] | None = None,
    generation: types.GenerateContentConfig | None = None,
    check_endpoint: bool = False,
) -> LlmAgent:
    """A new agent, after every check.

    ``name`` is a Python identifier. ``instruction`` is constant text; it is handed over as a callable, so that ADK does
    not fill ``{braces}`` in it from session state. ``generation`` holds seed, temperature and the most output tokens.
    """
    _check_name(name)
    spec = check_model(model_spec, endpoint=check_endpoint)
    model = make_model(spec)
    from google.adk.agents import LlmAgent

    return LlmAgent(
        name=name,
        model=model,
        instruction=lambda _context: instruction,
        tools=list(tools),
        output_schema=output_schema,
        generate_content_config=generation,
    )


def get_agent(
    tool_name: str,
    model_spec: str | None,
    mode: Mode = "per-tool",
    *,
    instruction: str = "",
    tools: Sequence[Any] = (),
    output_schema: type[BaseModel] | None = None,
    check_endpoint: bool = False,
) -> LlmAgent:
    """An agent for ``tool_name``, after every check.

    ``per-tool``: a fresh one at every call, the caller's own. ``shared``: one for each (tool_name, model_spec),
    counted; give it back with :func:`close_agent`. Asking for a shared agent with another instruction, other tools or
    another schema than it was made with raises :class:`InputError`.
    """
    from resources.agents import shared

    def make() -> LlmAgent:
        return create_agent(
            tool_name,
            model_spec,
            instruction=instruction,
            tools=tools,
            output_schema=output_schema,
            check_endpoint=check_endpoint,
        )

    if mode == "per-tool":
        return make()
    if mode != "shared":
        raise InputError(f"there is no mode {str(mode)[:40]!r}", where=tool_name, hint="per-tool or shared")
    spec = check_model(model_spec)
    return shared.take(tool_name, spec.text, (instruction, tuple(tools), output_schema), make)


def close_agent(name: str, model_spec: str | None = None) -> None:
    """Give a shared agent back. The last one closes its runner.

    ``model_spec`` is needed only when agents of this name share several models. Raises :class:`InputError` for an agent
    that nobody shares.
    """
    from resources.agents import shared

    shared.give_back(name, model_spec)


def _check_name(name: str) -> None:
    if not name.isidentifier() or name == "user":
        raise InputError(
            f"{name[:60]!r} is not a name for an agent", hint="letters, digits and _, not beginning with a digit"
        )
