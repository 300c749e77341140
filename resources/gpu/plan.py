"""How a model is loaded and asked: device, precision, offload, tiling, size. A plan is a value; rungs shrink it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from resources.errors import InputError

Precision = Literal["float32", "bfloat16", "float16"]
Quantisation = Literal["none", "8bit", "4bit"]
Offload = Literal["none", "model", "sequential"]

BYTES_OF: dict[Precision, int] = {"float32": 4, "bfloat16": 2, "float16": 2}
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """Everything that decides how much memory a model and one request of it take.

    The first group is what the loader sees (:meth:`loaded_as`); the second is set anew for every call, so that a change
    there loads nothing again.
    """

    model_key: str
    device: str = "cuda:0"
    """As PyTorch spells it. With a ``device_map``, the first of its devices."""
    device_map: str = ""
    """``balanced`` spreads the parts over all GPUs (diffusers, accelerate); empty: all on ``device``."""
    max_memory: tuple[tuple[str, int], ...] = ()
    """Most bytes of each device that a device map may use: ``(("cuda:0", 20 * GIB), ("cpu", 64 * GIB))``."""
    dtype: Precision = "bfloat16"
    quantisation: Quantisation = "none"
    """``8bit`` and ``4bit`` (bitsandbytes) of the large parts only; the VAE stays as it is."""
    offload: Offload = "none"
    """``model``: one part on the device at a time. ``sequential``: one layer at a time, several times slower."""

    vae_tiling: bool = False
    vae_slicing: bool = False
    """One picture of a batch is decoded at a time."""
    frames: int = 1
    """Frames of a chunk, 4n+1 where the model wants that; 1 for a still."""
    width: int = 1024
    height: int = 1024
    batch: int = 1
    alone: bool = False
    """Whatever else is kept warm on the device is unloaded first."""

    def __post_init__(self) -> None:
        low = {"frames": self.frames, "width": self.width, "height": self.height, "batch": self.batch}
        wrong = [name for name, value in low.items() if value < 1]
        if wrong or not self.model_key or not self.device:
            raise InputError(
                f"a load plan with {', '.join(wrong) or 'no model or device'} below 1", where=self.model_key
            )

    def loaded_as(self) -> LoadPlan:
        """The plan without what a call sets: plans that are equal so share one loaded model."""
        return replace(self, **_CALL)

    def told(self) -> dict[str, Any]:
        """As JSON, for sidecars and errors."""
        return {**asdict(self), "max_memory": dict(self.max_memory)}

    def changes_to(self, other: LoadPlan) -> dict[str, Any]:
        """The fields in which ``other`` differs, with its values."""
        mine, its = self.told(), other.told()
        return {name: value for name, value in its.items() if value != mine[name]}

    @property
    def on_cpu(self) -> bool:
        """Whether the host's memory and processor do the work."""
        return self.device == "cpu"

    @classmethod
    def from_told(cls, value: Mapping[str, Any]) -> LoadPlan:
        """A plan from its JSON. Raises :class:`InputError` for a field that is not one."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(value) - known)
        if unknown:
            raise InputError(f"a load plan has no {', '.join(unknown)}", hint=f"fields: {', '.join(sorted(known))}")
        memory = tuple(sorted(dict(value.get("max_memory") or {}).items()))
        return cls(**{**value, "max_memory": memory})


_CALL: dict[str, Any] = {
    "vae_tiling": False,
    "vae_slicing": False,
    "frames": 1,
    "width": 1,
    "height": 1,
    "batch": 1,
    "alone": False,
}


@dataclass(frozen=True, slots=True)
class Preset:
    """A kind of machine, and how models are best laid out on it."""

    name: str
    device_bytes: int
    """What the card has, from its data sheet; the measured figure is used where there is a card."""
    reserve: int
    """Bytes left to the driver's context, cuBLAS and cuDNN workspaces and a desktop."""
    plan: Mapping[str, Any]
    """Fields of :class:`LoadPlan` that start otherwise than its defaults."""


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("a100-80gb", 80 * GIB, 2 * GIB, {}),
        Preset("a100-40gb", 40 * GIB, 2 * GIB, {}),
        Preset("rtx4090", 24 * GIB, 3 * GIB // 2, {"vae_tiling": True}),
        Preset("gpu-16gb", 16 * GIB, 3 * GIB // 2, {"vae_tiling": True, "vae_slicing": True}),
        Preset("cpu", 0, 2 * GIB, {"device": "cpu", "dtype": "float32"}),
        Preset("balanced", 0, 2 * GIB, {"device_map": "balanced"}),
    )
}
"""Where the ladder begins on each kind of machine. Tiling and slicing begin switched on where the decoder is known to
be the peak (``sparkle models size`` shows the figures); precision and size never begin lowered."""


def plan_for(preset: str, model_key: str, **overrides: Any) -> LoadPlan:
    """The plan to begin with on ``preset``; ``overrides`` win. Raises :class:`InputError` for an unknown preset."""
    if preset not in PRESETS:
        raise InputError(f"there is no device preset {preset[:80]!r}", hint=f"presets: {', '.join(PRESETS)}")
    return LoadPlan.from_told({"model_key": model_key, **PRESETS[preset].plan, **overrides})
