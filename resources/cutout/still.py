"""What painters share, and the simplest of them: a camera over a picture of the user's own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
import skia
from numpy.typing import NDArray

from resources.cutout.camera import Camera
from resources.cutout.paper import LINEAR, colour, sprite
from schemas.vocabulary import Effect

Frame = NDArray[np.uint8]


class Screen:
    """A surface and the array its pixels are handed out in."""

    def __init__(self, width: int, height: int) -> None:
        """Sizes in pixels."""
        self._surface = skia.Surface(width, height)
        self._info = skia.ImageInfo.Make(
            width, height, skia.ColorType.kRGBA_8888_ColorType, skia.AlphaType.kPremul_AlphaType
        )
        self._pixels: Frame = np.zeros((height, width, 4), np.uint8)

    @property
    def canvas(self) -> skia.Canvas:
        """What is painted on; what was painted before is still there."""
        return self._surface.getCanvas()

    def shot(self) -> Frame:
        """The picture as opaque RGBA (height, width, 4); the array is reused for the next one."""
        self._surface.readPixels(self._info, self._pixels, self._pixels.strides[0], 0, 0)
        self._pixels[..., 3] = 255
        return self._pixels


class StillPainter:
    """A camera over a picture of the user's own, which fills the frame."""

    def __init__(
        self, picture: skia.Image, camera: Camera, width: int, height: int, effects: Sequence[Effect] = ()
    ) -> None:
        """``picture`` may have any size; what does not fit the frame's format is cut off evenly."""
        self.camera, self.width, self.height = camera, width, height
        overscan = 1.16
        fit = max(width / picture.width(), height / picture.height()) * overscan
        wide, tall = picture.width() * fit, picture.height() * fit
        sampling = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)
        left, top = (width * overscan - wide) / 2, (height * overscan - tall) / 2

        def draw(canvas: skia.Canvas) -> None:
            canvas.clear(0xFF000000)
            canvas.drawImageRect(picture, skia.Rect.MakeXYWH(left, top, wide, tall), sampling)

        self.image = sprite(width * overscan, height * overscan, draw)
        self.effects = frozenset(effects)
        self.corners = corners(width, height, 0xFF101010)
        self.screen = Screen(width, height)

    def paint(self, canvas: skia.Canvas, number: int) -> None:
        """Draw a frame; the overscan covers every move of the camera."""
        lens = self.camera.at(number)
        canvas.save()
        canvas.translate(self.width / 2 - lens.x * self.width * 0.9, self.height / 2 - lens.y * self.height * 0.9)
        zoom = 1 + (lens.zoom - 1) * 0.9
        canvas.scale(zoom, zoom)
        canvas.drawImage(self.image, -self.image.width() / 2, -self.image.height() / 2, LINEAR)
        canvas.restore()
        for image, x, y in self.corners:
            canvas.drawImage(image, x, y)

    def frame(self, number: int) -> Frame:
        """The frame as RGBA (height, width, 4); the array is reused."""
        self.paint(self.screen.canvas, number)
        return self.screen.shot()


def corners(width: int, height: int, ink: int) -> list[tuple[skia.Image, int, int]]:
    """The vignette as four small images: the middle of the frame needs none."""
    wide, tall = math.ceil(width * 0.34), math.ceil(height * 0.36)
    images: list[tuple[skia.Image, int, int]] = []
    for x, y, corner_x, corner_y in (
        (0, 0, 0, 0),
        (width - wide, 0, wide, 0),
        (0, height - tall, 0, tall),
        (width - wide, height - tall, wide, tall),
    ):
        shader = skia.GradientShader.MakeRadial(
            skia.Point(0, 0),
            1.0,
            [colour(ink, alpha=0.38), colour(ink, alpha=0.13), colour(ink, alpha=0.0)],
            [0.0, 0.5, 1.0],
        )
        matrix = skia.Matrix.Scale(wide, tall)
        matrix.postTranslate(corner_x, corner_y)
        fill = skia.Paint(Shader=shader.makeWithLocalMatrix(matrix), Dither=True)
        images.append((sprite(wide, tall, partial(skia.Canvas.drawPaint, paint=fill)), x, y))
    return images
