"""Stems: whole numbers that add up to the mix, kept by what decides them, without a click at any cut."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.cutout.sound.engine import EmbeddedMusic
from resources.errors import RenderFault
from resources.media.mix import EDGE, place_sound
from resources.media.stems import FULL, Pcm, flac_bytes, heard, quantised, read_flac, read_wav24, summed, write_wav24
from resources.media.wav import wav_bytes
from resources.pipeline.stages.sound import FilmSound, SoundRoom, Voice
from schemas.cut import Piece
from schemas.media import CutRequest, CutShot
from schemas.time import SAMPLE_RATE, FrameRate
from schemas.vocabulary import Codec, Mood, Place, TimeOfDay, TransitionKind, Weather
from tests.harness.engines import TinyMusic

RATE = FrameRate.parse("30000/1001")


def noise(samples: int, seed: int = 1) -> Pcm:
    made = np.random.default_rng(seed).integers(-FULL, FULL, (samples, 2), dtype=np.int32)
    made[:1], made[-1:] = -FULL, FULL - 1
    return made


@settings(max_examples=10, deadline=None)
@given(samples=st.sampled_from([1, 2, 4607, 65_536, 70_001]), seed=st.integers(0, 99))
def test_flac_and_wav_keep_every_bit(tmp_path_factory: pytest.TempPathFactory, samples: int, seed: int) -> None:
    folder = tmp_path_factory.mktemp("stems")
    pcm = noise(samples, seed)
    (folder / "a.flac").write_bytes(flac_bytes(pcm))
    assert np.array_equal(read_flac(folder / "a.flac"), pcm)
    assert flac_bytes(pcm) == (folder / "a.flac").read_bytes()
    write_wav24(pcm, folder / "a.wav")
    assert np.array_equal(read_wav24(folder / "a.wav"), pcm)
    assert np.array_equal(quantised(heard(pcm)), pcm)


def test_a_sum_is_exact_and_a_peak_is_clipped() -> None:
    stems = [noise(1000, seed) // 3 for seed in range(3)]
    exact = np.sum(np.array(stems, np.int64), axis=0)
    assert np.array_equal(summed(stems, 1000).astype(np.float64) * FULL, exact)
    assert quantised(np.array([[2.0, -2.0]], np.float32)).tolist() == [[FULL - 1, -FULL]]


def test_what_is_no_stem_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"no sound")
    with pytest.raises(RenderFault, match="is not a stem"):
        read_flac(tmp_path / "a")
    with pytest.raises(RenderFault, match="is not a WAV file"):
        read_wav24(tmp_path / "a")
    (tmp_path / "b").write_bytes(wav_bytes(np.zeros(10, np.float32)))
    with pytest.raises(RenderFault, match="24-bit"):
        read_wav24(tmp_path / "b")


def film(lengths: list[int], overlap: int = 12) -> tuple[CutRequest, list[Piece]]:
    """A film of shots in different places, each dissolving into the next."""
    places = [(Place.SEA, Weather.STORM), (Place.CITY, Weather.RAIN), (Place.FOREST, Weather.CLEAR)]
    shots = [
        CutShot(
            shot_id=f"shot-{number}",
            slot=f"{number + 1:02d}",
            transition_kind="dissolve",
            transition_frames=overlap,
            place=places[number % 3][0],
            time_of_day=TimeOfDay.NIGHT,
            weather=places[number % 3][1],
            speakers={},
        )
        for number in range(len(lengths))
    ]
    request = CutRequest(
        title="Hello",
        logline="",
        credits=[],
        width=256,
        height=144,
        fps="30000/1001",
        title_frames=0,
        end_frames=0,
        music_mood=Mood.WARM,
        music_tempo=84,
        music_seed=1,
        loudness="web",
        burn_subtitles=False,
        codec=Codec.H264,
        language="en",
        shots=shots,
    )
    made: list[Piece] = []
    for shot, frames in zip(shots, lengths, strict=True):
        shared = overlap if made else 0
        made.append(
            Piece(
                name=shot.shot_id,
                folder="x",
                frames=frames,
                handle=12,
                transition=TransitionKind.DISSOLVE,
                overlap=shared,
                start=made[-1].stop - shared if made else 0,
            )
        )
    return request, made


def voices(folder: Path, made: list[Piece], *, loud: float = 0.4) -> list[Voice]:
    """A tone in the whole of every shot: as bad as a recording can be cut."""
    found = []
    for number, piece in enumerate(made):
        where = folder / f"voice-{number}"
        where.mkdir()
        times = np.arange(RATE.samples(piece.frames)) / SAMPLE_RATE
        tone = loud * np.cos(2 * np.pi * (200 + 30 * number) * times)
        (where / "dialogue.wav").write_bytes(wav_bytes(tone.astype(np.float32)))
        found.append(Voice(where, f"{number}" * 64))
    return found


def decoded(sound: FilmSound) -> dict[str, Pcm]:
    return {name: read_flac(path) for name, path in sound.stems.items()}


def test_the_stems_add_up_to_the_mix(tmp_path: Path) -> None:
    request, made = film([60, 45, 75])
    sound = SoundRoom(tmp_path / "cut", EmbeddedMusic()).film_sound(request, made, voices(tmp_path, made))
    stems = decoded(sound)
    total = RATE.samples(made[-1].stop)
    assert {name: len(pcm) for name, pcm in stems.items()} == dict.fromkeys(("dialogue", "music", "ambience"), total)
    assert np.array_equal(sound.mix.astype(np.float64) * FULL, sum(pcm.astype(np.int64) for pcm in stems.values()))


class Counting(TinyMusic):
    """Music that knows how often it was asked for."""

    asked: ClassVar[list[str]] = []

    def music(self, request: CutRequest, samples: int) -> np.ndarray:
        self.asked.append("music")
        return super().music(request, samples)


def test_stems_are_made_once_and_again_for_what_changed(tmp_path: Path) -> None:
    request, made = film([40, 40])
    spoken = voices(tmp_path, made)
    engine = Counting()
    engine.asked.clear()
    room = SoundRoom(tmp_path / "cut", engine)
    first = room.film_sound(request, made, spoken)
    assert set(first.stems) == {"dialogue", "music"}  # an ambience of silence is left out
    titled = request.model_copy(update={"title": "Farewell", "burn_subtitles": True, "credits": ["x"]})
    again = SoundRoom(tmp_path / "cut", engine).film_sound(titled, made, spoken)
    assert again.stems == first.stems
    assert np.array_equal(again.mix, first.mix)
    assert engine.asked == ["music"]
    # a stem that was damaged from outside is made again, the same
    path = first.stems["music"]
    whole = path.read_bytes()
    path.write_bytes(whole[:200])
    SoundRoom(tmp_path / "cut", engine).film_sound(request, made, spoken)
    assert path.read_bytes() == whole
    changed = [Voice(spoken[0].folder, "f" * 64), spoken[1]]
    last = SoundRoom(tmp_path / "cut", engine)
    assert last.film_sound(request, made, changed).stems["dialogue"] != first.stems["dialogue"]
    last.forget_unused()
    assert not path.exists()
    assert len(list((tmp_path / "cut" / "stems").iterdir())) == 3
    assert engine.asked == ["music"] * 3


class Short(TinyMusic):
    """Music that ends too soon."""

    def music(self, request: CutRequest, samples: int) -> np.ndarray:
        return super().music(request, samples - 1)


def test_music_of_another_length_is_refused(tmp_path: Path) -> None:
    request, made = film([40, 40])
    with pytest.raises(RenderFault, match="samples, not"):
        SoundRoom(tmp_path / "cut", Short()).film_sound(request, made, voices(tmp_path, made))


def bend(sound: Pcm) -> np.ndarray:
    """How sharply the sound bends at each sample: what is heard as a click stands out of its surroundings."""
    return np.abs(np.diff(sound.astype(np.float64), 2, axis=0)).max(axis=1)


@pytest.mark.parametrize("overlap", [0, 1, 12])
def test_no_cut_clicks(tmp_path: Path, overlap: int) -> None:
    request, made = film([90, 70, 80], overlap)
    sound = SoundRoom(tmp_path / "cut", EmbeddedMusic()).film_sound(request, made, voices(tmp_path, made))
    edges = [RATE.samples(edge) for piece in made[1:] for edge in (piece.start, piece.start + piece.overlap)]
    for name, pcm in decoded(sound).items():
        sharp = bend(pcm)
        for edge in edges:
            near = sharp[edge - 3 : edge + 3].max()
            around = max(sharp[edge - 4000 : edge - 3].max(), sharp[edge + 3 : edge + 4000].max())
            assert near <= 1.5 * around, f"{name} clicks at {edge}"


def test_a_recording_that_starts_in_the_middle_of_a_word_is_eased_in() -> None:
    bus = np.zeros((4000, 2), np.float32)
    place_sound(bus, np.ones(2000, np.float32), 1000)
    assert np.abs(np.diff(bus[:, 0])).max() < 0.01
    assert bus[1000 + EDGE, 0] == pytest.approx(0.7071)
    assert bus[2500, 0] == pytest.approx(0.7071)
    place_sound(bus, np.ones(1, np.float32), 3999)  # too short to ease
    place_sound(bus, np.zeros(0, np.float32), 10)
