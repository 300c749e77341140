"""Pause, resume and stop a film that some process works on, from any other process.

What a person wishes is one small file in the film's folder (``control.json``), replaced atomically. Whoever makes the
film, through whichever door, looks at it before every step (:func:`resources.pipeline.carry.carry`):

- *pause* belongs to the film: the working process holds at its next step until somebody resumes or stops it, and no
  new work begins meanwhile; a process that others queue behind (:func:`leaving`) does not hold, it ends;
- *stop* belongs to the process that worked on the film when it was asked: that one ends at its next step, and whoever
  begins after it is not meant.

Asking twice is asking once. Everything is told in the film's timeline.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

from pydantic import ValidationError

from resources.errors import Paused, Stopped
from resources.store.atomic import write_json
from resources.store.film import FilmFolder
from resources.store.locks import holder
from resources.store.timeline import now, write_memory_event
from schemas.plan import Strict

RECORD = "control.json"
LOOK_S = 0.2
"""A process that holds looks this often whether it may go on."""

logger = logging.getLogger("sparkle.control")
_leaves: ContextVar[bool] = ContextVar("sparkle_leaves", default=False)


class Control(Strict):
    """What a person wishes for a film."""

    wish: Literal["go", "pause", "stop"] = "go"
    process: int | None = None
    """Who is to stop; a pause means everybody."""
    at: str = ""


def read_control(film: FilmFolder) -> Control:
    """The wish for a film; none, or a damaged one, lets it go on."""
    try:
        return Control.model_validate_json((film.path / RECORD).read_bytes())
    except (OSError, ValidationError):
        return Control()


def pause(film: FilmFolder) -> bool:
    """Hold the film at its next step; True when it was not paused already."""
    if read_control(film).wish == "pause":
        return False
    _wish(film, "pause")
    write_memory_event(film.path, "pause_asked")
    return True


def resume(film: FilmFolder) -> bool:
    """Let the film go on; True when it was paused."""
    if read_control(film).wish != "pause":
        return False
    _wish(film, "go")
    write_memory_event(film.path, "resume_asked")
    return True


def stop(film: FilmFolder) -> int | None:
    """End the process that works on the film, at its next step. Its number, or None when nobody works on it."""
    process = holder(film.path)
    if process is None:
        return None
    known = read_control(film)
    if (known.wish, known.process) != ("stop", process):
        _wish(film, "stop", process)
        write_memory_event(film.path, "stop_asked", process=process)
    return process


def admit(film: FilmFolder) -> None:
    """Raise :class:`Paused` when new work on the film may not begin."""
    if read_control(film).wish == "pause":
        raise Paused(f"film {film.movie!r} is paused", hint=f"`sparkle resume {film.movie}` lets it go on")


def begin(film: FilmFolder) -> None:
    """New work begins, under the film's lock: a stop that was meant for earlier work is forgotten."""
    admit(film)
    if read_control(film).wish == "stop":
        _wish(film, "go")


@contextmanager
def leaving() -> Iterator[None]:
    """Meanwhile a pause ends the work with :class:`Paused`: whoever holds keeps a place that other films wait for."""
    before = _leaves.set(True)
    try:
        yield
    finally:
        _leaves.reset(before)


def obey(film: FilmFolder, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Between two steps: hold while the film is paused. Raises :class:`Stopped` when this process is to stop."""
    if _leaves.get():
        admit(film)
    held = False
    while (control := read_control(film)).wish == "pause":
        if not held:
            held = True
            write_memory_event(film.path, "paused", process=os.getpid())
            logger.warning("%s is paused; `sparkle resume %s` lets it go on", film.movie, film.movie)
        sleep(LOOK_S)
    if control.wish == "stop" and control.process == os.getpid():
        _wish(film, "go")
        write_memory_event(film.path, "stopped", process=os.getpid())
        raise Stopped(
            f"film {film.movie!r} was stopped; everything made so far is kept",
            hint=f"resume with: sparkle make --movie {film.movie}",
        )
    if held:
        write_memory_event(film.path, "resumed", process=os.getpid())
        logger.warning("%s goes on", film.movie)


def _wish(film: FilmFolder, wish: Literal["go", "pause", "stop"], process: int | None = None) -> None:
    write_json(film.path / RECORD, Control(wish=wish, process=process, at=now()).model_dump(mode="json"))
