"""Plans in JSON: what is taken reads back as the same, resolves, and brings nothing from outside its folder."""

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given

from resources.pipeline.stages.plan import read_plan, rehearse, save_plan, take_in
from resources.store.film import Home, Settings
from schemas.plan import MoviePlan
from tests.conftest import PLAN
from tests.harness.fuzzing import door, fenced, refused
from tests.harness.mutations import json_bytes

FULL: dict[str, Any] = {
    "schema_version": 1,
    "title": "The Lantern",
    "logline": "A fox finds a light.",
    "idea": "a fox and a lantern",
    "language": "en",
    "aspect": "9:16",
    "resolution": "144p",
    "fps": "30000/1001",
    "seed": 7,
    "style": "paper cut-out",
    "music": {"mood": "warm", "tempo": 90},
    "characters": [
        {
            "id": "fox",
            "name": "Fox",
            "description": "a red fox in a coat",
            "look": {"species": "fox", "age": "adult", "skin": "#cc5500", "headwear": "cap", "glasses": True},
            "voice": {"voice_id": None, "pitch_semitones": 1.5, "rate": 1.1},
        },
        {"id": "teller", "name": "Narrator", "on_screen": False},
    ],
    "locations": [{"id": "wood", "name": "A wood", "place": "forest", "time_of_day": "night", "weather": "rain"}],
    "shots": [
        {
            "id": "one",
            "location_id": "wood",
            "size": "wide",
            "camera": "push_in",
            "prompt": "a dark wood",
            "action": "the fox walks",
            "duration_s": 2.5,
            "characters": ["fox"],
            "props": ["lantern"],
            "dialogue": [{"character_id": "fox", "text": "A light!", "emotion": "happy", "delivery": "whisper"}],
            "emotion": "happy",
            "transition": {"kind": "dissolve", "frames": 6},
            "effects": ["sparkle"],
            "media": {"image": "boat.png", "clip": None, "voice": None},
        },
        {"prompt": "the lantern", "dialogue": [{"character_id": "teller", "text": "It was warm."}]},
    ],
    "title_card_s": 1.5,
    "end_card_s": 1.5,
    "credits": ["Told by a fox"],
}


def png(width: int = 8, height: int = 6) -> bytes:
    """A small grey picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(b"".join(b"\x00" + b"\x80" * width for _ in range(height)))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for plans with a picture in it, beside it a secret that is none of theirs."""
    folder = tmp_path_factory.mktemp("plans")
    (folder / "secret.png").write_bytes(png())
    (folder / "home" / "dropped" / "media").mkdir(parents=True)
    for name in ("boat.png", "media/boat.png"):
        (folder / "home" / "dropped" / name).write_bytes(png())
    (folder / "home" / "dropped" / "link.png").symlink_to(folder / "secret.png")
    return folder / "home"


def with_media(name: str) -> bytes:
    return json.dumps({**FULL, "shots": [{"prompt": "x", "media": {"image": name}}]}).encode("utf-8", "surrogatepass")


@door(40)
@given(json_bytes([PLAN, FULL]))
@example(with_media("/etc/passwd"))
@example(with_media("link.png"))
@example(with_media("media/../../../secret.png"))
def test_any_plan_is_taken_or_refused(place: Path, data: bytes) -> None:
    path = place / "dropped" / "plan.json"
    path.write_bytes(data)
    film = Home(place).film("fuzzed")
    with fenced(place):
        plan = refused(lambda: read_plan(path))
        if plan is None:
            return
        assert MoviePlan.model_validate_json(plan.model_dump_json()) == plan
        refused(lambda: rehearse(plan, Settings(), path.parent))
        taken = refused(lambda: take_in(film, plan, path.parent))
        if taken is not None:
            save_plan(film, taken)
            assert read_plan(film.plan_path) == taken
