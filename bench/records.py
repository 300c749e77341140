"""What records cost: events of the timeline, a whole attempt, reading, and ADK's artifact service.

``python bench/records.py [FOLDER]``; the folder decides which disk is measured.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from resources.agents.records.published import publish, resolve
from resources.agents.records.service import AdkArtifacts
from resources.store.database import close_databases
from resources.store.steps import Step
from resources.store.timeline import read_timeline, write_memory_event


def cost(text: str, work: Callable[[], object], times: int = 1) -> None:
    begun = time.perf_counter()
    for _ in range(times):
        work()
    print(f"{text:<52} {(time.perf_counter() - begun) / times * 1000:8.2f} ms")


def attempt(film: Path) -> None:
    step = Step(film, "shot_images", slot="01", shot="one", fingerprint="a" * 64)
    step.begin()
    with step.under_way(), step.inference("none"):
        pass
    step.succeed()


def main() -> None:
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as folder:
        home, film = Path(folder), Path(folder) / "movies" / "bench"

        def reopened() -> None:
            close_databases()
            write_memory_event(film, "note", text="x")

        cost("first event of a film (the file is made)", lambda: write_memory_event(film, "note", text="x"))
        cost("event, the database opened for each", reopened, 50)
        cost("event, the database open", lambda: write_memory_event(film, "note", text="x"), 1000)
        cost("attempt: begin, inference, cleanup, success", lambda: attempt(film), 200)
        cost(f"read {len(read_timeline(film))} events", lambda: read_timeline(film), 5)
        cost("import ADK", lambda: AdkArtifacts(home).service)
        cost("publish every schema", lambda: publish(home))
        cost("publish every schema again: nothing to do", lambda: publish(home))
        cost("resolve MoviePlan", lambda: resolve("MoviePlan", home), 10)


main()
