"""The engines of a profile, made when they are first asked for, and the processes they share."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import Any

from resources.engines import CardEngine, ImageEngine, LipsyncEngine, MusicEngine, VideoEngine, VoiceEngine
from resources.media.workers import Workers
from resources.pipeline.render import Renderer
from resources.profile import Profile, load_profile, make_engine


class Engines:
    """Whoever makes pictures and sound under one profile. ``close`` ends their processes."""

    def __init__(self, profile: Profile, cache: Path) -> None:
        self.profile = profile
        self.cache = cache
        self.workers = Workers()
        self.renderer = Renderer(self.workers, cache)
        atexit.register(self.workers.kill)

    def replaced(self, others: Mapping[str, Any]) -> Engines:
        """The same engines and processes, but for those in ``others`` (by role)."""
        twin = copy(self)
        twin.__dict__.update(others)
        return twin

    @cached_property
    def image(self) -> ImageEngine:
        """Draws keyframes."""
        engine: ImageEngine = make_engine("image", self.profile.engines.image)
        return engine

    @cached_property
    def video(self) -> VideoEngine:
        """Gives keyframes motion."""
        engine: VideoEngine = make_engine("video", self.profile.engines.video)
        return engine

    @cached_property
    def lipsync(self) -> LipsyncEngine:
        """Brings motion and speech together."""
        engine: LipsyncEngine = make_engine("lipsync", self.profile.engines.lipsync)
        return engine

    @cached_property
    def voice(self) -> VoiceEngine:
        """Speaks."""
        engine: VoiceEngine = make_engine("voice", self.profile.engines.voice, cache=self.cache / "voices")
        return engine

    @cached_property
    def cards(self) -> CardEngine:
        """Draws titles."""
        engine: CardEngine = make_engine("cards", self.profile.engines.cards)
        return engine

    @cached_property
    def music(self) -> MusicEngine:
        """Plays."""
        engine: MusicEngine = make_engine("music", self.profile.engines.music)
        return engine

    def close(self) -> None:
        """End the processes at once; whatever they had finished is on disk."""
        self.workers.kill()
        close = getattr(self.__dict__.get("voice"), "close", None)
        if close is not None:
            close()
        atexit.unregister(self.workers.kill)


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
