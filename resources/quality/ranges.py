"""Measuring a shot while it is encoded: every worker looks at its ranges, the parts are folded when all are there.

Nothing is converted and nothing is decoded for it: :class:`PictureMeter` sees the planes that go into the encoder. So
the numbers are those before compression; how far they lie from those of the decoded file is told in docs/QUALITY.md.
That the file holds those pictures is looked at by :func:`prove`.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resources.errors import RenderFault
from resources.media.planes import Planes, plane
from resources.quality.frames import SMALL_HEIGHT, FrameMeter, Part, decoded, fold, time_of
from resources.quality.picture import PictureMeasures, measured

SAME_LIGHT = 8.0
"""Levels by which the mean luma of a decoded frame may differ from that of the frame that was drawn. Not deblocked, the
clips of a film differ by 0.5 at most (crf 20), noise and steep gradients at 64x48 by 2.4, and by 4.6 at crf 40."""


@dataclass(frozen=True)
class PictureMeter:
    """A :class:`resources.media.planes.Meter`; of the frames in ``keep`` it also keeps the sampled luma."""

    keep: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """Of its files."""
        return "picture1"

    def watch(self, start: int) -> RangeWatcher:
        """A watcher of the range that begins at frame ``start``."""
        return RangeWatcher(self.keep, start)


class RangeWatcher:
    """A :class:`resources.media.planes.Watcher` that tells a :class:`Part`."""

    def __init__(self, keep: Collection[int], start: int) -> None:
        self._meter = FrameMeter(keep, start=start)

    def see(self, planes: Planes) -> None:
        """The next frame."""
        self._meter.add(planes)

    def told(self) -> bytes:
        """The part as a file of arrays."""
        return part_bytes(self._meter.part())


def part_bytes(part: Part) -> bytes:
    """A part as the content of an ``npz`` file; :func:`read_part` makes a part of it again."""
    arrays: dict[str, NDArray[Any]] = {
        "size": np.asarray(part.size),
        "rows": part.rows,
        "thumbs": part.thumbs,
        "sharp": part.sharp,
        "lit_rows": part.lit[0],
        "lit_columns": part.lit[1],
        "first": part.first,
        "last": part.last,
        **{f"kept{number}": luma for number, luma in part.kept.items()},
    }
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def read_part(data: bytes) -> Part:
    """What :func:`part_bytes` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return Part(
            size=(int(file["size"][0]), int(file["size"][1])),
            rows=file["rows"],
            thumbs=file["thumbs"],
            sharp=file["sharp"],
            lit=(file["lit_rows"], file["lit_columns"]),
            first=file["first"],
            last=file["last"],
            kept={int(name.removeprefix("kept")): file[name] for name in file.files if name.startswith("kept")},
        )


def measure_ranges(told: Sequence[bytes], rate: Fraction) -> PictureMeasures:
    """All measures of a shot from what was told of its ranges, in order. It is shown at an even ``rate``."""
    parts = [read_part(data) for data in told]
    count = sum(len(part.rows) for part in parts)
    return measured(fold(parts, [number / rate for number in range(count)]), rate)


def prove(path: Path, measures: PictureMeasures, rate: Fraction) -> None:
    """Decode ``path`` and hold it against what was measured before it was encoded.

    Raises :class:`RenderFault` when it cannot be decoded, when its frames are not as many, as large or as evenly spaced
    as was measured, or when one of them is lighter or darker than the one that was drawn.
    """
    lumas, times, sizes = [], [], set()
    for frame in decoded(path, deblocked=False):
        luma = plane(frame, 0)
        step = max(1, round(luma.shape[0] / SMALL_HEIGHT))
        lumas.append(float(luma[::step, ::step].mean()))
        times.append(time_of(frame))
        sizes.add((frame.width, frame.height))
    if len(lumas) != measures.frames or sizes != {(measures.width, measures.height)}:
        shown = " and ".join(f"{width}x{height}" for width, height in sorted(sizes)) or "nothing"
        drawn = f"{measures.frames} of {measures.width}x{measures.height}"
        raise RenderFault(f"holds {len(lumas)} frames of {shown}, not {drawn}", where=path.name)
    if any(later - sooner != 1 / rate for sooner, later in pairwise(times)):
        raise RenderFault("its frames are not evenly spaced", where=path.name)
    off = np.abs(np.asarray(lumas) - np.asarray(measures.series.luma))
    worst = int(off.argmax())
    if off[worst] > SAME_LIGHT:
        raise RenderFault(f"frame {worst} is not the one that was drawn ({off[worst]:.1f} levels)", where=path.name)
