"""Lets torchaudio and torchvision be imported beside a CPU build of torch; for tests only.

PyPI's wheels of both are linked against CUDA, so beside a CPU torch their compiled halves do not load. Only their
Python halves are needed here (Chatterbox: mel filters and Kaldi features; Perth; transformers' image processors).
With a CUDA build of torch this does nothing. It must run before either of them is imported.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from typing import Any, NoReturn


def allow_cpu_torchaudio() -> None:
    """Put empty modules where the compiled halves would be loaded."""
    import torch

    if torch.version.cuda is not None:
        return
    if importlib.util.find_spec("torchvision") is not None:
        sys.modules.setdefault("torchvision._meta_registrations", types.ModuleType("torchvision._meta_registrations"))
    if importlib.util.find_spec("torchaudio") is not None and "torchaudio._extension" not in sys.modules:
        extension: Any = types.ModuleType("torchaudio._extension")
        extension._IS_TORCHAUDIO_EXT_AVAILABLE = extension._IS_ALIGN_AVAILABLE = False
        extension.fail_if_no_align = lambda _: _refuse
        sys.modules["torchaudio._extension"] = extension


def _refuse(*_: object, **__: object) -> NoReturn:
    raise RuntimeError("torchaudio's compiled half is not here")
