"""Still pictures from outside and inside: bounded before they are decoded, written so that equal means equal."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from resources.errors import InputError, RenderFault

MAX_PIXELS = 50_000_000
"""Largest picture taken from outside; a 12 KB file may claim 100 million."""
MOST_CROPPED = Fraction(1, 5)
"""Share of a picture that may be cropped away; 3:2 in 16:9 loses 16 %, 4:3 a quarter."""
FORMATS = ("PNG", "JPEG", "WEBP")
_STUMBLES = (
    OSError,
    Image.DecompressionBombError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
THUMB_BYTES = 18_000
"""Thumbnails stand inline in Dagster's database; keep them small."""


@contextmanager
def decoding(path: Path, what: str = "cannot be decoded") -> Iterator[None]:
    """Tell in one line what Pillow stumbles over in the picture at ``path``: it has no errors of its own for that.

    Its warnings (of sizes that are checked here, of notes in a file that nobody reads) are no lines for a person.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except _STUMBLES as error:
        raise InputError(f"{what} ({error})", where=path.name) from None


def open_picture(path: Path) -> Image.Image:
    """Open a picture after checking its format and size. Raises :class:`InputError`."""
    with decoding(path, "is not a PNG, JPEG or WebP picture"):
        picture = Image.open(path, formats=FORMATS)
    if picture.width * picture.height > MAX_PIXELS:
        picture.close()
        raise InputError(f"has more than {MAX_PIXELS // 1_000_000} million pixels", where=path.name)
    return picture


def crops(width: int, height: int, frame: tuple[int, int]) -> bool:
    """Whether a picture fills ``frame`` (width, height) by cropping; otherwise it is shown whole, heads and all."""
    shape, wanted = Fraction(width, height), Fraction(*frame)
    return 1 - min(shape / wanted, wanted / shape) <= MOST_CROPPED


def fit_picture(source: Path, size: tuple[int, int], target: Path) -> None:
    """Scale ``source`` to fill ``size`` (width, height), cropped or whole over a soft copy of itself, as PNG."""
    with open_picture(source) as picture:
        with decoding(source):
            upright = ImageOps.exif_transpose(picture).convert("RGB")
        filled = ImageOps.fit(upright, size, Image.Resampling.LANCZOS)
        if not crops(upright.width, upright.height, size):
            soft = filled.resize((max(1, size[0] // 8), max(1, size[1] // 8))).filter(ImageFilter.GaussianBlur(4))
            filled = ImageEnhance.Brightness(soft.resize(size, Image.Resampling.BILINEAR)).enhance(0.55)
            whole = ImageOps.contain(upright, size, Image.Resampling.LANCZOS)
            filled.paste(whole, ((size[0] - whole.width) // 2, (size[1] - whole.height) // 2))
        filled.save(target, "PNG")


def thumbnail(picture: Image.Image, target: Path, width: int = 320) -> None:
    """Write a small JPEG, under THUMB_BYTES whatever the picture holds."""
    small = picture.convert("RGB")
    small.thumbnail((width, width))
    for quality in (80, 65, 50, 35, 20):
        small.save(target, "JPEG", quality=quality)
        if target.stat().st_size <= THUMB_BYTES:
            return


def poster_frame(video: Path, target: Path) -> None:
    """Write the middle frame of a clip of ours as JPEG, in its full size. Raises :class:`RenderFault`."""
    import av
    from av.error import FFmpegError

    try:
        with av.open(str(video), format="mp4") as source:
            stream = source.streams.video[0]
            middle = stream.frames // 2
            frame = next(frame for number, frame in enumerate(source.decode(stream)) if number >= middle)
    except (FFmpegError, IndexError, StopIteration) as error:
        raise RenderFault(f"cannot be decoded ({error})", where=video.name) from None
    Image.fromarray(frame.to_ndarray(format="rgb24")).save(target, "JPEG", quality=88)
