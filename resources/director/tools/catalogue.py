"""The catalogue of tools: what there is, what each takes and needs, and each as an ADK FunctionTool."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from resources.director.estimate import memory_of
from resources.director.tools import (
    assemble_ffmpeg,
    images_sdxl,
    lipsync_wav2lip,
    qa_qwen2vl,
    script_agent,
    tts_chatterbox,
    videos_wan,
)
from resources.director.tools.base import Tool
from resources.errors import ConfigInvalid, Missing

if TYPE_CHECKING:
    from google.adk.tools.function_tool import FunctionTool

    from resources.director.bench import Bench
    from resources.profile import Profile

MODULES = (script_agent, images_sdxl, tts_chatterbox, videos_wan, lipsync_wav2lip, assemble_ffmpeg, qa_qwen2vl)
"""In the order of work."""


@cache
def catalogue() -> Mapping[str, Tool]:
    """Every tool by name, in the order of work."""
    return catalogue_of(module.TOOL for module in MODULES)


def catalogue_of(tools: Iterable[Tool]) -> dict[str, Tool]:
    """``tools`` by name. Raises :class:`ConfigInvalid` when two names are one but for their case."""
    found: dict[str, Tool] = {}
    for tool in tools:
        if tool.name.casefold() in {name.casefold() for name in found}:
            raise ConfigInvalid(f"two tools are called {tool.name!r}", where="the catalogue of tools")
        found[tool.name] = tool
    return found


def find_tool(name: str) -> Tool:
    """The tool with this name. Raises :class:`Missing`."""
    try:
        return catalogue()[name]
    except KeyError:
        raise Missing(f"there is no tool {name[:64]!r}", hint=f"tools: {', '.join(catalogue())}") from None


def tool_of_stage(stage: str) -> Tool:
    """The tool that makes a stage."""
    return next(tool for tool in catalogue().values() if tool.stage == stage)


def tool_of_role(role: str) -> Tool:
    """The tool that an engine serves."""
    return next(tool for tool in catalogue().values() if role in tool.roles)


def describe(profile: Profile) -> list[dict[str, Any]]:
    """The catalogue as data: schema, retry policy, engine and expected memory of each tool under ``profile``."""
    engines = profile.engines.model_dump()
    return [
        {
            "name": tool.name,
            "description": tool.doc,
            "stage": tool.stage,
            "parameters": tool.arguments.model_json_schema(),
            "retry": {
                "attempts": tool.retry.attempts,
                "first_delay_s": tool.retry.first_delay_s,
                "factor": tool.retry.factor,
            },
            "engines": {role: engines[role] for role in tool.roles},
            "memory_bytes": max((memory_of(engines[role]) for role in tool.roles), default=memory_of("")),
        }
        for tool in catalogue().values()
    ]


def function_tool(tool: Tool, bench: Bench) -> FunctionTool:
    """A tool as ADK calls it. Arguments are checked before anything happens, and errors are raised."""
    from resources.agents.adk_factory import require_adk

    require_adk()
    from resources.director.adk_tool import CarriedTool

    return CarriedTool(tool, bench)


def function_tools(bench: Bench) -> list[FunctionTool]:
    """All seven."""
    return [function_tool(tool, bench) for tool in catalogue().values()]
