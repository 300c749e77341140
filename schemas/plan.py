"""MoviePlan: what a film is, before anything of it is made.

The shortest plan that is enough::

    {"title": "Hello", "characters": [{"id": "ada", "name": "Ada"}],
     "shots": [{"prompt": "Ada waves from a boat", "dialogue": [{"character_id": "ada", "text": "Hello!"}]}]}

Everything else has a default, or is filled in by :func:`resources.pipeline.resolve`, which never changes what was
written. ``extra="forbid"`` everywhere: a misspelt key is an error, not a silent default.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from schemas.time import KNOWN_RATES, FrameRate
from schemas.vocabulary import (
    Age,
    Build,
    CameraMove,
    Delivery,
    Effect,
    Emotion,
    Garment,
    Hair,
    Headwear,
    Mood,
    Place,
    ShotSize,
    Species,
    TimeOfDay,
    TransitionKind,
    Weather,
)

SCHEMA_VERSION = 1
MAX_SHOTS = 60
"""Shot slots of one film (resources/store/slots.py); Dagster skips staleness checks for fan-ins of 100 and more."""
MAX_LINES_A_SHOT = 12
MAX_SHOT_SECONDS = 60.0
MAX_FILM_SECONDS = 1800.0


_NEVER = 16_000
"""Characters: normalising draws at most four together, so nothing longer holds to any bound below."""


def _clean(text: object) -> object:
    """NFC-normalise, take off white space at both ends, refuse control characters other than newline and tab.

    It comes before the bounds on length, which are of what is kept: a title of one space is empty, and would be taken
    once and never read again.
    """
    if not isinstance(text, str) or len(text) > _NEVER:
        return text
    text = unicodedata.normalize("NFC", text)
    for char in text:
        if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t":
            raise ValueError(f"control character U+{ord(char):04X} is not allowed")
    return text.strip()


Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
"""Lower-case letters, digits, ``_`` and ``-``; at most 64; never a path."""
Short = Annotated[str, Field(max_length=120), BeforeValidator(_clean)]
Line = Annotated[str, Field(max_length=500), BeforeValidator(_clean)]
Text = Annotated[str, Field(max_length=2000), BeforeValidator(_clean)]
Long = Annotated[str, Field(max_length=4000), BeforeValidator(_clean)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
"""A colour as ``#rrggbb`` (sRGB)."""
Seed = Annotated[int, Field(ge=0, lt=2**32)]
MediaPath = Annotated[str, Field(min_length=1, max_length=240), BeforeValidator(_clean)]


class Strict(BaseModel):
    """Base of everything in a plan: unknown keys are errors, instances are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)  # loading the graph builds no validator


class Music(Strict):
    """The music bed: a mood, and a tempo in beats a minute (40-200)."""

    mood: Mood = Mood.WARM
    tempo: int = Field(84, ge=40, le=200)


class Look(Strict):
    """What a character looks like. Whatever is left out is drawn from the character's id and the film's seed, once."""

    species: Species | None = None
    age: Age | None = None
    build: Build | None = None
    skin: Colour | None = None
    """Skin, fur, feathers or hull."""
    hair: Hair | None = None
    hair_colour: Colour | None = None
    garment: Garment | None = None
    garment_colour: Colour | None = None
    headwear: Headwear | None = None
    headwear_colour: Colour | None = None
    glasses: bool | None = None


class Voice(Strict):
    """Which voice speaks. ``voice_id`` is a name in ``configs/voices.yaml``; None lets the casting choose one."""

    voice_id: Id | None = None
    provider: Id | None = None
    pitch_semitones: float = Field(0.0, ge=-12, le=12)
    rate: float = Field(1.0, ge=0.5, le=2.0)
    """Speaking rate: 1 is the voice's own, 2 twice as fast."""


class Character(Strict):
    """Somebody of the cast. A narrator is one who is never seen (``on_screen`` false)."""

    id: Id
    name: Short = Field(min_length=1)
    description: Text = ""
    look: Look = Look()
    voice: Voice = Voice()
    on_screen: bool = True


class Location(Strict):
    """A place, an hour and the weather there."""

    id: Id
    name: Short = ""
    description: Text = ""
    place: Place | None = None
    """None: read from name and description."""
    time_of_day: TimeOfDay = TimeOfDay.DAY
    weather: Weather = Weather.CLEAR


class Dialogue(Strict):
    """One spoken line."""

    character_id: Id
    text: Line = Field(min_length=1)
    emotion: Emotion = Emotion.NEUTRAL
    delivery: Delivery = Delivery.NORMAL


class Transition(Strict):
    """How this shot begins. ``frames`` is the overlap with the shot before it (0-12); a cut has none."""

    kind: TransitionKind = TransitionKind.CUT
    frames: int = Field(0, ge=0, le=12)

    @model_validator(mode="after")
    def _frames_fit_the_kind(self) -> Self:
        if (self.kind is TransitionKind.CUT) != (self.frames == 0):
            raise ValueError("a cut has 0 frames, every other transition at least 1")
        return self


class Media(Strict):
    """Material of the user's own for one shot; paths are relative to the plan's folder and stay inside it."""

    image: MediaPath | None = None
    clip: MediaPath | None = None
    voice: MediaPath | None = None


class Shot(Strict):
    """One shot. ``id`` is stable: inserting or reordering shots changes no other shot."""

    id: Id | None = None
    """None: given when the plan is taken in, from prompt and position."""
    location_id: Id | None = None
    size: ShotSize = ShotSize.MEDIUM
    camera: CameraMove = CameraMove.STATIC
    prompt: Text = ""
    action: Text = ""
    duration_s: float = Field(3.0, ge=0.5, le=MAX_SHOT_SECONDS)
    """A minimum in seconds; the dialogue may need longer."""
    characters: list[Id] = Field(default_factory=list, max_length=6)
    """Who is seen, from left to right. Empty: whoever speaks and is on screen."""
    props: list[Short] | None = Field(None, max_length=6)
    """Things that are seen, as plain words ("lantern", "letter"). None: read from action and prompt; []: nothing."""
    dialogue: list[Dialogue] = Field(default_factory=list, max_length=MAX_LINES_A_SHOT)
    emotion: Emotion = Emotion.NEUTRAL
    transition: Transition = Transition()
    effects: list[Effect] = Field(default_factory=list, max_length=3)
    media: Media | None = None


class MoviePlan(Strict):
    """A whole film as data."""

    schema_version: Literal[1] = 1
    title: Short = Field(min_length=1)
    logline: Text = ""
    idea: Text = ""
    language: str = Field("en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")
    aspect: Literal["16:9", "9:16", "1:1"] = "16:9"
    resolution: Literal["144p", "360p", "480p", "720p", "1080p", "2160p"] = "720p"
    """The short side of the picture in pixels: 720p is 1280x720, or 720x1280 in 9:16."""
    fps: str = "24"
    seed: Seed = 0
    style: Short = "paper cut-out"
    music: Music = Music()
    characters: list[Character] = Field(default_factory=list, max_length=12)
    locations: list[Location] = Field(default_factory=list, max_length=20)
    shots: list[Shot] = Field(min_length=1, max_length=MAX_SHOTS)
    title_card_s: float = Field(2.5, ge=0, le=10)
    end_card_s: float = Field(3.5, ge=0, le=20)
    credits: list[Short] = Field(default_factory=list, max_length=20)

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        if self.fps not in KNOWN_RATES:
            raise ValueError(f"fps must be one of {', '.join(KNOWN_RATES)}")
        cast = _unique("characters", [c.id for c in self.characters])
        places = _unique("locations", [place.id for place in self.locations])
        _unique("shots", [s.id for s in self.shots if s.id])
        for number, shot in enumerate(self.shots, 1):
            where = f"shot {shot.id or number}"
            for line in shot.dialogue:
                if line.character_id not in cast:
                    raise ValueError(f"{where}: {line.character_id!r} speaks but is not in the cast ({_names(cast)})")
            for who in shot.characters:
                if who not in cast:
                    raise ValueError(f"{where}: {who!r} is seen but is not in the cast ({_names(cast)})")
            if shot.location_id is not None and shot.location_id not in places:
                raise ValueError(f"{where}: there is no location {shot.location_id!r} ({_names(places)})")
        if self.shots[0].transition.kind is not TransitionKind.CUT and self.title_card_s == 0:
            raise ValueError("the first shot has nothing before it to make a transition with")
        total = sum(shot.duration_s for shot in self.shots)
        if total > MAX_FILM_SECONDS:
            raise ValueError(f"the shots add up to {total:.0f} s; a film may have {MAX_FILM_SECONDS:.0f} s")
        return self

    @property
    def rate(self) -> FrameRate:
        """The frame rate as an exact fraction."""
        return FrameRate.parse(self.fps)

    @property
    def frame_size(self) -> tuple[int, int]:
        """(width, height) in pixels, both even."""
        short = int(self.resolution.removesuffix("p"))
        wide = {144: 256, 480: 854}.get(short, short * 16 // 9)
        return {"16:9": (wide, short), "9:16": (short, wide), "1:1": (short, short)}[self.aspect]

    def character(self, character_id: str) -> Character:
        """The cast member with this id; raises ``KeyError``."""
        for one in self.characters:
            if one.id == character_id:
                return one
        raise KeyError(character_id)

    def location(self, location_id: str | None) -> Location:
        """The location with this id; the first, or an unnamed one, for None."""
        if location_id is None:
            return self.locations[0] if self.locations else Location(id="somewhere")
        for place in self.locations:
            if place.id == location_id:
                return place
        raise KeyError(location_id)


def _unique(what: str, ids: list[str]) -> set[str]:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise ValueError(f"{what}: the id {one!r} is used twice")
        seen.add(one)
    return seen


def _names(ids: set[str]) -> str:
    return ", ".join(sorted(ids)) or "which is empty"
