"""Names as a person writes them, and ids that stay."""

from __future__ import annotations

import re
import unicodedata

from resources.store.fingerprint import derive_seed

_SMALL = frozenset("a an and at by de del der des du for from in of on or the to und van von with y".split())
_ROMAN = re.compile(r"[IVX]+$")


def titled(text: str) -> str:
    """Capitals as a title: ``THE BOY WITH J.R. O'BRIEN III`` -> ``The Boy with J.R. O'Brien III``.

    Text that is not all in capitals stays as it is.
    """
    if text != text.upper():
        return text
    return " ".join(_word(word, first=not at) for at, word in enumerate(text.split()))


def _word(word: str, *, first: bool) -> str:
    core = word.strip("\"'“”‘’(),;:!?#")
    low = word.lower()
    if re.fullmatch(r"\d+(?:ST|ND|RD|TH)", core):
        return low
    number = _ROMAN.match(core) and core != "I"
    initials = re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]?\.?", core)
    if number or initials or re.search(r"\d", core):
        return word
    if low in _SMALL and not first:
        return low
    # O'BRIEN and MARY-JANE have a capital on each side, BRICK'S has not
    parts = re.split(r"([-/]|(?<=^O)['’]|(?<=^D)['’])", low, flags=re.IGNORECASE)
    return "".join(_capital(part) for part in parts)


def _capital(part: str) -> str:
    for at, char in enumerate(part):
        if char.isalpha():
            return part[:at] + char.upper() + part[at + 1 :]
    return part


def id_of(name: str, limit: int = 40) -> str:
    """An id from a name: ASCII letters, digits and ``-``; a name that has none of them gets one from its hash."""
    plain = unicodedata.normalize("NFKD", name.replace("'", "").replace("’", ""))
    low = "-".join(re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower()))[:limit].strip("-")
    letters = sum(char.isalnum() for char in name)
    # what lost letters on the way (Ли, 李) might meet another name there
    if not low or sum(char.isalnum() for char in low) < min(letters, limit) * 0.7:
        low = f"{low or 'x'}-{derive_seed(name) & 0xFFFFFF:06x}"
    return low
