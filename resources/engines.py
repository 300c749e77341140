"""The Protocols that stand between the pipeline and whatever makes pictures and sound.

An engine is asked with data (``schemas.media``) and writes plain files into the folder it is given; it never looks
at the store, at Dagster or at another shot. Its ``name`` and ``revision`` are part of every fingerprint: bump the
revision whenever the same request would give other bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:  # loading the graph must cost neither numpy nor the models of every request
    import numpy as np
    from numpy.typing import NDArray

    from schemas.judgement import Judgement
    from schemas.media import CutRequest, ImageRequest, LipsyncRequest, SpokenLine, TimedLine, VideoRequest

Frame: TypeAlias = "NDArray[np.uint8]"
"""One picture: (height, width, 4), RGBA, opaque."""
Sound: TypeAlias = "NDArray[np.float32]"
"""Mono sound at 48 kHz: (samples,), within -1 to 1."""
MOTION = "motion.mkv"
"""What a video engine that renders pictures leaves in its folder: lossless, of the plan's size, rate and length."""
RENDERING = "rendering.json"
"""Where an engine that loads models tells, beside its result, which ones, how they were loaded, what was given up."""


class Engine(Protocol):
    """What every engine says about itself."""

    @property
    def name(self) -> str:
        """Short identifier, for example ``cutout``."""
        ...

    @property
    def revision(self) -> str:
        """Version of the engine and of every weight it uses."""
        ...


@runtime_checkable
class LoadsModels(Protocol):
    """An engine that loads models, as whoever begins a film asks it what must be on this machine."""

    def models_for(self, languages: Collection[str]) -> tuple[str, ...]:
        """Keys of the models (``configs/models.yaml``) that a film needs whose lines are in ``languages``."""
        ...


@runtime_checkable
class ImageEngine(Engine, Protocol):
    """Draws the keyframe of a shot."""

    def render_image(self, request: ImageRequest, folder: Path) -> None:
        """Write ``image.png`` (request.width x request.height), and any side files the video engine needs."""
        ...


@runtime_checkable
class VideoEngine(Engine, Protocol):
    """Plans or renders the motion of a shot from its keyframe."""

    def render_video(self, request: VideoRequest, image: Path, frames: int, folder: Path) -> None:
        """Write the motion of ``frames`` frames into ``folder``; ``image`` is the folder of the image artifact."""
        ...


@runtime_checkable
class VoiceEngine(Engine, Protocol):
    """Speaks lines."""

    def speak(self, line: SpokenLine, seed: int) -> tuple[Sound, TimedLine]:
        """The sound of one line, and its words and mouth marks in samples from the start of that sound."""
        ...

    def align(self, sound: Sound, line: SpokenLine) -> TimedLine:
        """Words and mouth marks of ``line`` in a recording of it, in samples from the start of ``sound``."""
        ...

    def prefetch(self, lines: list[tuple[SpokenLine, int]]) -> None:
        """A hint that these (line, seed) pairs will be asked for soon. May do nothing."""
        ...


@runtime_checkable
class TellsRendering(Protocol):
    """A voice engine that can say how it made a line: which model or provider, which seeds, what it cost."""

    def rendering(self, line: SpokenLine, seed: int) -> dict[str, Any]:
        """JSON about a line that :meth:`VoiceEngine.speak` has spoken; empty for one that it has not."""
        ...


@runtime_checkable
class LipsyncEngine(Engine, Protocol):
    """Turns motion and speech into the final frames of a shot."""

    def prepare(
        self, request: LipsyncRequest, video: Path, lines: list[TimedLine], sound: Path, frames: int, folder: Path
    ) -> Path:
        """Do once, in the pipeline's own process, what needs a model; the folder that :meth:`frames` is to read.

        ``sound`` is the shot's dialogue (mono WAV, as long as its ``frames``), ``folder`` a place of its own that what
        a killed process left is found in. An engine that only draws gives ``video`` back.
        """
        ...

    def frames(
        self, request: LipsyncRequest, video: Path, lines: list[TimedLine], start: int, stop: int
    ) -> Iterator[Frame]:
        """Frames ``start`` up to ``stop``. The result must not depend on how a shot is cut into such ranges.

        ``video`` is what :meth:`prepare` gave. The engine must pickle: ranges are drawn in worker processes.
        The array may be reused for the next frame, so a caller copies what it keeps.
        """
        ...


@runtime_checkable
class CardEngine(Engine, Protocol):
    """Draws the title and end cards."""

    def card_frames(
        self, kind: str, request: CutRequest, images: list[Path], count: int, start: int, stop: int
    ) -> Iterator[Frame]:
        """Frames ``start`` up to ``stop`` of the card ``kind`` ("title" or "end"), which is ``count`` frames long.

        ``images`` are folders of image artifacts. The engine must pickle, as a lip-sync engine must.
        """
        ...


@runtime_checkable
class MusicEngine(Engine, Protocol):
    """Composes the music bed and the sound of the places."""

    def music(self, request: CutRequest, samples: int) -> NDArray[np.float32]:
        """Stereo music (samples, 2) at 48 kHz that ends with the film."""
        ...

    def ambience(
        self, request: CutRequest, spans: list[tuple[int, int, str, str, str]], samples: int
    ) -> NDArray[np.float32]:
        """Stereo room tone and weather (samples, 2); spans are (start, end, place, time_of_day, weather)."""
        ...


@runtime_checkable
class Letters(Protocol):
    """An engine that sets text in its pictures, and can say in which typefaces."""

    def typefaces(self, texts: Sequence[str]) -> list[Path]:
        """The files of the typefaces that ``texts`` are set in; none for text that is only white space."""
        ...


@runtime_checkable
class VisionJudge(Engine, Protocol):
    """Looks at frames and says how well they match the prompt."""

    def judge(self, frames: Sequence[Frame], prompt: str) -> Judgement:
        """What is to be said of ``frames``, in the order of the shot; ``prompt`` is data, whatever it says."""
        ...


@runtime_checkable
class LikenessModel(Engine, Protocol):
    """Turns pictures into vectors that lie near each other where the pictures show the same."""

    def embed(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Vectors of length 1, (pictures, d); each picture is (height, width, 3) RGB."""
        ...
