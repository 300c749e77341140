"""Rain, snow, fog, storm and wind: paper weather in three depths that never repeats within a shot.

Every kind of weather is a few patterns drawn once (a path, or a sheet of vellum) and moved as a whole; two or three of
them at different speeds are enough for the eye to see single drops.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import skia

from resources.cutout.paper import Point, colour, curve, cut, ellipse, mix, paint, rng, soften, sprite, wobble
from resources.cutout.places.base import Scene
from schemas.vocabulary import Weather

Blow = Callable[[skia.Canvas, float], None]
"""Draws weather at a time in seconds, in pixels of the frame."""


@dataclass(frozen=True, slots=True)
class Air:
    """The weather of a shot: one drawing behind the figures, one before them, and one over all (lightning)."""

    behind: Blow | None = None
    before: Blow | None = None


@dataclass(frozen=True, slots=True)
class _Field:
    """A tile of drops or flakes, ``width`` x ``height`` px, that is repeated over the frame."""

    path: skia.Path
    paint: skia.Paint
    width: float
    height: float
    speed: tuple[float, float]
    """Pixels a second."""
    weave: float = 0.0

    def draw(self, canvas: skia.Canvas, t: float) -> None:
        x = (self.speed[0] * t + self.weave * math.sin(1.1 * t + self.height)) % self.width
        y = (self.speed[1] * t) % self.height
        for dx in (x - self.width, x):
            for dy in (y - self.height, y):
                canvas.save()
                canvas.translate(dx, dy)
                if not canvas.quickReject(self.path.getBounds()):
                    canvas.drawPath(self.path, self.paint)
                canvas.restore()


def air(scene: Scene, width: int, height: int, seed: int) -> Air:
    """The weather over a frame of ``width`` x ``height`` pixels."""
    if not scene.airy:
        return Air()
    scale = min(width, height) / 720
    pale = mix(colour(scene.palette.sky, 0.35), 0xFFFFFFFF, 0.3 if scene.night else 0.5)
    match scene.weather:
        case Weather.RAIN:
            return _rain(pale, width, height, scale, seed, 1.0)
        case Weather.STORM:
            return _rain(pale, width, height, scale, seed, 1.7)
        case Weather.SNOW:
            return _snow(scene, width, height, scale, seed)
        case Weather.FOG:
            return _fog(scene, width, height, seed)
        case Weather.WIND:
            return _leaves(scene, width, height, scale, seed)
        case Weather.CLEAR:
            return Air()


def _rain(tone: int, width: int, height: int, scale: float, seed: int, force: float) -> Air:
    fields: list[_Field] = []
    slant = 0.16 if force < 1.5 else 0.42
    area = width * height / (1280 * 720 * scale * scale)
    for index, (count, length, thick, alpha, speed) in enumerate(
        ((80, 26, 1.3, 0.34, 620), (52, 44, 1.9, 0.42, 860), (20, 78, 2.9, 0.34, 1180))
    ):
        stream = rng(seed, "rain", index)
        builder = skia.PathBuilder()
        tile_w, tile_h = width * 1.0, height * 1.0
        for _ in range(int(count * area * (0.75 + 0.25 * force))):
            x, y = stream.uniform(0, tile_w), stream.uniform(0, tile_h)
            reach = length * scale * stream.uniform(0.7, 1.2)
            builder.moveTo(x, y)
            builder.lineTo(x + slant * reach, y + reach)
        pen = paint(colour(tone, alpha=alpha), stroke=thick * scale)
        pen.setStrokeCap(skia.Paint.kButt_Cap)
        fall = speed * scale * (0.85 + 0.25 * force)
        fields.append(_Field(builder.detach(), pen, tile_w, tile_h, (slant * fall, fall)))
    rings = _rings(tone, width, height, scale, seed, force)

    def behind(canvas: skia.Canvas, t: float) -> None:
        fields[0].draw(canvas, t)
        rings(canvas, t)

    def before(canvas: skia.Canvas, t: float) -> None:
        fields[1].draw(canvas, t)
        fields[2].draw(canvas, t)

    return Air(behind, before)


def _rings(tone: int, width: int, height: int, scale: float, seed: int, force: float) -> Blow:
    """Where drops land: small rings on the lowest part of the frame."""
    stream = rng(seed, "rings")
    spots = [
        (stream.uniform(0, width), height * stream.uniform(0.88, 0.995), stream.uniform(0, 1), stream.uniform(1.4, 2.2))
        for _ in range(int(14 + 8 * force))
    ]

    def draw(canvas: skia.Canvas, t: float) -> None:
        for x, y, phase, rate in spots:
            part = (t * rate + phase) % 1.0
            hop = int(t * rate + phase) * 97.0 % width
            radius = (3 + 17 * part) * scale
            at = (x + hop) % width
            pen = paint(colour(tone, alpha=0.5 * (1 - part)), stroke=1.5 * scale)
            canvas.drawOval(skia.Rect(at - radius, y - radius * 0.3, at + radius, y + radius * 0.3), pen)

    return draw


def _snow(scene: Scene, width: int, height: int, scale: float, seed: int) -> Air:
    fields: list[_Field] = []
    white = scene.palette.lit("#ffffff", strength=0.55)
    area = width * height / (1280 * 720 * scale * scale)
    for index, (count, size, alpha, speed, weave) in enumerate(
        (
            (70, 1.9, 0.75, 46, 16),
            (50, 2.8, 0.85, 66, 26),
            (34, 4.2, 0.92, 92, 34),
            (16, 6.4, 0.95, 124, 46),
            (7, 10.5, 0.55, 175, 60),
        )
    ):
        stream = rng(seed, "snow", index)
        builder = skia.PathBuilder()
        for _ in range(int(count * area)):
            x, y = stream.uniform(0, width), stream.uniform(0, height)
            r = size * scale * stream.uniform(0.75, 1.25)
            points = [(px + stream.uniform(-0.2, 0.2) * r, py) for px, py in ellipse(x, y, r, r * 0.9, 6)]
            builder.addPolygon([skia.Point(px, py) for px, py in points], True)
        wind = 14 * scene.breeze * (1 + 0.3 * index)
        fields.append(
            _Field(
                builder.detach(),
                paint(colour(white, alpha=alpha)),
                width,
                height,
                (wind * scale, speed * scale),
                weave * scale,
            )
        )

    def behind(canvas: skia.Canvas, t: float) -> None:
        for field in fields[:2]:
            field.draw(canvas, t)

    def before(canvas: skia.Canvas, t: float) -> None:
        for field in fields[2:]:
            field.draw(canvas, t)

    return Air(behind, before)


def _fog(scene: Scene, width: int, height: int, seed: int) -> Air:
    """Sheets of vellum with torn upper edges, drifting past each other."""
    tone = mix(scene.palette.sky, 0xFFFFFFFF, 0.10 if scene.night else 0.35)
    sheets: list[tuple[skia.Image, float, float, float]] = []
    for index, (top, tall, alpha, speed) in enumerate(
        ((0.06, 0.44, 0.66, 6.0), (0.32, 0.36, 0.80, 9.0), (0.54, 0.32, 0.66, -13.0), (0.74, 0.30, 0.58, 19.0))
    ):
        stream = rng(seed, "fog", index)
        wide, high = int(width * 1.5), int(height * tall)

        def sheet(canvas: skia.Canvas, w: int = wide, h: int = high, s=stream, a: float = alpha) -> None:  # type: ignore[no-untyped-def]
            points: list[Point] = [(-w * 0.02, h * 0.86)]
            for k in range(15):
                points.append((w * (k / 14), h * s.uniform(0.10, 0.34)))
            points += [(w * 1.02, h * 0.8), (w * 0.75, h * 0.96), (w * 0.4, h * 0.86), (w * 0.15, h * 0.97)]
            ends = [skia.Point(0, 0), skia.Point(0, h)]
            body = paint(0xFFFFFFFF, blur=h * 0.045)
            veil = [colour(tone, alpha=a), colour(tone, alpha=a * 0.75), colour(tone, alpha=0.0)]
            body.setShader(skia.GradientShader.MakeLinear(ends, veil, [0.0, 0.55, 1.0]))
            canvas.drawPath(wobble(points, s, 3), body)
            rim = paint(colour(tone, 0.3, a * 0.5), stroke=1.6)
            canvas.drawPath(curve(points[1:16], False), rim)

        sheets.append((sprite(wide, high, sheet), top * height, speed * width / 1280, stream.uniform(0, math.tau)))

    def draw(canvas: skia.Canvas, t: float, which: tuple[int, ...]) -> None:
        for index in which:
            image, top, speed, phase = sheets[index]
            x = -0.25 * width + 0.20 * width * math.sin(speed * t / (0.2 * width) + phase)
            canvas.drawImage(image, round(x), round(top + 0.008 * height * math.sin(0.5 * t + phase)))

    return Air(lambda canvas, t: draw(canvas, t, (0, 1, 2)), lambda canvas, t: draw(canvas, t, (3,)))


def _leaves(scene: Scene, width: int, height: int, scale: float, seed: int) -> Air:
    """Leaves and scraps that fly by, and long strokes of air."""
    papers = [scene.lit(tone) for tone in ("#b9822f", "#9a4b2c", "#6f7f3a", "#d3b46a")]
    images: list[skia.Image] = []
    for index, tone in enumerate(papers):
        stream = rng(seed, "leaf", index)
        size = (15 + 4 * index) * scale

        def leaf(canvas: skia.Canvas, r: float = size, tone: int = tone, s=stream) -> None:  # type: ignore[no-untyped-def]
            points = [(r * 0.2, r), (r * 0.8, r * 0.45), (r * 1.8, r * 0.9), (r * 1.0, r * 1.5)]
            cut(canvas, wobble(points, s, r * 0.05), tone, shadow=2 * scale)
            canvas.drawLine(r * 0.3, r, r * 1.6, r * 0.95, paint(colour(tone, -0.3), stroke=1.2 * scale))

        images.append(sprite(size * 2.2, size * 2.2, leaf))
    span = width * 1.3
    stream = rng(seed, "gusts")
    flights = [
        (
            stream.uniform(0, span),
            stream.uniform(0.05, 0.95) * height,
            stream.uniform(260, 520) * scale,
            stream.uniform(0, 6.3),
            k,
        )
        for k in range(18)
    ]
    strokes = [
        (
            stream.uniform(0, span),
            stream.uniform(0.08, 0.85) * height,
            stream.uniform(420, 640) * scale,
            stream.uniform(90, 220) * scale,
        )
        for _ in range(7)
    ]
    breath = paint(colour(scene.palette.glow, alpha=0.20 if scene.night else 0.34), stroke=2.2 * scale)

    def fly(canvas: skia.Canvas, t: float, near: bool) -> None:
        for x, y, speed, phase, k in flights:
            if (k % 3 == 0) is not near:
                continue
            at = (x + speed * t) % span - 0.15 * width
            up = y + 34 * scale * math.sin(1.9 * t + phase) + 10 * scale * math.sin(5 * t + phase)
            image = images[k % len(images)]
            canvas.save()
            canvas.translate(at, up)
            canvas.rotate(math.degrees(2.6 * t + phase) % 360)
            canvas.scale(1, 0.35 + 0.65 * abs(math.sin(3.1 * t + phase)))
            canvas.drawImage(
                image, -image.width() / 2, -image.height() / 2, skia.SamplingOptions(skia.FilterMode.kLinear)
            )
            canvas.restore()

    def behind(canvas: skia.Canvas, t: float) -> None:
        for x, y, speed, length in strokes:
            at = (x + speed * t) % span - 0.2 * width
            bend = 12 * scale * math.sin(1.3 * t + y)
            canvas.drawPath(
                curve([(at, y), (at + length * 0.5, y + bend), (at + length, y - bend * 0.4)], False), breath
            )
        fly(canvas, t, False)

    return Air(behind, lambda canvas, t: fly(canvas, t, True))


def flash(t: float, seed: int, gap: float = 2.6) -> float:
    """How bright lightning is at ``t`` seconds, 0 to 1: two quick strokes about every ``gap`` seconds."""
    turn = int(t / gap)
    since = t - turn * gap - rng(seed, "flash", turn).uniform(0.2, gap - 1.0)
    if since < 0:
        return 0.0
    second = since - 0.17
    return min(1.0, math.exp(-since * 11) + (0.75 * math.exp(-second * 9) if second >= 0 else 0.0))


def bolt(width: int, height: int, seed: int) -> skia.Image:
    """A zigzag of white paper with its glow, for a frame of this size."""
    stream = rng(seed, "bolt")
    x, y = width * stream.uniform(0.25, 0.75), -10.0
    spine: list[Point] = [(x, y)]
    while y < height * 0.52:
        x += width * stream.uniform(-0.045, 0.045)
        y += height * stream.uniform(0.05, 0.11)
        spine.append((x, y))
    wide = width * 0.006
    edge = [(px - wide * (1 - k / len(spine)), py) for k, (px, py) in enumerate(spine)]
    edge += [(px + wide * (1 - k / len(spine)), py + 4) for k, (px, py) in reversed(list(enumerate(spine)))]

    def draw(canvas: skia.Canvas) -> None:
        path = skia.PathBuilder().addPolygon([skia.Point(*point) for point in edge], True).detach()
        canvas.drawPath(path, paint(0x99CFE0FF, stroke=width * 0.012, blur=width * 0.012))
        canvas.drawPath(path, paint(0xFFF8FBFF))

    return soften(sprite(width, int(height * 0.7), draw), 0.5)
