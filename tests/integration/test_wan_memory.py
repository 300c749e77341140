"""What a long clip costs around the model: no more than one decoded chunk, and no more than once."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from resources.engines import MOTION
from resources.gpu.wan.engine import RENDERING
from resources.media.conform import look_at
from tests.conftest import ROOT
from tests.harness.constant_wan import SIZE

FRAMES = 400
CHUNK_BYTES = 65 * SIZE[0] * SIZE[1] * 3


def render(tmp_path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The shot in a process of its own. Freed memory goes back at once there, so that resident means in use."""
    places = [str(tmp_path / name) for name in ("image", "scratch", "out")]
    return subprocess.run(
        [sys.executable, "-m", "tests.harness.constant_wan", *places, str(FRAMES), *more],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": "131072"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_a_long_clip_takes_one_chunk_of_memory_and_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    for name in ("image", "out"):
        (tmp_path / name).mkdir()
    Image.new("RGB", SIZE, (90, 120, 160)).save(tmp_path / "image" / "image.png")
    assert render(tmp_path, "3").returncode == -9
    kept = [path.name for path in (tmp_path / "scratch" / "wan").glob("*/chunk-*.json")]
    assert sorted(kept) == ["chunk-0000.json", "chunk-0001.json", "chunk-0002.json"]
    second = render(tmp_path)
    assert second.returncode == 0, second.stderr
    told: dict[str, Any] = json.loads(second.stdout)
    assert told["sampled"] == [65, 25]  # of five chunks, those that were not finished
    assert told["grown"] < CHUNK_BYTES
    facts = look_at(tmp_path / "out" / MOTION)
    assert (facts.width, facts.height, facts.rate) == (*SIZE, 24)
    rendering = json.loads((tmp_path / "out" / RENDERING).read_text())
    assert [chunk["index"] for chunk in rendering["chunks"]] == list(range(5))
    assert rendering["frames"] == FRAMES
