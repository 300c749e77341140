"""assemble_ffmpeg: the film."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.director.tools.base import FilmArguments, Tool

if TYPE_CHECKING:
    from resources.pipeline.carry import Outcome
    from resources.pipeline.production import Production


def assemble_ffmpeg(film: Production) -> Outcome:
    """Cut the film: shots joined by packets, transitions, titles, music, one mix, subtitles; ffmpeg writes it.

    Cards and music come from the engines of the film's profile. Needs every shot; raises
    :class:`resources.errors.NeedsReview` when a shot has errors that no person approved.
    """
    return film.cut()


TOOL = Tool(
    name="assemble_ffmpeg",
    stage="final_cut",
    function=assemble_ffmpeg,
    arguments=FilmArguments,
    roles=("cards", "music"),
)
