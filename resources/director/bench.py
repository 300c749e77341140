"""Where the director works: a home, and the engines of each profile. One film is worked on by one thread at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from resources.errors import Busy
from resources.pipeline.engines import Engines, engines_of
from resources.pipeline.production import Production
from resources.store.film import Home
from resources.store.locks import film_lock

WAIT_S = 3600.0
"""A step waits its turn this long while another process, or another conversation, works on the same film."""

_turns: dict[Path, threading.Lock] = {}
"""``film_lock`` lets its own process in again; conversations are threads of one process, so they need this one too."""


class Bench:
    """A home and its engines. ``engines`` gives those of a profile by name; None takes the profile's own."""

    def __init__(self, home: Home, engines: Callable[[str], Engines] | None = None) -> None:
        self.home = home
        self._engines = engines

    def engines(self, profile: str) -> Engines:
        """The engines of a profile."""
        return self._engines(profile) if self._engines is not None else engines_of(profile, self.home.cache)

    @contextmanager
    def turn(self, movie: str, *, wait: float = WAIT_S) -> Iterator[None]:
        """The film is this thread's alone. Raises :class:`Busy`."""
        self.home.prepare()
        folder = self.home.film(movie).path
        lock = _turns.setdefault(folder, threading.Lock())
        if not lock.acquire(timeout=wait):
            raise Busy(f"film {movie!r} is being made in another conversation", hint="wait for it, or stop it")
        try:
            with film_lock(folder, wait=wait):
                yield
        finally:
            lock.release()

    @contextmanager
    def film(self, movie: str, *, wait: float = WAIT_S) -> Iterator[Production]:
        """A film that is there, for one step. Raises :class:`Missing` and what the pipeline raises."""
        self.home.known(movie)
        with self.turn(movie, wait=wait):
            film = self.peek(movie)
            with film.run():
                yield film

    def peek(self, movie: str) -> Production:
        """A film without its lock, to read what is there."""
        return Production(self.home, movie, self.engines)


def bench_from_environment() -> Bench:
    """The bench in ``SPARKLE_HOME`` (``./.sparkle``): what `adk run` and `adk web` work on."""
    return Bench(Home(Path(os.environ.get("SPARKLE_HOME") or ".sparkle")))
