"""Lettering for cards: any text in any script, wrapped and shrunk until it fits.

Latin letters come from typefaces that PyPI packages ship (SIL OFL and Apache 2.0), so that a card looks the same on
every machine; other scripts and emoji from ``manimgx-fonts``, Chinese, Japanese and Korean from
``noto-cjk-sans-jp-regular``; and what those lack from the fonts the system has.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import font_amatic_sc
import font_caladea
import skia

from resources.media.fontconfig import without_warnings
from resources.media.wrap import is_rtl

DISPLAY = "display"
"""The hand-lettered face of titles."""
BODY = "body"
"""The serif of small lines."""
_FAMILIES = {
    DISPLAY: ("Amatic SC", "Caladea"),
    BODY: ("Caladea",),
}
_CJK = "noto_cjk_sans_jp_regular"
_NOTO = "manimgx_fonts"
_LEAD = 0.30
"""Space above a line that follows another, in parts of its letter size."""
SMALLEST = 7.0
"""Pixels; nothing is lettered smaller."""


class _Faces:
    """The packaged typefaces, and whatever typeface of the system is needed for a character that they lack.

    A cache of the process that only grows; the same text is always set in the same typefaces. Packaged files are opened
    by a font manager that knows no others: skia's usual one reads the machine's fontconfig first, and complains of it.
    """

    def __init__(self) -> None:
        self.opener = skia.FontMgr.New_Custom_Empty()
        self.provider = skia.textlayout.TypefaceFontProvider()
        self.packaged: dict[str, skia.Typeface] = {}
        self.paths: dict[str, Path] = {}
        for family, path in (
            ("Amatic SC", font_amatic_sc.font_files["AmaticSCBold"]),
            ("Caladea", font_caladea.font_files["Caladea"]),
        ):
            self.packaged[family] = self.opener.makeFromFile(path)
            self.paths[family] = Path(path)
            self.provider.registerTypeface(self.packaged[family], skia.String(family))
        self.extra: dict[str, skia.Typeface] = {}
        if find_spec(_CJK) is not None:
            path = files(_CJK).joinpath("NotoSansCJKjp-Regular.otf")
            self.extra["CJK"] = self.opener.makeFromFile(str(path))
            self.paths["CJK"] = Path(str(path))
            self.provider.registerTypeface(self.extra["CJK"], skia.String("CJK"))
        self.found: dict[str, str | None] = {}
        self.fonts = skia.textlayout.FontCollection()
        self.fonts.setDefaultFontManager(self.provider)

    @cached_property
    def noto(self) -> dict[str, skia.Typeface]:
        """Noto for scripts that the lettering's own faces lack, opened when the first such character is met."""
        found = {}
        for path in sorted(Path(str(files(_NOTO))).glob("*.ttf")):
            name = f"Noto {path.stem.partition('[')[0]}"
            found[name] = self.opener.makeFromFile(str(path))
            self.paths[name] = path
            self.provider.registerTypeface(found[name], skia.String(name))
        return found

    @cached_property
    def system(self) -> skia.FontMgr:
        """The machine's own fonts, opened only for a character that no packaged font has."""
        with without_warnings():
            return skia.FontMgr()

    def families(self, text: str, face: str) -> list[str]:
        """Families for ``text``, the wanted one first; each character is set in the first that has it."""
        wanted = list(_FAMILIES[face])
        for char in dict.fromkeys(text):
            if char.isspace() or any(self.packaged[name].unicharToGlyph(ord(char)) for name in _FAMILIES[face]):
                continue
            family = self._look_up(char)
            if family is not None and family not in wanted:
                wanted.append(family)
        return wanted

    def files(self, text: str, face: str) -> set[Path]:
        """The packaged files that ``text`` is set in. A typeface of the machine's own has no file that skia tells."""
        return {self.paths[family] for family in self.families(text, face) if family in self.paths}

    def has(self, char: str, face: str) -> bool:
        """Whether there is any typeface for a character."""
        return any(self.packaged[name].unicharToGlyph(ord(char)) for name in _FAMILIES[face]) or bool(
            self._look_up(char)
        )

    def _look_up(self, char: str) -> str | None:
        if char not in self.found and self.extra and self.extra["CJK"].unicharToGlyph(ord(char)):
            self.found[char] = "CJK"
        if char not in self.found:
            has = (name for name, typeface in self.noto.items() if typeface.unicharToGlyph(ord(char)))
            name = next(has, None)
            if name is not None:
                self.found[char] = name
        if char not in self.found:
            typeface = self.system.matchFamilyStyleCharacter("", skia.FontStyle.Normal(), [], ord(char))
            name = None if typeface is None else f"system {typeface.getFamilyName()}"
            if typeface is not None and name not in self.found.values():
                self.provider.registerTypeface(typeface, skia.String(name))
            self.found[char] = name
        return self.found[char]


@lru_cache(maxsize=1)
def _faces() -> _Faces:
    return _Faces()


def typefaces(texts: Sequence[str], *faces: str) -> list[Path]:
    """The packaged typeface files that ``texts`` are set in, sorted; none for text that is only white space."""
    written = [text for text in texts if text.strip()]
    return sorted({path for text in written for face in faces for path in _faces().files(text, face)})


def tidy(text: str, face: str) -> str:
    """``text`` without control characters, spaces single, and without pictures (emoji) that no typeface has."""
    kept: list[str] = []
    for char in text:
        kind = unicodedata.category(char)
        if kind in ("Cc", "Cs", "Co", "Zl", "Zp"):
            kept.append(" ")
        elif kind not in ("So", "Sk", "Cn") or _faces().has(char, face):
            kept.append(char)
    return " ".join("".join(kept).split())


def paragraph(text: str, face: str, size: float, width: float, tone: int) -> skia.textlayout.Paragraph:
    """``text`` set in the middle of ``width`` pixels."""
    style = skia.textlayout.ParagraphStyle()
    style.setTextAlign(skia.textlayout.TextAlign.kCenter)
    letters = skia.textlayout.TextStyle()
    letters.setFontFamilies(_faces().families(text, face))
    letters.setFontSize(size)
    letters.setColor(tone)
    style.setTextStyle(letters)
    builder = skia.textlayout.ParagraphBuilder.make(style, _faces().fonts, skia.Unicodes.ICU.Make())
    builder.pushStyle(letters)
    # paragraphs run from left to right here: marks at both ends keep a row's last sign on its own side
    builder.addText(f"\u200f{text}\u200f" if is_rtl(text) else text)
    made = builder.Build()
    made.layout(width)
    return made


@dataclass(frozen=True, slots=True)
class Block:
    """Lines under each other, in a column ``column`` pixels wide."""

    lines: tuple[tuple[str, str, float, float], ...]
    """Text, face, letter size and the space above, in pixels."""
    column: float
    width: float
    """Of the longest line, in pixels."""
    height: float

    def draw(self, canvas: skia.Canvas, middle: float, top: float, tone: int) -> None:
        """Letter the block, its top edge at ``top``, centred on ``middle``."""
        for text, face, size, above in self.lines:
            made = paragraph(text, face, size, self.column, tone)
            made.paint(canvas, middle - self.column / 2, top + above)
            top += above + made.Height


def fit(
    lines: Sequence[tuple[str, str, float]],
    size: float,
    width: float,
    height: float,
    gaps: Mapping[int, float] | None = None,
) -> Block:
    """The largest lettering, not above ``size`` pixels, that fits ``width`` x ``height``.

    ``lines`` are (text, face, part of the size); ``gaps`` adds space above a line, by its number, in parts of the size.
    Words are not broken unless one alone is too wide at half the size.
    """
    extra = gaps or {}
    kept = [(tidy(text, face), face, part, extra.get(number, 0.0)) for number, (text, face, part) in enumerate(lines)]
    kept = [line for line in kept if line[0]] or [("", DISPLAY, 1.0, 0.0)]
    block = _block(kept, size, width)
    for step in range(40):
        broken = step < 10 and _breaks(kept, size, width)
        if (block.height <= height and not broken) or size * max(line[2] for line in kept) < SMALLEST:
            break
        size *= 0.93
        block = _block(kept, size, width)
    return block


def _block(lines: Sequence[tuple[str, str, float, float]], size: float, width: float) -> Block:
    set_lines: list[tuple[str, str, float, float]] = []
    tall = longest = 0.0
    for number, (text, face, part, gap) in enumerate(lines):
        letter = max(SMALLEST, size * part)
        above = gap * size + (_LEAD * letter if number else 0.0)
        made = paragraph(text, face, letter, width, 0xFF000000)
        set_lines.append((text, face, letter, above))
        tall += above + made.Height
        longest = max(longest, made.LongestLine)
    return Block(tuple(set_lines), width, min(width, longest), tall)


def _breaks(lines: Sequence[tuple[str, str, float, float]], size: float, width: float) -> bool:
    """Whether a word would have to be broken."""
    return any(
        paragraph(text, face, size * part, width, 0xFF000000).MinIntrinsicWidth > width for text, face, part, _ in lines
    )
