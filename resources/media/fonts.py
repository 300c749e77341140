"""The typefaces of subtitles, from packages alone, and which of them sets which letter.

Noto Sans for Latin, Greek and Cyrillic and for nineteen scripts more (``manimgx-fonts``, SIL OFL), Noto Sans CJK
(``noto-cjk-sans-jp-regular``, SIL OFL). The machine's own fonts are never looked at, so that a film looks the same
wherever it is made. Every run of letters is given its family by name: libass tries ten fonts in all when it has to
guess, and a line in Tamil was empty boxes in a film that spoke ten other scripts before.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from PIL import ImageFont

from resources.media.wrap import clusters

_MEASURED_AT = 100
"""Size at which rows are measured (pixels)."""
PACKAGES = ("manimgx_fonts", "noto_cjk_sans_jp_regular")
BASE = "Noto Sans"
BASE_TALL = 1.519
"""Line height of the base face in em (OS/2 winAscent + winDescent), by which libass scales every face."""
_SCRIPTS: tuple[tuple[str, float, tuple[tuple[int, int], ...]], ...] = (
    ("Noto Sans Armenian", 1.360, ((0x0530, 0x058F), (0xFB13, 0xFB17))),
    ("Noto Sans Hebrew", 1.360, ((0x0590, 0x05FF), (0xFB1D, 0xFB4F))),
    (
        "Noto Sans Arabic",
        2.169,
        ((0x0600, 0x06FF), (0x0750, 0x077F), (0x0870, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC)),
    ),
    ("Noto Sans Devanagari", 1.906, ((0x0900, 0x097F), (0x1CD0, 0x1CFF), (0xA8E0, 0xA8FF))),
    ("Noto Sans Bengali", 1.403, ((0x0980, 0x09FF),)),
    ("Noto Sans Gurmukhi", 1.304, ((0x0A00, 0x0A7F),)),
    ("Noto Sans Gujarati", 1.484, ((0x0A80, 0x0AFF),)),
    ("Noto Sans Oriya", 1.362, ((0x0B00, 0x0B7F),)),
    ("Noto Sans Tamil", 1.240, ((0x0B80, 0x0BFF),)),
    ("Noto Sans Telugu", 1.478, ((0x0C00, 0x0C7F),)),
    ("Noto Sans Kannada", 1.645, ((0x0C80, 0x0CFF),)),
    ("Noto Sans Malayalam", 1.247, ((0x0D00, 0x0D7F),)),
    ("Noto Sans Sinhala", 1.312, ((0x0D80, 0x0DFF),)),
    ("Noto Sans Thai", 1.511, ((0x0E00, 0x0E7F),)),
    ("Noto Sans Lao", 1.645, ((0x0E80, 0x0EFF),)),
    ("Noto Sans Myanmar", 2.184, ((0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F))),
    ("Noto Sans Georgian", 1.378, ((0x10A0, 0x10FF), (0x1C90, 0x1CBF), (0x2D00, 0x2D2F))),
    ("Noto Sans Ethiopic", 1.362, ((0x1200, 0x139F), (0x2D80, 0x2DDF), (0xAB00, 0xAB2F))),
    ("Noto Sans Khmer", 1.862, ((0x1780, 0x17FF), (0x19E0, 0x19FF))),
    (
        "Noto Sans CJK JP",
        1.448,
        (
            (0x1100, 0x11FF),
            (0x2E80, 0x303E),
            (0x3041, 0x4DBF),
            (0x4E00, 0x9FFF),
            (0xA960, 0xA97F),
            (0xAC00, 0xD7FF),
            (0xF900, 0xFAFF),
            (0xFE30, 0xFE4F),
            (0xFF00, 0xFFEF),
            (0x20000, 0x3FFFF),
        ),
    ),
    ("Noto Emoji", 1.172, ((0x231A, 0x231B), (0x23E9, 0x23F3), (0x2600, 0x27BF), (0x2B05, 0x2B55), (0x1F000, 0x1FAFF))),
    ("Noto Sans Symbols", 2.050, ((0x2190, 0x2319), (0x231C, 0x23E8), (0x2400, 0x25FF), (0x27C0, 0x2BFF))),
)
_BASE = (
    (0x0000, 0x052F),
    (0x1AB0, 0x1ACE),
    (0x1C80, 0x1C88),
    (0x1D00, 0x218F),
    (0x2C60, 0x2C7F),
    (0x2DE0, 0x2E5D),
    (0xA640, 0xA69F),
    (0xA700, 0xA7FF),
    (0xAB30, 0xAB6B),
    (0xFB00, 0xFB06),
    (0xFE00, 0xFE2F),
)

_EMOJI = "Noto Emoji"
_PICTURES = (_EMOJI, "Noto Sans Symbols")
_TO_EMOJI = "\ufe0f\u20e3"
"""What makes a picture of a letter: a heart, a keycap."""


@cache
def font_folders() -> list[Path]:
    """Folders of the packaged fonts."""
    return [Path(str(files(package))) for package in PACKAGES]


def fonts_conf(cache_folder: Path) -> str:
    """A fontconfig file that knows the packaged fonts and nothing else."""
    folders = "".join(f"<dir>{escape(str(folder))}</dir>" for folder in font_folders())
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f"<fontconfig>{folders}<cachedir>{escape(str(cache_folder))}</cachedir></fontconfig>\n"
    )


def runs(text: str) -> Iterator[tuple[str, float, str]]:
    """``text`` as (family, size in parts of the base size, piece); spaces and marks stay with what they follow."""
    families: list[tuple[str, str]] = []
    for cluster in clusters(text):
        own, before = _family(ord(cluster[0])), families[-1][0] if families else BASE
        if cluster[-1] in _TO_EMOJI:
            own = _EMOJI
        elif own == BASE and not cluster[0].isalnum() and before not in _PICTURES:
            own = before
        families.append((own, cluster))
    for family, group in groupby(families, key=lambda pair: pair[0]):
        yield family, _tall(family) / BASE_TALL, "".join(cluster for _, cluster in group)


def width_of(text: str) -> float:
    """Width of a row in em, each letter as wide as its face has it (ligatures and kerning left out)."""
    return sum(_face(family).getlength(piece) for family, _, piece in runs(text)) / _MEASURED_AT


def font_files(text: str) -> list[Path]:
    """The packaged files that ``text`` is set in, sorted; none for text that is only white space."""
    if not text.strip():
        return []
    return sorted({_file_of(family) for family, _, piece in runs(text) if piece.strip()})


def without_face(text: str) -> str:
    """The letters of ``text`` that no packaged font has, each once."""
    found = {
        char
        for char in text
        if unicodedata.category(char)[0] in "LMN" and _family(ord(char)) == BASE and not _within(ord(char), _BASE)
    }
    return "".join(sorted(found))


@cache
def _face(family: str) -> ImageFont.FreeTypeFont:
    """The face of a family, for measuring."""
    return ImageFont.truetype(str(_file_of(family)), _MEASURED_AT, layout_engine=ImageFont.Layout.BASIC)


@cache
def _file_of(family: str) -> Path:
    """The packaged file of a family."""
    stem = family.replace(" ", "").replace("CJKJP", "CJKjp")
    paths = [folder / name for folder in font_folders() for name in (f"{stem}[wght].ttf", f"{stem}-Regular.otf")]
    return next(path for path in paths if path.exists())


@cache
def _family(code: int) -> str:
    if code < 0x0530:
        return BASE
    return next((family for family, _, ranges in _SCRIPTS if _within(code, ranges)), BASE)


@cache
def _tall(family: str) -> float:
    return next((tall for name, tall, _ in _SCRIPTS if name == family), BASE_TALL)


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
