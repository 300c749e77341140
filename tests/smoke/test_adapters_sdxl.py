"""SDXL with its published weights on a real card (SMOKE_ADAPTERS=1; some minutes).

Before: ``pip install 'sparkle-motion[gpu]'``, ``sparkle models pull sdxl-base --accept-licence``, and the same for
``sdxl-refiner`` and ``ip-adapter-sdxl``. SMOKE_PRESET names the card (``rtx4090`` where it is not set).
What a run must show, and nothing on a machine without a card can: that the published files load, that 16 bits give a
picture that is neither black nor noise, that a seed repeats itself on CUDA and another one differs, that the refiner
and the portraits change a picture and do not break it, that a batch of eight ends in its time, that the memory is
within what was predicted, and that every rung down to one layer at a time still paints.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from resources.gpu.device import find_accelerators
from resources.gpu.estimate import Measured
from resources.gpu.pool import ModelPool
from resources.gpu.registry import Registry
from resources.gpu.room import GpuRoom
from resources.gpu.sdxl.engine import SdxlImages, Wanted
from resources.gpu.sdxl.helpers import Helpers
from tests.harness.requests import image_request
from tests.harness.tiny_sdxl import read_rendering

HOME = Path(os.environ.get("SPARKLE_HOME", ".sparkle")).absolute()
OPEN = {"before": "none", "after": "none"}
BOAT = image_request(
    width=1280, height=720, composed_prompt="oil painting of a red fishing boat on a calm blue sea under a bright sky"
)

pytestmark = [
    pytest.mark.timeout(3600),
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[GpuRoom]:
    pool = ModelPool(find_accelerators(), measured=Measured(tmp_path / "measured.json"))
    made = GpuRoom(pool, Registry.of_home(HOME), os.environ.get("SMOKE_PRESET", "rtx4090"), tmp_path / "scratch")
    yield made
    made.close()


def render(engine: SdxlImages, folder: Path, request: Any = BOAT) -> np.ndarray:
    folder.mkdir()
    engine.render_image(request, folder)
    with Image.open(folder / "image.png") as picture:
        assert picture.size == (1280, 720)
        return np.asarray(picture.convert("RGB"), np.int16)


def holds(pixels: np.ndarray) -> None:
    """A picture: light and dark, and neighbours that are alike, which noise has not."""
    assert 20 < pixels.mean() < 235 and pixels.std() > 15
    assert np.abs(np.diff(pixels, axis=1)).mean() < 0.5 * pixels.std()


def test_a_seed_repeats_itself_and_the_memory_was_foreseen(room: GpuRoom, tmp_path: Path) -> None:
    engine = SdxlImages(OPEN, room)
    first = render(engine, tmp_path / "a")
    holds(first)
    assert first[: 720 // 4, :, 2].mean() > first[: 720 // 4, :, 0].mean(), "the sky is bluer than it is red"
    room.pool.evict_idle()
    assert (render(engine, tmp_path / "b") == first).all(), "loaded anew"
    assert (render(engine, tmp_path / "c", BOAT.model_copy(update={"seed": 6})) != first).mean() > 0.5
    told = read_rendering(tmp_path / "a")
    assert told["models"][0]["plan"]["dtype"] == "float16" and told["decoded"]["precision"] == "float32"
    assert room.pool.measured is not None
    for entry in room.pool.measured.all():
        assert 0.4 * entry["predicted"] < entry["measured"] < 1.1 * entry["predicted"], entry


def test_refined_and_led_by_portraits(room: GpuRoom, tmp_path: Path) -> None:
    plain = render(SdxlImages(OPEN, room), tmp_path / "plain")
    refined = render(SdxlImages({**OPEN, "refiner": {}}, room), tmp_path / "refined")
    holds(refined)
    assert 0.5 < np.abs(refined - plain).mean() < 40, "the same picture in other detail"
    helpers = Helpers(portrait=lambda figure: f"{figure.name}, an adult with short dark hair and a red coat")
    engine = SdxlImages({**OPEN, "references": True}, room, helpers=helpers)
    two = image_request("ada", "bob", width=1280, height=720, composed_prompt="two friends on a boat, medium shot")
    holds(render(engine, tmp_path / "two", two))
    assert len(read_rendering(tmp_path / "two")["led"]) == 2


def test_a_batch_of_eight_in_its_time(room: GpuRoom, tmp_path: Path) -> None:
    wanted = []
    for seed in range(8):
        (tmp_path / str(seed)).mkdir()
        wanted.append(Wanted(BOAT.model_copy(update={"seed": seed}), tmp_path / str(seed), f"file:{seed}"))
    done = SdxlImages(OPEN, room).render_images(wanted)
    assert [one.error for one in done] == [None] * 8 and len({one.phash for one in done}) == 8


@pytest.mark.parametrize("way", [{"offload": "model"}, {"offload": "sequential"}, {"vae_tiling": True}])
def test_every_way_down_still_paints(room: GpuRoom, tmp_path: Path, way: dict[str, Any]) -> None:
    lower = GpuRoom(room.pool, room.registry, room.preset, tmp_path / "lower", overrides={"sdxl-base": way})
    holds(render(SdxlImages(OPEN, lower), tmp_path / "a"))
