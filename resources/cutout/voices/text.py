"""What of a line can be spoken: plain words, no marks of typing, nothing a synthesiser could take for a command."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 600
"""Of one line of the embedded voices."""
MAX_HEARD = 5_000
"""Of a text that is placed in a recording, or spoken in parts."""
_ABBREVIATIONS = re.compile(r"\b(Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Capt|Col|Gen|Lt)\.", re.IGNORECASE)
_LINKS = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_DIRECTIONS = re.compile(r"[\[{<][^\]}>]*[\]}>]")
_REPEATED_MARK = re.compile(r"([.!?,:;…—-])[\s.!?,:;…—-]*(?=[.!?,:;…—-])")
_REPEATED_LETTER = re.compile(r"(\w)\1{3,}")
_KEPT_SYMBOLS = frozenset("$€£¥%+=&°@")
_KEPT_PUNCTUATION = frozenset(".,!?;:'-—…%&@。、，！？¿¡।،؟·「」『』")


def speakable(text: str, most: int = MAX_CHARACTERS) -> str:
    """``text`` without what has no sound: symbols, emoji, markup, links, stage directions in brackets.

    Letters, marks and digits of every script stay, ``most`` characters in all. Empty when nothing is left that a voice
    could say.
    """
    text = unicodedata.normalize("NFC", text)
    text = text.replace("’", "'").replace("‘", "'").replace("–", "—").replace("―", "—")
    text = _DIRECTIONS.sub(" ", _LINKS.sub(" ", text))
    text = "".join(char if _has_sound(char) else " " for char in text)
    text = _ABBREVIATIONS.sub(r"\1", text)
    text = _REPEATED_LETTER.sub(r"\1\1\1", text)
    text = _REPEATED_MARK.sub("", text)
    text = " ".join(text.split())[:most].strip()
    return text if any(unicodedata.category(char)[0] in "LN" for char in text) else ""


def _has_sound(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] in "LNM" or char in _KEPT_PUNCTUATION or char in _KEPT_SYMBOLS


def tokens(text: str) -> list[str]:
    """The words of a line as a subtitle shows them: cut at white space, and between the signs of Han and kana."""
    found: list[str] = []
    for word in text.split():
        piece = ""
        for char in word:
            if _is_east_asian(char) and piece:
                found.append(piece)
                piece = ""
            piece += char
            if len(piece) > 1 and not piece[-1].isalnum() and _is_east_asian(piece[0]):
                continue
        found.append(piece)
    return found


def _is_east_asian(char: str) -> bool:
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff"
