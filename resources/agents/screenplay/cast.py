"""The cast: looks and voices that are the same in every reel, and stay when the screenplay is edited."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from resources.agents.screenplay.people import Person, Roster
from resources.agents.screenplay.portrait import age_of, species_of_phrase
from resources.agents.screenplay.wordlists import data, words
from resources.casting import VoiceBook, cast_voices, gender_of, load_voices
from resources.errors import InputError
from resources.lexicon import resolve_look, species_of
from resources.lexicon.words import words_of
from resources.store.fingerprint import derive_seed
from schemas.plan import Character, Look, Voice
from schemas.vocabulary import Age, Species

_LEADS = {
    ("she", Age.CHILD): "A girl.",
    ("she", Age.ADULT): "A woman.",
    ("she", Age.OLD): "An old woman.",
    ("he", Age.CHILD): "A boy.",
    ("he", Age.ADULT): "A man.",
    ("he", Age.OLD): "An old man.",
    ("", Age.CHILD): "A child.",
}
_VOICE = "-voice"
MAX_SPEAKERS = 400
"""A long film has a hundred; casting takes 20 ms for each."""


@dataclass(frozen=True)
class Cast:
    """Characters by the keys of people; ``voices`` are those of seen people when they speak out of sight."""

    characters: Mapping[str, Character]
    voices: Mapping[str, Character]

    def speaker(self, key: str, *, off: bool) -> Character:
        """Who says a line: the character, or their voice alone where they are not to be seen speaking."""
        return self.voices[key] if off and key in self.voices else self.characters[key]

    def all(self) -> list[Character]:
        """Everybody, voices last."""
        return [*self.characters.values(), *self.voices.values()]


def cast_people(roster: Roster, *, language: str, seed: int, before: Mapping[str, Character]) -> Cast:
    """A character for everybody. ``before`` holds the cast of an earlier version: whoever is described as then keeps
    the voice of then. Raises :class:`InputError` for a language that nobody speaks.
    """
    characters: dict[str, Character] = {}
    taken: set[str] = set()
    for person in roster.people.values():
        name = person.id
        if name in taken:
            name = f"{name[:50]}-{derive_seed(person.key) & 0xFFFF:04x}"
        taken.add(name)
        characters[person.key] = _character(person, name, _she_or_he(roster, person, name, seed))
    voices = _cast(roster, characters, language, seed, before)
    characters = {key: one.model_copy(update={"voice": voices.get(one.id, Voice())}) for key, one in characters.items()}
    apart = {
        key: characters[key].model_copy(update={"id": f"{characters[key].id[:57]}{_VOICE}", "on_screen": False})
        for key, person in roster.people.items()
        if characters[key].on_screen and person.off
    }
    return Cast(characters, apart)


def _cast(
    roster: Roster,
    characters: Mapping[str, Character],
    language: str,
    seed: int,
    before: Mapping[str, Character],
) -> dict[str, Voice]:
    """Voices by character id: the larger the part, the sooner the choice."""
    keep = {
        one.id: before[one.id].voice
        for one in characters.values()
        if one.id in before and before[one.id].description == one.description and before[one.id].voice.voice_id
    }
    speaking = [person for person in roster.people.values() if person.heard]
    if len(speaking) > MAX_SPEAKERS:
        raise InputError(
            f"{len(speaking):,} people speak, at most {MAX_SPEAKERS} can be cast",
            hint="a line in capitals with text right below it is taken for a name",
        )
    parts = sorted(speaking, key=lambda person: (-person.letters, person.key))
    # casting gives the narrator's voice to whoever is not seen; a woman on the phone is no narrator
    asked = [
        characters[person.key].model_copy(
            update={
                "on_screen": person.key not in words("staging", "unseen") or _gender(person) == "she",
                "voice": keep.get(characters[person.key].id, Voice()),
            }
        )
        for person in parts
    ]
    looks = {one.id: resolve_look(one, seed) for one in asked}
    found: dict[str, Voice] = {}
    book = _book()
    for start in range(0, len(asked), _ROUND):
        try:
            found |= cast_voices(asked[start : start + _ROUND], looks, language, seed, book)
        except ValueError as error:
            raise InputError(str(error)) from None
    return found


_ROUND = 40
"""So many are cast to differ from each other; there are 33 voices, and the time grows with the square."""


@cache
def _book() -> VoiceBook:
    return load_voices()


def _character(person: Person, name: str, gender: str) -> Character:
    age, telling = _age(person)
    species = _species(person)
    lead = _LEADS.get((gender, age), "") if species is Species.PERSON else ""
    texts = [text[:1].upper() + text[1:].rstrip(".,;: ") + "." for text in dict.fromkeys(telling) if text]
    described = " ".join(part for part in [lead, *texts[:2]] if part)[:400]
    return Character(
        id=name,
        name=person.name[:120] or "Voice",
        description=described,
        look=Look(species=species, age=age),
        on_screen=person.seen,
    )


def _younger(roster: Roster, person: Person) -> Person | None:
    """Whom ADULT EDWARD is the other age of."""
    *ages, name = person.key.split() or [""]
    return roster.people.get(name) if ages and all(age in _AGES for age in ages) else None


_AGES = frozenset(
    {"adult", "young", "younger", "old", "older", "teen", "teenage", "little", "elderly", "grown", "grown-up"}
)


def _she_or_he(roster: Roster, person: Person, name: str, seed: int) -> str:
    """Decided once, so that look and voice agree: by what is told, else by the given name, else by the seed."""
    same = _younger(roster, person)
    known = _gender(person) or (_gender(same) if same is not None else "")
    if known or person.key in words("staging", "unseen"):
        return known
    called = re.sub(r"^.*['’]S\s", "", person.written, flags=re.IGNORECASE)  # WILL'S DATE is not called Will
    names = person.called | {word.low for word in words_of(called)}
    given = [gender for gender, known_names in _book().given_names.items() if names.intersection(known_names)]
    she, he = person.pronouns["she"], person.pronouns["he"]
    if not given and bool(she) != bool(he):
        return "she" if she else "he"
    guess = given[0] if given else gender_of(Character(id=name, name=called[:120] or "x"), seed, _book())
    return "she" if guess == "female" else "he"


def _gender(person: Person) -> str:
    """She or he by nouns, else by the pronouns of descriptions in which they are alone; "" for neither."""
    for _, portrait in person.portraits:
        if portrait.gender:
            return portrait.gender
    for word in words_of(person.key):
        for gender in ("she", "he"):
            if word.low in words("people", f"{gender}_nouns"):
                return gender
    she, he = person.pronouns["she"], person.pronouns["he"]
    if max(she, he) >= max(2, 2 * min(she, he)):
        return "she" if she > he else "he"
    return ""


def _age(person: Person) -> tuple[Age, list[str]]:
    """The age in which somebody says most, with what is told of them then: a film shows one face of each."""
    marks = [(number, portrait.age) for number, portrait in person.portraits if portrait.age is not None]
    texts = [(number, portrait.text) for number, portrait in person.portraits]
    if not marks:
        return age_of(None, person.key) or Age.ADULT, [text for _, text in texts]
    spans: list[tuple[int, int, Age]] = []
    for number, age in marks:
        if spans and spans[-1][2] is age:
            continue
        if spans:
            spans[-1] = (spans[-1][0], number, spans[-1][2])
        spans.append((number if spans else 0, 1 << 60, age))
    counts: dict[Age, int] = {}
    for start, end, age in spans:
        counts[age] = counts.get(age, 0) + sum(start <= cue < end for cue in person.cues)
    best = max(counts, key=lambda age: counts[age])
    there = [text for number, text in texts if any(a <= number < b for a, b, age in spans if age is best)]
    return best, there


def _species(person: Person) -> Species:
    """What kind of body. Somebody called Fox is a person unless descriptions speak of "a fox" or "the fox"."""
    named = species_of_phrase(person.key)
    if named not in (None, Species.PERSON):
        before = {word.low for word in words_of(person.key)[:-1]}
        if named is not None and (person.article or (before and not before & words("people", "honorifics"))):
            return named
    nobody: list[str] = data("people")["nobody"]
    for _, portrait in person.portraits:
        first = portrait.text.split(",")[0]
        found = species_of(first)
        heads = [word.low for word in words_of(first)]
        if found in (None, Species.PERSON) or heads[:1] not in (["a"], ["an"], ["the"]):
            continue
        if found is not None and not any(head in nobody for head in heads):
            return found
    return Species.PERSON
