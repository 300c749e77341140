"""Which queue a run waits in, and how far ahead: by what it makes and who waits for it."""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from resources.farm import queue_of
from schemas.refs import STAGES, Stage
from sparkle_assets.automation.jobs import ASSETS_OF
from sparkle_assets.automation.priorities import FILM, PREVIEW, RETAKE

QUEUE_PREFIX = "sparkle."
_STEPS = ((RETAKE, 0), (PREVIEW, 3), (FILM, 6))
"""Redis, which has no priorities, is given a list for each by kombu; the lowest number is served first."""
LAST = 9


def stages_of(run: dg.DagsterRun) -> frozenset[Stage]:
    """What a run makes: the assets that were chosen, else those of its job."""
    chosen = [key.path[-1] for key in run.asset_selection or ()] or ASSETS_OF.get(run.job_name, ())
    return frozenset(_stages(chosen))


def queue_name(queue: str) -> str:
    """A queue as the broker knows it."""
    return f"{QUEUE_PREFIX}{queue}"


def place(run: dg.DagsterRun) -> tuple[str, int]:
    """The queue of a run, and its place there."""
    return queue_name(queue_of(stages_of(run))), turn_of(run)


def turn_of(run: dg.DagsterRun) -> int:
    """0 to 9, the first served first: a retake, a preview, a film, the night."""
    text = run.tags.get("dagster/priority", str(FILM))
    priority = int(text) if text.lstrip("-").isdigit() else FILM
    return next((turn for least, turn in _STEPS if priority >= least), LAST)


def _stages(assets: Iterable[str]) -> Iterable[Stage]:
    for asset in assets:
        made = "voice_tracks" if asset == "shot_timing" else asset
        yield from (stage for stage in STAGES if stage == made)
