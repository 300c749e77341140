"""Segments joined by packets: counts exact, times even, bodies bit-equal to their sources."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources.engines import Frame
from resources.errors import RenderFault
from resources.media.encode import Picture, encode_segment, encode_yuv
from resources.media.join import Span, frame_count, join
from resources.media.probe import picture_facts
from resources.media.transitions import read_planes, transition_frames
from resources.media.workers import RANGE_FRAMES, frame_ranges
from schemas.time import KNOWN_RATES
from schemas.vocabulary import TransitionKind
from tests.harness.engines import gradient

SIZE = (96, 64)


def frames(start: int, stop: int, seed: int = 0) -> Iterator[Frame]:
    return (gradient(*SIZE, seed, number) for number in range(start, stop))


def pixels(path: Path) -> list[bytes]:
    with av.open(str(path)) as source:
        return [frame.to_ndarray().tobytes() for frame in source.decode(video=0)]


@given(st.integers(1, 2000), st.integers(2, 24))
def test_ranges_cover_a_shot_once(count: int, handle: int) -> None:
    ranges = frame_ranges(count, handle)
    assert [n for start, stop in ranges for n in range(start, stop)] == list(range(count))
    assert all(0 < stop - start <= max(RANGE_FRAMES, 2 * handle) for start, stop in ranges)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.sampled_from(KNOWN_RATES).map(Fraction),
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=5),
)
def test_a_join_is_exact_at_every_rate(tmp_path: Path, rate: Fraction, lengths: list[int]) -> None:
    picture = Picture(*SIZE, rate)
    spans = []
    for number, length in enumerate(lengths):
        path = tmp_path / f"{number}.mp4"
        assert encode_segment(frames(0, length, number), picture, path) == length
        spans.append(Span(path, 0, length))
    out = tmp_path / "joined.mp4"
    assert join(spans, rate, out) == sum(lengths)
    facts = picture_facts(out)
    assert (facts.frames, facts.rate, facts.even, facts.start) == (sum(lengths), rate, True, 0)
    assert pixels(out) == [frame for span in spans for frame in pixels(span.path)]


def test_a_span_inside_a_joined_file_is_taken_bit_for_bit(tmp_path: Path) -> None:
    picture = Picture(*SIZE, Fraction(24))
    spans = []
    for start, stop in frame_ranges(60, 12):
        path = tmp_path / f"{start}.mp4"
        encode_segment(frames(start, stop), picture, path)
        spans.append(Span(path, 0, stop - start))
    join(spans, picture.rate, tmp_path / "clip.mp4")
    join([Span(tmp_path / "clip.mp4", 12, 48)], picture.rate, tmp_path / "body.mp4")
    assert pixels(tmp_path / "body.mp4") == pixels(tmp_path / "clip.mp4")[12:48]


def test_equal_frames_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        encode_segment(frames(0, 20), Picture(*SIZE, Fraction(24)), tmp_path / name)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_what_was_encoded_otherwise_is_refused(tmp_path: Path) -> None:
    encode_segment(frames(0, 5), Picture(*SIZE, Fraction(24)), tmp_path / "a.mp4")
    encode_segment(frames(0, 5), Picture(*SIZE, Fraction(24), preset="medium"), tmp_path / "b.mp4")
    with pytest.raises(RenderFault, match="other parameters"):
        join([Span(tmp_path / "a.mp4", 0, 5), Span(tmp_path / "b.mp4", 0, 5)], Fraction(24), tmp_path / "c.mp4")


@pytest.mark.parametrize(("start", "stop"), [(3, 10), (0, 30)])
def test_a_span_that_packets_cannot_give_is_refused(tmp_path: Path, start: int, stop: int) -> None:
    encode_segment(frames(0, 20), Picture(*SIZE, Fraction(24)), tmp_path / "a.mp4")
    with pytest.raises(RenderFault):
        join([Span(tmp_path / "a.mp4", start, stop)], Fraction(24), tmp_path / "c.mp4")


KINDS = [kind for kind in TransitionKind if kind is not TransitionKind.CUT]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("overlap", [1, 6, 12])
def test_every_transition_gives_its_frames_and_joins(tmp_path: Path, kind: TransitionKind, overlap: int) -> None:
    picture = Picture(*SIZE, Fraction(24))
    for name, seed in (("tail.mp4", 1), ("head.mp4", 140)):
        encode_segment(frames(0, 12, seed), picture, tmp_path / name, lossless=True)
    tail, head = list(read_planes(tmp_path / "tail.mp4")), list(read_planes(tmp_path / "head.mp4"))
    made = list(transition_frames(kind, tail, head, 12, 12, overlap))
    assert len(made) == 24 - overlap
    assert made[0] == b"".join(plane.tobytes() for plane in tail[0]) or overlap == 12
    assert made[-1] == b"".join(plane.tobytes() for plane in head[-1]) or overlap == 12
    encode_yuv(made, picture, tmp_path / "transition.mp4")
    encode_segment(frames(0, 10, 1), picture, tmp_path / "body.mp4")
    spans = [Span(tmp_path / "body.mp4", 0, 10), Span(tmp_path / "transition.mp4", 0, len(made))]
    assert join(spans, picture.rate, tmp_path / "film.mp4") == 10 + len(made) == frame_count(tmp_path / "film.mp4")


def test_a_dissolve_is_half_and_half_in_the_middle() -> None:
    def flat(value: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return np.full((4, 4), value, np.uint8), np.full((2, 2), 128, np.uint8), np.full((2, 2), 128, np.uint8)

    made = list(transition_frames(TransitionKind.DISSOLVE, [flat(40)] * 3, [flat(200)] * 3, 3, 3, 3))
    assert [frame[0] for frame in made] == [80, 120, 160]
    faded = list(transition_frames(TransitionKind.FADE, [flat(40)] * 3, [flat(200)] * 3, 3, 3, 3))
    assert faded[1][0] == 16 + (120 - 16) // 2  # half as bright as the dissolve in the middle
    assert faded[0][0] < 80
    dipped = list(transition_frames(TransitionKind.DIP_TO_BLACK, [flat(40)] * 3, [flat(200)] * 3, 3, 3, 3))
    assert dipped[1][0] == 16


def test_a_transition_longer_than_its_handles_is_refused() -> None:
    with pytest.raises(RenderFault, match="does not fit"):
        list(transition_frames(TransitionKind.WIPE, [], [], 0, 0, 4))
