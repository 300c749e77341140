"""One worker process, seen from the film's side: ask, wait so long and no longer, kill."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resources.errors import PassingFault, RenderFault
from resources.media.process import NO_ROOM

_ROOT = Path(__file__).resolve().parents[3]
_MAX_HEADER = 4_000_000
_MAX_ERROR_TEXT = 8_000
_COMMAND = (sys.executable, "-P", "-m", "resources.cutout.voices.worker")


class VoiceWorker:
    """A process that speaks. Started by the first :meth:`ask`; one thread at a time may ask."""

    def __init__(self, command: tuple[str, ...] = _COMMAND) -> None:
        """``command`` is the program and its arguments; nothing starts yet."""
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._errors = bytearray()

    @property
    def pid(self) -> int | None:
        """Process id while it lives."""
        return self._process.pid if self._process else None

    def ask(
        self, request: dict[str, Any], *, timeout: float, sound: bytes = b""
    ) -> tuple[dict[str, Any], NDArray[np.float32]]:
        """Send ``request`` (and ``sound``) and return the answer's header and sound (samples,).

        Raises :class:`RenderFault` when the line cannot be spoken, :class:`PassingFault` when the worker died or took
        longer than ``timeout`` seconds; it has been killed then, and the next call starts another.
        """
        process = self._start()
        if sound:
            request = {**request, "bytes": len(sound)}
        deadline = time.monotonic() + timeout
        try:
            header, data = self._exchange(process, json.dumps(request).encode() + b"\n" + sound, deadline)
        except BaseException:
            self.kill()  # whatever is left in its pipes belongs to no request
            raise
        if not header.pop("ok"):
            raise RenderFault(str(header["error"]))
        return header, np.frombuffer(data, "<f4")

    def stop(self) -> None:
        """Kill the process from another thread; whoever asks it is told that it ended."""
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGKILL)

    def kill(self) -> None:
        """End the process, if there is one, and reap it."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with suppress(BrokenPipeError):  # unsent input of a process that is gone
                    pipe.close()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.kill()
        self._errors.clear()
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                close_fds=True,
                start_new_session=True,  # Ctrl-C is for the film; the worker ends with its input
                env={**os.environ, **threads, "PYTHONPATH": os.pathsep.join(paths)},
            )
        except OSError as error:
            kind = PassingFault if error.errno in NO_ROOM else RenderFault
            raise kind(f"the voice worker could not be started ({error.strerror})") from None
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
        return self._process

    def _exchange(
        self, process: subprocess.Popen[bytes], message: bytes, deadline: float
    ) -> tuple[dict[str, Any], bytes]:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise RenderFault("the voice worker has no pipes")
        pending, received = memoryview(message), bytearray()
        header: dict[str, Any] | None = None
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            waiting.register(process.stderr, selectors.EVENT_READ)
            waiting.register(process.stdin, selectors.EVENT_WRITE)
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise PassingFault("a voice did not answer in time and was stopped")
                for key, _ in waiting.select(left):
                    if key.fileobj is process.stdin:
                        try:
                            pending = pending[os.write(key.fd, pending) :]
                        except BlockingIOError:
                            continue
                        except BrokenPipeError:
                            pending = memoryview(b"")  # it died; the end of its output says so below
                        if not pending:
                            waiting.unregister(process.stdin)
                        continue
                    data = os.read(key.fd, 1 << 20)
                    if key.fileobj is process.stderr:
                        self._errors += data
                        del self._errors[:-_MAX_ERROR_TEXT]
                        if not data:
                            waiting.unregister(process.stderr)
                        continue
                    if not data:
                        raise PassingFault(f"a voice worker ended early{self._last_words()}")
                    received += data
                if header is None:
                    cut = received.find(b"\n")
                    if cut >= 0:
                        header = _header(bytes(received[:cut]))
                        del received[: cut + 1]
                    elif len(received) > _MAX_HEADER:
                        raise RenderFault("a voice worker did not keep to its protocol")
                if header is not None and len(received) >= header["bytes"]:
                    return header, bytes(received)

    def _last_words(self) -> str:
        lines = [line for line in self._errors.decode("utf-8", "replace").splitlines() if line.strip()]
        return f": {lines[-1][:200]}" if lines else ""


def _header(line: bytes) -> dict[str, Any]:
    try:
        header = json.loads(line)
        if isinstance(header["bytes"], int) and isinstance(header["ok"], bool):
            return dict(header)
    except (ValueError, KeyError, TypeError):
        pass
    raise RenderFault("a voice worker did not keep to its protocol")
