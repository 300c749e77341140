"""What making a film took: seconds of machines and of their cards, and money where the profile has prices.

Counted from the record of attempts (:mod:`resources.store.steps`), failed ones included, so it is the same whoever
made the film and however often it was interrupted. An attempt whose process was killed wrote no end and counts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from resources.profile import Profile, Role
from resources.store.steps import steps
from schemas.refs import Stage

ROLES: dict[Stage, Role] = {
    "shot_images": "image",
    "voice_tracks": "voice",
    "video_chunks": "video",
    "lipsynced_clips": "lipsync",
}
"""Whose engine works in a stage."""


@dataclass(frozen=True)
class Work:
    """Work of machines on a film."""

    seconds: float = 0.0
    gpu_seconds: float = 0.0
    """Of these, in stages that had a card."""
    usd: float = 0.0

    def since(self, before: Work) -> Work:
        """What was added to ``before``."""
        return Work(
            self.seconds - before.seconds, self.gpu_seconds - before.gpu_seconds, round(self.usd - before.usd, 6)
        )


def work_on(folder: Path, profile: Profile) -> Work:
    """All work on the film in ``folder`` so far, at the prices of ``profile``. Raises :class:`StoreFault`."""
    seconds = gpu = usd = 0.0
    for step in steps(folder):
        seconds += step.seconds
        gpu += step.seconds if on_a_card(profile, step.stage) else 0.0
        usd += profile.farm.usd(step.stage, step.seconds) if profile.farm is not None else 0.0
    return Work(seconds, gpu, usd)


def on_a_card(profile: Profile, stage: Stage) -> bool:
    """Whether a stage holds a card while it works."""
    if profile.farm is not None:
        return profile.farm.stages[stage].gpu_gb > 0
    role = ROLES.get(stage)
    return profile.gpu is not None and role is not None and profile.on_models(role)
