"""Profiles: which engine serves each stage. An engine that a profile does not name never serves."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Literal, get_args

from pydantic import Field, JsonValue

from resources.config import config_names, load_config
from resources.errors import ConfigInvalid, InputError, Missing
from resources.farm import Farm
from resources.store.remote.settings import Storage
from schemas.plan import Id, Short, Strict

Role = Literal["image", "video", "lipsync", "voice", "cards", "music", "judge", "likeness"]

ENGINES: dict[tuple[Role, str], str] = {
    ("image", "cutout"): "resources.cutout.studio:CutoutImages",
    ("image", "sdxl"): "resources.gpu.sdxl.engine:SdxlImages",
    ("video", "cutout"): "resources.cutout.studio:CutoutVideo",
    ("video", "wan"): "resources.gpu.wan.engine:WanVideo",
    ("lipsync", "cutout"): "resources.cutout.studio:CutoutLipsync",
    ("cards", "cutout"): "resources.cutout.studio:CutoutCards",
    ("voice", "embedded-voices"): "resources.cutout.voices.engine:EmbeddedVoices",
    ("voice", "chatterbox"): "resources.gpu.chatterbox.engine:ChatterboxVoices",
    ("music", "paper-band"): "resources.cutout.sound.engine:EmbeddedMusic",
    ("lipsync", "wav2lip"): "resources.gpu.wav2lip:Wav2LipSync",
    ("judge", "qwen2-vl"): "resources.gpu.qwen_vl:QwenJudge",
    ("likeness", "dinov2"): "resources.gpu.dinov2:DinoLikeness",
}
"""Every engine by role and name, imported when it is first needed."""

ON_MODELS: frozenset[tuple[Role, str]] = frozenset(
    {
        ("image", "sdxl"),
        ("video", "wan"),
        ("voice", "chatterbox"),
        ("lipsync", "wav2lip"),
        ("judge", "qwen2-vl"),
        ("likeness", "dinov2"),
    }
)
"""Those of them that load models: they are made with ``options`` (of the profile) and ``room`` (a GpuRoom)."""

WITH_PROVIDERS = frozenset({"chatterbox"})
"""Voice engines behind which several providers stand: a line may ask for one of them by name."""

PREVIEW = "-preview"
"""Ends the name of a profile's preview."""


class EngineNames(Strict):
    """The engine of each role."""

    image: str
    video: str
    lipsync: str
    voice: str
    cards: str
    music: str
    judge: str | None = None
    """Looks at frames of every shot; None: quality rests on measured numbers alone."""
    likeness: str | None = None
    """Tells painted characters apart, whatever they wear; None: heads and colours alone are compared."""


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


class GpuSettings(Strict):
    """On what kind of machine models are loaded, and what may be given up there when memory is short."""

    preset: Literal["a100-80gb", "a100-40gb", "rtx4090", "gpu-16gb", "cpu", "balanced"]
    lower_precision: bool = False
    lower_resolution: bool = False
    cpu_fallback: bool = False
    budget_gb: dict[str, float] = Field(default_factory=dict)
    """Most of a device that models may take, by its name (``cuda:0``); without one, all but 1.5 GiB."""
    keep_s: float = Field(900.0, ge=0)
    """How long an idle model stays warm."""
    models: dict[str, dict[str, JsonValue]] = Field(default_factory=dict)
    """Fields of a load plan that begin otherwise, by model: ``{wan2.1-i2v-14b-480p: {device_map: balanced}}``."""


class Preview(Strict):
    """What a profile's preview does otherwise: the same seeds, smaller and with fewer steps."""

    resolution: Literal["144p", "360p", "480p", "720p"] = "360p"
    """The most; a film that is smaller stays so."""
    options: dict[Role, dict[str, JsonValue]] = Field(default_factory=dict)
    """Options of engines, laid over the profile's own."""


class Profile(Strict):
    """One file of ``configs/profiles/``, or its preview (:func:`preview_of`)."""

    name: Id
    description: Short
    writer: Short
    """The model that the script agent asks."""
    agents: AgentModels
    engines: EngineNames
    encode: Encode
    gpu: GpuSettings | None = None
    """None: no engine of this profile loads a model onto a card."""
    options: dict[Role, dict[str, JsonValue]] = Field(default_factory=dict)
    """What an engine that loads models is told, by role; each has a strict schema of its own for it."""

    preview: Preview = Preview()
    storage: Storage | None = None
    """The object store of homes that are made with this profile; None: what the home says, or none."""
    farm: Farm | None = None
    """None: films are made on this machine. Else the workers of a cluster make them, wherever each step finds room."""

    @property
    def roles(self) -> dict[Role, str]:
        """The engines that serve, by role, in a fixed order; a role that nobody plays is not among them."""
        told = self.engines.model_dump()
        return {role: told[role] for role in get_args(Role) if told[role] is not None}

    def on_models(self, role: Role) -> bool:
        """Whether the engine of ``role`` loads models."""
        return (role, self.roles.get(role, "")) in ON_MODELS


def preview_of(name: str) -> str:
    """The name under which :func:`load_profile` gives a profile with its preview's settings."""
    return f"{name}{PREVIEW}"


def load_profile(name: str) -> Profile:
    """The profile called ``name``; an unknown one is told with the names there are."""
    known = config_names("profiles")
    if name not in known and name.removesuffix(PREVIEW) in known:
        return _previewing(load_profile(name.removesuffix(PREVIEW)))
    if name not in known:
        raise InputError(f"there is no profile {name[:80]!r}", hint=f"profiles: {', '.join(known)}")
    profile = load_config(f"profiles/{name}.yaml", Profile)
    for role, engine in profile.roles.items():
        if (role, engine) not in ENGINES:
            serving = ", ".join(sorted(e for r, e in ENGINES if r == role))
            raise ConfigInvalid(
                f"engines.{role}: there is no engine {engine!r} ({serving})", where=f"configs/profiles/{name}.yaml"
            )
    return profile


def _previewing(profile: Profile) -> Profile:
    options = {role: dict(told) for role, told in profile.options.items()}
    for role, told in profile.preview.options.items():
        options[role] = options.get(role, {}) | told
    return profile.model_copy(update={"name": preview_of(profile.name), "options": options})


def make_engine(role: Role, profile: Profile, room: Callable[[], object], **arguments: Any) -> Any:
    """The profile's engine for ``role``. Raises :class:`Missing` naming what is not installed.

    ``room`` is asked only for an engine that loads models; ``arguments`` go to one that does not.
    """
    name = getattr(profile.engines, role)
    if (role, name) in ON_MODELS:
        arguments = {"options": profile.options.get(role, {}), "room": room()}
    module, _, attribute = ENGINES[role, name].partition(":")
    try:
        return getattr(import_module(module), attribute)(**arguments)
    except ImportError as error:
        raise Missing(
            f"the {role} engine {name!r} needs {error.name or error}", hint="`sparkle doctor` says how to get it"
        ) from None
