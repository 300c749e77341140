"""``configs/tts_providers.yaml``: who can speak, what they cost, and the order in which a profile's list is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from resources.casting import Gender, VoiceBook, base_language
from resources.config import load_config
from resources.errors import ConfigInvalid
from resources.store.fingerprint import digest
from schemas.plan import Id, Short, Strict
from schemas.voices import Feature, VoiceMetadata

Share = Annotated[float, Field(ge=0, le=1)]
USUAL_LATENCY_S = 10.0
"""Half of the points for speed: speech is made as fast as it is heard."""
USUAL_COST = 0.015
"""Half of the points for cost, in US dollars for 1,000 characters: about a minute of speech."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Weights(Strict):
    """How much quality, latency and cost count; together they are more than nothing."""

    quality: Share
    latency: Share
    cost: Share

    @model_validator(mode="after")
    def _something(self) -> Weights:
        if self.quality + self.latency + self.cost <= 0:
            raise ValueError("all weights are 0")
        return self


class Tier(Strict):
    """A way to put providers in order, and what it leaves out."""

    weights: Weights
    least_quality: Share = 0.0
    most_usd_per_1000_characters: float | None = Field(None, ge=0)


class HostedService(Strict):
    """An endpoint that speaks OpenAI's ``/audio/speech``, and our own caps on its use."""

    base_url: str
    key_variable: str | None = Field(None, pattern=r"^[A-Z][A-Z0-9_]{2,60}$")
    """Environment variable of the key; the key itself stands nowhere else. None: the service wants none."""
    model: Short
    instructions: bool = False
    """Whether the model reads directions on how to say a line."""
    voices: dict[Gender, list[Short]]
    """The service's voices; one of ours keeps the one it is given by its place in ``configs/voices.yaml``."""
    voice_ids: dict[Id, Short] = Field(default_factory=dict)
    """Voices of ours that have one of the service's own choice."""
    most_characters: int = Field(4096, ge=1, le=4096)
    timeout_s: float = Field(60.0, gt=0, le=600)
    requests_per_minute: float | None = Field(None, gt=0)
    characters_per_minute: float | None = Field(None, gt=0)
    most_wait_s: float = Field(60.0, ge=0, le=600)
    """How long a line waits for its turn under the caps."""

    @model_validator(mode="after")
    def _holds(self) -> HostedService:
        url = urlsplit(self.base_url)
        if not url.hostname or url.username or url.query or url.fragment:
            raise ValueError("base_url is not the plain address of a service")
        if url.scheme != "https" and not (url.scheme == "http" and url.hostname in _LOOPBACK):
            raise ValueError("base_url must be https, or http on this machine: a key must not travel in the clear")
        if missing := [gender for gender in ("female", "male") if not self.voices.get(gender)]:
            raise ValueError(f"voices: there is none that is {missing[0]}")
        if self.characters_per_minute is not None and self.characters_per_minute < self.most_characters:
            raise ValueError("characters_per_minute is less than one line may have")
        return self


class Provider(Strict):
    """Somebody who speaks."""

    kind: Literal["chatterbox", "embedded", "openai"]
    title: Short
    quality: Share
    latency_s: float = Field(gt=0)
    """Seconds to make ten seconds of speech."""
    usd_per_1000_characters: float = Field(ge=0)
    languages: list[str]
    """ISO 639 codes; empty: every language of ``configs/voices.yaml``."""
    features: list[Feature]
    sample_rate: int = Field(ge=8_000, le=192_000)
    watermarked: bool
    service: HostedService | None = None

    @model_validator(mode="after")
    def _holds(self) -> Provider:
        if (self.kind == "openai") != (self.service is not None):
            raise ValueError("`service` belongs to the kind openai, and to no other")
        return self

    def speaks(self, language: str) -> bool:
        """Whether it speaks ``language`` itself."""
        return not self.languages or base_language(language) in self.languages


class ProviderTable(Strict):
    """``configs/tts_providers.yaml``."""

    tiers: dict[Id, Tier]
    providers: dict[Id, Provider]

    def provider(self, name: str) -> Provider:
        """The provider called ``name``. Raises :class:`ConfigInvalid` with the names there are."""
        if name not in self.providers:
            raise ConfigInvalid(
                f"there is no voice provider {name[:80]!r}", hint=f"providers: {', '.join(sorted(self.providers))}"
            )
        return self.providers[name]

    def order(self, names: Sequence[str], tier: str | None = None) -> list[str]:
        """``names`` in the order in which they are asked, each once.

        Without a tier as they were written. With one the best first, those below its limits left out, equals as they
        were written. Nobody is ever added. Raises :class:`ConfigInvalid` for an unknown name or tier, and for a tier
        that leaves nobody.
        """
        given = list(dict.fromkeys(names))
        known = {name: self.provider(name) for name in given}
        if tier is None:
            return given
        if tier not in self.tiers:
            raise ConfigInvalid(f"there is no tier {tier[:80]!r}", hint=f"tiers: {', '.join(sorted(self.tiers))}")
        limits = self.tiers[tier]
        able = [name for name in given if _within(known[name], limits)]
        if not able:
            raise ConfigInvalid(f"the tier {tier!r} leaves nobody of {', '.join(given)}")
        return sorted(able, key=lambda name: -score(known[name], limits.weights))

    def digest(self, names: Sequence[str]) -> str:
        """Short hash of what of these providers can be heard."""
        told = {
            name: one.model_dump(mode="json", include={"kind", "service"})
            for name, one in self.providers.items()
            if name in names
        }
        for one in told.values():
            if one["service"] is not None:
                for cap in ("timeout_s", "requests_per_minute", "characters_per_minute", "most_wait_s"):
                    del one["service"][cap]
        return digest(told)[:12]

    def metadata(self, name: str, voice_id: str, provider_voice_id: str, consent: str = "") -> VoiceMetadata:
        """A voice of the provider ``name``, as it is recorded."""
        provider = self.provider(name)
        return VoiceMetadata(
            voice_id=voice_id,
            provider=name,
            provider_voice_id=provider_voice_id,
            languages=provider.languages,
            features=provider.features,
            sample_rate=provider.sample_rate,
            watermarked=provider.watermarked,
            cost=provider.usd_per_1000_characters,
            quality=provider.quality,
            consent=consent,
        )


def score(provider: Provider, weights: Weights) -> float:
    """From 0 (bad) to 1 (good): the weighted mean of quality, speed and cheapness.

    Speed and cheapness are 1 at nothing, a half at :data:`USUAL_LATENCY_S` and :data:`USUAL_COST`, and fall towards 0.
    """
    speed = USUAL_LATENCY_S / (USUAL_LATENCY_S + provider.latency_s)
    cheapness = USUAL_COST / (USUAL_COST + provider.usd_per_1000_characters)
    total = weights.quality + weights.latency + weights.cost
    return (weights.quality * provider.quality + weights.latency * speed + weights.cost * cheapness) / total


def hosted_voice(service: HostedService, book: VoiceBook, voice_id: str) -> str:
    """The service's voice for one of ours: the same in every film, of the same gender, apart as far as there are some.

    Raises ``ValueError`` for a voice that is not in the book.
    """
    if voice_id in service.voice_ids:
        return service.voice_ids[voice_id]
    gender = book.entry(voice_id).gender
    own = [voice.id for voice in book.voices if voice.gender == gender]
    return service.voices[gender][own.index(voice_id) % len(service.voices[gender])]


def load_providers() -> ProviderTable:
    """Read the shipped table. Raises :class:`~resources.errors.ConfigInvalid`."""
    return load_config("tts_providers.yaml", ProviderTable)


def _within(provider: Provider, tier: Tier) -> bool:
    most = tier.most_usd_per_1000_characters
    return provider.quality >= tier.least_quality and (most is None or provider.usd_per_1000_characters <= most)
