"""The text policy: which words a film's texts may not hold, and how long they may be.

``configs/text_policy.yaml`` says it; the word lists are those of the package glin-profanity (24 languages, leetspeak,
spaced-out letters, words inside longer words left alone). better-profanity, which is better known, was tried and left:
unchanged since 2020, English only, 0.2 ms a character, and it refuses "kill the dragon", "the ugly duckling", "a pot of
tea" and "the fat cat".

Who wrote a text decides how severe a finding can be. Whoever makes a film has the last word about their own idea, plan
or screenplay and is only told, unless the policy says otherwise. What a model wrote is refused and asked for again.
A word list knows words, not meanings: it keeps insults and obscenities out, and does not judge a story.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from pydantic import Field

from resources.agents.plan_texts import plan_texts
from resources.config import load_config
from resources.errors import InputError
from schemas.plan import Line, MoviePlan, Short, Strict

CONFIG = "text_policy.yaml"
Severity = Literal["warn", "block"]
Author = Literal["person", "model"]
ListName = Literal[
    "arabic", "chinese", "czech", "danish", "dutch", "english", "esperanto", "finnish", "french", "german", "hindi",
    "hungarian", "italian", "japanese", "korean", "norwegian", "persian", "polish", "portuguese", "russian", "spanish",
    "swedish", "thai", "turkish",
]  # fmt: skip
"""The lists of glin-profanity."""


class Refused(InputError):
    """A person's own text that the text policy refuses."""


class LanguageWords(Strict):
    """Which list a language has."""

    list: ListName
    note: Line = ""


class ExtraWords(Strict):
    """Words and phrases that are looked for beside the lists."""

    words: list[Short] = Field(min_length=1, max_length=200)
    languages: list[str] = Field(default_factory=list)
    """Empty: every language."""
    severity: Severity = "block"
    why: Short = ""


class WrittenBy(Strict):
    """The most severe that a finding can be, by who wrote the text."""

    person: Literal["ignore", "warn", "block"]
    model: Literal["ignore", "warn", "block"]


class Lengths(Strict):
    """Longest texts, in characters."""

    title: int = Field(ge=1, le=120)
    line: int = Field(ge=20, le=500)


class TextPolicy(Strict):
    """``configs/text_policy.yaml``."""

    mode: Literal["check", "ignore"]
    written_by: WrittenBy
    languages: dict[str, LanguageWords]
    allow: dict[str, list[Short]]
    extra: list[ExtraWords]
    lengths: Lengths


@dataclass(frozen=True)
class Violation:
    """One thing in a text that the policy speaks about."""

    where: str
    """Which text: ``title``, ``shot s010-establish, line 2``."""
    what: str
    """The word that was found, or what is too long."""
    severity: Severity
    why: str = ""

    def __str__(self) -> str:
        why = f" ({self.why})" if self.why else ""
        return f"{self.where}: {self.what}{why}"


@cache
def text_policy() -> TextPolicy:
    """The policy that is configured, read once a process. Raises :class:`~resources.errors.ConfigInvalid`."""
    return load_config(CONFIG, TextPolicy)


def check_text(
    text: MoviePlan | str,
    policy: TextPolicy,
    *,
    language: str = "en",
    written_by: Author,
    own: str = "",
) -> list[Violation]:
    """Everything in a plan, or in one text, that the policy speaks about, in the order of the text.

    ``language`` is that of a plain text; a plan has its own. A word that also stands in ``own`` (the person's idea, for
    a plan that a model wrote) counts as the person's.
    """
    worst = getattr(policy.written_by, written_by)
    if policy.mode == "ignore" or worst == "ignore":
        return []
    language = (text.language if isinstance(text, MoviePlan) else language).split("-")[0].lower()
    if isinstance(text, MoviePlan):
        texts = [(where, "\n".join(parts)) for where, parts in plan_texts(text)]
    else:
        texts = [("text", text)]
    whole = "\n".join(one for _, one in texts)
    found: list[Violation] = []
    if _words(policy, language, whole):
        for where, one in texts:
            found += [Violation(where, f"{word!r}", _milder(rank, worst), why) for word, rank, why in
                      _words(policy, language, one)]  # fmt: skip
    if isinstance(text, MoviePlan):
        found += [Violation(where, what, _milder("block", worst)) for where, what in _too_long(text, policy.lengths)]
    return _settle(found, policy, language, own) if own else found


def blocking(found: Iterable[Violation]) -> list[Violation]:
    """Those that refuse the text."""
    return [one for one in found if one.severity == "block"]


def notes(text: MoviePlan | str, *, language: str = "en", what: str) -> list[str]:
    """One line for each thing a person is told about a text of their own; ``what`` names it: ``the idea``.

    Raises :class:`Refused` where the policy refuses it.
    """
    found = check_text(text, text_policy(), language=language, written_by="person")
    if refused := blocking(found):
        raise Refused(
            f"the text policy does not allow {refused[0]}", where=what, hint=f"reword it, or change configs/{CONFIG}"
        )
    return [f"{what}, {one}: is on the list of the text policy; it stays, because you wrote it" for one in found]


def _settle(found: list[Violation], policy: TextPolicy, language: str, own: str) -> list[Violation]:
    """Words of the person's own are judged as theirs."""
    worst = policy.written_by.person
    theirs = {f"{word!r}" for word, _, _ in _words(policy, language, own)}
    settled = []
    for one in found:
        if one.what not in theirs:
            settled.append(one)
        elif worst != "ignore":
            settled.append(Violation(one.where, one.what, _milder(one.severity, worst), one.why))
    return settled


def _milder(severity: Severity, worst: str) -> Severity:
    return "warn" if worst == "warn" else severity


def _too_long(plan: MoviePlan, lengths: Lengths) -> Iterator[tuple[str, str]]:
    if len(plan.title) > lengths.title:
        yield "title", f"{len(plan.title)} characters, at most {lengths.title}"
    for number, shot in enumerate(plan.shots, 1):
        for at, line in enumerate(shot.dialogue, 1):
            if len(line.text) > lengths.line:
                yield f"shot {shot.id or number}, line {at}", f"{len(line.text)} characters, at most {lengths.line}"


def _words(policy: TextPolicy, language: str, text: str) -> list[tuple[str, Severity, str]]:
    """(word, severity, why) of every listed word in ``text``; of spellings of one word the longest."""
    if not text.strip():
        return []
    told: dict[str, Any] = _filter(policy.model_dump_json(), language).check_profanity(text)
    spelt: list[str] = told["profane_words"]
    words = sorted(spelt, key=lambda word: (-len(word), word))
    if plain := [word for word in words if word.replace(" ", "").isalpha()]:
        words = plain  # sh1t is told as the word it stands for
    kept: list[str] = []
    for word in words:
        if not any(word in longer for longer in kept):
            kept.append(word)
    ranks = {word.lower(): (one.severity, one.why) for one in policy.extra for word in one.words}
    return [(word, *ranks.get(word.lower(), ("block", ""))) for word in sorted(kept, key=text.lower().find)]


@lru_cache(maxsize=32)
def _filter(policy: str, language: str) -> Any:
    """The package's filter for a language of a policy (as JSON, which can be a key)."""
    from glin_profanity import Filter

    held = TextPolicy.model_validate_json(policy)
    known = held.languages.get(language)
    allowed = held.allow.get(language, [])
    # a language without a list still gets `extra`: the package wants one list, so all of its words are allowed
    extra = [word for one in held.extra if not one.languages or language in one.languages for word in one.words]
    if known is None:
        return _only(extra)
    return Filter(
        {
            "languages": [known.list],
            "custom_words": extra,
            "ignore_words": [spelling for word in allowed for spelling in (word.lower(), _folded(word))],
            "whitelist": [word for word in allowed if " " in word],
            "detect_leetspeak": True,
            "obfuscation": "standard",
        }
    )


def _folded(word: str) -> str:
    """Without accents, as the package also looks for it."""
    return unicodedata.normalize("NFKD", word.lower()).encode("ascii", "ignore").decode()


def _only(extra: list[str]) -> Any:
    from glin_profanity import Filter
    from glin_profanity.data.dictionary import dictionary

    english = dictionary.get_words("english")
    return Filter({"languages": ["english"], "custom_words": extra, "ignore_words": [w.lower() for w in english]})
