"""The animatic: storyboard frames and the film's own voices, as long as the film will be, before anything moves.

It needs keyframes and voices alone; both are the film's own artifacts, so whatever the animatic made, the film takes.
Cards are a plain field with their title; transitions are cuts at the middle of their overlap, named on the slate.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path

import ffmpeg
import numpy as np
from PIL import Image, ImageOps

from resources.media.burn import STYLE, Look, Shown, shown
from resources.media.encode import Picture, compiled
from resources.media.frames import grab_frames
from resources.media.handover.edit import one_line, spans
from resources.media.mix import Stereo, place_sound
from resources.media.mux import Chapter, chapters_text, mux
from resources.media.pictures import open_picture
from resources.media.process import run
from resources.media.stills import film_of_stills, planes
from resources.media.subtitles import Cue, cues
from resources.media.wav import read_wav, wav_bytes
from resources.media.workers import frame_ranges
from resources.media.wrap import measure_for
from resources.pipeline.production import Production
from resources.pipeline.stages.cut import cut_picture
from resources.pipeline.stages.layout import Run, lay_out
from resources.pipeline.stages.voices import read_track, shifted
from resources.store.atomic import TEMPORARY, disk_errors, sync_file, write_json
from resources.store.fingerprint import digest
from schemas.cut import Piece
from schemas.plan import Shot

CODE_VERSION = "1"
NAME = "animatic.mp4"
RECORD = "animatic.json"
PEAK = 0.7
"""Loudest sample of the voices, full scale is 1: an animatic is heard beside other films, not broadcast."""
LONGEST_NAME = 32
"""Letters of a shot's id on the slate."""
SHORT_SIDE = 480
"""Pixels of the shorter side at most: enough to judge a shot by, and any film's animatic takes the same time."""
FIELD = (40, 36, 32)
"""Colour of a card that is not drawn yet (RGB)."""


@dataclass(frozen=True)
class Animatic:
    """What was made, or found as it was."""

    path: Path
    frames: int
    reused: bool


def make_animatic(production: Production, step: Callable[[str], None]) -> Animatic:
    """Make keyframes and voices where they are missing, then ``cut/animatic.mp4``; ``step`` hears of each step."""
    script = production.script
    slots = [script.slot(shot) for shot in script.plan.shots]
    production.prefetch_voices(slots)
    for number, (shot, slot) in enumerate(zip(script.plan.shots, slots, strict=True), 1):
        step(f"shot {number}/{len(slots)} {shot.id}: picture, voice")
        production.image(slot)
        production.voice(slot)
    step("animatic")
    sketch = _Sketch(production)
    folder = production.film.path / "cut"
    target, record = folder / NAME, folder / RECORD
    if target.exists() and _made_of(record) == sketch.key:
        return Animatic(target, sketch.frames, True)
    temporary = folder / f"{TEMPORARY}animatic"  # the film lock says nobody works here but us
    with disk_errors(folder):
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        try:
            sketch.make(temporary)
            sync_file(temporary / NAME)
            record.unlink(missing_ok=True)
            (temporary / NAME).replace(target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    write_json(record, {"made_of": sketch.key, "frames": sketch.frames})
    return Animatic(target, sketch.frames, False)


class _Sketch:
    """One animatic: where its shots lie, and what decides it."""

    def __init__(self, production: Production) -> None:
        self.production = production
        self.script = production.script
        self.request = self.script.cut_request()
        self.rate = self.script.plan.rate
        self.picture = _small(cut_picture(self.script))
        self.slots = [self.script.slot(shot) for shot in self.script.plan.shots]
        store = production.store
        self.voices = [store.path(production.ref("voice_tracks", slot)) for slot in self.slots]
        self.tracks = [read_track(folder) for folder in self.voices]
        handle = self.script.profile.encode.handle_frames

        def run_of(frames: int) -> Run:
            return Run("", frames, handle if len(frame_ranges(frames, handle)) > 1 else 0)

        title, end = self.request.title_frames, self.request.end_frames
        self.pieces, _ = lay_out(
            self.request,
            [run_of(track.frames) for track in self.tracks],
            run_of(title) if title else None,
            run_of(end) if end else None,
        )
        self.spans = spans(self.pieces)
        self.frames = self.pieces[-1].stop
        self.cues = self._cues()
        self.words = [*shown(self.cues, self.rate.value, self.frames), *self._slates()]

    @property
    def key(self) -> str:
        """Hash over everything that decides the animatic."""
        refs = [
            (self.production.ref("shot_images", slot), self.production.ref("voice_tracks", slot)) for slot in self.slots
        ]
        return digest(
            [
                [CODE_VERSION, STYLE],
                [[image.sha256, voice.sha256] for image, voice in refs],
                [shot.media.model_dump() if shot.media else None for shot in self.script.plan.shots],
                [piece.model_dump(mode="json") for piece in self.pieces],
                [asdict(word) for word in self.words],
                [self.request.title, self.request.language, str(self.picture)],
            ]
        )

    def make(self, folder: Path) -> None:
        """Write the animatic into ``folder``."""
        stills = [
            (self._still(piece, folder), span.length) for piece, span in zip(self.pieces, self.spans, strict=True)
        ]
        film_of_stills(stills, self.words, self.picture, folder, "picture.mp4")
        self._sound(folder / "sound.m4a")
        (folder / "chapters.txt").write_text(chapters_text(self.request.title, self._chapters()), encoding="utf-8")
        mux(folder, "picture.mp4", "sound.m4a", None, "chapters.txt", NAME, self.request.language)

    def _shot(self, piece: Piece) -> tuple[int, Shot]:
        """The number, from 0, and the shot of a piece that is no card."""
        shots = self.script.plan.shots
        number = next(number for number, shot in enumerate(shots) if shot.id == piece.name)
        return number, shots[number]

    def _still(self, piece: Piece, folder: Path) -> bytes:
        if piece.card:
            return planes(Image.new("RGB", (self.picture.width, self.picture.height), FIELD), self.picture)
        number, shot = self._shot(piece)
        if shot.media is not None and shot.media.clip is not None:  # what will be seen is the user's own clip
            found = grab_frames(self.script.plan_folder / shot.media.clip, [0], folder)
            path = found[0]
        else:
            path = self.production.store.path(self.production.ref("shot_images", self.slots[number])) / "image.png"
        with open_picture(path) as still:
            return planes(_filling(still, self.picture), self.picture)

    def _slates(self) -> list[Shown]:
        """What stands above the picture: number, name, framing, camera, length, and how the shot begins."""
        found = []
        for piece, span in zip(self.pieces, self.spans, strict=True):
            start, stop = span.start, span.start + span.length
            parts = [f"{self.rate.seconds(piece.frames):.1f} s"]
            if piece.overlap:
                parts.append(f"{piece.transition.value.replace('_', ' ')} {piece.overlap} frames")
            if piece.card:
                parts.insert(0, f"{piece.name} card")
                if piece.name == "title":
                    found.append(Shown(start, stop, one_line(self.request.title), Look.CARD))
            else:
                number, shot = self._shot(piece)
                framing = f"{shot.size} · {str(shot.camera).replace('_', ' ')}"
                name = piece.name if len(piece.name) <= LONGEST_NAME else piece.name[: LONGEST_NAME - 1] + "…"
                parts[:0] = [f"{number + 1}/{len(self.slots)}", name, framing]
            found.append(Shown(start, stop, " · ".join(parts), Look.SLATE))
        return found

    def _cues(self) -> list[Cue]:
        starts = [self.rate.samples(piece.start) for piece in self.pieces if not piece.card]
        lines = [shifted(line, start) for track, start in zip(self.tracks, starts, strict=True) for line in track.lines]
        return cues(lines, self.rate.samples(self.frames), measure_for(self.picture.width, self.picture.height))

    def _sound(self, out: Path) -> None:
        bus: Stereo = np.zeros((self.rate.samples(self.frames), 2), np.float32)
        shots = [piece for piece in self.pieces if not piece.card]
        for piece, folder in zip(shots, self.voices, strict=True):
            place_sound(bus, read_wav(folder / "dialogue.wav"), self.rate.samples(piece.start))
        peak = float(np.abs(bus).max(initial=0.0))
        if peak > 0:
            bus *= np.float32(PEAK / peak)
        output = ffmpeg.input("pipe:", format="wav").audio.output(
            str(out),
            format="mp4",
            acodec="aac",
            audio_bitrate=96_000,
            fflags="+bitexact",
            threads=1,
            **{"flags:a": "+bitexact"},
        )
        run(compiled(output), timeout=300, stdin=wav_bytes(bus))

    def _chapters(self) -> list[Chapter]:
        edges = [round(self.rate.seconds(span.start) * 1000) for span in self.spans]
        edges.append(round(self.rate.seconds(self.frames) * 1000))
        return [Chapter(a, b, piece.name) for (a, b), piece in zip(pairwise(edges), self.pieces, strict=True)]


def _small(picture: Picture) -> Picture:
    """The same shape, at most SHORT_SIDE pixels on the shorter side."""
    part = min(1.0, SHORT_SIDE / min(picture.width, picture.height))
    return replace(picture, width=2 * round(picture.width * part / 2), height=2 * round(picture.height * part / 2))


def _filling(still: Image.Image, picture: Picture) -> Image.Image:
    """A still of any shape, cropped to the picture's."""
    return ImageOps.fit(still.convert("RGB"), (picture.width, picture.height), Image.Resampling.BICUBIC)


def _made_of(record: Path) -> str | None:
    try:
        value = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value.get("made_of") if isinstance(value, dict) else None
