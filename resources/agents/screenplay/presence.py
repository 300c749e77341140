"""Who is in a scene at each moment, as its descriptions say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from resources.agents.screenplay.people import Roster
from resources.agents.screenplay.sentences import sentences
from resources.agents.screenplay.wordlists import words
from resources.lexicon.words import stems, words_of

_THEY = re.compile(
    r"\b(?:they|them|both|everyone|everybody|each other)\b"
    r"|\bthe (?:two|three|pair|men|women|kids|boys|girls|couple|others)\b",
    re.IGNORECASE,
)
_ONE = re.compile(r"^\W*(?:he|she|his|her)\b|\b(?:he|she|him|her)\b", re.IGNORECASE)
_CROWD = 30
"""So many a scene remembers; pictures show four."""
TOGETHER = 3
"""How many "they" are at most."""


class Presence:
    """Whoever is here, in the order in which they came, and on whom the eye rests."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self.here: list[str] = []
        self._focus: list[str] = []
        """The last one last."""

    def begin(self, *, keep: bool) -> None:
        """A scene begins; one that goes on in the same place keeps its people."""
        if not keep:
            self.here, self._focus = [], []

    def hear(self, text: str) -> list[str]:
        """Whom a description shows: those it names, or those it means by "they", "he" and "she"."""
        named = [key for key in self._roster.present(text) if self._roster.people[key].seen]
        for key in named:
            self._come(key)
        if named:
            others = self._recent() if _THEY.search(text) and len(self.here) <= TOGETHER else []
            return list(dict.fromkeys([*named, *others]))
        if _THEY.search(text) and len(self.here) > 1:
            return self._recent()[:TOGETHER]
        if _ONE.search(text) and self._focus:
            return [self._of_kind(text)]
        return []

    def speaks(self, keys: Sequence[str]) -> None:
        """Somebody in sight speaks."""
        for key in keys:
            self._come(key)

    def settle(self, text: str) -> None:
        """After a shot: whoever it says goes away is gone."""
        for sentence in sentences(text):
            named = self._roster.mentions(sentence)
            low = sentence.lower()
            for number, mention in enumerate(named):
                end = named[number + 1].start if number + 1 < len(named) else len(sentence)
                if not mention.of and _goes(sentence[mention.end : end]):
                    self._leave(mention.key)
            if not named and self._focus and re.match(r"\W*(?:he|she)\b", low) and _goes(low):
                self._leave(self._focus[-1])

    def listeners(self) -> list[str]:
        """Everybody here but the one who has just spoken or acted, the last active first."""
        return self._recent()[1:] if len(self.here) > 1 else []

    def _recent(self) -> list[str]:
        order = list(dict.fromkeys(reversed(self._focus)))
        return [*(key for key in order if key in self.here), *(key for key in self.here if key not in order)]

    def _of_kind(self, text: str) -> str:
        """The last one whom "he" or "she" may mean."""
        word = next(word.low for word in words_of(text) if word.low in ("he", "she", "his", "her", "him"))
        kind = "she" if word in ("she", "her") else "he"
        for key in self._recent():
            counts = self._roster.people[key].pronouns
            if counts[kind] and counts[kind] >= counts["he" if kind == "she" else "she"]:
                return key
        return self._focus[-1]

    def _come(self, key: str) -> None:
        if key not in self.here:
            self.here.append(key)
            del self.here[:-_CROWD]
        self._focus.append(key)
        del self._focus[:-12]

    def _leave(self, key: str) -> None:
        self.here = [one for one in self.here if one != key]
        self._focus = [one for one in self._focus if one != key]


def _goes(text: str) -> bool:
    """Whether the verb next to a name is one of leaving."""
    first = words_of(text)[:5]
    gone = any(stem in words("staging", "leaves") for word in first for stem in stems(word.low))
    return gone or any(phrase in text.lower() for phrase in words("staging", "leaves_phrases"))
