"""The SDXL engine on tiny random weights: diffusers' own loaders and pipelines, in the files of the real models."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fakeredis
import numpy as np
import pytest
from PIL import Image

from resources.errors import ConfigInvalid
from resources.gpu import pipelines
from resources.gpu.errors import ModelDamaged, ModelMissing, ModelOOMError
from resources.gpu.ladder import Permissions
from resources.gpu.plan import LoadPlan
from resources.gpu.registry import Registry
from resources.gpu.room import GpuRoom
from resources.gpu.sdxl.asking import Ask
from resources.gpu.sdxl.encoding import encode
from resources.gpu.sdxl.engine import Rendered, SdxlImages, Wanted
from resources.gpu.sdxl.errors import (
    BatchTimeout,
    PictureBroken,
    PictureQuarantined,
    PictureRefused,
    RateLimitError,
    SampleRejected,
)
from resources.gpu.sdxl.helpers import Helpers
from resources.gpu.sdxl.loader import load_base
from resources.gpu.sdxl.recent import RecentPictures, SharedRecent
from resources.pipeline.engines import Engines
from resources.profile import Profile, load_profile, make_engine
from resources.store.steps import Step
from resources.store.timeline import read_timeline
from schemas.media import ImageRequest
from tests.harness.heap import small_heap
from tests.harness.known_pictures import ONE, KnownDecoder, flipped
from tests.harness.requests import image_request
from tests.harness.tiny_sdxl import read_rendering, save_tiny_sdxl, tiny_registry, tiny_room

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"  # torch 2.13 beside numpy 2
)
AREA = 128 * 128
"""Asked for in 16:9, pictures of 168 x 96 are painted."""
OPEN = {"area": AREA, "before": "none", "after": "none", "steps": 2}
"""Options under which nobody checks anything."""
LARGE = {**OPEN, "area": 600 * 600, "steps": 1}
"""768 x 448: large enough that tiles would help."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    found = save_tiny_sdxl(tmp_path_factory.mktemp("models"))
    with small_heap():
        yield found


@pytest.fixture(scope="module")
def registry(models: Path) -> Registry:
    return tiny_registry(models)


@pytest.fixture
def room(registry: Registry, tmp_path: Path) -> Iterator[GpuRoom]:
    found = tiny_room(registry, tmp_path / "scratch")
    yield found
    found.close()


@pytest.fixture
def unet(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every call of a U-Net: what it was conditioned on, and the shape of what it got."""
    from diffusers import UNet2DConditionModel

    calls: list[dict[str, Any]] = []
    forward = UNet2DConditionModel.forward

    def watched(self: Any, sample: Any, timestep: Any, *args: Any, **given: Any) -> Any:
        calls.append({"shape": tuple(sample.shape), "at": float(timestep), **given["added_cond_kwargs"]})
        return forward(self, sample, timestep, *args, **given)

    monkeypatch.setattr(UNet2DConditionModel, "forward", watched)
    return calls


@pytest.fixture
def broken_decoder(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Let some decodes go wrong: ``how(vae, latents, number)`` gives an error, other images, or None for the real."""
    from diffusers import AutoencoderKL

    def install(how: Callable[[Any, Any, int], Any]) -> list[Any]:
        decode, calls = AutoencoderKL.decode, []

        def decoding(self: Any, latents: Any, **given: Any) -> Any:
            calls.append((str(self.dtype), self.use_tiling, len(latents)))
            found = how(self, latents, len(calls))
            if isinstance(found, Exception):
                raise found
            return decode(self, latents, **given) if found is None else (found,)

        monkeypatch.setattr(AutoencoderKL, "decode", decoding)
        return calls

    return install


def render(engine: SdxlImages, folder: Path, request: ImageRequest | None = None) -> bytes:
    folder.mkdir(parents=True, exist_ok=True)
    engine.render_image(request or image_request(), folder)
    return (folder / "image.png").read_bytes()


def wanted(tmp_path: Path, *requests: ImageRequest) -> list[Wanted]:
    folders = [tmp_path / f"item{index}" for index in range(len(requests))]
    for folder in folders:
        folder.mkdir()
    return [Wanted(one, folder, f"file:{folder.name}") for one, folder in zip(requests, folders, strict=True)]


def no_room(text: str = "CUDA out of memory. Tried to allocate 9.00 GiB") -> Exception:
    import torch

    return torch.OutOfMemoryError(text)


# -- one picture ------------------------------------------------------------------------------------------------------


def test_the_seed_decides_and_everything_is_told(room: GpuRoom, tmp_path: Path) -> None:
    engine = SdxlImages(OPEN, room)
    first = render(engine, tmp_path / "a")
    with Image.open(tmp_path / "a" / "image.png") as picture:
        assert picture.size == (256, 144) and picture.mode == "RGB"
    room.pool.evict_idle()
    assert render(engine, tmp_path / "b") == first, "loaded anew, the same bytes"
    assert render(engine, tmp_path / "c", image_request(seed=6)) != first
    told = read_rendering(tmp_path / "a")
    assert told == read_rendering(tmp_path / "b")
    assert told["revision"] == engine.revision and (told["seed"], told["steps"], told["guidance"]) == (5, 2, 5.0)
    assert told["prompt"] == "a boat on the sea, it rocks, oil painting"
    assert told["size"]["rendered"] == [168, 96] and told["size"]["size"] == [256, 144]
    assert told["size"]["filter"] == "lanczos"
    [base] = told["models"]
    assert (base["key"], base["revision"], base["steps_taken"]) == ("sdxl-base", "0" * 40, [])
    assert (base["plan"]["width"], base["plan"]["height"], base["plan"]["dtype"]) == (168, 96, "float32")


def test_every_word_counts(room: GpuRoom, tmp_path: Path) -> None:
    engine = SdxlImages(OPEN, room)
    request = image_request(composed_prompt="a harbour", steps=1, guidance=4.0)
    made = {"plain": render(engine, tmp_path / "plain", request)}
    for name, change in {
        "prompt": {"composed_prompt": "a lighthouse"}, "prompt_2": {"composed_prompt_2": "soft light"},
        "negative": {"negative_prompt": "rain"}, "steps": {"steps": 2}, "guidance": {"guidance": 6.0},
        "unguided": {"guidance": 0.0},
    }.items():  # fmt: skip
        made[name] = render(engine, tmp_path / name, request.model_copy(update=change))
    assert len(set(made.values())) == len(made)


def test_a_short_text_is_encoded_as_diffusers_does_and_a_long_one_is_read_to_its_end(room: GpuRoom) -> None:
    import torch

    pipe = load_base("fp16")(LoadPlan("sdxl-base", device="cpu", dtype="float32"), room.registry.ready("sdxl-base"))
    ask = Ask(prompt="the boat", prompt_2="light", negative_prompt="rain", steps=1, guidance=5.0, seed=1)
    with torch.no_grad():
        theirs = pipe.encode_prompt("the boat", "light", negative_prompt="rain")
    ours = encode(pipe, ask)
    assert (ours.windows, ours.cut) == (1, 0)
    for mine, other in zip((ours.prompt, ours.negative, ours.pooled, ours.negative_pooled), theirs, strict=True):
        assert torch.equal(mine, other)
    assert not encode(pipe, ask.model_copy(update={"negative_prompt": ""})).negative.any()
    words = "a boat on a wide sea in the evening light with seven sails, " * 3
    long, other = (encode(pipe, ask.model_copy(update={"prompt": words + end})) for end in ("and a cat", "and a dog"))
    assert long.windows >= 2 and long.prompt.shape == (1, 77 * long.windows, 64) == long.negative.shape
    assert not torch.equal(long.prompt, other.prompt)
    endless = encode(pipe, ask.model_copy(update={"prompt": words * 9}))
    assert endless.windows == 6 and endless.cut > 0


def test_micro_conditioning_reaches_the_unet(room: GpuRoom, tmp_path: Path, unet: list[dict[str, Any]]) -> None:
    render(SdxlImages(OPEN, room), tmp_path / "plain")
    assert unet[0]["time_ids"].tolist() == [[96, 168, 0, 0, 96, 168]] * 2, "the rendered size, rows first"
    unet.clear()
    sizes = {"original_size": [4096, 2048], "target_size": [1344, 768], "negative_original_size": [512, 256]}
    micro = {"crop": [8, 16], **sizes}
    engine = SdxlImages({**OPEN, "micro": micro}, room)
    engine.render_images(wanted(tmp_path, image_request(), image_request(seed=6)))
    told = [[256, 512, 0, 0, 96, 168], [2048, 4096, 16, 8, 768, 1344]]
    assert [call["time_ids"].tolist() for call in unet] == [told] * 4, "two pictures of two steps, one at a time"


# -- the refiner ------------------------------------------------------------------------------------------------------


def test_the_refiner_does_the_last_steps(room: GpuRoom, tmp_path: Path, unet: list[dict[str, Any]]) -> None:
    options = {**OPEN, "steps": 10, "refiner": {"begins": 0.8, "aesthetic_score": 7}}
    refined = render(SdxlImages(options, room), tmp_path / "refined")
    assert [call["time_ids"].shape[1] for call in unet] == [6] * 8 + [5] * 2, "8 steps of the base, 2 of the refiner"
    assert unet[-1]["time_ids"][:, -1].tolist() == [2.5, 7.0]
    times = [call["at"] for call in unet]
    assert times == sorted(times, reverse=True) and times[7] >= 200 > times[8]
    assert [one["key"] for one in read_rendering(tmp_path / "refined")["models"]] == ["sdxl-base", "sdxl-refiner"]
    assert render(SdxlImages({**OPEN, "steps": 10}, room), tmp_path / "plain") != refined
    assert {one.key for one in room.pool.residents()} == {"sdxl-base", "sdxl-refiner"}


def test_between_the_two_models_nothing_is_lost(
    room: GpuRoom, tmp_path: Path, unet: list[dict[str, Any]], broken_decoder: Callable[..., list[Any]]
) -> None:
    broken_decoder(lambda vae, latents, number: ValueError("a crash") if number == 1 else None)
    options = {**OPEN, "steps": 10, "refiner": {}}
    with pytest.raises(ValueError, match="a crash"):
        render(SdxlImages(options, room), tmp_path / "a")
    assert len(unet) == 10
    room.pool.evict_idle()
    render(SdxlImages(options, room), tmp_path / "a")
    assert len(unet) == 10 and [one.key for one in room.pool.residents()] == ["sdxl-refiner"]


# -- latents on disk --------------------------------------------------------------------------------------------------


def test_a_crash_after_sampling_costs_the_decode_alone(
    room: GpuRoom, tmp_path: Path, unet: list[dict[str, Any]], broken_decoder: Callable[..., list[Any]]
) -> None:
    calls = broken_decoder(lambda vae, latents, number: ValueError("a crash") if number == 1 else None)
    kept = room.scratch / "sdxl" / "latents"
    with pytest.raises(ValueError, match="a crash"):
        render(SdxlImages(OPEN, room), tmp_path / "a")
    assert len(unet) == 2 and len(list(kept.iterdir())) == 1
    again = SdxlImages(OPEN, room)  # another process
    resumed = render(again, tmp_path / "a")
    assert len(unet) == 2 and len(calls) == 2, "nothing was sampled again"
    [before] = kept.iterdir()
    before.write_bytes(before.read_bytes()[:100])
    assert render(SdxlImages(OPEN, room), tmp_path / "b") == resumed and len(unet) == 4, "half a file is none"
    assert render(again, tmp_path / "c", image_request(seed=9)) != resumed
    assert before not in kept.iterdir(), "what was handed over before goes"


# -- memory -----------------------------------------------------------------------------------------------------------


def test_no_room_to_decode_ends_in_a_picture_from_tiles(
    room: GpuRoom, tmp_path: Path, unet: list[dict[str, Any]], broken_decoder: Callable[..., list[Any]]
) -> None:
    import torch

    # what the second decode gives is made up: the next test decodes in tiles, on a picture that takes no seconds
    calls = broken_decoder(lambda vae, latents, number: no_room() if number == 1 else torch.rand(1, 3, 448, 768))
    render(SdxlImages(LARGE, room), tmp_path / "a")
    assert [tiled for _, tiled, _ in calls] == [False, True] and len(unet) == 1, "decoded again, not sampled again"
    [base] = read_rendering(tmp_path / "a")["models"]
    assert [step["rung"] for step in base["steps_taken"]] == ["tile_vae"] and base["plan"]["vae_tiling"]


def test_a_picture_from_tiles(room: GpuRoom, tmp_path: Path, broken_decoder: Callable[..., list[Any]]) -> None:
    whole = render(SdxlImages(OPEN, room), tmp_path / "whole")
    calls = broken_decoder(lambda vae, latents, number: None)
    careful = GpuRoom(
        room.pool, room.registry, "cpu", room.scratch,
        overrides={"sdxl-base": {"vae_tiling": True, "vae_slicing": True}},
    )  # fmt: skip
    tiled = render(SdxlImages(OPEN, careful), tmp_path / "tiled")
    assert tiled != whole and calls == [("torch.float32", True, 1)], "each tile of 64 has norms of its own"
    assert render(SdxlImages(OPEN, room), tmp_path / "again") == whole, "and it is switched off again"


def test_offloaded_parts_paint_the_same(room: GpuRoom, tmp_path: Path, monkeypatch: Any) -> None:
    """accelerate's hooks move the parts here as they do for a GPU, from the CPU to the CPU."""
    import torch
    from accelerate import cpu_offload
    from diffusers import StableDiffusionXLImg2ImgPipeline, StableDiffusionXLPipeline

    def layer_by_layer(self: Any, *, device: str) -> None:
        # as diffusers does it, but for its "cpu:0", a name for the CPU that accelerate takes for another device
        for part in self.components.values():
            if isinstance(part, torch.nn.Module):
                cpu_offload(part, torch.device(device), offload_buffers=len(part._parameters) > 0)

    for pipeline in (StableDiffusionXLPipeline, StableDiffusionXLImg2ImgPipeline):
        monkeypatch.setattr(pipeline, "enable_sequential_cpu_offload", layer_by_layer)
    request, kept = image_request("ada", steps=2), {}
    ways: dict[str, dict[str, Any]] = {"refined": {"refiner": {"begins": 0.5}}, "plain": {}}
    for offload in ("none", "model", "sequential"):
        plan = {key: {"offload": offload} for key in ("sdxl-base", "sdxl-refiner")}
        careful = GpuRoom(room.pool, room.registry, "cpu", tmp_path / offload, overrides=plan)
        for name, options in ways.items():
            kept[offload, name] = render(faces(careful, **options), tmp_path / f"{offload}-{name}", request)
        room.pool.evict_idle()
    assert len(set(kept.values())) == 2, "one picture for each way, wherever its parts were"


def test_no_room_for_a_batch_ends_in_smaller_ones(room: GpuRoom, tmp_path: Path, monkeypatch: Any) -> None:
    from diffusers import UNet2DConditionModel

    forward, batches = UNet2DConditionModel.forward, []

    def small(self: Any, sample: Any, *args: Any, **given: Any) -> Any:
        batches.append(len(sample) // 2)
        if len(sample) > 4:
            raise no_room()
        return forward(self, sample, *args, **given)

    monkeypatch.setattr(UNet2DConditionModel, "forward", small)
    done = SdxlImages(OPEN, room).render_images(wanted(tmp_path, *(image_request(seed=seed) for seed in range(4))))
    assert all(one.error is None for one in done) and len({one.phash for one in done}) == 4
    assert batches[-4:] == [2] * 4 and set(batches[:-4]) == {4}
    told = [read_rendering(tmp_path / f"item{index}") for index in range(4)]
    assert [(one["batch"], one["item"]) for one in told] == [(0, 0), (0, 1), (0, 2), (0, 3)]
    assert told[3]["models"][0]["plan"]["batch"] == 2


def test_no_room_at_all_is_one_clear_error(room: GpuRoom, tmp_path: Path, monkeypatch: Any) -> None:
    from diffusers import UNet2DConditionModel

    def full(self: Any, *args: Any, **given: Any) -> Any:
        raise no_room()

    monkeypatch.setattr(UNet2DConditionModel, "forward", full)
    with pytest.raises(ModelOOMError, match=r"no room on cpu during inference.*after tile_vae") as failed:
        render(SdxlImages(LARGE, room), tmp_path / "a")
    assert failed.value.model_key == "sdxl-base" and failed.value.__context__ is None
    assert room.pool.residents() == [] and list((tmp_path / "a").iterdir()) == []


def test_a_smaller_picture_where_the_profile_allows_it(registry: Registry, tmp_path: Path, monkeypatch: Any) -> None:
    from diffusers import UNet2DConditionModel

    forward = UNet2DConditionModel.forward

    def narrow(self: Any, sample: Any, *args: Any, **given: Any) -> Any:
        if sample.shape[-1] * 8 > 400:
            raise no_room()
        return forward(self, sample, *args, **given)

    monkeypatch.setattr(UNet2DConditionModel, "forward", narrow)
    room = tiny_room(registry, tmp_path / "scratch", permissions=Permissions(lower_resolution=True))
    render(SdxlImages({**OPEN, "area": 384 * 384, "steps": 1}, room), tmp_path / "a")
    told = read_rendering(tmp_path / "a")
    assert told["models"][0]["steps_taken"][-1]["rung"] == "lower_resolution"
    assert told["size"]["rendered"] == [384, 256] and told["size"]["size"] == [256, 144]
    room.close()


# -- numbers that overflow --------------------------------------------------------------------------------------------


def test_latents_that_are_no_numbers_are_told_and_not_kept(room: GpuRoom, tmp_path: Path, monkeypatch: Any) -> None:
    from diffusers import UNet2DConditionModel

    forward = UNet2DConditionModel.forward

    def overflowing(self: Any, sample: Any, *args: Any, **given: Any) -> Any:
        (out,) = forward(self, sample, *args, **given)
        out[0] = float("nan")  # the first picture of the batch
        return (out,)

    monkeypatch.setattr(UNet2DConditionModel, "forward", overflowing)
    first, second = SdxlImages(OPEN, room).render_images(
        wanted(tmp_path, image_request(), image_request(seed=6, guidance=4.9))
    )
    assert isinstance(first.error, PictureBroken) and "its latents are not numbers" in str(first.error)
    assert "bfloat16" in first.error.hint and isinstance(second.error, PictureBroken)
    assert list((room.scratch / "sdxl").glob("latents/*")) == []


def test_a_decoder_that_overflows_is_asked_again_in_32_bits(
    models: Path, tmp_path: Path, broken_decoder: Callable[..., list[Any]]
) -> None:
    """A VAE that says of itself that 16 bits are enough, and is wrong once."""
    import torch

    copied = tmp_path / "models"
    shutil.copytree(models, copied)
    config = copied / "sdxl-base" / "vae" / "config.json"
    config.write_text(config.read_text().replace('"force_upcast": true', '"force_upcast": false'))
    room = tiny_room(tiny_registry(copied), tmp_path / "scratch")
    room = GpuRoom(room.pool, room.registry, "cpu", room.scratch, overrides={"sdxl-base": {"dtype": "bfloat16"}})

    def black(vae: Any, latents: Any, number: int) -> Any:
        return torch.full((1, 3, 96, 168), -1.0) if vae.dtype == torch.bfloat16 else None

    calls = broken_decoder(black)
    for name in ("a", "b"):
        render(SdxlImages(OPEN, room), tmp_path / name)
        decoded = read_rendering(tmp_path / name)["decoded"]
        assert decoded == {"precision": "float32", "again_because": "it is one flat colour"}
    assert [dtype for dtype, _, _ in calls] == ["torch.bfloat16", "torch.float32"] * 2, "and it is as it was after it"
    room.close()


def test_black_in_32_bits_is_an_error(room: GpuRoom, tmp_path: Path, broken_decoder: Callable[..., list[Any]]) -> None:
    import torch

    calls = broken_decoder(lambda vae, latents, number: torch.full((1, 3, 96, 168), float("nan")))
    with pytest.raises(PictureBroken, match="cannot be used: its pixels are not numbers"):
        render(SdxlImages(OPEN, room), tmp_path / "a")
    assert len(calls) == 1 and list((tmp_path / "a").iterdir()) == []


# -- faces ------------------------------------------------------------------------------------------------------------


def faces(room: GpuRoom, **options: Any) -> SdxlImages:
    helpers = Helpers(portrait=lambda figure: f"{figure.name}, {figure.description}")
    return SdxlImages({**OPEN, "references": {"steps": 1}, **options}, room, helpers=helpers)


def test_a_portrait_is_painted_once_and_leads(room: GpuRoom, tmp_path: Path, unet: list[dict[str, Any]]) -> None:
    engine = faces(room)
    alone = render(engine, tmp_path / "alone", image_request("ada"))
    [portrait] = (room.scratch / "sdxl" / "portraits").iterdir()
    assert [call["shape"][-2:] for call in unet] == [(16, 16)] + [(12, 21)] * 2, "a square portrait, then the shot"
    unet.clear()
    other = render(engine, tmp_path / "other", image_request("ada", seed=6))
    assert other != alone and len(unet) == 2, "it is not painted again"
    told = read_rendering(tmp_path / "alone")
    assert [one["key"] for one in told["models"]] == ["sdxl-base", "ip-adapter-sdxl"]
    [led] = told["led"]
    assert (led["character_id"], led["scale"], led["band"]) == ("ada", 0.6, None)
    assert render(faces(room, references={"steps": 1, "scale": 0.0}), tmp_path / "off", image_request("ada")) != alone
    render(engine, tmp_path / "film", image_request("ada", film_seed=2))
    assert len(list(portrait.parent.iterdir())) == 3, "one for each film, and each way of the engine"
    assert {one.key for one in room.pool.residents()} == {"sdxl-base+ip-adapter-sdxl"}


def test_where_nobody_is_seen_the_words_decide_alone(room: GpuRoom, tmp_path: Path) -> None:
    plain = render(SdxlImages(OPEN, room), tmp_path / "plain")
    assert render(faces(room), tmp_path / "nobody") == plain, "the adapter at scale 0 changes nothing"
    insert = image_request("ada", size="insert")
    assert render(faces(room), tmp_path / "insert", insert) == plain
    assert not (room.scratch / "sdxl" / "portraits").exists()


def test_two_faces_lead_in_bands_of_their_own(room: GpuRoom, tmp_path: Path) -> None:
    engine = faces(room)
    both = render(engine, tmp_path / "both", image_request("ada", "bob"))
    swapped = render(engine, tmp_path / "swapped", image_request("bob", "ada"))
    led = read_rendering(tmp_path / "both")["led"]
    assert [(one["character_id"], one["band"]) for one in led] == [("ada", [0.0, 0.5]), ("bob", [0.5, 1.0])]
    assert both != swapped
    crowd = image_request("ada", "bob", "cy", "di", "eve")
    render(engine, tmp_path / "crowd", crowd)
    assert [one["band"] for one in read_rendering(tmp_path / "crowd")["led"]] == [[0, 0.2], [0.2, 0.4], [0.4, 0.6]]


def test_the_adapter_is_held_to_its_hash(models: Path, tmp_path: Path) -> None:
    copied = tmp_path / "models"
    shutil.copytree(models, copied)
    registry = tiny_registry(copied)
    [weights] = copied.glob("ip-adapter-sdxl/sdxl_models/*")
    weights.write_bytes(weights.read_bytes()[:-8])
    with pytest.raises(ModelDamaged, match="bytes, not"):
        render(faces(tiny_room(registry, tmp_path / "scratch")), tmp_path / "a", image_request("ada"))


# -- weights ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["cut short", "a pickle", "missing"])
def test_damaged_weights_are_refused_before_they_are_loaded(
    models: Path, tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from diffusers import StableDiffusionXLPipeline

    copied = tmp_path / "models"
    shutil.copytree(models / "sdxl-base", copied / "sdxl-base")
    registry = tiny_registry(models)
    registry = Registry(copied, registry.models)
    registry.trust("sdxl-base")
    weights = copied / "sdxl-base" / "unet" / "diffusion_pytorch_model.fp16.safetensors"
    if damage == "cut short":
        weights.write_bytes(weights.read_bytes()[:-1000])
    elif damage == "a pickle":
        (weights.parent / "diffusion_pytorch_model.bin").write_bytes(b"\x80\x04.")
    else:
        shutil.rmtree(copied / "sdxl-base")
    loads: list[Any] = []
    monkeypatch.setattr(StableDiffusionXLPipeline, "from_pretrained", lambda *args, **given: loads.append(args))
    engine = SdxlImages(OPEN, tiny_room(registry, tmp_path / "scratch"))
    assert engine.revision.startswith("1-"), "asking for it loads and needs nothing"
    error, says = {
        "cut short": (ModelDamaged, r"unet/.*has [\d,]+ bytes, not"),
        "a pickle": (ModelDamaged, "can carry code and is not of this model"),
        "missing": (ModelMissing, "sparkle models pull sdxl-base"),
    }[damage]
    with pytest.raises(error, match=says):
        render(engine, tmp_path / "a")
    assert loads == []


def test_bits_are_a_matter_of_the_unet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What bitsandbytes is told; it needs a GPU to do it."""
    import torch

    monkeypatch.setattr(pipelines.importlib.util, "find_spec", lambda name: name)
    for bits, told in {
        "8bit": {"load_in_8bit": True},
        "4bit": {
            "load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": True,
            "bnb_4bit_compute_dtype": torch.float16,
        },
    }.items():  # fmt: skip
        plan = LoadPlan.from_told({"model_key": "m", "dtype": "float16", "quantisation": bits})
        config = pipelines.pretrained_kwargs(plan, quantised=["unet"])["quantization_config"]
        assert config.quant_kwargs == told and config.components_to_quantize == ["unet"]


# -- batches ----------------------------------------------------------------------------------------------------------


def test_batches_of_at_most_so_many(room: GpuRoom, tmp_path: Path, unet: list[dict[str, Any]]) -> None:
    engine = SdxlImages({**OPEN, "max_images_per_call": 2}, room)
    requests = [image_request(seed=seed) for seed in (1, 2)] + [image_request(seed=3, width=144, height=256)]
    done = engine.render_images(wanted(tmp_path, *requests))
    assert Wanted(requests[0], tmp_path).place == tmp_path.as_uri()
    assert [(one.batch, one.item, one.uri) for one in done] == [
        (0, 0, "file:item0"), (0, 1, "file:item1"), (1, 0, "file:item2"),
    ]  # fmt: skip
    assert [call["shape"] for call in unet] == [(4, 4, 12, 21)] * 2 + [(2, 4, 21, 12)] * 2
    render(SdxlImages(OPEN, room), tmp_path / "alone", requests[1])
    with Image.open(tmp_path / "alone" / "image.png") as one, Image.open(tmp_path / "item1" / "image.png") as other:
        assert np.abs(np.asarray(one, int) - np.asarray(other, int)).max() <= 1, "alone or not, the same picture"


def test_the_same_picture_again_is_known(room: GpuRoom, tmp_path: Path) -> None:
    engine = SdxlImages(OPEN, room)
    first, second, other = engine.render_images(
        wanted(tmp_path, image_request(), image_request(style="oil  painting"), image_request(seed=77)), dedupe=True
    )
    assert (first.deduped, second.deduped, other.deduped) == (False, True, False)
    assert second.uri == "file:item0" and second.phash == first.phash and other.uri == "file:item2"
    assert not (tmp_path / "item1" / "image.png").exists()
    assert read_rendering(tmp_path / "item1")["deduped_to"] == "file:item0"
    [again] = engine.render_images([Wanted(image_request(), tmp_path / "item0", "file:item0")], dedupe=True)
    assert not again.deduped, "a picture is not its own double"
    [kept] = engine.render_images([Wanted(image_request(), tmp_path / "item1", "file:item1")])
    assert not kept.deduped and (tmp_path / "item1" / "image.png").exists(), "only where it is asked for"
    shared = SdxlImages(OPEN, room, helpers=Helpers(recent=RecentPictures()))
    assert not shared.render_images([Wanted(image_request(), tmp_path / "item1", "file:x")], dedupe=True)[0].deduped


@pytest.mark.parametrize("kind", ["process", "redis"])
def test_six_bits_apart_is_the_same_picture_and_eight_are_not(
    room: GpuRoom, tmp_path: Path, broken_decoder: Callable[..., list[Any]], kind: str
) -> None:
    """Pictures whose hashes are known: through batches, the window of a process, and the one that hosts share."""
    near, far = flipped(ONE, 3), flipped(ONE, 4)
    assert [(one ^ ONE).bit_count() for one in (near, far)] == [6, 8]
    script = KnownDecoder([ONE, near, far, ONE])
    broken_decoder(script)
    window: Any = RecentPictures() if kind == "process" else SharedRecent(fakeredis.FakeRedis())
    engine = SdxlImages({**OPEN, "steps": 1, "max_images_per_call": 2}, room, helpers=Helpers(recent=window))
    done = engine.render_images(wanted(tmp_path, *(image_request(seed=seed) for seed in range(4))), dedupe=True)
    assert [int(one.phash, 16) for one in done] == [ONE, near, far, ONE]
    assert [(one.batch, one.item) for one in done] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [(one.uri[-1], one.deduped) for one in done] == [("0", False), ("0", True), ("2", False), ("0", True)]
    assert script.batches == [2, 2]


def test_a_batch_without_room_to_decode_is_asked_again_and_loses_no_picture(
    room: GpuRoom, tmp_path: Path, broken_decoder: Callable[..., list[Any]]
) -> None:
    hashes = [flipped(ONE, pairs) for pairs in range(4)]
    script = KnownDecoder(hashes, {1: no_room()})
    broken_decoder(script)
    engine = SdxlImages({**OPEN, "steps": 1}, room)
    done = engine.render_images(wanted(tmp_path, *(image_request(seed=seed) for seed in range(4))))
    assert [int(one.phash, 16) for one in done] == hashes
    assert script.batches[0] == 4 == sum(script.batches[1:]) and script.hashes == []
    assert [step["rung"] for step in read_rendering(tmp_path / "item3")["models"][0]["steps_taken"]]


def test_turns_are_taken_and_refused(room: GpuRoom, tmp_path: Path) -> None:
    slept: list[float] = []
    rate = {"per_minute": 60, "burst": 1, "backlog": 2}
    engine = SdxlImages({**OPEN, "steps": 1, "rate": rate}, room, sleep=slept.append, clock=lambda: 0.0)
    items = wanted(tmp_path, image_request(), image_request(seed=6))
    engine.render_images(items, user="ada", host="studio")
    assert slept == [pytest.approx(1.0)]
    with pytest.raises(RateLimitError, match="3 pictures would wait, 2 may"):
        engine.render_images(items, user="ada", host="studio")
    assert len(engine.render_images(items, user="bob", host="studio")) == 2


def test_a_batch_that_takes_too_long_goes_on_where_it_stopped(
    room: GpuRoom, tmp_path: Path, unet: list[dict[str, Any]]
) -> None:
    film = tmp_path / "film"
    film.mkdir()
    step = Step(film, "shot_images", slot="01", shot="one")
    ticks = iter([0.0] * 6 + [float(number) for number in range(1, 400)])
    engine = SdxlImages(
        {**OPEN, "steps": 4, "batch_timeout_s": 10, "micro": {"negative_original_size": [64, 64]}}, room,
        clock=lambda: next(ticks),
    )  # fmt: skip
    items = wanted(tmp_path, *(image_request(seed=seed) for seed in range(3)))
    with step.under_way(), pytest.raises(BatchTimeout, match=r"longer than 10 s, after \d+ of 12 steps"):
        engine.render_images(items)
    before = len(unet)
    kept = len(list((room.scratch / "sdxl" / "latents").iterdir()))
    assert 4 <= before < 12 and kept == before // 4 and len(room.pool.residents()) == 1
    done = SdxlImages({**OPEN, "steps": 4, "micro": {"negative_original_size": [64, 64]}}, room).render_images(items)
    assert all(one.error is None for one in done) and len(unet) == before + (3 - kept) * 4


def test_the_timeline_is_told(room: GpuRoom, tmp_path: Path) -> None:
    film = tmp_path / "film"
    film.mkdir()
    with Step(film, "shot_images", slot="01", shot="one").under_way():
        render(faces(room), tmp_path / "a", image_request("ada"))
    events = [one.event for one in read_timeline(film)]
    assert events.index("load_start") < events.index("portrait_painted") < events.index("images_painted")
    assert events.count("inference_start") == 2 and events.count("load_start") == 1


# -- checks -----------------------------------------------------------------------------------------------------------


class Found:
    what = "something"
    probability = 0.91


def test_what_nobody_lent_is_never_left_out(room: GpuRoom, tmp_path: Path) -> None:
    asked = {"before": {"area": AREA}, "after": {**OPEN, "after": "safety"}, "references": {**OPEN, "references": True}}
    for name, options in asked.items():
        with pytest.raises(ConfigInvalid, match=f"nobody serves `{name}`"):
            render(SdxlImages(options, room), tmp_path / "a")
    sampled = SdxlImages({**OPEN, "before": "sample"}, room, helpers=Helpers(text=lambda request: ""))
    with pytest.raises(ConfigInvalid, match="before: sample"):
        render(sampled, tmp_path / "a")
    assert room.pool.residents() == []


def test_refused_words_are_not_painted(room: GpuRoom, tmp_path: Path, unet: list[dict[str, Any]]) -> None:
    helpers = Helpers(text=lambda request: "'blood'" if "blood" in request.prompt else "")
    engine = SdxlImages({**OPEN, "before": "policy"}, room, helpers=helpers)
    bad, good = engine.render_images(wanted(tmp_path, image_request(prompt="blood"), image_request()))
    assert isinstance(bad.error, PictureRefused) and "refuses the prompt: 'blood'" in str(bad.error)
    assert good.error is None and unet[0]["shape"][0] == 2
    unet.clear()
    with pytest.raises(PictureRefused):
        render(engine, tmp_path / "a", image_request(prompt="blood"))
    assert unet == []


def test_an_unsafe_picture_goes_into_quarantine(room: GpuRoom, tmp_path: Path) -> None:
    engine = SdxlImages({**OPEN, "after": "safety"}, room, helpers=Helpers(inspect=lambda picture: Found()))
    with pytest.raises(PictureQuarantined, match=r"shows something \(probability 0.91\)") as failed:
        render(engine, tmp_path / "a")
    assert failed.value.reason == "something" and list((tmp_path / "a").iterdir()) == []
    folder = room.scratch / "quarantine"
    assert sorted(one.suffix for one in folder.iterdir()) == [".json", ".png"]
    calm = SdxlImages({**OPEN, "after": "safety"}, room, helpers=Helpers(inspect=lambda picture: None))
    render(calm, tmp_path / "b")
    portraits = SdxlImages(
        {**OPEN, "after": "safety", "references": {"steps": 1}}, room,
        helpers=Helpers(inspect=lambda picture: Found(), portrait=lambda figure: figure.name),
    )  # fmt: skip
    with pytest.raises(PictureQuarantined):
        render(portraits, tmp_path / "c", image_request("ada"))
    assert list((room.scratch / "sdxl" / "portraits").iterdir()) == []


def test_a_sample_is_judged_first(room: GpuRoom, tmp_path: Path, unet: list[dict[str, Any]]) -> None:
    options = {**OPEN, "before": "sample", "steps": 6, "sample_steps": 1}

    seen: list[tuple[tuple[int, ...], str]] = []

    def sampled(score: float) -> Rendered:
        def judge(frame: Any, prompt: str) -> float:
            seen.append((frame.shape, prompt))
            return score

        engine = SdxlImages(options, room, helpers=Helpers(text=lambda request: "", judge=judge))
        folder = tmp_path / str(score)
        folder.mkdir()
        [done] = engine.render_images([Wanted(image_request(), folder, "file:x")])
        return done

    bad = sampled(0.1)
    assert isinstance(bad.error, SampleRejected) and "scores 0.10, 0.30 is the least" in str(bad.error)
    assert len(unet) == 1 and seen == [((96, 168, 4), "a boat on the sea")]
    assert sampled(0.8).error is None and len(unet) == 1 + 6, "the sample of before is still there"


def test_the_pipeline_makes_it_and_lends_its_checks(room: GpuRoom, tmp_path: Path) -> None:
    told = load_profile("embedded").model_dump() | {"options": {"image": {"area": AREA, "references": True}}}
    profile = Profile.model_validate(told | {"engines": told["engines"] | {"image": "sdxl"}})
    assert isinstance(make_engine("image", profile, lambda: room), SdxlImages)
    engines = Engines(profile, tmp_path / "cache")
    engines.__dict__["room"] = room
    engine = engines.image
    assert isinstance(engine, SdxlImages)
    bad, own = image_request(composed_prompt="a fucking boat"), image_request(prompt="a fucking boat")
    with pytest.raises(PictureRefused, match="fucking"):
        render(engine, tmp_path / "a", bad)
    render(engine, tmp_path / "a", own.model_copy(update={"composed_prompt": "a fucking boat, wide", "steps": 1}))
    assert (tmp_path / "a" / "image.png").exists(), "the person's own word; and NudeNet saw nothing in the picture"
    engines.close()
