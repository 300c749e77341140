"""The voice engine ``chatterbox``: Chatterbox on a card of ours, and whoever the profile names after it."""

from __future__ import annotations

import importlib.util
from collections.abc import Collection, Mapping
from typing import Any

from resources.casting import base_language, load_voices
from resources.cutout.voices import shape
from resources.cutout.voices.engine import EmbeddedVoices
from resources.cutout.voices.takes import TakeFolder, as_kept
from resources.engines import Sound
from resources.errors import Missing, RenderFault
from resources.gpu.chatterbox import model as chatterbox
from resources.gpu.chatterbox.manner import Manner, manner_of
from resources.gpu.chatterbox.options import read_options
from resources.gpu.chatterbox.parts import Attempt, PartSpeaker, PartTake, parts_of
from resources.gpu.chatterbox.references import Reference, References
from resources.gpu.chatterbox.sound import join
from resources.gpu.context import Lease
from resources.gpu.plan import LoadPlan
from resources.gpu.room import GpuRoom
from resources.store.fingerprint import digest
from resources.store.steps import current_step
from resources.voices.aligner import Aligner
from resources.voices.chain import Speak, Spoken, speak_down
from resources.voices.consent import clip_hashes
from resources.voices.providers import load_providers
from resources.voices.speakers import HostedSpeaker, require_language, speaker_of
from schemas.media import SpokenLine, TimedLine
from schemas.time import SAMPLE_RATE

CODE_VERSION = "1"
NAME = "chatterbox"


class ChatterboxVoices:
    """Behind :class:`resources.engines.VoiceEngine`; constructing it loads nothing and starts nothing.

    Finished lines are kept in the room's scratch folder, so that a film that was killed, or one that pays for a hosted
    voice, speaks none of them again. :meth:`rendering` tells how each was made.
    """

    name = NAME

    def __init__(self, options: Mapping[str, Any], room: GpuRoom) -> None:
        """Raises :class:`ConfigInvalid` for options that do not hold, :class:`Missing` without Chatterbox's package."""
        if importlib.util.find_spec("chatterbox") is None:
            raise Missing("the voice engine 'chatterbox' needs its package", hint="pip install 'sparkle-motion[tts]'")
        self._options = read_options(options)
        self._room = room
        self._table = load_providers()
        self._book = load_voices()
        folder = room.scratch / "voices"
        self._takes = TakeFolder(folder / "takes")
        self._embedded = EmbeddedVoices(folder / "embedded")
        self._references = References(folder / "references", self._options.clips_folder, self._book, self._embedded)
        self._aligner = Aligner(self._book)
        self._order = self._table.order([NAME, *self._options.failover], self._options.tier)
        self._speakers: dict[str, Speak] = {
            name: self._speak_here
            if name == NAME
            else speaker_of(name, self._table, self._book, self._embedded, self._aligner)
            for name in self._order
        }

    @property
    def revision(self) -> str:
        """Version of this code, of both models, of the voices and the clips, and of the options that can be heard."""
        heard = [
            {key: self._room.registry.revision(key) for key in (chatterbox.ENGLISH, chatterbox.MULTILINGUAL)},
            self._embedded.revision,
            clip_hashes(self._options.clips_folder),
            self._options.model_dump(mode="json", exclude={"clips"}),
            self._table.digest(self._order),
            self._order,
        ]
        return f"{CODE_VERSION}+{digest(heard)[:16]}"

    @property
    def providers(self) -> tuple[str, ...]:
        """Whom a line may be given to, in the order in which they are asked; nobody where Chatterbox is alone."""
        return tuple(self._order) if len(self._order) > 1 else ()

    def models_for(self, languages: Collection[str]) -> tuple[str, ...]:
        """The English one, the multilingual one, or both, as far as Chatterbox speaks these languages at all."""
        able = [language for language in languages if self._table.provider(NAME).speaks(language)]
        return tuple(sorted({chatterbox.model_for(language) for language in able}))

    def speak(self, line: SpokenLine, seed: int) -> tuple[Sound, TimedLine]:
        """The sound of ``line`` (48 kHz mono), and its words and mouth marks in samples from its start.

        Raises the errors of :mod:`resources.voices.errors` and :mod:`resources.gpu.errors`.
        """
        key = self._key(line, seed)
        kept = self._takes.read(key)
        if kept is not None:
            return kept
        for speaker in self._speakers.values():  # what is not set up is told before a model is loaded
            if isinstance(speaker, HostedSpeaker):
                speaker.hosted.check_key()
        spoken = speak_down(self._speakers, self._order, line, seed)
        sound = as_kept(spoken.sound)
        self._takes.keep(key, sound, spoken.timed, {"rendering": dict(spoken.facts)})
        return sound, spoken.timed

    def align(self, sound: Sound, line: SpokenLine) -> TimedLine:
        """The words and mouth marks of ``line`` in a recording of it, (samples,) at 48 kHz."""
        return self._aligner(sound, line)

    def prefetch(self, lines: list[tuple[SpokenLine, int]]) -> None:
        """Make the references of voices that will be needed; a card is not taken ahead of its turn."""
        self._references.prefetch([line for line, seed in lines if self._takes.read(self._key(line, seed)) is None])

    def rendering(self, line: SpokenLine, seed: int) -> dict[str, Any]:
        """How a line that was spoken was made: provider, voice, model, plan, seeds, watermark, cost. Empty before."""
        told: dict[str, Any] = self._takes.notes(self._key(line, seed)).get("rendering", {})
        return told

    def close(self) -> None:
        """End the worker processes. The models belong to the room."""
        self._aligner.close()
        self._embedded.close()

    def _key(self, line: SpokenLine, seed: int) -> str:
        return digest([self.revision, SAMPLE_RATE, seed, line.model_dump(mode="json")])

    def _speak_here(self, line: SpokenLine, seed: int) -> Spoken:
        require_language(NAME, self._table.provider(NAME), line)
        parts = parts_of(line)
        try:
            reference = self._references.of(line)
        except ValueError as error:  # a voice that is not in the book
            raise RenderFault(str(error), where=f"a line of {line.character_id}") from None
        foreign = base_language(reference.language) != base_language(line.language)
        own = Manner(self._options.exaggeration, self._options.cfg_weight)
        manner = manner_of(line.emotion, line.delivery, rate=line.rate, foreign=foreign, plus=own)
        key = chatterbox.model_for(line.language)

        def infer(lease: Lease, plan: LoadPlan) -> tuple[Spoken, LoadPlan]:
            return lease.using(lambda model: self._with(model, line, parts, seed, reference, manner)), plan

        (spoken, plan), steps = self._room.work(key, chatterbox.load, self._room.plan(key), infer)
        voice = self._table.metadata(NAME, line.voice_id, reference.voice, reference.consent)
        facts = {
            "voice": voice.model_dump(mode="json"),
            "model": key,
            "model_revision": self._room.registry.revision(key),
            "plan": plan.told(),
            "steps": [step.told() for step in steps],
            "reference_sha256": self._references.told(reference),
            "manner": {
                "exaggeration": manner.exaggeration,
                "cfg_weight": manner.cfg_weight,
                "temperature": self._options.temperature,
                "rate": round(manner.rate, 4),
                "gain_db": manner.gain_db,
            },
            "seed": seed,
            "cost_usd": 0.0,
            **spoken.facts,
        }
        return Spoken(spoken.sound, spoken.timed, facts)

    def _with(
        self, model: chatterbox.Chatterbox, line: SpokenLine, parts: list[str], seed: int, reference: Reference,
        manner: Manner,
    ) -> Spoken:  # fmt: skip
        """The line by a loaded model. Runs again from here when the plan changes, and keeps nothing of the model."""
        attempts: list[Attempt] = []

        def synthesise(text: str, one_seed: int) -> Sound:
            return model.say(text, one_seed, manner, language=line.language, temperature=self._options.temperature)

        model.follow(reference.path, manner)
        speaker = PartSpeaker(
            line, synthesise, self._aligner, model.sample_rate, manner.rate, self._options.tries, attempts
        )
        takes = speaker.speak(parts, seed)
        joined, timed = join([(take.sound, take.timed) for take in takes], line, f"{NAME}:{reference.voice}")
        sound = shape.normalise(joined, manner.gain_db)
        reading = round(model.watermark(sound, SAMPLE_RATE), 4)
        _tell(attempts, takes, line)
        facts = {
            "parts": [take.told for take in takes],
            "attempts": [attempt.told() for attempt in attempts],
            "watermark": {"scheme": "Perth implicit", "read": reading, "found": reading > 0.5},
        }
        return Spoken(sound, timed, facts)


def _tell(attempts: list[Attempt], takes: list[PartTake], line: SpokenLine) -> None:
    """What went otherwise than at the first try goes to the timeline."""
    step = current_step()
    if step is not None and len(attempts) > len(takes):
        flaws = sorted({flaw for attempt in attempts for flaw in attempt.flaws})
        step.tell("voice_retries", line=line.text[:80], attempts=len(attempts), parts=len(takes), flaws=flaws)
