"""A device whose Nth allocation fails, below the whole way of a shot: a picture in the film, or one clear error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from resources.engines import RENDERING
from resources.gpu.context import Lease
from resources.gpu.errors import ModelOOMError
from resources.gpu.inference import run_with_ladder
from resources.gpu.plan import LoadPlan
from resources.gpu.pool import ModelPool
from resources.pipeline.engines import Engines
from resources.store.atomic import write_json
from resources.store.film import Home
from resources.store.timeline import read_timeline
from schemas.media import ImageRequest
from tests.harness.accelerator import FakeAccelerator
from tests.harness.engines import TinyImages
from tests.harness.heap import small_heap
from tests.harness.models import Models
from tests.integration.test_pipeline import produce

ALLOCATIONS = 7
"""Of one picture: four blocks of weights, three of work."""


@pytest.fixture(autouse=True)
def quick_collections() -> Iterator[None]:
    with small_heap():
        yield


@dataclass(frozen=True)
class CountedImages(TinyImages):
    """Paints as the others do, with a model that only takes memory."""

    pool: ModelPool | None = None
    models: Models | None = None

    def render_image(self, request: ImageRequest, folder: Path) -> None:
        assert self.pool is not None and self.models is not None
        spec = self.models.spec("painter", 1000)

        def infer(lease: Lease, plan: LoadPlan) -> int:
            frames: int = lease.model(lease.predicted.activations)
            return frames

        _, steps = run_with_ladder(self.pool, spec, LoadPlan("painter"), infer, pause_s=0)
        super().render_image(request, folder)
        write_json(folder / RENDERING, {"models": {"painter": "1"}, "steps": [step.told() for step in steps]})


@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "for ever"])
@pytest.mark.parametrize("number", range(1, ALLOCATIONS + 1))
def test_the_nth_allocation_fails_in_a_film(
    home: Home, tiny: Engines, plan: dict[str, Any], number: int, for_ever: bool
) -> None:
    device = FakeAccelerator(10_000, fail_at=[number], for_ever=for_ever)
    models = Models(device)
    pool = ModelPool([device], budgets={device.name: device.total}, wait_s=0.2)
    plan["shots"] = plan["shots"][:1]
    film = produce(home, tiny.replaced({"image": CountedImages(pool=pool, models=models)}), plan)
    with film.run():
        if for_ever:
            with pytest.raises(ModelOOMError, match=r"no room on cuda:0.*, after offload") as told:
                film.image("01")
            assert told.value.steps[-1] == "offload_layers" and film.state("01").stale[0] == "shot_images"
        else:
            assert film.image("01").attempts == 1
            [step] = film.ref("shot_images", "01").facts["rendering"]["steps"]
            assert step["rung"] == "offload" and step["predicted_after"] < step["predicted_before"]
    rungs = [one.data["rung"] for one in read_timeline(film.film.path) if one.event == "memory_step"]
    assert rungs[0] == "offload" and (len(rungs) == 1) != for_ever
    pool.close()
    assert device.used() == 0 and models.alive() == 0 and not list(device.blocks), "nothing of it is left"
    device.fail_at = set()
    again = produce(home, tiny, plan)
    with again.run():
        assert again.image("01").ref.files, "the same film goes on"
