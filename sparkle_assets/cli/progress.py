"""Progress a person likes to watch, on standard error: what is made now, how much is left."""

from __future__ import annotations

import logging
import threading
from types import TracebackType

import psutil
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from resources.errors import one_line


class Watch:
    """A line of progress; on a pipe one plain line for each step instead, and nothing at all when quiet."""

    def __init__(self, *, quiet: bool) -> None:
        self.console = Console(stderr=True, quiet=quiet, highlight=False)
        self.live = self.console.is_terminal and not quiet
        self.bar = Progress(
            SpinnerColumn(),
            TextColumn("[bold]{task.description}[/]"),
            BarColumn(bar_width=28),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
        )
        self.task = self.bar.add_task("plan", total=1.0)
        self.control = _Told(self)

    def __enter__(self) -> Watch:
        if self.live:
            self.bar.start()
        logging.getLogger("sparkle.control").addHandler(self.control)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.getLogger("sparkle.control").removeHandler(self.control)
        if self.live:
            self.bar.stop()

    def say(self, text: str) -> None:
        """One line that stays. Text from a plan is neither markup nor a command for the terminal."""
        self.console.print(one_line(text), markup=False)

    def total(self, amount: float) -> None:
        """How much work there is, in any unit."""
        self.bar.update(self.task, total=max(amount, 1e-6))

    def step(self, text: str, done: float = 0.0) -> None:
        """What is made now, and how much was done since the last step."""
        self.bar.update(self.task, description=one_line(text).replace("[", "\\["), advance=done)
        if not self.live:
            self.console.print(f"  {one_line(text)}", markup=False)


class _Told(logging.Handler):
    """Says that a film is held, or goes on, where a person watches."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        self.watch.say(record.getMessage())


class PeakMemory:
    """Highest resident memory of this process and all its children together, sampled five times a second (MB)."""

    def __init__(self) -> None:
        self.peak = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """End sampling and give the peak."""
        self._sample()
        self._stop.set()
        self._thread.join()
        return round(self.peak, 1)

    def _watch(self) -> None:
        while not self._stop.wait(0.2):
            self._sample()

    def _sample(self) -> None:
        me = psutil.Process()
        total = 0
        for process in [me, *me.children(recursive=True)]:
            try:
                total += process.memory_info().rss
            except psutil.Error:
                continue  # it ended between being listed and being asked
        self.peak = max(self.peak, total / 1024 / 1024)
