"""From a face in a frame to the network's input, and from its output back into the frame."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from resources.engines import Frame
from resources.gpu.wav2lip.boxes import Box

FACE = 96
"""Pixels of a face as the network sees it."""
FEATHER = 0.12
"""Share of the box over which the paint fades out at its sides and its lower edge."""
MOUTH_FROM, MOUTH_WHOLE = 0.42, 0.56
"""Where, from the top of the box, the paint begins, and where it covers. The network is shown the upper half and paints
it again at 96 pixels, out of focus; the frame's own eyes are sharper."""


def face_input(frame: Frame, box: Box) -> NDArray[np.float32]:
    """(6, 96, 96), BGR, 0 to 1: the face with its lower half black, then the whole face."""
    import cv2

    crop = np.ascontiguousarray(frame[box.top : box.bottom, box.left : box.right, 2::-1])
    face = np.asarray(cv2.resize(crop, (FACE, FACE), interpolation=cv2.INTER_LINEAR), np.float32) / np.float32(255)
    masked = face.copy()
    masked[FACE // 2 :] = 0
    seen: NDArray[np.float32] = np.concatenate((masked, face), axis=2).transpose(2, 0, 1)
    return seen


def paint(frame: Frame, box: Box, painted: NDArray[np.float32]) -> None:
    """Put a painted face ((3, 96, 96), BGR, 0 to 1) into ``frame``, in place, through a soft mask."""
    import cv2

    height, width = box.bottom - box.top, box.right - box.left
    rgb = np.ascontiguousarray(painted[::-1].transpose(1, 2, 0))
    new = np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_CUBIC), np.float32) * 255
    mask = soft_mask(height, width)[:, :, None]
    old = frame[box.top : box.bottom, box.left : box.right, :3]
    old[:] = np.clip(np.rint(old * (1 - mask) + new * mask), 0, 255).astype(np.uint8)


@lru_cache(maxsize=16)
def soft_mask(height: int, width: int) -> NDArray[np.float32]:
    """How much of the paint is taken, (height, width), 0 to 1: mouth and chin, fading to nothing at the edge."""
    down = (np.arange(height) + 0.5) / height
    across = (np.arange(width) + 0.5) / width
    rows = _ramp((down - MOUTH_FROM) / (MOUTH_WHOLE - MOUTH_FROM)) * _ramp((1 - down) / FEATHER)
    columns = _ramp(across / FEATHER) * _ramp((1 - across) / FEATHER)
    mask: NDArray[np.float32] = (rows[:, None] * columns[None, :]).astype(np.float32)
    mask.flags.writeable = False
    return mask


def _ramp(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 to 1 without a kink at either end."""
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)
