"""Tests with real weights on a real GPU, each behind its flag: ``SMOKE_LIPSYNC=1 pytest tests/smoke/test_lipsync.py``.

The first word after ``test_`` names the flag. A file whose flag is not set is not collected, so nothing is skipped.
"""

import os
from pathlib import Path


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    if not collection_path.name.startswith("test_"):
        return None
    word = collection_path.stem.removeprefix("test_").split("_")[0]
    return None if os.environ.get(f"SMOKE_{word.upper()}") else True
