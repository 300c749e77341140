"""What a description says about somebody where it names them: age, he or she, and words for their looks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from resources.agents.screenplay.wordlists import data, words
from resources.lexicon.scene import species_words
from resources.lexicon.words import stems, words_of
from schemas.vocabulary import Age, Species

CHILD, OLD = 13, 62
"""Years up to which somebody is drawn as a child, and from which as old."""
_NUMBER = re.compile(
    r"(?:(?:aged?|now|also|is|turns|turning|only|about|around|barely|nearly|almost|early|mid|late)[\s-]+|[(,]\s*)"
    r"(\d{1,3})(?:'?s|’s)?(?=\s*(?:[,).;–—]|$|--|\s(?:and|with|years|or|but)\b))|\b(\d{1,3})[\s-]years?[\s-]old|\((\d{1,3})\b",
    re.IGNORECASE,
)
_SEGMENT_STARTS = re.compile(
    r"(?:an?|the|his|her|their|aged?|now|only|early|mid|late|in (?:an?|his|her|their)\s|with|wearing|dressed|clad|\d+"
    r"|who is an?|once|also|(?:is|was) (?:an?|the|his|her))\b",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(r"(?:[^\W\d_a-z]{2,}\s)*$")
_NAME_AFTER = re.compile(r"(?:\s[^\W\d_a-z]{2,}\b)*")
_IS = re.compile(r"\s*(?:is|was|are|'s|’s)\s+(?:an?|the|now|his|her|their|still)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Portrait:
    """What one mention says. ``gender`` is "he", "she" or ""."""

    text: str
    years: int | None
    gender: str

    @property
    def age(self) -> Age | None:
        """The age as the eye reads it, from years or from words."""
        return age_of(self.years, self.text)


def age_of(years: int | None, text: str) -> Age | None:
    """An age from a number of years, else from words; a young man or woman is grown up."""
    if years is not None:
        return Age.CHILD if years <= CHILD else Age.OLD if years >= OLD else Age.ADULT
    low = [word.low for word in words_of(text)]
    forms = {stem for word in low for stem in stems(word)}
    if forms & words("people", "old"):
        return Age.OLD
    grown = bool(forms & words("people", "grown"))
    if forms & words("people", "child") and not grown:
        return Age.CHILD
    return Age.ADULT if grown or forms & words("people", "young") else None


def portrait(text: str, start: int, end: int) -> Portrait:
    """The portrait of whoever is named in ``text[start:end]``: some words before, and what stands beside the name."""
    if text[start:end].isupper():  # BRICK BRADDOCK is one name
        start, end = whole_name(text, start, end)
    before = _before(text[max(0, start - 80) : start])
    after = _after(text[end : end + 240])
    years = _years(text[end : end + 60])
    noun = _noun_gender(f"{before} . {after}")
    said = " ".join(f"{before} {after}".split())[:180]
    return Portrait(said if any(char.isalpha() for char in said) else "", years, noun)


def whole_name(text: str, start: int, end: int) -> tuple[int, int]:
    """The run of capitals around a name."""
    head, tail = _NAME_BEFORE.search(text[max(0, start - 60) : start]), _NAME_AFTER.match(text[end : end + 60])
    return start - (len(head.group()) if head else 0), end + (len(tail.group()) if tail else 0)


def _before(text: str) -> str:
    """Up to four words of the noun phrase that ends in the name: "his former partner"."""
    clause = re.split(
        r"[.;:!?()]|--|—|,\s|\b(?:and|but|as|to|with|by|then|when|while|for|of|at|than|like|from|in|on)\s", text
    )[-1]
    found = clause.split()[-4:]
    if any(word.isupper() and len(word) > 1 for word in found):
        return ""
    # without a describing word it is a verb's phrase: "slides open and"
    low = [word.low for word in words_of(" ".join(found))]
    if not any(_tells(word) for word in low):
        return ""
    article = [
        k for k, word in enumerate(found) if word.lower() in ("a", "an", "the", "his", "her", "their", "my", "our")
    ]
    first = next(k for k, word in enumerate(found) if any(_tells(one.low) for one in words_of(word)))
    return " ".join(found[article[-1] if article and article[-1] <= first else first :])


def _tells(word: str) -> bool:
    look: dict[str, list[str]] = data("people")
    if any(word in look[key] for key in ("old", "young", "child", "grown")):
        return True
    from resources.lexicon.look import look_of

    return species_words().get(word) is not None or bool(look_of(word).model_dump(exclude_none=True))


def _after(text: str) -> str:
    """The apposition behind a name: ", 40's, a tall man in a red coat, ..." or " is a retired detective"."""
    is_a = _IS.match(text)
    if is_a is not None:
        return re.split(
            r"[.;!?]|--|—|\b(?:who|whose|that|which)\b", text[is_a.end() - len(is_a.group().split()[-1]) :]
        )[0].strip()
    if not re.match(r"\s*(?:,|\(|--|—|–|:)", text):
        return ""
    kept = []
    bracket = re.match(r"\s*\(([^)]*)\)", text)
    if bracket is not None:
        kept.append(bracket.group(1))
        text = text[bracket.end() :]
        if not re.match(r"\s*(?:,|--|—|–)", text):
            return kept[0]
    sentence = re.split(r"[.;!?](?:\s|$)", text.lstrip(" ,-–—:"))[0]
    for number, segment in enumerate(re.split(r",\s|--|—|\b(?:who|whose|that|which|as|when|while)\b", sentence)):
        plain = segment.strip()
        if not _SEGMENT_STARTS.match(plain) and (number or not any(_tells(word.low) for word in words_of(plain)[:4])):
            break
        if re.search(r"\b[A-Z]{2,}\b", plain):
            plain = re.split(r"\b[A-Z]{2,}", plain)[0].strip() if not plain.upper().startswith("AGE") else plain
        kept.append(plain)
    return ", ".join(part for part in kept if part)


def _years(text: str) -> int | None:
    hit = _NUMBER.search(re.split(r"[.;!?](?:\s|$)", text)[0])
    number = next((int(group) for group in hit.groups() if group), None) if hit else None
    if number is None:
        decades: dict[str, int] = data("people")["decades"]
        for word in words_of(text)[:6]:
            if word.low in decades:
                return decades[word.low]
        return None
    return number if 0 < number < 130 else None


def _noun_gender(text: str) -> str:
    """He or she by the nouns of a noun phrase; "his wife" is a woman."""
    for word in words_of(text):
        for gender in ("she", "he"):
            if any(stem in words("people", f"{gender}_nouns") for stem in stems(word.low)):
                return gender
    return ""


def species_of_phrase(text: str) -> Species | None:
    """The body a noun phrase names by its last noun: "an old FOX" is a fox."""
    found = species_words().find(text)
    return Species(found[-1].value) if found else None
