"""Models over several cards: what each card holds, told before anything is loaded, and the way back to one card."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from resources.errors import InputError, Missing
from resources.gpu.context import model_context
from resources.gpu.device import CpuAccelerator
from resources.gpu.errors import GpuBusyError, ModelOOMError
from resources.gpu.estimate import Bytes, Measured, Part, weight_bytes
from resources.gpu.inference import run_with_ladder
from resources.gpu.ladder import Permissions
from resources.gpu.pipelines import memory_map
from resources.gpu.plan import GIB, LoadPlan
from resources.gpu.pool import ModelPool
from resources.gpu.registry import Registry
from resources.gpu.room import GpuRoom
from resources.gpu.spec import ModelSpec, Need
from resources.gpu.spread import Share, cards_of, shares, weighed
from tests.harness.accelerator import FakeAccelerator
from tests.harness.cpu_torchaudio import allow_cpu_torchaudio

WAN = "wan2.1-i2v-14b-480p"
PARTS = [Part("a", 100), Part("b", 400), Part("c", 300), Part("d", 50, quantised=False, keeps="float32")]
"""In two bytes a parameter: 200, 800, 600, and 200 in four."""


def spread_over(*memory: tuple[str, int], **given: Any) -> LoadPlan:
    return LoadPlan("m", device_map="balanced", max_memory=memory, **given)


def test_the_card_with_more_to_give_is_filled_first() -> None:
    assert cards_of(LoadPlan("m", device="cuda:3"), ["cuda:0"]) == ("cuda:3",)
    assert cards_of(spread_over(), ["cuda:0", "cuda:10", "cuda:2", "cpu"]) == ("cuda:0", "cuda:2", "cuda:10")
    assert cards_of(spread_over(("cpu", 99), ("cuda:0", 5), ("cuda:1", 7)), ["cuda:0"]) == ("cuda:1", "cuda:0")
    with pytest.raises(InputError, match="needs GPUs"):
        cards_of(spread_over(), ["cpu"])


def test_parts_stay_whole_and_one_part_is_spread_by_its_layers() -> None:
    told = Bytes(1800, 60, 40)
    each = shares(PARTS, spread_over(), told, ("cuda:0", "cuda:1"))
    assert each == {"cuda:0": Share(800 + 200, 100), "cuda:1": Share(600 + 200, 100)}
    assert shares(PARTS, LoadPlan("m"), told, ("cuda:0",)) == {"cuda:0": Share(1800, 100)}
    assert shares(PARTS[:1], spread_over(), Bytes(201, 60), ("cuda:0", "cuda:1"))["cuda:1"] == Share(101, 60)
    assert len(shares(PARTS, spread_over(), told, [f"cuda:{n}" for n in range(8)])) == 4, "four parts, four cards"
    room = {"cuda:0": 2000, "cuda:1": 850, "cpu": 10**6}
    assert weighed(PARTS, spread_over(), told, room) == 2000 + (900 - 850), "the second card lacks fifty"
    assert weighed(PARTS, spread_over(("cuda:0", 1050), ("cuda:1", 1000)), told, room) == 2000 + 50


@pytest.mark.parametrize("quantisation", ["none", "4bit"])
@pytest.mark.parametrize("cards", [1, 2, 3, 5])
def test_parts_are_where_diffusers_puts_them(cards: int, quantisation: Any) -> None:
    """Also those that no card could hold in 16 bits: none goes to the CPU."""
    allow_cpu_torchaudio()
    from diffusers.pipelines.pipeline_loading_utils import _assign_components_to_devices

    plan = spread_over(*((f"cuda:{n}", 700 + n) for n in range(cards)), quantisation=quantisation)
    sizes = {part.name: weight_bytes(part, spread_over()) for part in PARTS}
    largest = dict(sorted(sizes.items(), key=lambda one: one[1], reverse=True))  # as _get_final_device_map does
    memory = dict(sorted(memory_map(plan).items(), key=lambda one: one[1], reverse=True))
    placed = _assign_components_to_devices(largest, memory)  # type: ignore[arg-type, unused-ignore]
    bits = {part.name: weight_bytes(part, plan) for part in PARTS}
    theirs = {f"cuda:{number}": sum(bits[name] for name in names) for number, names in placed.items()}
    ours = shares(PARTS, plan, Bytes(sum(bits.values()), 0), cards_of(plan, ()))
    assert theirs == {name: one.weights for name, one in ours.items()}


class Held:
    """A model whose parts are blocks of several devices."""

    def __init__(self, *blocks: Any) -> None:
        self.blocks = blocks


def two_cards(first: int, second: int, **given: Any) -> tuple[ModelPool, ModelSpec, list[FakeAccelerator]]:
    devices = [FakeAccelerator(first), FakeAccelerator(second, name="cuda:1"), FakeAccelerator(9000, name="cpu")]

    def told(plan: LoadPlan) -> Bytes:
        shrink = {"none": 1, "model": 2, "sequential": 10}[plan.offload]
        return Bytes(1800 // shrink, 60, 40, host=1800 if shrink > 1 else 0)

    def load(plan: LoadPlan, folder: Path) -> Held:
        each = shares(PARTS, plan, told(plan), cards_of(plan, ["cuda:0", "cuda:1"]))
        byname = {device.name: device for device in devices}
        return Held(*(byname[name].allocate(one.weights) for name, one in each.items()))

    pool = ModelPool(devices, budgets={device.name: device.total for device in devices}, wait_s=0.1, **given)
    return pool, ModelSpec("m", load, told, lambda: Path(), lambda: PARTS), devices


def test_each_card_is_booked_with_what_it_holds(tmp_path: Path) -> None:
    measured = Measured(tmp_path / "measured.json")
    pool, spec, (first, second, _) = two_cards(1100, 900, measured=measured)
    with model_context(pool, spec, need=Need(spread_over())) as lease:
        assert lease.device == "cuda:0" and (first.used(), second.used()) == (1000, 800)
        assert (pool.committed("cuda:0"), pool.committed("cuda:1"), pool.committed("cpu")) == (1100, 900, 0)
    assert (pool.committed("cuda:0"), pool.committed("cuda:1")) == (1000, 800), "the work is over, the weights stay"
    assert measured.all() == [], "one card's peak says nothing of the others"
    [one] = pool.residents()
    assert (one.devices, one.bytes) == (("cuda:0", "cuda:1"), 1800)
    pool.close()
    assert first.used() == second.used() == 0


def test_a_card_that_cannot_hold_its_share_is_told_and_nothing_is_loaded() -> None:
    pool, spec, devices = two_cards(2000, 850)
    with pytest.raises(ModelOOMError, match="GB on cuda:1") as told, model_context(
        pool, spec, need=Need(spread_over())
    ):  # fmt: skip
        pass
    assert told.value.device_map == "balanced" and not any(device.count for device in devices)
    limited = spread_over(("cuda:0", 1050), ("cuda:1", 2000))
    pool, spec, devices = two_cards(2000, 2000)
    with model_context(pool, spec, need=Need(limited)):
        assert (devices[0].used(), devices[1].used()) == (800, 1000), "the largest part is where there is more"
    tight = spread_over(("cuda:0", 500), ("cuda:1", 1200))
    with pytest.raises(ModelOOMError, match="on cuda:0"), model_context(pool, spec, need=Need(tight)):
        pass


def test_what_two_cards_cannot_share_one_of_them_does_layer_by_layer() -> None:
    pool, spec, devices = two_cards(700, 700)
    _, steps = run_with_ladder(pool, spec, spread_over(), lambda lease, plan: plan)
    assert [step.rung for step in steps] == ["offload_layers"]
    assert steps[0].changes == {"device_map": "", "offload": "sequential"}
    assert (steps[0].before, steps[0].after) == (1100, 280) and devices[1].count == 0


def test_two_loads_at_once_do_not_take_the_same_host_memory() -> None:
    """What waits in the host is promised before it is there: the second load begins when the first one is measured."""
    pool, _, devices = two_cards(5000, 5000)
    waited: list[bool] = []

    def load(plan: LoadPlan, folder: Path) -> Held:
        if plan.device == "cuda:0":
            with pytest.raises(GpuBusyError, match="waited"):
                pool.acquire(other, Need(LoadPlan("n", device="cuda:1", offload="model")))
            waited.append(True)
        return Held(devices[2].allocate(5000))

    def told(plan: LoadPlan) -> Bytes:
        return Bytes(10, 0, 0, host=5000)

    other = ModelSpec("n", load, told, lambda: Path())
    with model_context(pool, ModelSpec("m", load, told, lambda: Path()), need=Need(LoadPlan("m", offload="model"))):
        assert waited == [True]


class Host(CpuAccelerator):
    """A host of 64 GiB, all of them free."""

    total = 64 * GIB

    def __init__(self) -> None:
        super().__init__()
        self.total = 64 * GIB

    def free(self) -> int:
        return self.total


@pytest.mark.parametrize(
    ("cards", "host", "lower", "told"),
    [
        ([80, 80], 64, False, ""),
        ([40, 24], 64, False, ""),  # the transformer on the larger one, the text encoder on the other
        ([24, 24], 64, False, ""),  # layer by layer on one of them
        ([24, 24], 8, False, r"has no room here.*let the profile go lower with `lower_precision: true`"),
        ([24, 24], 8, True, r"fits here in (8|4)bit only"),
        ([4, 4], 8, True, "has no room here, even after"),
    ],
)
def test_room_over_several_cards_is_foreseen(
    tmp_path: Path, cards: list[int], host: int, lower: bool, told: str
) -> None:
    devices = [FakeAccelerator(gib * GIB, name=f"cuda:{number}") for number, gib in enumerate(cards)]
    pool = ModelPool([*devices, Host()], budgets={"cpu": host * GIB})
    room = GpuRoom(pool, Registry(tmp_path / "models"), "balanced", tmp_path, Permissions(lower_precision=lower))
    with pytest.raises(Missing, match=told) if told else nullcontext():
        room.foresee([WAN])


def test_only_a_loader_that_can_spread_a_model_is_asked_to(tmp_path: Path) -> None:
    pool = ModelPool([FakeAccelerator(24 * GIB), FakeAccelerator(40 * GIB, name="cuda:1"), Host()])
    room = GpuRoom(pool, Registry(tmp_path / "models"), "balanced", tmp_path)
    for key in (WAN, "sdxl-base", "qwen2-vl-2b"):
        plan = room.plan(key)
        assert plan.device_map == "balanced" and cards_of(plan, ()) == ("cuda:1", "cuda:0")
        assert dict(plan.max_memory)["cuda:1"] == pool.budget("cuda:1")
    for key in ("chatterbox", "wav2lip"):
        assert (room.plan(key).device_map, room.plan(key).max_memory) == ("", ())
    room.foresee(["chatterbox", "wav2lip", "sdxl-base"])
