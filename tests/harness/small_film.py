"""A small good film of numpy pictures and made-up voices, as files: what faults are planted into.

Six shots of 192x108 at 24 frames a second, two characters who take turns, one line each, soft music. Pictures are
textured and move, voices have syllables, pitch and an end that dies away: no check has anything to say about it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from resources.media.loudness import measure
from resources.media.stems import flac_bytes, quantised
from resources.media.subtitles import Cue, cues, to_srt
from resources.media.wav import wav_bytes
from resources.quality.shots import ShotFiles
from resources.quality.survey import FilmFiles
from schemas.cut import CutSheet, Piece, Stem
from schemas.media import Mark, TimedLine, VoiceTrack, Word
from schemas.time import SAMPLE_RATE, FrameRate
from schemas.vocabulary import TransitionKind

WIDTH, HEIGHT, RATE = 192, 108, FrameRate(Fraction(24))
LEAD = SAMPLE_RATE * 3 // 10
SYLLABLE = SAMPLE_RATE // 6
TEXTS = (
    "Where did the lantern go tonight",
    "Somebody carried it over the hill",
    "Then we will follow every footprint",
    "The snow has covered all of them",
    "Listen and you can hear it humming",
    "That is only the wind in the reeds",
)
PITCH = {"ada": 220.0, "bob": 110.0}
LOOKS: dict[str, dict[str, object]] = {
    "ada": {"species": "human", "garment": "coat", "garment_colour": "#c03030"},
    "bob": {"species": "human", "garment": "shirt", "garment_colour": "#3050c0"},
}
BOX = (40, 30, 90, 100)
"""Where the figure stands in a keyframe."""


@dataclass
class SmallShot:
    """One shot before it is written."""

    id: str
    who: str
    pictures: NDArray[np.uint8]
    """(frames, height, width, 3)."""
    keyframe: NDArray[np.uint8]
    sound: NDArray[np.float32]
    line: TimedLine
    prompt: str
    drawn: dict[str, object]
    frames: int
    scene: str = "hill/night"
    chunks: tuple[int, ...] = ()
    stamps: list[int] | None = None
    """Time stamps of the pictures, in frames; None: one after the other."""
    damage: Callable[[Path], None] | None = None
    """What happens to the clip's file after it was written."""
    touched: bool = False
    """The clip is not that of the good film any more."""


@dataclass
class SmallFilm:
    """A film before it is written; ``order`` is what is seen, the sheet stays what was planned."""

    shots: list[SmallShot]
    order: list[int]
    music: float = 0.01
    gain: float = 1.0
    held: list[int] = field(default_factory=list)
    """Frames by which the sound of each shot comes too late."""
    shown: Callable[[list[Cue]], list[Cue]] = list
    """What becomes of the subtitles."""
    dropped: list[str] = field(default_factory=list)
    """Shots whose transition did not fit."""

    def shot(self, name: str) -> SmallShot:
        return next(shot for shot in self.shots if shot.id == name)

    def write(self, folder: Path, kept: dict[str, ShotFiles] | None = None) -> FilmFiles:
        """Write all files below ``folder``; ``kept`` are shots of the good film whose clips may serve again."""
        starts = np.concatenate([[0], np.cumsum([shot.frames for shot in self.shots])]).tolist()
        files = [self._shot(shot, folder / shot.id, (kept or {}).get(shot.id)) for shot in self.shots]
        cut = folder / "cut"
        cut.mkdir(parents=True)
        total = RATE.samples(starts[-1])
        held = self.held or [0] * len(self.shots)
        dialogue = np.zeros((total, 2), np.float32)
        lines: list[TimedLine] = []
        for shot, start, late in zip(self.shots, starts[:-1], held, strict=True):
            at = RATE.samples(start + late)
            part = shot.sound[: total - at]
            dialogue[at : at + len(part)] += part[:, None]
            lines.append(moved(shot.line, RATE.samples(start)))
        time = np.arange(total) / SAMPLE_RATE
        bed = (self.music * np.sin(2 * np.pi * 330 * time) * np.ones((2, 1))).T.astype(np.float32)
        for name, sound in (("dialogue", dialogue), ("music", bed)):
            (cut / f"{name}.flac").write_bytes(flac_bytes(quantised(np.clip(sound, -1, 1))))
        pictures = np.concatenate(
            [fitted(self.shots[k].pictures, s.frames) for k, s in zip(self.order, self.shots, strict=True)]
        )
        mix = np.clip((dialogue + bed) * self.gain, -1, 1)
        encode(cut / "final_cut.mp4", pictures, sound=mix)
        srt = to_srt(self.shown(cues(lines, total)))
        (cut / "final_cut.srt").write_text(srt, encoding="utf-8")
        sheet = CutSheet(
            fps="24",
            frames=starts[-1],
            pieces=[
                Piece(
                    name=s.id,
                    folder=s.id,
                    frames=s.frames,
                    handle=0,
                    transition=TransitionKind.CUT,
                    overlap=0,
                    start=at,
                )
                for s, at in zip(self.shots, starts[:-1], strict=True)
            ],
            lines=lines,
            line_shots=[shot.id for shot in self.shots],
            dropped_transitions=self.dropped,
            stems=[Stem(name="dialogue", file="cut/dialogue.flac"), Stem(name="music", file="cut/music.flac")],
        )
        (cut / "cut_sheet.json").write_text(sheet.model_dump_json())
        return FilmFiles(cut, folder, [shot.line.text for shot in self.shots], TARGET, files)

    def _shot(self, shot: SmallShot, folder: Path, kept: ShotFiles | None) -> ShotFiles:
        folder.mkdir(parents=True)
        Image.fromarray(shot.keyframe).save(folder / "image.png", compress_level=1)
        figure = {"character_id": shot.who, "body": BOX, "look": shot.drawn}
        (folder / "truth.json").write_text(json.dumps({"figures": [figure]}))
        track = VoiceTrack(lines=[shot.line], samples=RATE.samples(shot.frames), frames=shot.frames)
        (folder / "track.json").write_text(track.model_dump_json())
        (folder / "dialogue.wav").write_bytes(wav_bytes(shot.sound))
        kept = None if shot.touched else kept
        if kept is None:
            encode(folder / "clip.mp4", shot.pictures, stamps=shot.stamps)
        if shot.damage is not None:
            shot.damage(folder / "clip.mp4")
        looks = {shot.who: LOOKS[shot.who]}
        voices = {who: f"{who}-voice" for who in PITCH}
        clip, known = (folder, None) if kept is None else (kept.clip, kept.measures)
        return ShotFiles(
            shot.id, folder, folder, clip, shot.prompt, shot.scene, looks, voices, chunks=shot.chunks, measures=known
        )


TARGET = -22.6
"""LUFS of the good film; test_quality_faults holds it to what is measured."""


def good_film(variant: int = 0) -> SmallFilm:
    """The film without a fault; ``variant`` is another one, in other places and with other words said."""
    texts = TEXTS[variant % 6 :] + TEXTS[: variant % 6]
    shots = [small_shot(number, text, variant) for number, text in enumerate(texts)]
    return SmallFilm(shots, list(range(len(shots))))


def small_shot(number: int, text: str, variant: int = 0) -> SmallShot:
    who = ("ada", "bob")[number % 2]
    frames = 84 if number == 2 else 60
    moving = pictures(100 + number + 10 * variant, frames, who)
    sound, line = speech(text, who, number + 10 * variant, frames)
    prompt = f"{text}, picture {number}"
    return SmallShot(f"s{number + 1}", who, moving, moving[0].copy(), sound, line, prompt, dict(LOOKS[who]), frames)


@cache
def pictures(seed: int, frames: int, who: str = "ada") -> NDArray[np.uint8]:
    """A textured landscape that pans, with a figure that sways: (frames, height, width, 3)."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(70, 180, (7, 13))
    wide = np.asarray(Image.fromarray(coarse.astype(np.uint8)).resize((WIDTH * 2, HEIGHT), Image.Resampling.BICUBIC))
    ground = np.clip(wide + rng.normal(0, 6, wide.shape), 40, 215)
    colour = np.array([1.0, 1.02, 1.08])
    made = np.empty((frames, HEIGHT, WIDTH, 3), np.uint8)
    coat = [int(str(LOOKS[who]["garment_colour"])[k : k + 2], 16) for k in (1, 3, 5)]
    for number in range(frames):
        view = ground[:, number // 2 : number // 2 + WIDTH, None] * colour
        sway = round(4 * np.sin(number / 5))
        view[BOX[1] : BOX[3], BOX[0] + sway : BOX[2] + sway] = coat
        made[number] = np.clip(view, 0, 255)
    made.setflags(write=False)  # shared between films
    return made


def speech(text: str, who: str, seed: int, frames: int) -> tuple[NDArray[np.float32], TimedLine]:
    """Syllables of harmonics that rise and die away, with the mouth shapes that belong to them."""
    rng = np.random.default_rng(seed)
    heights = rng.uniform(0.5, 1.0, 9) * np.array([1, 0.9, 0.4, 1, 0.8, 0.5, 1, 0.7, 0.9])
    bump = np.sin(np.pi * np.arange(SYLLABLE) / SYLLABLE) ** 2
    shape = np.concatenate([height * bump for height in heights])
    time = np.arange(len(shape)) / SAMPLE_RATE
    voice = sum(np.sin(2 * np.pi * PITCH[who] * k * time) / k for k in (1, 2, 3, 4))
    sound = np.zeros(RATE.samples(frames), np.float32)
    sound[LEAD : LEAD + len(shape)] = 0.2 * shape * voice
    marks = []
    for number, height in enumerate(heights):
        begin = LEAD + number * SYLLABLE
        marks.append(Mark(start=begin, viseme="A"))
        marks.append(Mark(start=begin + SYLLABLE // 4, viseme="D" if height > 0.7 else "C"))
        marks.append(Mark(start=begin + SYLLABLE * 3 // 4, viseme="A"))
    words = text.split()
    edges = [LEAD + len(shape) * k // len(words) for k in range(len(words) + 1)]
    spoken = [Word(text=word, start=edges[k], end=edges[k + 1]) for k, word in enumerate(words)]
    line = TimedLine(
        character_id=who,
        text=text,
        start=LEAD,
        end=LEAD + len(shape),
        words=spoken,
        marks=marks,
        aligned=True,
        voice_id=f"{who}-voice",
        engine="small",
    )
    return sound, line


def moved(line: TimedLine, by: int) -> TimedLine:
    """The same line, ``by`` samples later."""
    words = [Word(text=w.text, start=w.start + by, end=w.end + by) for w in line.words]
    marks = [Mark(start=m.start + by, viseme=m.viseme) for m in line.marks]
    return line.model_copy(update={"start": line.start + by, "end": line.end + by, "words": words, "marks": marks})


def fitted(moving: NDArray[np.uint8], frames: int) -> NDArray[np.uint8]:
    """``moving`` with exactly ``frames`` frames, the last one held."""
    return moving[np.minimum(np.arange(frames), len(moving) - 1)]


def encode(
    path: Path,
    moving: NDArray[np.uint8],
    *,
    stamps: list[int] | None = None,
    sound: NDArray[np.float32] | None = None,
) -> None:
    """Pictures, and stereo sound where there is any, as mp4."""
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=24, options={"preset": "ultrafast", "crf": "16", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        spoken = target.add_stream("alac", rate=SAMPLE_RATE, layout="stereo") if sound is not None else None
        for number, picture in enumerate(moving):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
            )
            frame.pts, frame.time_base = (stamps[number] if stamps else number), Fraction(1, 24)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
        if spoken is None or sound is None:
            return
        for start in range(0, len(sound), 4096):
            block = np.ascontiguousarray(np.round(sound[start : start + 4096].T * 32767), np.int16)
            part = av.AudioFrame.from_ndarray(block, format="s16p", layout="stereo")
            part.sample_rate, part.pts, part.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
            target.mux(spoken.encode(part))
        target.mux(spoken.encode(None))


def loudness_of(files: FilmFiles) -> float:
    """LUFS of the film's sound."""
    return measure(files.cut / "final_cut.mp4").integrated
