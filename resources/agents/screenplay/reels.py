"""A screenplay as films: cut into reels at the ends of scenes, one plan for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pydantic import ValidationError

from resources.agents.screenplay.cast import Cast, cast_people
from resources.agents.screenplay.drafts import Draft
from resources.agents.screenplay.elements import Action, Screenplay
from resources.agents.screenplay.identity import keep_ids, name_shots
from resources.agents.screenplay.people import meet
from resources.agents.screenplay.prompts import prompt_of
from resources.agents.screenplay.staging import stage
from resources.config import first_fault
from resources.errors import InputError
from resources.lexicon import mood_of
from schemas.plan import MAX_FILM_SECONDS, MAX_SHOTS, Character, MoviePlan, Music, Shot, Transition
from schemas.vocabulary import Mood, TransitionKind

MAX_CAST, MAX_LOCATIONS = 12, 20
"""What a plan holds (schemas/plan.py)."""
TRANSITION_FRAMES = 12
_TEMPO = {
    Mood.WARM: 84,
    Mood.PLAYFUL: 112,
    Mood.ADVENTUROUS: 116,
    Mood.MYSTERIOUS: 76,
    Mood.SAD: 66,
    Mood.TENSE: 104,
    Mood.HOPEFUL: 90,
}


@dataclass(frozen=True)
class Wanted:
    """What is asked of a film beside its words."""

    seed: int = 0
    language: str = "en"
    aspect: str = "16:9"
    resolution: str = "720p"
    style: str | None = None


def plans_of(screenplay: Screenplay, wanted: Wanted, before: Sequence[MoviePlan] = ()) -> list[MoviePlan]:
    """A plan for each reel, in order.

    ``before`` are the plans of an earlier version: their voices, music and shot ids are kept wherever they still fit.
    Looks and voices are the same in all reels. Raises :class:`InputError` for a language that nobody speaks.
    """
    same = [plan for plan in before if (plan.seed, plan.language) == (wanted.seed, wanted.language)]
    roster = meet(screenplay)
    known = {one.id: one for plan in reversed(same) for one in plan.characters}
    cast = cast_people(roster, language=wanted.language, seed=wanted.seed, before=known)
    drafts = stage(screenplay, roster, cast)
    if not drafts:
        raise InputError("there is nothing to film in this screenplay", hint="it has cards or transitions only")
    shots = keep_ids(_shots(drafts, cast), [shot for plan in before for shot in plan.shots])
    by_id = {one.id: one for one in cast.all()}
    music = same[0].music if same else _music(screenplay)
    found = []
    reels = cut(drafts)
    for number, (start, end) in enumerate(reels, 1):
        fields: dict[str, Any] = {
            "title": screenplay.title if number == 1 else f"{screenplay.title[:108]}, reel {number}",
            "language": wanted.language,
            "aspect": wanted.aspect,
            "resolution": wanted.resolution,
            "seed": wanted.seed,
            **({} if wanted.style is None else {"style": wanted.style}),
            "music": music,
            "characters": _used(by_id, drafts[start:end]),
            "locations": list({d.setting.id: d.setting.location() for d in drafts[start:end]}.values()),
            "shots": shots[start:end],
            "credits": list(screenplay.credits) if number == len(reels) else [],
        }
        try:
            found.append(MoviePlan.model_validate(fields))
        except ValidationError as error:
            raise InputError(first_fault(error), where=f"reel {number}") from None
    return found


def cut(drafts: Sequence[Draft]) -> list[tuple[int, int]]:
    """Where reels begin and end: as many whole scenes as a film holds. A scene that is larger is cut between shots."""
    reels: list[tuple[int, int]] = []
    reel, start, at = _Reel(), 0, 0
    for _, group in groupby(drafts, key=lambda draft: draft.heading):
        scene = list(group)
        if not reel.takes(*scene) and at > start:
            reels.append((start, at))
            reel, start = _Reel(), at
        for draft in scene:
            if not reel.takes(draft):
                reels.append((start, at))
                reel, start = _Reel(), at
            reel.add(draft)
            at += 1
    return [*reels, (start, at)]


class _Reel:
    """What a reel holds so far."""

    def __init__(self) -> None:
        self._people: set[str] = set()
        self._places: set[str] = set()
        self._shots, self._seconds = 0, 0.0

    def takes(self, *more: Draft) -> bool:
        """Whether all of ``more`` still fits."""
        return (
            self._shots + len(more) <= MAX_SHOTS
            and self._seconds + sum(draft.seconds for draft in more) <= MAX_FILM_SECONDS
            and len(self._people.union(*(draft.cast for draft in more))) <= MAX_CAST
            and len(self._places | {draft.setting.id for draft in more}) <= MAX_LOCATIONS
        )

    def add(self, draft: Draft) -> None:
        """Take a shot."""
        self._people |= draft.cast
        self._places.add(draft.setting.id)
        self._shots += 1
        self._seconds += draft.seconds


def _used(by_id: Mapping[str, Character], drafts: Sequence[Draft]) -> list[Character]:
    return [by_id[who] for who in dict.fromkeys(one for draft in drafts for one in (*draft.seen, *_speakers(draft)))]


def _speakers(draft: Draft) -> list[str]:
    return [line.character_id for line in draft.lines]


def _shots(drafts: Sequence[Draft], cast: Cast) -> list[Shot]:
    names = {one.id: one.name for one in cast.all()}
    found = []
    for name, draft in zip(name_shots(drafts), drafts, strict=True):
        cutting = draft.transition is TransitionKind.CUT
        found.append(
            Shot(
                id=name,
                location_id=draft.setting.id,
                size=draft.size,
                camera=draft.camera,
                prompt=prompt_of(draft, names),
                action=draft.action,
                duration_s=draft.least,
                characters=draft.seen or _nobody(draft),
                props=draft.props,
                dialogue=draft.lines,
                emotion=draft.emotion,
                transition=Transition() if cutting else Transition(kind=draft.transition, frames=TRANSITION_FRAMES),
                effects=draft.effects,
            )
        )
    return found


def _nobody(draft: Draft) -> list[str]:
    """An empty list would show whoever speaks; the speakers of a shot without people are voices, who are never seen."""
    return list(dict.fromkeys(_speakers(draft)))[:6]


def _music(screenplay: Screenplay) -> Music:
    told = " ".join(item.text for scene in screenplay.scenes for item in scene.items if isinstance(item, Action))
    mood = mood_of(f"{screenplay.title} {told}"[:200_000]) or Mood.WARM
    return Music(mood=mood, tempo=_TEMPO[mood])
