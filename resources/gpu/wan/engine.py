"""``videos_wan``: a keyframe and words become the motion of a shot, exactly as long as it has to be.

The plan's size is that of the keyframe (``image.png`` is made in it), its rate stands in the request: nothing else of
the film is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from PIL import Image

from resources.engines import MOTION, RENDERING
from resources.errors import RenderFault
from resources.gpu.plan import LoadPlan
from resources.gpu.room import GpuRoom
from resources.gpu.spec import Load
from resources.gpu.wan.chunks import fitted, model_frames, snapped
from resources.gpu.wan.conform import conform_motion
from resources.gpu.wan.loading import load_wan
from resources.gpu.wan.making import ShotWork
from resources.gpu.wan.options import MODEL_FPS, model_size, read_options
from resources.gpu.wan.reassembly import assembled, length
from resources.gpu.wan.rendering import ShotRendering
from resources.gpu.wan.shelf import ChunkRecord, Shelf, prune
from resources.media.pictures import open_picture
from resources.store.atomic import write_json
from resources.store.fingerprint import digest, hash_file
from resources.store.locks import short_lock
from resources.store.steps import current_step
from schemas.media import VideoRequest
from schemas.time import FrameRate

CODE = "1"
"""Changes whenever the same request would give other frames."""
IMAGE = "image.png"


class WanVideo:
    """Wan 2.1 image to video, and first and last frame to video, as a :class:`~resources.engines.VideoEngine`."""

    name = "wan"

    def __init__(self, options: Mapping[str, Any], room: GpuRoom, *, load: Load = load_wan) -> None:
        self.options = read_options(options)
        self.room = room
        self._load = load

    @property
    def revision(self) -> str:
        """Code, weights and options, in one short word."""
        models = [self.room.registry.revision(key) for key in self._models]
        return f"{CODE}-{digest([models, self.options.model_dump(mode='json')])[:16]}"

    def models_for(self, languages: Collection[str]) -> tuple[str, ...]:
        """Of image to video; the other one is needed only where somebody asks for a last frame."""
        return (self.options.model,)

    @property
    def _models(self) -> tuple[str, str]:
        return self.options.model, self.options.last_frame_model

    def render_video(
        self, request: VideoRequest, image: Path, frames: int, folder: Path, *, last_image: Path | None = None
    ) -> None:
        """Write :data:`~resources.engines.MOTION` and ``rendering.json`` into ``folder``.

        ``image``, and ``last_image`` where the shot is to end in a picture that is known, are folders of image
        artifacts. A process that was killed here leaves its finished chunks to the next one. Raises
        :class:`RenderFault`, and what a model's loading and running raise.
        """
        if frames < 1:
            raise RenderFault(f"a shot of {frames} frames", where=self.name)
        rate = FrameRate.parse(request.fps).value
        keyframe, last = _picture(image), _picture(last_image) if last_image else None
        wide, high = model_size(*keyframe.size, self.options.pixels)
        most = snapped(request.chunk_frames or self.options.chunk_frames)
        plan = self.room.plan(self.options.model, width=wide, height=high, frames=most)
        plan = replace(plan, frames=fitted(plan.frames))
        asked = [image, *([last_image] if last_image else [])]
        work = self._work(request, frames, rate, keyframe, last, plan, [hash_file(one / IMAGE) for one in asked])
        root = self.room.scratch / "wan"
        prune(root)
        with short_lock(self.room.scratch / "wan-locks" / work.key[:2]):
            shelf = Shelf(root / work.key[:24])
            records = ShotRendering(self.room, self.options, self._load, work, plan, shelf, current_step()).run()
            pieces = [shelf.piece(record) for record in records]
            given = _rate(length(pieces), frames, rate, lands=last is not None)
            with closing(assembled(pieces, self.options.reassembly)) as run:
                conform_motion(
                    run, folder / MOTION, given=(plan.width, plan.height), given_rate=given, wanted=keyframe.size,
                    rate=rate, count=frames, interpolation=self.options.interpolation,
                    upscaling=self.options.upscaling,
                )  # fmt: skip
            write_json(folder / RENDERING, self._told(work, plan, records, keyframe.size, frames, rate, given))
            shelf.clear()

    def _work(
        self, request: VideoRequest, frames: int, rate: Fraction, keyframe: Image.Image, last: Image.Image | None,
        plan: LoadPlan, pictures: Sequence[str],
    ) -> ShotWork:  # fmt: skip
        known = replace(plan, device="cpu", device_map="", max_memory=(), offload="none")  # where, not what
        key = digest([self.name, self.revision, request.model_dump(mode="json"), frames, list(pictures), known.told()])
        return ShotWork(
            prompt=request.motion_prompt or ". ".join(part for part in (request.prompt, request.action) if part),
            negative_prompt=request.negative_prompt or self.options.negative_prompt,
            steps=request.steps or self.options.steps,
            guidance=self.options.guidance if request.guidance is None else request.guidance,
            seed=request.seed,
            total=model_frames(frames, rate),
            chunk_frames=plan.frames,
            overlap=request.chunk_overlap or self.options.chunk_overlap,  # 0: one chunk, as long as it need not shrink
            keyframe=keyframe,
            last=last,
            key=key,
        )

    def _told(
        self, work: ShotWork, plan: LoadPlan, records: Sequence[ChunkRecord], size: tuple[int, int], frames: int,
        rate: Fraction, given: Fraction,
    ) -> dict[str, Any]:  # fmt: skip
        """What was done, for the sidecar: no times, so that the same shot gives the same file."""
        registry = self.room.registry
        used = sorted({record.model for record in records})
        return {
            "engine": self.name,
            "revision": self.revision,
            "models": [
                {"key": key, "repo": registry.entry(key).repo, "commit": registry.entry(key).revision,
                 "files": registry.revision(key)} for key in used
            ],
            "plan": plan.told(),
            "prompt": work.prompt,
            "negative_prompt": work.negative_prompt,
            "steps": work.steps,
            "guidance": work.guidance,
            "seed": work.seed,
            "chunk_frames": work.chunk_frames,
            "chunk_overlap": work.overlap,
            "chunks": [record.model_dump(mode="json") for record in records],
            "chaining": self.options.chaining,
            "reassembly": self.options.reassembly,
            "model_frames": records[-1].stop,
            "model_rate": str(given),
            "model_size": [plan.width, plan.height],
            "interpolation": self.options.interpolation,
            "upscaling": self.options.upscaling,
            "frames": frames,
            "rate": str(rate),
            "size": list(size),
        }  # fmt: skip


def _picture(folder: Path) -> Image.Image:
    with open_picture(folder / IMAGE) as picture:
        try:
            return picture.convert("RGB")
        except OSError as error:
            raise RenderFault(f"cannot be decoded ({error})", where=str(folder / IMAGE)) from None


def _rate(given: int, frames: int, rate: Fraction, *, lands: bool) -> Fraction:
    """Frames a second at which the model's frames are shown: its own.

    A shot that has to land on a picture is shown a few percent faster, so that its last frame is the model's last one:
    the model's frames come in 4n + 1, and what is over would be cut off.
    """
    return Fraction(given - 1) * rate / (frames - 1) if lands and frames > 1 else Fraction(MODEL_FPS)
