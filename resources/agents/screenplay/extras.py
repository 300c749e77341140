"""People who are seen and never heard."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from resources.agents.screenplay.elements import Cue
from resources.agents.screenplay.wordlists import words
from resources.lexicon.scene import place_words, prop_words, species_words
from resources.lexicon.words import Word, words_of

MAX_SILENT_WORDS = 3
_ARTICLES = frozenset("a an the this that his her its their my our your some any".split())
_AGE_BEHIND = re.compile(
    r"\s*(?:\(|,\s*)(?:(?:early|mid|late)[\s-]+)?(?:\d{1,2}(?:['’]?s)?\b|aged?\b|teens\b|twenties|thirties|forties|fifties|sixties|seventies)",
    re.IGNORECASE,
)


def introduced(actions: Sequence[str], present: Callable[[str], list[str]]) -> list[tuple[str, str]]:
    """Keys and names of those whom descriptions introduce in capitals and who never speak: with an age behind the name,
    called by a word for people or beasts, or named again as one names people. ``present`` finds those who do speak.
    """
    spelt: Counter[str] = Counter()
    lower: Counter[str] = Counter()
    for text in actions:
        before = ""
        for word in words_of(text):
            if word.text == word.low:
                lower[word.low] += 1
            elif word.text != word.text.upper() and before and before not in _ARTICLES:  # "the Porsche" is a thing
                spelt[word.low] += text[max(0, word.start - 3) : word.start].rstrip()[-1:] not in '.!?:"”'
            before = word.low
    found: dict[str, str] = {}
    for text in actions:
        if sum(map(str.isupper, text)) > 0.6 * sum(map(str.isalpha, text)):
            continue
        for phrase, end in _capitals(text):
            tokens = [word.low for word in words_of(phrase)]
            if not tokens or len(tokens) > MAX_SILENT_WORDS or present(phrase):
                continue
            lead = words_of(text[max(0, end - len(phrase) - 12) : end - len(phrase)])
            named_again = len(tokens) == 1 and spelt[tokens[0]] >= 1 and not lower[tokens[0]]
            named_again &= not (lead and lead[-1].low in _ARTICLES)
            named_again &= prop_words().get(phrase) is None and place_words().get(phrase) is None
            if _AGE_BEHIND.match(text[end : end + 30]) or _kind(tokens) or named_again:
                found.setdefault(Cue(phrase).key, phrase)
    return list(found.items())


def _kind(tokens: list[str]) -> bool:
    """Whether the last word is a kind of person or beast, one and not many."""
    last = tokens[-1]
    return species_words().get(last) is not None and last not in words("people", "nobody") and not _many(last)


def _many(word: str) -> bool:
    return word.endswith("s") and species_words().get(word[:-1]) is not None


def _capitals(text: str) -> list[tuple[str, int]]:
    """Runs of words in capitals, with the offset behind each."""
    found: list[tuple[str, int]] = []
    run: list[Word] = []
    for word in [*words_of(text), None]:
        near = word is not None and (not run or re.fullmatch(r"[\s.#-]{1,2}", text[run[-1].end : word.start]))
        upper = word is not None and word.text.isupper() and (len(word.text) > 1 or bool(run))
        if upper and near and word is not None:
            run.append(word)
            continue
        if run and any(len(one.text) > 1 for one in run):
            found.append((text[run[0].start : run[-1].end], run[-1].end))
        run = [word] if upper and word is not None and len(word.text) > 1 else []
    return found
