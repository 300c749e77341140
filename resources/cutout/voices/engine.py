"""The voice engine of the embedded studio: speaks ahead of time on worker processes, and never the same line twice."""

from __future__ import annotations

import hashlib
import json
import threading
import weakref
from collections import OrderedDict, deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from resources.casting import VoiceBook, load_voices
from resources.cutout.voices.client import VoiceWorker
from resources.cutout.voices.perform import perform, place
from resources.cutout.voices.takes import Take, TakeFolder, as_kept
from resources.engines import Sound
from resources.errors import RenderFault, SparkleError
from schemas.media import SpokenLine, TimedLine
from schemas.time import SAMPLE_RATE

IDLE_S = 2.0
"""A worker with nothing to say ends after this long: it holds 200-350 MB, which drawing needs next."""
KEPT = 64
"""Takes that stay in memory; all are in the cache folder if there is one."""


@dataclass(frozen=True, slots=True)
class _Job:
    key: str
    line: SpokenLine
    seed: int
    model: str


class EmbeddedVoices:
    """joe, five Kokoro styles and espeak-ng's languages, behind :class:`resources.engines.VoiceEngine`.

    ``cache`` is a folder for finished lines that several processes may share; None keeps them in memory only.
    ``workers`` is how many lines are spoken at once. Constructing is free: processes start with the first line.

    Threads: ``_lock`` guards queue, takes and threads, and is never held while a line is spoken or a file is read.
    The threads are daemons and a worker ends with its input, so neither keeps the interpreter from exiting.
    """

    name = "embedded-voices"

    def __init__(self, cache: Path | None = None, workers: int = 2, *, book: VoiceBook | None = None) -> None:
        """See the class; ``book`` is the shipped one unless a test brings another."""
        self._cache = TakeFolder(cache) if cache is not None else None
        self._count = max(1, workers)
        self._given_book = book
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._queue: deque[_Job] = deque()
        self._takes: OrderedDict[str, Future[Take]] = OrderedDict()
        self._threads: set[threading.Thread] = set()
        self._waiting = 0
        self._workers: weakref.WeakSet[VoiceWorker] = weakref.WeakSet()
        self._closed = False

    @property
    def revision(self) -> str:
        """Version of this code, and of the voices' table."""
        return f"2+{self._book.digest}"

    @property
    def _book(self) -> VoiceBook:
        if self._given_book is None:
            self._given_book = load_voices()
        return self._given_book

    def speak(self, line: SpokenLine, seed: int) -> Take:
        """The sound of ``line`` (48 kHz mono), and its words and mouth marks in samples from its start.

        Raises :class:`~resources.errors.RenderFault` when it cannot be spoken, and
        :class:`~resources.errors.PassingFault` when a worker died or hung.
        """
        key = self._key(line, seed)
        with self._lock:
            known = key in self._takes
        kept = None if known else self._read(key)  # not behind the lines that are being spoken
        sound, timed = kept or self._order(line, seed, first=True).result()
        return sound.copy(), timed

    def align(self, sound: Sound, line: SpokenLine) -> TimedLine:
        """The words and mouth marks of ``line`` in a recording of it, (samples,) at 48 kHz."""
        worker = VoiceWorker()
        self._workers.add(worker)
        try:
            return place(worker, sound, line, self._book)
        finally:
            worker.kill()

    def prefetch(self, lines: list[tuple[SpokenLine, int]]) -> None:
        """Begin to speak ``lines`` in the background; a fault shows when the line is asked for."""
        for line, seed in lines:
            with suppress(SparkleError):
                self._order(line, seed, first=False)

    def close(self) -> None:
        """End all workers; what has not been spoken is dropped."""
        with self._lock:
            self._closed = True
            dropped = [self._takes.pop(job.key) for job in self._queue]
            self._queue.clear()
            self._work.notify_all()
            threads = list(self._threads)
            workers = list(self._workers)
        for future in dropped:
            future.cancel()
        for worker in workers:
            worker.stop()
        for thread in threads:
            thread.join(timeout=5.0)
        with self._lock:
            self._closed = False  # a closed engine may be used again: it starts new workers

    def _order(self, line: SpokenLine, seed: int, *, first: bool) -> Future[Take]:
        """The take of a line: finished, under way, or put in the queue now."""
        try:
            model = self._book.speaker(line.voice_id, line.language).engine
        except ValueError as error:
            raise RenderFault(str(error), where=f"a line of {line.character_id}") from None
        job = _Job(self._key(line, seed), line, seed, model)
        key = job.key
        with self._lock:
            future = self._takes.get(key)
            if future is not None and not (future.done() and (future.cancelled() or future.exception())):
                self._takes.move_to_end(key)
                if first and not future.done():
                    waiting = next((other for other in self._queue if other.key == key), None)
                    if waiting is not None:
                        self._queue.remove(waiting)
                        self._queue.appendleft(waiting)
                return future
            future = self._takes[key] = Future()
            self._queue.appendleft(job) if first else self._queue.append(job)
            while len(self._takes) > KEPT and next(iter(self._takes.values())).done():
                self._takes.popitem(last=False)
            if len(self._queue) > self._waiting and len(self._threads) < self._count:
                thread = threading.Thread(target=self._speaker, name="voice", daemon=True)
                self._threads.add(thread)
                thread.start()
            self._work.notify()
            return future

    def _speaker(self) -> None:
        """A thread with a worker of its own: takes lines until there have been none for IDLE_S."""
        worker, model = VoiceWorker(), ""
        self._workers.add(worker)
        try:
            while True:
                with self._lock:
                    self._waiting += 1
                    self._work.wait_for(lambda: bool(self._queue) or self._closed, timeout=IDLE_S)
                    self._waiting -= 1
                    if self._closed or not self._queue:
                        self._threads.discard(threading.current_thread())
                        return
                    # loading a model takes a second: first the lines of the one that is there
                    job = next((waiting for waiting in self._queue if waiting.model == model), self._queue[0])
                    self._queue.remove(job)
                    model, future = job.model, self._takes[job.key]
                try:
                    future.set_result(self._take(worker, job.key, job.line, job.seed))
                except BaseException as error:  # noqa: BLE001 - a thread has no caller: whoever waits for the line is told
                    future.set_exception(error)
        finally:
            worker.kill()

    def _take(self, worker: VoiceWorker, key: str, line: SpokenLine, seed: int) -> Take:
        kept = self._read(key)
        if kept is not None:
            return kept
        sound, timed = perform(worker, line, seed, self._book)
        sound = as_kept(sound)
        if self._cache is not None:
            self._cache.keep(key, sound, timed)
        return sound, timed

    def _read(self, key: str) -> Take | None:
        """A take of the cache folder, if it is whole."""
        return self._cache.read(key) if self._cache is not None else None

    def _key(self, line: SpokenLine, seed: int) -> str:
        asked = [self.revision, SAMPLE_RATE, seed, line.model_dump(mode="json")]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
