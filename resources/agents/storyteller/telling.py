"""From an idea to a plan of a length that a person likes to watch."""

from __future__ import annotations

import hashlib
import random
from typing import Literal, cast

from resources.agents.storyteller import clean, english, foreign, reading, shots
from resources.agents.storyteller.beats import english_drafts
from resources.agents.storyteller.film import decide
from resources.agents.storyteller.people import NARRATOR
from resources.agents.storyteller.shots import Draft
from resources.agents.storyteller.titles import logline_of, title_of
from schemas.plan import MoviePlan, Music

LEAST_SHOTS, MOST_SHOTS = 5, 10
LONGEST_S = 52.0
"""Seconds of shots at most, by estimate; title and end card come on top, and a voice may be slow."""
SHORTEST_S = 21.0
"""Seconds of shots at least; a film of few words takes more time to look."""
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
) -> MoviePlan:
    """A plan of 5 to 10 shots that tells ``idea``.

    The same arguments give the same plan in every process. Any text is taken as data; an empty one raises
    ``ValueError``. ``max_shots`` (at least 1) limits the length further. A language without lines of its own gets a
    film that a narrator carries with the idea's own words.
    """
    text = clean.clean(idea)
    if not any(char.isalnum() for char in text):
        raise ValueError("the idea has no words; say in a sentence what the film is about")
    digest = hashlib.sha256(f"tell:{seed}:{text}".encode()).digest()
    rng = random.Random(int.from_bytes(digest[:8], "big"))
    premise = clean.premise(text)
    written_in = clean.detect_language(premise)
    story = reading.read(premise) if written_in == "en" else foreign.read(premise)
    film = decide(story, rng, seed)
    if language == "en":
        drafts = english_drafts(film, written_in, rng)
    else:
        drafts = foreign.foreign_drafts(film, language, written_in, rng)
    drafts = _fit(drafts, min(max_shots or MOST_SHOTS, MOST_SHOTS))
    done = shots.build(drafts, film.words, film.mood, rng)
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
        resolution=cast(Literal["144p", "360p", "480p", "720p", "1080p"], resolution),
        fps=fps,
        seed=seed,
        music=Music(mood=film.mood, tempo=tempo + rng.randint(-_TEMPO_SPREAD, _TEMPO_SPREAD)),
        characters=[*narrator, *(role for role in roles if role.id in seen | speaking)],
        locations=[location for location in locations if location.id in used],
        shots=done,
        credits=[credit],
    )


_LOOSE = frozenset({"answer", "low-reply", "question-reply", "memory", "first"})
"""Beats a film that is too long does without."""


_QUIET = ("arrive-reply", "arrive", "sorry-reply", "low", "dash", "sulk", "safe-reply")
"""Beats that also work without a word, in the order in which they fall silent."""


def _fit(drafts: list[Draft], most: int) -> list[Draft]:
    """Between five and ``most`` shots, and not longer than a person likes: what matters least goes first."""
    most = max(most, 1)
    fitted = list(drafts)
    order = (
        "answer",
        "thing",
        "second",
        "low-reply",
        "first",
        "sulk",
        "arrive",
        "low",
        "prologue",
        "memory",
        "question",
    )

    def weight(draft: Draft) -> int:
        return order.index(draft.beat) if draft.beat in order else len(order)

    while len(fitted) > most:
        inner = fitted[1:-1] or fitted
        fitted.remove(min(inner, key=weight))
    while sum(draft.seconds for draft in fitted) > LONGEST_S:
        spoken = [draft for draft in fitted[1:-1] if draft.lines and draft.beat != "prologue"]
        loose = [draft for draft in spoken if draft.beat in _LOOSE]
        inserts = [draft for draft in spoken if draft.beat in ("thing", "second")]
        if len(fitted) > LEAST_SHOTS and loose:
            fitted.remove(min(loose, key=weight))
        elif inserts:
            inserts[0].lines = []
        elif quiet := next((draft for beat in _QUIET for draft in spoken if draft.beat == beat), None):
            quiet.lines = []
        elif any(len(draft.lines) > 1 for draft in spoken):
            longest = max(spoken, key=lambda draft: len(draft.lines) * 200 + draft.seconds)
            longest.lines = longest.lines[:-1]
        else:
            break
    short = SHORTEST_S - sum(draft.seconds for draft in fitted)
    if short > 0:
        for draft in fitted:
            draft.extra = short / len(fitted) + 0.1
    return fitted
