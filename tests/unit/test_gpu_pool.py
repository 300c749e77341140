"""The pool on a device that only counts: what is admitted, what goes, and that nothing of a failure stays."""

import gc
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bench.gpu import lease_cycles
from resources.errors import InputError, RenderFault, Stopped
from resources.gpu.context import Lease, model_context
from resources.gpu.errors import (
    DeviceFault,
    DeviceLost,
    GpuBusyError,
    LeaseEnded,
    ModelLoadError,
    ModelLoadTimeout,
    ModelOOMError,
)
from resources.gpu.estimate import Measured
from resources.gpu.inference import run_with_ladder
from resources.gpu.ladder import Permissions
from resources.gpu.plan import LoadPlan
from resources.gpu.pool import ModelPool
from resources.gpu.spec import Need
from resources.store.steps import Step
from resources.store.timeline import read_timeline
from tests.harness.accelerator import MESSAGES, FakeAccelerator
from tests.harness.heap import small_heap
from tests.harness.models import Gate, Models, until


@pytest.fixture(autouse=True)
def quick_collections() -> Iterator[None]:
    with small_heap():
        yield


def pool_of(*devices: FakeAccelerator, **given: Any) -> ModelPool:
    return ModelPool(devices, **{"budgets": {d.name: d.total for d in devices}, "wait_s": 0.2, **given})


def work(lease: Lease, plan: LoadPlan) -> int:
    told = lease.predicted
    frames: int = lease.model(told.activations)
    return frames


PLAN = LoadPlan("m", frames=5)


def lend(pool: ModelPool, spec: Any, plan: LoadPlan = PLAN, **need: Any) -> int:
    with model_context(pool, spec, need=Need(plan, **need)) as lease:
        return work(lease, plan)


# -- failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", MESSAGES)
@pytest.mark.parametrize("for_ever", [False, True])
def test_the_nth_allocation_fails_and_nothing_stays(way: Any, for_ever: bool) -> None:
    """N = 1, 2, ...: 4 blocks while loading, 3 while working. Once: the ladder ends in a result. For ever: an error."""
    for number in range(1, 9):
        device = FakeAccelerator(10_000, fail_at=[number], for_ever=for_ever, way=way)
        models, pool = Models(device), pool_of(device)
        spec = models.spec("m", 1000)
        stage = "load" if number <= 4 else "inference"
        if number == 8:
            assert run_with_ladder(pool, spec, PLAN, work) == (5, []), "the whole work is seven allocations"
        elif for_ever:
            with pytest.raises(ModelOOMError) as failed:
                run_with_ladder(pool, spec, PLAN, work)
            error = failed.value
            # From the first step on every load fails, for every allocation does.
            assert error.stage == "load" if error.steps else stage
            assert error.steps == ("offload", "tile_vae", "offload_layers") and error.model_key == "m"
            assert error.__context__ is None and error.__cause__ is None and "permission" not in error.message
        else:
            frames, steps = run_with_ladder(pool, spec, PLAN, work)
            assert frames == 5 and [step.rung for step in steps] == ["offload"]
            assert models.loads == 2 and stage in steps[0].because
        pool.close()
        assert device.used() == 0 and models.alive() == 0, number
        assert pool.residents() == [] and pool.committed("cuda:0") == 0
        assert number == 8 or device.emptied >= 1


@pytest.mark.parametrize("number", range(1, 8))
def test_an_error_that_is_kept_keeps_nothing_alive(number: int) -> None:
    device = FakeAccelerator(10_000, fail_at=[number])
    models, pool = Models(device), pool_of(device)
    kept: list[ModelOOMError] = []
    try:
        lend(pool, models.spec("m", 1000))
    except ModelOOMError as error:
        assert error.__context__ is None, "the exception of the device, its frames and their tensors"
        kept.append(error)
    gc.collect()
    assert kept[0].memory_snapshots[-1].used == 0 == device.used() and models.alive() == 0
    assert kept[0].stage == ("load" if number <= 4 else "inference") and "MiB" in kept[0].message


def test_what_the_work_had_allocated_is_free_before_the_next_try() -> None:
    """Ten more bytes and both attempts would not fit: the second one runs only because nothing of the first is left."""
    device = FakeAccelerator(1160, fail_at=[7])
    models, pool = Models(device), pool_of(device)
    used: list[int] = []

    def infer(lease: Lease, plan: LoadPlan) -> int:
        used.append(device.used())
        big = lease.model.blocks
        assert len(big) == 4
        return work(lease, plan)

    run_with_ladder(pool, models.spec("m", 1000), PLAN, infer)
    assert used == [1000, 500] and models.alive() == 1


def test_another_fault_passes_through_and_the_model_goes() -> None:
    device = FakeAccelerator(10_000)
    models, pool = Models(device), pool_of(device)
    spec = models.spec("m", 1000)
    with pytest.raises(ZeroDivisionError), model_context(pool, spec, need=Need(PLAN)):
        raise ZeroDivisionError
    assert pool.residents() == [] and device.used() == 0
    with pytest.raises(Stopped), model_context(pool, spec, need=Need(PLAN)):
        raise Stopped("a person asked")
    assert [one.leased for one in pool.residents()] == [False], "stopped between two steps: it stays warm"
    with pytest.raises(KeyboardInterrupt), model_context(pool, spec, need=Need(PLAN)):
        raise KeyboardInterrupt
    assert pool.residents() == []


def test_faults_of_the_device() -> None:
    device = FakeAccelerator(10_000)
    pool, spec = pool_of(device), Models(device).spec("m", 1000)
    with pytest.raises(DeviceLost, match="run the same command again"), model_context(pool, spec, need=Need(PLAN)):
        raise RuntimeError("CUDA error: an illegal memory access was encountered")
    calls: list[int] = []

    def infer(lease: Lease, plan: LoadPlan) -> int:
        calls.append(1)
        if len(calls) < 3:
            raise RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR")
        return 7

    assert run_with_ladder(pool, spec, PLAN, infer, pause_s=0) == (7, []) and len(calls) == 3
    calls.clear()
    with pytest.raises(DeviceFault):
        run_with_ladder(pool, spec, PLAN, infer, pause_s=0, retries=1)
    assert device.used() == 0


def test_a_loader_that_fails_is_told_in_one_line() -> None:
    device = FakeAccelerator(10_000)

    def broken() -> None:
        raise ValueError("weights of another shape\nsecond line")

    def damaged() -> None:
        raise RenderFault("is cut short", where="x.safetensors")

    models, pool = Models(device), pool_of(device)
    with pytest.raises(ModelLoadError, match=r"^m: does not load: ValueError: weights of another shape second line$"):
        lend(pool, models.spec("m", 1000, before=broken))
    with pytest.raises(RenderFault, match=r"^x.safetensors: is cut short$"):
        lend(pool, models.spec("m", 1000, after=damaged))
    assert device.used() == 0 and pool.residents() == [] and models.alive() == 0


# -- time -------------------------------------------------------------------------------------------------------------


def test_a_load_that_takes_too_long_is_given_up_and_what_comes_late_is_freed() -> None:
    device = FakeAccelerator(1500)
    gate, models = Gate(), Models(device)
    pool = pool_of(device)
    slow = models.spec("slow", 1000, after=gate)
    with pytest.raises(ModelLoadTimeout, match="did not load within"):
        lend(pool, slow, load_timeout_s=0.05)
    assert device.used() == 1000 and [one.state for one in pool.residents()] == ["lost"]
    with pytest.raises(GpuBusyError, match="in use by slow"):
        lend(pool, models.spec("m", 1000), wait_s=0.05)
    gate.open.set()
    assert lend(pool, models.spec("m", 1000), wait_s=5) == 5, "it waits until the late one is gone"
    assert device.used() == 1000 and models.alive() == 1


def test_one_model_loads_at_a_time() -> None:
    """accelerate changes ``torch.nn.Module`` for everybody while it loads one."""
    device, loading, most = FakeAccelerator(10_000), 0, 0
    models, pool = Models(device), pool_of(device)

    def begin() -> None:
        nonlocal loading, most
        loading += 1
        most = max(most, loading)
        time.sleep(0.01)

    def end() -> None:
        nonlocal loading
        loading -= 1

    specs = [models.spec(key, 1000, before=begin, after=end) for key in "abcd"]
    threads = [threading.Thread(target=lend, args=(pool, spec)) for spec in specs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (models.loads, most) == (4, 1)


def test_an_interrupted_wait_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    device = FakeAccelerator(1500)
    gate, models = Gate(), Models(device)
    pool = pool_of(device)

    def interrupted(self: Any, timeout_s: float) -> bool:
        gate.reached.wait(5)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("resources.gpu.loading.LoadJob.wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            lend(pool, models.spec("m", 1000, before=gate))
    gate.open.set()
    assert until(lambda: not pool.residents()) and device.used() == 0 and models.alive() == 0
    assert lend(pool, models.spec("m", 1000)) == 5


# -- leases -----------------------------------------------------------------------------------------------------------


def test_a_lease_is_dead_after_its_block() -> None:
    device = FakeAccelerator(10_000)
    models, pool = Models(device), pool_of(device)
    spec = models.spec("m", 1000)
    with model_context(pool, spec, need=Need(PLAN)) as lease:
        kept = lease.model
        assert type(kept).__name__ == "Access" and isinstance(kept, type(models.made[0]()))
        assert kept.plan == PLAN and lease.using(lambda model: model is models.made[0]())
        assert lease.alive and not lease.warm
    for use in (lambda: lease.model, lambda: kept.plan, lambda: kept(3), lambda: isinstance(kept, Models)):
        with pytest.raises(LeaseEnded, match="after its lease"):
            use()
    assert lease.peak == 1000 and not lease.alive
    pool.evict_idle()
    assert models.alive() == 0 and device.used() == 0, "what was kept of the lease keeps no weights"


def test_a_model_that_somebody_keeps_still_counts() -> None:
    device = FakeAccelerator(1500)
    models, pool = Models(device), pool_of(device)
    with model_context(pool, models.spec("m", 1000), need=Need(PLAN)) as lease:
        kept = lease.using(lambda model: model)
    assert pool.evict_idle() == 1 and pool.committed("cuda:0") == 1000
    assert [(one.state, one.bytes) for one in pool.residents()] == [("lost", 1000)]
    with pytest.raises(GpuBusyError):
        lend(pool, models.spec("other", 1000))
    del kept
    gc.collect()
    assert lend(pool, models.spec("other", 1000)) == 5


def test_a_warm_model_is_lent_again_and_a_call_may_differ() -> None:
    device = FakeAccelerator(10_000)
    models, pool = Models(device), pool_of(device)
    spec = models.spec("m", 1000)
    lend(pool, spec)
    lend(pool, spec, LoadPlan("m", frames=9, vae_tiling=True, width=64))
    assert models.loads == 1 and pool.residents()[0].leases == 2
    lend(pool, spec, LoadPlan("m", dtype="float16"), stay=False)
    assert models.loads == 2 and models.alive() == 1


def test_one_at_a_time_and_never_twice_by_one_thread() -> None:
    device = FakeAccelerator(10_000)
    models, pool = Models(device), pool_of(device)
    spec = models.spec("m", 1000)
    inside = 0
    most = 0

    def use() -> None:
        nonlocal inside, most
        for _ in range(5):
            with model_context(pool, spec, need=Need(PLAN, wait_s=20)):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1 and models.loads == 1 and pool.residents()[0].leases == 20
    with (
        model_context(pool, spec, need=Need(PLAN)),
        pytest.raises(GpuBusyError, match="has a lease"),
        model_context(pool, spec, need=Need(PLAN)),
    ):
        pass


# -- what stays -------------------------------------------------------------------------------------------------------


def test_the_least_recently_used_goes_first_and_a_pinned_one_stays() -> None:
    device = FakeAccelerator(3500)
    models, pool = Models(device), pool_of(device)
    a, b, c, d = (models.spec(key, 1000) for key in "abcd")
    for spec in (a, b, c, a):
        lend(pool, spec)
    lend(pool, d)
    assert {one.key for one in pool.residents()} == {"a", "c", "d"}
    pool.pin("c")
    lend(pool, b)
    assert {one.key for one in pool.residents() if one.key != "c"} == {"d", "b"}
    lend(pool, a)
    assert "c" in {one.key for one in pool.residents() if one.pinned}
    lend(pool, a, LoadPlan("a", alone=True, dtype="float16"))
    assert [one.key for one in pool.residents()] == ["c", "a"], "alone, but for what is pinned"
    pool.unpin("c")
    with pytest.raises(InputError, match="is not pinned"):
        pool.unpin("c")


def test_a_thousand_leases_that_load_now_and_then_leave_nothing_of_a_model() -> None:
    device = FakeAccelerator(10_000)
    models, pool = Models(device), pool_of(device)
    spec = models.spec("m", 1000)

    def cycles(count: int) -> tuple[int, int]:
        for number in range(count):
            lend(pool, spec, stay=number % 50 != 0)  # every fiftieth loads anew
        gc.collect()
        return len(gc.get_objects()), sys.getallocatedblocks()

    objects, blocks = cycles(100)
    more_objects, more_blocks = cycles(1000)
    assert models.loads == 23 and models.alive() == 1
    # a weak reference to each of the 20 models that were loaded since is kept by the harness
    assert more_objects - objects < 100 and more_blocks - blocks < 1000


def test_a_thousand_warm_leases_leave_no_trace_in_the_host(tmp_path: Path) -> None:
    """In a process of its own, where one percent is half a megabyte. What a film is told is on the disk only."""
    film = tmp_path / "movies" / "film"
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        cycles = other.submit(lease_cycles, tmp_path, film).result()
    assert cycles.grown <= 0.01 and cycles.blocks < 1000, "less than a block a lease"
    assert quantiles(cycles.taken_ms, n=10)[0] <= 5, "on a machine that has nothing else to do"
    assert len(read_timeline(film)) == 2 + 3 * 1100, "load_start, load_complete; three events a lease"


def test_an_idle_model_goes_after_its_time() -> None:
    now = 0.0
    device = FakeAccelerator(10_000)
    models, pool = Models(device), pool_of(device, keep_s=60, clock=lambda: now)
    lend(pool, models.spec("a", 1000))
    now = 61
    lend(pool, models.spec("b", 1000))
    assert [one.key for one in pool.residents()] == ["b"]


def test_what_cannot_fit_is_not_loaded() -> None:
    device = FakeAccelerator(1000, taken=300)
    models, pool = Models(device), pool_of(device)
    with pytest.raises(ModelOOMError, match=r"needs about 0.0 GB on cuda:0") as failed:
        lend(pool, models.spec("m", 800))
    assert failed.value.stage == "load" and models.loads == 0 and device.count == 0
    assert lend(pool, models.spec("m", 500)) == 5, "what another process holds counts as well"
    pool.close()
    with pytest.raises(RenderFault, match="closed"):
        lend(pool, models.spec("m", 1))
    with pytest.raises(InputError, match="there is no device 'cuda:7'"):
        pool_of(device).room() and lend(pool_of(device), models.spec("m", 1), LoadPlan("m", device="cuda:7"))


def test_offloading_needs_the_hosts_memory_too() -> None:
    card, host = FakeAccelerator(700), FakeAccelerator(400, name="cpu")
    models, pool = Models(card, host), pool_of(card, host)
    with pytest.raises(ModelOOMError, match="of the host's memory"):
        lend(pool, models.spec("m", 1000), LoadPlan("m", offload="model"))
    assert models.loads == 0


def test_two_cards_and_the_ladder() -> None:
    small, large = FakeAccelerator(500), FakeAccelerator(5000, name="cuda:1")
    models, pool = Models(small, large), pool_of(small, large)
    frames, steps = run_with_ladder(pool, models.spec("m", 4000), LoadPlan("m", frames=33, offload="sequential"), work)
    assert [step.rung for step in steps] == ["other_gpu"] and frames == 33 and small.count == 0, "nothing else given up"
    host = FakeAccelerator(9000, name="cpu")
    models, pool = Models(small, host), pool_of(small, host)
    spec = models.spec("m", 4000)
    with pytest.raises(ModelOOMError, match="cpu_fallback: true"):
        run_with_ladder(pool, spec, PLAN, work)
    _, steps = run_with_ladder(pool, spec, PLAN, work, permissions=Permissions(cpu_fallback=True))
    assert steps[-1].rung == "cpu" and host.used() == 4000


# -- what is told -----------------------------------------------------------------------------------------------------


def test_everything_is_told_to_the_film(tmp_path: Path) -> None:
    device = FakeAccelerator(10_000, fail_at=[6])
    models, pool = Models(device), pool_of(device, measured=Measured(tmp_path / "measured.json"))
    film = tmp_path / "movies" / "film"
    _, steps = run_with_ladder(pool, models.spec("m", 1000), PLAN, work, film=film)
    told = read_timeline(film)
    assert [event.event for event in told] == [
        *("load_start", "load_complete", "inference_start", "inference_end", "cleanup", "memory_step"),
        *("load_start", "load_complete", "inference_start", "inference_end", "cleanup"),
    ]
    assert told[3].data["kind"] == "oom" and told[4].data["failed"] and told[4].data["memory"]["used"] == 0
    assert told[5].data["rung"] == steps[0].rung == "offload" and "MiB" in told[5].data["because"]
    assert told[9].data["peak"] == 650 and told[10].data["kept"] is True
    assert all(event.data["memory"]["device"] == "cuda:0" for event in told if "memory" in event.data)
    with pytest.raises(ModelOOMError):
        lend(pool, models.spec("large", 10**6))
    step = Step(film, "shot_images", slot="01", shot="one")
    with step.under_way(), model_context(pool, models.spec("m", 1000), need=Need(PLAN)):
        pass
    assert read_timeline(film, shot="one")[0].event == "load_start", "the step under way is told without being asked"


# -- any order --------------------------------------------------------------------------------------------------------


class PoolMachine(RuleBasedStateMachine):
    """Leases, cancels, failures, pins and evictions in any order, with a twin of what must be there."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.device = FakeAccelerator(3000)
        self.models = Models(self.device)
        self.pool = ModelPool([self.device], budgets={"cuda:0": 2600}, wait_s=0, keep_s=100, clock=lambda: self.now)
        self.open: dict[str, tuple[Any, Lease]] = {}
        self.pinned: dict[str, int] = {}
        self.there: set[str] = set()

    keys = st.sampled_from(["a", "b", "c", "d"])

    @rule(key=keys, size=st.sampled_from([400, 900, 1600]))
    def enter(self, key: str, size: int) -> None:
        spec = self.models.spec(f"{key}{size}", size)
        context = model_context(self.pool, spec, need=Need(LoadPlan(spec.key)))
        try:
            self.open[spec.key] = (context, context.__enter__())
        except (ModelOOMError, GpuBusyError):
            return
        self.there.add(spec.key)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), how=st.sampled_from(["well", "oom", "interrupt", "stopped", "fault"]))
    def leave(self, data: st.DataObject, how: str) -> None:
        key = data.draw(st.sampled_from(sorted(self.open)))
        context, lease = self.open.pop(key)
        errors: dict[str, BaseException | None] = {
            "well": None,
            "oom": RuntimeError("CUDA out of memory."),
            "interrupt": KeyboardInterrupt(),
            "stopped": Stopped("asked"),
            "fault": ValueError("no"),
        }
        error = errors[how]
        if how == "oom":
            with pytest.raises(ModelOOMError):
                context.__exit__(RuntimeError, error, None)
        else:
            assert not context.__exit__(type(error) if error else None, error, None)
        assert not lease.alive
        if how not in ("well", "stopped"):
            self.there.discard(key)

    @rule(key=keys, size=st.sampled_from([400, 900, 1600]))
    def pin(self, key: str, size: int) -> None:
        if f"{key}{size}" not in {one.key for one in self.pool.residents()}:
            self.there.discard(f"{key}{size}")  # it was evicted before: a pin keeps, it does not bring back
        self.pool.pin(f"{key}{size}")
        self.pinned[f"{key}{size}"] = self.pinned.get(f"{key}{size}", 0) + 1

    @precondition(lambda self: self.pinned)
    @rule(data=st.data())
    def unpin(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.pinned)))
        self.pool.unpin(key)
        self.pinned[key] -= 1
        if not self.pinned[key]:
            del self.pinned[key]

    @rule()
    def evict(self) -> None:
        self.pool.evict_idle()
        self.there &= set(self.open) | set(self.pinned)

    @rule(seconds=st.sampled_from([1, 101]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def the_budget_holds(self) -> None:
        assert self.device.used() <= self.pool.committed("cuda:0") <= 2600

    @invariant()
    def pinned_and_lent_models_stay(self) -> None:
        residents = {one.key for one in self.pool.residents()}
        assert self.there & (set(self.pinned) | set(self.open)) <= residents

    @invariant()
    def the_ledger_is_the_residents(self) -> None:
        assert self.device.used() == sum(int(one.key[1:]) for one in self.pool.residents())

    def teardown(self) -> None:
        for context, _ in self.open.values():
            context.__exit__(None, None, None)
        self.pool.close()
        assert self.device.used() == 0 and self.models.alive() == 0


TestPoolMachine = PoolMachine.TestCase
TestPoolMachine.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
