"""Make a film with tiny engines in a process of its own: ``python -m tests.harness.produce HOME MOVIE [SECONDS]``.

SECONDS is how long each keyframe takes, so that a test can come in between.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from resources.director.bench import Bench
from resources.director.production_agent import run
from resources.errors import SparkleError
from resources.pipeline.engines import Engines
from resources.profile import load_profile
from resources.store.film import Home
from schemas.media import ImageRequest
from tests.harness.engines import TinyCards, TinyImages, TinyLipsync, TinyMusic, TinyVideo, TinyVoices


@dataclass(frozen=True)
class SlowImages(TinyImages):
    seconds: float = 0.0

    def render_image(self, request: ImageRequest, folder: Path) -> None:
        time.sleep(self.seconds)
        super().render_image(request, folder)


def tiny_engines(cache: Path, seconds: float = 0.0) -> Engines:
    return Engines(load_profile("embedded"), cache).replaced(
        {
            "image": SlowImages(seconds=seconds),
            "video": TinyVideo(),
            "lipsync": TinyLipsync(),
            "cards": TinyCards(),
            "voice": TinyVoices(),
            "music": TinyMusic(),
        }
    )


def main(home: Path, movie: str, seconds: float = 0.0, engines: Callable[[Path, float], Engines] = tiny_engines) -> int:
    store = Home(home)
    made = engines(store.cache, seconds)
    try:
        result = run(Bench(store, lambda profile: made), movie)
    except SparkleError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    finally:
        made.close()
    sys.stdout.write(json.dumps(result.model_dump(mode="json")) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], *map(float, sys.argv[3:])))
