"""Text from outside, made safe and short: it is data for the story and nothing else."""

from __future__ import annotations

import re
import unicodedata

from resources.agents.storyteller import english

READ_CHARS = 600
"""Of a longer idea only so many characters are read; a film of a minute cannot hold more."""
LINE_CHARS = 110
"""Longest spoken line, about seven seconds of speech."""
_SENTENCE = re.compile(r"(?<=[.!?…。！？؟।])[\s\"'”’)]*\s*")
_CLAUSE = re.compile(
    r"(?<=[,;:،、，；])\s*|\s+(?=(?:but|and|until|when|while|before|because|so that|after|pero|y|cuando|porque|mais|"
    r"et|quand|aber|und|bis|weil|während) )",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:please[, ]+)?(?:can you |could you |i want you to |i would like |i'd like |i want )?"
    r"(?:(?:make|create|write|tell|give|show|generate|produce|imagine|film|do)\s+(?:me |us )?)?"
    r"(?:(?:a|an|the|one)\s+)?"
    r"(?:(?:short|little|small|funny|sad|animated|cute|quick|nice|new|silent|\d+[- ]second)[, ]+)*"
    r"(?:film|movie|story|video|animation|tale|cartoon|clip)s?\s+(?:about|of|where|in which|on|with)\s+",
    re.IGNORECASE,
)
_ONCE = re.compile(r"^(?:once upon a time,?|there (?:once )?(?:was|is|lives|lived)(?: once)?)\s+", re.IGNORECASE)


def clean(text: str) -> str:
    """One line of NFC text without control characters, unpaired surrogates or format marks, at most 600 characters."""
    text = text[: READ_CHARS * 4]
    kept = "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp") else char for char in text)
    kept = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", kept)
    kept = re.sub(r"\s+", " ", unicodedata.normalize("NFC", kept)).strip()
    if len(kept) <= READ_CHARS:
        return kept
    cut = kept[:READ_CHARS]
    whole = max(cut.rfind(mark) for mark in (". ", "! ", "? ", "。", "！", "？"))
    return cut[: whole + 1] if whole > READ_CHARS // 2 else cut.rsplit(" ", 1)[0]


def premise(text: str) -> str:
    """The idea without "make a film about" and the like, and without quotes around the whole of it."""
    text = text.strip(" \"'“”«»„`")
    for pattern in (_LEAD, _ONCE):
        shorter = pattern.sub("", text)
        if len(shorter) >= 3:
            text = shorter
    return text


def sentences(text: str) -> list[str]:
    """The sentences of a text, in any script with a full stop of its own."""
    return [part.strip() for part in _SENTENCE.split(text) if re.search(r"\w", part)]


def chunks(text: str, limit: int = LINE_CHARS) -> list[str]:
    """A text as lines of at most ``limit`` characters, cut at sentences, else clauses, else spaces."""
    out: list[str] = []
    for sentence in sentences(text):
        line = ""
        for clause in filter(None, _CLAUSE.split(sentence)):
            for piece in _pieces(clause.strip(), limit):
                gap = "" if line[-1:] in "、，；。" else " "
                joined = f"{line}{gap}{piece}" if line else piece
                if len(joined) <= limit:
                    line = joined
                else:
                    out.append(line)
                    line = piece
        if line:
            out.append(line)
    return out


def _pieces(text: str, limit: int) -> list[str]:
    """Text cut at spaces, or anywhere in a script that has none."""
    out = []
    while len(text) > limit:
        at = text.rfind(" ", limit // 3, limit)
        at = at if at > 0 else limit
        out.append(text[:at].strip())
        text = text[at:].strip()
    return [*out, text] if text else out


def ascii_slug(text: str, fallback: str) -> str:
    """Lower-case a-z, 0-9 and ``-``, at most 24 characters; ``fallback`` when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:24].strip("-") or fallback


def stop_words(language: str) -> frozenset[str]:
    """The small words of a language; empty for one that is not known."""
    return frozenset(english.data("languages").get(language, {}).get("stops", []))


def detect_language(text: str) -> str:
    """``en``, ``es``, ``fr``, ``de``, or ``xx`` for anything else that is surely not English; ``en`` when in doubt."""
    letters = [char for char in text if char.isalpha()]
    strange = sum(1 for char in letters if not unicodedata.name(char, "").startswith("LATIN"))
    if letters and strange * 2 > len(letters):
        return "xx"
    words = re.findall(r"[^\W\d_]+", text.lower())
    languages: dict[str, dict[str, list[str]]] = english.data("languages")
    counts = {code: sum(word in languages[code]["stops"] for word in words) for code in ("en", "es", "fr", "de", "xx")}
    best = max(counts, key=lambda code: (counts[code], code == "en"))
    accented = any(not char.isascii() for char in letters)
    opens = bool(words) and words[0] in languages[best].get("opens", [])
    sure = counts[best] >= 2 or (counts[best] == 1 and (accented or opens))
    return best if sure and counts[best] > counts["en"] else "en"
