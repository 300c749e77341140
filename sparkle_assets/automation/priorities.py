"""Who goes first in the queue: somebody who waits for one shot, then a preview, then films, then the night."""

from __future__ import annotations

from collections.abc import Mapping

RETAKE = 20
"""One shot again: a person looks at it next."""
PREVIEW = 10
"""A plan, or a shot without its final frames: cheap, and the rest waits for it."""
FILM = 0
NIGHT = -20
"""Whatever nobody waits for."""


def run_tags(priority: int) -> Mapping[str, str]:
    """Tags of a run: its place in the queue, and that no run is ever retried as a whole.

    What may pass is tried again below (``resources.pipeline.carry``); a retry of the run on top of it would triple
    that, also where somebody's own ``dagster.yaml`` turns retries on.
    """
    return {"dagster/priority": str(priority), "dagster/max_retries": "0"}
