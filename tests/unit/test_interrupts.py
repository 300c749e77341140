"""Ctrl-C at a bad moment: it is put off, and never lost."""

import asyncio
import multiprocessing.connection
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from resources.agents.loop import run_to_end
from sparkle_assets import interrupts
from sparkle_assets.interrupts import Interrupts, Patient, end_at_once, interrupt_patiently, may_interrupt, patient


@pytest.fixture(autouse=True)
def handlers_of_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in interrupts.SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    interrupts._ARRIVED.clear()


class GivesBack:
    """Something that is closed for a while."""

    def __init__(self, lasts: float, number: int | None = None) -> None:
        self.lasts = lasts
        self.number = number
        """A signal that arrives meanwhile."""
        self.closed = False

    def close(self) -> None:
        if self.number is not None:
            later(self.number, 0.1)
        end = time.monotonic() + self.lasts
        while time.monotonic() < end:
            sum(range(100))
        self.closed = True


class PressedThrice(GivesBack):
    """Ctrl-C, by somebody in a hurry."""

    def close(self) -> None:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
        super().close()


def later(number: int, seconds: float) -> None:
    """Send a signal to this process in ``seconds``."""
    threading.Timer(seconds, os.kill, (os.getpid(), number)).start()


@pytest.mark.parametrize("number", interrupts.SIGNALS)
def test_what_is_closed_is_closed_before_it_is_interrupted(number: signal.Signals) -> None:
    interrupt_patiently()
    thing = GivesBack(0.5, number)
    with pytest.raises(KeyboardInterrupt):
        thing.close()
        time.sleep(20)
    assert thing.closed


def test_a_wait_is_interrupted_at_once() -> None:
    interrupt_patiently()
    later(signal.SIGINT, 0.1)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        threading.Event().wait(20)
    assert time.monotonic() - began < 15


def test_nobody_waits_longer_than_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupts, "PATIENCE_S", 0.2)
    interrupt_patiently()
    thing = GivesBack(60, signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        thing.close()
    assert not thing.closed


def test_what_a_step_of_dagster_has_put_there_is_put_off_as_well() -> None:
    class OfDagster(BaseException):
        pass

    def handler(number: int, frame: object) -> None:
        raise OfDagster

    signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    thing = GivesBack(0.4, signal.SIGINT)
    with pytest.raises(OfDagster), patient():
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN, "what is ignored stays ignored"
        thing.close()
        time.sleep(20)
    assert thing.closed
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_generator_gives_no_handler_back_that_is_no_longer_its_own() -> None:
    """Dagster executes a step as a generator, and has its own handlers in place between two of its results."""

    def step() -> Iterator[int]:
        with patient():
            yield 1

    def of_the_step(number: int, frame: object) -> None: ...
    def of_dagster(number: int, frame: object) -> None: ...

    signal.signal(signal.SIGINT, of_the_step)
    results = step()
    assert next(results) == 1
    assert isinstance(signal.getsignal(signal.SIGINT), Patient)
    signal.signal(signal.SIGINT, of_dagster)
    del results
    assert signal.getsignal(signal.SIGINT) is of_dagster


def test_where_an_exception_may_come_out_of_nowhere() -> None:
    seen = []

    class Thing:
        def __exit__(self, *error: object) -> None:
            seen.append(may_interrupt(sys._getframe()))

        def __enter__(self) -> None:
            seen.append(may_interrupt(sys._getframe()))

        def __del__(self) -> None:
            seen.append(may_interrupt(sys._getframe()))

    thing = Thing()
    with thing:
        pass
    del thing
    assert seen == [True, False, False]


def in_child(work: Callable[[], object]) -> tuple[int, int]:
    """A forked process that works, and where it says that it is there; it exits with 1 unless ``work`` ends it."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(there, b".")
            work()
        finally:
            os._exit(1)
    os.close(there)
    return child, here


def ended(child: int, ready: int, number: int) -> int:
    """The exit code of a child that gets a signal once it is there."""
    assert os.read(ready, 1)
    os.close(ready)
    time.sleep(0.2)
    os.kill(child, number)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_forked_process_is_interrupted_without_the_thread_that_it_does_not_have() -> None:
    def work() -> None:
        try:
            GivesBack(60).close()
        except KeyboardInterrupt:
            os._exit(7)

    interrupt_patiently()
    assert ended(*in_child(work), signal.SIGINT) == 7


def test_a_process_is_never_half_started() -> None:
    """Interrupted again and again: what was started is known to whoever started it."""
    interrupt_patiently()
    for after in range(12):
        with pytest.raises(KeyboardInterrupt):
            later(signal.SIGINT, 0.002 * after)
            while True:
                subprocess.run(["true"], check=True)


@pytest.mark.parametrize("number", interrupts.SIGNALS)
def test_a_coroutine_is_cancelled_and_nothing_is_left_unawaited(
    number: signal.Signals, caplog: pytest.LogCaptureFixture
) -> None:
    interrupt_patiently()
    ended = []

    async def part() -> None:
        try:
            await asyncio.sleep(20)
        finally:
            ended.append("part")

    async def whole() -> None:
        below = asyncio.create_task(part())
        later(number, 0.1)
        try:
            await asyncio.sleep(20)
        finally:
            below.cancel()
            await asyncio.gather(below, return_exceptions=True)
            ended.append("whole")

    with pytest.raises(KeyboardInterrupt):
        run_to_end(whole)
    assert ended == ["part", "whole"]
    assert not caplog.records
    assert isinstance(signal.getsignal(number), Patient)


def test_a_coroutine_that_makes_something_else_of_its_cancellation_is_interrupted_all_the_same() -> None:
    interrupt_patiently()

    async def stubborn() -> str:
        later(signal.SIGINT, 0.1)
        try:
            await asyncio.sleep(20)
        except asyncio.CancelledError:
            return "done"
        return "never"

    with pytest.raises(KeyboardInterrupt):
        run_to_end(stubborn)


def test_an_error_that_an_interrupt_became_is_told_as_the_interrupt(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A library may make an error of its own of it, as pydantic does while it builds a model."""
    import sparkle_assets.cli as cli

    def builds(*args: object, **options: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(20)
        except KeyboardInterrupt as error:
            raise ValueError("a model that cannot be built") from error

    monkeypatch.setattr(cli.sparkle, "main", builds)
    with pytest.raises(SystemExit) as ended:
        cli.main(["list"])
    assert ended.value.code == 130
    assert capsys.readouterr().err == ""


def test_the_second_signal_ends_the_process_at_its_end() -> None:
    interrupt_patiently()
    before = {number: signal.getsignal(number) for number in interrupts.SIGNALS}
    end_at_once()
    child, ready = in_child(lambda: GivesBack(60).close())
    for number, handler in before.items():
        signal.signal(number, handler)
    assert ended(child, ready, signal.SIGTERM) == 130


def test_what_was_put_off_is_raised_once() -> None:
    """However often it came, and though the wake-up socket tells of it as well."""
    interrupt_patiently()
    told = Interrupts()
    try:
        with pytest.raises(KeyboardInterrupt):
            PressedThrice(0.3).close()
            time.sleep(20)
        time.sleep(0.2)  # nothing comes behind it
        with pytest.raises(KeyboardInterrupt):
            told.check()
        time.sleep(0.2)
    finally:
        told.close()


def _says_whether(connection: multiprocessing.connection.Connection) -> None:
    connection.send(may_interrupt(sys._getframe()))


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_the_process_of_a_run_is_interrupted_like_any_other(method: str) -> None:
    context = multiprocessing.get_context(method)
    here, there = context.Pipe()
    process = context.Process(target=_says_whether, args=(there,))  # type: ignore[attr-defined]
    process.start()
    assert here.poll(120) and here.recv() is True
    process.join(60)
