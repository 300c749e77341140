"""videos_wan: the motion of a shot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.director.tools.base import Tool, slot_of

if TYPE_CHECKING:
    from resources.pipeline.carry import Outcome
    from resources.pipeline.production import Production


def videos_wan(film: Production, shot: str) -> Outcome:
    """Give a shot its motion: rendered chunks on a GPU, an animation score in the embedded studio.

    The video engine of the film's profile serves: Wan 2.1 under a GPU profile, cut-out under the embedded one; the
    result says which. Needs the shot's keyframe and voice; raises :class:`resources.errors.Missing` without them.
    """
    return film.video(slot_of(film, shot))


TOOL = Tool(name="videos_wan", stage="video_chunks", function=videos_wan, roles=("video",), agent="videos")
