"""Pictures inside the page, as data URIs; small enough together that the page stays a page."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

from PIL import Image, UnidentifiedImageError

BUDGET = 1_200_000
"""Bytes of all thumbnails together: 60 shots of 20 kB. In base64 they take a third more."""
POSTER_BYTES = 90_000
SMALLER = ((960, 80), (640, 80), (480, 75), (320, 70), (240, 60), (160, 50), (96, 40))
"""Widths and JPEG qualities that are tried, best first."""


def data_uri(picture: bytes) -> str:
    """JPEG bytes as a URI."""
    return f"data:image/jpeg;base64,{b64encode(picture).decode('ascii')}"


def shrunk(picture: bytes, most: int) -> bytes | None:
    """``picture`` in at most ``most`` bytes, smaller or coarser where it has to be; None when that cannot be done."""
    if len(picture) <= most:
        return picture
    try:
        with Image.open(BytesIO(picture), formats=["JPEG"]) as opened:
            whole = opened.convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return None
    for width, quality in SMALLER:
        small = whole.copy()
        small.thumbnail((width, width))
        out = BytesIO()
        small.save(out, "JPEG", quality=quality)
        if out.tell() <= most:
            return out.getvalue()
    return None


class Album:
    """The thumbnails of one page, each in its share of the budget; ``count`` is how many there will be."""

    def __init__(self, count: int) -> None:
        self._share = min(20_000, BUDGET // max(1, count))

    def uri(self, picture: bytes | None) -> str | None:
        """A thumbnail as a URI; None when there is none, or none small enough."""
        small = None if picture is None else shrunk(picture, self._share)
        return None if small is None else data_uri(small)
