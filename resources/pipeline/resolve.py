"""From a plan to resolved requests: every default filled in, so that an engine never has to guess.

A request holds what its stage needs and nothing else. Its hash is the stage's data version, so this module decides
what an edit of the plan reaches.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from resources.casting import cast_voices, language_of, load_voices
from resources.errors import InputError
from resources.lexicon import mood_of, place_of, props_in, resolve_look, time_of, weather_of
from resources.profile import WITH_PROVIDERS, Profile
from resources.store.film import ID, Settings, ShotTakes
from resources.store.fingerprint import derive_seed, hash_file
from schemas.media import (
    CutRequest,
    CutShot,
    Figure,
    ImageRequest,
    LipsyncRequest,
    ResolvedLook,
    SpokenLine,
    VideoRequest,
    VoiceRequest,
)
from schemas.plan import Location, MoviePlan, Shot, Voice
from schemas.refs import Stage
from schemas.repair import Repair, RepairAction
from schemas.vocabulary import Place

PLANNED: RepairAction = "longer_shot"
"""The one repair that is made in the plan itself, and asks nothing of an agent."""


@dataclass(frozen=True)
class Script:
    """A plan with everything around it that decides what is made."""

    plan: MoviePlan
    settings: Settings
    profile: Profile
    slots: Mapping[str, str]
    takes: Mapping[str, ShotTakes]
    plan_folder: Path

    @cached_property
    def looks(self) -> dict[str, ResolvedLook]:
        """The look of each character, nothing left open."""
        return {c.id: resolve_look(c, self.plan.seed) for c in self.plan.characters}

    @cached_property
    def voices(self) -> dict[str, Voice]:
        """The voice of each character."""
        try:
            return cast_voices(self.plan.characters, self.looks, self.plan.language, self.plan.seed, load_voices())
        except ValueError as error:
            raise InputError(str(error), where="characters") from None

    def shot(self, slot: str) -> Shot:
        """The shot in a slot. Raises :class:`InputError` when the plan has none there."""
        for shot in self.plan.shots:
            if shot.id is not None and self.slots[shot.id] == slot:
                return shot
        raise InputError(f"slot {slot} holds no shot of this plan ({len(self.plan.shots)} shots)")

    def slot(self, shot: Shot) -> str:
        """The slot of a shot of the plan."""
        return self.slots[shot_id(shot)]

    def seed(self, shot: Shot) -> int:
        """The shot's seed: the current take's, or derived from the film's and the shot's id."""
        takes = self.takes.get(shot_id(shot))
        if takes is not None:
            return next(take.seed for take in takes.takes if take.number == takes.current)
        return derive_seed(self.plan.seed, "shot", shot_id(shot))

    def repair(self, shot: Shot, stage: Stage) -> Repair | None:
        """What the current take of the shot asks ``stage`` to do differently, if anything."""
        takes = self.takes.get(shot_id(shot))
        if takes is None:
            return None
        current = next(take for take in takes.takes if take.number == takes.current)
        mine = [repair for repair in current.repairs if repair.stage == stage and repair.action != PLANNED]
        return mine[-1] if mine else None

    def location(self, shot: Shot) -> Location:
        """Where the shot plays, place, hour and weather filled in from words where the plan is silent."""
        if shot.location_id is None and not self.plan.locations:
            words = f"{shot.prompt} {shot.action}"
            around = f"{self.plan.logline} {self.plan.idea} {self.plan.title}"
            place = place_of(words) or place_of(around)
            place = place or list(Place)[derive_seed(self.plan.seed, "place") % len(Place)]
            given = Location(id=str(place).replace("_", "-"), place=place)
            hour, air = time_of(words) or time_of(around), weather_of(words) or weather_of(around)
            return given.model_copy(
                update={k: v for k, v in (("time_of_day", hour), ("weather", air)) if v is not None}
            )
        location = self.plan.location(shot.location_id)
        if location.place is None:
            words = f"{location.name} {location.description} {location.id}"
            place = place_of(words) or list(Place)[derive_seed(self.plan.seed, "place", location.id) % len(Place)]
            location = location.model_copy(update={"place": place})
        return location

    def image_request(self, shot: Shot) -> ImageRequest:
        """What the keyframe needs."""
        location = self.location(shot)
        width, height = self.plan.frame_size
        props = props_in(f"{shot.action} {shot.prompt}")[:3] if shot.props is None else list(shot.props)
        return ImageRequest(
            prompt=shot.prompt,
            action=shot.action,
            style=self.plan.style,
            width=width,
            height=height,
            size=shot.size,
            place=location.place or Place.CITY,
            location_id=location.id,
            location_text=f"{location.name} {location.description}".strip(),
            time_of_day=location.time_of_day,
            weather=location.weather,
            mood=mood_of(shot.prompt) or self.plan.music.mood,
            emotion=shot.emotion,
            figures=[self._figure(who) for who in self.seen(shot)],
            props=props,
            film_seed=self.plan.seed,
            seed=self.seed(shot),
            media_sha256=self._media(shot, "image"),
        )

    def languages(self) -> set[str]:
        """Languages in which something is spoken that nobody has recorded."""
        spoken = [line for shot in self.plan.shots if shot.media is None or shot.media.voice is None
                  for line in shot.dialogue]  # fmt: skip
        return {language_of(line.text, self.plan.language) for line in spoken}

    def voice_request(self, shot: Shot) -> VoiceRequest:
        """What the voices need. A provider that the plan names for a character counts where the engine has several."""
        lines, asked = [], self.profile.engines.voice in WITH_PROVIDERS
        for line in shot.dialogue:
            voice = self.voices[line.character_id]
            lines.append(
                SpokenLine(
                    character_id=line.character_id,
                    text=line.text,
                    language=language_of(line.text, self.plan.language),
                    voice_id=voice.voice_id or "",
                    pitch_semitones=voice.pitch_semitones,
                    rate=voice.rate,
                    emotion=line.emotion,
                    delivery=line.delivery,
                    provider=voice.provider if asked else None,
                )
            )
        return VoiceRequest(
            lines=lines,
            fps=self.plan.fps,
            min_frames=self.plan.rate.frames(shot.duration_s),
            seed=self.seed(shot),
            media_sha256=self._media(shot, "voice"),
        )

    def video_request(self, shot: Shot) -> VideoRequest:
        """What motion needs."""
        seen = self.seen(shot)
        speakers = list(dict.fromkeys(line.character_id for line in shot.dialogue if line.character_id in seen))
        return VideoRequest(
            camera=shot.camera,
            action=shot.action,
            prompt=shot.prompt,
            effects=shot.effects,
            fps=self.plan.fps,
            seed=self.seed(shot),
            speakers=speakers,
            media_sha256=self._media(shot, "clip"),
        )

    def clip_request(self, shot: Shot) -> LipsyncRequest:
        """What the last step of a shot needs."""
        width, height = self.plan.frame_size
        encode = self.profile.encode
        return LipsyncRequest(
            width=width,
            height=height,
            fps=self.plan.fps,
            crf=encode.crf,
            preset=encode.preset,
            codec=self.settings.codec,
            handle_frames=encode.handle_frames,
            seed=self.seed(shot),
        )

    def cut_request(self) -> CutRequest:
        """What the cut needs beside the clips."""
        plan = self.plan
        width, height = plan.frame_size
        shots = []
        for number, shot in enumerate(plan.shots):
            location = self.location(shot)
            first = number == 0 and plan.title_card_s == 0
            shots.append(
                CutShot(
                    shot_id=shot_id(shot),
                    slot=self.slot(shot),
                    transition_kind="cut" if first else shot.transition.kind,
                    transition_frames=0 if first else shot.transition.frames,
                    place=location.place or Place.CITY,
                    time_of_day=location.time_of_day,
                    weather=location.weather,
                    speakers={line.character_id: plan.character(line.character_id).name for line in shot.dialogue},
                )
            )
        return CutRequest(
            title=plan.title,
            logline=plan.logline,
            credits=credit_lines(plan, self.voices),
            width=width,
            height=height,
            fps=plan.fps,
            title_frames=plan.rate.frames(plan.title_card_s),
            end_frames=plan.rate.frames(plan.end_card_s),
            music_mood=plan.music.mood,
            music_tempo=plan.music.tempo,
            music_seed=derive_seed(plan.seed, "music"),
            loudness=self.settings.loudness,
            burn_subtitles=self.settings.burn_subtitles,
            codec=self.settings.codec,
            language=plan.language,
            shots=shots,
        )

    def seen(self, shot: Shot) -> list[str]:
        """Ids of who is on screen, left to right: as listed, else whoever speaks; a narrator never."""
        listed = shot.characters or [line.character_id for line in shot.dialogue]
        return [who for who in dict.fromkeys(listed) if self.plan.character(who).on_screen]

    def _figure(self, who: str) -> Figure:
        character = self.plan.character(who)
        return Figure(character_id=who, name=character.name, description=character.description, look=self.looks[who])

    def _media(self, shot: Shot, kind: str) -> str | None:
        name = getattr(shot.media, kind) if shot.media else None
        if name is None:
            return None
        path = self.plan_folder / name
        if not path.is_file():
            raise InputError(f"the {kind} {name!r} is not there", where=f"shot {shot_id(shot)}")
        return hash_file(path)


def shot_id(shot: Shot) -> str:
    """The id of a shot that was taken in."""
    if shot.id is None:
        raise ValueError("the plan was not taken in: a shot has no id")
    return shot.id


MAX_CREDITS = 12


def credit_lines(plan: MoviePlan, voices: Mapping[str, Voice]) -> list[str]:
    """Who is heard in the film with which voice, then the plan's own credits."""
    heard = dict.fromkeys(line.character_id for shot in plan.shots for line in shot.dialogue)
    cast = [f"{plan.character(who).name}: voice {voices[who].voice_id}" for who in heard]
    own = plan.credits[:MAX_CREDITS]
    return cast[: MAX_CREDITS - len(own)] + own


def with_ids(plan: MoviePlan) -> MoviePlan:
    """Give every shot without an id one from its words and position. Ids that are there stay."""
    taken = {shot.id for shot in plan.shots if shot.id}
    shots = []
    for number, shot in enumerate(plan.shots, 1):
        if shot.id is None:
            base = slug(shot.prompt or " ".join(line.text for line in shot.dialogue), 24) or "shot"
            name = base if base not in taken else f"{base}-{number}"
            while name in taken:
                name += "x"
            taken.add(name)
            shot = shot.model_copy(update={"id": name})
        shots.append(shot)
    return plan.model_copy(update={"shots": shots})


def slug(text: str, limit: int) -> str:
    """Lower-case ASCII words joined by ``-``, at most ``limit`` long; empty when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:limit].strip("-")


def film_id(text: str) -> str:
    """The id of a film about ``text``: a slug with four hex digits of its hash, so equal words are the same film."""
    mark = f"{derive_seed(text) & 0xFFFF:04x}"
    movie = f"{slug(text, 40) or 'film'}-{mark}"
    return movie if ID.fullmatch(movie) else f"film-{mark}"
