"""What escalates is put aside: kept for a person, shown nowhere else, let out by a yes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from resources.errors import NeedsReview
from resources.pipeline import asking
from resources.pipeline.engines import Engines
from resources.pipeline.examine import examine_image, hold_early
from resources.pipeline.production import Production
from resources.pipeline.quarantine import FOLDER
from resources.quality.safety import Exposure
from resources.store.film import Home
from sparkle_assets.screening.film import thumb_path
from sparkle_assets.show import pictures
from tests.integration.test_pipeline import produce


@pytest.fixture
def unsafe(home: Home, tiny: Engines, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Production:
    """A film whose first keyframe a detector is sure about."""
    monkeypatch.setattr(
        asking, "measure_exposure", lambda path: Exposure(what="female_breast_exposed", probability=0.9)
    )
    plan["shots"] = plan["shots"][:1]
    production = produce(home, tiny, plan)
    production.image("01")
    production.voice("01")
    return production


def test_an_unsafe_picture_is_put_aside_at_once(unsafe: Production, home: Home) -> None:
    found = examine_image(unsafe, "01").findings
    assert [(one.reason, one.shot, one.severity) for one in found] == [("unsafe_picture", "one", "error")]
    assert len(unsafe.film.takes()) == 0, "never made again unseen"
    [question] = unsafe.reviews.open()
    assert question.media.startswith(f"{FOLDER}/{question.id}/")
    kept = unsafe.film.path / question.media
    assert kept.read_bytes() == (unsafe.store.path(unsafe.ref("shot_images", "01")) / "image.png").read_bytes()
    assert thumb_path(home, unsafe.film, "01") is None
    assert pictures(unsafe, unsafe.ref("shot_images", "01")) == {}
    with pytest.raises(NeedsReview, match="unsafe_picture"):
        hold_early(unsafe, "01")


def test_a_yes_lets_it_out(unsafe: Production, home: Home) -> None:
    examine_image(unsafe, "01")
    [question] = unsafe.reviews.open()
    answered = unsafe.reviews.answer(question.id, "approve", "it is a statue")
    assert not (unsafe.film.path / FOLDER / question.id).exists()
    assert (unsafe.film.path / answered.media).exists()
    shown = thumb_path(home, unsafe.film, "01")
    assert isinstance(shown, Path) and shown.exists()
    hold_early(unsafe, "01")


def test_a_no_keeps_it_there(unsafe: Production, home: Home) -> None:
    examine_image(unsafe, "01")
    [question] = unsafe.reviews.open()
    unsafe.reviews.answer(question.id, "reject")
    assert (unsafe.film.path / question.media).exists()
    assert thumb_path(home, unsafe.film, "01") is None
