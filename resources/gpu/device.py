"""Devices as the pool sees them: how much room there is, how much was used at the most, and how to give memory back."""

from __future__ import annotations

import importlib
import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import psutil

from resources.gpu.errors import MemorySnapshot

if TYPE_CHECKING:
    from types import ModuleType


class Accelerator(Protocol):
    """A device that holds models."""

    @property
    def name(self) -> str:
        """As PyTorch spells it: ``cuda:0``, ``cpu``."""
        ...

    @property
    def label(self) -> str:
        """What a person calls it: ``NVIDIA GeForce RTX 4090``."""
        ...

    @property
    def uuid(self) -> str | None:
        """Identifies the device on this machine, whatever its number in this process; None for the CPU."""
        ...

    @property
    def total(self) -> int:
        """Bytes there are."""
        ...

    def free(self) -> int:
        """Bytes that nobody uses at this moment; what this process keeps cached counts as free."""
        ...

    def used(self) -> int:
        """Bytes that this process uses."""
        ...

    def peak(self) -> int:
        """The most bytes that this process held since :meth:`reset_peak`."""
        ...

    def reset_peak(self) -> None:
        """Begin to watch the peak anew."""
        ...

    def empty_cache(self) -> None:
        """Give memory that is no longer used back to the device."""
        ...


class CudaAccelerator:
    """An NVIDIA device, by its number in this process (``CUDA_VISIBLE_DEVICES`` renumbers them)."""

    def __init__(self, index: int = 0) -> None:
        self.index = index
        self.name = f"cuda:{index}"
        torch = self._torch
        properties = torch.cuda.get_device_properties(index)
        self.label: str = properties.name
        self.total: int = int(properties.total_memory)
        uuid = getattr(properties, "uuid", None)  # PyTorch 2.4 and later
        self.uuid: str | None = str(uuid) if uuid is not None else f"{self.label}-{index}"

    @property
    def _torch(self) -> ModuleType:
        import torch

        return torch

    def free(self) -> int:
        """What the driver has, and what PyTorch's allocator keeps without using it."""
        cuda = self._torch.cuda
        cached = cuda.memory_reserved(self.index) - cuda.memory_allocated(self.index)
        return int(cuda.mem_get_info(self.index)[0]) + int(cached)

    def used(self) -> int:
        """Bytes in tensors of this process."""
        return int(self._torch.cuda.memory_allocated(self.index))

    def peak(self) -> int:
        """Bytes *reserved* at the most: fragments of the allocator's blocks are as gone as tensors are."""
        return int(self._torch.cuda.max_memory_reserved(self.index))

    def reset_peak(self) -> None:
        """Begin to watch the peak anew."""
        self._torch.cuda.reset_peak_memory_stats(self.index)

    def empty_cache(self) -> None:
        """Wait for the device and give its cached blocks back."""
        cuda = self._torch.cuda
        with cuda.device(self.index):
            cuda.synchronize()
            cuda.empty_cache()
            cuda.ipc_collect()


class CpuAccelerator:
    """The host's own memory, within the limit of the container if there is one."""

    name = "cpu"
    label = "CPU"
    uuid: str | None = None

    def __init__(self, limit: int | None = None) -> None:
        self._process = psutil.Process()
        self._limit = limit if limit is not None else _container_limit()
        self.total: int = min(psutil.virtual_memory().total, self._limit or 1 << 62)
        self._highest = 0
        self.reset_peak()

    def free(self) -> int:
        """Available bytes; what the container may still use, where that is less."""
        available = int(psutil.virtual_memory().available)
        return max(0, min(available, self._limit - self.used()) if self._limit else available)

    def used(self) -> int:
        """Resident bytes of this process."""
        used = int(self._process.memory_info().rss)
        self._highest = max(self._highest, used)
        return used

    def peak(self) -> int:
        """The kernel's high-water mark where it may be reset (Linux), else the highest that was seen when asked."""
        self.used()
        mark = _high_water() if self._kernel_counts else 0
        return max(self._highest, mark)

    def reset_peak(self) -> None:
        """Begin to watch the peak anew."""
        self._highest = 0
        self._kernel_counts = _reset_high_water()
        self.used()

    def empty_cache(self) -> None:
        """Nothing: Python gives memory back by itself."""


def snapshot(accelerator: Accelerator, when: str) -> MemorySnapshot:
    """The memory of a device now."""
    return MemorySnapshot(
        when=when,
        device=accelerator.name,
        total=accelerator.total,
        free=accelerator.free(),
        used=accelerator.used(),
        peak=accelerator.peak(),
        host_rss=int(psutil.Process().memory_info().rss),
    )


def find_accelerators() -> list[Accelerator]:
    """The devices of this machine, GPUs first, the CPU last. Imports torch when it is installed."""
    found: list[Accelerator] = []
    if importlib.util.find_spec("torch") is not None:
        torch: Any = importlib.import_module("torch")
        if torch.cuda.is_available():
            found += [CudaAccelerator(index) for index in range(torch.cuda.device_count())]
    return [*found, CpuAccelerator()]


def _container_limit() -> int | None:
    """Bytes that the control group allows (version 2, then 1); None where there is no limit."""
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            text = Path(path).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdigit() and int(text) < 1 << 60:  # version 1 says "no limit" with a number near 2^63
            return int(text)
    return None


def _reset_high_water() -> bool:
    """Begin the kernel's own high-water mark anew. Not every container may: then False."""
    try:
        descriptor = os.open("/proc/self/clear_refs", os.O_WRONLY)
    except OSError:
        return False
    try:
        os.write(descriptor, b"5")
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _high_water() -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
