"""Progress of work under way, for whoever watches in this process: a terminal, an agent, a notebook."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from schemas.records import CallbackEvent

Listener = Callable[[CallbackEvent], None]

_lock = threading.Lock()
_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call ``listener`` with every event meanwhile, from whatever thread it comes. It must be quick, and not raise."""
    with _lock:
        _listeners.append(listener)
    try:
        yield
    finally:
        with _lock:
            _listeners.remove(listener)


def tell_progress(event: CallbackEvent) -> None:
    """Give ``event`` to everyone who listens."""
    with _lock:
        listeners = list(_listeners)
    for listener in listeners:
        listener(event)
