"""From an idea to a plan of a length that a person likes to watch."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import Literal, cast

from resources.agents.forbidden import forbidden_in
from resources.agents.storyteller import clean, english, foreign, reading, shots
from resources.agents.storyteller.beats import english_drafts
from resources.agents.storyteller.continuity import carry
from resources.agents.storyteller.film import decide
from resources.agents.storyteller.length import Length
from resources.agents.storyteller.people import NARRATOR
from resources.agents.storyteller.titles import logline_of, title_of
from resources.agents.storyteller.wishes import with_cast
from resources.errors import InputError
from schemas.plan import MoviePlan, Music
from schemas.script import CastWish

TRIES = 40
"""Tellings that are tried when words are forbidden; each takes a few milliseconds."""
_TEMPO_SPREAD = 6
_CREDIT = "Story: the Sparkle storyteller"


def tell(
    idea: str,
    *,
    seed: int = 0,
    language: str = "en",
    aspect: str = "16:9",
    resolution: str = "720p",
    fps: str = "24",
    max_shots: int | None = None,
    count: int | None = None,
    seconds: float | None = None,
    style: str | None = None,
    people: Sequence[CastWish] = (),
    forbid: Sequence[str] = (),
) -> MoviePlan:
    """A plan of 5 to 10 shots that tells ``idea``.

    The same arguments give the same plan in every process. Any text is taken as data; an empty one raises
    ``ValueError``. ``max_shots`` (at least 1) limits the length further, ``count`` says it exactly, ``seconds`` is the
    length of the whole film. A language without lines of its own gets a film that a narrator carries with the idea's
    own words.

    ``people`` are in the cast; no word of ``forbid`` occurs. Raises :class:`InputError` for what cannot be done.
    """
    text = clean.clean(idea)
    if not any(char.isalnum() for char in text):
        raise ValueError("the idea has no words; say in a sentence what the film is about")
    target = Length.of(count, max_shots, seconds)
    hits: list[str] = []
    for attempt in range(TRIES if forbid else 1):
        salt = f":{attempt}" if attempt else ""
        digest = hashlib.sha256(f"tell:{seed}:{text}{salt}".encode()).digest()
        rng = random.Random(int.from_bytes(digest[:8], "big"))
        plan = _tell(text, rng, seed, seed + attempt, language, aspect, resolution, fps, target, style, people)
        hits = [word for _, word in forbidden_in(plan, forbid)]
        if not hits:
            return plan
    raise InputError(
        f"in {TRIES} tellings of this idea the storyteller found none without {hits[0]!r}",
        where="forbid",
        hint="forbid less, or name a language model: --writer MODEL",
    )


def _tell(
    text: str,
    rng: random.Random,
    seed: int,
    telling: int,
    language: str,
    aspect: str,
    resolution: str,
    fps: str,
    target: Length,
    style: str | None,
    people: Sequence[CastWish],
) -> MoviePlan:
    premise = clean.premise(text)
    written_in = clean.detect_language(premise)
    story = reading.read(premise) if written_in == "en" else foreign.read(premise)
    story = with_cast(story, people)
    film = decide(story, rng, seed, telling)
    if language == "en":
        drafts = english_drafts(film, written_in, rng)
    else:
        drafts = foreign.foreign_drafts(film, language, written_in, rng)
    drafts = target.fitted(drafts)
    carry(film, drafts, rng)
    done = shots.build(drafts, film.mood, rng)
    speaking = {line.character_id for shot in done for line in shot.dialogue}
    seen = {who for shot in done for who in shot.characters}
    roles = [player.character for player in (*film.players, *([film.witness] if film.witness else []))]
    narrator = [NARRATOR] if NARRATOR.id in speaking else []
    locations = list({scene.location.id: scene.location for scene in film.acts}.values())
    used = {shot.location_id for shot in done}
    tempo: int = english.data("staging")["tempo"][film.mood.value]
    credit = english.data(f"lines_{language}")["credit"] if language in foreign.SPOKEN else _CREDIT
    return MoviePlan(
        title=title_of(film, written_in, language, rng),
        logline=logline_of(story.text),
        idea=text,
        language=language,
        aspect=cast(Literal["16:9", "9:16", "1:1"], aspect),
        resolution=cast(Literal["144p", "360p", "480p", "720p", "1080p", "2160p"], resolution),
        fps=fps,
        seed=seed,
        style=style or MoviePlan.model_fields["style"].default,
        title_card_s=target.title_card_s,
        end_card_s=target.end_card_s,
        music=Music(mood=film.mood, tempo=tempo + rng.randint(-_TEMPO_SPREAD, _TEMPO_SPREAD)),
        characters=[*narrator, *(role for role in roles if role.id in seen | speaking)],
        locations=[location for location in locations if location.id in used],
        shots=done,
        credits=[credit],
    )
