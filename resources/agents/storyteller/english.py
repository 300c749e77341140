"""As much English grammar as a storyteller needs: verb forms, articles, persons. Word lists are in ``data/``."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources as package_files
from typing import Any

import yaml

from resources.config import SHIPPED_LOADER
from resources.lexicon.words import IRREGULAR

_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+|[^\w\s]|_")
_VOWEL_SOUND = re.compile(r"^(?:[aeiou]|hour|honest|heir)(?!ni[cv]|se[ds]?\b|uro|ne\b|nce\b)", re.IGNORECASE)
_PLURAL_ONLY = frozenset({"glasses", "scissors", "trousers", "pants", "clothes", "socks", "stairs", "goggles"})
BE = {"is": "be", "are": "be", "was": "be", "were": "be", "am": "be", "has": "have", "does": "do", "goes": "go"}


@cache
def data(name: str) -> Any:
    """The YAML file ``data/<name>.yaml`` of the storyteller, read once; callers must not change it."""
    text = (package_files.files("resources.agents.storyteller") / "data" / f"{name}.yaml").read_text("utf-8")
    return yaml.load(text, Loader=SHIPPED_LOADER)


@cache
def word_class(name: str) -> frozenset[str]:
    """A closed word class of ``grammar.yaml``, such as ``determiners``."""
    return word_set("grammar", name)


@cache
def word_set(name: str, key: str) -> frozenset[str]:
    """The list ``key`` of the data ``name`` as a set."""
    return frozenset(str(word) for word in data(name)[key])


@cache
def closed() -> frozenset[str]:
    """Every word that cannot begin or hold a noun's description."""
    classes = ("prepositions", "pronouns", "conjunctions", "adverbs", "modals")
    return frozenset().union(*map(word_class, classes))


def tokens(text: str) -> list[str]:
    """Words (hyphens and apostrophes kept) and punctuation marks, in order."""
    return _TOKEN.findall(text)


def join(parts: list[str]) -> str:
    """Tokens back to text, with no space before punctuation."""
    text = re.sub(r"\s+([,.;:!?)\]}%…])", r"\1", " ".join(parts))
    return re.sub(r"([(\[{#$@])\s+", r"\1", text)


@cache
def _forms() -> dict[str, str]:
    """Every inflected form of every known verb, by base."""
    grammar = data("grammar")
    irregular: dict[str, list[str]] = grammar["irregular"]
    table: dict[str, str] = {}
    for base in (*grammar["verbs"], *irregular):
        for form in (base, third(base), gerund(base), *irregular.get(base, [_past(base)])):
            table.setdefault(form, base)
    table.update(BE)
    return table


def _past(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ied"
    return base + (base[-1] if base in word_class("doubling") else "") + "ed"


def third(base: str) -> str:
    """``carry`` becomes carries."""
    if base in ("be", "have"):
        return {"be": "is", "have": "has"}[base]
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return base + "es"
    if base.endswith("y") and base[-2:-1] not in ("a", "e", "i", "o", "u", ""):
        return base[:-1] + "ies"
    return base + "s"


@lru_cache(maxsize=1024)
def gerund(base: str) -> str:
    """``bake`` becomes baking."""
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")) and base != "be":
        return base[:-1] + "ing"
    return base + (base[-1] if base in word_class("doubling") else "") + "ing"


def verb_base(word: str) -> str | None:
    """The base form of a known verb's form, or None."""
    return _forms().get(word)


def is_finite(word: str, after_singular: bool) -> bool:
    """Whether a word that follows a noun reads as its verb. An unknown word in ``-s`` after a singular noun does."""
    if word in BE or word in word_class("modals"):
        return True
    if "'" in word:
        return False
    one = singular(word)
    if one in word_class("not_things"):
        # "a fox dreams": what somebody does is no plural
        return after_singular and one != word and one in word_class("doings")
    base = verb_base(word)
    if base is not None:
        if word == gerund(base):
            return False
        return word != base or not after_singular or word in data("grammar")["irregular"].get(base, ())
    if not after_singular or word in closed() or word in word_class("not_things"):
        return False
    return len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "ous", "less", "ness"))


def to_base(word: str) -> str:
    """The base of a finite verb, known or guessed from ``-s``."""
    known = verb_base(word)
    if known is not None:
        return known
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zzes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


def spread(parts: list[str]) -> str:
    """Tokens as one text in which hyphens are spaces, so that word lists find compounds."""
    return " ".join(part.replace("-", " ") if part.replace("-", "").isalpha() else part for part in parts)


def token_spans(parts: list[str], joined: str) -> dict[int, int]:
    """Character offset of every word in ``joined`` to the index of its token."""
    spans: dict[int, int] = {}
    at = 0
    for index, part in enumerate(parts):
        for offset in range(len(part) + 1):
            spans[at + offset] = index
        at += len(part) + 1
    return spans


def starts_noun(lows: list[str], at: int) -> int:
    """Where the noun phrase that ends before ``at`` begins (its determiner included)."""
    back = at - 1
    while back >= 0 and at - back <= 5:
        low = lows[back]
        if low in word_class("determiners"):
            return back
        if low in closed() or not low[0].isalpha() or (is_finite(low, True) and low not in word_class("adjectives")):
            break
        back -= 1
    back = at - 1
    while back >= 0 and lows[back] in word_class("adjectives"):
        back -= 1
    return back + 1


def article(noun: str) -> str:
    """``owl`` becomes an owl."""
    return f"{'an' if _VOWEL_SOUND.match(noun) else 'a'} {noun}"


def singular(noun: str) -> str:
    """The singular of a plain noun's plural; what is no plural stays."""
    if noun in IRREGULAR:
        return IRREGULAR[noun]
    if noun in _PLURAL_ONLY or noun.endswith(("ss", "us", "is")) or not noun.endswith("s") or len(noun) < 4:
        return noun
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    return noun[:-2] if noun.endswith(("ches", "shes", "xes", "sses")) else noun[:-1]


def capital(text: str) -> str:
    """The text with its first letter upper case."""
    return text[:1].upper() + text[1:]


_FIRST = {"he": "I", "she": "I", "they": "I", "it": "it", "his": "my", "their": "my", "himself": "myself"}
_FIRST |= {"herself": "myself", "themselves": "ourselves", "itself": "myself", "hers": "mine", "him": "him"}
_SECOND = {"he": "you", "she": "you", "they": "you", "it": "it", "his": "your", "their": "your", "itself": "yourself"}
_SECOND |= {"himself": "yourself", "herself": "yourself", "themselves": "yourself", "hers": "yours", "him": "him"}


def in_person(phrase: str, person: int) -> str:
    """A phrase about somebody in their own mouth (``person`` 1) or said to them (2): his kite, my kite, your kite."""
    table = _FIRST if person == 1 else _SECOND
    own = "my" if person == 1 else "your"
    parts = tokens(phrase)
    out = []
    for at, part in enumerate(parts):
        low = part.lower()
        following = parts[at + 1].lower() if at + 1 < len(parts) else ""
        if low in ("her", "its"):
            described = following in word_class("adjectives") or following not in closed()
            noun_follows = bool(following) and following[0].isalpha() and described
            out.append(own if noun_follows else "her" if low == "her" else "its")
        else:
            out.append(table.get(low, part))
    return join(out)
