"""A device that only counts: a byte ledger, and allocations that fail when a script says so."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Literal

Way = Literal["typed", "native", "driver", "async", "cublas", "cudnn"]

MESSAGES: dict[Way, str] = {
    "typed": "CUDA out of memory. Tried to allocate {mib:.2f} MiB. GPU 0 has a total capacity of 15.60 GiB",
    "native": "CUDA out of memory. Tried to allocate {mib:.2f} MiB. GPU 0 has a total capacity of 15.60 GiB",
    "driver": "CUDA driver error: out of memory",
    "async": "Allocation on device 0 would exceed allowed memory. (out of memory)\nCurrently allocated     : 1.00 GiB\n"
    "Requested               : {mib:.2f} MiB",
    "cublas": "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    "cudnn": "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
}


class Block:
    """A stretch of the device's memory. It is given back when nothing names it any more, as a tensor's is."""

    def __init__(self, size: int, what: str) -> None:
        self.size = size
        self.what = what


class FakeAccelerator:
    """A device of ``total`` bytes.

    ``fail_at``: numbers of the allocations (from 1) that fail; with ``for_ever`` all after the first of them do too.
    """

    def __init__(
        self,
        total: int,
        *,
        name: str = "cuda:0",
        fail_at: Iterable[int] = (),
        for_ever: bool = False,
        way: Way = "native",
        uuid: str | None = None,
        taken: int = 0,
    ) -> None:
        self.name = name
        self.label = f"fake {name}"
        self.uuid = uuid
        self.total = total
        self.taken = taken
        """Bytes that other processes hold."""
        self.way: Way = way
        self.fail_at = set(fail_at)
        self.for_ever = for_ever
        self.count = 0
        self.emptied = 0
        self._used = 0
        self._peak = 0
        self.blocks: weakref.WeakSet[Block] = weakref.WeakSet()

    def allocate(self, size: int, what: str = "") -> Block:
        """A block of ``size`` bytes, or the error of a real device that has no room."""
        self.count += 1
        scripted = self.count in self.fail_at or (self.for_ever and self.fail_at and self.count >= min(self.fail_at))
        if scripted or self._used + size > self.total - self.taken:
            raise self._error(size)
        block = Block(size, what)
        self._used += size
        self._peak = max(self._peak, self._used)
        self.blocks.add(block)
        weakref.finalize(block, self._give_back, size).atexit = False
        return block

    def _give_back(self, size: int) -> None:
        self._used -= size

    def _error(self, size: int) -> RuntimeError:
        text = MESSAGES[self.way].format(mib=size / (1 << 20))
        if self.way == "typed":
            import torch

            error: RuntimeError = torch.OutOfMemoryError(text)
            return error
        return RuntimeError(text)

    def free(self) -> int:
        return self.total - self.taken - self._used

    def used(self) -> int:
        return self._used

    def peak(self) -> int:
        return self._peak

    def reset_peak(self) -> None:
        self._peak = self._used

    def empty_cache(self) -> None:
        self.emptied += 1
