"""From Fountain to elements. The parser is screenplain; what it leaves to its exporters is decided here."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from resources.agents.screenplay.clean import Source, is_heading, is_transition
from resources.agents.screenplay.cues import cue_of, is_name
from resources.agents.screenplay.elements import Action, Card, Change, Cue, Item, Part, Scene, Screenplay, Speech
from resources.agents.screenplay.wordlists import data, table
from resources.errors import InputError
from resources.store.film import read_text
from schemas.vocabulary import TransitionKind

MAX_BYTES = 1024 * 1024
"""A screenplay of 120 pages has a fifth of it."""
MAX_DIRECTION = 4
"""Lines over which a parenthetical may run before it is taken for speech."""
_ASIDE = re.compile(r"\(([^()]{1,40})\)")
_SHOWN = re.compile(r"(?:SUPER(?:IMPOSE)?|TITLE(?: CARD| OVER)?|CARD|CHYRON|CAPTION|INTERTITLE)\s*:\s*(.*)", re.DOTALL)


def read_screenplay(path: Path) -> Screenplay:
    """Read and parse a Fountain file. Raises :class:`InputError`, with the file's line where it is known."""
    return parse(read_text(path, limit=MAX_BYTES), where=str(path), name=path.stem)


def parse(text: str, *, where: str = "screenplay", name: str = "") -> Screenplay:
    """Parse Fountain. ``name`` is the title of a screenplay without a title page. Raises :class:`InputError`."""
    source = Source(text, where)
    found = _parsed(source)
    reader = _Reader(source.forced_names())
    for paragraph in found.paragraphs:
        reader.take(paragraph)
    scenes = reader.scenes()
    if not any(isinstance(item, Speech | Action | Card) for scene in scenes for item in scene.items):
        empty = "is empty" if not text.strip() else "has no scene: there is nothing to film"
        raise InputError(empty, where=where, hint="a scene begins with a line like: INT. KITCHEN - DAY")
    title, credits = _title_page(found.title_page)
    words = " ".join(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", name))
    fallback = words.title() if words == words.lower() else words
    return Screenplay(title or fallback[:120] or "Untitled", credits, tuple(scenes), source.count, reader.forced)


def _parsed(source: Source) -> Any:
    """What the parser makes of it. Its own errors become one line."""
    from screenplain.parsers.fountain import parse_lines

    try:
        return parse_lines(iter(source))
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        # the parser has no errors of its own; whatever it stumbles over is in the text
        where = f"{source.where}, line {source.line}"
        raise InputError(f"cannot be read as Fountain ({type(error).__name__})", where=where) from None


def _title_page(page: dict[str, list[str]]) -> tuple[str, tuple[str, ...]]:
    """The title, and who made it, as credits."""
    from screenplain.richstring import parse_emphasis

    values = {
        key.casefold(): " ".join(" ".join(str(parse_emphasis(line)) for line in lines).split())
        for key, lines in page.items()
    }
    titles: list[str] = ["title", "titel", "titre", "título", "titolo"]
    title = next((values[key] for key in titles if values.get(key)), "")
    authors = ("author", "authors", "writer", "writers", "autor", "autorin", "auteur", "autore")
    author = next((values[key] for key in authors if values.get(key)), "")
    credit = values.get("credit") or "written by"
    draft = values.get("draft date") or values.get("date") or ""
    lines = [
        f"{credit[:1].upper()}{credit[1:]} {author}" if author else "",
        values.get("source", ""),
        f"Draft of {draft}" if draft else "",
        values.get("copyright", ""),
    ]
    return title[:120].strip(), tuple(line[:120].strip() for line in lines if line)


class _Reader:
    """Collects elements into scenes."""

    def __init__(self, forced: frozenset[str]) -> None:
        self.forced = frozenset(cue_of(name).key for name in forced)
        self._written = frozenset(forced)
        self._scenes: list[Scene] = []
        self._items: list[Item] = []
        self._heading, self._number = "", ""
        self._last: Cue | None = None

    def scenes(self) -> list[Scene]:
        """All scenes; one that holds nothing at all before the first heading is left out."""
        self._close()
        return self._scenes

    def take(self, element: Any) -> None:
        """One element of the parser's."""
        kind = type(element).__name__
        if kind == "Slug":
            self._close()
            self._heading, self._number = str(element.line), str(element.scene_number or "")
        elif kind == "Dialog":
            self._dialogue(element, dual=False)
        elif kind == "DualDialog":
            self._dialogue(element.left, dual=False)
            self._dialogue(element.right, dual=True)
        elif kind == "Transition":
            self._items.append(change_of(str(element.line)))
        elif kind == "Action":
            self._action([str(line) for line in element.lines], centred=bool(element.centered))

    def _close(self) -> None:
        if self._items or self._heading:
            self._scenes.append(Scene(self._heading, tuple(self._items), self._number))
        self._items, self._heading, self._number = [], "", ""

    def _dialogue(self, element: Any, *, dual: bool) -> None:
        written = str(element.character)
        lines = [str(line) for _, line in element.blocks]
        if not (written in self._written or is_name(written)):
            self._action([written, *lines])
            return
        cue = cue_of(written)
        if not cue.name:
            if self._last is None:
                self._action(lines)
                return
            cue = replace(cue, name=self._last.name)
        parts = _parts(lines)
        if parts:
            self._last = cue
            self._items.append(Speech(cue, parts, dual and isinstance(self._items[-1], Speech)))

    def _action(self, lines: list[str], *, centred: bool = False) -> None:
        if lines and all(line.lstrip().startswith("~") for line in lines):
            parts = _parts(lines)
            if parts:
                self._items.append(Speech(self._last or Cue("Singer", ("v.o.",)), parts))
            return
        kept = [line for line in lines if not re.match(r"\s*(?:#{1,6}\s|=(?!=))", line)]
        text = " ".join(" ".join(kept).split())
        shown = _SHOWN.match(text)
        if not text:
            return
        if len(kept) == 1 and is_transition(text):
            self._items.append(change_of(text))
        elif len(kept) == 1 and is_heading(text) and text == text.upper():
            self._close()
            self._heading = text
        elif centred or shown is not None:
            words = shown.group(1).strip(" \"'“”") if shown else text
            if words:
                self._items.append(Card(words))
        else:
            self._items.append(Action(text))


def change_of(text: str) -> Change:
    """``DISSOLVE TO:`` as a transition; whatever is not known is a cut."""
    found = table("staging", "transitions").find(text)
    kind = TransitionKind(found[0].value) if found else TransitionKind.CUT
    return Change(kind, intercut="INTERCUT" in text.upper())


def _parts(lines: list[str]) -> tuple[Part, ...]:
    """The lines below a name as pieces of speech, each with the direction before it. No word of speech is lost.

    (The parser takes everything after an unclosed bracket for a direction, and what stands behind a closed one.)
    """
    found: list[Part] = []
    direction, sung, at = "", False, 0
    held: list[str] = []

    def close() -> None:
        text = " ".join(" ".join(held).split())
        held.clear()
        for piece, aside in _without_asides(text):
            if piece:
                found.append(Part(piece, aside or direction, sung))

    while at < len(lines):
        line = lines[at].strip()
        given = _direction(lines, at) if line.startswith("(") else None
        if given is not None:
            close()
            direction, rest, at = given
            sung = False
            if rest:
                held.append(rest)
            continue
        if line.startswith("~") != sung and line:
            close()
            sung = line.startswith("~")
        held.append(line.removeprefix("~").strip() if sung else line)
        at += 1
    close()
    return tuple(found)


def _direction(lines: list[str], at: int) -> tuple[str, str, int] | None:
    """The parenthetical that begins in line ``at``: its words, what is said behind it, and the next line."""
    text = ""
    for end in range(at, min(at + MAX_DIRECTION, len(lines))):
        text = f"{text} {lines[end].strip()}".strip()
        depth = 0
        for position, char in enumerate(text):
            depth += (char == "(") - (char == ")")
            if depth == 0:
                inside = text[1:position].strip()
                if not any(char.isalpha() for char in inside):
                    return None  # (555) is a number that is said
                return inside, text[position + 1 :].strip(), end + 1
    return None


def _without_asides(text: str) -> list[tuple[str, str]]:
    """A line cut at asides like ``(beat)``, each piece with the aside before it."""
    asides: list[str] = data("manner")["asides"]
    found, start, before = [], 0, ""
    for hit in _ASIDE.finditer(text):
        if hit.group(1).strip().casefold() in asides:
            found.append((text[start : hit.start()].strip(), before))
            start, before = hit.end(), hit.group(1).strip()
    return [*found, (text[start:].strip(), before)]
