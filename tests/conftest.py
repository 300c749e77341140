"""What all tests share: a home of their own, tiny engines, and plans as small as they can be."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from resources.pipeline.engines import Engines
from resources.profile import load_profile
from resources.store.film import Home
from tests.harness.engines import TinyCards, TinyImages, TinyLipsync, TinyMusic, TinyVideo, TinyVoices

ROOT = Path(__file__).resolve().parent.parent

PLAN: dict[str, Any] = {
    "title": "Hello",
    "resolution": "144p",
    "title_card_s": 1.5,
    "end_card_s": 1.5,
    "characters": [{"id": "ada", "name": "Ada"}, {"id": "bob", "name": "Bob"}],
    "shots": [
        {
            "id": "one",
            "prompt": "Ada waves from a boat at night",
            "duration_s": 1.5,
            "dialogue": [{"character_id": "ada", "text": "Hello!"}],
        },
        {
            "id": "two",
            "prompt": "Bob on the shore",
            "duration_s": 1.5,
            "transition": {"kind": "dissolve", "frames": 12},
            "dialogue": [{"character_id": "bob", "text": "Good day."}],
        },
        {"id": "three", "prompt": "the boat leaves", "duration_s": 1.5, "transition": {"kind": "wipe", "frames": 6}},
    ],
}


@pytest.fixture
def plan() -> dict[str, Any]:
    """A small plan of three shots, free to be changed."""
    return copy.deepcopy(PLAN)


@pytest.fixture
def small(plan: dict[str, Any]) -> dict[str, Any]:
    """Two short shots, as quick as a film can be."""
    plan["shots"] = plan["shots"][:2]
    return plan


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    store = Home(tmp_path / "home")
    store.prepare()
    return store


def tiny_engines(home: Home) -> Engines:
    """The engines of the tests, with real worker processes below them."""
    return Engines(load_profile("embedded"), home.cache).replaced(
        {
            "image": TinyImages(),
            "video": TinyVideo(),
            "lipsync": TinyLipsync(),
            "cards": TinyCards(),
            "voice": TinyVoices(),
            "music": TinyMusic(),
        }
    )


@pytest.fixture
def tiny(home: Home) -> Iterator[Engines]:
    """The tiny engines, closed at the end."""
    engines = tiny_engines(home)
    yield engines
    engines.close()


@dataclass
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """The JSON object on standard output."""
        return json.loads(self.out.strip().splitlines()[-1])


Sparkle = Callable[..., Answer]


@pytest.fixture
def sparkle(tmp_path: Path) -> Sparkle:
    """Run ``sparkle`` as a user does: a process of its own, in an empty folder."""

    def run(*args: str, env: dict[str, str] | None = None, timeout: float = 240) -> Answer:
        result = subprocess.run(
            [sys.executable, "-m", "sparkle_assets.cli", *args],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Answer(result.returncode, result.stdout, result.stderr)

    return run


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Sparkle]:
    """`sparkle` called in this process, in an empty folder: everything is loaded once."""
    from sparkle_assets.cli import main

    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.chdir(tmp_path)

    def call(*args: str) -> Answer:
        with pytest.raises(SystemExit) as ended:
            main(args)
        return Answer(int(ended.value.code or 0), *capsys.readouterr())

    yield call
    for number, handler in handlers.items():
        signal.signal(number, handler)


def write_plan(path: Path, plan: dict[str, Any]) -> Path:
    path.write_text(json.dumps(plan), encoding="utf-8")
    return path
