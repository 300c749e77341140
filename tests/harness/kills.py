"""Films that are killed: a film made with tiny engines in a process of its own, drawn in that process itself.

The processes come from a fork server that has loaded everything, so that a kill costs the work and not the imports.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from multiprocessing.process import BaseProcess
from pathlib import Path

from resources.errors import SparkleError
from resources.media.encode import Picture
from resources.media.planes import Meter
from resources.media.process import ProcessFailed
from resources.media.workers import FrameSource, Workers, render_ranges
from resources.pipeline.engines import Engines
from resources.pipeline.render import Renderer
from resources.store.film import Home
from tests.harness import produce

MOVIE = "hello"
PLAN = {
    "title": "Hello",
    "resolution": "144p",
    "title_card_s": 0,
    "end_card_s": 0,
    "characters": [{"id": "ada", "name": "Ada"}],
    "shots": [
        {
            "id": "one",
            "prompt": "Ada waves from a boat",
            "duration_s": 1,
            "dialogue": [{"character_id": "ada", "text": "Hi."}],
        },
        {"id": "two", "prompt": "the boat leaves", "duration_s": 1, "transition": {"kind": "cut", "frames": 0}},
    ],
}
"""Two shots of a second, as small as frames come."""
POINTS = (
    "timeline.before_commit",
    "timeline.after_commit",
    "movie_plan.made",
    "store.after_tmp:3",
    "file.after_fsync:2",
    "file.after_rename:3",
    "shot_images.made",
    "store.before_fsync:2",
    "store.after_fsync",
    "voice_tracks.made",
    "step.before_event",
    "video_chunks.made",
    "range.encoded",
    "step.after_event",
    "store.before_rename",
    "store.after_rename",
    "render.begun",
    "render.drawn",
    "lipsynced_clips.made",
    "store.before_manifest",
    "store.after_manifest",
    "final_cut.made",
    "copy.after_tmp",
    "copy.after_rename:2",
    "final_cut.shown",
    "qa_report.made",
)
"""Every crash point there is, in an order in which one film can come by at all of them."""


class InlineWorkers(Workers):
    """Draws at once, in the process that asks."""

    def submit(
        self,
        source: FrameSource,
        picture: Picture,
        folder: Path,
        spans: Sequence[tuple[int, int, bool]],
        meter: Meter | None = None,
    ) -> Future[int]:
        done: Future[int] = Future()
        try:
            done.set_result(render_ranges(source, picture, folder, spans, meter))
        except (SparkleError, ProcessFailed, OSError, MemoryError) as error:  # as a pool does: who asks for it gets it
            done.set_exception(error)
        return done

    def warm(self) -> None:
        """There is nobody to warm."""


def inline_engines(cache: Path, seconds: float = 0.0) -> Engines:
    engines = produce.tiny_engines(cache, seconds)
    engines.workers = InlineWorkers(1)
    engines.renderer = Renderer(engines.workers, cache)
    return engines


def new_film(root: Path, movie: str = MOVIE) -> Home:
    home = Home(root)
    path = home.film(movie).plan_path
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(PLAN), encoding="utf-8")
    return home


def work(root: str, point: str, movie: str = MOVIE, engines: Callable[[Path, float], Engines] = inline_engines) -> None:
    """The whole life of a process that makes the film, with what it has to say in ``<root>/said-<pid>``."""
    os.environ["SPARKLE_CRASH_AT"] = point
    with Path(root, f"said-{os.getpid()}").open("w", encoding="utf-8") as file:
        sys.stdout = sys.stderr = file
        sys.exit(produce.main(Path(root), movie, engines=engines))


def start(home: Home, point: str = "", movie: str = MOVIE) -> BaseProcess:
    """A process that makes the film and dies at ``point``."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.harness.preloaded"])
    process = context.Process(target=work, args=(str(home.root), point, movie))
    process.start()
    return process
