"""Making the text of a screenplay safe and plain before the parser sees it, in time linear in its length.

The parser (screenplain) is made of regular expressions, some of which need quadratic time on a long run of spaces, of
``[[`` or of ``*``. So comments, notes and runs of spaces go here, and lines are bounded. It also takes a scene heading
with text right below for a speech; so headings, sections, page breaks and transitions are set apart by blank lines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from resources.agents.screenplay.wordlists import words
from resources.errors import InputError

MAX_LINE = 10_000
"""Characters of a line; a paragraph of a screenplay is one line, and the longest that was seen has 1,400."""
_MAX_MARKS = 64
"""Emphasis marks in a line: more is a ruler or noise, and costs the parser quadratic time."""
_GONE = "\x01"
"""Stands where a comment or note was, so that line numbers stay and its empty lines can go."""
_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_HEADING = re.compile(r"(?:INT|EXT|EST|I/E)(?:\.|/|\s)", re.IGNORECASE)
_SECTION = re.compile(r"#{1,6}[^#\S]*[^\s#]")
_PAGE = re.compile(r"={3,}$")
_TITLE_LINE = re.compile(r"([^:\s][^:]{0,40}):(.*)$")
_ARTEFACT = re.compile(r"\((?:MORE|CONTINUED)\)(?:\s*\(\d+\))?")
_LONE_ARTEFACT = re.compile(r"(?:MORE|CONTINUED):?(?:\s*\(\d+\))?|\d{1,4}[A-Z]?\.?")


class Source:
    """The lines for the parser, and which line of the file each comes from (for errors)."""

    def __init__(self, text: str, where: str) -> None:
        """Raises :class:`InputError`, with the line number, for what is no text of a screenplay."""
        self.where = where
        self.line = 0
        """The line of the file that was handed out last."""
        plain = _plain(text, where)
        self.count = plain.count("\n") + 1
        self._lines = _set_apart(_numbered(_without_notes(_without_comments(plain, where)), where))
        self.title_page, self._body = _title_page(self._lines)

    def forced_names(self) -> frozenset[str]:
        """What stands behind ``@`` at the start of a line."""
        return frozenset(line[1:] for _, line in self._body if line.startswith("@"))

    def __iter__(self) -> Iterator[str]:
        if self.title_page:
            yield from self.title_page
        yield ""
        for number, line in self._body:
            self.line = number
            yield line


def _plain(text: str, where: str) -> str:
    """Normalised text whose only control character is the newline."""
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise InputError("is not text (it holds a zero byte)", where=f"{where}, line {line}")
    text = unicodedata.normalize("NFC", _BREAKS.sub("\n", text)).replace("\t", "    ")
    # U+E700-E706 are the parser's own marks for emphasis; byte order marks may stand anywhere in joined files
    gone = {*range(1, 0x20), *range(0x7F, 0xA0), *range(0xE700, 0xE707), 0xFEFF} - {0x0A}
    return text.translate(dict.fromkeys(gone))


def _without_comments(text: str, where: str) -> str:
    """Without ``/* boneyard */``."""
    kept, at = [], 0
    while (start := text.find("/*", at)) >= 0:
        end = text.find("*/", start + 2)
        if end < 0:
            line = text.count("\n", 0, start) + 1
            raise InputError(
                "the comment that begins with /* is never closed",
                where=f"{where}, line {line}",
                hint="close it with */",
            )
        kept += [text[at:start], _hole(text[start:end])]
        at = end + 2
    return "".join([*kept, text[at:]])


def _hole(comment: str) -> str:
    """As many lines as ``comment`` had, all to be dropped but one blank one if it had any: it parted paragraphs."""
    lines = comment.split("\n")
    blank = [_GONE if line.strip() else "" for line in lines]
    first = next((k for k, line in enumerate(blank) if not line), None)
    return "\n".join("" if k == first and 0 < k < len(lines) - 1 else _GONE for k in range(len(lines)))


def _without_notes(text: str) -> str:
    """Without ``[[notes]]``, which do not reach over a blank line. What is not closed stays, as one bracket."""
    out = []
    for paragraph in re.split(r"(\n(?:[^\S\n]?\n)+)", text):
        kept, at = [], 0
        while (start := paragraph.find("[[", at)) >= 0 and (end := paragraph.find("]]", start + 2)) >= 0:
            kept += [paragraph[at:start], "\n".join([_GONE] * (paragraph.count("\n", start, end) + 1))]
            at = end + 2
        out.append("".join([*kept, re.sub(r"\[{2,}", "[", paragraph[at:])]))
    return "".join(out)


def _numbered(text: str, where: str) -> list[tuple[int, str]]:
    """Numbered lines: trimmed, single-spaced, bounded; what only held a comment is gone."""
    found = []
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.replace(_GONE, "")
        if _GONE in raw and not line.strip():
            continue
        if len(line) > MAX_LINE:
            raise InputError(
                f"the line has {len(line):,} characters, at most {MAX_LINE:,} are read",
                where=f"{where}, line {number}",
                hint="break it into paragraphs",
            )
        tidy = " ".join(line.split())
        if sum(map(tidy.count, "*_")) > _MAX_MARKS:
            tidy = " ".join(tidy.replace("*", "").replace("_", "").split())
        if not tidy and line == "  ":
            tidy = "  "  # two spaces: an empty line inside a speech
        elif line.endswith("  ") and tidy.isupper():
            tidy += "  "  # capitals that are no name
        found.append((number, tidy))
    first = next((at for at, (_, line) in enumerate(found) if line.strip()), len(found))
    return found[first:]


def is_heading(line: str) -> bool:
    """Whether a line begins like ``INT.``, ``EXT.``, ``INT./EXT.`` or ``I/E``."""
    return _HEADING.match(line) is not None


def is_transition(line: str) -> bool:
    """Whether a line in capitals is a transition by convention, marked as one or not: ``FADE OUT.``"""
    bare = line.strip(" *_>").rstrip(" .:*_")
    if not bare or bare != bare.upper() or len(bare) > 40:
        return False
    starts: frozenset[str] = words("staging", "transition_starts")
    return any(bare == start or bare.startswith(f"{start} ") for start in starts) or (
        bare.endswith(" TO") and line.rstrip(" *_").endswith(":")
    )


def _set_apart(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """With blank lines around whatever is an element by itself; without the marks of a page's end."""
    out: list[tuple[int, str]] = []
    for number, line in lines:
        above = out[-1][1] if out else ""
        begins = not above.strip()
        if _ARTEFACT.fullmatch(line) or (begins and _LONE_ARTEFACT.fullmatch(line)):
            continue
        alone = _PAGE.match(line) is not None or (begins and _is_element(line))
        if not begins and not above.isupper():  # below a name it is what somebody says
            alone = alone or (line == line.upper() and (is_heading(line) or _ends_scene(line)))
        out += [(number, ""), (number, line), (number, "")] if alone else [(number, line)]
    return out


def _is_element(line: str) -> bool:
    """Whether a line that begins a paragraph is one by itself, whatever stands right below."""
    if line.startswith((".", "=")):
        return not line.startswith(("..", ". "))
    return is_heading(line) or is_transition(line) or _SECTION.match(line) is not None


def _ends_scene(line: str) -> bool:
    return line.endswith((":", ".")) and is_transition(line)


def _title_page(lines: list[tuple[int, str]]) -> tuple[list[str], list[tuple[int, str]]]:
    """The lines of the title page, as the parser wants them, and the rest.

    The parser takes any first paragraph with a colon for one (``FADE IN:``, ``ANNA: Hello``); here the first key must
    be one that title pages have.
    """
    known: frozenset[str] = words("staging", "title_keys")
    first = _TITLE_LINE.match(lines[0][1]) if lines else None
    if first is None or first.group(1).strip().casefold() not in known:
        return [], lines
    page: list[str] = []
    for count, (_, line) in enumerate(lines):
        if not line.strip():
            return page, lines[count + 1 :]
        key = _TITLE_LINE.match(line)
        # a value may hold a colon ("Tel: 1"): only what looks like a key is one
        if key is not None and (key.group(1).strip().casefold() in known or key.group(1).istitle()):
            page.append(f"{key.group(1).strip()}:")
            line = key.group(2).strip()
        if line:
            page.append(f"    {line}")
    return page, []
