"""The paper band: music that fits its film to the sample, and places that can be told apart by ear."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
import time
from itertools import pairwise

import numpy as np
import pytest

from resources.cutout.sound.ambience import Span
from resources.cutout.sound.band import PEAK
from resources.cutout.sound.calls import CALLS, call
from resources.cutout.sound.chance import generator
from resources.cutout.sound.engine import EmbeddedMusic
from resources.cutout.sound.form import lay_out_bars
from resources.cutout.sound.instruments import INSTRUMENTS, tone
from resources.cutout.sound.music import compose
from resources.cutout.sound.scenery import CALLS_AT, EVERY_S, PLACES, WEATHER, WEATHER_INDOORS, heard
from resources.cutout.sound.sources import SHAPES, TEXTURES, bed
from resources.cutout.sound.styles import STYLES
from resources.engines import MusicEngine
from schemas.media import CutRequest
from schemas.time import SAMPLE_RATE
from schemas.vocabulary import Codec, Mood, Place, TimeOfDay, Weather

BAND = EmbeddedMusic()


def request(mood: str = "warm", tempo: int = 84, seed: int = 7) -> CutRequest:
    return CutRequest(
        title="The lamp",
        logline="",
        credits=[],
        width=640,
        height=360,
        fps="24",
        title_frames=60,
        end_frames=72,
        music_mood=Mood(mood),
        music_tempo=tempo,
        music_seed=seed,
        loudness="web",
        burn_subtitles=False,
        codec=Codec.H264,
        language="en",
        shots=[],
    )


def rms_db(sound: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(sound))) + 1e-9))


def centroid(sound: np.ndarray) -> float:
    """Centre of the power spectrum in Hz."""
    power = np.abs(np.fft.rfft(sound.mean(axis=1))) ** 2
    return float(np.sum(power * np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)) / np.sum(power))


def digest(sound: np.ndarray) -> str:
    return hashlib.sha256(sound.tobytes()).hexdigest()


def test_it_is_a_music_engine_that_pickles() -> None:
    assert isinstance(BAND, MusicEngine)
    assert BAND.name == "paper-band"
    assert pickle.loads(pickle.dumps(BAND)) == BAND  # noqa: S301


@pytest.mark.parametrize("mood", list(Mood))
def test_music_is_clean_warm_and_ends_with_the_film(mood: Mood) -> None:
    samples = 16 * SAMPLE_RATE + 17
    music = BAND.music(request(mood), samples)
    assert music.shape == (samples, 2)
    assert music.dtype == np.float32
    assert 0.1 < np.max(np.abs(music)) <= PEAK + 1e-6
    assert np.max(np.abs(music.mean(axis=0))) < 1e-3  # no DC
    assert np.max(np.abs(np.diff(music, axis=0))) < 0.2  # no clicks
    assert 120 < centroid(music) < 2000
    assert np.max(np.abs(music[-24:])) < 1e-3
    assert rms_db(music[-2 * SAMPLE_RATE : -SAMPLE_RATE]) > -36  # the last chord rings on the end card
    blocks = [rms_db(music[at : at + SAMPLE_RATE // 4]) for at in range(0, samples - SAMPLE_RATE, SAMPLE_RATE // 4)]
    quiet = int(np.argmin(blocks[4:])) + 4
    assert blocks[quiet] < -60  # one real silence
    assert 0.5 < quiet / (samples / SAMPLE_RATE * 4) < 0.68


def test_the_form_puts_the_turn_and_the_landing_on_a_beat() -> None:
    for seconds in (12.0, 17.3, 30.0, 41.7, 90.0):
        for tempo in (50, 84, 130):
            form = lay_out_bars(seconds, 2.5, 3.0, tempo, 4)
            roles = [bar.role for bar in form.bars]
            turn = form.bars[roles.index("silence")].stop / seconds
            assert roles.count("silence") == 1
            assert 0.56 <= turn <= 0.69
            assert 1.2 <= seconds - form.landing <= 2.4
            assert form.bars[-1].stop == pytest.approx(form.landing)
            for one, other in pairwise(form.bars):
                assert one.stop == pytest.approx(other.start)


@pytest.mark.parametrize("mood", list(Mood))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_melody_agrees_with_its_chords_and_sings(mood: Mood, seed: int) -> None:
    score = compose(request(mood, 90, seed), 40 * SAMPLE_RATE)
    lead = sorted((note for note in score.notes if note.instrument == score.lead and note.pan == 0.14),
                  key=lambda note: note.start)  # fmt: skip
    assert len(lead) >= 10
    assert max(abs(one.midi - other.midi) for one, other in pairwise(lead)) <= 16
    for bar, chord in score.chords:
        triad = score.key.triad(chord)
        for note in lead:
            at = note.start / SAMPLE_RATE
            if bar.start - 0.03 <= at < bar.stop - 0.05 and note.length / SAMPLE_RATE > 0.9 * bar.beat:
                assert note.midi % 12 in triad
    ending = [note for note in score.notes if note.start / SAMPLE_RATE > score.form.landing - 0.16]
    assert {note.midi % 12 for note in ending} <= {score.key.tonic, *[(score.key.tonic + k) % 12 for k in (3, 4, 7)]}
    assert score.chords[-1][1] == 4  # the dominant stands before it


def test_moods_seeds_and_tempos_differ() -> None:
    samples = 12 * SAMPLE_RATE
    pieces = [BAND.music(request(mood), samples) for mood in ("playful", "sad", "mysterious")]
    pieces += [BAND.music(request("sad", 84, 8), samples), BAND.music(request("sad", 120), samples)]
    assert len({digest(piece) for piece in pieces}) == len(pieces)
    assert centroid(pieces[0]) > 1.3 * centroid(pieces[1])
    notes = {mood: len(compose(request(mood), samples).notes) for mood in ("playful", "sad")}
    assert notes["playful"] > 1.35 * notes["sad"]


@pytest.mark.parametrize("samples", [0, 1, 100, 4000, 48_000, 95_999, 5 * SAMPLE_RATE])
def test_short_films(samples: int) -> None:
    music = BAND.music(request(), samples)
    air = BAND.ambience(request(), [(0, samples, "sea", "day", "storm")], samples)
    for sound in (music, air):
        assert sound.shape == (samples, 2)
        assert sound.dtype == np.float32
        assert np.all(np.isfinite(sound))
        assert samples == 0 or np.max(np.abs(sound)) < 0.7
        assert samples == 0 or np.max(np.abs(sound[-1])) < 0.01


def test_the_same_request_gives_the_same_bytes_in_any_process() -> None:
    code = (
        "import hashlib\nfrom tests.unit.test_music import BAND, request\n"
        "a = BAND.music(request('hopeful'), 480000)\n"
        "b = BAND.ambience(request(), [(0, 480000, 'market', 'day', 'rain')], 480000)\n"
        "print(hashlib.sha256(a.tobytes() + b.tobytes()).hexdigest())"
    )
    here = BAND.music(request("hopeful"), 480000).tobytes()
    here += BAND.ambience(request(), [(0, 480000, "market", "day", "rain")], 480000).tobytes()
    environment = {
        **os.environ,
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "5",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert there.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_every_place_hour_and_weather_is_quiet_air() -> None:
    for place in Place:
        for hour in TimeOfDay:
            for weather in Weather:
                layers = heard(place, hour, weather)
                assert set(layers) <= set(SHAPES) | set(TEXTURES) | set(EVERY_S)
                power = sum(10 ** (level / 10) for name, level in layers.items() if name not in EVERY_S)
                assert -46 < 10 * np.log10(power) <= -31.4
    named = [*PLACES.values(), *CALLS_AT.values(), *WEATHER.values(), *WEATHER_INDOORS.values()]
    assert {name for layers in named for name in layers} <= set(SHAPES) | set(TEXTURES) | set(EVERY_S)
    assert {name.removesuffix("_far") for name in EVERY_S} == set(CALLS)


def test_beds_loop_and_calls_begin_and_end_in_silence() -> None:
    for name in ("waves", "rain", "crickets", "clock", "ship", "murmur"):
        loop = bed(name, generator(1, name))
        seam = np.max(np.abs(loop[0] - loop[-1]))
        assert seam <= np.max(np.abs(np.diff(loop, axis=0))) + 1e-6
    for name in CALLS:
        sound = call(name, generator(2, name))
        assert max(abs(sound[0]), abs(sound[-1])) < 0.05
        assert np.max(np.abs(sound)) == pytest.approx(1, abs=1e-3)


def test_alike_spans_are_one_sound_and_others_fade() -> None:
    second = SAMPLE_RATE
    whole: list[Span] = [(0, 12 * second, "forest", "night", "clear")]
    cut: list[Span] = [(0, 5 * second, *whole[0][2:]), (5 * second, 12 * second, *whole[0][2:])]
    one, other = (BAND.ambience(request(), spans, 12 * second) for spans in (whole, cut))
    assert np.array_equal(one, other)
    spans: list[Span] = [
        (0, 5 * second, "sea", "day", "clear"),
        (5 * second, 12 * second, "living_room", "day", "clear"),
    ]
    air = BAND.ambience(request(), spans, 12 * second)
    assert centroid(air[2 * second : 4 * second]) > 2 * centroid(air[6 * second : 8 * second])
    assert -46 < rms_db(air) < -29
    assert np.max(np.abs(np.diff(air, axis=0))) < 0.08
    assert np.max(np.abs(air[-8:])) < 1e-4


def test_gaps_and_overlaps_of_spans_are_filled() -> None:
    second = SAMPLE_RATE
    spans: list[Span] = [
        (3 * second, 6 * second, "city", "day", "clear"),
        (5 * second, 8 * second, "farm", "dusk", "wind"),
    ]
    air = BAND.ambience(request(), spans, 12 * second)
    for at in range(2 * second, 10 * second, second):
        assert -50 < rms_db(air[at : at + second]) < -26
    assert not np.any(BAND.ambience(request(), [], second))


@pytest.mark.parametrize("name", sorted(INSTRUMENTS))
def test_instruments_speak_softly_and_in_tune(name: str) -> None:
    sound = tone(name, 69, 0.7, 2.0)
    assert np.all(np.isfinite(sound))
    assert np.max(np.abs(sound[0])) < 0.01
    assert np.max(np.abs(sound.mean(axis=0))) < 0.01
    if name not in ("drum", "tick"):
        spectrum = np.abs(np.fft.rfft(sound.mean(axis=1), 1 << 18))
        near = slice(round(430 * (1 << 18) / SAMPLE_RATE), round(450 * (1 << 18) / SAMPLE_RATE))
        peak = (near.start + int(np.argmax(spectrum[near]))) * SAMPLE_RATE / (1 << 18)
        assert abs(1200 * np.log2(peak / 440)) < 12


def test_forty_seconds_cost_less_than_a_second() -> None:
    samples = 40 * SAMPLE_RATE
    spans: list[Span] = [
        (0, 20 * SAMPLE_RATE, "sea", "day", "storm"),
        (20 * SAMPLE_RATE, samples, "city", "dusk", "rain"),
    ]
    for work in (
        lambda: BAND.music(request("adventurous", 116), samples),
        lambda: BAND.ambience(request(), spans, samples),
    ):
        before = time.process_time()
        work()
        assert time.process_time() - before < 2.0  # twice what is promised: machines differ


def test_every_mood_has_a_style() -> None:
    assert set(STYLES) == set(Mood)
    for style in STYLES.values():
        assert {*style.leads, style.answer, style.figure_on, style.bass, style.pad} <= set(INSTRUMENTS)
        assert all(len(theme) == 4 for theme in style.themes)
