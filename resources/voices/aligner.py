"""Placing words in speech that was made elsewhere: one worker process, kept between lines, ended when asked to."""

from __future__ import annotations

import threading

from resources.casting import VoiceBook
from resources.cutout.voices.client import VoiceWorker
from resources.cutout.voices.perform import place
from resources.engines import Sound
from schemas.media import SpokenLine, TimedLine


class Aligner:
    """Forced alignment of English, a spread over the loud stretches for the rest. Constructing is free."""

    def __init__(self, book: VoiceBook) -> None:
        self._book = book
        self._lock = threading.Lock()
        self._worker = VoiceWorker()

    def __call__(self, sound: Sound, line: SpokenLine) -> TimedLine:
        """Words and mouth marks of ``line`` in ``sound`` (48 kHz mono).

        Raises :class:`~resources.errors.RenderFault`, and :class:`~resources.errors.PassingFault` where a worker died.
        """
        with self._lock:
            return place(self._worker, sound, line, self._book)

    def close(self) -> None:
        """End the process; the next line starts another."""
        with self._lock:
            self._worker.kill()
