"""What an image engine that paints with a model is lent by this floor and those below it: policy, words, safety.

They stand above the engines (``resources.gpu`` may not import them), so they are handed over as functions.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from resources.agents.policy import blocking, check_text, text_policy
from resources.agents.portrait import portrait
from resources.engines import Frame, VisionJudge
from resources.gpu.sdxl.helpers import Helpers
from resources.quality.policy import load_policy
from resources.quality.safety import Exposure, measure_exposure
from schemas.media import ImageRequest


def picture_helpers(profile: str, judge: Callable[[], VisionJudge] | None = None) -> Helpers:
    """The checks of a profile, as the engine asks for them; ``judge`` gives the one that looks at quick samples."""
    limit = load_policy(profile).checks["safety"].limit

    def inspect(picture: Path) -> Exposure | None:
        found = measure_exposure(picture)
        return found if found.probability > limit else None

    return Helpers(text=why_not, inspect=inspect, portrait=portrait, judge=None if judge is None else glance(judge))


def glance(judge: Callable[[], VisionJudge]) -> Callable[[Frame, str], float]:
    """How well one frame shows what a text says, as ``judge`` sees it; it is made when the first frame is there."""
    return lambda frame, prompt: judge().judge([frame], prompt).prompt_match.score


def why_not(request: ImageRequest) -> str:
    """Why the words of ``request`` may not be drawn; empty where they may.

    What an agent composed is held to what a model may write; words that stand in the plan as well count as the
    person's, who was asked about them when the plan was read.
    """
    own = "\n".join((request.prompt, request.action, request.style, request.location_text))
    composed = "\n".join((request.composed_prompt, request.composed_prompt_2)).strip()
    found = blocking(check_text(composed or own, text_policy(), written_by="model", own=own))
    return str(found[0]) if found else ""
