"""How many bytes a model and one request of it will take, before anything is loaded.

Weights are exact: the numbers of parameters come from the headers of the pulled safetensors files, else from
``configs/models.yaml`` (``python bench/gpu.py weights`` counts them on meta tensors). Work and results are formulas of
:mod:`resources.gpu.workloads`, each with its source. What was measured on this machine is kept (:class:`Measured`) and
corrects the next prediction.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from resources.errors import StoreFault
from resources.gpu.errors import ModelDamaged
from resources.gpu.plan import BYTES_OF, LoadPlan
from resources.store.atomic import write_json
from resources.store.fingerprint import digest
from resources.store.locks import short_lock

MARGIN = 1.05
"""On what was measured: allocators do not repeat themselves to the byte."""
MAX_HEADER = 100 * 1024 * 1024
"""Bytes of a safetensors header; the format's own limit."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """What one plan takes: on its device, and in the host's memory beside it."""

    weights: int
    activations: int
    output: int = 0
    host: int = 0

    @property
    def total(self) -> int:
        """Bytes on the device at the peak."""
        return self.weights + self.activations + self.output

    @property
    def working(self) -> int:
        """Bytes on the device that are given back when the request is done."""
        return self.activations + self.output

    def told(self) -> dict[str, int]:
        """As JSON."""
        return {
            "weights": self.weights,
            "activations": self.activations,
            "output": self.output,
            "host": self.host,
            "total": self.total,
        }


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a model that is on the device as a whole, or not."""

    name: str
    parameters: int
    largest_layer: int = 0
    """Parameters of its largest block, which is what is on the device with sequential offload. 0: all of them."""
    quantised: bool = True
    """Whether 8 and 4 bits apply to it. Never to a VAE: its convolutions stay as they are."""
    keeps: str = ""
    """A precision it keeps whatever the plan's is; a Wan VAE is run in float32."""


def weight_bytes(part: Part, plan: LoadPlan, *, parameters: int | None = None) -> int:
    """Bytes of a part's weights as ``plan`` loads it; of ``parameters`` of them when given.

    4 bits: nf4 keeps one scale for 64 weights, itself quantised: 4.127 bits (QLoRA, arXiv:2305.14314, section 3); 8
    bits: LLM.int8 keeps one float for each row and a few columns in 16 bits, 8.25 bits here. Embeddings and norms stay
    in 16 bits, so 5 % of a quantised part do.
    """
    count = part.parameters if parameters is None else parameters
    wide = BYTES_OF["float32" if part.keeps == "float32" else plan.dtype]
    if plan.quantisation == "none" or not part.quantised or plan.on_cpu:
        return count * wide
    bits = {"8bit": 8.25, "4bit": 4.127}[plan.quantisation]
    return math.ceil(count * (0.95 * bits / 8 + 0.05 * 2))


def weights_on_device(parts: Iterable[Part], plan: LoadPlan) -> tuple[int, int]:
    """(bytes on the device, bytes in the host) of a model's weights."""
    parts = list(parts)
    each = [weight_bytes(part, plan) for part in parts]
    if plan.offload == "none" or plan.on_cpu:
        return sum(each), 0
    if plan.offload == "model":
        return max(each, default=0), sum(each)
    layers = [weight_bytes(part, plan, parameters=part.largest_layer or part.parameters) for part in parts]
    return max(layers, default=0), sum(each)


Work = Callable[[LoadPlan], tuple[int, int]]
"""(activations, output) of a request, in bytes, from its plan."""


def estimate(parts: Iterable[Part], work: Work, plan: LoadPlan) -> Bytes:
    """What ``plan`` takes, all in all."""
    weights, host = weights_on_device(parts, plan)
    activations, output = work(plan)
    return Bytes(weights, activations, output, host)


def parts_of_folder(folder: Path, like: Iterable[Part] = ()) -> list[Part]:
    """The parts of a model on disk: one for each subfolder with safetensors, or one for the folder itself.

    Only headers are read. ``like`` lends the parts' other facts by name. Raises :class:`ModelDamaged` for a file that
    is cut short or none at all.
    """
    known = {part.name: part for part in like}
    found: dict[str, dict[str, int]] = {}
    for path in sorted(folder.glob("**/*.safetensors")):
        relative = path.relative_to(folder)
        name = relative.parts[0] if len(relative.parts) > 1 else path.stem.split("-0")[0]
        counts = found.setdefault(name, {})
        for tensor, count in tensors_of(path).items():
            counts[tensor] = count
    return [_part(name, counts, known.get(name)) for name, counts in sorted(found.items())]


def tensors_of(path: Path) -> dict[str, int]:
    """Numbers of elements by tensor, from a safetensors header; the file's length is held to it.

    Raises :class:`ModelDamaged`.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > min(size, MAX_HEADER):
                raise ValueError("its header is longer than it is")
            header: dict[str, dict[str, Any]] = json.loads(file.read(length))
        header.pop("__metadata__", None)
        end = max((int(entry["data_offsets"][1]) for entry in header.values()), default=0)
        counts = {name: math.prod(int(side) for side in entry["shape"]) for name, entry in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, struct.error) as error:
        raise ModelDamaged(f"is no safetensors file ({error})", where=str(path), hint="pull the model again") from None
    if size != 8 + length + end:
        raise ModelDamaged(
            f"is cut short: {size:,} bytes of {8 + length + end:,}", where=str(path), hint="pull the model again"
        )
    return counts


def _part(name: str, counts: Mapping[str, int], known: Part | None) -> Part:
    layers: dict[str, int] = {}
    for tensor, count in counts.items():
        layers[_layer(tensor)] = layers.get(_layer(tensor), 0) + count
    base = known or Part(name, 0, quantised="vae" not in name)
    return replace(base, parameters=sum(counts.values()), largest_layer=max(layers.values(), default=0))


def _layer(tensor: str) -> str:
    """The block that a tensor belongs to: everything up to the first number in its name."""
    pieces = tensor.split(".")
    numbers = [index for index, piece in enumerate(pieces) if piece.isdigit()]
    return ".".join(pieces[: numbers[0] + 1]) if numbers else tensor


class Measured:
    """Peaks that were measured on this machine, kept in one small file, by what decides them."""

    KEPT = 512
    """Entries of the file; the oldest make room."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._cached: tuple[tuple[int, int], dict[str, dict[str, Any]]] = ((0, 0), {})

    def record(self, plan: LoadPlan, device_label: str, predicted: Bytes, peak: int) -> None:
        """Keep a measured peak beside what was predicted for it."""
        key = digest([plan.told(), device_label])
        known = self._read().get(key)
        if known is not None and abs(known["measured"] - peak) <= (MARGIN - 1) / 2 * peak:
            return  # no news: a warm lease writes no file
        entry = {
            "model": plan.model_key,
            "device": device_label,
            "loaded_as": digest(plan.loaded_as().told()),
            "plan": plan.told(),
            "predicted": predicted.total,
            "measured": peak,
        }
        with short_lock(self.path.with_suffix(".lock")):
            entries = self._read()
            entries.pop(key, None)
            entries[key] = entry
            write_json(self.path, {"entries": dict(list(entries.items())[-self.KEPT :])})

    def corrected(self, plan: LoadPlan, device_label: str, predicted: Bytes) -> Bytes:
        """``predicted`` in the light of what was measured.

        The same plan on the same kind of device: its own peak and a margin. Else, the same model loaded the same way:
        what works beside the weights is scaled by how far the last prediction was off, between a half and the double.
        """
        entries = self._read()
        same = entries.get(digest([plan.told(), device_label]))
        if same is not None:
            working = max(0, math.ceil(same["measured"] * MARGIN) - predicted.weights - predicted.output)
            return replace(predicted, activations=working)
        loaded = digest(plan.loaded_as().told())
        near = [e for e in entries.values() if e["loaded_as"] == loaded and e["device"] == device_label]
        if not near or near[-1]["predicted"] <= predicted.weights:
            return predicted
        last = near[-1]
        ratio = (last["measured"] - predicted.weights) / (last["predicted"] - predicted.weights)
        return replace(predicted, activations=math.ceil(predicted.activations * min(2.0, max(0.5, ratio))))

    def all(self) -> list[dict[str, Any]]:
        """Every entry, oldest first."""
        return list(self._read().values())

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            found = self.path.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if stamp != self._cached[0]:
                self._cached = (stamp, json.loads(self.path.read_bytes())["entries"])
            return dict(self._cached[1])
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError):
            raise StoreFault(
                "cannot be read: it keeps measured peaks of models", where=str(self.path), hint="delete it"
            ) from None
