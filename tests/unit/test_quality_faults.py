"""Every kind of fault, planted by itself into a good film, is found under its reason, at its shot, at its time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from resources.quality.policy import load_policy
from resources.quality.shots import ShotFiles
from resources.quality.survey import survey_film
from tests.harness.faults import FAULTS, Fault
from tests.harness.small_film import TARGET, good_film, loudness_of

NEAR = 5
"""Frames by which a place may be missed."""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ShotFiles]:
    """The good film, surveyed: it has no finding. Its shots, with what was measured on them."""
    files = good_film().write(tmp_path_factory.mktemp("good") / "film")
    assert abs(loudness_of(files) - TARGET) < 0.3
    survey = survey_film(load_policy("embedded"), files)
    assert survey.findings == []
    return {shot.shot: replace(shot, measures=survey.clips[shot.shot]) for shot in files.shots}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_a_planted_fault_is_found(fault: Fault, good: dict[str, ShotFiles], tmp_path: Path) -> None:
    film = good_film()
    fault.plant(film)
    found = survey_film(load_policy("embedded"), film.write(tmp_path / "film", good)).findings
    told = [(one.reason, one.shot, one.frame) for one in found]
    here = [frame for reason, shot, frame in told if (reason, shot) == (fault.reason, fault.shot)]
    assert here, f"{fault.reason} at {fault.shot} is not among {told}"
    if fault.frame is not None:
        assert any(frame is not None and abs(frame - fault.frame) <= NEAR for frame in here), told


@pytest.mark.parametrize("variant", range(1, 10))
def test_another_good_film_has_no_finding(variant: int, tmp_path: Path) -> None:
    assert survey_film(load_policy("embedded"), good_film(variant).write(tmp_path / "film")).findings == []


def test_at_least_24_kinds() -> None:
    assert len({fault.reason for fault in FAULTS}) >= 24
