"""The one place that starts a program that works on media.

No shell, no inherited standard input, a time limit, the whole process group killed when it is over, output kept up to
a bound. An exit code of 0 proves nothing (a truncated file makes ffmpeg warn 47 times and exit 0): whoever calls this
verifies the result by decoding it.

The errors::

    ProcessFailed            it could not be started, was killed, or said no
      ProgramMissing         there is no such program
      ProcessRefused         the system has no room for another process at this moment
      ProcessTimeout         it ran over its time limit
"""

from __future__ import annotations

import errno
import os
import re
import selectors
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

MAX_OUTPUT = 64 * 1024 * 1024
"""Bytes of standard output that are kept; a program that floods more is stopped."""
MAX_ERROR_TEXT = 16_000
"""Bytes of standard error that are kept, the last ones."""
NO_ROOM = frozenset({errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE})
"""What a system says that has no room for a process (or its pipes) at this moment; a moment later it may."""
_ADDRESS = re.compile(r"\[[^\]@]* @ 0x[0-9a-f]+\] ?")
"""What ffmpeg puts before a line: an object and where it lay in memory."""


class ProcessFailed(Exception):
    """A program failed. Pickles, and shows the last line it wrote."""

    def __init__(self, program: str, reason: str, stderr: str = "") -> None:
        super().__init__(program, reason, stderr)
        self.program = program
        self.reason = reason
        self.stderr = stderr

    def __str__(self) -> str:
        lines = [line for line in self.stderr.strip().splitlines() if line.strip()]
        tail = f": {_ADDRESS.sub('', lines[-1])[:300]}" if lines else ""
        return f"{Path(self.program).name} {self.reason}{tail}"


class ProgramMissing(ProcessFailed):
    """The program is not installed."""


class ProcessRefused(ProcessFailed):
    """The system had no room for another process; it may have a moment later."""


class ProcessTimeout(ProcessFailed):
    """The program ran over its time limit and was killed."""


def start(
    args: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a program with pipes on all three ends, in a process group of its own that dies with :func:`kill`.

    ``env`` is added to the environment.
    """
    try:
        return subprocess.Popen(
            list(args),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env={**os.environ, **env} if env else None,
            close_fds=True,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise ProgramMissing(args[0], "is not installed; `sparkle doctor` says how to get it") from None
    except OSError as error:
        kind = ProcessRefused if error.errno in NO_ROOM else ProcessFailed
        raise kind(args[0], f"could not be started ({error.strerror})") from None


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and everything it started, and reap it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with suppress(BrokenPipeError):  # unsent input of a process that is gone
                pipe.close()


def run(
    args: Sequence[str],
    *,
    timeout: float,
    stdin: bytes | Iterable[bytes | memoryview] | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    max_output: int = MAX_OUTPUT,
) -> bytes:
    """Run ``args`` to its end and return what it wrote to standard output.

    ``stdin`` is bytes or an iterator of pieces, fed as fast as the program takes them. Raises :class:`ProcessFailed`
    or a child of it; whatever an iterator raises passes through after the program has been killed.
    """
    process = start(args, cwd=cwd, env=env)
    deadline = time.monotonic() + timeout
    out = bytearray()
    err = bytearray()
    complaints = 0
    pieces = iter([stdin] if isinstance(stdin, bytes) else stdin or [])
    pending = memoryview(b"")
    assert process.stdin and process.stdout and process.stderr
    try:
        with selectors.DefaultSelector() as waiting:
            for pipe in (process.stdin, process.stdout, process.stderr):
                os.set_blocking(pipe.fileno(), False)
            waiting.register(process.stdout, selectors.EVENT_READ)
            waiting.register(process.stderr, selectors.EVENT_READ)
            waiting.register(process.stdin, selectors.EVENT_WRITE)
            while waiting.get_map():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise ProcessTimeout(args[0], f"took longer than {timeout:.0f} s and was stopped", _text(err))
                for key, _ in waiting.select(left):
                    if key.fileobj is process.stdin:
                        if not pending:
                            pending = memoryview(next(pieces, b""))
                        try:
                            written = os.write(key.fd, pending) if pending else 0
                        except BlockingIOError:
                            continue
                        except BrokenPipeError:
                            written, pending = 0, memoryview(b"")  # it stopped reading; its exit code says why
                        pending = pending[written:]
                        if not written:
                            waiting.unregister(process.stdin)
                            process.stdin.close()
                        continue
                    data = os.read(key.fd, 1 << 20)
                    if not data:
                        waiting.unregister(key.fileobj)
                    elif key.fileobj is process.stdout:
                        out += data
                        if len(out) > max_output:
                            raise ProcessFailed(args[0], f"wrote more than {max_output} bytes and was stopped")
                    else:
                        err += data
                        del err[:-MAX_ERROR_TEXT]
                        complaints += len(data)
                        if complaints > max_output:
                            raise ProcessFailed(args[0], "would not stop complaining and was stopped", _text(err))
        try:
            code = process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise ProcessTimeout(args[0], f"took longer than {timeout:.0f} s and was stopped", _text(err)) from None
    finally:
        kill(process)
    if code:
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"failed with exit code {code}"
        raise ProcessFailed(args[0], how, _text(err))
    return bytes(out)


def _text(data: bytearray) -> str:
    return data.decode("utf-8", "replace")
