"""Faults planted one at a time into the small good film, each in a known amount, with what has to be found where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from resources.media.subtitles import Cue
from schemas.time import SAMPLE_RATE
from tests.harness.small_film import BOX, LEAD, RATE, SYLLABLE, SmallFilm, SmallShot, moved, pictures


@dataclass(frozen=True)
class Fault:
    """``plant`` puts the fault into a film; then ``reason`` has to be found at ``shot``, near ``frame``.

    The frame is the shot's own, or the film's for faults of the cut; None for a fault that has no time.
    """

    name: str
    reason: str
    shot: str | None
    frame: int | None
    plant: Callable[[SmallFilm], None]


def repaint(shot: SmallShot, moving: NDArray[np.uint8]) -> None:
    """Give a shot other pictures."""
    shot.pictures, shot.touched = moving, True


def black_shot(film: SmallFilm) -> None:
    shot = film.shot("s2")
    repaint(shot, np.zeros_like(shot.pictures))


def frozen_half(film: SmallFilm) -> None:
    shot = film.shot("s3")
    moving = shot.pictures.copy()
    moving[42:] = moving[42]
    repaint(shot, moving)


def wrong_order(film: SmallFilm) -> None:
    film.order[1], film.order[3] = film.order[3], film.order[1]


def doubled_in_film(film: SmallFilm) -> None:
    film.order[3] = 1


def doubled_clip(film: SmallFilm) -> None:
    repaint(film.shot("s5"), film.shot("s1").pictures)


def swapped_voices(film: SmallFilm) -> None:
    one, other = film.shot("s1"), film.shot("s2")
    one.sound, other.sound = other.sound, one.sound


def voice_of_another(film: SmallFilm) -> None:
    shot = film.shot("s4")
    shot.line = shot.line.model_copy(update={"voice_id": "ada-voice"})


def silent_line(film: SmallFilm) -> None:
    film.shot("s2").sound = np.zeros_like(film.shot("s2").sound)


def clipped_line(film: SmallFilm) -> None:
    shot = film.shot("s3")
    shot.sound = np.clip(shot.sound * 8, -1, 1)


def cut_off_word(film: SmallFilm) -> None:
    shot = film.shot("s4")
    end = LEAD + SYLLABLE * 15 // 2  # in the middle of a syllable
    shot.sound = shot.sound.copy()
    shot.sound[end:] = 0
    words = [
        word.model_copy(update={"start": min(word.start, end), "end": min(word.end, end)}) for word in shot.line.words
    ]
    shot.line = shot.line.model_copy(update={"end": end, "words": words})


def noise_after(film: SmallFilm) -> None:
    shot, seconds = film.shot("s1"), 0.6
    stop = shot.line.end + round(seconds * SAMPLE_RATE)
    shot.sound = shot.sound.copy()
    noise = np.random.default_rng(7).normal(0, 0.03, stop - shot.line.end)
    shot.sound[shot.line.end : stop] = noise * np.minimum(1, np.arange(len(noise))[::-1] / 2400)
    shot.line = shot.line.model_copy(update={"end": stop})


def short_sound(film: SmallFilm) -> None:
    film.shot("s6").sound = film.shot("s6").sound[: -RATE.samples(4)]


def too_slow(film: SmallFilm) -> None:
    shot = film.shot("s3")
    shot.line = shot.line.model_copy(update={"text": "We go with them"})


def late_lips(film: SmallFilm) -> None:
    shot = film.shot("s4")
    later = moved(shot.line, RATE.samples(3))
    shot.line = shot.line.model_copy(update={"marks": later.marks})


def drift(film: SmallFilm) -> None:
    film.held = list(range(len(film.shots)))


def late_picture(film: SmallFilm) -> None:
    shot = film.shot("s4")  # its clip stays what it is; the film shows it two frames late
    film.shots[3] = replace(shot, pictures=np.concatenate([shot.pictures[:1]] * 2 + [shot.pictures[:-2]]))


def flash(film: SmallFilm) -> None:
    shot = film.shot("s2")
    moving = shot.pictures.copy()
    moving[20] = np.clip(moving[20].astype(np.int16) + 40, 0, 255)
    repaint(shot, moving)


def flicker(film: SmallFilm) -> None:
    shot = film.shot("s2")
    wave = np.where(np.arange(len(shot.pictures)) % 2, 6, -6)[:, None, None, None]
    repaint(shot, np.clip(shot.pictures.astype(np.int16) + wave, 0, 255).astype(np.uint8))


def hue_jump(film: SmallFilm) -> None:
    shot = film.shot("s3")
    moving = shot.pictures.copy()
    moving[40:] = tinted(moving[40:], 30)
    repaint(shot, moving)


def colour_drift(film: SmallFilm) -> None:
    shot = film.shot("s3")
    steps = np.linspace(0, 40, len(shot.pictures))
    repaint(shot, np.stack([tinted(picture, step) for picture, step in zip(shot.pictures, steps, strict=True)]))


def tinted(moving: NDArray[np.uint8], amount: float) -> NDArray[np.uint8]:
    """The same light, redder by ``amount`` levels and less blue by three times that of green."""
    shift = np.array([amount, 0.0, -amount * 0.2126 / 0.0722])
    return np.clip(moving + shift, 0, 255).astype(np.uint8)


def seam(film: SmallFilm) -> None:
    shot = film.shot("s3")
    moving = shot.pictures.copy()
    moving[40:] = np.roll(moving[40:], 6, axis=2)
    repaint(shot, moving)
    shot.chunks = (20, 40, 60)


def letterbox(film: SmallFilm) -> None:
    shot = film.shot("s4")
    moving = shot.pictures.copy()
    moving[:, :12] = moving[:, -12:] = 0
    repaint(shot, moving)


def blur(film: SmallFilm) -> None:
    shot = film.shot("s5")
    soft = [np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(6))) for picture in shot.pictures]
    repaint(shot, np.stack(soft))


def overexposed(film: SmallFilm) -> None:
    shot = film.shot("s4")
    repaint(shot, np.clip(shot.pictures.astype(np.int16) + 130, 0, 255).astype(np.uint8))


def stray_cut(film: SmallFilm) -> None:
    shot = film.shot("s3")
    moving = shot.pictures.copy()
    moving[30:] = pictures(999, 84, shot.who)[30:]
    repaint(shot, moving)


def wrong_length(film: SmallFilm) -> None:
    shot = film.shot("s2")
    repaint(shot, shot.pictures[:-7])


def uneven(film: SmallFilm) -> None:
    shot = film.shot("s2")
    shot.stamps, shot.touched = [number + (number > 30) for number in range(len(shot.pictures))], True


def unreadable(film: SmallFilm) -> None:
    def damage(path: Path) -> None:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])

    shot = film.shot("s5")
    shot.damage, shot.touched = damage, True


def duplicated_prompt(film: SmallFilm) -> None:
    film.shot("s5").prompt = film.shot("s1").prompt


def wrong_look(film: SmallFilm) -> None:
    film.shot("s4").drawn["garment"] = "cape"


def wrong_coat(film: SmallFilm) -> None:
    left, top, right, bottom = BOX
    film.shot("s5").keyframe[top:bottom, left:right] = (30, 160, 40)


def wrong_light(film: SmallFilm) -> None:
    shot = film.shot("s6")
    shot.keyframe = np.clip(shot.keyframe * np.array([1.3, 0.8, 0.4]), 0, 255).astype(np.uint8)


def missing_subtitle(film: SmallFilm) -> None:
    film.shown = lambda cues: [cue for number, cue in enumerate(cues) if number != 2]


def wrong_subtitle(film: SmallFilm) -> None:
    film.shown = lambda cues: [
        changed(cue, number == 1, text="Nobody ever carried it") for number, cue in enumerate(cues)
    ]


def hasty_subtitle(film: SmallFilm) -> None:
    film.shown = lambda cues: [
        changed(cue, number == 3, end=cue.start + SAMPLE_RATE // 4) for number, cue in enumerate(cues)
    ]


def changed(cue: Cue, yes: bool, **what: object) -> Cue:
    return replace(cue, **what) if yes else cue  # type: ignore[arg-type]


def loud_music(film: SmallFilm) -> None:
    film.music = 0.08


def too_quiet(film: SmallFilm) -> None:
    film.gain = 0.4


def peaks(film: SmallFilm) -> None:
    film.gain = 8.0


def subtitle_of_nobody(film: SmallFilm) -> None:
    start = RATE.samples(AFTERWARDS)
    film.shown = lambda cues: [*cues, replace(cues[-1], text="The end", start=start, end=start + SAMPLE_RATE // 6)]


def dropped_transition(film: SmallFilm) -> None:
    film.dropped = ["s3"]


START = {f"s{number + 1}": start for number, start in enumerate((0, 60, 120, 204, 264, 324))}
"""First frames of the shots in the film."""
AFTERWARDS = START["s6"] + 55
"""A frame of the film after which nobody speaks."""
SPEAKS = round(0.3 * 24)
"""The frame of a shot where its line begins."""

FAULTS = [
    Fault("black shot", "black_picture", "s2", 0, black_shot),
    Fault("frozen half", "frozen_picture", "s3", 42, frozen_half),
    Fault("wrong order", "wrong_order", "s2", START["s2"], wrong_order),
    Fault("doubled shot in the film", "doubled_shot", "s4", START["s4"], doubled_in_film),
    Fault("doubled shot", "duplicate_shot", "s5", None, doubled_clip),
    Fault("swapped voices", "swapped_voice", "s1", SPEAKS, swapped_voices),
    Fault("the voice of another", "wrong_voice", "s4", SPEAKS, voice_of_another),
    Fault("silent line", "silent_line", "s2", SPEAKS, silent_line),
    Fault("clipped line", "clipped_line", "s3", SPEAKS, clipped_line),
    Fault("cut-off last word", "cut_off_word", "s4", 37, cut_off_word),
    Fault("noise after the last word", "noise_tail", "s1", 43, noise_after),
    Fault("sound too short", "sound_length", "s6", None, short_sound),
    Fault("speech too slow", "speech_rate", "s3", SPEAKS, too_slow),
    Fault("lips three frames late", "lip_offset", "s4", SPEAKS, late_lips),
    Fault("a frame of drift a cut", "av_drift", "s2", START["s2"], drift),
    Fault("picture late in the film", "picture_offset", "s4", START["s4"], late_picture),
    Fault("flash", "flash", "s2", 20, flash),
    Fault("flicker", "flicker", "s2", None, flicker),
    Fault("hue jump", "hue_jump", "s3", 40, hue_jump),
    Fault("colour drift", "colour_drift", "s3", None, colour_drift),
    Fault("chunk seam", "chunk_seam", "s3", 40, seam),
    Fault("letterbox", "letterbox", "s4", None, letterbox),
    Fault("blur", "blurred_picture", "s5", None, blur),
    Fault("overexposed", "clipped_exposure", "s4", None, overexposed),
    Fault("stray cut", "cut_inside_shot", "s3", 30, stray_cut),
    Fault("wrong length", "wrong_frame_count", "s2", None, wrong_length),
    Fault("uneven time stamps", "uneven_time_stamps", "s2", None, uneven),
    Fault("unreadable clip", "unreadable_clip", "s5", None, unreadable),
    Fault("duplicated prompt", "duplicate_prompt", "s5", None, duplicated_prompt),
    Fault("wrong character look", "wrong_character", "s4", None, wrong_look),
    Fault("character in other colours", "character_colour", "s5", None, wrong_coat),
    Fault("scene in other colours", "scene_colour", "s6", None, wrong_light),
    Fault("missing subtitle", "missing_subtitle", "s3", START["s3"] + SPEAKS, missing_subtitle),
    Fault("wrong subtitle", "wrong_subtitle", "s2", START["s2"] + SPEAKS, wrong_subtitle),
    Fault("subtitle too fast", "fast_subtitles", "s4", START["s4"] + SPEAKS, hasty_subtitle),
    Fault("loud music", "loud_music", "s1", SPEAKS, loud_music),
    Fault("film too quiet", "loudness_off", None, None, too_quiet),
    Fault("peaks", "true_peak", None, None, peaks),
    Fault("a subtitle of nobody", "subtitle_mismatch", None, AFTERWARDS, subtitle_of_nobody),
    Fault("dropped transition", "transition_dropped", "s3", None, dropped_transition),
]
