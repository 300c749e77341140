"""The parts of the SDXL engine that need no model: sizes, turns, time, what was seen before, what options say."""

import itertools
import pickle
import threading
from pathlib import Path
from typing import Any

import fakeredis
import numpy as np
import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from resources.errors import ConfigInvalid, Missing, PassingFault
from resources.gpu import pipelines
from resources.gpu.pipelines import place, pretrained_kwargs
from resources.gpu.plan import GIB, LoadPlan
from resources.gpu.sdxl.asking import ask_of
from resources.gpu.sdxl.errors import BatchTimeout, PictureQuarantined, RateLimitError
from resources.gpu.sdxl.limiter import MANY, TokenBuckets
from resources.gpu.sdxl.options import Dedupe, SdxlOptions, read_options
from resources.gpu.sdxl.recent import URL, RecentPictures, Seen, SharedRecent, nearest_of, perceptual_hash, recent_of
from resources.gpu.sdxl.sizes import buckets, fit, snapped, trained_size
from resources.gpu.sdxl.watch import BatchClock
from schemas.media import ImageRequest
from tests.harness.requests import image_request

WHO = ("ada", "studio")


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


# -- sizes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ((1280, 720), (1344, 768)), ((720, 1280), (768, 1344)), ((1920, 1080), (1344, 768)), ((720, 720), (1024, 1024)),
        ((1200, 900), (1152, 896)), ((2048, 858), (1536, 640)),
    ],
)  # fmt: skip
def test_the_buckets_of_the_paper(asked: tuple[int, int], size: tuple[int, int]) -> None:
    assert trained_size(*asked, 1024 * 1024) == size


@given(st.integers(64, 4000), st.integers(64, 4000), st.sampled_from([96 * 96, 512 * 512, 1024 * 1024]))
def test_a_trained_size_is_whole_steps_near_the_area_and_no_other_is_nearer(width: int, height: int, area: int) -> None:
    found = trained_size(width, height, area)
    step = 64 if area >= 256 * 256 else 8
    assert found[0] % step == found[1] % step == 0
    assert 0.6 * area <= found[0] * found[1] <= area

    def off(size: tuple[int, int]) -> float:
        return float(abs(np.log(size[0] / size[1]) - np.log(width / height)))

    assert off(found) <= min(off(one) for one in buckets(area)) + 1e-5


def test_a_size_from_the_ladder_goes_down_to_whole_steps() -> None:
    assert snapped(1008, 576, 1024 * 1024) == (960, 576)
    assert snapped(20, 300, 1024 * 1024) == (64, 256)


@given(st.integers(16, 300), st.integers(16, 300), st.integers(16, 300), st.integers(16, 300))
def test_fitting_gives_the_asked_size_from_the_middle(width: int, height: int, wide: int, high: int) -> None:
    picture, told = fit(Image.new("RGB", (width, height)), (wide, high))
    left, top, right, bottom = told.crop
    assert picture.size == (wide, high)
    assert 0 <= left < right <= width and 0 <= top < bottom <= height
    assert left == 0 or top == 0, "one side is kept whole"
    assert abs(left - (width - right)) <= 1 and abs(top - (height - bottom)) <= 1


# -- turns ------------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.floats(0, 30), st.integers(1, 12)), min_size=1, max_size=60),
    st.sampled_from([6.0, 60.0, 600.0]),
    st.integers(1, 20),
    st.integers(0, 40),
    st.floats(0, 60),
)
def test_never_more_than_the_burst_and_the_rate_and_nobody_is_passed(
    asked: list[tuple[float, int]], per_minute: float, burst: int, backlog: int, ttl: float
) -> None:
    clock = Clock()
    turns = TokenBuckets(per_minute=per_minute, burst=burst, backlog=backlog, queue_ttl_s=ttl, clock=clock)
    begun: list[tuple[float, int]] = []
    for pause, count in asked:
        clock.now += pause
        before = turns.waiting(WHO)
        try:
            wait = turns.reserve(WHO, count)
        except RateLimitError as error:
            assert turns.waiting(WHO) == pytest.approx(before), "whoever is refused takes nothing"
            assert error.retry_after_s >= 0
            continue
        assert 0 <= wait <= ttl and turns.waiting(WHO) <= backlog + 1e-6
        begun.append((clock.now + wait, count))
    times = [at for at, _ in begun]
    assert all(later >= earlier - 1e-6 for earlier, later in itertools.pairwise(times))
    for first in range(len(begun)):
        total = 0
        for at, count in begun[first:]:
            total += count
            assert total <= max(burst, begun[first][1]) + (at - begun[first][0]) * per_minute / 60 + 1e-6


def test_sixty_a_minute_then_a_second_for_each() -> None:
    clock = Clock()
    turns = TokenBuckets(clock=clock)
    assert turns.reserve(WHO, 60) == 0
    assert turns.reserve(WHO) == pytest.approx(1.0) and turns.reserve(WHO, 8) == pytest.approx(9.0)
    assert turns.reserve(("bob", "studio"), 60) == 0, "another user has a bucket of their own"
    assert turns.reserve(("ada", "laptop"), 60) == 0, "and so has another host"
    clock.now = 69
    assert turns.reserve(WHO, 60) == 0, "rested: full again"


def test_a_backlog_and_a_wait_have_ends() -> None:
    turns = TokenBuckets(backlog=10, clock=Clock())
    turns.reserve(WHO, 60)
    turns.reserve(WHO, 10)
    with pytest.raises(RateLimitError, match=r"11 pictures would wait, 10 may.*ask again in 1 s") as refused:
        turns.reserve(WHO)
    assert refused.value.retry_after_s == pytest.approx(1.0)
    turns = TokenBuckets(backlog=1000, queue_ttl_s=600, clock=Clock())
    turns.reserve(WHO, 660)
    with pytest.raises(RateLimitError, match="the wait would be 601 s, 600 s may be"):
        turns.reserve(WHO)


def test_full_buckets_are_forgotten() -> None:
    clock = Clock()
    turns = TokenBuckets(clock=clock)
    for number in range(3 * MANY):
        clock.now += 1
        turns.reserve((f"user {number}", "studio"))
    assert len(turns._levels) <= MANY + 1


# -- time -------------------------------------------------------------------------------------------------------------


def test_the_watchdog_speaks_once_before_the_time_is_over() -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    spoken = threading.Event()

    def tell(event: str, **data: Any) -> None:
        told.append((event, data))
        spoken.set()

    clock = BatchClock(0.1, tell)
    clock.total = 4
    with clock.running():
        clock.step_done()
        assert not clock.is_late() and spoken.wait(5)
        event, data = told[0]
        assert event == "batch_watchdog" and data["used_s"] >= 0.08 and data["limit_s"] == 0.1
        assert (data["steps_done"], data["steps"]) == (1, 4)
        threading.Event().wait(0.05)
    assert clock.is_late()
    with clock.running():
        threading.Event().wait(0.02)
    assert len(told) == 1


def test_only_work_counts() -> None:
    time = Clock()
    clock = BatchClock(120, lambda event, **data: None, clock=time)
    with clock.running():
        time.now += 50
    time.now += 1000  # a model is loaded
    with clock.running():
        time.now += 69
        assert not clock.is_late()
        time.now += 1
        assert clock.is_late()
    assert clock.used_s == 120


# -- what was seen before ---------------------------------------------------------------------------------------------

HASHES = st.integers(0, 2**64 - 1)


@given(st.lists(HASHES, min_size=1, max_size=40), HASHES)
def test_the_nearest_is_the_nearest(known: list[int], phash: int) -> None:
    seen = [Seen(str(index), one) for index, one in enumerate(known)]
    found = nearest_of(seen, phash)
    assert found is not None
    bits = [(one.phash ^ phash).bit_count() for one in seen]
    assert found[1] == min(bits) and found[0] == seen[bits.index(min(bits))]


@pytest.mark.parametrize("kind", ["process", "redis"])
def test_a_window_of_recent_pictures(kind: str) -> None:
    window: Any = RecentPictures(3) if kind == "process" else SharedRecent(fakeredis.FakeRedis(), 3)
    assert window.nearest(0) is None
    for number in range(4):
        window.add(Seen(f"file:{number}", 0xFF << 16 * number))
    assert window.nearest(0xFF << 16) == (Seen("file:1", 0xFF << 16), 0)
    found = window.nearest(0xFF)
    assert found is not None and found[1] == 16, "the first one left the window"
    window.add(Seen("file:3", 0xFF << 48))
    assert window.nearest((0xFF << 16) | 1) == (Seen("file:1", 0xFF << 16), 1), "adding again pushes nobody out"


def test_what_is_found_stays_longest() -> None:
    window = RecentPictures(2)
    window.add(Seen("a", 0))
    window.add(Seen("b", 2**64 - 1))
    assert window.nearest(1) == (Seen("a", 0), 1)
    window.add(Seen("c", 0xF0F0F0F0F0F0F0F0))
    assert window.nearest(2**64 - 1) == (Seen("c", 0xF0F0F0F0F0F0F0F0), 32), "b was used least recently"


def test_hosts_share_a_window() -> None:
    server = fakeredis.FakeServer()
    one, other = (SharedRecent(fakeredis.FakeRedis(server=server)) for _ in range(2))
    one.add(Seen("s3://films/a", 2**63 + 5))
    assert other.nearest(2**63 + 4) == (Seen("s3://films/a", 2**63 + 5), 1)
    server.connected = False
    with pytest.raises(PassingFault, match="Redis does not answer: ConnectionError"):
        other.nearest(1)


def test_where_the_shared_window_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL, raising=False)
    with pytest.raises(ConfigInvalid, match=URL):
        recent_of(Dedupe(store="redis"))
    monkeypatch.setenv(URL, "redis://127.0.0.1:1/0")
    shared = recent_of(Dedupe(store="redis", window=9))
    assert isinstance(shared, SharedRecent) and shared.window == 9 and isinstance(shared._client, redis.Redis)
    assert isinstance(recent_of(Dedupe()), RecentPictures)


def test_a_perceptual_hash_outlives_compression(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (9, 16, 3), np.uint8)
    picture = Image.fromarray(noise).resize((320, 180), Image.Resampling.BICUBIC)
    picture.resize((213, 120)).save(tmp_path / "small.jpg", quality=60)
    with Image.open(tmp_path / "small.jpg") as small:
        near = (perceptual_hash(picture) ^ perceptual_hash(small)).bit_count()
    far = (perceptual_hash(picture) ^ perceptual_hash(picture.rotate(180))).bit_count()
    assert near <= 6 < far


# -- options, words, errors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"steps": 0}, "steps"), ({"refiner": {"begins": 1}}, "refiner.begins"), ({"micro": {"x": 1}}, "micro.x"),
        ({"references": {"weights": "ip-adapter.bin"}}, "weights"), ({"rate": {"burst": 0}}, "rate.burst"),
        ({"model": "x", "colour": 1}, "colour"),
    ],
)  # fmt: skip
def test_an_option_that_does_not_hold_is_named(options: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigInvalid, match=field):
        read_options(options)


def test_options_that_change_no_pixel_change_no_revision() -> None:
    plain = SdxlOptions().changes_pixels()
    same = [{"batch_timeout_s": 5}, {"after": "none"}, {"rate": {"burst": 2}}, {"max_images_per_call": 2}]
    assert all(read_options(one).changes_pixels() == plain for one in same)
    others = [{"steps": 31}, {"references": True}, {"refiner": {}}, {"micro": {"crop": [0, 8]}}, {"area": 512 * 512}]
    assert all(read_options(one).changes_pixels() != plain for one in others)
    assert read_options({"references": {}}).changes_pixels() == read_options({"references": True}).changes_pixels()


def test_what_the_agent_composed_goes_first() -> None:
    plain = image_request(prompt="A boat. ", action="it rocks", style="oil, a boat", location_text="the sea")
    assert ask_of(plain, SdxlOptions(negative_prompt="fog")).prompt == "A boat, it rocks, the sea, oil, a boat"
    assert ask_of(plain, SdxlOptions(negative_prompt="fog")).negative_prompt == "fog"
    asked: ImageRequest = plain.model_copy(
        update={
            "composed_prompt": "wide", "composed_prompt_2": "soft", "negative_prompt": "text", "steps": 75,
            "guidance": 0.0,
        }
    )  # fmt: skip
    ask = ask_of(asked, SdxlOptions())
    assert (ask.prompt, ask.prompt_2, ask.negative_prompt, ask.steps, ask.guidance) == ("wide", "soft", "text", 75, 0.0)
    empty = image_request(prompt="", action="", style="")
    assert ask_of(empty, SdxlOptions()).prompt == "a view of the sea"


def test_latents_are_named_by_what_decides_them() -> None:
    ask, plan = ask_of(image_request(), SdxlOptions()), LoadPlan("sdxl-base", dtype="float16")
    key = ask.key((1344, 768), plan, revision="1")
    same = [LoadPlan("x", dtype="float16", offload="model", vae_tiling=True, batch=4, device="cuda:1")]
    assert all(ask.key((1344, 768), one, revision="1") == key for one in same)
    others = [
        ask.key((1344, 704), plan, revision="1"), ask.key((1344, 768), plan, revision="2"),
        ask.key((1344, 768), LoadPlan("sdxl-base"), revision="1"),
        ask.model_copy(update={"seed": 1}).key((1344, 768), plan, revision="1"),
    ]  # fmt: skip
    assert len({key, *others}) == 5


@pytest.mark.parametrize(
    "error",
    [
        PictureQuarantined("shows it", reason="what", where="here", hint="so"),
        RateLimitError("too many", retry_after_s=2.5, where="ada on studio", hint="later"), BatchTimeout("late"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_errors_pickle_whole(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(again) is type(error) and str(again) == str(error) and vars(again) == vars(error)


# -- a plan as a pipeline is told it ----------------------------------------------------------------------------------


def test_a_plan_in_the_words_of_from_pretrained(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    plan = LoadPlan("m", dtype="float16", device_map="balanced", max_memory=(("cpu", 64 * GIB), ("cuda:1", 20 * GIB)))
    told = pretrained_kwargs(plan, variant="fp16", keeps={"vae": "float32"})
    assert told == {
        "dtype": {"default": torch.float16, "vae": torch.float32}, "use_safetensors": True, "local_files_only": True,
        "variant": "fp16", "device_map": "balanced", "max_memory": pipelines.memory_map(plan),
    }  # fmt: skip
    monkeypatch.setattr(pipelines.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Missing, match="8bit weights need the package bitsandbytes"):
        pretrained_kwargs(LoadPlan("m", quantisation="8bit"), quantised=["unet"])


class Recorder:
    """In the place of a pipeline: there is no GPU to move a real one to."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []

    def to(self, device: str) -> None:
        self.calls.append(("to", device))

    def enable_model_cpu_offload(self, *, device: str) -> None:
        self.calls.append(("model", device))

    def enable_sequential_cpu_offload(self, *, device: str) -> None:
        self.calls.append(("sequential", device))


@pytest.mark.parametrize(
    ("plan", "calls"),
    [
        (LoadPlan("m", device="cuda:1"), [("to", "cuda:1")]),
        (LoadPlan("m", device="cuda:1", offload="model"), [("model", "cuda:1")]),
        (LoadPlan("m", offload="sequential"), [("sequential", "cuda:0")]),
        (LoadPlan("m", device_map="balanced", offload="model"), []),
    ],
)
def test_where_the_parts_go(plan: LoadPlan, calls: list[tuple[str, str]]) -> None:
    pipe = Recorder()
    place(pipe, plan)
    assert pipe.calls == calls
