"""images_sdxl: the keyframe of a shot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.director.tools.base import Tool, slot_of

if TYPE_CHECKING:
    from resources.pipeline.carry import Outcome
    from resources.pipeline.production import Production


def images_sdxl(film: Production, shot: str) -> Outcome:
    """Make the keyframe of a shot: place, light, framing and who stands in it.

    The image engine of the film's profile serves: SDXL under a GPU profile, cut-out under the embedded one; the result
    says which. Raises :class:`resources.errors.RenderFault` when what came out is not a picture of the asked size.
    """
    return film.image(slot_of(film, shot))


TOOL = Tool(name="images_sdxl", stage="shot_images", function=images_sdxl, roles=("image",), agent="images")
