"""Measured while it is encoded: the same numbers however it is cut into ranges, those of the file but for its loss."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from resources.engines import Frame
from resources.errors import RenderFault
from resources.media.assemble import CLIP
from resources.media.encode import Picture
from resources.media.join import Span, join
from resources.media.planes import to_planes
from resources.media.workers import Workers, measures_path, range_path, render_ranges
from resources.pipeline.render import Renderer
from resources.quality.checks import check_picture
from resources.quality.frames import FrameMeter, fold
from resources.quality.picture import PictureMeasures, measure_picture, measured, moments
from resources.quality.policy import load_policy
from resources.quality.ranges import PictureMeter, measure_ranges, part_bytes, prove, read_part
from schemas.time import FrameRate
from tests.harness.faults import FAULTS, Fault
from tests.harness.small_film import HEIGHT, WIDTH, SmallShot, encode, good_film, pictures

RATE = Fraction(24)
PICTURE = Picture(WIDTH, HEIGHT, RATE)
HANDLE = 12


@dataclass(frozen=True)
class Drawn:
    """Pictures (frames, height, width, 3) as an engine gives them; at frame ``fails`` it does not."""

    moving: NDArray[np.uint8]
    fails: int | None = None

    def frames(self, start: int, stop: int) -> Iterator[Frame]:
        for number in range(start, stop):
            if number == self.fails:
                raise RenderFault("the light went out")
            yield np.dstack([self.moving[number], np.full((HEIGHT, WIDTH, 1), 255, np.uint8)])


def rendered(shot: SmallShot, folder: Path, workers: Workers, handle: int = HANDLE) -> PictureMeasures:
    """A shot as the pipeline renders and measures it; its clip lies in ``folder``."""
    frames, renderer = len(shot.pictures), Renderer(workers, folder / "cache")
    folder.mkdir(parents=True)
    meter = PictureMeter(moments(frames))
    renderer.render("key", Drawn(shot.pictures), PICTURE, frames, handle, folder, meter)
    return measure_ranges(renderer.told("key", frames, handle, meter), RATE)


class Here(Workers):
    """Workers that are this process, ``count`` of them."""

    def submit(self, source, picture, folder, spans, meter=None):  # type: ignore[no-untyped-def]
        from concurrent.futures import Future

        future: Future[int] = Future()
        future.set_result(render_ranges(source, picture, folder, spans, meter))
        return future


@pytest.mark.parametrize("edges", [[], [1], [12, 60, 72], [2, 3, 7, 30, 31, 83]])
def test_parts_are_folded_to_what_one_pass_gives(edges: list[int]) -> None:
    moving = pictures(7, 84).copy()
    moving[30:] = pictures(8, 84)[30:]  # a cut where two ranges meet
    moving[50:60], moving[:, :4], moving[:, -4:] = 0, 0, 0
    drawn = Drawn(moving)
    whole = FrameMeter(moments(84))
    parts = []
    for start, stop in zip([0, *edges], [*edges, 84], strict=True):
        meter = FrameMeter(moments(84), start=start)
        for planes in to_planes(drawn.frames(start, stop), WIDTH, HEIGHT):
            meter.add(planes)
            whole.add(planes)
        parts.append(part_bytes(meter.part()))
    expected = measured(fold([whole.part()], [number / RATE for number in range(84)]), RATE)
    assert measure_ranges(parts, RATE) == expected
    assert (expected.longest_black.start, expected.letterbox > 0) == (50, True)
    assert expected.series.change[30] > 5 * expected.series.change[31]


def test_any_number_of_workers_and_ranges_gives_the_same_numbers_and_the_same_clip(tmp_path: Path) -> None:
    shot = good_film().shot("s3")
    with closing(Workers(2)) as workers:
        two = rendered(shot, tmp_path / "two", workers)
    one = rendered(shot, tmp_path / "one", Here(1))
    whole = rendered(shot, tmp_path / "whole", Here(1), handle=len(shot.pictures))
    assert one == two == whole
    assert (tmp_path / "one" / CLIP).read_bytes() == (tmp_path / "two" / CLIP).read_bytes()


REPAINTED = [fault for fault in FAULTS if fault.name not in ("uneven time stamps", "unreadable clip")]
"""Faults that lie in a file and not in its pictures are left to :func:`prove`."""


def repainted(fault: Fault) -> SmallShot | None:
    """The shot with the fault; None for one that is not in its pictures."""
    film = good_film()
    fault.plant(film)
    return next((shot for shot in film.shots if shot.touched and shot.id == fault.shot), None)


def near(before: PictureMeasures, after: PictureMeasures) -> None:
    """Before and after compression at crf 20: how far numbers may lie apart. Pictures full of noise are the worst."""
    for name, levels in {"luma": 0.5, "cb": 0.8, "cr": 0.8, "change": 4}.items():
        one, other = (np.asarray(getattr(measures.series, name)) for measures in (before, after))
        assert np.abs(one - other).max() <= levels, name
    for name, apart in {
        "mean_luma": 0.3,
        "mean_motion": 0.4,
        "flicker": 0.3,
        "clipped": 0.02,
        "letterbox": 0,
        "colour_drift": 0.2,
    }.items():
        assert getattr(before, name) == pytest.approx(getattr(after, name), abs=apart), name
    assert after.sharpness - 0.3 <= before.sharpness <= 1.5 * after.sharpness + 0.3  # compression takes, never gives
    for name, apart in {"flash": 0.3, "cut": 0.02, "hue_jump": 0.6}.items():
        assert getattr(before, name).value == pytest.approx(getattr(after, name).value, abs=apart), name
    assert before.longest_black == after.longest_black
    assert abs(before.longest_frozen.length - after.longest_frozen.length) <= 2
    assert before.hashes.keys() == after.hashes.keys()
    for frame in before.hashes:
        assert int.bit_count((before.hash_at(frame) or 0) ^ (after.hash_at(frame) or 0)) <= 4


Told = dict[str, tuple[str, int | None]]


def told(shot: SmallShot, measures: PictureMeasures) -> Told:
    """Severity and frame of all that is found, by reason."""
    rate = FrameRate(RATE)
    found = check_picture(load_policy("embedded"), measures, shot.frames, rate, shot=shot.id, chunks=shot.chunks)
    return {one.reason: (one.severity, one.frame) for one in found}


def both_ways(shot: SmallShot, folder: Path) -> tuple[PictureMeasures, PictureMeasures]:
    """What was measured in the loop, which the file is proven by, and what is measured on the file."""
    before = rendered(shot, folder, Here(1))
    prove(folder / CLIP, before, RATE)
    return before, measure_picture(folder / CLIP, RATE, keep=moments(len(shot.pictures)))


def test_a_good_shot_is_good_both_ways(tmp_path: Path) -> None:
    for shot in good_film().shots:
        before, after = both_ways(shot, tmp_path / shot.id)
        assert told(shot, before) == told(shot, after) == {}
        near(before, after)


def test_every_planted_fault_is_told_in_the_loop_as_it_is_on_the_file(tmp_path: Path) -> None:
    seen: set[str] = set()
    for fault in REPAINTED:
        shot = repainted(fault)
        if shot is None or fault.name == "frozen half":
            continue
        before, after = both_ways(shot, tmp_path / fault.name)
        loop, file = told(shot, before), told(shot, after)
        if fault.name == "flicker":  # every frame is a flash; which one is the largest, compression decides
            loop["flash"] = file["flash"] = ("error", None)
        assert loop == file, fault.name
        near(before, after)
        seen |= set(loop)
    assert len(seen) >= 10, seen


def test_a_keyframe_hides_no_frozen_picture_in_the_loop(tmp_path: Path) -> None:
    shot = next(shot for fault in FAULTS if fault.name == "frozen half" and (shot := repainted(fault)))
    before, after = both_ways(shot, tmp_path / "frozen")
    assert (before.longest_frozen.start, before.longest_frozen.length) == (43, 41)
    assert told(shot, before) == {"frozen_picture": ("error", 43)}
    # the file refines the held picture at first and draws it anew at the keyframe of its last range
    assert after.longest_frozen.length < 36 and after.series.change[72 - HANDLE] > 1


def test_a_killed_shot_goes_on_with_what_was_measured(tmp_path: Path) -> None:
    moving, meter = pictures(11, 60), PictureMeter(moments(60))
    spans = [(0, 20, False), (20, 40, False), (40, 60, False)]
    with pytest.raises(RenderFault, match="the light went out"):
        render_ranges(Drawn(moving, fails=45), PICTURE, tmp_path, spans, meter)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "picture1-00000-00020",
        "picture1-00020-00040",
        "range-00000-00020.mp4",
        "range-00020-00040.mp4",
    ]
    assert render_ranges(Drawn(moving), PICTURE, tmp_path, spans, meter) == 20
    again = tmp_path / "again"
    render_ranges(Drawn(moving), PICTURE, again, spans, meter)
    told = [
        [measures_path(folder, (start, stop), meter).read_bytes() for start, stop, _ in spans]
        for folder in (tmp_path, again)
    ]
    assert told[0] == told[1]


def test_a_range_that_was_never_measured_is_made_again(tmp_path: Path) -> None:
    drawn, span, meter = Drawn(pictures(11, 12)), (0, 12), PictureMeter()
    assert render_ranges(drawn, PICTURE, tmp_path, [(*span, True)]) == 12
    plain = range_path(tmp_path, span, False).read_bytes()
    assert render_ranges(drawn, PICTURE, tmp_path, [(*span, True)], meter) == 12
    assert render_ranges(drawn, PICTURE, tmp_path, [(*span, True)], meter) == 0
    assert len(read_part(measures_path(tmp_path, span, meter).read_bytes()).rows) == 12
    assert range_path(tmp_path, span, False).read_bytes() == plain


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PictureMeasures]:
    """A clip in two ranges, the second one lighter, and what was measured on it."""
    folder = tmp_path_factory.mktemp("proven") / "shot"
    shot = good_film().shot("s1")
    shot.pictures = np.clip(shot.pictures.astype(np.int16) + (np.arange(60) >= 12)[:, None, None, None] * 20, 0, 255)
    shot.pictures = shot.pictures.astype(np.uint8)
    return folder, rendered(shot, folder, Here(1))


def test_a_file_that_shows_what_was_drawn_is_proven(proven: tuple[Path, PictureMeasures]) -> None:
    folder, measures = proven
    prove(folder / CLIP, measures, RATE)


def swapped(folder: Path, out: Path) -> None:
    ranges = folder / "cache" / "ranges" / "key"
    spans = [(12, 48), (0, 12), (48, 60)]
    join([Span(range_path(ranges, span, False), 0, span[1] - span[0]) for span in spans], RATE, out)


def cut_off(folder: Path, out: Path) -> None:
    data = (folder / CLIP).read_bytes()
    out.write_bytes(data[: len(data) * 2 // 3])


def damaged(folder: Path, out: Path) -> None:
    """One packet in the middle is zeros."""
    with av.open(str(folder / CLIP)) as source:
        packet = [packet for packet in source.demux(video=0) if packet.size][20]
        at, size = int(packet.pos or 0), packet.size
    data = bytearray((folder / CLIP).read_bytes())
    data[at : at + size] = bytes(size)
    out.write_bytes(bytes(data))


def shorter(folder: Path, out: Path) -> None:
    encode(out, pictures(100, 59))


def uneven(folder: Path, out: Path) -> None:
    encode(out, pictures(100, 60), stamps=[number + (number > 30) for number in range(60)])


BROKEN = {
    "swapped": (swapped, "frame 36 is not the one that was drawn"),
    "cut off": (cut_off, "cannot be decoded|holds [0-9]+ frames"),
    "damaged": (damaged, "cannot be decoded|holds 59 frames|is not the one"),
    "shorter": (shorter, "holds 59 frames of 192x108, not 60 of 192x108"),
    "uneven": (uneven, "not evenly spaced"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_is_not_what_was_drawn_is_told(
    kind: str, proven: tuple[Path, PictureMeasures], tmp_path: Path
) -> None:
    make, message = BROKEN[kind]
    folder, measures = proven
    shutil.copyfile(folder / CLIP, tmp_path / CLIP)
    make(folder, tmp_path / CLIP)
    with pytest.raises(RenderFault, match=message):
        prove(tmp_path / CLIP, measures, RATE)
