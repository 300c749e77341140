"""tts_chatterbox: the dialogue of a shot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.director.tools.base import Tool, slot_of

if TYPE_CHECKING:
    from resources.pipeline.carry import Outcome
    from resources.pipeline.production import Production


def tts_chatterbox(film: Production, shot: str) -> Outcome:
    """Speak the lines of a shot, time every word and mouth shape, and fix the length of the shot.

    The voice engine of the film's profile serves: Chatterbox under a GPU profile, the embedded voices otherwise; the
    result says which. Raises :class:`resources.errors.RenderFault` when a line came out silent.
    """
    return film.voice(slot_of(film, shot))


TOOL = Tool(name="tts_chatterbox", stage="voice_tracks", function=tts_chatterbox, roles=("voice",), agent="tts")
