"""Dagster resources: one thin ``ConfigurableResource`` around each engine, and the studio that holds them together.

An asset asks for the Protocol it needs (``dg.ResourceParam[ImageEngine]``) and never learns which engine came. Engines
keep processes and models warm, so a process makes each of them once, whatever number of runs it executes.
"""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import dagster as dg
from pydantic import Field

from resources.errors import Busy, ConfigInvalid
from resources.profile import Profile, Role, load_profile, preview_of
from resources.store.film import FilmFolder, Home
from resources.store.locks import film_lock, shot_lock
from resources.store.remote.settings import adopt_storage
from sparkle_assets.runs import PID_TAG

if TYPE_CHECKING:
    import numpy as np
    from google.adk.tools.function_tool import FunctionTool
    from numpy.typing import NDArray

    from resources.engines import Frame, Sound
    from resources.pipeline.engines import Engines
    from resources.pipeline.production import Production
    from schemas.media import CutRequest, ImageRequest, LipsyncRequest, SpokenLine, TimedLine, VideoRequest

AGENTS: dict[Role, str] = {"image": "images", "voice": "tts", "video": "videos", "lipsync": "lipsync"}
"""The agent that stands behind each engine, by its name in a profile."""
LOCK_WAIT_S = 3600.0
"""A step of the daemon waits its turn this long while another process makes the same film."""
LOOK_S = 2.0
"""While it waits it looks this often whether the film was paused."""


class EngineResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """An engine of a profile as a Dagster resource: it is the engine, under a name the UI can show."""

    role: ClassVar[Role]
    profile: str
    cache: str
    agent: str | None = Field(None, description="The agent that decides how this engine is asked; none: nobody does.")
    model: str | None = Field(None, description="The model that the agent asks, as the profile names it.")

    @property
    def plain(self) -> Any:
        """The engine itself, without Dagster; pickles."""
        from resources.pipeline.engines import engines_of

        return getattr(engines_of(self.profile, Path(self.cache)), self.role)

    @property
    def name(self) -> str:
        """The engine's name."""
        return str(self.plain.name)

    @property
    def revision(self) -> str:
        """The engine's revision."""
        return str(self.plain.revision)

    def function_tool(self) -> "FunctionTool":
        """The ADK FunctionTool of the stage that this engine serves, in this home."""
        from resources.director.bench import Bench
        from resources.director.tools.catalogue import function_tool, tool_of_role
        from resources.pipeline.engines import engines_of

        cache = Path(self.cache)
        return function_tool(
            tool_of_role(self.role), Bench(Home(cache.parent), lambda profile: engines_of(profile, cache))
        )


class ImageEngineResource(EngineResource):
    """Draws keyframes."""

    role = "image"

    def render_image(self, request: "ImageRequest", folder: Path) -> None:
        """See :class:`resources.engines.ImageEngine`."""
        self.plain.render_image(request, folder)


class VideoEngineResource(EngineResource):
    """Gives keyframes motion."""

    role = "video"

    def render_video(self, request: "VideoRequest", image: Path, frames: int, folder: Path) -> None:
        """See :class:`resources.engines.VideoEngine`."""
        self.plain.render_video(request, image, frames, folder)


class VoiceEngineResource(EngineResource):
    """Speaks."""

    role = "voice"

    def speak(self, line: "SpokenLine", seed: int) -> "tuple[Sound, TimedLine]":
        """See :class:`resources.engines.VoiceEngine`."""
        spoken: tuple[Sound, TimedLine] = self.plain.speak(line, seed)
        return spoken

    def align(self, sound: "Sound", line: "SpokenLine") -> "TimedLine":
        """See :class:`resources.engines.VoiceEngine`."""
        placed: TimedLine = self.plain.align(sound, line)
        return placed

    def prefetch(self, lines: "list[tuple[SpokenLine, int]]") -> None:
        """See :class:`resources.engines.VoiceEngine`."""
        self.plain.prefetch(lines)


class LipsyncEngineResource(EngineResource):
    """Brings motion and speech together."""

    role = "lipsync"

    def prepare(
        self, request: "LipsyncRequest", video: Path, lines: "list[TimedLine]", sound: Path, frames: int, folder: Path
    ) -> Path:
        """See :class:`resources.engines.LipsyncEngine`."""
        prepared: Path = self.plain.prepare(request, video, lines, sound, frames, folder)
        return prepared

    def frames(
        self, request: "LipsyncRequest", video: Path, lines: "list[TimedLine]", start: int, stop: int
    ) -> "Iterator[Frame]":
        """See :class:`resources.engines.LipsyncEngine`."""
        drawn: Iterator[Frame] = self.plain.frames(request, video, lines, start, stop)
        return drawn


class CardEngineResource(EngineResource):
    """Draws titles."""

    role = "cards"

    def card_frames(
        self, kind: str, request: "CutRequest", images: list[Path], count: int, start: int, stop: int
    ) -> "Iterator[Frame]":
        """See :class:`resources.engines.CardEngine`."""
        drawn: Iterator[Frame] = self.plain.card_frames(kind, request, images, count, start, stop)
        return drawn


class MusicEngineResource(EngineResource):
    """Plays."""

    role = "music"

    def music(self, request: "CutRequest", samples: int) -> "NDArray[np.float32]":
        """See :class:`resources.engines.MusicEngine`."""
        played: NDArray[np.float32] = self.plain.music(request, samples)
        return played

    def ambience(
        self, request: "CutRequest", spans: list[tuple[int, int, str, str, str]], samples: int
    ) -> "NDArray[np.float32]":
        """See :class:`resources.engines.MusicEngine`."""
        heard: NDArray[np.float32] = self.plain.ambience(request, spans, samples)
        return heard


class Studio(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where films live, and the engines that make them."""

    home: str
    profile: str
    image_engine: dg.ResourceDependency[Any]
    voice_engine: dg.ResourceDependency[Any]
    video_engine: dg.ResourceDependency[Any]
    lipsync_engine: dg.ResourceDependency[Any]
    card_engine: dg.ResourceDependency[Any]
    music_engine: dg.ResourceDependency[Any]

    @property
    def place(self) -> Home:
        """Where films live."""
        return Home(Path(self.home))

    @contextmanager
    def film(self, movie: str, slot: str | None = None) -> "Iterator[Production]":
        """One film, locked against every other process. Raises what the pipeline raises.

        On a cluster several processes may make a film, a shot each: then it is the shot in ``slot`` that is locked.

        A paused film ends a run of the daemon with :class:`Paused` instead of holding one of the few places in its
        queue; the sensor ``resumed`` asks for it again. The command line holds, for a person sees it hold.
        """
        from resources.pipeline.control import leaving
        from resources.pipeline.production import Production

        home = self.place
        home.prepare()
        run = self.get_resource_context().run
        queued = run is not None and PID_TAG not in run.tags
        with leaving() if queued else nullcontext(), ExitStack() as stack:
            _take_turn(stack, home.film(movie), slot if self._shared else None, queued=queued)
            production = Production(home, movie, self._engines)
            with production.run(None if run is None else run.run_id):
                yield production

    @property
    def _shared(self) -> bool:
        return load_profile(self.profile).farm is not None

    def peek(self, movie: str) -> "Production":
        """One film without its lock, to read what is there."""
        from resources.pipeline.production import Production

        return Production(self.place, movie, self._engines)

    def function_tools(self) -> "list[FunctionTool]":
        """All seven tools, on this home and these engines."""
        from resources.director.bench import Bench
        from resources.director.tools.catalogue import function_tools

        return function_tools(Bench(self.place, self._engines))

    def _engines(self, profile: str) -> "Engines":
        if profile not in (self.profile, preview_of(self.profile)):
            raise ConfigInvalid(
                f"the film is made with profile {profile!r}, this code location serves {self.profile!r}",
                hint=f"start it with SPARKLE_PROFILE={profile}",
            )
        from resources.pipeline.engines import engines_of

        engines = engines_of(profile, self.place.cache)
        given = {
            "image": self.image_engine,
            "voice": self.voice_engine,
            "video": self.video_engine,
            "lipsync": self.lipsync_engine,
            "cards": self.card_engine,
            "music": self.music_engine,
        }
        self._check_models(engines.profile)
        # an engine that a test or a deployment put in the place of the profile's own
        others = {role: engine for role, engine in given.items() if not isinstance(engine, EngineResource)}
        return engines.replaced(others) if others else engines

    def _check_models(self, profile: Profile) -> None:
        """The profile names the models, for every door alike; one that was changed here would only seem to be asked."""
        models = profile.agents.model_dump()
        for engine in (self.image_engine, self.voice_engine, self.video_engine, self.lipsync_engine):
            name = AGENTS[engine.role] if isinstance(engine, EngineResource) else None
            if name is not None and engine.model != models[name]:
                raise ConfigInvalid(
                    f"{engine.agent} asks {models[name]!r}, says the profile, not {engine.model!r}",
                    where=f"resource of the {engine.role} engine",
                    hint=f"change agents.{name} in configs/profiles/{profile.name}.yaml",
                )


def _take_turn(stack: ExitStack, film: FilmFolder, slot: str | None, *, queued: bool) -> None:
    """Wait for the lock of the film, or of a shot; ``queued``: no longer than the film may go on."""
    from resources.pipeline.control import admit

    deadline = time.monotonic() + LOCK_WAIT_S
    while True:
        if queued:
            admit(film)
        try:
            wait = LOOK_S if queued else LOCK_WAIT_S
            held = film_lock(film.path, wait=wait) if slot is None else shot_lock(film.path, slot, wait=wait)
            stack.enter_context(held)
            return
        except Busy:
            if time.monotonic() >= deadline:
                raise


def studio_resources(home: Path, profile: Profile, others: Mapping[str, Any]) -> dict[str, Any]:
    """All resources of a code location by key; ``others`` replace the profile's engines."""
    adopt_storage(Home(home).root, profile.storage)
    cache_folder = str(Home(home).cache)

    given = {"profile": profile.name, "cache": cache_folder}
    models = profile.agents.model_dump()

    def behind(role: Role) -> dict[str, str]:
        return given | {"agent": f"{AGENTS[role]}_agent", "model": models[AGENTS[role]]}

    engines: dict[str, Any] = {
        "image_engine": ImageEngineResource(**behind("image")),
        "voice_engine": VoiceEngineResource(**behind("voice")),
        "video_engine": VideoEngineResource(**behind("video")),
        "lipsync_engine": LipsyncEngineResource(**behind("lipsync")),
        "card_engine": CardEngineResource(**given),
        "music_engine": MusicEngineResource(**given),
    }
    engines |= others
    return {**engines, "studio": Studio(home=str(home), profile=profile.name, **engines)}


def home_from_environment() -> Path:
    """``SPARKLE_HOME``, or ``.sparkle`` where the process was started."""
    return Path(os.environ.get("SPARKLE_HOME") or ".sparkle").expanduser().absolute()
