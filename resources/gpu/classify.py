"""What an exception from a model means: no room, a sick device, no driver, or something else.

Frameworks tell "no room" in many ways: PyTorch by a type of its own, and the libraries under it by a message of a
plain ``RuntimeError``. The messages here are those of PyTorch 2.x's native and ``cudaMallocAsync`` allocators, the CUDA
runtime and driver, cuBLAS, cuDNN, cuFFT, cuSOLVER, cuSPARSE, HIP, NCCL, the CPU allocator and ONNX Runtime.
"""

from __future__ import annotations

import gc
import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

Kind = Literal["oom", "host_oom", "device", "lost", "driver", "other"]
"""``device`` may pass; after ``lost`` every call of this process fails; ``driver``: there is no device to use."""
MAX_TEXT = 300

_OOM_TYPES = frozenset({"OutOfMemoryError"})
"""``torch.OutOfMemoryError``, and ``torch.cuda.OutOfMemoryError`` before 2.5. Known by name: torch is not imported."""

_HOST = re.compile(
    r"DefaultCPUAllocator: (can't|not enough) (allocate )?memory"
    r"|Cannot allocate memory|std::bad_alloc|bad allocation"
    r"|Unable to allocate [\d.]+ [KMGT]?i?B",  # numpy
    re.IGNORECASE,
)
_OOM = re.compile(
    r"\b(CUDA|HIP|XPU|MPS( backend)?|driver error:?) out of memory"
    r"|(CUDA|HIP)( driver)? (error|failure)( \d+)?: out of memory"
    r"|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|hipErrorOutOfMemory"
    r"|would exceed allowed memory"  # cudaMallocAsync
    r"|^Allocation on device \d+"  # cudaMallocAsync, from 2.5
    r"|(CUBLAS|CUDNN|CUSOLVER|CUSPARSE|HIPBLAS|MIOPEN)_STATUS_ALLOC_FAILED"
    r"|CUSPARSE_STATUS_INSUFFICIENT_RESOURCES|CUFFT_ALLOC_FAILED|miopenStatusAllocFailed"
    r"|CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate"  # its handle needs a workspace
    r"|(unable to find (a valid cuDNN algorithm|an engine to execute this computation))"  # no workspace fits
    r"|FIND was unable to find an engine"
    r"|Failed to allocate memory for requested buffer",  # ONNX Runtime's arena
    re.IGNORECASE,
)
_LOST = re.compile(
    r"illegal memory access|device-side assert|unspecified launch failure|misaligned address|uncorrectable ECC"
    r"|launch timed out|CUDA_ERROR_(ILLEGAL_ADDRESS|LAUNCH_FAILED|LAUNCH_TIMEOUT|ECC_UNCORRECTABLE|ASSERT)"
    r"|illegal instruction|has fallen off the bus|an uncontained memory error",
    re.IGNORECASE,
)
"""Errors that the CUDA runtime calls sticky: "the process must be terminated and relaunched"."""
_DEVICE = re.compile(
    r"CUDA_ERROR_(NOT_READY|UNKNOWN)|(CUBLAS|CUDNN)_STATUS_(EXECUTION_FAILED|INTERNAL_ERROR|MAPPING_ERROR)"
    r"|devices? (is|are) busy or unavailable|ncclSystemError|ncclUnhandledCudaError",
    re.IGNORECASE,
)
_DRIVER = re.compile(
    r"no NVIDIA driver|driver version is insufficient|driver (on your system )?is too old|no CUDA-capable device"
    r"|not compiled with CUDA enabled|no kernel image is available|CUDA driver initialization failed"
    r"|invalid device ordinal|forward compatibility was attempted",
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"(?:Tried to allocate|Requested\s*:|requested buffer of size|allocate)\s+([\d.]+)\s*([KMGT]i?B|bytes|B)?", re.I
)
_UNITS = {"": 1, "b": 1, "bytes": 1, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40}
_DECIMAL = {"kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}


@dataclass(frozen=True, slots=True)
class Fault:
    """What an exception was, as text and numbers: it keeps nothing alive."""

    kind: Kind
    type: str
    text: str
    wanted: int | None = None
    """Bytes that were asked for, where the message says."""

    @property
    def is_oom(self) -> bool:
        """Whether there was no room, on the device or in the host."""
        return self.kind in ("oom", "host_oom")


def classify(error: BaseException) -> Fault:
    """What ``error``, or whatever it was raised from, says about the device."""
    told = [(one, _text(one)) for one in chain_of(error)]
    for one, text in told:
        kind = _kind(one, text)
        if kind != "other":
            return Fault(kind, type(one).__name__, text[:MAX_TEXT], _wanted(text))
    return Fault("other", type(error).__name__, told[0][1][:MAX_TEXT])


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """``error`` and all that it was raised from or beside, each once."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__context__, one.__cause__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def let_go(error: BaseException) -> None:
    """Drop the locals of every finished frame that ``error`` remembers, and the memory of those frames.

    Call it before anything is collected and before the device's cache is emptied: a tensor that a frame still names is
    not freed by either. Frames that are still running keep their locals. A cleared frame still has its function, whose
    closure may have the model, and whoever handles the error has the traceback: so its links are undone as well.
    """
    for one in chain_of(error):
        trace: TracebackType | None = one.__traceback__
        if trace is not None:
            traceback.clear_frames(trace)
        while trace is not None:
            trace.tb_next, trace = None, trace.tb_next
        one.__traceback__ = None
    gc.collect()


def _kind(error: BaseException, text: str) -> Kind:
    if isinstance(error, MemoryError) or _HOST.search(text):
        return "host_oom"
    names = {one.__name__ for one in type(error).__mro__ if one.__module__.split(".")[0] == "torch"}
    if names & _OOM_TYPES or _OOM.search(text):
        return "oom"
    if isinstance(error, (OSError, ValueError, TypeError, KeyError, AttributeError)):
        return "other"  # a path or a setting may well have such words in it
    if _DRIVER.search(text):
        return "driver"
    if _LOST.search(text):
        return "lost"
    return "device" if _DEVICE.search(text) else "other"


def _wanted(text: str) -> int | None:
    found = _WANTED.search(text)
    if found is None:
        return None
    unit = (found[2] or "").lower()
    return round(float(found[1]) * {**_UNITS, **_DECIMAL}[unit])


def _text(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:4]) or type(error).__name__
