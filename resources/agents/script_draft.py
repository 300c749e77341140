"""From a draft, in which everything has a name, to a plan in which nothing is left open.

The second question to a language model names the cast and the places as the only words that may stand in their fields
(:func:`shots_schema`), so that a speaker outside the cast cannot be written at all where decoding is constrained.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from types import GenericAlias
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, create_model

from resources.agents.errors import PlanSchemaError
from resources.agents.storyteller import clean, english
from resources.agents.storyteller.people import NARRATOR
from resources.casting import cast_voices, load_voices
from resources.config import first_fault
from resources.lexicon import place_of, resolve_look
from resources.store.space import film_seconds, shot_seconds
from schemas.plan import Character, Dialogue, Location, Look, MoviePlan, Music, Shot, Transition
from schemas.script import (
    LEAST_SHOTS,
    DraftCharacter,
    DraftLine,
    DraftShot,
    DraftShots,
    DraftStory,
    PlanDraft,
    ScriptRequest,
)
from schemas.vocabulary import CameraMove, ShotSize, TransitionKind

NARRATOR_NAME = NARRATOR.name
MOST_CAST = 6
MOST_LOOKS = 120
MOST_NAME = 32
SHOTS = (5, 8)
"""Shots of a film for which nothing is wished."""
SECONDS_A_SHOT = 5.0
"""What a shot with two short lines lasts."""
CARDS_S, SHORT_CARDS_S, SHORT_FILM_S = (2.5, 3.5), (1.5, 2.0), 25.0
MOST_EXTRA_S = 5.0
"""Seconds that a shot may last longer than what is said in it, to reach a wished length."""
DISSOLVE = Transition(kind=TransitionKind.DISSOLVE, frames=12)
_LEAST_S = {ShotSize.WIDE: 3.4, ShotSize.INSERT: 2.6}
_MIDDLE = (
    (ShotSize.MEDIUM, CameraMove.STATIC),
    (ShotSize.CLOSE, CameraMove.PUSH_IN),
    (ShotSize.MEDIUM, CameraMove.PAN_RIGHT),
    (ShotSize.REACTION, CameraMove.STATIC),
    (ShotSize.WIDE, CameraMove.FOLLOW),
)
"""Framing of the shots between the first and the last, where a draft leaves it open."""


def shots_schema(story: DraftStory, request: ScriptRequest) -> type[DraftShots]:
    """:class:`DraftShots` for one story: its names, its places, and as many shots as were asked for."""
    literal: Any = Literal
    people = [person.name for person in cast_of(story, request)]
    speaker = literal[(*people, *([] if NARRATOR_NAME in people else [NARRATOR_NAME]))]
    place = literal[tuple(dict.fromkeys(one.name for one in story.places))]
    least, most = shot_range(request)
    seen: Any = Annotated[GenericAlias(list, (literal[tuple(people)],)), Field(max_length=4)]
    line: Any = create_model("DraftLine", __base__=DraftLine, speaker=(speaker, ...))
    shot: Any = create_model(
        "DraftShot",
        __base__=DraftShot,
        place=(place, ...),
        seen=(seen, ...),
        dialogue=(Annotated[list[line], Field(max_length=3)], ...),
    )
    shots = Annotated[list[shot], Field(min_length=least, max_length=most)]
    return create_model("DraftShots", __base__=DraftShots, shots=(shots, ...))


def shot_range(request: ScriptRequest) -> tuple[int, int]:
    """(fewest, most) shots of a film that is asked for."""
    wishes = request.constraints
    if wishes.shots is not None:
        return wishes.shots, wishes.shots
    if wishes.seconds is None:
        return SHOTS
    about = wishes.seconds / SECONDS_A_SHOT
    return max(LEAST_SHOTS, round(about * 0.6)), max(LEAST_SHOTS + 1, min(60, round(about * 1.3)))


def cast_of(story: DraftStory, request: ScriptRequest) -> list[DraftCharacter]:
    """Who is in the film: first whoever was wished for, in the words of the wish, then the story's own.

    A name that comes twice is one person.
    """
    people: dict[str, DraftCharacter] = {}
    told = {one.name.casefold(): one.looks for one in story.characters}
    for wish in request.constraints.cast:
        looks = "; ".join(filter(None, (wish.description, told.get(wish.name.casefold(), ""))))
        people[wish.name.casefold()] = DraftCharacter.model_construct(name=wish.name, looks=looks)
    for one in story.characters:
        name = tidy(one.name, MOST_NAME)
        if len(people) < MOST_CAST and name and name.casefold() != NARRATOR_NAME.casefold():
            people.setdefault(name.casefold(), one.model_copy(update={"name": name}))
    return list(people.values())


def expand(draft: PlanDraft, request: ScriptRequest, model: str) -> MoviePlan:
    """The plan behind a draft: the same draft, request and model give the same plan.

    Ids are made from names, looks and voices are chosen now and so stay when a description changes; framing that is
    left open, or is the same in every shot, is no choice and follows a pattern. Raises :class:`PlanSchemaError`.
    """
    wishes, story = request.constraints, draft.story
    people = cast_of(story, request)
    if not people:
        raise PlanSchemaError("nobody is in the story: give it at least one character")
    ids = _ids([one.name for one in people], taken={NARRATOR.id})
    places = {one.name: one for one in reversed(story.places)}
    place_ids = _ids(list(places), taken=set())
    by_name = {one.name: ident for one, ident in zip(people, ids, strict=True)} | {NARRATOR_NAME: NARRATOR.id}
    framed = _framed(draft.shots.shots)
    home = place_of(request.idea) or place_of(story.story)
    locations = [
        Location(
            id=ident,
            name=tidy(name, 40),
            place=place_of(name) or home,
            time_of_day=places[name].time_of_day,
            weather=places[name].weather,
        )
        for name, ident in zip(places, place_ids, strict=True)
    ]
    where = dict(zip(places, place_ids, strict=True))
    try:
        shots = [
            _shot(number, one, framed[number - 1], by_name, where, locations, draft.shots.shots)
            for number, one in enumerate(draft.shots.shots, 1)
        ]
        plan = MoviePlan(
            title=tidy(story.title, 60) or "Untitled",
            logline=_logline(story.story),
            idea=clean.clean(request.idea),
            language=wishes.language,
            aspect=wishes.aspect,
            resolution=wishes.resolution,
            seed=request.seed,
            style=wishes.style or MoviePlan.model_fields["style"].default,
            music=Music(mood=story.mood, tempo=english.data("staging")["tempo"][story.mood.value]),
            characters=_characters(people, ids, shots, request),
            locations=[place for place in locations if place.id in {shot.location_id for shot in shots}],
            shots=shots,
            credits=[f"Story: {model.split('@')[0]}"[:120]],
        )
    except ValidationError as error:
        raise PlanSchemaError(first_fault(error)) from None
    return _to_length(plan, wishes.seconds)


def tidy(text: str, limit: int) -> str:
    """One clean line; a text that stopped only because no more fits (``limit``) ends at its last sentence or word."""
    kept = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in text)
    kept = " ".join(unicodedata.normalize("NFC", kept).split()).strip('"“”„ ')
    if len(kept) >= limit - 2:
        cut = kept[:limit]
        end = max(cut.rfind(mark) for mark in (". ", "! ", "? ", "… "))
        kept = cut[: end + 1] if end > limit // 3 else cut.rsplit(" ", 1)[0] if kept[-1:] not in ".!?…" else cut
    return kept.rstrip(" ,;:-–")


def _ids(names: Sequence[str], taken: set[str]) -> list[str]:
    """An id for each name, none twice."""
    out: list[str] = []
    for number, name in enumerate(names, 1):
        base = clean.ascii_slug(name, f"n{number}")
        ident = base if base not in taken else next(
            one for k in range(2, 99) if (one := f"{base}-{k}") not in taken
        )  # fmt: skip
        taken.add(ident)
        out.append(ident)
    return out


def _characters(
    people: Sequence[DraftCharacter], ids: Sequence[str], shots: Sequence[Shot], request: ScriptRequest
) -> list[Character]:
    """Whoever is seen or heard, each with the look and the voice that they keep."""
    busy = {who for shot in shots for who in (*shot.characters, *(line.character_id for line in shot.dialogue))}
    bare = [
        Character(id=ident, name=one.name, description=f"{one.name}: {_looks(one.looks)}")
        for one, ident in zip(people, ids, strict=True)
        if ident in busy
    ]
    looks = {one.id: resolve_look(one, request.seed) for one in bare}
    narrator = [NARRATOR] if NARRATOR.id in busy else []
    voices = cast_voices([*narrator, *bare], looks, request.constraints.language, request.seed, load_voices())
    dressed = [one.model_copy(update={"look": Look(**looks[one.id].model_dump())}) for one in bare]
    return [one.model_copy(update={"voice": voices[one.id]}) for one in (*narrator, *dressed)]


def _looks(text: str) -> str:
    """Looks of a draft stop at its bound; those of a wish may be longer."""
    return tidy(text, MOST_LOOKS if len(text) <= MOST_LOOKS else 1000)


def _framed(shots: Sequence[DraftShot]) -> list[tuple[ShotSize, CameraMove]]:
    """Size and camera of every shot."""
    sizes = [shot.size for shot in shots]
    moves = [shot.camera for shot in shots]
    chosen_sizes = len(shots) < 4 or len(set(sizes)) > 1
    chosen_moves = len(shots) < 4 or len(set(moves)) > 1
    out = []
    for at, shot in enumerate(shots):
        size, move = _MIDDLE[(at - 1) % len(_MIDDLE)]
        if at in (0, len(shots) - 1):
            size, move = ShotSize.WIDE, CameraMove.PUSH_IN if at == 0 else CameraMove.PULL_OUT
        faces = {line.speaker for line in shot.dialogue if line.speaker != NARRATOR_NAME}
        if size in (ShotSize.CLOSE, ShotSize.REACTION) and len(faces) != 1:
            size = ShotSize.MEDIUM
        if shot.size is not None and chosen_sizes:
            size = ShotSize.MEDIUM if shot.size is ShotSize.INSERT and (faces or shot.seen) else shot.size
        out.append((size, shot.camera if shot.camera is not None and chosen_moves else move))
    return out


def _shot(
    number: int,
    draft: DraftShot,
    framing: tuple[ShotSize, CameraMove],
    by_name: dict[str, str],
    where: dict[str, str],
    locations: Sequence[Location],
    every: Sequence[DraftShot],
) -> Shot:
    size, camera = framing
    said = [(by_name[line.speaker], tidy(line.text, 120)) for line in draft.dialogue]
    lines = [
        Dialogue(character_id=who, text=text, emotion=draft.emotion)
        for who, text in said
        if any(char.isalnum() for char in text)
    ]
    speakers = [line.character_id for line in lines]
    listed = [by_name[name] for name in draft.seen] or speakers
    if size in (ShotSize.CLOSE, ShotSize.REACTION):
        listed = speakers[:1] or listed[:1]  # one face fills the picture
    seen = [who for who in dict.fromkeys(listed) if who != NARRATOR.id]
    action = tidy(draft.action, 140)
    location = next(one for one in locations if one.id == where[draft.place])
    moved = number > 1 and every[number - 2].place != draft.place
    return Shot(
        id=f"s{number * 10:03d}",
        location_id=location.id,
        size=size,
        camera=camera,
        prompt=_prompt(action, size, location, draft),
        action=action,
        duration_s=_LEAST_S.get(size, 2.8 if not lines else 2.4),
        characters=seen,
        dialogue=lines,
        emotion=draft.emotion,
        transition=DISSOLVE if moved else Transition(),
    )


def _prompt(action: str, size: ShotSize, location: Location, draft: DraftShot) -> str:
    """One sentence that names framing, action, place, hour and weather, for whoever paints from words."""
    staging, stage = english.data("staging"), english.data("stage")
    hour = stage["hours"][location.time_of_day.value]
    sky = stage["skies"][location.weather.value]
    people = f" with {', '.join(dict.fromkeys(draft.seen))}" if draft.seen else ""
    return f"{staging['framing'][size.value][0]}{people}: {action.rstrip('.')}, {location.name}, {hour}, {sky}."[:2000]


def _logline(story: str) -> str:
    """The first sentence of the story, or as much of it as a line holds."""
    first = re.split(r"(?<=[.!?…])\s", story.strip(), maxsplit=1)[0]
    return tidy(first, 200)


def _to_length(plan: MoviePlan, seconds: float | None) -> MoviePlan:
    """Shots that last long enough for a wished length; one that is too long is left for the check to tell."""
    if seconds is None:
        return plan
    cards = SHORT_CARDS_S if seconds < SHORT_FILM_S else CARDS_S
    plan = plan.model_copy(update={"title_card_s": cards[0], "end_card_s": cards[1]})
    missing = min((seconds - film_seconds(plan)) / len(plan.shots), MOST_EXTRA_S)
    if missing <= 0:
        return plan
    shots = [
        shot.model_copy(update={"duration_s": round(min(shot_seconds(shot) + missing, 60.0), 1)}) for shot in plan.shots
    ]
    return plan.model_copy(update={"shots": shots})
