"""Lossless pictures between engines: what is read is what was written, wherever reading begins."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from resources.errors import RenderFault
from resources.media.lossless import LosslessWriter, read_frames

RATES = [Fraction(24), Fraction(30000, 1001)]


def noise(count: int, seed: int = 0) -> np.ndarray:
    frames = np.random.default_rng(seed).integers(0, 256, (count, 48, 64, 4), dtype=np.uint8)
    frames[..., 3] = 255
    return frames


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_any_range_is_what_was_written(tmp_path: Path, rate: Fraction) -> None:
    frames = noise(60)
    with LosslessWriter(tmp_path / "a.mkv", 64, 48, rate) as out:
        for frame in frames:
            out.write(frame)
    for start, stop in [(0, 60), (0, 1), (1, 2), (17, 41), (59, 60)]:
        assert np.array_equal(np.stack(list(read_frames(tmp_path / "a.mkv", start, stop))), frames[start:stop])
    assert len(list(read_frames(tmp_path / "a.mkv", 50))) == 10


def test_ranges_of_a_file_with_few_keyframes_are_exact(tmp_path: Path) -> None:
    """Another engine's motion.mkv may be x264 without loss: one keyframe, and frames that lean on each other."""
    frames = np.repeat(noise(40)[:, :1, :1], 48, 1).repeat(64, 2)  # plain colours: 4:2:0 loses nothing that matters
    with av.open(str(tmp_path / "a.mkv"), "w") as out:
        stream = out.add_stream("libx264", rate=24, options={"qp": "0", "g": "250", "bf": "2"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgba")
            picture.pts = number
            out.mux(stream.encode(picture))
        out.mux(stream.encode())
    whole = np.stack(list(read_frames(tmp_path / "a.mkv")))
    assert len(whole) == 40
    for start, stop in [(0, 3), (3, 20), (39, 40)]:
        assert np.array_equal(np.stack(list(read_frames(tmp_path / "a.mkv", start, stop))), whole[start:stop])


def test_a_file_that_is_too_short_or_none_at_all_is_told(tmp_path: Path) -> None:
    with LosslessWriter(tmp_path / "a.mkv", 64, 48, Fraction(24)) as out:
        for frame in noise(5):
            out.write(frame)
    with pytest.raises(RenderFault, match=r"ends after 5 frames, 6 are needed"):
        list(read_frames(tmp_path / "a.mkv", 0, 6))
    (tmp_path / "b.mkv").write_bytes(b"no video")
    with pytest.raises(RenderFault, match="cannot be decoded"):
        list(read_frames(tmp_path / "b.mkv", 0, 6))
    with (
        pytest.raises(RenderFault, match="a frame of"),
        LosslessWriter(tmp_path / "c.mkv", 32, 32, Fraction(24)) as out,
    ):
        out.write(noise(1)[0])
