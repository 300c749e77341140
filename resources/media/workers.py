"""Worker processes that draw and encode, below the one process that writes to Dagster.

A shot is cut into fixed ranges of frames that do not depend on the number of workers, so its bytes do not either. Each
finished range is a file of its own in a cache folder: a killed film goes on at the range where it stopped. What a meter
saw of a range on its way into the encoder lies beside it.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Protocol, TypeVar

from resources.engines import Frame
from resources.errors import PassingFault, RenderFault
from resources.media.encode import Picture, encode_handle, encode_segment
from resources.media.planes import Meter, Watcher
from resources.store.atomic import TEMPORARY, crash_point, disk_errors, sync_file, sync_folder, write_bytes

Result = TypeVar("Result")

RANGE_FRAMES = 48
"""Frames of one range. Long enough that a new GOP costs little, short enough that two workers finish together."""


class FrameSource(Protocol):
    """Whatever can give frames ``start`` to ``stop``, whichever process asks. Must pickle."""

    def frames(self, start: int, stop: int) -> Iterator[Frame]:
        """The frames, in order; an array may be reused."""
        ...


def frame_ranges(frames: int, handle: int) -> list[tuple[int, int]]:
    """Cut ``frames`` into [start, stop) ranges: a handle at each end, the body in pieces of RANGE_FRAMES.

    A shot shorter than two handles is one range, and has no handles.
    """
    if frames < 2 * handle + 1:
        return [(0, frames)]
    body = range(handle, frames - handle, RANGE_FRAMES)
    pieces = [(start, min(start + RANGE_FRAMES, frames - handle)) for start in body]
    return [(0, handle), *pieces, (frames - handle, frames)]


def range_path(folder: Path, span: tuple[int, int], lossless: bool) -> Path:
    """Where a range of a shot is cached."""
    return folder / f"{'handle' if lossless else 'range'}-{span[0]:05d}-{span[1]:05d}.mp4"


def measures_path(folder: Path, span: tuple[int, int], meter: Meter) -> Path:
    """Where what ``meter`` told of a range is cached."""
    return folder / f"{meter.name}-{span[0]:05d}-{span[1]:05d}"


def render_ranges(
    source: FrameSource,
    picture: Picture,
    folder: Path,
    spans: Sequence[tuple[int, int, bool]],
    meter: Meter | None = None,
) -> int:
    """Draw and encode every (start, stop, is_handle) span that is not in ``folder`` yet. Returns the frames drawn.

    A handle is drawn once and encoded twice: as the others are, and without loss. With a ``meter`` every range is
    measured as it is encoded; one that is there without its measures is made again.
    """
    drawn = 0
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for start, stop, is_handle in spans:
        every = (False, True) if is_handle else (False,)
        wanted = [lossless for lossless in every if not range_path(folder, (start, stop), lossless).exists()]
        if meter is not None and not measures_path(folder, (start, stop), meter).exists():
            wanted = list(every)
        if wanted:
            _encode_range(source.frames(start, stop), picture, folder, (start, stop), wanted, meter)
            drawn += stop - start
    return drawn


def _encode_range(
    frames: Iterable[Frame],
    picture: Picture,
    folder: Path,
    span: tuple[int, int],
    wanted: Sequence[bool],
    meter: Meter | None,
) -> None:
    """Encode one range, with loss or without or both, under temporary names; it gets its own when it is whole."""
    paths = [range_path(folder, span, lossless) for lossless in wanted]
    temporary = [folder / f"{TEMPORARY}{os.getpid()}-{path.name}" for path in paths]
    watcher: Watcher | None = None if meter is None else meter.watch(span[0])
    see = None if watcher is None else watcher.see
    try:
        with disk_errors(folder):
            if len(wanted) == 2:
                count = encode_handle(frames, picture, *temporary, see=see)
            else:
                count = encode_segment(frames, picture, temporary[0], lossless=wanted[0], see=see)
            if count != span[1] - span[0]:
                raise RenderFault(f"the engine gave {count} frames for {span[0]}-{span[1]}")
            if meter is not None and watcher is not None:  # first: a range that is there has been measured
                write_bytes(measures_path(folder, span, meter), watcher.told())
            crash_point("range.encoded")
            for whole, path in zip(temporary, paths, strict=True):
                sync_file(whole)
                whole.replace(path)
            sync_folder(folder)
    finally:
        for left in temporary:
            left.unlink(missing_ok=True)


class Workers:
    """A few processes that render ranges. Started at the first use; ``close`` ends them."""

    def __init__(self, count: int | None = None) -> None:
        self.count = count or min(4, len(os.sched_getaffinity(0)))
        self._pool: ProcessPoolExecutor | None = None
        self._at_exit: Finalize | None = None

    def submit(
        self,
        source: FrameSource,
        picture: Picture,
        folder: Path,
        spans: Sequence[tuple[int, int, bool]],
        meter: Meter | None = None,
    ) -> Future[int]:
        """Render ``spans`` in a worker; see :func:`render_ranges`. Raises :class:`PassingFault` when none starts."""
        work = (render_ranges, source, picture, folder, list(spans), meter)
        try:
            return self._ask(*work)
        except BrokenProcessPool:
            self._forget()  # a worker was killed; the ranges it had finished are files
            return self._ask(*work)

    def _ask(self, work: Callable[..., Result], *args: object) -> Future[Result]:
        """Processes start with the first thing that is asked of them, and a system may have no room for one."""
        try:
            return self._start().submit(work, *args)
        except OSError as error:
            pool = self._pool
            self._forget()
            if pool is not None:
                pool.shutdown(wait=False, cancel_futures=True)
            raise PassingFault(
                f"a process that draws could not be started ({error.strerror or error})",
                hint="close other programs and run the same command",
            ) from None

    def _start(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.count,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_start_worker,
                initargs=(os.getpid(),),
            )
            # not atexit: what multiprocessing began, as Dagster begins each run, ends without it, and waits for ever
            # for the processes of a pool, whose last word is never sent
            self._at_exit = Finalize(self, _kill, (self._pool,), exitpriority=0)
        return self._pool

    def warm(self) -> None:
        """Start the processes now, so that their imports overlap with other work. Where none can start: later."""
        if self._pool is None:
            with suppress(PassingFault):
                for _ in range(self.count):
                    self._ask(os.getpid)

    def close(self) -> None:
        """End the processes; what they have not begun is dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._forget()

    def kill(self) -> None:
        """End the processes at once, whatever they are doing."""
        if self._pool is not None:
            _kill(self._pool)
            self._forget()

    def _forget(self) -> None:
        self._pool = None
        if self._at_exit is not None:
            self._at_exit.cancel()


def _kill(pool: ProcessPoolExecutor) -> None:
    for process in list((pool._processes or {}).values()):
        process.kill()
    # the pool's own thread closes its pipes; at the end of Python a pool that is half closed is written to
    pool.shutdown(wait=True, cancel_futures=True)


def _start_worker(parent: int) -> None:
    """Die with the parent (Linux), and leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
