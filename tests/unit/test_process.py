import pickle
import sys
import time

import psutil
import pytest

from resources.media.process import ProcessFailed, ProcessTimeout, ProgramMissing, run


def test_input_goes_in_and_output_comes_out() -> None:
    assert run(["cat"], timeout=20, stdin=(bytes([n % 256]) * 50_000 for n in range(100))) == b"".join(
        bytes([n % 256]) * 50_000 for n in range(100)
    )


def test_a_failure_shows_the_last_line() -> None:
    with pytest.raises(ProcessFailed, match=r"sh failed with exit code 3: second") as caught:
        run(["sh", "-c", "echo first >&2; echo second >&2; exit 3"], timeout=20)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own bytes


def test_a_missing_program_is_named() -> None:
    with pytest.raises(ProgramMissing, match="no-such-program is not installed"):
        run(["no-such-program"], timeout=5)


def test_a_hanging_program_is_killed_with_its_children() -> None:
    begun = time.monotonic()
    with pytest.raises(ProcessTimeout, match="longer than 1 s"):
        run(["sh", "-c", "sleep 97531 & sleep 97531"], timeout=1)
    assert time.monotonic() - begun < 60
    deadline = time.monotonic() + 60
    while left := still_running("97531"):  # whoever adopts a killed grandchild takes a moment to reap it
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def still_running(argument: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        if argument in (process.info["cmdline"] or []) and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def test_a_flood_is_stopped() -> None:
    with pytest.raises(ProcessFailed, match="wrote more than"):
        run([sys.executable, "-c", "while True: print('x' * 1000)"], timeout=60, max_output=100_000)


def test_a_killed_program_says_so() -> None:
    with pytest.raises(ProcessFailed, match="killed by SIGKILL"):
        run(["sh", "-c", "kill -9 $$"], timeout=5)


def test_a_program_that_stops_reading_is_no_deadlock() -> None:
    assert run(["head", "-c", "10"], timeout=20, stdin=(b"x" * 100_000 for _ in range(50))) == b"x" * 10


def test_an_error_in_the_source_of_input_passes_through() -> None:
    def broken():  # type: ignore[no-untyped-def]
        yield b"x"
        raise RuntimeError("the painter fell off the ladder")

    with pytest.raises(RuntimeError, match="ladder"):
        run(["cat"], timeout=20, stdin=broken())
