"""What the timeline says of models, in words."""

from typing import Any

import pytest

from resources.store.narrate import main_events, narrate
from schemas.records import StageEvent

GIB = 1 << 30


def event(name: str, **data: Any) -> StageEvent:
    return StageEvent(seq=1, movie="film", at="2026-01-01T00:00:00Z", event=name, stage="shot_images", data=data)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (event("load_start", model="wan", plan={"device": "cuda:0"}, predicted={"total": 6 * GIB}),
         "loading wan onto cuda:0, 6.0 GiB expected"),
        (event("load_start", model="wan"), "loading wan"),
        (event("load_complete", model="wan", seconds=12.3, memory={"used": 5 * GIB}),
         "loaded wan in 12.3 s, 5.0 GiB in use"),
        (event("load_failed", model="wan", error="ModelLoadError", text="cut short"),
         "could not load wan (ModelLoadError: cut short)"),
        (event("load_failed", model="wan", error="OSError"), "could not load wan (OSError)"),
        (event("memory_step", model="wav2lip", rung="smaller_batch", says="made fewer pictures at a time",
               predicted_before=3 * GIB, predicted_after=3 << 29),
         "wav2lip had no room, so made fewer pictures at a time: 3.0 GiB became 1.5 GiB"),
        (event("memory_step", model="wan", rung="offload"), "wan had no room, so offload"),
        (event("inference_end", engine="wan", peak=600 << 20), "wan is done, at most 600 MiB"),
        (event("inference_end", engine="cutout", seconds=2.0), "cutout is done in 2.0 s"),
        (event("inference_end", engine="wan", error="RuntimeError"), "wan failed"),
        (event("cleanup", model="wan", kept=True), "cleaned up, wan stays warm"),
        (event("cleanup", model="wan", failed=True, leaked_bytes=2 * GIB),
         "cleaned up after a failure; 2.0 GiB of wan are still held by somebody"),
        (event("cleanup"), "cleaned up"),
        (event("load_start", model="a", predicted="much", plan="odd"), "loading a"),
    ],
)  # fmt: skip
def test_in_words(told: StageEvent, words: str) -> None:
    assert narrate(told) == words


def test_a_step_down_is_no_detail() -> None:
    assert [one.event for one in main_events([event("memory_step"), event("load_start"), event("cleanup")])] == [
        "memory_step"
    ]
