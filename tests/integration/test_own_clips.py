"""Clips of the user's own in a film: conformed with a line that says so, their colours and their sound kept."""

import logging
import subprocess
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from resources.errors import InputError
from resources.media.encode import ffmpeg_program
from resources.media.probe import picture_facts, read_sound
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.pipeline.stages.cut import read_sheet
from resources.store.film import Home, Settings
from resources.store.timeline import read_timeline
from schemas.vocabulary import Codec
from tests.conftest import write_plan
from tests.integration.test_pipeline import make_all


def film(home: Home, engines: Engines, plan: dict[str, Any], settings: Settings) -> Production:
    folder = home.film("own")
    folder.plan_path.parent.mkdir(parents=True, exist_ok=True)
    write_plan(folder.plan_path, plan)
    folder.write_settings(settings)
    return Production(home, "own", lambda profile: engines)


def test_a_clip_keeps_its_colour_and_its_sound(
    home: Home, tiny: Engines, plan: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clip = home.film("own").plan_path.parent / "own.mp4"
    clip.parent.mkdir(parents=True)
    beeps = "aevalsrc='0.4*sin(2*PI*880*t)*lt(mod(t,0.5),0.05)':s=44100:d=2"
    picture = ["-f", "lavfi", "-i", "color=0x3060c0:s=320x240:r=30:d=2", "-f", "lavfi", "-i", beeps]
    coded = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    matrix = ["-vf", "scale=out_color_matrix=bt601", "-colorspace", "smpte170m"]
    args = [ffmpeg_program(), "-v", "error", *picture, *matrix, *coded, str(clip)]
    subprocess.run(args, check=True)
    plan["shots"][1] = {"id": "two", "prompt": "a blue wall", "duration_s": 1.5, "media": {"clip": "own.mp4"}}
    production = film(home, tiny, plan, Settings(loudness="ebu"))
    with caplog.at_level(logging.INFO, logger="sparkle"):
        make_all(production)
    said = "the clip of shot two was conformed: 320x240 to 256x144, shown whole; 30 to 24 frames/s"
    assert said in caplog.text
    event = next(event for event in read_timeline(production.film.path) if event.event == "conformed")
    assert event.shot == "two"
    assert event.data["message"].startswith(said)
    assert production.ref("video_chunks", production.script.slot(production.script.plan.shots[1])).facts["own"] is True
    assert production.qa().verdict == "approve"

    sheet = read_sheet(production.store.path(production.ref("final_cut")))
    piece = sheet.shots["two"]
    path = production.film.path / "cut" / "final_cut.mp4"
    with av.open(str(path)) as source:
        frames = [frame.to_ndarray(format="rgb24") for frame in source.decode(video=0)]
    middle = frames[piece.start + piece.frames // 2][60:84, 116:140].reshape(-1, 3).mean(axis=0)
    assert np.abs(middle - (0x30, 0x60, 0xC0)).max() <= 4

    assert {stem.name for stem in sheet.stems} == {"dialogue", "music", "effects"}
    start = production.script.plan.rate.samples(piece.start)
    sound = read_sound(path)[start : start + 60_000, 0]
    t = np.arange(2_400) / 48_000
    found = np.abs([np.dot(sound[k : k + 2_400], np.exp(2j * np.pi * 880 * t)) for k in range(0, 57_600, 120)])
    loud = np.flatnonzero(found > 0.6 * found.max()) * 120
    beeps_at = [int(group.mean()) for group in np.split(loud, np.flatnonzero(np.diff(loud) > 6_000) + 1)]
    assert np.abs(np.array(beeps_at[:3]) - (0, 24_000, 48_000)[: len(beeps_at)]).max() <= 960  # 20 ms of a 50 ms beep


def test_a_damaged_clip_stops_its_shot_with_one_line(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    clip = home.film("own").plan_path.parent / "own.mp4"
    clip.parent.mkdir(parents=True)
    clip.write_bytes(b"#EXTM3U\n#EXTINF:10,\n/etc/passwd\n")
    plan["shots"][1]["media"] = {"clip": "own.mp4"}
    with pytest.raises(InputError, match=r"'own\.mp4' is not an mp4, mov, mkv, webm or avi clip"):
        film(home, tiny, plan, Settings())


@pytest.mark.parametrize("codec", [Codec.HEVC, Codec.AV1])
def test_a_film_in_another_codec_is_born_in_it(home: Home, tiny: Engines, plan: dict[str, Any], codec: Codec) -> None:
    production = film(home, tiny, plan, Settings())
    make_all(production)
    plain = picture_facts(production.film.path / "cut" / "final_cut.mp4")
    clips = {name: ["lipsynced_clips"] for name in ("one", "two", "three")}
    assert make_all(film(home, tiny, plan, Settings(codec=codec))) == {**clips, "film": ["final_cut", "qa_report"]}
    path = production.film.path / "cut" / "final_cut.mp4"
    assert picture_facts(path) == plain
    with av.open(str(path)) as source:
        context: Any = source.streams.video[0].codec_context
        assert context.codec_tag == {"hevc": "hvc1", "av1": "av01"}[str(codec)]
    again = film(home, tiny, plan, Settings())
    assert make_all(again) == {}  # every take is kept: back costs nothing
    with av.open(str(path)) as source:
        assert source.streams.video[0].codec_context.codec_tag == "avc1"


def test_burned_subtitles_stand_in_the_picture_alone(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    plan["shots"][0]["dialogue"][0]["text"] = r"{\an8}مرحبا <b>ཀ</b>!"
    plan["language"] = "en"
    production = film(home, tiny, plan, Settings())
    make_all(production)
    path = production.film.path / "cut" / "final_cut.mp4"

    def lower(number: int) -> np.ndarray:
        with av.open(str(path)) as source:
            frames = [frame.to_ndarray(format="gray") for frame in source.decode(video=0)]
        return frames[number][100:144].astype(int)

    first = read_sheet(production.store.path(production.ref("final_cut"))).shots["one"].start + 12
    plain, upper = lower(first), lower(first)
    assert (plain == upper).all()
    with av.open(str(path)) as source:
        assert len(source.streams.subtitles) == 1
    burned = film(home, tiny, plan, Settings(burn_subtitles=True))
    assert make_all(burned) == {"film": ["final_cut", "qa_report"]}
    assert np.abs(lower(first) - plain).max() > 100
    with av.open(str(path)) as source:
        assert len(source.streams.subtitles) == 0  # nobody reads them twice
    events = [event.data["message"] for event in read_timeline(burned.film.path) if event.event == "without_face"]
    assert events == ["no typeface has 'ཀ': the subtitles in the picture show boxes there"]
    assert burned.qa().verdict == "approve"
