"""Profiles: which engine serves each stage. An engine that a profile does not name never serves."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal

from pydantic import Field

from resources.config import config_path, load_config
from resources.errors import ConfigInvalid, InputError, Missing
from schemas.plan import Id, Short, Strict

Role = Literal["image", "video", "lipsync", "voice", "cards", "music"]

ENGINES: dict[tuple[Role, str], str] = {
    ("image", "cutout"): "resources.cutout.studio:CutoutImages",
    ("video", "cutout"): "resources.cutout.studio:CutoutVideo",
    ("lipsync", "cutout"): "resources.cutout.studio:CutoutLipsync",
    ("cards", "cutout"): "resources.cutout.studio:CutoutCards",
    ("voice", "embedded-voices"): "resources.cutout.voices.engine:EmbeddedVoices",
    ("music", "paper-band"): "resources.cutout.sound.engine:EmbeddedMusic",
}
"""Every engine by role and name, imported when it is first needed."""


class EngineNames(Strict):
    """The engine of each role."""

    image: str
    video: str
    lipsync: str
    voice: str
    cards: str
    music: str


class AgentModels(Strict):
    """The model that each decision agent asks (``model_spec``); there is no default."""

    images: Short
    videos: Short
    tts: Short
    lipsync: Short
    qa: Short


class Encode(Strict):
    """How a shot is encoded, once, at birth (x264)."""

    preset: Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"] = "veryfast"
    crf: int = Field(20, ge=0, le=40)
    handle_frames: int = Field(12, ge=2, le=24)
    """Frames at each end that a transition may use."""


class Profile(Strict):
    """One file of ``configs/profiles/``."""

    name: Id
    description: Short
    writer: Short
    """The model that the script agent asks."""
    agents: AgentModels
    engines: EngineNames
    encode: Encode


def load_profile(name: str) -> Profile:
    """The profile called ``name``; an unknown one is told with the names there are."""
    known = sorted(path.stem for path in config_path("profiles").glob("*.yaml"))
    if name not in known:
        raise InputError(f"there is no profile {name[:80]!r}", hint=f"profiles: {', '.join(known)}")
    profile = load_config(f"profiles/{name}.yaml", Profile)
    for role, engine in profile.engines.model_dump().items():
        if (role, engine) not in ENGINES:
            serving = ", ".join(sorted(e for r, e in ENGINES if r == role))
            raise ConfigInvalid(
                f"engines.{role}: there is no engine {engine!r} ({serving})", where=f"configs/profiles/{name}.yaml"
            )
    return profile


def make_engine(role: Role, name: str, **arguments: Any) -> Any:
    """A new engine. Raises :class:`Missing` naming what is not installed."""
    module, _, attribute = ENGINES[role, name].partition(":")
    try:
        return getattr(import_module(module), attribute)(**arguments)
    except ImportError as error:
        raise Missing(
            f"the {role} engine {name!r} needs {error.name or error}", hint="`sparkle doctor` says how to get it"
        ) from None
