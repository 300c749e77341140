"""Paper: what every piece of the theatre is cut from.

A piece is a closed outline with a wobble that belongs to the piece, a soft shadow whose length says how far it stands
from what is behind it, a fill, a faint grain, and a lighter rim along the edge that faces the lamp (upper left).

Everything here is slow and beautiful on purpose: pieces are rasterised once, into a :func:`sprite`, and only moved
afterwards. Sprites are premultiplied N32 images, because skia's raster backend samples N32 onto N32 three times as fast
as any other pair of formats (measured: 3 ms against 10 ms for a scaled 1280x720 layer).
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import skia

Point = tuple[float, float]
LINEAR = skia.SamplingOptions(skia.FilterMode.kLinear)
"""The sampling of every moving sprite."""
_GRAIN_SIZE = 256
_GRAIN_STRENGTH = 0.055
"""Peak alpha of the grain; its mean effect on a flat fill is about 3 % of the range."""


def seed(*parts: object) -> int:
    """A 64-bit seed from the text of ``parts``: the same in every process and on every machine."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def rng(*parts: object) -> random.Random:
    """A random stream of its own for ``parts`` (strings and numbers), like ``rng(film_seed, "sea", "rocks")``."""
    return random.Random(seed(*parts))


def colour(value: str | int, lighten: float = 0.0, alpha: float = 1.0) -> int:
    """A skia colour (0xAARRGGBB) from ``#rrggbb`` or another skia colour.

    ``lighten`` is -1 (black) to 1 (white), mixed in sRGB; ``alpha`` is 0 to 1.
    """
    packed = int(value[1:7], 16) if isinstance(value, str) else value & 0xFFFFFF
    channels = [(packed >> 16) & 255, (packed >> 8) & 255, packed & 255]
    target = 255 if lighten > 0 else 0
    amount = min(1.0, abs(lighten))
    red, green, blue = (round(c + (target - c) * amount) for c in channels)
    return (round(max(0.0, min(1.0, alpha)) * 255) << 24) | (red << 16) | (green << 8) | blue


def mix(first: int, second: int, amount: float) -> int:
    """``first`` moved towards ``second`` by ``amount`` (0 to 1) in sRGB, alpha included."""
    packed = 0
    for shift in (24, 16, 8, 0):
        a, b = (first >> shift) & 255, (second >> shift) & 255
        packed |= round(a + (b - a) * amount) << shift
    return packed


def luminance(value: str | int) -> float:
    """How light a colour is, 0 black to 1 white (Rec. 709 weights on sRGB values)."""
    packed = colour(value)
    return (0.2126 * (packed >> 16 & 255) + 0.7152 * (packed >> 8 & 255) + 0.0722 * (packed & 255)) / 255


def paint(fill: int, stroke: float = 0.0, blur: float = 0.0) -> skia.Paint:
    """An anti-aliased paint: filled, or a round-ended line ``stroke`` wide; ``blur`` is the sigma of a soft edge."""
    made = skia.Paint(AntiAlias=True, Color=fill)
    if stroke > 0:
        made.setStyle(skia.Paint.kStroke_Style)
        made.setStrokeWidth(stroke)
        made.setStrokeCap(skia.Paint.kRound_Cap)
        made.setStrokeJoin(skia.Paint.kRound_Join)
    if blur > 0:
        made.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
    return made


def polygon(points: Sequence[Point], close: bool = True) -> skia.Path:
    """Straight lines through ``points``."""
    builder = skia.PathBuilder()
    builder.addPolygon([skia.Point(x, y) for x, y in points], close)
    return builder.detach()


def curve(points: Sequence[Point], close: bool = True) -> skia.Path:
    """A smooth line through ``points`` (Catmull-Rom, as cubic Béziers)."""
    count = len(points)
    if count < 3:
        return polygon(points, close)
    builder = skia.PathBuilder()
    builder.moveTo(*points[0])
    for index in range(count if close else count - 1):
        if close:
            before, here, there, after = (points[(index + k) % count] for k in (-1, 0, 1, 2))
        else:
            before, after = points[max(0, index - 1)], points[min(count - 1, index + 2)]
            here, there = points[index], points[index + 1]
        builder.cubicTo(
            here[0] + (there[0] - before[0]) / 6,
            here[1] + (there[1] - before[1]) / 6,
            there[0] - (after[0] - here[0]) / 6,
            there[1] - (after[1] - here[1]) / 6,
            *there,
        )
    if close:
        builder.close()
    return builder.detach()


def ellipse(x: float, y: float, rx: float, ry: float, count: int = 14) -> list[Point]:
    """``count`` points round an ellipse, for :func:`wobble`."""
    return [(x + rx * math.cos(k * math.tau / count), y + ry * math.sin(k * math.tau / count)) for k in range(count)]


def box(left: float, top: float, right: float, bottom: float) -> list[Point]:
    """The corners of a rectangle, for :func:`wobble` with ``smooth=False``."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def outline(path: skia.Path, step: float = 14.0) -> list[Point]:
    """Points along the first contour of ``path``, about ``step`` apart."""
    measure = skia.PathMeasure(path, True)
    length = measure.getLength()
    count = max(6, int(length / step))
    points: list[Point] = []
    for index in range(count):
        position, _ = measure.getPosTan(length * index / count)
        points.append((position.x(), position.y()))
    return points


def wobble(
    shape: skia.Path | Sequence[Point], stream: random.Random, amount: float = 1.5, smooth: bool = True
) -> skia.Path:
    """A closed outline as scissors would cut it: every point off by up to ``amount``.

    ``smooth`` rounds through the points; otherwise corners stay corners and long edges get a slight bend.
    """
    points = outline(shape) if isinstance(shape, skia.Path) else list(shape)
    if smooth:
        return curve([(x + stream.uniform(-amount, amount), y + stream.uniform(-amount, amount)) for x, y in points])
    bent: list[Point] = []
    for (x, y), (to_x, to_y) in zip(points, points[1:] + points[:1], strict=True):
        bent.append((x + stream.uniform(-amount, amount), y + stream.uniform(-amount, amount)))
        pieces = int(math.hypot(to_x - x, to_y - y) / 60)
        for k in range(1, min(pieces, 24)):
            part = k / min(pieces, 24)
            bent.append(
                (
                    x + (to_x - x) * part + stream.uniform(-amount, amount) * 0.6,
                    y + (to_y - y) * part + stream.uniform(-amount, amount) * 0.6,
                )
            )
    return polygon(bent)


@lru_cache(maxsize=1)
def _grain_image() -> skia.Image:
    """Tileable paper noise: black and white specks of a few per cent alpha, with a little fibre."""
    noise = np.random.default_rng(20_240_501).standard_normal((_GRAIN_SIZE, _GRAIN_SIZE))
    fibre = np.zeros_like(noise)
    for shift, weight in ((1, 0.6), (2, 0.4), (3, 0.25), (5, 0.15)):
        fibre += weight * np.roll(noise, shift, axis=1)
    mottle = np.fft.ifft2(np.fft.fft2(noise) * _low_pass()).real
    total = 0.8 * noise + 0.6 * fibre + 0.45 * mottle / mottle.std()
    level = np.clip(total / 3.2, -1, 1) * _GRAIN_STRENGTH
    pixels = np.zeros((_GRAIN_SIZE, _GRAIN_SIZE, 4), np.uint8)
    alpha = np.round(np.abs(level) * 255).astype(np.uint8)
    pixels[..., :3] = np.where(level > 0, alpha, 0)[..., None]  # premultiplied: white specks or black ones
    pixels[..., 3] = alpha
    info = skia.ImageInfo.MakeN32Premul(_GRAIN_SIZE, _GRAIN_SIZE)
    surface = skia.Surface.MakeRaster(info)
    surface.writePixels(skia.Pixmap(info, pixels, _GRAIN_SIZE * 4), 0, 0)
    return surface.makeImageSnapshot()


def _low_pass() -> np.ndarray:
    """Frequencies of blotches about twenty pixels wide."""
    axis = np.fft.fftfreq(_GRAIN_SIZE) * _GRAIN_SIZE
    radius = np.hypot(*np.meshgrid(axis, axis))
    return np.asarray(np.exp(-((radius / 12.0) ** 2)))


def grain_paint(scale: float = 1.0) -> skia.Paint:
    """Paper grain, to draw over a fill on a canvas that is scaled by ``scale`` (specks stay one pixel wide)."""
    matrix = skia.Matrix.Scale(1 / scale, 1 / scale)
    shader = _grain_image().makeShader(
        skia.TileMode.kRepeat, skia.TileMode.kRepeat, skia.SamplingOptions(skia.FilterMode.kNearest), matrix
    )
    return skia.Paint(AntiAlias=True, Shader=shader)


def scale_of(canvas: skia.Canvas) -> float:
    """Pixels for one unit on this canvas."""
    matrix = canvas.getTotalMatrix()
    return max(1e-3, math.hypot(matrix.getScaleX(), matrix.getSkewY()))


def cut(
    canvas: skia.Canvas,
    path: skia.Path,
    fill: int,
    *,
    shadow: float = 6,
    rim: bool = True,
    grain: bool = True,
    fade: int | None = None,
) -> None:
    """Lay one piece of paper on the canvas.

    ``shadow`` is the distance to what is behind, in canvas units (0: none); ``fade`` is a second colour that the fill
    turns into towards the piece's bottom. The lamp hangs on the upper left of the frame, so shadows fall to the right.
    """
    scale = scale_of(canvas)
    if shadow > 0:
        dark = paint(colour("#0b0a14", alpha=0.34), blur=max(0.6, shadow * 0.62))
        canvas.save()
        canvas.translate(shadow * 0.55, shadow * 0.75)
        canvas.drawPath(path, dark)
        canvas.restore()
    body = paint(fill)
    if fade is not None:
        bounds = path.getBounds()
        ends = [skia.Point(0, bounds.top()), skia.Point(0, bounds.bottom())]
        body.setShader(skia.GradientShader.MakeLinear(ends, [fill, fade]))
    if rim:
        thick = 1.3 / scale * max(1.0, scale)
        canvas.drawPath(path, paint(colour(fill, 0.30, (fill >> 24) / 255)))
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        canvas.translate(thick * 0.8, thick)
        canvas.drawPath(path, body)
        canvas.restore()
    else:
        canvas.drawPath(path, body)
    if grain:
        canvas.drawPath(path, grain_paint(scale))


def sprite(width: float, height: float, draw: Callable[[skia.Canvas], None]) -> skia.Image:
    """A transparent image, ``width`` x ``height`` pixels (rounded up), that ``draw`` has drawn on."""
    surface = skia.Surface(max(1, math.ceil(width)), max(1, math.ceil(height)))
    canvas = surface.getCanvas()
    canvas.clear(0)
    draw(canvas)
    return surface.makeImageSnapshot()


def soften(image: skia.Image, sigma: float) -> skia.Image:
    """``image`` out of focus by ``sigma`` pixels. Wide blurs are done at a smaller size: nobody sees the difference."""
    if sigma < 0.4:
        return image
    shrink = max(1.0, min(4.0, sigma / 2.5))
    width, height = max(1, math.ceil(image.width() / shrink)), max(1, math.ceil(image.height() / shrink))
    small = sprite(
        width,
        height,
        lambda canvas: canvas.drawImageRect(
            image,
            skia.Rect(0, 0, width, height),
            skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear),
        ),
    )
    blurred = skia.Paint(ImageFilter=skia.ImageFilters.Blur(sigma / shrink, sigma / shrink, skia.TileMode.kClamp))
    hazy = sprite(width, height, lambda canvas: canvas.drawImage(small, 0, 0, skia.SamplingOptions(), blurred))
    if shrink == 1.0:
        return hazy
    return sprite(
        image.width(),
        image.height(),
        lambda canvas: canvas.drawImageRect(hazy, skia.Rect(0, 0, image.width(), image.height()), LINEAR),
    )
