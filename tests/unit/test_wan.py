"""Wan without a model: frames of a chunk, chunks that meet, drift that is undone, a clip that becomes the plan's."""

import os
import time
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.agents.videos_agent import chunks as decided_chunks
from resources.errors import ConfigInvalid, RenderFault
from resources.gpu.wan.chunks import ChunkRange, chunk_ranges, covering, fitted, model_frames, next_range, snapped
from resources.gpu.wan.clips import Rgb, raw_input, read_clip, read_frame, write_clip
from resources.gpu.wan.colours import Matched, match
from resources.gpu.wan.conform import conform_motion
from resources.gpu.wan.options import model_size, read_options
from resources.gpu.wan.reassembly import Piece, assembled, length
from resources.gpu.wan.shelf import Shelf, prune

RATE = Fraction(16)
SIZE = (64, 48)


def plain(level: int, size: tuple[int, int] = SIZE) -> Rgb:
    return np.full((size[1], size[0], 3), level, np.uint8)


def keep(path: Path, frames: list[Rgb], size: tuple[int, int] = SIZE) -> Path:
    write_clip(frames, path, raw_input(size, RATE), size=size, rate=RATE, count=len(frames), timeout=60)
    return path


def levels(frames: Iterator[Rgb]) -> list[int]:
    return [int(frame[5, 5, 0]) for frame in frames]


# -- chunks --------------------------------------------------------------------------------------------------------


def test_chunks_of_64_with_4_shared_are_snapped() -> None:
    told = [(one.start, one.stop, one.overlap) for one in chunk_ranges(160, snapped(64), 4)]
    assert told == [(0, 65, 0), (61, 126, 4), (122, 163, 4)]
    assert (snapped(64), snapped(8), fitted(64), covering(66), covering(2)) == (65, 9, 61, 69, 9)


@given(st.integers(1, 900), st.integers(8, 120), st.integers(1, 32))
def test_chunks_cover_a_shot_and_no_moment_is_in_three(total: int, frames: int, overlap: int) -> None:
    found = chunk_ranges(total, frames, overlap)
    assert found[0].start == 0 and found[-2:][0].start < found[-1].stop >= total
    assert all(one.frames % 4 == 1 and 9 <= one.frames <= fitted(frames) for one in found)
    for before, after in pairwise(found):
        assert 1 <= after.overlap == before.stop - after.start <= overlap
        assert before.stop < total and after.stop > before.stop
    for first, third in zip(found, found[2:], strict=False):
        assert first.stop <= third.start


def test_a_short_chunk_shares_less() -> None:
    assert next_range(ChunkRange(0, 0, 65, 0), 100, 9, 32) == ChunkRange(1, 61, 70, 4)


@given(st.integers(1, 600), st.sampled_from(["24", "25", "30", "24000/1001", "30000/1001", "60000/1001"]))
def test_a_shot_takes_as_many_chunks_as_the_agent_reckoned_with(frames: int, fps: str) -> None:
    total = model_frames(frames, Fraction(fps))
    chunk, overlap = decided_chunks(total)
    assert (len(chunk_ranges(total, chunk, max(1, overlap))) == 1) == (overlap == 0)


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((1280, 720), (832, 480)), ((720, 1280), (480, 832)), ((720, 720), (624, 624)), ((854, 480), (832, 480))],
)
def test_the_model_works_at_a_size_it_was_trained_on(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    assert model_size(*size) == wanted
    small = model_size(*size, 64 * 48)
    assert all(side % 16 == 0 for side in small) and (small[0] < small[1]) == (size[0] < size[1])


@pytest.mark.parametrize(
    ("option", "value"), [("interpolation", "dain"), ("chunk_frames", 7), ("colour_limit", 2), ("scale", 2)]
)
def test_a_wrong_option_is_named(option: str, value: Any) -> None:
    with pytest.raises(ConfigInvalid, match=rf"options\.video\.{option}: "):
        read_options({option: value})


# -- clips ---------------------------------------------------------------------------------------------------------


def test_a_clip_gives_back_the_very_bytes(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (5, 48, 64, 3), np.uint8)
    path = keep(tmp_path / "a.mkv", list(noise))
    again = keep(tmp_path / "b.mkv", list(noise))
    assert np.array_equal(np.stack(list(read_clip(path))), noise)
    assert np.array_equal(read_frame(path, 3), noise[3])
    assert path.read_bytes() == again.read_bytes()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.mkv", "b.mkv"]
    with pytest.raises(RenderFault, match="has no frame 5"):
        read_frame(path, 5)


def test_a_clip_of_too_few_frames_is_not_left(tmp_path: Path) -> None:
    with pytest.raises(RenderFault, match="holds 2 frames that decode, not 3"):
        write_clip([plain(1)] * 2, tmp_path / "a.mkv", raw_input(SIZE, RATE), size=SIZE, rate=RATE, count=3, timeout=60)
    assert list(tmp_path.iterdir()) == []


# -- reassembly ----------------------------------------------------------------------------------------------------


@pytest.fixture
def pieces(tmp_path: Path) -> list[Piece]:
    """Two chunks of 9 that share 4: the first counts 0 to 8, the second is 100 too bright."""
    first = keep(tmp_path / "0.mkv", [plain(number) for number in range(9)])
    second = keep(tmp_path / "1.mkv", [plain(105 + number) for number in range(9)])
    return [Piece(ChunkRange(0, 0, 9, 0), first), Piece(ChunkRange(1, 5, 14, 4), second)]


def test_trim_cuts_where_the_later_chunk_began(pieces: list[Piece]) -> None:
    found = levels(assembled(pieces, "trim"))
    assert found == [0, 1, 2, 3, 4, 5, *range(106, 114)]
    assert len(found) == length(pieces) == 14


def test_crossfade_mixes_what_is_shared(pieces: list[Piece]) -> None:
    found = levels(assembled(pieces, "crossfade"))
    assert found == [0, 1, 2, 3, 4, 5 + 20, 6 + 40, 7 + 60, 8 + 80, 109, 110, 111, 112, 113]


def test_a_chunk_that_ends_early_is_told(pieces: list[Piece], tmp_path: Path) -> None:
    short = Piece(pieces[1].range, keep(tmp_path / "short.mkv", [plain(1)] * 6))
    with pytest.raises(RenderFault, match="chunk 1 ends at frame 6 of 9"):
        list(assembled([pieces[0], short], "trim"))


# -- colours -------------------------------------------------------------------------------------------------------


def scene(number: int) -> Rgb:
    """A picture with contrast, moving slowly."""
    x, y = np.meshgrid(np.arange(64), np.arange(48))
    return np.stack([60 + x + number, 70 + y + number, 80 + (x + y) // 2], axis=-1).astype(np.uint8)


def drifted(frame: Rgb, gain: float, shift: float) -> Rgb:
    return np.clip(np.rint((frame.astype(np.float32) - 100) * gain + 100 + shift), 0, 255).astype(np.uint8)


def test_drift_is_undone() -> None:
    true = [scene(number) for number in range(9)]
    seen = [drifted(frame, 1.08, 9) for frame in true]
    before = float(np.mean([np.abs(a.astype(int) - b.astype(int)).mean() for a, b in zip(true, seen, strict=True)]))
    matched = Matched(iter(seen), true[:4], 0.1)
    after = [np.abs(a.astype(int) - b.astype(int)).mean() for a, b in zip(true, matched, strict=True)]
    assert before > 8 and max(after) < 0.6
    assert matched.match is not None and matched.match.gain == pytest.approx([1 / 1.08] * 3, abs=0.01)


def test_what_is_no_drift_is_not_forced() -> None:
    found = match([drifted(scene(0), 2.5, 80)], [scene(0)], 0.1)
    assert found.gain == (0.9, 0.9, 0.9) and found.shift == (-25.5, -25.5, -25.5)
    flat = match([plain(90)], [plain(100)], 0.1)
    assert flat.gain == (1.0, 1.0, 1.0) and np.array_equal(flat.applied(plain(90)), plain(100))


# -- the plan's rate and size --------------------------------------------------------------------------------------


def conformed(
    out: Path, count: int, fps: str, how: str, size: tuple[int, int] = (128, 72), given_rate: Fraction = RATE
) -> list[Rgb]:
    """A ramp of 30 levels at the model's rate, as the plan wants it."""
    frames = (plain(20 + 4 * number) for number in range(30))
    conform_motion(
        frames, out, given=SIZE, given_rate=given_rate, wanted=size, rate=Fraction(fps), count=count,
        interpolation=how, upscaling="bicubic",  # type: ignore[arg-type]
    )  # fmt: skip
    with av.open(str(out)) as source:
        video = source.streams.video[0]
        assert (video.average_rate, video.codec.name) == (Fraction(fps), "ffv1")
        times = [float(packet.pts * packet.time_base) for packet in source.demux(video) if packet.pts is not None]
        assert times == pytest.approx([number / float(Fraction(fps)) for number in range(count)], abs=6e-4)
    found = list(read_clip(out))
    assert {frame.shape for frame in found} == {(size[1], size[0], 3)}
    return found


@pytest.mark.parametrize("how", ["repeat", "blend", "motion"])
@pytest.mark.parametrize(("fps", "count"), [("24", 43), ("25", 1), ("30000/1001", 53)])
def test_frames_are_exactly_as_many_and_where_they_belong(tmp_path: Path, how: str, fps: str, count: int) -> None:
    found = levels(iter(conformed(tmp_path / "a.mkv", count, fps, how)))
    assert len(found) == count
    at = [min(29.0, number * 16 / float(Fraction(fps))) for number in range(count)]
    slack = 2.8 if how == "repeat" else 1.5  # two thirds of a frame of 4 levels; RGB to YUV and back
    assert max(abs(level - (20 + 4 * one)) for level, one in zip(found, at, strict=True)) <= slack


def test_the_last_frame_is_held_where_the_model_has_none(tmp_path: Path) -> None:
    found = levels(iter(conformed(tmp_path / "a.mkv", 60, "24", "blend")))
    assert found[-15:] == [found[-1]] * 15 and found[-1] == pytest.approx(20 + 4 * 29, abs=1)


@pytest.mark.parametrize("how", ["repeat", "blend", "motion"])
@pytest.mark.parametrize(("fps", "count"), [("24", 43), ("30000/1001", 52)])
def test_a_shot_that_lands_ends_with_the_last_frame(tmp_path: Path, how: str, fps: str, count: int) -> None:
    found = levels(iter(conformed(tmp_path / "a.mkv", count, fps, how, given_rate=29 * Fraction(fps) / (count - 1))))
    assert (found[0], found[-1]) == (pytest.approx(20, abs=1), pytest.approx(20 + 4 * 29, abs=1))
    assert found[-2] < found[-1] or how == "repeat"


def test_the_same_frames_give_the_same_file(tmp_path: Path) -> None:
    conformed(tmp_path / "a.mkv", 31, "24", "motion")
    conformed(tmp_path / "b.mkv", 31, "24", "motion")
    assert (tmp_path / "a.mkv").read_bytes() == (tmp_path / "b.mkv").read_bytes()


# -- the shelf -----------------------------------------------------------------------------------------------------


def test_what_nobody_goes_on_with_is_dropped(tmp_path: Path) -> None:
    for name, age_s in {"old": 15 * 24 * 3600, "young": 3600}.items():
        shelf = Shelf(tmp_path / name)
        (shelf.folder / ".tmp-1-chunk-0000.mkv").write_bytes(b"half")
        os.utime(shelf.folder, (time.time() - age_s,) * 2)
    prune(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["young"]
    assert list(Shelf(tmp_path / "young").folder.iterdir()) == []
    prune(tmp_path / "nowhere")
