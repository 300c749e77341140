"""One turn of a conversation with the ADK Workflow, in a process of its own, on tiny engines whose clips never move.

``python -m tests.harness.converse HOME SESSION TEXT``: TEXT is an idea, or the answer to what was asked last. Prints
one JSON object: every text that was said, the open request, and the last output.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from resources.agents.adk_factory import require_adk
from resources.director.bench import Bench
from resources.director.workflow import load_workflow
from resources.pipeline.engines import Engines
from resources.store.film import Home
from tests.harness.engines import FrozenLipsync
from tests.harness.produce import tiny_engines


async def turn(
    session_db: Path, session: str, text: str, state: dict[str, Any], engines: Engines, home: Home
) -> dict[str, Any]:
    require_adk()
    from resources.director import nodes

    kept = nodes.bench
    nodes.bench = lambda: Bench(home, lambda profile: engines)  # type: ignore[assignment]
    try:
        return await _turn(session_db, session, text, state)
    finally:
        nodes.bench = kept


async def _turn(session_db: Path, session: str, text: str, state: dict[str, Any]) -> dict[str, Any]:
    from google.adk.apps import App
    from google.adk.runners import Runner
    from google.adk.sessions.sqlite_session_service import SqliteSessionService
    from google.genai import types

    service = SqliteSessionService(str(session_db))
    who = {"app_name": "sparkle", "user_id": "u", "session_id": session}
    known = await service.get_session(**who)
    pending = None
    if known is None:
        await service.create_session(**who, state=state)
    else:
        calls = [call for event in known.events for call in event.get_function_calls()]
        pending = next((call for call in reversed(calls) if call.name == "adk_request_input"), None)
    part = types.Part(text=text)
    if pending is not None:
        answer = types.FunctionResponse(id=pending.id, name=pending.name, response={"result": text})
        part = types.Part(function_response=answer)
    said, asked, output = [], None, None
    async with Runner(app=App(name="sparkle", root_agent=load_workflow()), session_service=service) as runner:
        message = types.Content(role="user", parts=[part])
        async for event in runner.run_async(user_id="u", session_id=session, new_message=message):
            said += [one.text for one in (event.content.parts if event.content else None) or [] if one.text]
            for call in event.get_function_calls():
                asked = dict(call.args or {})
            output = event.output if event.output is not None else output
    return {"said": said, "asked": asked, "output": output}


def main(home: Path, session: str, text: str) -> int:
    store = Home(home)
    store.prepare()
    engines = tiny_engines(store.cache).replaced({"lipsync": FrozenLipsync()})
    (home / "adk").mkdir(exist_ok=True)
    try:
        value = asyncio.run(turn(home / "adk" / "sessions.db", session, text, {"resolution": "144p"}, engines, store))
    finally:
        engines.close()
    sys.stdout.write(json.dumps(value) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
