"""The service behind an endpoint's spec, and whether it is there. Free of ADK."""

from __future__ import annotations

import asyncio
import os

from resources.agents.errors import EndpointUnreachable, ModelUnknown
from resources.agents.models.http import Service
from resources.agents.models.spec import SERVERS, ModelSpec


def service_of(spec: ModelSpec) -> Service:
    """The endpoint of ``spec``, with the key of the environment."""
    key = os.environ.get(spec.key_variable, "").strip() if spec.key_variable else ""
    return Service(spec.base_url or "", key or None, spec.key_variable)


async def check_served(spec: ModelSpec, timeout_s: float) -> None:
    """Ask for the list of models. An endpoint that gives none is there, and is believed.

    Raises :class:`EndpointUnreachable`, :class:`CredentialsRefused`, or :class:`ModelUnknown` naming what is served.
    """
    service = service_of(spec)
    try:
        async with asyncio.timeout(timeout_s):
            answer = await service.get("/models", timeout_s=timeout_s)
    except TimeoutError:
        raise EndpointUnreachable(
            f"nobody answers within {timeout_s:g} s", where=service.base_url, hint="is the server running?"
        ) from None
    listed = answer.get("data")
    served = [str(one.get("id")) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    wanted = {spec.model, f"{spec.model}:latest"}  # Ollama's name for a model without a tag
    if served and spec.model not in {server.model for server in SERVERS.values()} and wanted.isdisjoint(served):
        raise ModelUnknown(
            f"the endpoint does not serve {spec.model!r}",
            where=service.base_url,
            hint=f"it serves {', '.join(sorted(served)[:6])}",
        )
