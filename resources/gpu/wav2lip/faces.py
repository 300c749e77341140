"""Finding faces: the Protocol, and the detectors that come with the packages of the base install."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from resources.errors import InputError, RenderFault
from resources.gpu.nudenet import NUDENET
from resources.gpu.wav2lip.boxes import Box
from resources.gpu.wav2lip.options import Wav2LipOptions

if TYPE_CHECKING:
    from resources.gpu.pool import ModelPool

Picture = NDArray[np.uint8]
"""(height, width, 3), RGB."""
Find = Callable[[Picture], list[Box]]


class FaceDetector(Protocol):
    """Finds faces in pictures."""

    @property
    def name(self) -> str:
        """As profiles and decisions call it."""
        ...

    @property
    def revision(self) -> str:
        """What would find other boxes has another one."""
        ...

    def looking(self) -> AbstractContextManager[Find]:
        """For the length of a block, a function that gives the faces of a picture, in a fixed order."""
        ...


class FixedBox:
    """One face, always in the same place."""

    name = "box"

    def __init__(self, sides: tuple[float, float, float, float]) -> None:
        self.sides = sides
        self.revision = ",".join(f"{side:.6f}" for side in sides)

    @contextmanager
    def looking(self) -> Iterator[Find]:
        """No picture is looked at."""
        yield self._find

    def _find(self, picture: Picture) -> list[Box]:
        height, width = picture.shape[:2]
        return [share(self.sides, width, height)]


class HaarFaces:
    """OpenCV's cascades (Viola and Jones, CVPR 2001): front, else either side. Their data comes in the wheel."""

    name = "haar"
    FRONT, SIDE = "haarcascade_frontalface_alt2.xml", "haarcascade_profileface.xml"
    NEIGHBOURS = 5
    """Hits that must agree: OpenCV's default of 3 finds faces in curtains."""
    SMALLEST = 1 / 16
    """Of the picture's height: a smaller face has no mouth to see."""

    @property
    def revision(self) -> str:
        """OpenCV's version: the cascades come with it."""
        import cv2

        return f"opencv {cv2.__version__} {self.NEIGHBOURS} {self.SMALLEST}"

    @contextmanager
    def looking(self) -> Iterator[Find]:
        """The cascades, read anew: they are no model, but a megabyte of thresholds."""
        import cv2
        import cv2.data

        folder = Path(cv2.data.haarcascades)
        front, side = (cv2.CascadeClassifier(str(folder / name)) for name in (self.FRONT, self.SIDE))
        if front.empty() or side.empty():
            raise RenderFault("OpenCV's cascades cannot be read", where=str(folder), hint="install opencv 4 again")
        yield partial(self._find, front, side)

    def _find(self, front: Any, side: Any, picture: Picture) -> list[Box]:
        import cv2

        grey = cv2.equalizeHist(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
        least = max(20, round(grey.shape[0] * self.SMALLEST))

        def hits(cascade: Any, where: Any) -> list[tuple[int, int, int, int]]:
            found = cascade.detectMultiScale(
                where, scaleFactor=1.1, minNeighbors=self.NEIGHBOURS, minSize=(least, least)
            )
            return sorted(tuple(int(n) for n in one) for one in found)  # type: ignore[misc]

        found = hits(front, grey)
        if not found:
            width = grey.shape[1]
            mirrored = [(width - x - w, y, w, h) for x, y, w, h in hits(side, cv2.flip(grey, 1))]
            found = sorted({*hits(side, grey), *mirrored})
        return [Box(y, y + h, x, x + w) for x, y, w, h in found]


class NudenetFaces:
    """The two face classes of NudeNet."""

    name = "nudenet"
    CLASSES = frozenset({"FACE_FEMALE", "FACE_MALE"})
    LEAST = 0.4
    """Probability from which it is a face."""

    def __init__(self, pool: ModelPool) -> None:
        self._pool = pool

    @property
    def revision(self) -> str:
        """The wheel's."""
        return f"{NUDENET.revision} {self.LEAST}"

    @contextmanager
    def looking(self) -> Iterator[Find]:
        """A lease on the model."""
        with NUDENET.lent(self._pool) as lease:
            yield partial(self._find, lease.model)

    def _find(self, model: Any, picture: Picture) -> list[Box]:
        seen = model.detect(np.ascontiguousarray(picture[:, :, ::-1]))
        found = [one["box"] for one in seen if one["class"] in self.CLASSES and float(one["score"]) >= self.LEAST]
        return [Box(y, y + h, x, x + w) for x, y, w, h in sorted(found)]


def detector_of(name: str, options: Wav2LipOptions, pool: ModelPool) -> FaceDetector:
    """The detector called ``name``. Raises :class:`InputError` for one that there is not, or that lacks its box."""
    if name == "haar":
        return HaarFaces()
    if name == "nudenet":
        return NudenetFaces(pool)
    if name == "box" and options.box is not None:
        return FixedBox(options.box)
    hint = "options.lipsync.box of the profile" if name == "box" else f"detectors: {', '.join(detectors(options))}"
    raise InputError(f"there is no face detector {name[:80]!r}", where="lipsync", hint=hint)


def detectors(options: Wav2LipOptions) -> list[str]:
    """Names of the detectors there are, the profile's own first."""
    known = ["haar", "nudenet", *(["box"] if options.box is not None else [])]
    return [options.detector, *(name for name in known if name != options.detector)]


def find_in(picture: Picture, find: Find, options: Wav2LipOptions) -> list[Box]:
    """Faces of ``picture``, looked for within the profile's ``crop``, at its ``resize_factor``."""
    import cv2

    height, width = picture.shape[:2]
    region = share(options.crop, width, height)
    looked = np.ascontiguousarray(picture[region.top : region.bottom, region.left : region.right])
    by = options.resize_factor
    if by > 1:
        size = max(1, looked.shape[1] // by), max(1, looked.shape[0] // by)
        looked = np.asarray(cv2.resize(looked, size, interpolation=cv2.INTER_AREA), np.uint8)
    return [
        Box(
            region.top + box.top * by, min(region.bottom, region.top + box.bottom * by),
            region.left + box.left * by, min(region.right, region.left + box.right * by),
        )
        for box in find(looked)
    ]  # fmt: skip


def share(sides: tuple[float, float, float, float], width: int, height: int) -> Box:
    """Shares of a frame (top, bottom, left, right) in pixels."""
    top, bottom, left, right = sides
    return Box(round(top * height), round(bottom * height), round(left * width), round(right * width))
