"""Still pictures from outside and inside: bounded before they are decoded, written so that equal means equal."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from resources.errors import InputError

MAX_PIXELS = 50_000_000
"""Largest picture taken from outside; a 12 KB file may claim 100 million."""
FORMATS = ("PNG", "JPEG", "WEBP")
THUMB_BYTES = 18_000
"""Thumbnails stand inline in Dagster's database; keep them small."""


def open_picture(path: Path) -> Image.Image:
    """Open a picture after checking its format and size. Raises :class:`InputError`."""
    try:
        picture = Image.open(path, formats=FORMATS)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise InputError(f"is not a PNG, JPEG or WebP picture ({error})", where=path.name) from None
    if picture.width * picture.height > MAX_PIXELS:
        picture.close()
        raise InputError(f"has more than {MAX_PIXELS // 1_000_000} million pixels", where=path.name)
    return picture


def fit_picture(source: Path, size: tuple[int, int], target: Path) -> None:
    """Scale and crop ``source`` to fill ``size`` (width, height), and write it as PNG."""
    with open_picture(source) as picture:
        try:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
        except OSError as error:
            raise InputError(f"cannot be decoded ({error})", where=source.name) from None
        ImageOps.fit(upright, size, Image.Resampling.LANCZOS).save(target, "PNG")


def thumbnail(picture: Image.Image, target: Path, width: int = 320) -> None:
    """Write a small JPEG, under THUMB_BYTES whatever the picture holds."""
    small = picture.convert("RGB")
    small.thumbnail((width, width))
    for quality in (80, 65, 50, 35, 20):
        small.save(target, "JPEG", quality=quality)
        if target.stat().st_size <= THUMB_BYTES:
            return
