"""Films of every kind of join, at every rate, up to 60 shots: exact to the frame, the sample and the bit."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources.engines import Frame
from resources.errors import RenderFault
from resources.media.assemble import CLIP, HEAD, TAIL, Segments, assemble, stretches
from resources.media.burn import Shown
from resources.media.encode import Picture
from resources.media.join import Span, join
from resources.media.probe import picture_facts
from resources.media.words import with_words
from resources.media.workers import frame_ranges, range_path, render_ranges
from schemas.cut import Piece
from schemas.time import FrameRate
from schemas.vocabulary import Codec, TransitionKind
from tests.harness.engines import gradient

SIZE = (64, 48)
HANDLE = 6
RATES = ("24", "25", "30", "30000/1001")
LENGTHS = {"a": 15, "b": 19, "short": 9}
"""Frames of the shots that films are made of; the last is too short for handles."""


@dataclass(frozen=True)
class Gradient:
    picture: Picture
    seed: int

    def frames(self, start: int, stop: int) -> Iterator[Frame]:
        size = (self.picture.width, self.picture.height)
        return (gradient(*size, self.seed, number) for number in range(start, stop))


def make_shot(home: Path, name: str, frames: int, picture: Picture) -> int:
    """A shot as the pipeline makes it; the length of its handles."""
    folder, cache_folder = home / name, home / f"{name}-ranges"
    folder.mkdir(parents=True)
    ranges = frame_ranges(frames, HANDLE)
    edges = {0, len(ranges) - 1} if len(ranges) > 1 else set()
    render_ranges(
        Gradient(picture, len(name) * 41),
        picture,
        cache_folder,
        [(a, b, k in edges) for k, (a, b) in enumerate(ranges)],
    )
    spans = [Span(range_path(cache_folder, span, False), 0, span[1] - span[0]) for span in ranges]
    join(spans, picture.rate, folder / CLIP)
    if edges:
        shutil.copyfile(range_path(cache_folder, ranges[0], True), folder / HEAD)
        shutil.copyfile(range_path(cache_folder, ranges[-1], True), folder / TAIL)
    return HANDLE if edges else 0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shots of LENGTHS at each rate."""
    root = tmp_path_factory.mktemp("shots")
    for rate in RATES:
        for name, length in LENGTHS.items():
            make_shot(root, f"{rate.replace('/', '-')}/{name}", length, Picture(*SIZE, Fraction(rate)))
    return root


def pixels(path: Path) -> list[bytes]:
    with av.open(str(path), format="mp4") as source:
        return [sha256(frame.to_ndarray().tobytes()).digest() for frame in source.decode(video=0)]


clip_pixels = cache(pixels)


def film(rate: str, joins: list[tuple[str, TransitionKind, int]]) -> list[Piece]:
    """Pieces laid out as the pipeline does: a transition is an overlap, as long as both have room for it."""
    pieces: list[Piece] = []
    for number, (name, kind, overlap) in enumerate(joins):
        handle = 0 if name == "short" else HANDLE
        if not pieces or kind is TransitionKind.CUT or overlap > min(handle, pieces[-1].handle):
            kind, overlap = TransitionKind.CUT, 0
        pieces.append(
            Piece(
                name=f"s{number}",
                folder=f"{rate.replace('/', '-')}/{name}",
                frames=LENGTHS[name],
                handle=handle,
                transition=kind,
                overlap=overlap,
                start=pieces[-1].stop - overlap if pieces else 0,
            )
        )
    return pieces


JOIN = st.tuples(st.sampled_from(list(LENGTHS)), st.sampled_from(TransitionKind), st.sampled_from((1, 3, HANDLE)))


@settings(max_examples=16, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.sampled_from(RATES),
    joins=st.sampled_from((3, 12, 60)).flatmap(lambda n: st.lists(JOIN, min_size=n, max_size=n)),
)
def test_a_film_is_exact(home: Path, tmp_path: Path, rate: str, joins: list[tuple[str, TransitionKind, int]]) -> None:
    picture, pieces = Picture(*SIZE, Fraction(rate)), film(rate, joins)
    found = stretches(pieces, home, Segments(home / "segments"), picture)
    out = tmp_path / "film.mp4"
    count = sum(piece.frames for piece in pieces) - sum(piece.overlap for piece in pieces)
    assert assemble(found, picture.rate, out) == count == pieces[-1].stop
    facts = picture_facts(out)
    assert (facts.frames, facts.even, facts.start, facts.rate) == (count, True, 0, Fraction(rate))
    shown = pixels(out)
    for piece, after in zip(pieces, [*pieces[1:], None], strict=True):
        first = piece.handle if piece.overlap else 0
        stop = piece.frames - (piece.handle if after is not None and after.overlap else 0)
        own = clip_pixels(home / piece.folder / CLIP)
        assert shown[piece.start + first : piece.start + stop] == own[first:stop]
    for piece in pieces:
        cut = FrameRate.parse(rate).samples(piece.start)
        assert abs(cut - piece.start * 48_000 / Fraction(rate)) <= Fraction(1, 2)
    assert all(a.stop - b.overlap == b.start for a, b in pairwise(pieces))


def test_a_second_cut_renders_nothing_and_a_changed_shot_its_two_transitions(home: Path, tmp_path: Path) -> None:
    picture = Picture(*SIZE, Fraction(24))
    joins = [("a", TransitionKind.CUT, 0), *[("b", TransitionKind.DISSOLVE, 3)] * 4]
    segments = Segments(tmp_path / "segments")
    first = stretches(film("24", joins), home, segments, picture)
    made = {path: path.stat().st_mtime_ns for path in segments.folder.rglob("*.mp4")}
    again = Segments(tmp_path / "segments")
    assert stretches(film("24", joins), home, again, picture) == first
    again.forget_unused()
    assert {path: path.stat().st_mtime_ns for path in segments.folder.rglob("*.mp4")} == made
    changed = Segments(tmp_path / "segments")
    stretches(film("24", [*joins[:2], ("a", TransitionKind.WIPE, 3), *joins[3:]]), home, changed, picture)
    assert len(changed.used - first_keys(made)) == 1  # b to a; a to b is as before
    changed.forget_unused()
    assert {path.parent.name for path in segments.folder.rglob("*.mp4")} == changed.used


def first_keys(made: dict[Path, int]) -> set[str]:
    return {path.parent.name for path in made}


def test_stretches_that_do_not_meet_are_refused(home: Path, tmp_path: Path) -> None:
    pieces = film("24", [("a", TransitionKind.CUT, 0), ("b", TransitionKind.CUT, 0)])
    found = stretches(pieces, home, Segments(tmp_path / "segments"), Picture(*SIZE, Fraction(24)))
    with pytest.raises(RenderFault, match="begins at frame 15 of the film, not 0"):
        assemble(found[1:], Fraction(24), tmp_path / "film.mp4")


@pytest.mark.parametrize("codec", [Codec.HEVC, Codec.AV1])
@pytest.mark.parametrize("rate", ["24", "30000/1001"])
def test_a_film_in_another_codec_is_as_exact(tmp_path: Path, codec: Codec, rate: str) -> None:
    """HEVC and AV1 are joined by packets too, every body bit for bit; SVT-AV1 takes no picture under 64x64."""
    picture = Picture(64, 64, Fraction(rate), codec=codec)
    for name, length in (("x", 70), ("y", 13)):
        make_shot(tmp_path, name, length, picture)
    pieces = [
        Piece(name="x", folder="x", frames=70, handle=HANDLE, transition=TransitionKind.CUT, overlap=0, start=0),
        Piece(name="y", folder="y", frames=13, handle=HANDLE, transition=TransitionKind.WIPE, overlap=4, start=66),
    ]
    found = stretches(pieces, tmp_path, Segments(tmp_path / "segments"), picture)
    out = tmp_path / "film.mp4"
    assert assemble(found, picture.rate, out) == 79
    facts = picture_facts(out)
    assert (facts.frames, facts.even, facts.start, facts.rate) == (79, True, 0, Fraction(rate))
    assert pixels(out)[:64] == pixels(tmp_path / "x" / CLIP)[:64]
    assert pixels(out)[-7:] == pixels(tmp_path / "y" / CLIP)[-7:]
    with av.open(str(out), format="mp4") as source:
        assert source.streams.video[0].codec.canonical_name == str(codec)


@pytest.mark.parametrize("codec", Codec)
def test_burned_words_touch_only_the_ranges_under_them(tmp_path: Path, codec: Codec) -> None:
    picture = Picture(256, 144, Fraction(24), codec=codec)
    make_shot(tmp_path, "long", 160, picture)
    piece = Piece(
        name="long", folder="long", frames=160, handle=HANDLE, transition=TransitionKind.CUT, overlap=0, start=0
    )
    segments = Segments(tmp_path / "segments")
    found = stretches([piece], tmp_path, segments, picture)
    burned = with_words(found, [Shown(60, 70, "Hello")], picture, segments)
    assert assemble(burned, picture.rate, tmp_path / "film.mp4") == 160
    before, after = pixels(tmp_path / "long" / CLIP), pixels(tmp_path / "film.mp4")
    same = [a == b for a, b in zip(before, after, strict=True)]
    ranges = frame_ranges(160, HANDLE)
    under = [span for span in ranges if span[0] < 70 and span[1] > 60]
    assert len(under) == 1
    assert all(same[: under[0][0]])
    assert all(same[under[0][1] :])
    assert not any(same[60:70])
    assert with_words(found, [Shown(60, 70, "Hello")], picture, segments) == burned
    assert with_words(found, [], picture, segments) == found
