"""The mix: music under speech, loudness on target, subtitles that say what was said."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import RenderFault
from resources.media.loudness import TRUE_PEAK_LIMIT, encode_to_target, measure
from resources.media.mix import mix, place_sound
from resources.media.mux import chapters_text
from resources.media.probe import read_sound
from resources.media.subtitles import MAX_LINE, columns, cues, split_text, to_srt, to_vtt
from resources.media.wav import read_wav, wav_bytes
from schemas.media import TimedLine, Word
from schemas.time import SAMPLE_RATE


def tone(seconds: float, level: float, pitch: float = 330) -> np.ndarray:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (level * np.sin(2 * np.pi * pitch * t)).astype(np.float32)


def stereo(mono: np.ndarray) -> np.ndarray:
    return np.stack([mono, mono], axis=1)


@pytest.mark.parametrize("target", [-14.0, -23.0])
@pytest.mark.parametrize("level", [0.01, 0.9])
def test_loudness_lands_on_target(tmp_path: Path, target: float, level: float) -> None:
    sound = tone(6, level) * (1 + 0.7 * tone(6, 1, 0.8))
    sound[SAMPLE_RATE :: SAMPLE_RATE * 2] = 1.0  # clicks, so that peaks have to be held
    result = encode_to_target(stereo(sound), target, tmp_path / "a.m4a")
    assert abs(result.integrated - target) <= 0.5
    assert result.true_peak <= TRUE_PEAK_LIMIT
    assert abs(len(read_sound(tmp_path / "a.m4a")) - len(sound)) <= 1024


def test_silence_stays_silence(tmp_path: Path) -> None:
    assert encode_to_target(np.zeros((SAMPLE_RATE, 2), np.float32), -14, tmp_path / "a.m4a").integrated <= -60


def test_music_stands_ten_units_below_speech() -> None:
    speech = np.zeros((8 * SAMPLE_RATE, 2), np.float32)
    place_sound(speech, tone(3, 0.2), 3 * SAMPLE_RATE)
    music = stereo(tone(8, 0.1, 110))
    _, ducked, _ = mix(speech, music, np.zeros_like(music))
    during = slice(round(3.2 * SAMPLE_RATE), round(5.8 * SAMPLE_RATE))
    assert measure(speech[during]).integrated - measure(ducked[during]).integrated >= 10
    assert np.allclose(ducked[:SAMPLE_RATE], music[:SAMPLE_RATE], atol=1e-4)
    steps = np.abs(np.diff(np.abs(ducked[:, 0] / np.where(np.abs(music[:, 0]) > 1e-3, music[:, 0], np.inf))))
    assert np.isfinite(steps).all()


def test_a_wav_reads_back(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav_bytes(tone(0.1, 0.5)))
    assert np.abs(read_wav(tmp_path / "a.wav") - tone(0.1, 0.5)).max() < 1e-4
    (tmp_path / "b.wav").write_bytes(b"RIFF not really")
    with pytest.raises(RenderFault, match="not a WAV file"):
        read_wav(tmp_path / "b.wav")


def line(text: str, start: float, end: float) -> TimedLine:
    words = text.split()
    first, last = round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)
    edges = [first + (last - first) * k // max(1, len(words)) for k in range(len(words) + 1)]
    return TimedLine(
        character_id="ada",
        text=text,
        start=first,
        end=last,
        words=[Word(text=w, start=edges[k], end=edges[k + 1]) for k, w in enumerate(words)],
        marks=[],
        aligned=True,
        voice_id="joe",
        engine="tiny",
    )


@given(st.text(min_size=1, max_size=300))
def test_no_subtitle_is_too_wide_and_no_letter_is_lost(text: str) -> None:
    parts = split_text(text)
    assert "".join("".join(parts).split()) == "".join(text.split())
    for part in parts:
        rows = part.split("\n")
        assert len(rows) <= 2
        assert all(columns(row) <= MAX_LINE for row in rows)


def test_subtitles_are_ordered_apart_and_whole() -> None:
    lines = [line("A first line of words.", 0.5, 2.0), line("An answer, " * 12, 2.1, 8.0), line("End.", 8.2, 8.5)]
    made = cues(lines, 10 * SAMPLE_RATE)
    assert all(a.end < b.start for a, b in pairwise(made))
    assert all(cue.end > cue.start and cue.text for cue in made)
    assert made[0].start == lines[0].start
    srt = to_srt(made)
    assert len(re.findall(r"-->", srt)) == len(made)
    assert "00:00:00,500 --> " in srt


def test_text_never_becomes_a_tag_or_a_chapter() -> None:
    made = cues([line("<b>&amp; [CHAPTER]", 0, 1)], SAMPLE_RATE * 2)
    assert "<b>" not in to_vtt(made)
    assert (
        chapters_text("a=b;c\\d\n#e", [])
        == ";FFMETADATA1\ntitle=a\\=b\\;c\\\\d \\#e\ncomment=Made by machine with Sparkle Motion\n"
    )
