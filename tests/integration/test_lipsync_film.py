"""Wav2Lip below the pipeline: prepared once in this process, read by real workers, forgotten when the clip is there."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from resources.engines import MOTION
from resources.errors import InputError
from resources.gpu.room import GpuRoom
from resources.gpu.wav2lip import Wav2LipSync
from resources.media.lossless import LosslessWriter
from resources.pipeline.engines import Engines
from resources.pipeline.stages.clips import read_measures
from resources.store.film import Home
from resources.store.narrate import narrate
from resources.store.timeline import read_timeline
from schemas.media import VideoRequest
from sparkle_assets.cli.make import make
from tests.harness.engines import TinyVideo
from tests.harness.tiny_wav2lip import cpu_room, save_tiny_wav2lip, wav2lip_registry
from tests.integration.test_pipeline import produce

W, H = 256, 144


@dataclass(frozen=True)
class Motion(TinyVideo):
    """Renders pictures: a slow drift over a gradient."""

    def render_video(self, request: VideoRequest, image: Path, frames: int, folder: Path) -> None:
        with LosslessWriter(folder / MOTION, W, H, Fraction(24)) as out:
            for number in range(frames):
                frame = np.full((H, W, 4), 255, np.uint8)
                frame[..., :3] = (60 + np.arange(W)[None, :, None] // 2 + number) % 200
                out.write(frame)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[GpuRoom]:
    path = save_tiny_wav2lip(tmp_path / "models" / "wav2lip")
    made = cpu_room(wav2lip_registry(tmp_path / "models", path), tmp_path / "scratch")
    yield made
    made.close()


def test_a_clip_is_painted_once_and_read_by_workers(
    home: Home, tiny: Engines, plan: dict[str, Any], room: GpuRoom
) -> None:
    engine = Wav2LipSync({"detector": "box", "box": [0.2, 0.8, 0.3, 0.7]}, room)
    plan["shots"] = plan["shots"][:1]
    production = produce(home, tiny.replaced({"video": Motion(), "lipsync": engine}), plan)
    with production.run():
        production.image("01")
        production.voice("01")
        production.video("01")
        made = production.clip("01")
    told = made.ref.facts["rendering"]
    assert told["models"] == {"wav2lip": room.registry.revision("wav2lip")}
    assert 0 < told["facts"]["painted_frames"] == told["facts"]["spoken_frames"] < made.ref.facts["frames"]
    assert read_measures(production.store.path(made.ref)).frames == made.ref.facts["frames"]
    assert list(production.engines.renderer.prepared.glob("*")) == [], "what was prepared is forgotten"
    assert production.clip("01").reused and [one.leases for one in room.pool.residents()] == [1]
    events = [
        narrate(event) for event in read_timeline(production.film.path, shot="one") if "wav2lip" in narrate(event)
    ]
    assert events[1].startswith("loading wav2lip onto cpu, ") and any("wav2lip stays warm" in one for one in events)
    sidecar = production.store.sidecar(made.ref)
    assert sidecar is not None and sidecar.engine_revision == engine.revision


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["An idea", "--preview", "--dry-run"], "--preview makes a film of its own"),
        (["An idea", "--preview", "--animatic"], "--preview makes a film of its own"),
        (["--preview", "--screenplay", "a.fountain"], "not of a screenplay"),
        (["An idea", "--preview", "--movie", "m-preview"], "is a preview itself"),
    ],
)
def test_flags_that_do_not_go_with_a_preview(flags: list[str], told: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(make, [*flags, "--home", str(tmp_path)])
    assert isinstance(result.exception, InputError) and told in str(result.exception)
    assert list(tmp_path.iterdir()) == [], "nothing was written"
