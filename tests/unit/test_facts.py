"""What an artifact says of itself is held to its form and its size when it is read."""

import json
import math
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.facts import MOST_CHARACTERS, MOST_DEEP, MOST_VALUES
from schemas.refs import AssetRef

REF: dict[str, Any] = {
    "stage": "lipsynced_clips",
    "movie": "hello",
    "slot": "01",
    "fingerprint": "0" * 64,
    "sha256": "1" * 64,
    "uri": "movies/hello/shots/01/lipsynced_clips/0000",
    "files": [],
}


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


GOOD: dict[str, dict[str, Any]] = {
    "of a clip": {"frames": 36, "handle": 12, "seconds": 1.5, "mean_luma": 0.4},
    "of silence": {"loudness_lufs": -math.inf, "seconds": 0},
    "of a model": {"rendering": {"models": {"wan": "abc"}, "chunks": [{"start": 0, "overlap": 1}], "rate": "24"}},
    "words, lists, nothing": {"voices": ["a", "b"], "own": False, "provider": None},
    "as deep as it may be": {"deep": nested(MOST_DEEP - 1)},
}
BAD: dict[str, dict[str, Any]] = {
    "frames in words": {"frames": "36"},
    "frames in parts": {"frames": 36.5},
    "frames below none": {"frames": -1},
    "frames as yes": {"frames": True},
    "frames without end": {"frames": 10**12},
    "a width that is a list": {"width": [1]},
    "seconds that are no number": {"seconds": math.nan},
    "seconds without end": {"seconds": math.inf},
    "too deep": {"deep": nested(MOST_DEEP + 1)},
    "far too deep": {"deep": nested(100_000)},
    "too long": {"title": "x" * (MOST_CHARACTERS + 1)},
    "names too long": {"x" * (MOST_CHARACTERS + 1): 1},
    "too many": {"many": [0] * MOST_VALUES},
    "bytes": {"data": b"x"},
    "a name that is a number": {"a": {1: 2}},
}


@pytest.mark.parametrize("facts", GOOD.values(), ids=GOOD)
def test_what_engines_tell_is_taken_as_it_is(facts: dict[str, Any]) -> None:
    assert AssetRef(**REF, facts=facts).facts == facts
    assert AssetRef.model_validate_json(json.dumps({**REF, "facts": facts})).facts == facts


@pytest.mark.parametrize("facts", BAD.values(), ids=BAD)
def test_what_could_stop_a_reader_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"facts\n.*(whole number|number from 0|too many|plain JSON|not text)"):
        AssetRef(**REF, facts=facts)
