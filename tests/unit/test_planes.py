"""Planes for the encoder: the numbers of ffmpeg's own conversion, for every size and colour."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest

from resources.engines import Frame
from resources.errors import RenderFault
from resources.media.encode import ffmpeg_program
from resources.media.planes import to_planes
from tests.harness.engines import gradient

SCALE = "scale=out_color_matrix=bt709:out_range=tv:flags=bilinear+accurate_rnd"


def by_ffmpeg(frames: list[Frame]) -> bytes:
    """The same conversion in ffmpeg's scale filter, by which earlier films were encoded."""
    height, width = frames[0].shape[:2]
    raw = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{width}x{height}", "-i", "pipe:"]
    command = [ffmpeg_program(), "-v", "error", *raw, "-vf", SCALE, "-pix_fmt", "yuv420p", "-f", "rawvideo", "pipe:"]
    sent = b"".join(frame.tobytes() for frame in frames)
    return subprocess.run(command, input=sent, capture_output=True, check=True).stdout


@pytest.mark.parametrize("size", [(64, 48), (62, 46), (90, 90), (854, 480), (1280, 720), (720, 1280)])
def test_planes_are_those_of_ffmpeg_to_the_bit(size: tuple[int, int]) -> None:
    width, height = size
    noise = np.random.default_rng(width).integers(0, 256, (height, width, 4), dtype=np.uint8)
    noise[..., 3] = 255
    frames = [noise, gradient(width, height, 3, 5)]
    made = b"".join(bytes(piece) for planes in to_planes(frames, width, height) for piece in planes.pieces())
    assert made == by_ffmpeg(frames)


def test_a_picture_whose_rows_lie_apart_is_the_same_picture() -> None:
    wide = gradient(128, 48, 1, 1)
    apart, together = wide[:, 16:80], np.ascontiguousarray(wide[:, 16:80])
    one, other = (next(iter(to_planes([frame], 64, 48))) for frame in (apart, together))
    assert list(one.pieces()) == list(other.pieces())
    assert (one.luma.shape, one.cb.shape, one.cr.shape) == ((48, 64), (24, 32), (24, 32))


def test_a_frame_of_another_size_is_told() -> None:
    with pytest.raises(RenderFault, match="a frame of 60x48, not 64x48"):
        list(to_planes([gradient(60, 48, 1, 1)], 64, 48))
