"""The mix: dialogue over music, loudness on target, peaks held, whatever the film sounds like."""

from pathlib import Path

import numpy as np
import pytest

from resources.errors import RenderFault
from resources.media import loudness
from resources.media.loudness import TARGETS, TRUE_PEAK_LIMIT, encode_to_target, measure
from resources.media.mix import DUCK_DB, levelled, loudness_of, mix, place_sound
from resources.media.probe import read_sound
from resources.media.wav import read_wav, wav_bytes
from schemas.time import SAMPLE_RATE


def tone(seconds: float, level: float, pitch: float = 330) -> np.ndarray:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (level * np.sin(2 * np.pi * pitch * t)).astype(np.float32)


def stereo(mono: np.ndarray) -> np.ndarray:
    return np.stack([mono, mono], axis=1)


def speech(seconds: float, level: float, seed: int, *, pause: float = 0.3) -> np.ndarray:
    """Something like a voice: bursts of a buzz with formants, syllables four a second, pauses between phrases."""
    rng = np.random.default_rng(seed)
    samples = round(seconds * SAMPLE_RATE)
    t = np.arange(samples) / SAMPLE_RATE
    pitch = 130 * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * t))
    buzz = np.sign(np.sin(2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE)) + 0.3 * rng.normal(size=samples)
    voice = np.convolve(buzz, np.hanning(40), "same")
    syllables = 0.2 + 0.8 * np.abs(np.sin(2 * np.pi * 2 * t))
    phrases = (t % 2.5) < 2.5 * (1 - pause)
    voice *= syllables * phrases
    return (level * voice / np.abs(voice).max()).astype(np.float32)


def music(seconds: float, level: float) -> np.ndarray:
    """Chords with a beat."""
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    chord = sum(np.sin(2 * np.pi * f * t) for f in (110, 220, 277.2, 329.6, 440))
    beat = np.exp(-6 * (t % 0.5))
    return stereo((level * chord / 5 * (0.4 + beat)).astype(np.float32))


def dialogue(seconds: float, pieces: list[tuple[float, np.ndarray]]) -> np.ndarray:
    bus = np.zeros((round(seconds * SAMPLE_RATE), 2), np.float32)
    for start, sound in pieces:
        place_sound(bus, sound, round(start * SAMPLE_RATE))
    return bus


CLIPPED = np.clip(speech(5, 6.0, 9), -1, 1)
"""The user's own recording, far too loud."""
FILMS: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {
    "sparse speech": (dialogue(14, [(5, speech(1.2, 0.3, 1))]), music(14, 0.2), 0.3 * music(14, 0.05)),
    "dense speech": (dialogue(14, [(0.3, speech(13, 0.35, 2, pause=0.05))]), music(14, 0.3), 0.1 * music(14, 0.1)),
    "a whisper over a brass band": (
        dialogue(14, [(1, speech(3, 0.4, 3)), (7, speech(4, 0.02, 4))]),
        music(14, 0.8),
        0.1 * music(14, 0.1),
    ),
    "music only": (dialogue(10, []), music(10, 0.15), np.zeros((10 * SAMPLE_RATE, 2), np.float32)),
    "a loud clipped recording": (dialogue(12, [(2, levelled(CLIPPED))]), music(12, 0.3), 0.5 * music(12, 0.1)),
}


@pytest.mark.parametrize("target", ["web", "ebu"])
@pytest.mark.parametrize("film", FILMS)
def test_loudness_and_peak_hold_and_sound_is_encoded_once(
    tmp_path: Path, film: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    encodes: list[Path] = []

    def counted(source: Path, out: Path) -> None:
        encodes.append(out)
        plain(source, out)

    plain = loudness._encode
    monkeypatch.setattr(loudness, "_encode", counted)
    stems = mix(*FILMS[film])
    result = encode_to_target(np.sum(stems, axis=0, dtype=np.float32), TARGETS[target], tmp_path / "a.m4a")
    assert result == measure(tmp_path / "a.m4a")
    assert abs(result.integrated - TARGETS[target]) <= 0.5
    assert result.true_peak <= TRUE_PEAK_LIMIT
    assert len(encodes) == 1
    assert abs(len(read_sound(tmp_path / "a.m4a")) - len(stems[0])) <= 1024


@pytest.mark.parametrize("film", [name for name in FILMS if name != "music only"])
def test_dialogue_stands_ten_units_above_music(film: str) -> None:
    spoken, played, air = FILMS[film]
    said, ducked, _ = mix(spoken, played, air)
    second = SAMPLE_RATE // 2
    heard = 0
    for start in range(0, len(said) - second, second):
        span = slice(start, start + second)
        levels = np.sqrt(np.mean(np.square(said[span, 0].reshape(-1, 480)), axis=1))
        if np.mean(levels > 10 ** (-45 / 20)) > 0.8:  # somebody speaks all through this half second
            heard += 1
            assert loudness_of(said[span]) - loudness_of(ducked[span]) >= 10, start / SAMPLE_RATE
    speaking = np.abs(said[:, 0]) > 0.004
    assert loudness_of(said[speaking]) - loudness_of(ducked[speaking]) >= 10
    assert heard or film == "sparse speech"
    assert np.allclose(ducked[: SAMPLE_RATE // 100], played[: SAMPLE_RATE // 100], atol=0.2)


def test_music_is_itself_where_nobody_speaks() -> None:
    spoken, played, air = FILMS["sparse speech"]
    _, ducked, _ = mix(spoken, played, air)
    assert np.array_equal(ducked[: 4 * SAMPLE_RATE], played[: 4 * SAMPLE_RATE])
    assert np.array_equal(ducked[-4 * SAMPLE_RATE :], played[-4 * SAMPLE_RATE :])
    heard = np.abs(played[:, 0]) > 1e-3
    gain = 20 * np.log10(ducked[heard, 0] / played[heard, 0])
    assert gain.min() <= DUCK_DB + 0.01
    assert np.abs(np.diff(gain)).max() < 0.2  # it glides


def test_loudness_is_that_of_bs_1770() -> None:
    sound = music(5, 0.3)
    assert abs(loudness_of(sound) - measure(sound).integrated) < 0.6  # but for the gate
    sine = stereo(tone(5, 0.1, 1000))
    assert abs(loudness_of(sine) - measure(sine).integrated) < 0.05


@pytest.mark.parametrize("level", [0.001, 0.1, 1.0])
def test_a_recording_comes_to_the_level_of_the_voices(level: float) -> None:
    rms = np.sqrt(np.mean(np.square(levelled(level * speech(4, 1.0, 5, pause=0.0)))))
    assert -25 < 20 * np.log10(rms) < -18
    assert not levelled(np.zeros(48_000, np.float32)).any()


def test_silence_stays_silence(tmp_path: Path) -> None:
    assert encode_to_target(np.zeros((SAMPLE_RATE, 2), np.float32), -14, tmp_path / "a.m4a").integrated <= -60


def test_a_clap_in_silence_is_not_squashed(tmp_path: Path) -> None:
    clap = np.zeros((4 * SAMPLE_RATE, 2), np.float32)
    clap[SAMPLE_RATE : SAMPLE_RATE + 40] = 0.5
    result = encode_to_target(clap, -14, tmp_path / "a.m4a")
    assert result.true_peak <= TRUE_PEAK_LIMIT
    assert result.integrated < -20


def test_a_mix_whose_peaks_are_lifted_again_and_again_is_made_softer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An encoder that adds more to a peak the harder the mix is limited: less of everything is the only way out."""
    sound, real = music(3, 0.3), loudness.measure

    def lifted(source: Path | np.ndarray) -> loudness.Loudness:
        told = real(source)
        if isinstance(source, Path) and source.suffix == ".m4a" and told.integrated > -14.4:
            return loudness.Loudness(told.integrated, TRUE_PEAK_LIMIT + 0.1)
        return told

    monkeypatch.setattr(loudness, "measure", lifted)
    result = encode_to_target(sound, -14, tmp_path / "a.m4a")
    assert result.true_peak <= TRUE_PEAK_LIMIT and -16 < result.integrated <= -14.4


def test_sound_keeps_its_place_to_the_sample(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    sound = (0.01 * rng.normal(size=(3 * SAMPLE_RATE, 1))).repeat(2, axis=1).astype(np.float32)
    sound[48_000:48_200] += 0.4 * rng.normal(size=(200, 1)).astype(np.float32)
    encode_to_target(sound, -14, tmp_path / "a.m4a")
    heard = read_sound(tmp_path / "a.m4a")[47_000:50_000, 0]
    assert int(np.argmax(np.correlate(heard, sound[47_000:50_000, 0], "full"))) == 2_999


def test_equal_sound_gives_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.m4a", "b.m4a"):
        encode_to_target(music(3, 0.3), -14, tmp_path / name)
    assert (tmp_path / "a.m4a").read_bytes() == (tmp_path / "b.m4a").read_bytes()


def test_a_wav_reads_back(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav_bytes(tone(0.1, 0.5)))
    assert np.abs(read_wav(tmp_path / "a.wav") - tone(0.1, 0.5)).max() < 1e-4
    (tmp_path / "b.wav").write_bytes(b"RIFF not really")
    with pytest.raises(RenderFault, match="not a WAV file"):
        read_wav(tmp_path / "b.wav")
