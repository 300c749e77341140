"""What a plan must hold to beyond its schema: each fault is one line that a model, or a person, can act on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from resources.agents.errors import PlanPolicyViolation, PlanResourceError
from resources.agents.forbidden import forbidden_in
from resources.agents.policy import blocking, check_text, text_policy
from resources.agents.storyteller import clean, english
from resources.casting import base_language, language_of, load_voices
from resources.lexicon.words import stems
from resources.store.space import film_bytes, film_seconds, free_bytes, shot_seconds
from schemas.plan import MAX_FILM_SECONDS, MAX_SHOT_SECONDS, MoviePlan
from schemas.script import LEAST_SHOTS, Constraints

COVERED = 0.4
"""Share of an idea's own words that a film must speak of. A telling renames some and leaves some out; one that knows
fewer of them tells another story."""
OFF_LENGTH = 0.3
"""How far from the wished length a film may be, by estimate: voices differ by about a tenth."""
MOST_TOLD = 8
"""Faults told at once."""
SURE = 0.12
"""Share of small words that tells a language for sure; running text has 0.3 to 0.5 in its own and below 0.05 in others
(English in French: "on" and "an", German in English: "die" and "war")."""
SAME = 0.7
"""Share of words that two lines have in common when they say about the same."""
MOST_ALIKE = 3
"""A refrain is said three times."""
TELLABLE = ("en", "es", "fr", "de")
"""Languages whose small words are known."""


def hold(plan: MoviePlan, idea: str, constraints: Constraints, *, by_rules: bool, disk: Path | None = None) -> None:
    """Check a plan against the wishes behind it.

    Raises :class:`PlanResourceError` for a film that needs more than there is (seconds, frames, room on ``disk``), and
    :class:`PlanPolicyViolation` for everything else; both name every fault. A plan ``by_rules`` may quote the idea in
    the idea's own language, and is not asked how much of it is told: it tells it word for word.
    """
    if needs := list(_resources(plan, disk)):
        raise PlanResourceError(_told(needs))
    faults = [
        *_shots(plan, constraints),
        *_length(plan, constraints),
        *_cast(plan, constraints),
        *([] if by_rules else _story(plan, idea)),
        *([] if by_rules else _repeats(plan)),
        *([] if by_rules else _language(plan)),
        *(f"{where}: {word!r} is forbidden" for where, word in forbidden_in(plan, constraints.forbid)),
        *(f"{one}: the text policy does not allow it" for one in _policy(plan, idea, constraints)),
    ]
    if faults:
        raise PlanPolicyViolation(_told(faults))


def wrong_language(text: str, language: str) -> str | None:
    """What a text is written in, when that is surely not ``language``; None when it may be."""
    base = base_language(language)
    spoken_as = base_language(language_of(text, language))
    if spoken_as != base:
        return spoken_as
    words = re.findall(r"[^\W\d_]+", text.lower())
    if len(words) < 8:
        return None
    shares = {code: sum(word in clean.stop_words(code) for word in words) / len(words) for code in TELLABLE}
    own = shares.get(base, 0.0)
    other = max((code for code in TELLABLE if code != base), key=lambda code: shares[code])
    return other if shares[other] >= SURE and shares[other] > 2 * own else None


def content_words(text: str) -> list[str]:
    """The words of an idea that mean something, each once, in their order."""
    language = clean.detect_language(text)
    small = clean.stop_words(language) | (
        english.closed() | english.word_class("determiners") if language == "en" else set()
    )
    words = [word for word in re.findall(r"[^\W\d_]+", text.lower()) if len(word) > 2 and word not in small]
    return list(dict.fromkeys(words))


def _told(faults: list[str]) -> str:
    more = [f"and {len(faults) - MOST_TOLD} more"] if len(faults) > MOST_TOLD else []
    return "; ".join(faults[:MOST_TOLD] + more)


def _resources(plan: MoviePlan, disk: Path | None) -> Iterator[str]:
    seconds = film_seconds(plan)
    if seconds > MAX_FILM_SECONDS:
        yield f"the film would last {seconds:.0f} s, at most {MAX_FILM_SECONDS:.0f} s are made: say less"
    most = plan.rate.frames(MAX_SHOT_SECONDS)
    for number, shot in enumerate(plan.shots, 1):
        if (frames := plan.rate.frames(shot_seconds(shot))) > most:
            yield f"shot {shot.id or number} would need {frames} frames, at most {most} are made: split it or say less"
    if disk is not None and (needed := film_bytes(plan)) > (free := free_bytes(disk)):
        yield f"the film needs about {needed // 1_000_000} MB of disk, {free // 1_000_000} MB are free: make it shorter"


def _shots(plan: MoviePlan, constraints: Constraints) -> Iterator[str]:
    if constraints.shots is not None and len(plan.shots) != constraints.shots:
        yield f"there are {len(plan.shots)} shots, {constraints.shots} were asked for"
    elif len(plan.shots) < LEAST_SHOTS:
        yield f"a film has at least {LEAST_SHOTS} shots: a beginning, a middle and an end"


def _length(plan: MoviePlan, constraints: Constraints) -> Iterator[str]:
    if constraints.seconds is None:
        return
    seconds = film_seconds(plan)
    if abs(seconds - constraints.seconds) > OFF_LENGTH * constraints.seconds:
        mend = "shorten or drop lines" if seconds > constraints.seconds else "let more be said, or add shots"
        yield f"the film would last about {seconds:.0f} s, {constraints.seconds:g} s were asked for: {mend}"


def _cast(plan: MoviePlan, constraints: Constraints) -> Iterator[str]:
    names = {person.name.casefold(): person.id for person in plan.characters}
    busy = {who for shot in plan.shots for who in shot.characters}
    busy |= {line.character_id for shot in plan.shots for line in shot.dialogue}
    for wish in constraints.cast:
        if names.get(wish.name.casefold()) not in busy:
            yield f"{wish.name} was asked for, and is neither seen nor heard in any shot"


def _story(plan: MoviePlan, idea: str) -> Iterator[str]:
    """An idea's own words must be in the film, as far as both are in one language."""
    if clean.detect_language(idea) != base_language(plan.language):
        return
    wanted = content_words(idea)
    text = " ".join(
        [plan.title, plan.logline]
        + [f"{person.name} {person.description}" for person in plan.characters]
        + [place.name for place in plan.locations]
        + [f"{shot.action} {' '.join(line.text for line in shot.dialogue)}" for shot in plan.shots]
    )
    known = {stem for word in re.findall(r"[^\W\d_]+", text.lower()) for stem in stems(word)}
    missing = [word for word in wanted if not known & set(stems(word))]
    if wanted and len(missing) > (1 - COVERED) * len(wanted):
        yield f"the film does not tell the idea: nothing in it speaks of {', '.join(missing[:6])}"


def _repeats(plan: MoviePlan) -> Iterator[str]:
    """A line that is said again and again: what a small model does that has lost the thread."""
    lines = [line.text for shot in plan.shots for line in shot.dialogue]
    words = [frozenset(re.findall(r"[^\W\d_]+", text.lower())) for text in lines]
    for at, one in enumerate(words):
        alike = sum(len(one & other) >= SAME * len(one | other) for other in words) if len(one) > 2 else 0
        if alike > MOST_ALIKE:
            yield f"{alike} of {len(lines)} lines say about the same ({lines[at][:60]!r}); each must say something new"
            return


def _language(plan: MoviePlan) -> Iterator[str]:
    spoken = " ".join(line.text for shot in plan.shots for line in shot.dialogue)
    found = wrong_language(spoken, plan.language) if spoken else None
    if found is not None:
        name: Callable[[str], str] = load_voices().language_name
        yield f"the dialogue is in {name(found)}, it must be in {name(plan.language)} ({plan.language})"


def _policy(plan: MoviePlan, idea: str, constraints: Constraints) -> Iterator[str]:
    own = "\n".join([idea, constraints.style or "", *(f"{one.name}: {one.description}" for one in constraints.cast)])
    for one in blocking(check_text(plan, text_policy(), written_by="model", own=own)):
        yield str(one)
