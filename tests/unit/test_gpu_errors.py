"""Faults of devices: every way of saying "no room" is known, errors travel whole and keep nothing alive."""

import gc
import pickle
import subprocess
import sys
import weakref

import pytest

from resources.errors import Busy, PassingFault, RenderFault
from resources.gpu import errors
from resources.gpu.classify import classify, let_go
from resources.gpu.device import CpuAccelerator, find_accelerators, snapshot
from resources.gpu.errors import GpuBusyError, MemorySnapshot, ModelLoadTimeout, ModelOOMError
from tests.conftest import ROOT
from tests.harness.accelerator import MESSAGES, FakeAccelerator

NO_ROOM = [
    "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.65 GiB of which 1.2 GiB is free.",
    "HIP out of memory. Tried to allocate 20.00 MiB (GPU 0; 23.98 GiB total capacity)",
    "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported at some other API call",
    "CUDA driver error: out of memory",
    "CUDA_ERROR_OUT_OF_MEMORY: out of memory",
    "Allocation on device 0 would exceed allowed memory. (out of memory)\nCurrently allocated : 54.14 GiB\n"
    "Requested               : 686.41 MiB",
    "Allocation on device 1",
    "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    "CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`",
    "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
    "Unable to find a valid cuDNN algorithm to run convolution",
    "FIND was unable to find an engine to execute this computation",
    "cuFFT error: CUFFT_ALLOC_FAILED",
    "cusolver error: CUSOLVER_STATUS_ALLOC_FAILED, when calling `cusolverDnCreate(handle)`",
    "CUDA failure 2: out of memory ; GPU=0 ; hostname=box ; expr=cudaMalloc((void**)&p, size);",
    "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : BFCArena::AllocateRawInternal(size_t, bool) Failed to allocate "
    "memory for requested buffer of size 4194304",
]


@pytest.mark.parametrize("text", NO_ROOM)
def test_no_room_is_known_in_every_spelling(text: str) -> None:
    assert classify(RuntimeError(text)).kind == "oom"


@pytest.mark.parametrize("way", MESSAGES)
def test_the_type_of_torch_and_the_messages_of_the_harness_are_no_room(way: str) -> None:
    device = FakeAccelerator(10, way=way)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError) as failed:
        device.allocate(1 << 30)
    assert classify(failed.value).kind == "oom"


def test_the_bare_type_is_enough() -> None:
    import torch

    assert classify(torch.OutOfMemoryError("something new")).kind == "oom"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MemoryError(), "host_oom"),
        (
            RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: 12"),
            "host_oom",
        ),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 64 bytes."), "host_oom"),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), "lost"),
        (RuntimeError("CUDA error: device-side assert triggered"), "lost"),
        (RuntimeError("CUDA error: all CUDA-capable devices are busy or unavailable"), "device"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR"), "device"),
        (RuntimeError("Found no NVIDIA driver on your system."), "driver"),
        (AssertionError("Torch not compiled with CUDA enabled"), "driver"),
        (RuntimeError("CUDA error: no kernel image is available for execution on the device"), "driver"),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied (1x3 and 4x5)"), "other"),
        (OSError("no file named model.safetensors in folder 'a device-side assert'"), "other"),
        (ValueError("the height must be divisible by 8"), "other"),
    ],
)
def test_other_faults_are_told_apart(error: BaseException, kind: str) -> None:
    assert classify(error).kind == kind


def test_what_was_asked_for_is_read() -> None:
    assert classify(RuntimeError(NO_ROOM[0])).wanted == 2 << 30
    assert classify(RuntimeError(NO_ROOM[5])).wanted == round(686.41 * (1 << 20))
    assert classify(RuntimeError(NO_ROOM[-1])).wanted == 4194304
    assert classify(RuntimeError("CUDA driver error: out of memory")).wanted is None


def test_a_fault_below_another_one_is_found() -> None:
    try:
        try:
            raise RuntimeError(NO_ROOM[0])
        except RuntimeError as below:
            raise ValueError("the step failed") from below
    except ValueError as error:
        fault = classify(error)
    assert fault.kind == "oom" and fault.type == "RuntimeError" and "2.00 GiB" in fault.text


def test_letting_go_frees_what_the_frames_named() -> None:
    class Tensor: ...

    alive: list[weakref.ref[Tensor]] = []

    def work() -> None:
        big = Tensor()
        alive.append(weakref.ref(big))
        raise RuntimeError("CUDA out of memory.")

    try:
        work()
    except RuntimeError as error:
        kept: BaseException = error
    gc.collect()
    assert alive[0]() is not None, "a kept error keeps its frames: this is what let_go is for"
    let_go(kept)
    assert alive[0]() is None


def test_errors_pickle_whole() -> None:
    taken = MemorySnapshot("failed", "cuda:0", 16, 1, 15, 15, 3)
    error = ModelOOMError(
        "no room for 4.0 GB",
        stage="inference",
        model_key="wan-i2v",
        device_map="cuda:0",
        suggested_shrink_hint="fewer frames a chunk",
        memory_snapshots=(taken,),
        plan={"frames": 81},
        steps=("offload",),
    )
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert vars(again) == vars(error) and str(again) == str(error)
    assert str(error) == "wan-i2v: no room for 4.0 GB (fewer frames a chunk)"
    assert again.memory_snapshots[0].told()["free"] == 1


@pytest.mark.parametrize(
    "cls", [c for c in vars(errors).values() if isinstance(c, type) and c.__module__ == errors.__name__], ids=str
)
def test_every_error_of_the_tree_is_drawn_and_pickles(cls: type) -> None:
    if not issubclass(cls, Exception) or cls is ModelOOMError:
        return
    again = pickle.loads(pickle.dumps(cls("a  b", where="here", hint="mend")))  # noqa: S301 - our own bytes
    assert str(again) == "here: a b (mend)"
    assert f" {cls.__name__} " in str(errors.__doc__)


def test_where_they_stand_in_the_tree() -> None:
    assert issubclass(ModelOOMError, RenderFault) and not issubclass(ModelOOMError, PassingFault)
    assert issubclass(ModelLoadTimeout, PassingFault) and issubclass(GpuBusyError, Busy)


def test_the_cpu_is_measured() -> None:
    cpu = CpuAccelerator()
    cpu.reset_peak()
    before = cpu.peak()
    block = bytearray(64 << 20)
    block[:: 1 << 12] = b"x" * len(block[:: 1 << 12])
    assert cpu.peak() >= before + (48 << 20)
    del block
    taken = snapshot(cpu, "cleanup")
    assert 0 < taken.free <= taken.total and taken.used == pytest.approx(taken.host_rss, rel=0.2)
    assert CpuAccelerator(limit=1 << 40).total <= 1 << 40 and CpuAccelerator(limit=1).free() == 0


def test_the_machine_has_at_least_a_cpu() -> None:
    assert find_accelerators()[-1].name == "cpu"


def test_no_module_of_the_core_imports_torch() -> None:
    code = (
        "import sys, importlib\n"
        f"for name in {CORE}: importlib.import_module('resources.gpu.' + name)\n"
        "print([m for m in ('torch', 'diffusers', 'transformers', 'numpy', 'onnxruntime') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


CORE = (
    "access classify context device errors estimate inference ladder lease loading plan pool registry spec workloads"
).split()
