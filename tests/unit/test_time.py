from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.time import KNOWN_RATES, SAMPLE_RATE, FrameRate

rates = st.sampled_from(KNOWN_RATES).map(FrameRate.parse)


@given(rates, st.integers(0, 500_000))
def test_the_sample_of_a_frame_never_drifts(rate: FrameRate, frame: int) -> None:
    exact = Fraction(frame) / rate.value * SAMPLE_RATE
    assert abs(rate.samples(frame) - exact) <= Fraction(1, 2)


@given(rates, st.integers(0, 10_000_000))
def test_frames_for_samples_is_the_least_that_holds_them(rate: FrameRate, samples: int) -> None:
    frames = rate.frames_for_samples(samples)
    assert Fraction(frames) / rate.value >= Fraction(samples, SAMPLE_RATE)
    assert frames == 0 or Fraction(frames - 1) / rate.value < Fraction(samples, SAMPLE_RATE)


def test_seconds_round_up_to_frames() -> None:
    assert FrameRate.parse("24").frames(3.0) == 72
    assert FrameRate.parse("24").frames(3.01) == 73
    assert FrameRate.parse("30000/1001").frames(1.0) == 30


@pytest.mark.parametrize("text", ["", "0", "-24", "24.0", "1e9", "23", "30000/1000"])
def test_other_rates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="fps must be one of"):
        FrameRate.parse(text)
