"""Picture metrics on numbers and pictures made to have exactly one fault of a known amount, and on clean ones."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from resources.errors import RenderFault
from resources.media.planes import Planes
from resources.quality.flow import MOVING, motion_of
from resources.quality.frames import FrameMeter, FrameSeries, fold
from resources.quality.picture import (
    Run,
    colour_drift,
    flash,
    flicker,
    hue_jump,
    inner_cut,
    longest,
    measure_picture,
    measured,
    seams_of,
)
from resources.quality.similar import apart, colours, distances, look_differs, odd_ones, out_of_place, phash, twins
from tests.harness.small_film import encode, pictures

RATE = Fraction(24)
STEADY = np.full(40, 100, np.float32)


def series_of(lumas: NDArray[np.uint8]) -> FrameSeries:
    """What the meter says of grey frames (n, rows, columns)."""
    meter = FrameMeter()
    grey = np.full((8, 8), 128, np.uint8)
    for luma in lumas:
        meter.add(Planes(luma, grey, grey))
    return fold([meter.part()], [Fraction(number, 24) for number in range(len(lumas))])


def texture(seed: int, count: int = 24) -> NDArray[np.uint8]:
    return np.ascontiguousarray(pictures(seed, count)[..., 1])


def test_the_longest_run() -> None:
    assert longest(np.array([0, 1, 1, 0, 1, 1, 1, 0], bool)) == Run(start=4, length=3)
    assert longest(np.zeros(5, bool)) == Run(start=0, length=0)


def test_black_and_frozen_stretches_are_where_they_were_put() -> None:
    moving = texture(1, 40).copy()
    moving[10:22] = 16
    moving[30:] = moving[30]
    found = measured(series_of(moving), RATE)
    assert found.longest_black == Run(start=10, length=12)
    assert found.longest_frozen == Run(start=11, length=11)  # black frames repeat each other, too
    assert measured(series_of(texture(1)), RATE).longest_frozen.length <= 1


@pytest.mark.parametrize("amount", [0.5, 2, 6])
def test_flicker_is_the_amount_of_light_that_alternates(amount: float) -> None:
    assert flicker(STEADY + amount * (np.arange(40) % 2)) == pytest.approx(amount)
    assert max(flicker(STEADY), flicker(np.linspace(20, 200, 40, dtype=np.float32))) < 1e-4


@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize("amount", [30, -30])
def test_a_flash_is_as_high_as_it_was_made(length: int, amount: int) -> None:
    luma = STEADY.copy()
    luma[20 : 20 + length] += amount
    assert (flash(luma).frame, flash(luma).value) == (20, 30)
    luma[20:] = 100 + amount  # light that stays on is no flash
    assert flash(luma).value == 0


def test_a_cut_is_found_and_a_pan_a_fade_and_a_flash_are_not() -> None:
    one, other = texture(1), texture(2)
    joined = np.concatenate([one[:10], other[10:]])
    thumbs = series_of(joined).thumbs
    assert inner_cut(thumbs).frame == 10
    assert inner_cut(thumbs).value > 0.4
    clean = series_of(one).thumbs
    flashed = clean.copy()
    flashed[12] = 230
    faded = clean * np.linspace(1, 0.2, len(clean), dtype=np.float32)[:, None, None]
    assert max(inner_cut(kind).value for kind in (clean, flashed, faded)) < 0.1


def test_hue_jump_and_drift_in_levels() -> None:
    chroma = np.full((60, 2), 128, np.float32)
    jumped = chroma.copy()
    jumped[25:] += (3, 4)
    assert (hue_jump(jumped).frame, hue_jump(jumped).value) == (25, 5)
    assert hue_jump(chroma).value == 0
    drifting = chroma + np.linspace(0, 30, 60, dtype=np.float32)[:, None] * np.array([1, 0], np.float32)
    assert colour_drift(drifting, 10) == pytest.approx(25.4, abs=0.1)
    assert hue_jump(drifting).value == 0  # slow is no jump


def test_a_seam_is_measured_against_the_inside() -> None:
    change = [0.0, *([2.0] * 30)]
    change[16] = 9.0
    assert seams_of(change, [8, 16]).value == 4.5
    assert seams_of(change, [8, 16]).frame == 16
    assert seams_of(change, []).value == 0


def test_letterbox_needs_two_bars_of_black() -> None:
    moving = texture(1).copy()
    moving[:, :10] = 16
    assert measured(series_of(moving), RATE).letterbox == 0  # a dark sky is no bar
    moving[:, -10:] = 16
    assert measured(series_of(moving), RATE).letterbox == pytest.approx(20 / 108, abs=1e-3)


def test_exposure_is_the_share_that_is_clipped() -> None:
    moving = texture(1).copy()
    moving[:, :54] = 240
    assert measured(series_of(moving), RATE).clipped == pytest.approx(0.5, abs=1e-3)
    assert measured(series_of(texture(1)), RATE).clipped < 0.01


def test_a_file_is_measured_and_a_broken_one_is_told(tmp_path: Path) -> None:
    encode(tmp_path / "clip.mp4", pictures(3, 30))
    found = measure_picture(tmp_path / "clip.mp4", RATE, keep=(0, 29))
    assert (found.frames, found.width, found.uneven_steps, sorted(found.hashes)) == (30, 192, 0, [0, 29])
    again = measure_picture(tmp_path / "clip.mp4", RATE, keep=(0, 29))
    assert again == found
    (tmp_path / "clip.mp4").write_bytes(b"no film")
    with pytest.raises(RenderFault, match="cannot be decoded"):
        measure_picture(tmp_path / "clip.mp4", RATE)


def test_motion_is_the_speed_it_was_made_with() -> None:
    rng = np.random.default_rng(1)
    wide = np.kron(rng.integers(60, 200, (45, 120)), np.ones((4, 4))).astype(np.uint8)
    still = [wide[:, :320]] * 8
    quick = [np.ascontiguousarray(wide[:, 6 * k : 6 * k + 320]) for k in range(8)]
    assert motion_of(still).speed < 0.002
    assert motion_of(quick).speed == pytest.approx(6 / 180, rel=0.3)
    assert motion_of(quick).dynamic and not motion_of(still).dynamic and MOVING < 6 / 180
    assert motion_of([]).pairs == 0


def test_hashes_know_a_picture_again() -> None:
    one, other = texture(1)[0], texture(2)[0]
    softer = np.clip(one.astype(np.int16) + 6, 0, 255).astype(np.uint8)
    bits = distances([phash(one), phash(softer), phash(other)])
    assert bits[0, 1] <= 4 < 16 < bits[0, 2]
    assert twins({"a": [1, 2, 3], "b": [0xFFFF, 0, 0], "c": [1, 2, 3]}, 0) == [("c", "a", 0)]


def test_shots_out_of_place() -> None:
    own = {"a": 0x0, "b": 0xFFFF, "c": 0xFFFF0000}
    assert out_of_place(own, own, 6) == {}
    assert out_of_place({**own, "a": own["b"], "b": own["a"]}, own, 6) == {"a": "b", "b": "a"}


def test_colours_do_not_care_for_light() -> None:
    red = np.zeros((20, 20, 3), np.uint8) + np.array([200, 40, 40], np.uint8)
    green = np.zeros((20, 20, 3), np.uint8) + np.array([40, 200, 40], np.uint8)
    assert apart(colours(red), colours(red)) < 1e-6 < 0.9 < apart(colours(red), colours(green))
    odd = odd_ones({"a": colours(red), "b": colours(red), "c": colours(green)})
    assert odd["c"] > 0.9 and max(odd["a"], odd["b"]) < 1e-6
    assert look_differs({"hair": "long", "age": "child"}, {"hair": "short", "age": "child"}) == ["hair"]
