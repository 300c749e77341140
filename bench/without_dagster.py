"""`sparkle` whose `make` calls the same stages, holds and passes over the shots one after the other, without a graph.

What Dagster costs is measured against it (``bench/graph.py share``); it records nothing and cannot go on from a fault.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from resources.director.tools.assemble_ffmpeg import assemble_ffmpeg
from resources.director.tools.images_sdxl import images_sdxl
from resources.director.tools.lipsync_wav2lip import lipsync_wav2lip
from resources.director.tools.qa_qwen2vl import qa_qwen2vl
from resources.director.tools.tts_chatterbox import tts_chatterbox
from resources.director.tools.videos_wan import videos_wan
from resources.pipeline import examine
from resources.pipeline.production import Production
from sparkle_assets.cli import main
from sparkle_assets.cli.making import Making


class Bare:
    """Runs a job's stages with the checks that hold a shot, as the assets do."""

    def __init__(self, film: Production) -> None:
        self.film = film

    def add_movie(self, movie: str) -> None:
        """There is nothing to add it to."""

    def recorded(self, asset: str, movie: str, slot: str | None = None) -> str | None:
        return None

    def held(self, movie: str, slot: str) -> bool:
        return False

    def close(self) -> None:
        """There is no instance."""

    def run(self, job: str, movie: str, slot: str | None = None) -> None:
        film = self.film
        if slot is None:
            if job == "plan_film":
                film.plan()
            else:
                assemble_ffmpeg(film)
                qa_qwen2vl(film)
                film.qa()
            return
        if job != "finish_shot":
            images_sdxl(film, slot)
            examine.hold_image(film, slot)
            tts_chatterbox(film, slot)
            examine.hold_early(film, slot)
            videos_wan(film, slot)
        if job != "prepare_shot":
            lipsync_wav2lip(film, slot)
            examine.hold_shot(film, slot)


if __name__ == "__main__":
    Making._runner = lambda making: Bare(making.production)  # type: ignore[method-assign]
    try:
        main()
    finally:
        if "dagster" in sys.modules:
            raise RuntimeError("Dagster was imported: this measures nothing")
