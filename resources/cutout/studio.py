"""The embedded studio: four engines that make a film's pictures from cut paper, on a CPU and without any weights.

Each is cheap to make and to pickle; what costs time (a rasterised stage) lives in a small cache of the process.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TypeAlias

import numpy as np
import skia
from PIL import Image

from resources.cutout.cards import CardPainter
from resources.cutout.direct import direct, still_parts
from resources.cutout.draw import Painter, keyframe_painter, painter_of
from resources.cutout.lettering import BODY, DISPLAY, typefaces
from resources.cutout.props import PROPS
from resources.cutout.score import (
    IMAGE_FILE,
    SCORE_FILE,
    STAGE_FILE,
    STILL_FILE,
    Score,
    Stage,
    read_score,
    read_stage,
    resized,
)
from resources.cutout.stage import lay_out
from resources.cutout.still import StillPainter
from resources.engines import Frame
from resources.errors import RenderFault
from resources.media.pictures import thumbnail
from schemas.media import CutRequest, ImageRequest, LipsyncRequest, TimedLine, VideoRequest

REVISION = "9"
"""Bump whenever the same request would give other pixels."""
THUMB_FILE = "thumb.jpg"
TRUTH_FILE = "truth.json"
PREVIEW_FILE = "preview.jpg"
PREVIEW_SIDE = 320
"""Longer side of one of the preview's three pictures, in pixels."""
KEPT = 2
"""Prepared shots kept in a process: ranges of one shot follow each other, and two shots may alternate."""

AnyPainter: TypeAlias = Painter | StillPainter | CardPainter
_prepared: OrderedDict[str, AnyPainter] = OrderedDict()
_lock = Lock()


class _Signs:
    """What the drawings letter: a word without a drawing of its own stands on a sign."""

    def typefaces(self, texts: Sequence[str]) -> list[Path]:
        """The typeface files of the signs among the things named ``texts``."""
        return typefaces([text for text in texts if text not in PROPS], BODY)


@dataclass(frozen=True)
class CutoutImages(_Signs):
    """Keyframes: ``image.png``, ``stage.json``, ``thumb.jpg`` and the rig's ground truth, ``truth.json``."""

    name: str = "cutout"
    revision: str = REVISION

    def render_image(self, request: ImageRequest, folder: Path) -> None:
        """Lay the stage out and draw it; ``request.width`` x ``request.height`` pixels."""
        stage = lay_out(request)
        painter = keyframe_painter(stage, request.seed, still_parts(stage))
        picture = Image.fromarray(painter.frame(0)[..., :3])
        (folder / STAGE_FILE).write_text(stage.model_dump_json(indent=1), encoding="utf-8")
        (folder / TRUTH_FILE).write_text(json.dumps(truth(stage, painter), indent=1), encoding="utf-8")
        picture.save(folder / IMAGE_FILE, compress_level=3)
        thumbnail(picture, folder / THUMB_FILE)


@dataclass(frozen=True)
class CutoutVideo(_Signs):
    """Motion as a score: how the camera and everybody move, without a single pixel of it drawn."""

    name: str = "cutout"
    revision: str = REVISION

    def render_video(self, request: VideoRequest, image: Path, frames: int, folder: Path) -> None:
        """Write ``score.json`` and ``preview.jpg``; a picture without a stage is copied to ``still.png``."""
        stage = read_stage(image)
        if stage is None:
            picture = image / IMAGE_FILE
            if not picture.is_file():
                raise RenderFault(f"the image artifact has neither {STAGE_FILE} nor {IMAGE_FILE}", where=image.name)
            shutil.copyfile(picture, folder / STILL_FILE)
            with Image.open(picture) as opened:
                size = opened.size
        else:
            size = (stage.width, stage.height)
        score = direct(request, stage, size, frames)
        (folder / SCORE_FILE).write_text(score.model_dump_json(indent=1), encoding="utf-8")
        _preview(score, folder)


@dataclass(frozen=True)
class CutoutLipsync(_Signs):
    """Final frames: the score played, with mouths that follow the voices."""

    name: str = "cutout"
    revision: str = REVISION

    def prepare(
        self, request: LipsyncRequest, video: Path, lines: list[TimedLine], sound: Path, frames: int, folder: Path
    ) -> Path:
        """Nothing is to do: mouths are drawn from the marks of the lines."""
        return video

    def frames(
        self, request: LipsyncRequest, video: Path, lines: list[TimedLine], start: int, stop: int
    ) -> Iterator[Frame]:
        """Frames ``start`` up to ``stop``, (height, width, 4) RGBA; the array is reused for the next frame."""
        yield from _painted(
            _key(request, video, lines),
            lambda: _prepare(read_score(video), video, lines, request.width, request.height),
            start,
            stop,
        )


@dataclass(frozen=True)
class CutoutCards:
    """Title and end cards over the scenery of the first shot."""

    name: str = "cutout"
    revision: str = REVISION

    def typefaces(self, texts: Sequence[str]) -> list[Path]:
        """The typeface files of cards that say ``texts``."""
        return typefaces(texts, DISPLAY, BODY)

    def card_frames(
        self, kind: str, request: CutRequest, images: list[Path], count: int, start: int, stop: int
    ) -> Iterator[Frame]:
        """Frames ``start`` up to ``stop`` of the ``count`` of the card ``kind``: "title" or "end"."""

        def prepare() -> CardPainter:
            stage = read_stage(images[0]) if images else None
            picture = None
            if stage is None and images and (images[0] / IMAGE_FILE).is_file():
                picture = _picture(images[0] / IMAGE_FILE)
            return CardPainter(kind, request, stage, picture, count)

        parts = [kind, request.model_dump_json(), *(str(image) for image in images), str(count)]
        yield from _painted(hashlib.sha256("\x1f".join(parts).encode()).hexdigest(), prepare, start, stop)


def _painted(key: str, prepare: Callable[[], AnyPainter], start: int, stop: int) -> Iterator[Frame]:
    """Frames of a prepared painter, which goes back into the cache when they are drawn."""
    with _lock:
        painter = _prepared.pop(key, None)
    if painter is None:
        painter = prepare()
    try:
        for number in range(start, stop):
            yield painter.frame(number)
    finally:  # back only now, so that no two callers share its buffer
        with _lock:
            _prepared[key] = painter
            while len(_prepared) > KEPT:
                _prepared.popitem(last=False)


def truth(stage: Stage, painter: Painter) -> dict[str, object]:
    """What the rig knows about the keyframe: boxes (left, top, right, bottom) of all that stands there, in pixels."""
    figures: list[dict[str, object]] = []
    for figure, puppet, pose in painter.poses(0):
        figures.append(
            {
                "character_id": figure.character_id,
                "body": _box(painter, puppet.bounds(pose), figure.depth),
                "face": _box(painter, puppet.face(pose), figure.depth),
                "facing": figure.facing,
                "look": figure.look.model_dump(mode="json"),
            }
        )
    props = [
        {
            "name": prop.name,
            "box": _box(painter, (prop.x - prop.size / 2, prop.y - prop.size, prop.x + prop.size / 2, prop.y), 1.0),
        }
        for prop in stage.props
    ]
    return {
        "width": stage.width,
        "height": stage.height,
        "size": stage.size.value,
        "place": stage.place.value,
        "time_of_day": stage.time_of_day.value,
        "weather": stage.weather.value,
        "palette": stage.palette,
        "figures": figures,
        "props": props,
    }


def _box(painter: Painter, box: tuple[float, float, float, float], depth: float) -> list[float]:
    left, top = painter.in_frame(box[0], box[1], 0, depth)
    right, bottom = painter.in_frame(box[2], box[3], 0, depth)
    return [round(left, 1), round(top, 1), round(right, 1), round(bottom, 1)]


def _picture(path: Path) -> skia.Image:
    """A picture of any kind PIL reads, as skia's own premultiplied format."""
    with Image.open(path) as opened:
        pixels = np.ascontiguousarray(opened.convert("RGBA"))
    return skia.Image.fromarray(pixels, colorType=skia.ColorType.kRGBA_8888_ColorType, copy=True)


def _prepare(score: Score, video: Path, lines: list[TimedLine], width: int, height: int) -> Painter | StillPainter:
    """The painter of a score in a frame of ``width`` x ``height`` pixels."""
    if score.stage is None:
        score = score.model_copy(update={"width": width, "height": height})
        return painter_of(score, lines, _picture(video / STILL_FILE))
    stage = resized(score.stage, width)
    if stage.height != height:
        raise RenderFault(
            f"the shot is staged for {score.stage.width}x{score.stage.height}, not for {width}x{height}",
            where=video.name,
            hint="make its image again",
        )
    return painter_of(score.model_copy(update={"stage": stage, "width": width, "height": height}), lines)


def _key(request: LipsyncRequest, video: Path, lines: list[TimedLine]) -> str:
    """What decides every pixel of a shot, hashed."""
    known = hashlib.sha256((video / SCORE_FILE).read_bytes())
    still = video / STILL_FILE
    if still.is_file():
        facts = still.stat()
        known.update(f"{still}\0{facts.st_size}\0{facts.st_mtime_ns}".encode())
    known.update(f"{request.width}x{request.height}".encode())
    for line in lines:
        known.update(line.model_dump_json().encode())
    return known.hexdigest()


def _preview(score: Score, folder: Path) -> None:
    """Three small frames side by side: the beginning, the middle and the end."""
    factor = min(1.0, PREVIEW_SIDE / max(score.width, score.height))
    width, height = max(1, round(score.width * factor)), max(1, round(score.height * factor))
    if score.stage is not None:
        height = resized(score.stage, width).height
    painter = _prepare(score, folder, [], width, height)
    strip = Image.new("RGB", (3 * width + 8, height), "#16131c")
    for index, number in enumerate((0, score.frames // 2, max(0, score.frames - 1))):
        strip.paste(Image.fromarray(painter.frame(number)[..., :3]), (index * (width + 4), 0))
    strip.save(folder / PREVIEW_FILE, "JPEG", quality=82)
