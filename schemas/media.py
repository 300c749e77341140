"""What engines are asked for, and what they hand back: resolved requests and timed speech.

A *resolved* request holds everything an engine may know about a shot, defaults filled in, nothing of other shots.
Its hash is the shot's data version for that stage, so whatever is not in it cannot make a picture stale.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.plan import Colour, Id, Seed, Strict
from schemas.vocabulary import (
    Age,
    Build,
    CameraMove,
    Codec,
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
    Weather,
)

Viseme = Literal["X", "A", "B", "C", "D", "E", "F", "G", "H"]
"""Mouth shapes after Hanna-Barbera as Rhubarb Lip Sync names them: X rest, A closed (m, b, p), B teeth (s, t, k, ee),
C open (eh, ae), D wide open (aa), E rounded (ao, er), F puckered (oo, w), G teeth on lip (f, v), H tongue up (l)."""


class ResolvedLook(Strict):
    """A look with nothing left open; equal in every shot of a film."""

    species: Species
    age: Age
    build: Build
    skin: Colour
    hair: Hair
    hair_colour: Colour
    garment: Garment
    garment_colour: Colour
    headwear: Headwear
    headwear_colour: Colour
    glasses: bool


class Figure(Strict):
    """Somebody seen in a shot."""

    character_id: Id
    name: str
    description: str
    look: ResolvedLook


class ImageRequest(Strict):
    """A keyframe: place, light, framing and who stands in it. Sizes in pixels."""

    prompt: str
    action: str
    style: str
    width: int
    height: int
    size: ShotSize
    place: Place
    location_id: str
    location_text: str
    time_of_day: TimeOfDay
    weather: Weather
    mood: Mood
    emotion: Emotion
    figures: list[Figure]
    props: list[str]
    film_seed: Seed
    """The same for every shot of the film, so that a place and a face stay what they are."""
    seed: Seed
    """The shot's own; a retake changes it."""
    media_sha256: str | None = None
    """A picture of the user's own that takes the place of the rendered one."""
    composed_prompt: str = ""
    """What a model that draws from words is asked for, the whole picture in one text; ``prompt`` stays the plan's.

    This and the fields after it are the images agent's to fill; None leaves them to the engine.
    """
    composed_prompt_2: str = ""
    """The same for a second text encoder, short: light, mood and style. Empty: it reads ``composed_prompt``."""
    negative_prompt: str = ""
    steps: int | None = None
    guidance: float | None = None


class SpokenLine(Strict):
    """One line with the voice that speaks it."""

    character_id: Id
    text: str
    language: str
    voice_id: Id
    pitch_semitones: float
    rate: float
    emotion: Emotion
    delivery: Delivery
    provider: str | None = None
    """Which voice provider speaks; None is the profile's voice engine. Filled in by the tts agent, as is ``parts``."""
    parts: list[str] = Field(default_factory=list)
    """Slices of ``text`` in their order, for a model that cannot speak it whole. Empty: whole."""


class VoiceRequest(Strict):
    """The dialogue of a shot."""

    lines: list[SpokenLine]
    fps: str
    min_frames: int
    seed: Seed
    media_sha256: str | None = None


class VideoRequest(Strict):
    """Motion for a keyframe."""

    camera: CameraMove
    action: str
    prompt: str
    effects: list[Effect]
    fps: str
    seed: Seed
    speakers: list[Id] = Field(default_factory=list)
    """Who speaks in this shot and is seen, in the order of their first line."""
    media_sha256: str | None = None
    motion_prompt: str = ""
    """This and the fields after it are the videos agent's to fill; None leaves them to the engine."""
    negative_prompt: str = ""
    steps: int | None = None
    guidance: float | None = None
    chunk_frames: int | None = None
    chunk_overlap: int | None = None


class LipsyncRequest(Strict):
    """The last step of a shot: mouths, and the one encode it ever gets."""

    width: int
    height: int
    fps: str
    crf: int
    preset: str
    codec: Codec = Codec.H264
    handle_frames: int
    seed: Seed
    detector: str | None = None
    """This and the fields after it are the lipsync agent's to fill; None leaves them to the engine."""
    pads: tuple[int, int, int, int] | None = None
    smooth: bool = True


class CutShot(Strict):
    """One shot in the order of the film."""

    shot_id: Id
    slot: str
    transition_kind: str
    transition_frames: int
    place: Place
    time_of_day: TimeOfDay
    weather: Weather
    speakers: dict[str, str]
    """Name of each speaker by id, for the subtitles' metadata."""


class CutRequest(Strict):
    """Everything of the cut that is not in the clips."""

    title: str
    logline: str
    credits: list[str]
    width: int
    height: int
    fps: str
    title_frames: int
    end_frames: int
    music_mood: Mood
    music_tempo: int
    music_seed: Seed
    loudness: Literal["web", "ebu"]
    burn_subtitles: bool
    codec: Codec = Codec.H264
    language: str
    shots: list[CutShot]


class Word(Strict):
    """A spoken word; times in 48 kHz samples from the start of the sound."""

    text: str
    start: int
    end: int


class Mark(Strict):
    """A mouth shape from ``start`` until the next mark, in 48 kHz samples."""

    start: int
    viseme: Viseme


class TimedLine(Strict):
    """A line as it was spoken; times in 48 kHz samples from the start of the shot."""

    character_id: Id
    text: str
    start: int
    end: int
    words: list[Word]
    marks: list[Mark]
    aligned: bool
    """True when a recogniser placed the words; False when they were spread over the sound by length."""
    voice_id: Id
    engine: str
    emotion: Emotion | None = None
    """How the line is meant; None where nobody said, which leaves it to the shot."""


class VoiceTrack(Strict):
    """All sound of a shot's dialogue, beside ``dialogue.wav`` (48 kHz, mono, 16 bit)."""

    lines: list[TimedLine]
    samples: int
    frames: int
