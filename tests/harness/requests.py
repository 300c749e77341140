"""Requests as small as they can be."""

from __future__ import annotations

from typing import Any

from schemas.media import ImageRequest

_LOOK: dict[str, Any] = {
    "species": "person", "age": "adult", "build": "medium", "skin": "#aa7755", "hair": "short",
    "hair_colour": "#221100", "garment": "coat", "garment_colour": "#cc2222", "headwear": "none",
    "headwear_colour": "#000000", "glasses": False,
}  # fmt: skip


def image_request(*figures: str, **given: Any) -> ImageRequest:
    """A keyframe of a boat, 256 x 144, with ``figures`` in it (each an id)."""
    return ImageRequest.model_validate(
        {
            "prompt": "a boat on the sea", "action": "it rocks", "style": "oil painting", "width": 256, "height": 144,
            "size": "medium", "place": "sea", "location_id": "sea", "location_text": "", "time_of_day": "day",
            "weather": "clear", "mood": "warm", "emotion": "neutral", "props": [], "film_seed": 1, "seed": 5,
            "figures": [
                {"character_id": who, "name": who.title(), "description": "", "look": _LOOK} for who in figures
            ],
            **given,
        }
    )  # fmt: skip
