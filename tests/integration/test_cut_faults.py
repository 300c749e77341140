"""A cut whose ffmpeg is gone, hangs, dies, floods or lies: one line, nothing half-made, the film before it intact."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from resources.errors import DiskFull, Missing, PassingFault, RenderFault, SparkleError
from resources.media import encode, loudness, mux, words
from resources.media.process import run
from resources.pipeline.carry import carry
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.store.atomic import TEMPORARY
from resources.store.film import Home, Settings
from tests.conftest import PLAN, tiny_engines, write_plan


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a finished film."""
    home = Home(tmp_path_factory.mktemp("finished") / "home")
    home.prepare()
    engines = tiny_engines(home)
    folder = home.film("hello")
    folder.plan_path.parent.mkdir(parents=True)
    write_plan(folder.plan_path, PLAN)
    folder.write_settings(Settings())
    production = Production(home, "hello", lambda profile: engines)
    production.plan()
    for shot in production.script.plan.shots:
        slot = production.script.slot(shot)
        for stage in (production.image, production.voice, production.video, production.clip):
            stage(slot)
    production.cut()
    engines.close()
    return home.root


@pytest.fixture
def home(finished: Path, tmp_path: Path) -> Home:
    """A copy of it."""
    return Home(shutil.copytree(finished, tmp_path / "home"))


@pytest.fixture
def film(home: Home, tiny: Engines) -> Production:
    """The finished film."""
    return Production(home, "hello", lambda profile: tiny)


def another_transition(film: Production, tiny: Engines, home: Home) -> Production:
    plan = json.loads(film.film.plan_path.read_text(encoding="utf-8"))
    plan["shots"][2]["transition"] = {"kind": "fade", "frames": 9}
    write_plan(film.film.plan_path, plan)
    return Production(home, "hello", lambda profile: tiny)


FAULTS: dict[str, tuple[str | None, type[SparkleError], str]] = {
    "missing": (None, Missing, "ffmpeg is not installed (`sparkle doctor` says how to get it)"),
    "hanging": ("sleep 600", PassingFault, "took longer than 2 s and was stopped"),
    "killed": ("kill -9 $$", RenderFault, "was killed by SIGKILL"),
    "flooding its output": ("yes", RenderFault, "wrote more than"),
    "flooding its errors": ("yes >&2", RenderFault, "would not stop complaining"),
    "saying no": ("echo '[x @ 0x55aa] Bad weather' >&2; exit 3", RenderFault, "failed with exit code 3: Bad weather"),
    "happy with nothing": ("cat > /dev/null", RenderFault, "the encoder wrote 0 of"),
    "happy with rubbish": (
        'cat > /dev/null; for last; do case "$last" in *.mp4) echo x > "$last";; esac; done',
        RenderFault,
        "the encoder wrote 0 of",
    ),
    "out of disk": ("echo 'No space left on device' >&2; exit 1", DiskFull, "the disk is full"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failing_ffmpeg_costs_one_line_and_no_film(
    film: Production, tiny: Engines, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    script, kind, message = FAULTS[fault]
    program = tmp_path / "ffmpeg"
    if script is not None:
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    def quick(*args: Any, timeout: float, **rest: Any) -> bytes:
        return run(*args, timeout=2 if fault == "hanging" else timeout, max_output=2_000_000, **rest)

    before = {path: path.read_bytes() for path in (film.film.path / "cut").rglob("*") if path.is_file()}
    edited = another_transition(film, tiny, home)
    for module in (encode, words, loudness, mux):
        monkeypatch.setattr(module, "run", quick)
    program_of: Callable[[], str] = lambda: str(program)  # noqa: E731
    monkeypatch.setattr(encode, "ffmpeg_program", program_of)
    with pytest.raises(kind, match=r".") as caught:
        carry(edited.store, edited._cut_job(), sleep=lambda seconds: None)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    after = {path: path.read_bytes() for path in (film.film.path / "cut").rglob("*") if path.is_file()}
    assert {path: data for path, data in after.items() if path in before} == before
    assert not [
        path for path in after if path.name.startswith(TEMPORARY) or (path.suffix == ".mp4" and path not in before)
    ]
    assert not list((film.film.path / "cut").rglob(f"{TEMPORARY}*"))
    monkeypatch.undo()
    outcome = edited.cut()
    assert not outcome.reused
    assert (film.film.path / "cut" / "final_cut.mp4").read_bytes() != before[film.film.path / "cut" / "final_cut.mp4"]
