"""NudeNet 3.4: YOLOv8n at 320 pixels, its weights in the wheel. It finds bodies undressed, and faces."""

from __future__ import annotations

from typing import Any

from resources.gpu.packaged import Packaged


def load_nudenet() -> Any:
    """The detector."""
    from nudenet import NudeDetector

    return NudeDetector(providers=["CPUExecutionProvider"])


NUDENET = Packaged("nudenet", "nudenet", load_nudenet, weights=40 << 20, working=20 << 20)
"""Bytes here and of the other packaged models: resident memory before and after loading, and at most while working."""
