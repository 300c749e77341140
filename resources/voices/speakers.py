"""Providers that need no model of ours, as the chain asks them: the embedded voices, and hosted ones."""

from __future__ import annotations

from dataclasses import dataclass

from resources.casting import VoiceBook, base_language
from resources.cutout.voices.engine import EmbeddedVoices
from resources.errors import ConfigInvalid
from resources.voices.aligner import Aligner
from resources.voices.chain import Speak, Spoken
from resources.voices.errors import LanguageNotSpoken
from resources.voices.hosted import HostedVoice
from resources.voices.providers import Provider, ProviderTable
from schemas.media import SpokenLine


@dataclass(frozen=True)
class EmbeddedSpeaker:
    """The embedded studio's voices as a provider."""

    name: str
    voices: EmbeddedVoices
    table: ProviderTable
    book: VoiceBook

    def __call__(self, line: SpokenLine, seed: int) -> Spoken:
        """Speak ``line``; raises as :meth:`EmbeddedVoices.speak` does."""
        sound, timed = self.voices.speak(line, seed)
        entry = self.book.speaker(line.voice_id, line.language)
        voice = self.table.metadata(self.name, line.voice_id, entry.id, entry.consent)
        return Spoken(sound, timed, {"voice": voice.model_dump(mode="json"), "seed": seed, "cost_usd": 0.0})


@dataclass(frozen=True)
class HostedSpeaker:
    """A hosted service as a provider."""

    name: str
    hosted: HostedVoice
    table: ProviderTable
    align: Aligner

    def __call__(self, line: SpokenLine, seed: int) -> Spoken:
        """Speak ``line`` and place its words; raises the errors of :mod:`resources.voices.errors`.

        ``seed`` is not used: a service that takes none is asked, and what it answered is kept.
        """
        provider = self.table.provider(self.name)
        require_language(self.name, provider, line)
        sound, facts = self.hosted.speak(line)
        timed = self.align(sound, line).model_copy(update={"engine": f"{self.name}:{facts['provider_voice_id']}"})
        voice = self.table.metadata(self.name, line.voice_id, facts["provider_voice_id"])
        cost = round(facts["characters"] / 1000 * provider.usd_per_1000_characters, 6)
        return Spoken(sound, timed, {"voice": voice.model_dump(mode="json"), **facts, "cost_usd": cost})


def require_language(name: str, provider: Provider, line: SpokenLine) -> None:
    """Raise :class:`LanguageNotSpoken` where the provider does not speak the language of ``line``."""
    if not provider.speaks(line.language):
        raise LanguageNotSpoken(
            f"does not speak {base_language(line.language)!r}",
            where=name,
            hint=f"it speaks {', '.join(provider.languages)}",
        )


def speaker_of(name: str, table: ProviderTable, book: VoiceBook, embedded: EmbeddedVoices, align: Aligner) -> Speak:
    """The provider ``name`` as the chain asks it. Raises :class:`ConfigInvalid` for one that needs a model of ours."""
    provider = table.provider(name)
    if provider.kind == "embedded":
        return EmbeddedSpeaker(name, embedded, table, book)
    if provider.service is None:
        raise ConfigInvalid(
            f"{name!r} needs a model, and cannot be what another voice engine falls back to",
            where="options.voice.failover",
        )
    return HostedSpeaker(name, HostedVoice(name, provider.service, book), table, align)
