"""The Wan engine over tiny random weights: the real pipeline, the real loader, the real room."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from resources.engines import MOTION, VideoEngine
from resources.errors import Missing, RenderFault
from resources.gpu.context import model_context
from resources.gpu.errors import ModelLoadError, ModelMissing
from resources.gpu.estimate import Bytes
from resources.gpu.lease import GpuLocks
from resources.gpu.pipelines import memory_map
from resources.gpu.plan import LoadPlan
from resources.gpu.pool import ModelPool
from resources.gpu.room import GpuRoom
from resources.gpu.spec import ModelSpec, Need
from resources.gpu.wan.clips import read_clip
from resources.gpu.wan.decoding import decode
from resources.gpu.wan.engine import RENDERING, WanVideo
from resources.gpu.wan.loading import load_wan, set_call
from resources.gpu.wan.sampling import ChunkCall, sample
from resources.gpu.wan.shelf import Shelf
from resources.profile import ENGINES, load_profile, make_engine
from resources.store.checkpoints import checkpoints
from resources.store.progress import listening
from resources.store.steps import Step
from resources.store.timeline import read_timeline
from schemas.media import VideoRequest
from schemas.records import CallbackEvent
from tests.harness.accelerator import FakeAccelerator
from tests.harness.cpu_torchaudio import allow_cpu_torchaudio
from tests.harness.heap import small_heap
from tests.harness.models import until
from tests.harness.tiny_wan import KEYS, save_tiny_wan, tiny_room

OPTIONS: dict[str, Any] = {
    "model": KEYS[0], "last_frame_model": KEYS[1], "pixels": 48 * 32, "steps": 2, "chunk_frames": 12,
    "interpolation": "repeat",
}  # fmt: skip
"""Chunks of 13 frames."""
FULL = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 15.60 GiB"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("models")
    save_tiny_wan(folder / KEYS[0])
    save_tiny_wan(folder / KEYS[1], last_frame=True)
    with small_heap():
        yield folder


@pytest.fixture
def room(models: Path, tmp_path: Path) -> Iterator[GpuRoom]:
    made = tiny_room(models, tmp_path / "scratch")
    yield made
    made.close()


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return keyframe(tmp_path / "image", (128, 72))


def keyframe(folder: Path, size: tuple[int, int], turn: int = 0) -> Path:
    """The folder of an image artifact."""
    folder.mkdir()
    x, y = np.meshgrid(np.linspace(0, 255, size[0]), np.linspace(0, 255, size[1]))
    picture = np.roll(np.stack([x, y, 255 - x], axis=-1), turn, axis=-1)
    Image.fromarray(picture.astype(np.uint8)).save(folder / "image.png")
    return folder


def asked(**more: Any) -> VideoRequest:
    known = {"camera": "static", "action": "it rocks", "prompt": "a boat", "effects": [], "fps": "24", "seed": 3}
    return VideoRequest.model_validate({**known, **more})


def rendered(
    engine: WanVideo, image: Path, folder: Path, frames: int = 25, last: Path | None = None, **more: Any
) -> dict[str, Any]:
    """Render a shot; what rendering.json says of it."""
    folder.mkdir(exist_ok=True)
    engine.render_video(asked(**more), image, frames, folder, last_image=last)
    told: dict[str, Any] = json.loads((folder / RENDERING).read_text())
    assert (told["frames"], len(list(read_clip(folder / MOTION)))) == (frames, frames)
    return told


class Watched:
    """The real loader; counts what the model does, and makes it fail on demand."""

    def __init__(self) -> None:
        self.loads = 0
        self.sampled: list[int] = []
        """Latent frames of each call of the transformer."""
        self.decoded = 0
        """Calls of the decoder: one for each latent frame."""
        self.before_transformer: Callable[[int], None] = lambda latents: None
        self.before_decoder: Callable[[], None] = lambda: None
        self.spoil = ""
        """Part whose output is not a number."""

    def __call__(self, plan: LoadPlan, folder: Path) -> Any:
        self.loads += 1
        pipe = load_wan(plan, folder)
        pipe.transformer.register_forward_pre_hook(self._transformer, with_kwargs=True)
        pipe.transformer.register_forward_hook(lambda module, given, out: self._spoilt("transformer", out))
        pipe.vae.decoder.register_forward_pre_hook(self._decoder)
        pipe.vae.decoder.register_forward_hook(lambda module, given, out: self._spoilt("decoder", out))
        return pipe

    def _transformer(self, module: Any, args: Any, kwargs: dict[str, Any]) -> None:
        latents = kwargs["hidden_states"].shape[2]
        self.before_transformer(latents)
        self.sampled.append(latents)

    def _decoder(self, module: Any, args: Any) -> None:
        self.before_decoder()
        self.decoded += 1

    def _spoilt(self, part: str, out: Any) -> Any:
        if part != self.spoil:
            return out
        return (out[0] * float("nan"),) if isinstance(out, tuple) else out * float("nan")


def failing(after: int, error: BaseException) -> Callable[[], None]:
    """Something that fails once, at its call number ``after`` (from 1)."""
    calls = 0

    def call() -> None:
        nonlocal calls
        calls += 1
        if calls == after:
            raise error

    return call


# -- what it gives -------------------------------------------------------------------------------------------------


def test_a_seed_gives_the_same_bytes_and_another_seed_others(room: GpuRoom, image: Path, tmp_path: Path) -> None:
    engine = WanVideo(OPTIONS, room)
    assert isinstance(engine, VideoEngine)
    one = rendered(engine, image, tmp_path / "one")
    again = rendered(WanVideo(OPTIONS, room), image, tmp_path / "again")
    other = rendered(engine, image, tmp_path / "other", seed=4)
    assert one == again and one["chunks"] != other["chunks"]
    assert (tmp_path / "one" / MOTION).read_bytes() == (tmp_path / "again" / MOTION).read_bytes()
    assert (tmp_path / "one" / MOTION).read_bytes() != (tmp_path / "other" / MOTION).read_bytes()
    first, second = one["chunks"]
    assert [(c["start"], c["stop"], c["overlap"]) for c in one["chunks"]] == [(0, 13, 0), (9, 18, 4)]
    assert first["seed"] != second["seed"] and first["seed"] not in [c["seed"] for c in other["chunks"]]
    assert one["models"] == [{"key": KEYS[0], "repo": "example/tiny", "commit": "0" * 40,
                              "files": room.registry.revision(KEYS[0])}]  # fmt: skip
    assert list((tmp_path / "scratch" / "wan").iterdir()) == []


@pytest.mark.parametrize(
    ("size", "fps", "frames", "wanted"),
    [((144, 256), "30000/1001", 17, (32, 48)), ((144, 144), "25", 1, (32, 32)), ((256, 144), "24", 7, (48, 32))],
)
def test_every_shape_and_rate(
    room: GpuRoom, tmp_path: Path, size: tuple[int, int], fps: str, frames: int, wanted: tuple[int, int]
) -> None:
    engine = WanVideo({**OPTIONS, "interpolation": "blend"}, room)
    told = rendered(engine, keyframe(tmp_path / "image", size), tmp_path / "out", frames, fps=fps)
    assert (told["size"], tuple(told["model_size"])) == (list(size), wanted)
    with av.open(str(tmp_path / "out" / MOTION)) as source:
        video = source.streams.video[0]
        assert (video.width, video.height, video.average_rate) == (*size, Fraction(fps))


def test_the_request_decides_the_chunks(room: GpuRoom, image: Path, tmp_path: Path) -> None:
    engine = WanVideo({**OPTIONS, "reassembly": "trim", "colour_match": False}, room)
    told = rendered(engine, image, tmp_path / "out", chunk_frames=9, chunk_overlap=2, steps=1, motion_prompt="waves")
    assert [(c["start"], c["stop"], c["overlap"]) for c in told["chunks"]] == [(0, 9, 0), (7, 16, 2), (14, 23, 2)]
    assert (told["prompt"], told["steps"], told["reassembly"]) == ("waves", 1, "trim")
    assert [chunk["colours"] for chunk in told["chunks"]] == [None] * 3


def test_a_known_last_picture_takes_the_other_model(room: GpuRoom, image: Path, tmp_path: Path) -> None:
    last = keyframe(tmp_path / "next", (128, 72), turn=1)
    told = rendered(WanVideo(OPTIONS, room), image, tmp_path / "out", last=last)
    assert [chunk["model"] for chunk in told["chunks"]] == list(KEYS)
    assert told["chunks"][-1]["colours"] is None  # it ends in the colours of that picture
    assert told["model_rate"] == str(Fraction(told["model_frames"] - 1) * 24 / 24)
    other = keyframe(tmp_path / "other", (128, 72), turn=2)
    rendered(WanVideo(OPTIONS, room), image, tmp_path / "elsewhere", last=other)
    ends = [list(read_clip(tmp_path / name / MOTION))[-1] for name in ("out", "elsewhere")]
    assert not np.array_equal(*ends)


def test_what_changes_pixels_changes_the_revision(room: GpuRoom, models: Path, tmp_path: Path) -> None:
    assert WanVideo(OPTIONS, room).revision == WanVideo(dict(OPTIONS), room).revision
    assert WanVideo(OPTIONS, room).revision != WanVideo({**OPTIONS, "upscaling": "bicubic"}, room).revision
    empty = tiny_room(tmp_path / "nothing", tmp_path / "scratch")
    assert WanVideo(OPTIONS, empty).revision != WanVideo(OPTIONS, room).revision  # files that nobody has seen


def test_the_profile_makes_it(room: GpuRoom) -> None:
    embedded = load_profile("embedded")
    profile = embedded.model_copy(
        update={"engines": embedded.engines.model_copy(update={"video": "wan"}), "options": {"video": OPTIONS}}
    )
    assert ("video", "wan") in ENGINES
    assert make_engine("video", profile, lambda: room).options.steps == 2


def test_a_model_that_is_not_here(image: Path, tmp_path: Path) -> None:
    room = tiny_room(tmp_path / "nothing", tmp_path / "scratch")
    with pytest.raises(ModelMissing, match=f"sparkle models pull {KEYS[0]}"):
        rendered(WanVideo(OPTIONS, room), image, tmp_path / "out")


# -- what it survives ----------------------------------------------------------------------------------------------


def test_a_crash_costs_the_chunk_it_happened_in(models: Path, image: Path, tmp_path: Path) -> None:
    whole = rendered(WanVideo(OPTIONS, tiny_room(models, tmp_path / "a")), image, tmp_path / "whole", frames=42)
    assert len(whole["chunks"]) == 3
    scratch, watched = tmp_path / "b", Watched()
    crash = failing(11, KeyboardInterrupt())  # 4 calls a chunk: guidance runs two passes, twice
    watched.before_transformer = lambda latents: crash()
    with pytest.raises(KeyboardInterrupt):
        rendered(WanVideo(OPTIONS, tiny_room(models, scratch), load=watched), image, tmp_path / "out", frames=42)
    assert sorted(path.name for path in (scratch / "wan").glob("*/*")) == [
        "chunk-0000.json", "chunk-0000.mkv", "chunk-0001.json", "chunk-0001.mkv",
    ]  # fmt: skip
    assert list((tmp_path / "out").iterdir()) == []
    watched = Watched()
    again = rendered(WanVideo(OPTIONS, tiny_room(models, scratch), load=watched), image, tmp_path / "out", frames=42)
    assert again == whole and len(watched.sampled) == 4
    assert (tmp_path / "out" / MOTION).read_bytes() == (tmp_path / "whole" / MOTION).read_bytes()


def test_a_finished_chunk_that_was_damaged_is_made_again(models: Path, image: Path, tmp_path: Path) -> None:
    scratch, watched = tmp_path / "scratch", Watched()
    crash = failing(2 * 4, KeyboardInterrupt())
    watched.before_transformer = lambda latents: crash()
    with pytest.raises(KeyboardInterrupt):
        rendered(WanVideo(OPTIONS, tiny_room(models, scratch), load=watched), image, tmp_path / "out")
    (clip,) = (scratch / "wan").glob("*/*.mkv")
    clip.write_bytes(clip.read_bytes()[:-100])
    watched = Watched()
    rendered(WanVideo(OPTIONS, tiny_room(models, scratch), load=watched), image, tmp_path / "out")
    assert len(watched.sampled) == 8


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError(FULL)], ids=["killed", "no room"])
def test_a_failed_decode_costs_the_decode_alone(
    models: Path, image: Path, tmp_path: Path, error: BaseException
) -> None:
    plain = rendered(WanVideo(OPTIONS, tiny_room(models, tmp_path / "a")), image, tmp_path / "plain")
    watched = Watched()
    watched.before_decoder = failing(2, error)
    engine = WanVideo(OPTIONS, tiny_room(models, tmp_path / "b"), load=watched)
    if isinstance(error, KeyboardInterrupt):
        with pytest.raises(KeyboardInterrupt):
            rendered(engine, image, tmp_path / "out")
        assert [path.suffix for path in (tmp_path / "b" / "wan").glob("*/*")] == [".safetensors"]
    told = rendered(engine, image, tmp_path / "out")
    assert watched.sampled == [4] * 4 + [3] * 4  # two steps of two passes for each of two chunks, none of them twice
    assert watched.decoded == 1 + 4 + 3
    assert [c["sha256"] for c in told["chunks"]] == [c["sha256"] for c in plain["chunks"]]


def test_a_chunk_without_room_is_made_shorter_and_the_rest_with_it(room: GpuRoom, image: Path, tmp_path: Path) -> None:
    watched = Watched()

    def full(latents: int) -> None:
        if len(watched.sampled) >= 4 and latents > 3:
            raise RuntimeError(FULL)

    watched.before_transformer = full
    step = Step(tmp_path / "film", "video_chunks", slot="01", shot="one", fingerprint="a" * 64)
    step.begin()
    heard: list[CallbackEvent] = []
    with step.under_way(), listening(heard.append):
        told = rendered(WanVideo(OPTIONS, room, load=watched), image, tmp_path / "out", frames=42, chunk_overlap=0)
    ranges = [(c["start"], c["stop"]) for c in told["chunks"]]
    assert ranges == [(0, 13), (9, 18), (14, 23), (19, 28)]
    assert [[taken["rung"] for taken in c["steps"]] for c in told["chunks"]] == [[], ["fewer_frames"], [], []]
    assert [(point.chunk, point.status) for point in checkpoints(tmp_path / "film") if point.chunk is not None] == [
        (number, "success") for number in range(4)
    ]
    names = [event.event for event in read_timeline(tmp_path / "film")]
    assert names.count("memory_step") == 1 and names.count("chunk_success") == 4
    assert [event.done for event in heard] == sorted(event.done for event in heard)
    assert (heard[-1].done, heard[-1].total, heard[-1].eta_s) == (28, 28, 0)
    assert "step 1 of 2" in heard[0].message and heard[0].eta_s is not None


def test_a_last_chunk_that_is_too_short_to_land_is_followed(room: GpuRoom, image: Path, tmp_path: Path) -> None:
    watched = Watched()

    def full(latents: int) -> None:
        if latents > 3:
            raise RuntimeError(FULL)

    watched.before_transformer = full
    last = keyframe(tmp_path / "next", (128, 72), turn=1)
    told = rendered(WanVideo(OPTIONS, room, load=watched), image, tmp_path / "out", 18, last=last)
    assert [(c["model"], c["start"], c["stop"]) for c in told["chunks"]] == [(KEYS[0], 0, 9), (KEYS[1], 5, 14)]
    assert [[taken["rung"] for taken in c["steps"]] for c in told["chunks"]] == [["fewer_frames"], []]


def test_a_shrunk_shot_goes_on_shrunk_after_a_crash(models: Path, image: Path, tmp_path: Path) -> None:
    scratch, watched = tmp_path / "scratch", Watched()
    crash = failing(7, KeyboardInterrupt())

    def full(latents: int) -> None:
        crash()
        if latents > 3:
            raise RuntimeError(FULL)

    watched.before_transformer = full
    with pytest.raises(KeyboardInterrupt):
        rendered(WanVideo(OPTIONS, tiny_room(models, scratch), load=watched), image, tmp_path / "out")
    watched = Watched()
    told = rendered(WanVideo(OPTIONS, tiny_room(models, scratch), load=watched), image, tmp_path / "out")
    assert watched.sampled == [3] * 8
    assert [(c["start"], c["stop"]) for c in told["chunks"]] == [(0, 9), (5, 14), (10, 19)]


def test_a_chunk_is_made_shorter_twice_and_then_told(room: GpuRoom, image: Path, tmp_path: Path) -> None:
    watched = Watched()

    tried: list[int] = []

    def full(latents: int) -> None:
        tried.append(latents)
        raise RuntimeError(FULL)

    watched.before_transformer = full
    step = Step(tmp_path / "film", "video_chunks", slot="01", shot="one", fingerprint="a" * 64)
    step.begin()
    with step.under_way(), pytest.raises(RenderFault, match="chunk 0 did not fit with 81, 37, 17 frames"):
        rendered(WanVideo(OPTIONS, room, load=watched), image, tmp_path / "out", frames=130, chunk_frames=81)
    assert tried == [21, 10, 5]
    (point,) = [one for one in checkpoints(tmp_path / "film") if one.chunk is not None]
    assert (point.status, point.chunk) == ("failed", 0) and "did not fit" in str(point.error)


@pytest.mark.parametrize(("part", "said"), [("transformer", "latents that are not finite"),
                                            ("decoder", "decoded frames 0 to 0 are not finite")])  # fmt: skip
def test_what_is_no_number_is_never_encoded(room: GpuRoom, image: Path, tmp_path: Path, part: str, said: str) -> None:
    watched = Watched()
    watched.spoil = part
    with pytest.raises(RenderFault, match=said):
        rendered(WanVideo(OPTIONS, room, load=watched), image, tmp_path / "out")
    assert not list(tmp_path.rglob("*.mkv"))


def test_latents_of_another_shape_are_told() -> None:
    allow_cpu_torchaudio()
    import torch

    call = ChunkCall("a", "", 1, 1.0, seed=1, frames=9, first=Image.new("RGB", (48, 32)))
    plan = LoadPlan(KEYS[0], device="cpu", width=48, height=32)
    with pytest.raises(RenderFault, match=r"latents of \(1, 16, 4, 4, 6\), not \(1, 16, 3, 4, 6\)"):
        sample(lambda **given: SimpleNamespace(frames=torch.zeros((1, 16, 4, 4, 6))), call, plan, lambda a, b: None)


def test_latents_are_found_by_what_decided_them(tmp_path: Path) -> None:
    allow_cpu_torchaudio()
    import torch

    shelf, latents = Shelf(tmp_path / "shot"), torch.randn((1, 16, 3, 4, 6))
    assert shelf.latents(0, "key") is None
    shelf.keep_latents(0, "key", latents)
    assert torch.equal(shelf.latents(0, "key"), latents)
    assert shelf.latents(0, "another") is None and shelf.latents(1, "key") is None
    (file,) = shelf.folder.iterdir()
    file.write_bytes(file.read_bytes()[:-4])
    assert shelf.latents(0, "key") is None


# -- the pipeline --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["streamed", "tiled", "layer by layer"])
def test_frames_are_those_of_the_whole_decode(models: Path, way: str) -> None:
    allow_cpu_torchaudio()
    import torch
    from accelerate import cpu_offload

    plan = LoadPlan(KEYS[0], device="cpu", dtype="bfloat16", vae_tiling=way == "tiled")
    pipe = load_wan(plan, models / KEYS[0])
    assert (pipe.vae.dtype, pipe.transformer.dtype) == (torch.float32, torch.bfloat16)
    set_call(pipe, plan)
    pipe.vae.tile_sample_min_width, pipe.vae.tile_sample_stride_width = 32, 24
    latents = torch.randn((1, 16, 3, 6, 10), generator=torch.Generator().manual_seed(1))
    if way == "layer by layer":
        cpu_offload(pipe.vae, torch.device("cpu"))  # what sequential offload does to each part
    frames = np.stack(list(decode(pipe, latents)))
    mean, std = (torch.tensor(one).view(1, 16, 1, 1, 1) for one in (pipe.vae.config.latents_mean,
                                                                  pipe.vae.config.latents_std))  # fmt: skip
    with torch.no_grad():
        whole = pipe.vae.decode(latents / (1 / std) + mean, return_dict=False)[0][0]
    wanted = (whole * 127.5 + 127.5).round().byte().permute(1, 2, 3, 0).numpy()
    assert frames.shape == (9, 48, 80, 3) and np.array_equal(frames, wanted)


def test_half_precision_and_offload_render_too(models: Path, image: Path, tmp_path: Path) -> None:
    room = tiny_room(models, tmp_path / "scratch", dtype="bfloat16", vae_tiling=True)
    told = rendered(WanVideo(OPTIONS, room), image, tmp_path / "out", 7)
    assert (told["plan"]["dtype"], told["plan"]["vae_tiling"]) == ("bfloat16", True)


def test_a_plan_is_what_diffusers_is_told(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    allow_cpu_torchaudio()
    import torch
    from diffusers import WanImageToVideoPipeline

    told: dict[str, Any] = {}

    class Placed:
        def set_progress_bar_config(self, disable: bool) -> None:
            told["silent"] = disable

        def enable_model_cpu_offload(self, device: str) -> None:
            told["offload"] = ("model", device)

        def enable_sequential_cpu_offload(self, device: str) -> None:
            told["offload"] = ("sequential", device)

    def pretend(folder: str, **given: Any) -> Placed:
        told.clear()
        told.update(given)
        return Placed()

    monkeypatch.setattr(WanImageToVideoPipeline, "from_pretrained", pretend)
    spread = LoadPlan(KEYS[0], device_map="balanced", max_memory=(("cpu", 9), ("cuda:1", 7)))
    load_wan(spread, models / KEYS[0])
    assert (told["device_map"], told["max_memory"]) == ("balanced", memory_map(spread))
    assert set(told["max_memory"]) == {"cpu", 1}
    assert told["dtype"] == {"default": torch.bfloat16, "vae": torch.float32}
    assert told["use_safetensors"] and told["local_files_only"] and told["silent"]
    for offload in ("model", "sequential"):
        load_wan(LoadPlan(KEYS[0], device="cuda:1", offload=offload), models / KEYS[0])  # type: ignore[arg-type]
        assert told["offload"] == (offload, "cuda:1")
    with pytest.raises(Missing, match="bitsandbytes"):
        load_wan(LoadPlan(KEYS[0], quantisation="4bit"), models / KEYS[0])


def test_a_pipeline_of_another_kind_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match="does not say what it is"):
        load_wan(LoadPlan("x", device="cpu"), tmp_path)
    (tmp_path / "model_index.json").write_text('{"_class_name": "WanPipeline"}')
    with pytest.raises(ModelLoadError, match="is a WanPipeline, not a WanImageToVideoPipeline"):
        load_wan(LoadPlan("x", device="cpu"), tmp_path)


# -- side by side --------------------------------------------------------------------------------------------------


class Cards:
    """Cards that are the CPU in truth: the real loader puts the model there, whichever of them a plan names.

    ``together``: a chunk waits, once, until so many are at work at the same time.
    """

    def __init__(self, models: Path, scratch: Path, count: int, *, together: int = 1, host_gib: int = 64) -> None:
        self.watched = Watched()
        self.devices = [FakeAccelerator(64 << 30, name=f"cuda:{number}") for number in range(count)]
        host = FakeAccelerator(host_gib << 30, name="cpu")
        registry = tiny_room(models, scratch).registry
        plain = {key: {"dtype": "float32"} for key in KEYS}
        pool = ModelPool([*self.devices, host], wait_s=5)
        self.room = GpuRoom(pool, registry, "a100-80gb", scratch, overrides=plain)
        self.loaded: list[str] = []
        self.barrier = threading.Barrier(together, timeout=120)
        self.waited = 0

    def load(self, plan: LoadPlan, folder: Path) -> Any:
        self.loaded.append(plan.device)
        return self.watched(replace(plan, device="cpu"), folder)

    def meet(self, latents: int) -> None:
        """Before a chunk's first step: every one of the first that are to be at work at once is."""
        if self.waited < self.barrier.parties:
            self.waited += 1
            self.barrier.wait()


UNCHAINED: dict[str, Any] = {**OPTIONS, "chaining": "keyframe"}


def test_chunks_that_do_not_chain_are_made_side_by_side_and_come_to_the_same_bytes(
    models: Path, image: Path, tmp_path: Path
) -> None:
    """Five chunks on one card, on three, and on the CPU alone; on three, three are at work at the same time."""
    told, films = [], []
    for count in (1, 3):
        cards = Cards(models, tmp_path / f"scratch{count}", count, together=count)
        cards.watched.before_transformer = cards.meet
        step = Step(tmp_path / f"film{count}", "video_chunks", slot="01", shot="one", fingerprint="a" * 64)
        step.begin()
        heard: list[CallbackEvent] = []
        with step.under_way(), listening(heard.append):
            told.append(rendered(WanVideo(UNCHAINED, cards.room, load=cards.load), image, tmp_path / f"o{count}", 64))
        assert sorted(cards.loaded) == [f"cuda:{number}" for number in range(count)], "each card loads once"
        assert cards.barrier.n_waiting == 0 and cards.waited == count
        films.append((tmp_path / f"o{count}" / MOTION).read_bytes())
        assert [event.done for event in heard] == sorted(event.done for event in heard)
        assert (heard[-1].done, heard[-1].total) == (43, 43)
        points = [(one.chunk, one.status) for one in checkpoints(tmp_path / f"film{count}") if one.chunk is not None]
        assert points == [(number, "success") for number in range(5)]
        names = [(event.event, event.data.get("model")) for event in read_timeline(tmp_path / f"film{count}")]
        assert names.count(("load_start", KEYS[0])) == count and names.count(("inference_end", KEYS[0])) == 5
        cards.room.close()
        assert all(device.used() == 0 for device in cards.devices)
    plain = tiny_room(models, tmp_path / "scratch")
    told.append(rendered(WanVideo(UNCHAINED, plain), image, tmp_path / "plain", 64))
    films.append((tmp_path / "plain" / MOTION).read_bytes())
    plain.close()
    assert films[0] == films[1] == films[2]
    facts = [[(c["start"], c["stop"], c["seed"], c["sha256"], c["after"]) for c in one["chunks"]] for one in told]
    assert facts[0] == facts[1] == facts[2] and len(facts[0]) == 5 and {one[4] for one in facts[0]} == {""}
    assert len({one[3] for one in facts[0]}) == 5, "each chunk has a seed of its own"
    assert {chunk["plan"]["device"] for chunk in told[1]["chunks"]} == {"cuda:0", "cuda:1", "cuda:2"}


def test_chunks_that_chain_stay_one_after_the_other(models: Path, image: Path, tmp_path: Path) -> None:
    cards = Cards(models, tmp_path / "scratch", 2)
    told = rendered(WanVideo(OPTIONS, cards.room, load=cards.load), image, tmp_path / "out", 25)
    assert cards.loaded == ["cuda:0"] and len(told["chunks"]) == 2 and told["chunks"][1]["after"]
    cards.room.close()


@pytest.mark.parametrize("count", [1, 2])
def test_a_chunk_that_shrinks_beside_others_cuts_the_rest_anew(
    models: Path, image: Path, tmp_path: Path, count: int
) -> None:
    """As one card would have done it: chunks after the short one are short, also those that were made beside it."""
    cards = Cards(models, tmp_path / "scratch", count)

    def full(latents: int) -> None:
        if latents > 3 and threading.current_thread() is threading.main_thread():
            raise RuntimeError(FULL)

    cards.watched.before_transformer = full
    told = rendered(WanVideo(UNCHAINED, cards.room, load=cards.load), image, tmp_path / "out", 42, chunk_overlap=0)
    assert [(c["start"], c["stop"]) for c in told["chunks"]] == [(0, 9), (5, 14), (10, 19), (15, 24), (20, 29)]
    steps = [[taken["rung"] for taken in chunk["steps"]] for chunk in told["chunks"]]
    assert steps[0][-1] == "fewer_frames" and steps[1:] == [[]] * 4
    cards.room.close()


def test_a_fault_beside_is_told_and_what_the_others_made_is_kept(models: Path, image: Path, tmp_path: Path) -> None:
    cards = Cards(models, tmp_path / "scratch", 3, together=3)

    def broken(latents: int) -> None:
        cards.meet(latents)
        if threading.current_thread().name == "wan chunk 1":
            raise ValueError("no")

    cards.watched.before_transformer = broken
    engine = WanVideo(UNCHAINED, cards.room, load=cards.load)
    with pytest.raises(ValueError, match="no"):
        rendered(engine, image, tmp_path / "out", 42)
    kept = sorted(path.name for path in (tmp_path / "scratch" / "wan").glob("*/chunk-*.json"))
    assert kept == ["chunk-0000.json", "chunk-0002.json"]
    before = len(cards.watched.sampled)
    cards.watched.before_transformer = lambda latents: None
    told = rendered(engine, image, tmp_path / "out", 42)
    assert len(told["chunks"]) == 3 and len(cards.watched.sampled) == before + 4, "the missing chunk alone"
    cards.room.close()


def test_an_interrupt_ends_the_chunks_beside_as_well(models: Path, image: Path, tmp_path: Path) -> None:
    cards = Cards(models, tmp_path / "scratch", 2, together=2)
    seen: list[str] = []

    def interrupted(latents: int) -> None:
        seen.append(threading.current_thread().name)
        cards.meet(latents)
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt

    cards.watched.before_transformer = interrupted
    with pytest.raises(KeyboardInterrupt):
        rendered(WanVideo(UNCHAINED, cards.room, load=cards.load), image, tmp_path / "out", 25)
    assert until(lambda: all(not one.leased for one in cards.room.pool.residents()), 20), "it stopped at its next step"
    assert not list((tmp_path / "scratch" / "wan").glob("*/chunk-*.json"))
    cards.room.close()


def test_which_cards_work_side_by_side(models: Path, tmp_path: Path) -> None:
    cards = Cards(models, tmp_path / "scratch", 3)
    room, small = cards.room, cards.devices[1]
    plan = room.plan(KEYS[0])
    assert room.abreast(plan) == ("cuda:0", "cuda:1", "cuda:2")
    small.taken = small.total - (1 << 20)
    assert room.abreast(plan) == ("cuda:0", "cuda:2"), "as it is, or not at all"
    offloaded = replace(plan, offload="model")
    host = room.registry.predicted(KEYS[0], offloaded).host
    assert host and room.abreast(offloaded) == ("cuda:0", "cuda:2")
    cards.room.pool._cards["cpu"].budget = 2 * host - 1
    assert room.abreast(offloaded) == ("cuda:0",), "what waits in the host waits there for each"
    for alone in (replace(plan, device_map="balanced"), replace(plan, device="cpu")):
        assert room.abreast(alone) == (alone.device,)
    named = GpuRoom(room.pool, room.registry, "a100-80gb", tmp_path, overrides={KEYS[0]: {"device": "cuda:2"}})
    assert named.abreast(named.plan(KEYS[0])) == ("cuda:2",)


def test_a_second_process_takes_the_card_that_nobody_has(models: Path, tmp_path: Path) -> None:
    def process() -> GpuRoom:
        devices = [FakeAccelerator(64 << 30, name=f"cuda:{number}", uuid=f"card-{number}") for number in range(2)]
        pool = ModelPool(devices, wait_s=0.1, locks=GpuLocks(tmp_path / "locks"))
        return GpuRoom(pool, tiny_room(models, tmp_path / "s").registry, "a100-80gb", tmp_path / "s")

    first, second, third = process(), process(), process()
    held = ModelSpec("held", lambda plan, folder: object(), lambda plan: Bytes(10, 10), lambda: tmp_path)
    with model_context(first.pool, held, need=Need(LoadPlan("held"))):
        assert first.plan(KEYS[0]).device == "cuda:0" and first.abreast(first.plan(KEYS[0])) == ("cuda:0", "cuda:1")
        plan = second.plan(KEYS[0])
        assert plan.device == "cuda:1" and second.abreast(plan) == ("cuda:1",)
        with model_context(second.pool, held, need=Need(LoadPlan("held", device="cuda:1"))):
            assert third.plan(KEYS[0]).device == "cuda:0", "both are taken: it waits for the first"
            assert first.abreast(first.plan(KEYS[0])) == ("cuda:0",)
