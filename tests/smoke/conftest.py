"""Tests with real weights, or of a whole network, each behind its flag: ``SMOKE_LIPSYNC=1 pytest tests/smoke``.

The first word after ``test_`` names the flag. A file whose flag is not set is not collected, so nothing is skipped. The
docstring of each says what must be there before, and what a run must show.
"""

import os
from pathlib import Path

FLAGS = ("SMOKE_ADAPTERS", "SMOKE_TTS", "SMOKE_LIPSYNC", "SMOKE_QA", "SMOKE_ADK", "SMOKE_CLUSTER")


def flag_of(path: Path) -> str:
    """The flag of a test file."""
    return f"SMOKE_{path.stem.removeprefix('test_').split('_')[0].upper()}"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    if not collection_path.name.startswith("test_"):
        return None
    return None if os.environ.get(flag_of(collection_path)) == "1" else True
