"""What every fuzzed door is held to: its errors, its files, its time and its memory."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, Phase, settings

from resources.errors import SparkleError
from tests.conftest import ROOT

EXAMPLES = int(os.environ.get("SPARKLE_FUZZ", "0"))
"""Examples of each door in an opt-in run; 0: the few that always run."""
MOST_CPU_S = 10.0
"""CPU seconds of one example. CPU, not the clock: a busy machine makes no example fail."""
MOST_GROWTH_MB = 700
"""How much one example may add to what the process holds."""
LONGEST_LINE = 6000
"""Characters of an error: more is no line that anybody reads."""
_READ_ANYWHERE = ("/proc/", "/sys/", "/dev/", "/usr/", "/lib", "/etc/mime.types", "/etc/localtime", "/etc/ssl/")
_TOUCHING = frozenset(
    {"open", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.truncate"}
)
_GOING = frozenset({"socket.connect", "socket.bind", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"})
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Escaped(BaseException):
    """A file outside the root was touched, or something was started. No production code catches it."""


class Hangs(BaseException):
    """An example took too long."""


def door(few: int, *, most: int | None = None) -> Callable[[Any], Any]:
    """Settings of a door: ``few`` examples, the same ones each time; in an opt-in run as many as were asked for.

    ``most`` bounds those of a sample that costs a process or a connection each.
    """
    wanted = min(EXAMPLES, most) if EXAMPLES and most else EXAMPLES
    return settings(
        max_examples=wanted or few,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,  # ours is in CPU seconds
        phases=(Phase.explicit, Phase.generate, Phase.shrink),  # explaining traces every line, and slows all doors
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


@contextmanager
def fenced(root: Path, *, starts: bool = False, reads: bool = False) -> Iterator[None]:
    """Hold what happens inside to ``root``, to its time and to its memory.

    ``starts``: programs may be started. ``reads``: any file may be read, as by somebody who names it to a command.

    Files of the installation may be read. Raises :class:`Escaped` or :class:`Hangs` at the place where it happens.
    """
    _watching()
    before = signal.signal(signal.SIGPROF, _too_long)
    kept, tempfile.tempdir = tempfile.tempdir, str(root)
    _forget_peak()
    held = _memory_mb("VmRSS")
    token = _fence.set((str(root.resolve()), starts, reads))
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, MOST_CPU_S)
    try:
        with chdir(root):
            yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        taken = time.process_time() - begun
        _fence.reset(token)
        tempfile.tempdir = kept
        signal.signal(signal.SIGPROF, before)
    if taken > MOST_CPU_S:
        raise Hangs(f"{taken:.1f} s of CPU")
    grown = _memory_mb("VmHWM") - held
    assert grown <= MOST_GROWTH_MB, f"{grown:.0f} MB more"


def one_clear_line(error: SparkleError, *codes: int) -> str:
    """The line that a person sees. ``codes``: exit codes it may have, 2 when none is named."""
    line = str(error)
    assert error.exit_code in (codes or (2,)), f"{type(error).__name__} has exit code {error.exit_code}: {line}"
    readable(line)
    return line


def readable(line: str) -> None:
    """One line of text that is no command for a terminal and can be printed."""
    assert line.strip(), "an error without words"
    assert len(line) <= LONGEST_LINE, f"{len(line):,} characters: {line[:200]!r}"
    strange = [char for char in line if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")]
    assert not strange, f"{strange[:4]!r} in {line[:300]!r}"


def refused(call: Callable[[], Any], *codes: int) -> Any:
    """What ``call`` gives; None when it is refused as it should be."""
    try:
        return call()
    except SparkleError as error:
        one_clear_line(error, *codes)
        return None


# -- the fence ------------------------------------------------------------------------------------------------------

_fence: ContextVar[tuple[str, bool, bool] | None] = ContextVar("fuzzing_fence", default=None)


@cache
def _watching() -> None:
    sys.addaudithook(_seen)


@cache
def _installed() -> tuple[str, ...]:
    places = {*sys.path, sys.prefix, sys.base_prefix, str(ROOT)}
    return tuple({os.path.realpath(place) + "/" for place in places if place} | {place + "/" for place in places})


def _seen(event: str, args: tuple[Any, ...]) -> None:
    fence = _fence.get()
    if fence is None:
        return
    root, starts, reads = fence
    if event in _TOUCHING:
        paths = [os.fsdecode(each) for each in args[:2] if isinstance(each, (str, bytes, os.PathLike))]
        if not paths:
            return  # a file that was opened before
        if event == "open":  # it does not say in which folder a name is opened: `fenced` stands in the root
            writes = _writes(args)
            if not _allowed(paths[0], root, writes) and (writes or not reads):
                raise Escaped(f"{event} {paths[0]!r}")
            return
        folders = [each for each in args[len(paths) :] if isinstance(each, int)][-len(paths) :]
        for path, folder in zip(paths, folders, strict=True):
            whole = path if folder == -1 else os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)
            if not _allowed(whole, root, True):
                raise Escaped(f"{event} {whole!r}")
    elif event in _GOING and not starts:
        raise Escaped(f"{event} {args[:2]!r}")


def _writes(args: tuple[Any, ...]) -> bool:
    mode, flags = args[1], args[2]
    return any(char in "wax+" for char in mode) if isinstance(mode, str) else bool((flags or 0) & _WRITES)


def _allowed(path: str, root: str, writes: bool) -> bool:
    whole = os.path.normpath(os.path.join(root, path))
    if whole == root or whole.startswith(root + "/") or whole in ("/dev/null", "/dev/urandom"):
        return True
    if whole.startswith(_installed()):
        return not writes or "/__pycache__" in whole
    return not writes and whole.startswith(_READ_ANYWHERE)


def _too_long(number: int, frame: FrameType | None) -> None:
    raise Hangs(f"more than {MOST_CPU_S:.0f} s of CPU")


# -- memory ---------------------------------------------------------------------------------------------------------


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _memory_mb(name: str) -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"Linux tells no {name}")
