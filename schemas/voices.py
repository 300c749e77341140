"""Voices as data: what a provider's voice is and costs, and who agreed that a recording of theirs is spoken with."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from schemas.plan import Id, Line, Short, Strict, Text
from schemas.refs import Sha256

Feature = Literal["seed", "cloning", "emotion", "rate", "word_times", "watermark"]
"""What a voice can do: repeat itself from a seed, follow a reference clip, act, change its pace, tell when each word
sounds, mark its sound as made by a machine."""


class ConsentNote(Strict):
    """The file beside a reference clip (``mira.yaml`` beside ``mira.wav``): whose voice it is, and what they agreed to.

    Without one a clip is refused. The hash binds the note to the recording, so that it cannot vouch for another one.
    """

    speaker: Short = Field(min_length=1)
    """Who speaks in the clip."""
    given_on: date
    given_for: Line = Field(min_length=1)
    """What the speaker agreed to, in a sentence."""
    evidence: Line = ""
    """Where the agreement itself is kept: a file number, a signed form."""
    language: str = Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")
    """The language of the clip: a line in another one is spoken with less of the clip's accent."""
    clip_sha256: Sha256


class VoiceMetadata(Strict):
    """One voice of one provider, as it is recorded with every line it spoke."""

    voice_id: Id
    """As the plan and ``configs/voices.yaml`` call it."""
    provider: Id
    provider_voice_id: str
    """As the provider calls it: its own name of a voice, or the hash of the reference clip."""
    languages: list[str]
    features: list[Feature]
    sample_rate: int = Field(ge=8_000, le=192_000)
    """Hertz, before it is brought to 48 kHz."""
    watermarked: bool
    """Whether the provider says that it marks its sound; what a detector read stands beside each line."""
    cost: float = Field(ge=0)
    """US dollars for 1,000 characters."""
    quality: float = Field(ge=0, le=1)
    """As ``configs/tts_providers.yaml`` judges it."""
    consent: Text = ""
    """Whose voice it is, and why it may be used."""
