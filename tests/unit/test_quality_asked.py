"""What models and motion say of a shot, held against the policy: each fault in a known amount, and nothing without."""

from __future__ import annotations

import pytest

from resources.quality.flow import Motion
from resources.quality.models import ASPECTS, check_judged, check_motion, judged_readings
from resources.quality.policy import load_policy
from schemas.judgement import Judgement, Score

POLICY = load_policy("gpu-16gb")
GOOD = {name: Score(reason="", score=0.9) for name in ASPECTS}


def test_a_shot_that_hardly_moves_is_told_and_one_that_moves_is_not() -> None:
    limit = POLICY.checks["motion"].limit
    [still] = check_motion(POLICY, Motion(speed=limit / 2, moving=1, pairs=20), shot="s1")
    assert (still.reason, still.shot, still.severity, still.value) == ("little_motion", "s1", "info", limit / 2)
    assert check_motion(POLICY, Motion(speed=limit, moving=20, pairs=20), shot="s1") == []
    assert check_motion(POLICY, Motion(speed=0.0, moving=0, pairs=0), shot="s1") == [], "one frame cannot move"


@pytest.mark.parametrize("name", ASPECTS)
def test_each_thing_that_a_judge_marks_down_is_told_by_itself(name: str) -> None:
    check = ASPECTS[name]
    low = POLICY.checks[check].limit - 0.1
    judged = Judgement(**GOOD | {name: Score(reason="six fingers", score=low)})
    [found] = check_judged(POLICY, judged, shot="s1")
    assert (found.check, found.reason, found.shot) == (check, POLICY.checks[check].reason, "s1")
    assert found.value == pytest.approx(low) and found.message == "the judge: six fingers"
    assert judged_readings(judged)[check] == pytest.approx(low)


def test_a_judge_who_likes_it_finds_nothing() -> None:
    assert check_judged(POLICY, Judgement(**GOOD), shot="s1") == []
