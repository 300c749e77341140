"""Saving a film's records as ADK artifacts: the one place, whichever door the film was made through.

Called when a film is finished and when something failed. It costs nothing when nothing happened since it was last
called (and imports no ADK then), and it never loses a film: what cannot be saved is told, in the log and the timeline.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from resources.errors import DiskFull, SparkleError, StoreFault
from resources.store.artifacts import Artifacts
from resources.store.timeline import happened_since, write_memory_event

NEWS = ("success", "reused", "failed")

logger = logging.getLogger("sparkle.records")


def save_film(store: Artifacts, fault: SparkleError | None = None) -> None:
    """Save the records of a film when anything happened to it; ``fault`` is why, when it is a failure.

    A full disk is not asked to take records too.
    """
    if isinstance(fault, DiskFull):
        return
    folder = store.film.path
    try:
        if not happened_since(folder, "saved", NEWS):
            return
        from resources.agents.records.film import save_records

        versions = save_records(store)
        numbers = {version.name: version.number for version in versions}
        write_memory_event(folder, "saved", versions=numbers, new=[one.name for one in versions if one.created])
    except SparkleError as error:
        logger.warning("%s: the film is whole, its records could not be saved: %s", store.film.movie, error)
        with suppress(StoreFault):
            write_memory_event(folder, "save_failed", error=str(error), kind=error.kind)
