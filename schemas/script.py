"""What a film may be asked to be, and the draft of it that a language model is asked for.

A draft is smaller and flatter than a :class:`~schemas.plan.MoviePlan`: everything has a name instead of an id, nothing
is nested deeper than it must be, and whatever can be worked out (ids, looks, voices, transitions, music) is left out.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from schemas.plan import MAX_FILM_SECONDS, MAX_SHOTS, Line, Seed, Short, Strict, Text
from schemas.vocabulary import CameraMove, Emotion, Mood, ShotSize, TimeOfDay, Weather

MAX_CAST = 8
MAX_FORBIDDEN = 24
MIN_SECONDS = 5
LEAST_SHOTS = 3
"""A beginning, a middle and an end."""


def _says_something(text: str) -> str:
    if not any(char.isalnum() for char in text):
        raise ValueError("has no words")
    return text


Wish = Annotated[Short, Field(min_length=1), AfterValidator(_says_something)]


class CastWish(Strict):
    """Somebody who must be in the film."""

    name: Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_says_something)]
    description: Line = ""


class Constraints(Strict):
    """What a film is to be, beside its idea. None and empty lists leave it to the writer."""

    seconds: float | None = Field(None, ge=MIN_SECONDS, le=MAX_FILM_SECONDS)
    """Length of the whole film, title and end card included."""
    shots: int | None = Field(None, ge=LEAST_SHOTS, le=MAX_SHOTS)
    """How many shots, exactly."""
    language: str = Field("en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")
    """Language of what is spoken and shown."""
    aspect: Literal["16:9", "9:16", "1:1"] = "16:9"
    resolution: Literal["144p", "360p", "480p", "720p", "1080p", "2160p"] = "720p"
    style: Wish | None = None
    """How the pictures look, for engines that paint from words."""
    cast: list[CastWish] = Field(default_factory=list, max_length=MAX_CAST)
    forbid: list[Wish] = Field(default_factory=list, max_length=MAX_FORBIDDEN)
    """Words and phrases that must not occur, in any spelling of their plural."""

    @model_validator(mode="after")
    def _names_differ(self) -> Constraints:
        names = [one.name.casefold() for one in self.cast]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"cast: the name {twice[0]!r} is given twice")
        return self


class ScriptRequest(Strict):
    """What script_agent is told: the user's message, as data."""

    idea: Text
    constraints: Constraints
    seed: Seed = 0


class DraftCharacter(Strict):
    """Somebody of a draft's cast."""

    name: str = Field(min_length=2, max_length=32)
    looks: str = Field(min_length=3, max_length=120)
    """What one sees of them: kind of creature or profession, age, hair, clothes, colours."""


class DraftPlace(Strict):
    """A place of a draft."""

    name: str = Field(min_length=2, max_length=40)
    time_of_day: TimeOfDay
    weather: Weather


class DraftStory(Strict):
    """First answer of a language model: the story, who is in it, and where."""

    story: str = Field(min_length=120, max_length=700)
    """Told in a few sentences, before anything else is decided: what comes after is written with it in view."""
    title: str = Field(min_length=2, max_length=60)
    characters: list[DraftCharacter] = Field(min_length=1, max_length=5)
    places: list[DraftPlace] = Field(min_length=1, max_length=3)
    mood: Mood


class DraftLine(Strict):
    """A line of a draft. ``speaker`` is a name of the cast, or ``Narrator``."""

    speaker: str = Field(max_length=40)
    text: str = Field(min_length=2, max_length=120)


class DraftShot(Strict):
    """A shot of a draft. Framing that is null is chosen by the project's own rules."""

    place: str = Field(max_length=40)
    action: str = Field(min_length=8, max_length=140)
    """What one sees happen, in a sentence, in English."""
    seen: list[str] = Field(max_length=4)
    """Names of who is in the picture."""
    dialogue: list[DraftLine] = Field(max_length=3)
    emotion: Emotion
    size: ShotSize | None = None
    camera: CameraMove | None = None


class DraftShots(Strict):
    """Second answer of a language model: the shots in their order."""

    shots: list[DraftShot] = Field(min_length=LEAST_SHOTS, max_length=MAX_SHOTS)


class PlanDraft(Strict):
    """Both answers: all that a language model says about a film."""

    story: DraftStory
    shots: DraftShots
