"""The image encoder on tiny random weights: the real loader and the real model, on the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from resources.engines import LikenessModel, LoadsModels
from resources.errors import ConfigInvalid, InputError
from resources.gpu.dinov2 import DinoLikeness
from resources.gpu.dinov2.loading import load_encoder
from resources.gpu.errors import ModelLoadError, ModelMissing
from resources.gpu.plan import LoadPlan
from resources.gpu.registry import Registry
from resources.gpu.room import GpuRoom
from tests.harness.portraits import ADA, BOB, VIEWS, portrait
from tests.harness.tiny_dinov2 import KEY, dinov2_registry, save_tiny_dinov2
from tests.harness.tiny_wav2lip import cpu_room


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    save_tiny_dinov2(folder / KEY)
    return folder


@pytest.fixture(scope="module")
def room(models: Path) -> Iterator[GpuRoom]:
    made = cpu_room(dinov2_registry(models), models / "scratch")
    yield made
    made.close()


def test_pictures_become_vectors_of_length_one_and_the_same_again(room: GpuRoom) -> None:
    model = DinoLikeness({"batch": 2}, room)
    assert isinstance(model, LikenessModel) and isinstance(model, LoadsModels)
    pictures = [portrait(ADA, VIEWS[0]), portrait(ADA, VIEWS[1]), portrait(BOB, VIEWS[0])]
    vectors = model.embed(pictures)
    assert vectors.shape == (3, 32) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(model.embed(pictures), vectors)
    assert np.allclose(model.embed(pictures[2:]), vectors[2:], atol=1e-5), "each by itself, however they are grouped"
    assert vectors[0] @ vectors[2] < 0.999, "what is seen reaches the vector"
    assert [(one.key, one.leases) for one in room.pool.residents()] == [(KEY, 3)], "lent for each call, loaded once"


def test_the_batch_is_no_part_of_what_it_says(room: GpuRoom) -> None:
    assert DinoLikeness({"batch": 2}, room).revision == DinoLikeness({}, room).revision
    assert DinoLikeness({}, room).models_for({"en"}) == (KEY,)
    with pytest.raises(ConfigInvalid, match=r"options\.likeness of the profile: size"):
        DinoLikeness({"size": 2}, room)
    with pytest.raises(InputError, match="needs a picture"):
        DinoLikeness({}, room).embed([])


def test_weights_that_are_no_encoder_or_not_here_are_told(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text('{"model_type": "nothing"}')
    with pytest.raises(ModelLoadError, match="cannot be loaded"):
        load_encoder(LoadPlan(KEY, device="cpu", dtype="float32"), tmp_path / "model")
    room = cpu_room(Registry(tmp_path / "none"), tmp_path)
    with pytest.raises(ModelMissing):
        DinoLikeness({}, room).embed([portrait(ADA, VIEWS[0])])
    room.close()


def test_every_file_of_the_published_one_is_pinned() -> None:
    entry = Registry(Path()).models[KEY]
    assert not entry.unverified and not entry.patterns and all(file.sha256 and file.bytes for file in entry.files)
    assert entry.licence == "Apache-2.0" and entry.commercial
