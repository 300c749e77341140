"""The engines of a profile, made when they are first asked for, and the processes they share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resources.engines import (
    CardEngine,
    ImageEngine,
    LikenessModel,
    LipsyncEngine,
    LoadsModels,
    MusicEngine,
    VideoEngine,
    VisionJudge,
    VoiceEngine,
)
from resources.media.workers import Workers
from resources.pipeline.render import Renderer
from resources.profile import Profile, Role, load_profile, make_engine

if TYPE_CHECKING:
    from resources.gpu.room import GpuRoom


class Engines:
    """Whoever makes pictures and sound under one profile. ``close`` ends their processes."""

    def __init__(self, profile: Profile, cache: Path) -> None:
        self.profile = profile
        self.cache = cache
        self.workers = Workers()
        self.renderer = Renderer(self.workers, cache)

    def replaced(self, others: Mapping[str, Any]) -> Engines:
        """The same engines and processes, but for those in ``others`` (by role)."""
        twin = copy(self)
        twin.__dict__.update(others)
        return twin

    @property
    def stage_by_stage(self) -> bool:
        """Whether a stage is made of every shot before the next one begins, so that each model loads once a film.

        Without a card, shot by shot is better: workers draw one shot while the next one is spoken.
        """
        return self.profile.gpu is not None

    @cached_property
    def image(self) -> ImageEngine:
        """Draws keyframes."""
        engine: ImageEngine = self._make("image")
        helped = getattr(engine, "helped", None)  # one that paints with a model has its pictures checked
        if helped is None:
            return engine
        from resources.pipeline.picture_helpers import picture_helpers

        lent = None if self.profile.engines.judge is None else self._judging
        painter: ImageEngine = helped(picture_helpers(self.profile.name, lent))
        return painter

    @cached_property
    def video(self) -> VideoEngine:
        """Gives keyframes motion."""
        engine: VideoEngine = self._make("video")
        return engine

    @cached_property
    def lipsync(self) -> LipsyncEngine:
        """Brings motion and speech together."""
        engine: LipsyncEngine = self._make("lipsync")
        return engine

    @cached_property
    def voice(self) -> VoiceEngine:
        """Speaks."""
        engine: VoiceEngine = self._make("voice", cache=self.cache / "voices")
        return engine

    @cached_property
    def cards(self) -> CardEngine:
        """Draws titles."""
        engine: CardEngine = self._make("cards")
        return engine

    @cached_property
    def music(self) -> MusicEngine:
        """Plays."""
        engine: MusicEngine = self._make("music")
        return engine

    def _judging(self) -> VisionJudge:
        """The profile's judge, where it names one."""
        judge = self.judge
        assert judge is not None
        return judge

    @cached_property
    def judge(self) -> VisionJudge | None:
        """Looks at frames; None where the profile names nobody."""
        if self.profile.engines.judge is None:
            return None
        engine: VisionJudge = self._make("judge")
        return engine

    @cached_property
    def likeness(self) -> LikenessModel | None:
        """Tells painted characters apart; None where the profile names nobody."""
        if self.profile.engines.likeness is None:
            return None
        engine: LikenessModel = self._make("likeness")
        return engine

    def check(self, languages: Collection[str]) -> None:
        """Raise :class:`Missing` for what this machine lacks for a film whose lines are in ``languages``: a package, a
        card, models, room for them. Nothing is loaded."""
        if self.profile.gpu is None:
            return
        self.room.check()
        wanted = [getattr(self, role) for role in self.profile.roles if self.profile.on_models(role)]
        told = [key for engine in wanted if isinstance(engine, LoadsModels) for key in engine.models_for(languages)]
        self.room.registry.require(told)
        self.room.foresee(told)

    @cached_property
    def room(self) -> GpuRoom:
        """Where the models of this process are; made for the first engine that loads one."""
        from resources.gpu.room import GpuRoom  # psutil and, where it is installed, torch

        return GpuRoom.of(self.profile, self.cache)

    def _make(self, role: Role, **arguments: Any) -> Any:
        return make_engine(role, self.profile, lambda: self.room, **arguments)

    def close(self) -> None:
        """End the processes at once, and give back what models hold; whatever they had finished is on disk."""
        self.workers.kill()
        room = self.__dict__.get("room")
        if room is not None:
            room.close()
        close = getattr(self.__dict__.get("voice"), "close", None)
        if close is not None:
            close()


_ENGINES: dict[tuple[str, Path], Engines] = {}
"""Engines of this process by profile and cache. They own worker processes, so they are shared on purpose."""


def engines_of(profile: str, cache: Path) -> Engines:
    """The engines of a profile, made once a process."""
    key = (profile, cache)
    if key not in _ENGINES:
        _ENGINES[key] = Engines(load_profile(profile), cache)
    return _ENGINES[key]


def close_engines() -> None:
    """End the worker processes of every profile this process used."""
    while _ENGINES:
        _ENGINES.popitem()[1].close()
