"""The embedded studio's pictures, drawn for real at 256x144 and the like."""

from __future__ import annotations

import hashlib
import json
import pickle
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from resources.cutout import studio
from resources.cutout.camera import Camera
from resources.cutout.direct import direct
from resources.cutout.draw import keyframe_painter
from resources.cutout.dressing import thing_of
from resources.cutout.lettering import BODY, DISPLAY, fit
from resources.cutout.palette import to_oklch
from resources.cutout.score import read_score, read_stage
from resources.cutout.stage import lay_out
from resources.cutout.studio import CutoutCards, CutoutImages, CutoutLipsync, CutoutVideo
from resources.engines import CardEngine, ImageEngine, LipsyncEngine, VideoEngine
from resources.errors import RenderFault
from schemas.media import (
    CutRequest,
    Figure,
    ImageRequest,
    LipsyncRequest,
    Mark,
    ResolvedLook,
    TimedLine,
    VideoRequest,
    Word,
)
from schemas.vocabulary import CameraMove, Effect, Place, ShotSize

SIZES = {"16:9": (256, 144), "9:16": (144, 256), "1:1": (144, 144)}
FRAMES = 20


def look(species: str = "person", **more: object) -> ResolvedLook:
    known: dict[str, object] = {
        "species": species,
        "age": "adult",
        "build": "medium",
        "skin": "#e0b08c",
        "hair": "short" if species == "person" else "none",
        "hair_colour": "#3a2a22",
        "garment": "coat",
        "garment_colour": "#c8503c",
        "headwear": "none",
        "headwear_colour": "#44506a",
        "glasses": False,
    }
    return ResolvedLook.model_validate({**known, **more})


def figure(name: str, species: str = "person", **more: object) -> Figure:
    return Figure(character_id=name, name=name.title(), description="", look=look(species, **more))


ADA, ROBO, MIA = figure("ada"), figure("robo", "robot"), figure("mia", "cat", headwear="hat")


def asked(size: str = "medium", aspect: str = "16:9", **more: object) -> ImageRequest:
    width, height = SIZES[aspect]
    known: dict[str, object] = {
        "prompt": "",
        "action": "",
        "style": "paper cut-out",
        "width": width,
        "height": height,
        "size": size,
        "place": "sea",
        "location_id": "pier",
        "location_text": "an old lighthouse",
        "time_of_day": "day",
        "weather": "clear",
        "mood": "warm",
        "emotion": "neutral",
        "figures": [ADA, ROBO],
        "props": [],
        "film_seed": 7,
        "seed": 3,
    }
    return ImageRequest.model_validate({**known, **more})


def motion(**more: object) -> VideoRequest:
    known: dict[str, object] = {
        "camera": "push_in",
        "action": "",
        "prompt": "",
        "effects": [],
        "fps": "24",
        "seed": 5,
    }
    return VideoRequest.model_validate({**known, **more})


def clip(width: int = 256, height: int = 144) -> LipsyncRequest:
    return LipsyncRequest(width=width, height=height, fps="24", crf=20, preset="veryfast", handle_frames=4, seed=1)


def cut(title: str = "The Lighthouse Cat", aspect: str = "16:9", **more: object) -> CutRequest:
    width, height = SIZES[aspect]
    known: dict[str, object] = {
        "title": title,
        "logline": "",
        "credits": ["Ada: voice joe"],
        "width": width,
        "height": height,
        "fps": "24",
        "title_frames": 12,
        "end_frames": 24,
        "music_mood": "warm",
        "music_tempo": 84,
        "music_seed": 11,
        "loudness": "web",
        "burn_subtitles": False,
        "language": "en",
        "shots": [],
    }
    return CutRequest.model_validate({**known, **more})


LINE = TimedLine(
    character_id="ada",
    text="Hello there",
    start=4_000,
    end=36_000,
    words=[Word(text="Hello", start=4_000, end=18_000), Word(text="there", start=20_000, end=36_000)],
    marks=[Mark(start=4_000 + 4_000 * k, viseme=shape) for k, shape in enumerate("BDACEFGD")],  # type: ignore[arg-type]
    aligned=True,
    voice_id="joe",
    engine="test",
)


def made(folder: Path, request: ImageRequest | None = None, motion_asked: VideoRequest | None = None) -> Path:
    """A video artifact with its image artifact beside it."""
    image, video = folder / "image", folder / "video"
    image.mkdir(parents=True)
    video.mkdir()
    CutoutImages().render_image(request or asked(), image)
    CutoutVideo().render_video(motion_asked or motion(), image, FRAMES, video)
    return video


def drawn(video: Path, start: int, stop: int, lines: list[TimedLine] | None = None) -> list[str]:
    frames = CutoutLipsync().frames(clip(), video, [LINE] if lines is None else lines, start, stop)
    return [hashlib.sha256(frame.tobytes()).hexdigest() for frame in frames]


def picture(request: ImageRequest, folder: Path) -> np.ndarray:
    folder.mkdir(parents=True, exist_ok=True)
    CutoutImages().render_image(request, folder)
    return np.asarray(Image.open(folder / "image.png").convert("RGB"), np.float32)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("shot"))


def test_the_engines_are_engines_and_pickle() -> None:
    for engine, kind in (
        (CutoutImages(), ImageEngine),
        (CutoutVideo(), VideoEngine),
        (CutoutLipsync(), LipsyncEngine),
        (CutoutCards(), CardEngine),
    ):
        assert isinstance(engine, kind)
        assert engine.name == "cutout" and engine.revision
        assert pickle.loads(pickle.dumps(engine)) == engine  # noqa: S301


def test_an_image_artifact_is_whole(tmp_path: Path) -> None:
    pixels = picture(asked(props=["lantern"]), tmp_path)
    assert pixels.shape == (144, 256, 3)
    assert pixels.std() > 15
    with Image.open(tmp_path / "thumb.jpg") as thumb:
        assert thumb.width <= 320
    assert (tmp_path / "thumb.jpg").stat().st_size < 18_000
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert [one["character_id"] for one in truth["figures"]] == ["ada", "robo"]
    assert truth["figures"][0]["look"]["species"] == "person"
    assert [one["name"] for one in truth["props"]] == ["lantern"]
    assert (truth["place"], truth["time_of_day"], truth["weather"]) == ("sea", "day", "clear")


def test_the_same_request_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        picture(asked(weather="rain"), tmp_path / name)
    for name in ("image.png", "stage.json", "truth.json", "thumb.jpg"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_a_video_artifact_has_a_small_preview(video: Path) -> None:
    with Image.open(video / "preview.jpg") as preview:
        assert preview.width > 3 * 200
    assert (video / "preview.jpg").stat().st_size < 60_000
    assert read_score(video).frames == FRAMES


@pytest.mark.parametrize(("weather", "effects"), [("rain", ["shake"]), ("storm", ["sparkle"]), ("wind", ["glow"])])
def test_a_frame_does_not_depend_on_its_range(tmp_path: Path, weather: str, effects: list[str]) -> None:
    shot = made(tmp_path, asked(weather=weather), motion(camera="handheld", effects=effects))
    whole = drawn(shot, 0, FRAMES)
    assert len(set(whole)) > FRAMES - 3
    studio._prepared.clear()
    assert drawn(shot, 13, FRAMES) == whole[13:]
    assert drawn(shot, 4, 9) == whole[4:9]  # backwards, on a painter that was used before
    studio._prepared.clear()
    assert drawn(shot, 9, 10) == whole[9:10]


def test_two_readers_of_one_shot_do_not_disturb_each_other(video: Path) -> None:
    engine = CutoutLipsync()
    first, second = (engine.frames(clip(), video, [LINE], start, FRAMES) for start in (0, 8))
    one, two = next(first), next(second)
    assert one is not two and not np.array_equal(one, two)
    first.close()  # type: ignore[attr-defined]
    second.close()  # type: ignore[attr-defined]


def test_the_cache_of_prepared_shots_is_bounded(tmp_path: Path) -> None:
    for seed in range(studio.KEPT + 2):
        drawn(made(tmp_path / str(seed), None, motion(seed=seed)), 0, 1)
    assert len(studio._prepared) <= studio.KEPT


def test_mouths_move_with_the_voice_and_only_with_it(video: Path) -> None:
    silent, spoken = drawn(video, 0, FRAMES, []), drawn(video, 0, FRAMES)
    assert sum(one != two for one, two in zip(silent, spoken, strict=True)) > 6


def test_frames_are_opaque_and_of_the_size_asked(video: Path) -> None:
    frame = next(iter(CutoutLipsync().frames(clip(), video, [], 3, 4)))
    assert frame.shape == (144, 256, 4) and frame.dtype == np.uint8
    assert frame[..., 3].min() == 255


def test_another_format_than_the_stage_is_told(video: Path) -> None:
    with pytest.raises(RenderFault, match="staged for 256x144"):
        next(iter(CutoutLipsync().frames(clip(144, 256), video, [], 0, 1)))


def test_night_is_darker_than_day_and_faces_stay_readable(tmp_path: Path) -> None:
    light = {}
    for hour in ("dawn", "day", "dusk", "night"):
        pixels = picture(asked("close", figures=[ADA], time_of_day=hour), tmp_path / hour)
        truth = json.loads((tmp_path / hour / "truth.json").read_text())
        left, top, right, bottom = (round(value) for value in truth["figures"][0]["face"])
        light[hour] = (pixels[:, :40].mean(), pixels[max(0, top) : bottom, left:right].mean())
    assert light["night"][0] < 0.6 * light["day"][0]
    assert len({round(whole) for whole, _ in light.values()}) == 4
    assert light["night"][1] > 55


@pytest.mark.parametrize("hour", ["day", "night"])
def test_weather_is_seen(tmp_path: Path, hour: str) -> None:
    clear = picture(asked("wide", time_of_day=hour), tmp_path / "clear")
    for weather in ("rain", "snow", "fog", "storm", "wind"):
        pixels = picture(asked("wide", time_of_day=hour, weather=weather), tmp_path / weather)
        assert np.abs(pixels - clear).mean() > 1.5, weather


@pytest.mark.parametrize("place", list(Place))
def test_every_place_can_be_drawn_by_day_and_by_night(place: Place, tmp_path: Path) -> None:
    day = picture(asked("wide", place=place), tmp_path / "day")
    night = picture(asked("wide", place=place, time_of_day="night", weather="rain"), tmp_path / "night")
    assert day.std() > 15 and night.std() > 8
    assert night.mean() < day.mean()
    assert np.abs(day - night).mean() > 12


def test_there_is_no_rain_where_there_is_no_air() -> None:
    for place in ("space", "underwater"):
        painter = keyframe_painter(lay_out(asked("wide", place=place, weather="storm")), 1)
        assert painter.air.before is None and painter.bolt is None


CASTS = [
    [ADA],
    [MIA],
    [figure("bruno", "bear", build="stout")],
    [figure("pip", "bird"), ADA],
    [figure("dora", "dragon"), figure("bo", age="child", headwear="hat")],
    [ADA, MIA, ROBO],
]


@pytest.mark.parametrize("aspect", list(SIZES))
@pytest.mark.parametrize("size", ["wide", "medium", "close", "reaction"])
def test_everybody_is_inside_the_frame(size: str, aspect: str, tmp_path: Path) -> None:
    width, height = SIZES[aspect]
    for number, cast in enumerate(CASTS):
        folder = tmp_path / str(number)
        picture(asked(size, aspect, figures=cast), folder)
        truth = json.loads((folder / "truth.json").read_text())
        assert len(truth["figures"]) == (1 if size == "reaction" else len(cast))
        for one in truth["figures"]:
            left, top, right, bottom = one["face"]
            where = f"{one['character_id']} {size} {aspect} {one['face']}"
            assert left > -0.06 * width and right < 1.06 * width, where
            assert top > -0.06 * height and bottom < 0.95 * height, where
            share = (bottom - top) / height
            assert share > {"wide": 0.03, "medium": 0.12, "close": 0.16, "reaction": 0.2}[size], where
        if size == "wide":
            feet = [one["body"][3] / height for one in truth["figures"] if one["character_id"] != "pip"]
            assert all(0.75 < foot < 0.99 for foot in feet)


@pytest.mark.parametrize("aspect", list(SIZES))
def test_two_faces_do_not_hide_each_other(aspect: str) -> None:
    for size in ("medium", "close"):
        stage = lay_out(asked(size, aspect, figures=[ADA, MIA]))
        assert len(stage.figures) == 2
        first, second = sorted(stage.figures, key=lambda one: one.x)
        assert first.facing > 0 > second.facing
        assert second.x - first.x > 0.2 * stage.width


def test_an_insert_is_a_thing_alone_and_an_unknown_thing_keeps_its_words() -> None:
    stage = lay_out(asked("insert", props=["the old brass lantern", "flux capacitor"]))
    assert stage.size is ShotSize.INSERT and not stage.figures
    assert [prop.name for prop in stage.props] == ["lantern", "flux capacitor"]
    assert thing_of("a letter from home") == "letter"
    assert all(0.1 * stage.width < prop.x < 0.9 * stage.width for prop in stage.props)


def test_a_thing_that_is_held_is_in_the_hand() -> None:
    stage = lay_out(asked("wide", props=["lantern", "letter"], prompt="Robo waits while Ada holds an old lantern"))
    held = {one.character_id: one.held for one in stage.figures}
    assert held == {"ada": "lantern", "robo": None}
    assert [prop.name for prop in stage.props] == ["letter"]


def test_shots_without_anybody_or_anything(tmp_path: Path) -> None:
    for size in ("wide", "medium", "close", "insert", "reaction"):
        assert picture(asked(size, figures=[]), tmp_path / size).std() > 10


def test_a_place_keeps_its_palette_in_all_its_shots() -> None:
    stages = [lay_out(asked(size, seed=seed)) for seed, size in enumerate(("wide", "close", "medium"))]
    assert len({json.dumps(stage.palette) for stage in stages}) == 1
    far, near = (to_oklch(stages[0].palette[name])[0] for name in ("far", "near"))
    assert abs(far - near) > 0.1
    elsewhere = lay_out(asked("wide", location_id="other"))
    assert elsewhere.palette != stages[0].palette


@pytest.mark.parametrize("move", list(CameraMove))
@pytest.mark.parametrize("frames", [12, 96])
def test_no_camera_jumps(move: CameraMove, frames: int) -> None:
    lenses = [Camera(move, frames, 24.0, 5, shake=True).at(number) for number in range(frames)]
    for one, two in pairwise(lenses):
        assert abs(two.x - one.x) < 0.03 and abs(two.y - one.y) < 0.03
        assert abs(two.zoom - one.zoom) < 0.01
    assert any(one != lenses[0] for one in lenses)


def test_somebody_who_enters_walks_in_from_the_side(tmp_path: Path) -> None:
    shot = made(tmp_path, asked("wide", figures=[ADA]), motion(action="Ada walks in from the pier"))
    assert read_score(shot).parts[0].walk == "in"
    assert read_score(made(tmp_path / "b", asked("wide", figures=[ADA]))).parts[0].walk is None


def test_speakers_are_looked_at() -> None:
    stage = lay_out(asked("medium", figures=[ADA, MIA, ROBO]))
    score = direct(motion(speakers=["robo"]), stage, (256, 144), FRAMES)
    sides = {part.character_id: part.partner_side for part in score.parts}
    assert sides["ada"] == sides["mia"] == 1.0 and sides["robo"] == -1.0


@pytest.mark.parametrize("shape", [(600, 200), (90, 400), (256, 144)])
def test_a_picture_of_the_users_own_is_filmed(tmp_path: Path, shape: tuple[int, int]) -> None:
    image, shot = tmp_path / "image", tmp_path / "video"
    image.mkdir()
    shot.mkdir()
    noise = np.random.default_rng(1).integers(60, 256, (shape[1], shape[0], 3), dtype=np.uint8)
    Image.fromarray(noise).save(image / "image.png")
    CutoutVideo().render_video(motion(camera="pan_left", effects=["shake"]), image, FRAMES, shot)
    assert read_score(shot).kind == "still" and (shot / "still.png").exists()
    frames = [frame.copy() for frame in CutoutLipsync().frames(clip(), shot, [], 0, FRAMES)]
    assert frames[0].shape == (144, 256, 4)
    assert all(frame[..., :3].max(axis=2).min() > 0 for frame in frames)  # no black edge comes into the frame
    assert not np.array_equal(frames[0], frames[-1])
    studio._prepared.clear()
    again = next(iter(CutoutLipsync().frames(clip(), shot, [], 11, 12)))
    assert np.array_equal(again, frames[11])


def test_an_image_artifact_without_a_picture_is_told(tmp_path: Path) -> None:
    with pytest.raises(RenderFault, match="neither"):
        CutoutVideo().render_video(motion(), tmp_path, FRAMES, tmp_path)


TITLES = [
    "Hi",
    "The Lighthouse Cat and the Extraordinarily Long Voyage Across the Seven Paper Seas to Find the Lost Lantern",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
    "海の灯台と猫",
    "قطة المنارة",
    "🎬🎬",
    "%s {title} <b> $HOME ../..",
    "\u200b\u202e",
]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("kind", ["title", "end"])
def test_cards_take_any_title(title: str, kind: str, video: Path) -> None:
    frames = [f.copy() for f in CutoutCards().card_frames(kind, cut(title), [video.parent / "image"], 6, 0, 6)]
    assert len(frames) == 6
    assert all(frame.shape == (144, 256, 4) and frame[..., 3].min() == 255 for frame in frames)
    assert max(frame[..., :3].std() for frame in frames) > 10


@pytest.mark.parametrize("aspect", list(SIZES))
def test_lettering_fits_its_room(aspect: str) -> None:
    width, height = SIZES[aspect]
    for title in TITLES:
        block = fit([(title, DISPLAY, 1.0), ("a small line", BODY, 0.3)], 0.2 * height, 0.7 * width, 0.5 * height)
        assert block.width <= 0.7 * width and block.height <= 0.5 * height, title


def test_a_title_fades_in_and_an_end_card_fades_out(video: Path) -> None:
    images = [video.parent / "image"]
    title = [f[..., :3].mean() for f in CutoutCards().card_frames("title", cut(), images, 40, 0, 40)]
    end = [f[..., :3].mean() for f in CutoutCards().card_frames("end", cut(), images, 40, 0, 40)]
    assert title[0] < 0.3 * title[-1]
    assert end[-1] < 2 and end[0] > 30
    assert max(abs(a - b) for a, b in pairwise(title)) < 30


def test_cards_over_a_picture_and_over_nothing(tmp_path: Path) -> None:
    Image.new("RGB", (400, 300), "#4080c0").save(tmp_path / "image.png")
    over = next(iter(CutoutCards().card_frames("end", cut(), [tmp_path], 3, 0, 3))).copy()
    nothing = next(iter(CutoutCards().card_frames("end", cut(), [], 3, 0, 3)))
    assert over.std() > 10 and nothing.std() > 10
    with pytest.raises(ValueError, match="'title' or 'end'"):
        next(iter(CutoutCards().card_frames("middle", cut(), [], 3, 0, 3)))


def test_effects_change_the_picture(tmp_path: Path) -> None:
    plain = next(iter(CutoutLipsync().frames(clip(), made(tmp_path / "plain"), [], 17, 18))).copy()
    for effect in (Effect.GLOW, Effect.SPARKLE, Effect.SHAKE, Effect.LIGHTNING):
        shot = made(tmp_path / effect.value, None, motion(effects=[effect.value]))
        frames = list(CutoutLipsync().frames(clip(), shot, [], 17, 18))
        if effect is not Effect.LIGHTNING:  # strikes when it likes
            assert not np.array_equal(frames[0], plain), effect


def test_a_stage_survives_its_file(video: Path) -> None:
    stage = read_stage(video.parent / "image")
    assert stage == lay_out(asked())
