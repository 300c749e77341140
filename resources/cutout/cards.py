"""Title and end cards: words on torn paper before the scenery of the first shot."""

from __future__ import annotations

import math
from fractions import Fraction

import skia

from resources.cutout.camera import Camera
from resources.cutout.draw import Painter
from resources.cutout.lettering import BODY, DISPLAY, Block, fit
from resources.cutout.palette import palette
from resources.cutout.paper import Point, colour, cut, paint, polygon, rng, soften, sprite, wobble
from resources.cutout.places.base import HEIGHT
from resources.cutout.score import Stage, View, resized
from resources.cutout.still import Screen, StillPainter
from resources.engines import Frame
from schemas.media import CutRequest
from schemas.vocabulary import CameraMove, Mood, ShotSize, TimeOfDay, Weather

PAPER = "#f3e8d2"
INK = "#33241f"
FADE_IN_S = 0.6
FADE_OUT_S = 0.6
MADE_BY = "Made by machine with Sparkle Motion"
MAX_CREDITS = 14
"""Lines of credits that an end card has room for."""
LINEAR = skia.SamplingOptions(skia.FilterMode.kLinear)


class CardPainter:
    """Draws the frames of one card. A frame is a pure function of its number."""

    def __init__(
        self, kind: str, request: CutRequest, stage: Stage | None, picture: skia.Image | None, count: int
    ) -> None:
        """``kind`` is "title" or "end"; ``stage`` or ``picture`` is what lies behind the paper."""
        if kind not in ("title", "end"):
            raise ValueError(f"a card is 'title' or 'end', not {kind!r}")
        self.kind, self.request, self.count = kind, request, count
        self.width, self.height = request.width, request.height
        self.fps = float(Fraction(request.fps))
        self.seed = request.music_seed
        move = CameraMove.PUSH_IN if kind == "title" else CameraMove.PULL_OUT
        self.camera = Camera(move, max(2, count), self.fps, self.seed)
        self.back = self._back(stage, picture)
        self.strip, self.strip_at = self._title() if kind == "title" else self._end()
        self.screen = Screen(self.width, self.height)

    def frame(self, number: int) -> Frame:
        """The frame as RGBA (height, width, 4); the array is reused."""
        canvas = self.screen.canvas
        self.back.paint(canvas, number)
        t = number / self.fps
        canvas.drawColor(colour("#120d16", alpha=0.30 if self.kind == "end" else 0.12))
        self._paper(canvas, t)
        dark = 1.0 - self._light(number)
        if dark > 0.003:
            canvas.drawColor(colour("#000000", alpha=dark))
        return self.screen.shot()

    def _paper(self, canvas: skia.Canvas, t: float) -> None:
        """The strip hangs a little loose: it settles in the first second, then breathes."""
        settle = math.exp(-3.2 * t)
        turn = -0.35 + 0.16 * math.sin(0.9 * t) + 2.2 * settle * math.cos(5.0 * t)
        lift = 0.004 * self.height * math.sin(0.7 * t) - 0.03 * self.height * settle
        if self.kind == "end":
            turn *= 0.4
        x, y = self.strip_at
        canvas.save()
        canvas.translate(x, y + lift)
        canvas.rotate(turn)
        canvas.drawImage(self.strip, -self.strip.width() / 2, -self.strip.height() / 2, LINEAR)
        canvas.restore()

    def _light(self, number: int) -> float:
        """How far the picture has come up from black, 0 to 1."""
        up = min(1.0, (number + 1) / max(1.0, FADE_IN_S * self.fps)) if self.kind == "title" else 1.0
        down = 1.0
        if self.kind == "end":
            down = min(1.0, (self.count - 1 - number) / max(1.0, FADE_OUT_S * self.fps))
        level = max(0.0, min(up, down))
        return level * level * (3 - 2 * level)

    def _back(self, stage: Stage | None, picture: skia.Image | None) -> Painter | StillPainter:
        if stage is not None and abs(stage.width / stage.height - self.width / self.height) < 0.02:
            wide = HEIGHT * self.width / self.height
            bare = resized(stage, self.width).model_copy(
                update={
                    "height": self.height,
                    "size": ShotSize.WIDE,
                    "view": View(x=wide / 2, y=HEIGHT / 2, zoom=1.0),
                    "blur": 1.4 if self.kind == "title" else 4.0,
                    "ledge": None,
                    "figures": [],
                    "props": [],
                }
            )
            return Painter(bare, self.camera, seed=self.seed, people=False)
        if picture is None:
            picture = _plain(self.width, self.height, self.seed)
        small = sprite(
            self.width,
            self.height,
            lambda canvas: _cover(canvas, picture, self.width, self.height),
        )
        return StillPainter(soften(small, 0.012 * self.height), self.camera, self.width, self.height)

    def _title(self) -> tuple[skia.Image, tuple[float, float]]:
        narrow = self.width < 0.9 * self.height
        room = self.width * (0.80 if narrow else 0.66), self.height * (0.34 if narrow else 0.36)
        top = 0.17 * min(self.width, self.height * 1.2)
        block = fit([(self.request.title, DISPLAY, 1.0)], top, *room)
        image = self._strip(block, margin=(0.055 * self.width, 0.05 * self.height), torn=True)
        return image, (self.width / 2, self.height * (0.40 if narrow else 0.42))

    def _end(self) -> tuple[skia.Image, tuple[float, float]]:
        narrow = self.width < 0.9 * self.height
        credits = [line for line in self.request.credits if line.strip()][:MAX_CREDITS]
        lines = [("The End", DISPLAY, 1.0)]
        share = 0.50 * min(1.0, 26 / max(1, len(self.request.title)))  # a long title must not shrink the names
        lines += [(self.request.title, DISPLAY, max(0.26, share))]
        lines += [(line, BODY, 0.255) for line in credits]
        lines += [(MADE_BY, BODY, 0.225)]
        room = self.width * (0.74 if narrow else 0.60), self.height * (0.70 if narrow else 0.78)
        block = fit(lines, 0.185 * min(self.width, self.height), *room, gaps={2: 0.12, len(lines) - 1: 0.28})
        image = self._strip(block, margin=(0.05 * self.width, 0.045 * self.height), torn=False)
        return image, (self.width / 2, self.height * 0.5)

    def _strip(self, block: Block, margin: tuple[float, float], torn: bool) -> skia.Image:
        """Words on a piece of paper with torn ends (a strip) or cut edges (a sheet)."""
        wide, tall = block.width + 2 * margin[0], block.height + 2 * margin[1]
        pad = 0.04 * self.height
        unit = self.height / HEIGHT

        def draw(canvas: skia.Canvas) -> None:
            stream = rng(self.seed, "card", self.kind)
            canvas.translate(pad, pad)
            edge = _torn(wide, tall, stream, unit) if torn else None
            path = (
                polygon(edge)
                if edge
                else wobble([(0, 0), (wide, 0), (wide, tall), (0, tall)], stream, 2.2 * unit, False)
            )
            cut(canvas, path, colour(PAPER), shadow=max(2.0, 11 * unit), fade=colour(PAPER, -0.05))
            for name in (0.06, 0.94) if not torn else ():
                canvas.drawRect(
                    skia.Rect.MakeXYWH(wide * name - 24 * unit, -9 * unit, 48 * unit, 20 * unit),
                    paint(colour("#d9c79a", alpha=0.75)),
                )
            block.draw(canvas, wide / 2, margin[1], colour(INK))

        return sprite(wide + 2 * pad, tall + 2 * pad, draw)


def _torn(wide: float, tall: float, stream, unit: float) -> list[Point]:  # type: ignore[no-untyped-def]
    """A strip whose long edges are cut and whose ends are torn."""
    points: list[Point] = []
    steps = 18
    for k in range(steps + 1):
        points.append((wide * k / steps, stream.uniform(-1.6, 1.6) * unit))
    teeth = max(7, int(tall / (11 * unit)))
    for k in range(1, teeth):
        points.append((wide - stream.uniform(-9, 12) * unit, tall * k / teeth))
    for k in range(steps + 1):
        points.append((wide * (1 - k / steps), tall + stream.uniform(-1.6, 1.6) * unit))
    for k in range(1, teeth):
        points.append((stream.uniform(-9, 12) * unit, tall * (1 - k / teeth)))
    return points


def _cover(canvas: skia.Canvas, picture: skia.Image, width: int, height: int) -> None:
    """``picture`` filling the frame, darkened a little so that the paper stands out."""
    fit_by = max(width / picture.width(), height / picture.height())
    wide, tall = picture.width() * fit_by, picture.height() * fit_by
    sampling = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)
    canvas.drawImageRect(picture, skia.Rect.MakeXYWH((width - wide) / 2, (height - tall) / 2, wide, tall), sampling)
    canvas.drawColor(colour("#141018", alpha=0.30))


def _plain(width: int, height: int, seed: int) -> skia.Image:
    """A dusk sky, for a film without a first picture."""
    tones = palette(TimeOfDay.DUSK, Mood.WARM, Weather.CLEAR, seed)
    ends = [skia.Point(0, 0), skia.Point(0, height)]
    shader = skia.GradientShader.MakeLinear(ends, [tones.sky_top, tones.sky_middle, tones.sky])
    return sprite(width, height, lambda canvas: canvas.drawPaint(skia.Paint(Shader=shader, Dither=True)))
