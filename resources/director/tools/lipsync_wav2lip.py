"""lipsync_wav2lip: the final picture of a shot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.director.tools.base import Tool, slot_of

if TYPE_CHECKING:
    from resources.pipeline.carry import Outcome
    from resources.pipeline.production import Production


def lipsync_wav2lip(film: Production, shot: str) -> Outcome:
    """Bring motion and speech of a shot together, and encode its final picture, the one time it ever is.

    The lip-sync engine of the film's profile serves: Wav2Lip under a GPU profile, cut-out (whose mouths are drawn from
    the timed phonemes) under the embedded one; the result says which. Needs the shot's motion and voice.
    """
    return film.clip(slot_of(film, shot))


TOOL = Tool(
    name="lipsync_wav2lip", stage="lipsynced_clips", function=lipsync_wav2lip, roles=("lipsync",), agent="lipsync"
)
