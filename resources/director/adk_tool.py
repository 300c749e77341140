"""A tool of the catalogue as ADK's FunctionTool. Imports google-adk; reached through the catalogue only."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from google.adk.tools.function_tool import FunctionTool
from google.adk.tools.tool_context import ToolContext
from google.genai import types

from resources.director.tools.base import Tool

if TYPE_CHECKING:
    from resources.director.bench import Bench


class CarriedTool(FunctionTool):
    """Declares the tool's own schema, and raises: ADK's FunctionTool answers ``{"error": ...}`` and goes on.

    The work runs in a thread, so that a conversation stays responsive while a shot is rendered.
    """

    def __init__(self, tool: Tool, bench: Bench) -> None:
        def call(**arguments: Any) -> dict[str, Any]:
            return tool.call(bench, **arguments).model_dump(mode="json")

        call.__name__ = tool.name
        call.__doc__ = tool.doc
        super().__init__(call)
        self.tool = tool

    def _get_declaration(self) -> types.FunctionDeclaration:
        """The schema of the arguments, as the tool checks them."""
        return types.FunctionDeclaration(
            name=self.name, description=self.description, parameters_json_schema=self.tool.arguments.model_json_schema()
        )

    async def run_async(self, *, args: dict[str, Any], tool_context: ToolContext) -> Any:
        """Check and call. Raises :class:`resources.errors.SparkleError`."""
        return await asyncio.to_thread(self.func, **args)
