"""The machine and the libraries an artifact is made with, as its sidecar records them."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

LIBRARIES = ("numpy", "pillow", "skia-python", "av", "imageio-ffmpeg", "onnxruntime", "espeakng-loader", "pocketsphinx")
"""What touches pixels and samples of every artifact."""


def library_versions(names: Iterable[str]) -> dict[str, str]:
    """Versions of those of ``names`` that are installed."""
    versions = {}
    for name in names:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def this_machine() -> dict[str, str]:
    """System, architecture, Python, and the processor where the system tells: vector units round differently."""
    told = {"system": platform.system(), "arch": platform.machine(), "python": platform.python_version()}
    processor = _processor()
    return {**told, "processor": processor} if processor else told


@cache
def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    told = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(told, "")[:120]
