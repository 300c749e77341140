"""The sound of a film as stems: dialogue, music and ambience, each a file named by everything that decides it.

A cut whose stems are all there plays and mixes nothing. Music is kept as it stands in the film, ducked under speech,
so a changed line plays it again; that costs a hundredth of the film's length (docs/LOG.md), and keeping it unducked
beside the stems would cost as much room as they take.

The stem of effects is what clips of the user's own sound like; no engine makes spot effects, and what a place sounds
like (rain, surf, a crowd) is the ambience. A stem that would be silence is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np

from resources.engines import MusicEngine
from resources.errors import RenderFault
from resources.media.mix import EDGE, Stereo, mix, place_sound
from resources.media.stems import Pcm, flac_bytes, quantised, read_flac, summed
from resources.media.wav import read_wav
from resources.pipeline.render import OWN_SOUND
from resources.store.atomic import write_bytes
from resources.store.fingerprint import digest
from schemas.cut import Piece, Stem, StemName
from schemas.media import CutRequest
from schemas.time import FrameRate
from schemas.vocabulary import Codec

CODE_VERSION = "1"
FOLDER = "stems"


@dataclass(frozen=True)
class Voice:
    """The dialogue of one shot: the folder of its artifact, and the hash of what is in it."""

    folder: Path
    sha256: str


@dataclass(frozen=True)
class FilmSound:
    """The stems that hold any sound, and their exact sum (samples, 2), before it is brought to its loudness."""

    stems: dict[StemName, Path]
    mix: Stereo

    def listed(self, home: Path) -> list[Stem]:
        """The stems as the cut sheet has them."""
        return [Stem(name=name, file=str(path.relative_to(home))) for name, path in self.stems.items()]


class SoundRoom:
    """Makes the stems of a film, and finds those that are there."""

    def __init__(self, cut: Path, music: MusicEngine) -> None:
        """``cut`` is the film's ``cut`` folder."""
        self.folder = cut / FOLDER
        self.engine = music
        self.used: set[str] = set()

    def film_sound(
        self,
        request: CutRequest,
        pieces: Sequence[Piece],
        voices: Sequence[Voice],
        effects: Sequence[Voice | None] = (),
    ) -> FilmSound:
        """Stems and mix; ``voices`` are in the order of ``request.shots``, as the shots among ``pieces`` are.

        So are ``effects``: the clips of the user's own that sound, None for every other shot.
        """
        rate = FrameRate.parse(request.fps)
        total = rate.samples(pieces[-1].stop)
        shots = [piece for piece in pieces if not piece.card]
        spans = [(rate.samples(piece.start), rate.samples(piece.stop)) for piece in shots]
        starts = [start for start, _ in spans]
        places = [
            (start, stop, str(shot.place), str(shot.time_of_day), str(shot.weather))
            for (start, stop), shot in zip(spans, request.shots, strict=True)
        ]
        music_request = _of_music(request)
        played = [self.engine.name, self.engine.revision, music_request.model_dump(mode="json")]
        spoken = [CODE_VERSION, total, [[voice.sha256, start] for voice, start in zip(voices, starts, strict=True)]]
        fades = {
            piece.name: (rate.samples(piece.overlap), rate.samples(after.overlap if after else 0))
            for piece, after in zip_longest(pieces, pieces[1:])
            if not piece.card
        }
        heard = [
            (clip, start, *fades[piece.name])
            for clip, start, piece in zip(effects, starts, shots, strict=bool(effects))
            if clip is not None
        ]
        own = [CODE_VERSION, total, [[clip.sha256, *times] for clip, *times in heard]] if heard else []
        stems: dict[StemName, Path] = {
            "dialogue": self._path("dialogue", spoken),
            "music": self._path("music", [played, spoken, *own]),
            "ambience": self._path("ambience", [played, places, spoken, *own]),
        }
        if heard:
            stems["effects"] = self._path("effects", own)

        def make() -> dict[StemName, Pcm]:
            dialogue = _dialogue(voices, starts, total)
            music = self._played(self.engine.music(music_request, total), total)
            ambience = self._played(self.engine.ambience(music_request, places, total), total)
            clips = _clips(heard, total) if heard else None
            made = mix(dialogue, music, ambience, clips)
            return dict(zip(stems, map(quantised, made if clips is None else (*made, clips)), strict=True))

        sound = self._stems(stems, total, make)
        audible = {name: stems[name] for name, pcm in sound.items() if pcm.any()}
        return FilmSound(audible, summed(sound.values(), total))

    def forget_unused(self) -> None:
        """Remove what the last film sound was not made of."""
        for path in self.folder.iterdir() if self.folder.is_dir() else []:
            if path.name not in self.used:
                path.unlink(missing_ok=True)

    def _stems(
        self, paths: dict[StemName, Path], total: int, make: Callable[[], dict[StemName, Pcm]]
    ) -> dict[StemName, Pcm]:
        """All stems, from their files where every one is whole."""
        found = {name: read_stem(path, total) for name, path in paths.items()}
        whole = {name: pcm for name, pcm in found.items() if pcm is not None}
        if len(whole) == len(paths):
            return whole
        made = make()
        for name, path in paths.items():
            self._write(path, made[name])
        return made

    def _played(self, sound: Stereo, total: int) -> Stereo:
        """What the engine played, if it is as long as the film."""
        if sound.shape != (total, 2):
            raise RenderFault(f"the engine {self.engine.name!r} gave {len(sound)} samples, not {total}")
        return sound

    def _path(self, name: str, parts: list[object]) -> Path:
        """A file named by what it is and by everything that decides it."""
        path = self.folder / f"{name}-{digest(parts)[:24]}.flac"
        self.used.add(path.name)
        return path

    @staticmethod
    def _write(path: Path, pcm: Pcm) -> None:
        write_bytes(path, flac_bytes(pcm))


def _dialogue(voices: Sequence[Voice], starts: Sequence[int], total: int) -> Stereo:
    """The voices of all shots where they stand in the film."""
    bus = np.zeros((total, 2), np.float32)
    for voice, start in zip(voices, starts, strict=True):
        place_sound(bus, read_wav(voice.folder / "dialogue.wav"), start)
    return bus


def _clips(heard: Sequence[tuple[Voice, int, int, int]], total: int) -> Stereo:
    """The sound of the user's own clips where they stand in the film, each fading as long as its transitions last."""
    bus = np.zeros((total, 2), np.float32)
    for clip, start, fade_in, fade_out in heard:
        sound = read_wav(clip.folder / OWN_SOUND)
        place_sound(bus, sound, start, fade_in=max(EDGE, fade_in), fade_out=max(EDGE, fade_out))
    return bus


def read_stem(path: Path, samples: int) -> Pcm | None:
    """A stem that is there and whole, else None."""
    if not path.exists():
        return None
    try:
        pcm = read_flac(path)
    except RenderFault:
        return None  # damaged from outside; it is made again
    return pcm if len(pcm) == samples else None


def _of_music(request: CutRequest) -> CutRequest:
    """The request without what cannot be heard, so that it can neither change the music nor make it stale."""
    shots = [shot.model_copy(update={"slot": "00", "speakers": {}}) for shot in request.shots]
    silent = {"title": "", "logline": "", "credits": [], "language": "", "width": 0, "height": 0}
    return request.model_copy(
        update={**silent, "loudness": "web", "burn_subtitles": False, "codec": Codec.H264, "shots": shots}
    )
