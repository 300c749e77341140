"""A run that is told to OpenTelemetry when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from resources.errors import StoreFault
from resources.store.remote.diary import foreign_events
from resources.store.timeline import last_event, read_timeline
from resources.telemetry.otel import check, tell, wanted
from schemas.records import RunContext


@contextmanager
def told_run(film: Path, context: RunContext) -> Iterator[None]:
    """What happens to the film in ``film`` meanwhile is told when it is over, however it ends.

    Nothing is done, and nothing imported, unless the environment asks for it. Raises :class:`Missing` before anything
    is made when what that takes is not installed.
    """
    if not (wanted("traces") or wanted("metrics")):
        yield
        return
    check()
    mark = last_event(film)
    try:
        yield
    finally:
        with suppress(StoreFault):  # a timeline that cannot be read is told by whoever needs it
            foreign = foreign_events(film)  # told by the hosts they are of
            events = [event for event in read_timeline(film, after=mark) if event.seq not in foreign]
            tell(context.movie, context.run_id, events)
