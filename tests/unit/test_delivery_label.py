"""The visible label: small, in its corner, inside the safe area, whatever the film's shape."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from resources.errors import InputError
from resources.media.encode import Picture, encode_segment
from resources.media.essence import essence_hash
from resources.media.label import labelled
from resources.media.loudness import TARGETS, encode_to_target
from resources.media.mux import Chapter, chapters_text, mux


def frames_of(path: Path) -> np.ndarray:
    """(count, height, width) of luma."""
    with av.open(str(path), format="mp4") as source:
        return np.stack([frame.to_ndarray(format="gray") for frame in source.decode(video=0)]).astype(int)


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (360, 360)])
def test_the_label_stands_in_its_corner(tmp_path: Path, size: tuple[int, int]) -> None:
    width, height = size
    picture = Picture(width, height, Fraction(24))
    grey = np.full((height, width, 4), 128, np.uint8)
    encode_segment((grey for _ in range(6)), picture, tmp_path / "picture.mp4")
    tone = 0.1 * np.sin(np.arange(12_000) / 20).astype(np.float32)
    encode_to_target(np.stack([tone, tone], axis=1), TARGETS["web"], tmp_path / "sound.m4a")
    (tmp_path / "chapters.txt").write_text(chapters_text("Grey", [Chapter(0, 250, "one")]))
    mux(tmp_path, "picture.mp4", "sound.m4a", None, "chapters.txt", "film.mp4", "en")
    for name in ("picture.mp4", "sound.m4a", "chapters.txt"):
        (tmp_path / name).unlink()
    labelled(tmp_path / "film.mp4", picture, tmp_path / "out.mp4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "out.mp4"]
    frames = frames_of(tmp_path / "out.mp4")
    assert len(frames) == 6
    for frame in frames:
        rows, columns = np.nonzero(np.abs(frame - frame[-1, 0]) > 30)
        assert columns.max() <= width * 0.95 + 2
        assert columns.min() >= width * 0.35
        assert rows.min() >= height * 0.05 - 2
        assert rows.max() <= height * 0.12
        assert 4 <= rows.max() - rows.min() <= height * 0.06


def test_essence_is_what_is_seen_and_nothing_around_it(tmp_path: Path) -> None:
    picture = Picture(64, 64, Fraction(24))

    def clip(name: str, light: int, frames: int = 4) -> Path:
        encode_segment((np.full((64, 64, 4), light + k, np.uint8) for k in range(frames)), picture, tmp_path / name)
        return tmp_path / name

    one, same = clip("a.mp4", 90), clip("b.mp4", 90)
    assert essence_hash(one) == essence_hash(same)
    same.write_bytes(same.read_bytes() + (12).to_bytes(4, "big") + b"freenote")
    assert essence_hash(one) == essence_hash(same)
    assert len({essence_hash(path) for path in (one, clip("c.mp4", 91), clip("d.mp4", 90, 5))}) == 3
    (tmp_path / "e.mp4").write_bytes(one.read_bytes()[:200])
    for path in (tmp_path / "e.mp4", tmp_path / "nothing.mp4"):
        with pytest.raises(InputError):
            essence_hash(path)
