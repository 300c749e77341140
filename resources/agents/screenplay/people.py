"""Who is in a screenplay: everybody who speaks, and whoever a description introduces; and where each is named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from resources.agents.screenplay.cues import off_screen, speakers
from resources.agents.screenplay.elements import Action, Cue, Scene, Screenplay, Speech
from resources.agents.screenplay.extras import introduced
from resources.agents.screenplay.headings import take_apart
from resources.agents.screenplay.names import id_of, titled
from resources.agents.screenplay.portrait import Portrait, portrait, whole_name
from resources.agents.screenplay.wordlists import words
from resources.lexicon.scene import species_words
from resources.lexicon.words import Word, stems, words_of

_PRONOUNS = dict.fromkeys(("he", "him", "his", "himself"), "he") | dict.fromkeys(
    ("she", "her", "hers", "herself"), "she"
)
_INTRODUCTIONS = 60
"""Descriptions of somebody that are read for looks and age; by then they are known."""


@dataclass
class Person:
    """Somebody, and what is known of them."""

    key: str
    written: str
    """The name as it stands above their speeches."""
    heard: int = 0
    """Speeches, and how many of them come from out of sight."""
    off: int = 0
    letters: int = 0
    """Letters they say: the size of the part."""
    phoned: int = 0
    """Speeches in scenes with a telephone."""
    named: int = 0
    """Descriptions that name them."""
    portraits: list[tuple[int, Portrait]] = field(default_factory=list)
    """What descriptions say, with the number of the item where they say it."""
    cues: list[int] = field(default_factory=list)
    """Numbers of the items in which they speak in sight."""
    called: set[str] = field(default_factory=set)
    """Words of the whole name in capitals, where a description gives it: JACOB BILLUPS."""
    pronouns: Counter[str] = field(default_factory=Counter)
    surfaces: Counter[str] = field(default_factory=Counter)
    """Spellings of the name in descriptions that are not all in capitals."""
    article: int = 0
    """Mentions with an article: "the fox", who is one, as opposed to somebody called Fox."""

    @property
    def seen(self) -> bool:
        """Whether they are ever on screen."""
        if self.key in words("staging", "unseen") or self.key.split()[-1:] in (["voice"], ["v.o."], ["narrator"]):
            return False
        if not self.named and self.phoned == self.heard:
            return False
        return self.heard > self.off or self.named > 0

    @property
    def name(self) -> str:
        """The name as a person writes it: as descriptions spell it, where they do (``McClane``)."""
        if self.written != self.written.upper():
            return self.written
        spelt = {surface.upper(): surface for surface, _ in reversed(self.surfaces.most_common())}
        words_in = titled(self.written).split()
        return " ".join(spelt.get(word.upper(), word) for word in words_in)

    @property
    def id(self) -> str:
        """Their id in the plan."""
        return id_of(self.key)


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names somebody: offsets, and whether it is only something of theirs ("Scott's car")."""

    key: str
    start: int
    end: int
    of: bool


class Roster:
    """Everybody by key, and a finder of their names in descriptions."""

    def __init__(self, people: dict[str, Person]) -> None:
        """``people`` in the order of their first appearance."""
        self.people = people
        self._finder: dict[str, list[tuple[tuple[str, ...], str, bool]]] = {}
        singles: Counter[str] = Counter()
        for person in people.values():
            singles.update({low for low in _tokens(person.key) if _proper(low)})
        for person in people.values():
            tokens = _tokens(person.key)
            if not tokens:
                continue
            generic = not _proper(tokens[-1])
            self._add(tokens, person.key, strict=not generic)
            if len(tokens) > 1 and not generic:
                for low in tokens:
                    if _proper(low) and singles[low] == 1 and low not in people:
                        self._add((low,), person.key, strict=True)
        for entries in self._finder.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def _add(self, tokens: tuple[str, ...], key: str, *, strict: bool) -> None:
        self._finder.setdefault(tokens[0], []).append((tokens, key, strict))

    def mentions(self, text: str) -> list[Mention]:
        """Everybody a text names, in order, overlaps taken by the longest name."""
        tokens = words_of(text)
        found: list[Mention] = []
        at = 0
        while at < len(tokens):
            hit = self._at(text, tokens, at)
            if hit is None:
                at += 1
                continue
            key, count = hit
            last = tokens[at + count - 1]
            tail = text[last.end : last.end + 2].replace("’", "'").lower()
            possessive = tail == "'s" or (last.low.endswith("s") and tail[:1] == "'")
            owned = possessive and not (at + count < len(tokens) and tokens[at + count].low in words("people", "body"))
            found.append(Mention(key, tokens[at].start, last.end, owned))
            at += count
        return found

    def _at(self, text: str, tokens: list[Word], at: int) -> tuple[str, int] | None:
        for phrase, key, strict in self._finder.get(tokens[at].low, ()):
            some = tokens[at : at + len(phrase)]
            if tuple(word.low for word in some) != phrase:
                continue
            if strict and any(_lower(word.text) for word in some):
                continue  # "brick" is a stone, "Brick" is somebody
            if not strict and len(phrase) == 1 and not (tokens[at].text.isupper() or _definite(tokens, at)):
                continue
            return key, len(phrase)
        return None

    def present(self, text: str) -> list[str]:
        """Keys of everybody who is there in a text, in order, each once."""
        return list(dict.fromkeys(mention.key for mention in self.mentions(text) if not mention.of))


def _tokens(key: str) -> tuple[str, ...]:
    return tuple(word.low for word in words_of(key))


def _lower(text: str) -> bool:
    """Whether a word begins with a small letter, in a script that has large ones."""
    return text[:1] != text[:1].upper()


def _cased(text: str) -> bool:
    return text != text.upper() or text != text.lower()


def _proper(low: str) -> bool:
    """Whether a word of a name can stand for it: no title, no number, no kind of person or beast."""
    known = words("people", "titles") | words("staging", "unseen")
    return low not in known and not low.isdigit() and len(low) > 1 and species_words().get(low) is None


def _definite(tokens: list[Word], at: int) -> bool:
    return at > 0 and tokens[at - 1].low in ("the", "this", "that", "our", "der", "die", "das", "le", "la", "el")


def meet(screenplay: Screenplay) -> Roster:
    """Everybody in a screenplay, with what its descriptions say of them."""
    people = _speaking(screenplay)
    actions = [item.text for scene in screenplay.scenes for item in scene.items if isinstance(item, Action)]
    for key, written in introduced(actions, Roster(people).present):
        people.setdefault(key, Person(key, written))
    roster = Roster(people)
    number = 0
    for scene, phone in zip(screenplay.scenes, _telephones(screenplay.scenes), strict=True):
        for item in scene.items:
            number += 1
            if isinstance(item, Speech):
                if item.cue.key in people:
                    people[item.cue.key].phoned += phone
                for key in together_keys(item.cue, people):
                    if not off_screen(item.cue):
                        people[key].cues.append(number)
            elif isinstance(item, Action):
                _note(roster, item.text, number)
    return roster


def _telephones(scenes: Sequence[Scene]) -> list[bool]:
    """Whether each scene, angles and inserts included, has a telephone."""
    group, groups, ringing = 0, list[int](), set[int]()
    for number, scene in enumerate(scenes):
        group = number if take_apart(scene.heading).side else group
        groups.append(group)
        told = " ".join(item.text for item in scene.items if isinstance(item, Action))
        if any(stem in words("staging", "telephone") for word in words_of(told) for stem in stems(word.low)):
            ringing.add(group)
    return [group in ringing for group in groups]


def together_keys(cue: Cue, people: dict[str, Person]) -> list[str]:
    """Who says a speech: one, or everybody of ``A AND B`` where each has a part of their own."""
    if cue.key in people:
        return [cue.key]
    return [key for key in speakers(cue) if key in people]


def _speaking(screenplay: Screenplay) -> dict[str, Person]:
    """Everybody with a part, by key. What two say together is no third person."""
    alone = {item.cue.key for item in screenplay.speeches() if len(speakers(item.cue)) == 1} | screenplay.forced
    people: dict[str, Person] = {}
    for item in screenplay.speeches():
        parts, key = speakers(item.cue), item.cue.key
        if key not in alone and len(parts) > 1 and all(part in alone for part in parts):
            continue
        person = people.setdefault(key, Person(key, item.cue.name))
        person.heard += 1
        person.off += off_screen(item.cue)
        person.letters += sum(len(part.text) for part in item.parts)
    return people


def _note(roster: Roster, text: str, number: int) -> None:
    """What one description says of those it names."""
    mentions = roster.mentions(text)
    for mention in mentions:
        person = roster.people[mention.key]
        surface = text[mention.start : mention.end]
        if _cased(surface) and surface != surface.upper() and surface[:1] == surface[:1].upper():
            person.surfaces.update(surface.split())
        if mention.of:
            continue
        person.named += 1
        if surface.isupper():
            whole = whole_name(text, mention.start, mention.end)
            person.called.update(word.low for word in words_of(text[slice(*whole)]))
        lead = text[max(0, mention.start - 12) : mention.start].split()
        person.article += bool(lead) and lead[-1].lower() in ("a", "an", "the")
        if person.named > _INTRODUCTIONS:
            continue
        found = portrait(text, mention.start, mention.end)
        if found.text or found.years is not None:
            person.portraits.append((number, found))
    _pronouns(roster, text, mentions)


def _pronouns(roster: Roster, text: str, mentions: list[Mention]) -> None:
    """Count "he" and "she" for whoever was named last. Where nobody else is there to be meant, every one counts, and
    twice in the same sentence; among several only the first, in the next sentence, and that is little to go by.
    """
    alone = len({mention.key for mention in mentions if not mention.of}) == 1
    counted: set[str] = set()
    number = -1
    for word in words_of(text):
        while number + 1 < len(mentions) and mentions[number + 1].end <= word.start:
            number += 1
        kind = _PRONOUNS.get(word.low)
        if kind is None or number < 0 or mentions[number].of:
            continue
        key = mentions[number].key
        near = not re.search(r"[.!?]\s", text[mentions[number].end : word.start][:400])
        if alone:
            roster.people[key].pronouns[kind] += 2 if near else 1
        elif not near and key not in counted:
            roster.people[key].pronouns[kind] += 1
            counted.add(key)
