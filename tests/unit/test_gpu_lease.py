"""One card, several processes: the lock is exclusive, free the moment its holder dies, and never inherited."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from resources.gpu.context import model_context
from resources.gpu.errors import GpuBusyError
from resources.gpu.lease import GpuLocks, default_folder
from resources.gpu.plan import LoadPlan
from resources.gpu.pool import ModelPool
from resources.gpu.spec import Need
from tests.conftest import ROOT
from tests.harness.accelerator import FakeAccelerator
from tests.harness.models import Models

CARD = "GPU-8a6f0c9e"
HOLDER = """
import sys, time
from pathlib import Path
from resources.gpu.lease import GpuLocks
locks = GpuLocks(Path(sys.argv[1]))
locks.take(sys.argv[2], wait_s=5)
print("held", flush=True)
time.sleep(60)
"""


def other_process(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), CARD], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_another_process_has_the_card_until_it_is_killed(tmp_path: Path) -> None:
    with other_process(tmp_path) as other:
        locks = GpuLocks(tmp_path)
        with pytest.raises(GpuBusyError, match=f"is used by process {other.pid}"):
            locks.take(CARD, wait_s=0.1)
        assert GpuLocks(tmp_path).try_take("GPU-another"), "another card is free"
        os.kill(other.pid, signal.SIGKILL)
        begun = time.monotonic()
        locks.take(CARD, wait_s=120)
        assert time.monotonic() - begun < 60 and locks.holds(CARD)
        locks.give(CARD)


def test_holds_are_counted(tmp_path: Path) -> None:
    locks, others = GpuLocks(tmp_path), GpuLocks(tmp_path)
    with locks.hold(CARD):
        with locks.hold(CARD):
            assert not others.try_take(CARD)
        assert not others.try_take(CARD)
    assert others.try_take(CARD) and not locks.try_take(CARD)
    others.give(CARD)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_no_child_keeps_the_card(tmp_path: Path) -> None:
    """Neither one that runs another program with every descriptor open, nor a fork that lives on."""
    locks = GpuLocks(tmp_path)
    locks.take(CARD)
    with subprocess.Popen(["sleep", "30"], close_fds=False) as child:
        read, write = os.pipe()
        fork = os.fork()
        if fork == 0:
            os.write(write, b"1" if not locks.holds(CARD) else b"0")
            time.sleep(30)
            os._exit(0)
        try:
            assert os.read(read, 1) == b"1"
            assert not GpuLocks(tmp_path).try_take(CARD), "a child that closes its copy does not unlock ours"
            locks.give(CARD)
            after = GpuLocks(tmp_path)
            assert after.try_take(CARD)
            after.give(CARD)
        finally:
            os.kill(fork, signal.SIGKILL)
            os.waitpid(fork, 0)
            child.kill()
            os.close(read)
            os.close(write)


def test_a_pool_holds_the_card_while_models_are_on_it(tmp_path: Path) -> None:
    device = FakeAccelerator(10_000, uuid=CARD)
    pool = ModelPool([device], budgets={"cuda:0": 10_000}, wait_s=0.1, locks=GpuLocks(tmp_path))
    spec, others = Models(device).spec("m", 1000), GpuLocks(tmp_path)
    with model_context(pool, spec, need=Need(LoadPlan("m"))):
        assert not others.try_take(CARD)
    assert not others.try_take(CARD), "warm models take memory too"
    pool.evict_idle()
    assert others.try_take(CARD)
    with pytest.raises(GpuBusyError, match="is used by process"), model_context(pool, spec, need=Need(LoadPlan("m"))):
        pass
    others.give(CARD)
    with model_context(pool, spec, need=Need(LoadPlan("m"), stay=False)):
        pass
    assert others.try_take(CARD)
    others.give(CARD)


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert default_folder() == tmp_path / "sparkle-gpu"
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert str(os.getuid()) in default_folder().name
