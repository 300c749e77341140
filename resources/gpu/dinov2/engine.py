"""``DinoLikeness``: DINOv2 (Oquab et al. 2023), learnt without labels: near vectors show the same thing alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resources.errors import InputError, RenderFault
from resources.gpu.context import Lease
from resources.gpu.dinov2.loading import Encoder, load_encoder
from resources.gpu.dinov2.options import DinoOptions
from resources.gpu.options import read_options
from resources.gpu.plan import LoadPlan
from resources.gpu.room import GpuRoom
from resources.store.fingerprint import digest

CODE = "1"
"""Goes up whenever this package would give other vectors."""


class DinoLikeness:
    """Turns pictures into vectors of length 1; equal pictures get equal vectors."""

    name = "dinov2"

    def __init__(self, options: Mapping[str, Any], room: GpuRoom) -> None:
        self.options = read_options("likeness", options, DinoOptions)
        self.room = room

    @property
    def revision(self) -> str:
        """Code, weights and options that change a vector (``batch`` does not)."""
        told = self.options.model_dump(mode="json", exclude={"batch"})
        return f"{CODE}-{digest([self.room.registry.revision(self.options.model), told])[:16]}"

    def models_for(self, languages: Collection[str]) -> tuple[str, ...]:
        """The one it asks."""
        return (self.options.model,)

    def embed(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """(pictures, d); each picture is (height, width, 3) RGB.

        Raises :class:`InputError` without a picture, and whatever :meth:`GpuRoom.work` raises.
        """
        if not pictures:
            raise InputError("a likeness needs a picture to look at", where=self.name)
        key = self.options.model

        def infer(lease: Lease, plan: LoadPlan) -> NDArray[np.float32]:
            groups = [pictures[first : first + plan.batch] for first in range(0, len(pictures), plan.batch)]
            return np.concatenate([lease.using(partial(_looked, pictures=group, where=key)) for group in groups])

        plan = self.room.plan(key, batch=min(self.options.batch, len(pictures)))
        vectors, _ = self.room.work(key, load_encoder, plan, infer)
        return vectors


def _looked(encoder: Encoder, pictures: Sequence[NDArray[np.uint8]], where: str) -> NDArray[np.float32]:
    """What the model pools of each picture, at length 1."""
    import torch

    seen = encoder.pictures(images=list(pictures), input_data_format="channels_last", return_tensors="pt")
    with torch.inference_mode():
        pooled = encoder.model(seen["pixel_values"].to(encoder.model.device, encoder.model.dtype)).pooler_output
    vectors: NDArray[np.float32] = pooled.float().cpu().numpy()
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (np.isfinite(vectors).all() and (length > 0).all()):
        raise RenderFault("the model gave what is no vector", where=where)
    return np.asarray(vectors / length, np.float32)
