"""``Wav2LipSync``: the lip-sync engine of a GPU profile.

A shot is done once, in the process that has the model (:meth:`Wav2LipSync.prepare`): faces are looked for in the frames
in which somebody speaks, the network paints them, and the whole shot goes into ``synced.mkv``, without loss. Workers
then read ranges of that file. Frames in which nobody speaks, or no face is found, are the motion's own, to the bit.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resources.engines import MOTION, Frame
from resources.errors import RenderFault
from resources.gpu.context import Lease
from resources.gpu.options import read_options
from resources.gpu.plan import LoadPlan
from resources.gpu.rendering import Rendering, write_rendering
from resources.gpu.room import GpuRoom
from resources.gpu.wav2lip.boxes import Box
from resources.gpu.wav2lip.faces import FaceDetector, detector_of, detectors
from resources.gpu.wav2lip.mel import Mel, mel_of, windows
from resources.gpu.wav2lip.options import Wav2LipOptions
from resources.gpu.wav2lip.paint import FACE, face_input, paint
from resources.gpu.wav2lip.spoken import spoken, track
from resources.gpu.wav2lip.weights import load_generator
from resources.media.lossless import LosslessWriter, read_frames
from resources.media.wav import read_wav
from resources.store.atomic import TEMPORARY, disk_errors, sync_file, sync_folder
from resources.store.fingerprint import digest
from resources.store.steps import current_step
from schemas.media import LipsyncRequest, TimedLine
from schemas.time import FrameRate

SYNCED = "synced.mkv"
CODE = "1"
"""Goes up whenever this package would paint otherwise."""
TOLD_EVERY = 24
"""Frames between two notes of progress."""


@dataclass(frozen=True)
class Shot:
    """All that the network needs of one shot."""

    motion: Path
    width: int
    height: int
    rate: Fraction
    frames: int
    mel: Mel
    boxes: Mapping[int, Box | None]
    """Of the frames in which somebody speaks."""


class Wav2LipSync:
    """Paints mouths that follow the sound into rendered motion. Pickles without its models, for the workers."""

    name = "wav2lip"

    def __init__(self, options: Mapping[str, Any], room: GpuRoom) -> None:
        self.options = read_options("lipsync", options, Wav2LipOptions)
        self._room: GpuRoom | None = room

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_room": None}

    def models_for(self, languages: Collection[str]) -> tuple[str, ...]:
        """The one it paints with."""
        return (self.options.model,)

    @property
    def room(self) -> GpuRoom:
        """Where the model is; a worker has none."""
        if self._room is None:
            raise RenderFault("a worker process has no models", where=self.name, hint="call prepare first")
        return self._room

    @property
    def revision(self) -> str:
        """Code, weights, and the options that change what is painted (``batch`` does not)."""
        told = self.options.model_dump(mode="json", exclude={"batch"})
        finds = [self._detector(name).revision for name in self.detectors]
        return f"{CODE}-{digest([self.room.registry.revision(self.options.model), finds, told])[:16]}"

    @property
    def detectors(self) -> list[str]:
        """Names that a request may ask for, the profile's own first."""
        return detectors(self.options)

    def prepare(
        self, request: LipsyncRequest, video: Path, lines: list[TimedLine], sound: Path, frames: int, folder: Path
    ) -> Path:
        """The folder with ``synced.mkv``; ``video`` itself where nobody speaks, or no face is found."""
        rate = FrameRate.parse(request.fps).value
        runs = spoken(lines, rate, frames)
        if not runs:
            return video
        if (folder / SYNCED).exists():
            return folder
        motion = _motion(video)
        detector = self._detector(request.detector or self.options.detector)
        pads = request.pads if request.pads is not None else self.options.pads
        boxes = track(motion, runs, detector, self.options, pads, smooth=request.smooth)
        facts = {
            "detector": detector.name,
            "pads": list(pads),
            "smooth": request.smooth,
            "spoken_frames": len(boxes),
            "painted_frames": sum(box is not None for box in boxes.values()),
        }
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        if not facts["painted_frames"]:
            write_rendering(folder, Rendering(seed=request.seed, facts=facts))
            return video
        shot = Shot(motion, request.width, request.height, rate, frames, mel_of(read_wav(sound)), boxes)
        self._sync(shot, folder, request.seed, facts)
        return folder

    def frames(
        self, request: LipsyncRequest, video: Path, lines: list[TimedLine], start: int, stop: int
    ) -> Iterator[Frame]:
        """Frames ``start`` up to ``stop`` of what :meth:`prepare` gave."""
        synced = video / SYNCED
        return read_frames(synced if synced.exists() else _motion(video), start, stop)

    def _sync(self, shot: Shot, folder: Path, seed: int, facts: Mapping[str, Any]) -> None:
        key, room = self.options.model, self.room
        temporary = folder / f"{TEMPORARY}{os.getpid()}-{SYNCED}"

        def infer(lease: Lease, plan: LoadPlan) -> LoadPlan:
            _paint_all(lease, plan, shot, temporary)
            return plan

        try:
            plan = room.plan(key, batch=self.options.batch, width=FACE, height=FACE)
            used, steps = room.work(key, load_generator, plan, infer)
            told = Rendering.of({key: room.registry.revision(key)}, used, steps, seed=seed, facts=facts)
            write_rendering(folder, told)  # before the film: where that is, this is
            with disk_errors(folder):
                sync_file(temporary)
                temporary.replace(folder / SYNCED)
                sync_folder(folder)
        finally:
            temporary.unlink(missing_ok=True)

    def _detector(self, name: str) -> FaceDetector:
        return detector_of(name, self.options, self.room.pool)


def _motion(video: Path) -> Path:
    path = video / MOTION
    if not path.exists():
        raise RenderFault(
            f"the video engine left no {MOTION}",
            where="lipsync",
            hint="`wav2lip` needs a video engine that renders pictures: `engines.video` of the profile",
        )
    return path


def _paint_all(lease: Lease, plan: LoadPlan, shot: Shot, path: Path) -> None:
    """Write the whole shot to ``path``, ``plan.batch`` faces at a time; begins anew whenever it is called."""
    step = current_step()
    with LosslessWriter(path, shot.width, shot.height, shot.rate) as out:
        waiting: list[tuple[int, Frame]] = []
        faces = 0

        def flush() -> None:
            _paint(lease, shot, waiting)
            for _, frame in waiting:
                out.write(frame)
            waiting.clear()

        for number, frame in enumerate(read_frames(shot.motion, 0, shot.frames)):
            waiting.append((number, frame))
            faces += shot.boxes.get(number) is not None
            if faces == plan.batch or len(waiting) >= 2 * plan.batch:
                flush()
                faces = 0
            if step is not None and number % TOLD_EVERY == 0:
                step.progress(number, shot.frames, message="lip-sync")
        flush()


def _paint(lease: Lease, shot: Shot, waiting: list[tuple[int, Frame]]) -> None:
    """Paint the faces of some frames, in place."""
    todo = [(number, frame, box) for number, frame in waiting if (box := shot.boxes.get(number)) is not None]
    if not todo:
        return
    heard = windows(shot.mel, np.array([number for number, _, _ in todo]), shot.rate)
    seen = np.stack([face_input(frame, box) for _, frame, box in todo])
    for (_, frame, box), face in zip(todo, _ask(lease, heard, seen), strict=True):
        paint(frame, box, face)


def _ask(lease: Lease, heard: NDArray[np.float32], seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 3, 96, 96) of the network; the same bytes each time on one machine."""
    import torch

    device = lease.plan.device
    exact = torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)
    with torch.inference_mode(), exact:
        mel = torch.from_numpy(heard[:, None]).to(device)  # (n, 1, 80, 16)
        faces = torch.from_numpy(seen).to(device)  # (n, 6, 96, 96)
        painted: NDArray[np.float32] = lease.model(mel, faces).float().cpu().numpy()
    if not np.isfinite(painted).all():
        raise RenderFault("the network painted what is no number", where=lease.model_key)
    return painted
