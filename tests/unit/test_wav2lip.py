"""Lip-sync on tiny random weights: the real loader, the real network, real video files, on the CPU."""

import json
import pickle
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resources.engines import MOTION, RENDERING, LipsyncEngine
from resources.errors import ConfigInvalid, InputError, RenderFault
from resources.gpu.errors import ModelDamaged, ModelLoadError, ModelMissing
from resources.gpu.packaged import Packaged
from resources.gpu.plan import LoadPlan
from resources.gpu.wav2lip import Wav2LipSync
from resources.gpu.wav2lip.boxes import Box, choose, smoothed
from resources.gpu.wav2lip.faces import HaarFaces, NudenetFaces, find_in
from resources.gpu.wav2lip.mel import BANDS, STEPS, filters, mel_of, windows
from resources.gpu.wav2lip.options import Wav2LipOptions
from resources.gpu.wav2lip.paint import face_input, paint, soft_mask
from resources.gpu.wav2lip.spoken import spoken
from resources.gpu.wav2lip.weights import load_generator
from resources.media.lossless import LosslessWriter, read_frames
from resources.media.wav import wav_bytes
from schemas.media import LipsyncRequest, TimedLine
from tests.harness.accelerator import FakeAccelerator
from tests.harness.tiny_wav2lip import WIDTH, cpu_room, save_tiny_wav2lip, wav2lip_registry

W, H, FRAMES = 96, 72, 24
RATE = Fraction(24)
BOX = (0.25, 0.75, 0.25, 0.75)
"""Rows 18 to 54, columns 24 to 72."""
OPTIONS: dict[str, Any] = {"detector": "box", "box": BOX, "pads": [0, 4, 0, 0], "batch": 4}
REQUEST = LipsyncRequest(
    width=W, height=H, fps="24", crf=20, preset="veryfast", handle_frames=2, seed=3, pads=None, smooth=True
)


def line(start: int, stop: int) -> TimedLine:
    """A line over these frames."""
    return TimedLine(
        character_id="ada", text="Hello", start=start * 2000, end=stop * 2000, words=[], marks=[], aligned=True,
        voice_id="v", engine="e",
    )  # fmt: skip


def tone(frames: int = FRAMES) -> np.ndarray:
    at = np.arange(frames * 2000) / 48_000
    return (0.3 * np.sin(2 * np.pi * (200 + 150 * at) * at)).astype(np.float32)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_wav2lip(tmp_path_factory.mktemp("models") / "wav2lip")


@pytest.fixture
def shot(tmp_path: Path) -> tuple[Path, Path, np.ndarray]:
    """The video artifact, the dialogue, and the motion's frames."""
    frames = np.random.default_rng(5).integers(0, 256, (FRAMES, H, W, 4), dtype=np.uint8)
    frames[..., 3] = 255
    video = tmp_path / "video"
    video.mkdir()
    with LosslessWriter(video / MOTION, W, H, RATE) as out:
        for frame in frames:
            out.write(frame)
    sound = tmp_path / "dialogue.wav"
    sound.write_bytes(wav_bytes(tone()))
    return video, sound, frames


@pytest.fixture
def make(weights: Path, tmp_path: Path) -> Iterator[Callable[..., Wav2LipSync]]:
    pools = []

    def engine(*devices: Any, **options: Any) -> Wav2LipSync:
        room = cpu_room(wav2lip_registry(weights.parent.parent, weights), tmp_path / "scratch", *devices)
        pools.append(room)
        return Wav2LipSync({**OPTIONS, **options}, room)

    yield engine
    for room in pools:
        room.close()


def all_frames(engine: Wav2LipSync, prepared: Path, lines: list[TimedLine]) -> np.ndarray:
    return np.stack([frame.copy() for frame in engine.frames(REQUEST, prepared, lines, 0, FRAMES)])


# -- sound ---------------------------------------------------------------------------------------------------------


def test_a_tone_is_in_the_band_that_holds_it_and_silence_is_the_floor() -> None:
    at = np.arange(48_000) / 48_000
    mel = mel_of((0.5 * np.sin(2 * np.pi * 1000 * at)).astype(np.float32))
    assert mel.shape == (BANDS, 81) and mel.dtype == np.float32
    loudest = int(mel[:, 40].argmax())
    heard = filters()[loudest]
    assert abs(int(heard.argmax()) * 20 - 1000) <= 40, "bins of 20 Hz"
    silence = mel_of(np.zeros(48_000, np.float32))
    assert np.array_equal(silence, np.full_like(silence, -4)), "no NaN, no minus infinity"


def test_what_is_above_hearing_does_not_fold_into_the_bands() -> None:
    at = np.arange(48_000) / 48_000
    folded = mel_of((0.9 * np.sin(2 * np.pi * 12_000 * at)).astype(np.float32))[:, 10:-10]
    assert float(folded.max()) < -2.5, "12 kHz would sound as 4 kHz"


def test_windows_begin_with_their_picture_and_the_last_ends_with_the_sound() -> None:
    mel = np.tile(np.arange(81, dtype=np.float32), (BANDS, 1))
    got = windows(mel, np.array([0, 12, 23]), RATE)
    assert got.shape == (3, BANDS, STEPS)
    assert got[:, 0, 0].tolist() == [0, 40, 65] and got[2, 0, -1] == 80
    assert windows(mel[:, :5], np.array([0]), RATE)[0, 0].tolist() == [0, 1, 2, 3, 4, *[-4] * 11]
    assert windows(mel, np.array([12]), Fraction(30000, 1001))[0, 0, 0] == 32


# -- network and weights -------------------------------------------------------------------------------------------


def test_the_published_network_has_36_3_million_parameters_and_its_names() -> None:
    import torch

    from resources.gpu.wav2lip.network import Generator

    with torch.device("meta"):
        network = Generator()
    assert sum(parameter.numel() for parameter in network.parameters()) == 36_298_035
    names = network.state_dict().keys()
    assert {"audio_encoder.0.conv_block.0.weight", "face_decoder_blocks.6.2.conv_block.1.running_var"} <= names
    assert {"face_encoder_blocks.6.1.conv_block.0.bias", "output_block.1.weight"} <= names


@pytest.mark.parametrize("form", ["checkpoint", "safetensors"])
def test_either_form_of_weights_loads_and_paints(tmp_path: Path, form: Any) -> None:
    import torch

    network = load_generator(LoadPlan("wav2lip", device="cpu"), save_tiny_wav2lip(tmp_path, form).parent)
    assert network.width == WIDTH and not network.training
    with torch.inference_mode():
        painted = network(torch.zeros(2, 1, 80, 16), torch.zeros(2, 6, 96, 96))
    assert painted.shape == (2, 3, 96, 96) and 0 <= float(painted.min()) <= float(painted.max()) <= 1


class Code:
    """Would run when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("code ran",))


def test_a_checkpoint_with_code_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import torch

    torch.save({"state_dict": {}, "more": Code()}, tmp_path / "wav2lip.pth")
    with pytest.raises(ModelLoadError, match="could run code"):
        load_generator(LoadPlan("wav2lip", device="cpu"), tmp_path)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("form", ["checkpoint", "safetensors"])
def test_weights_that_are_cut_short_are_refused(tmp_path: Path, form: Any) -> None:
    path = save_tiny_wav2lip(tmp_path, form)
    path.write_bytes(path.read_bytes()[:-20_000])
    with pytest.raises(ModelLoadError, match="cannot be read"):
        load_generator(LoadPlan("wav2lip", device="cpu"), tmp_path)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = save_tiny_wav2lip(tmp_path, "safetensors")
    state = load_file(path)
    save_file({name: t for name, t in state.items() if "output_block" not in name}, path)
    with pytest.raises(ModelLoadError, match=r"another network: .*output_block"):
        load_generator(LoadPlan("wav2lip", device="cpu"), tmp_path)
    save_file({"x": state["output_block.1.bias"]}, path)
    with pytest.raises(ModelLoadError, match="has no face_encoder_blocks"):
        load_generator(LoadPlan("wav2lip", device="cpu"), tmp_path)
    path.unlink()
    with pytest.raises(ModelLoadError, match="has 0 files of weights"):
        load_generator(LoadPlan("wav2lip", device="cpu"), tmp_path)


def test_a_file_that_is_not_the_pinned_one_is_never_opened(tmp_path: Path, shot: Any) -> None:
    video, sound, _ = shot
    path = save_tiny_wav2lip(tmp_path / "models" / "wav2lip")
    room = cpu_room(wav2lip_registry(tmp_path / "models", path), tmp_path / "scratch")
    engine = Wav2LipSync(OPTIONS, room)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelDamaged, match="sha256"):
        engine.prepare(REQUEST, video, [line(4, 12)], sound, FRAMES, tmp_path / "out")
    path.unlink()
    with pytest.raises(ModelMissing, match="sparkle models pull wav2lip"):
        engine.prepare(REQUEST, video, [line(4, 12)], sound, FRAMES, tmp_path / "out")
    assert not list((tmp_path / "out").glob("*")), "nothing half-written stays"


# -- boxes and paint -----------------------------------------------------------------------------------------------


def test_only_frames_of_lines_speak() -> None:
    assert spoken([line(4, 8), line(8, 10), line(20, 40)], RATE, 30) == [(4, 10), (20, 30)]
    assert spoken([], RATE, 30) == spoken([line(40, 50)], RATE, 30) == []
    odd = TimedLine.model_validate({**line(0, 1).model_dump(), "start": 2001, "end": 4001})
    assert spoken([odd], RATE, 30) == [(1, 3)], "a frame that is heard in part speaks"


def test_a_face_is_followed_and_its_box_does_not_tremble() -> None:
    small, large = Box(0, 20, 0, 20), Box(0, 40, 60, 100)
    assert choose([small, large], None) == large
    assert choose([small, large], Box(1, 21, 1, 21)) == small
    assert choose([], small) is None
    boxes = {k: Box(k % 2 * 10, 40 + k % 2 * 10, 0, 40) for k in range(5)}
    calm = smoothed(boxes)
    assert [box.top for box in calm.values() if box] == [3, 5, 4, 5, 3]
    assert smoothed({0: None, 1: boxes[1]}) == {0: None, 1: boxes[1]}


def test_a_padded_box_stays_in_the_frame_and_a_tiny_one_is_none() -> None:
    assert Box(10, 60, 10, 60).padded((20, 30, 0, 99), 80, 70) == Box(0, 70, 10, 80)
    assert Box(0, 4, 0, 40).padded((0, 0, 0, 0), 80, 70) is None


def test_the_network_sees_the_upper_half_and_the_whole_face_as_bgr() -> None:
    frame = np.zeros((H, W, 4), np.uint8)
    frame[..., 0] = 255  # red
    seen = face_input(frame, Box(10, 60, 10, 60))
    assert seen.shape == (6, 96, 96)
    assert seen[2, :48].min() == seen[5].min() == 1 and seen[2, 48:].max() == seen[:2].max() == 0


def test_paint_keeps_the_eyes_and_every_edge() -> None:
    frame = np.full((H, W, 4), 100, np.uint8)
    before = frame.copy()
    box = Box(10, 60, 20, 80)
    paint(frame, box, np.ones((3, 96, 96), np.float32))
    changed = (frame != before).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert rows.min() >= 10 + 0.42 * 50 - 1 and rows.max() < 60 and columns.min() >= 20 and columns.max() < 80
    assert int(frame[59, :, :3].max()) - 100 <= 8 and int(frame[:, 20, :3].max()) - 100 <= 8
    assert frame[45, 50].tolist() == [255, 255, 255, 100]
    assert float(soft_mask(50, 60).max()) == 1


# -- detectors -----------------------------------------------------------------------------------------------------


def drawn_face() -> np.ndarray:
    """A face that cascades know: bright, with dark eyes and mouth."""
    import cv2

    picture = np.full((240, 320, 3), 90, np.uint8)
    cv2.ellipse(picture, (160, 120), (55, 75), 0, 0, 360, (205, 180, 160), -1)
    for x in (138, 182):
        cv2.ellipse(picture, (x, 102), (13, 7), 0, 0, 360, (70, 50, 40), -1)
        cv2.ellipse(picture, (x, 88), (16, 4), 0, 0, 360, (80, 60, 50), -1)
    cv2.ellipse(picture, (160, 128), (8, 14), 0, 0, 360, (185, 155, 135), -1)
    cv2.ellipse(picture, (160, 160), (24, 7), 0, 0, 360, (120, 60, 60), -1)
    return np.asarray(cv2.GaussianBlur(picture, (7, 7), 2), np.uint8)


@pytest.mark.parametrize("factor", [1, 2])
def test_haar_finds_a_face_where_it_is_looked_for(factor: int) -> None:
    picture = drawn_face()
    options = Wav2LipOptions(resize_factor=factor)
    with HaarFaces().looking() as find:
        (box,) = find_in(picture, find, options)
        assert box.overlap(Box(60, 190, 105, 215)) > 0.5
        assert find_in(picture, find, Wav2LipOptions(crop=(0.0, 1.0, 0.7, 1.0))) == []
        assert find(np.full((240, 320, 3), 90, np.uint8)) == []


def test_nudenet_is_lent_by_the_pool_and_finds_nothing_where_there_is_nothing(tmp_path: Path, weights: Path) -> None:
    room = cpu_room(wav2lip_registry(weights.parent.parent, weights), tmp_path)
    detector = NudenetFaces(room.pool)
    with detector.looking() as find:
        assert [one.key for one in room.pool.residents()] == ["nudenet"]
        assert find(np.full((64, 64, 3), 90, np.uint8)) == []
    assert "nudenet 3" in detector.revision
    room.close()


def test_nudenet_takes_sure_faces_only_and_shows_the_model_bgr(monkeypatch: pytest.MonkeyPatch) -> None:
    from resources.gpu.pool import ModelPool
    from resources.gpu.wav2lip import faces

    class Scripted:
        def detect(self, picture: np.ndarray) -> list[dict[str, Any]]:
            assert picture[0, 0].tolist() == [3, 2, 1]
            told = [("FACE_MALE", 0.9, [30, 5, 10, 20]), ("FACE_FEMALE", 0.5, [2, 5, 10, 20])]
            return [{"class": c, "score": s, "box": b} for c, s, b in [*told, ("FACE_MALE", 0.2, [0] * 4),
                                                                        ("BELLY_EXPOSED", 0.9, [0] * 4)]]  # fmt: skip

    monkeypatch.setattr(faces, "NUDENET", Packaged("nudenet", "nudenet", Scripted, 1, 1))
    pool = ModelPool([FakeAccelerator(1 << 33, name="cpu")])
    with NudenetFaces(pool).looking() as find:
        assert find(np.full((64, 64, 3), (1, 2, 3), np.uint8)) == [Box(5, 25, 2, 12), Box(5, 25, 30, 40)]
    pool.close()


# -- the engine ----------------------------------------------------------------------------------------------------


def test_only_spoken_frames_change_and_any_cut_of_the_shot_gives_the_same(make: Any, shot: Any, tmp_path: Path) -> None:
    video, sound, motion = shot
    engine, lines = make(), [line(4, 9), line(15, 18)]
    assert isinstance(engine, LipsyncEngine)
    prepared = engine.prepare(REQUEST, video, lines, sound, FRAMES, tmp_path / "out")
    got = all_frames(engine, prepared, lines)
    changed = [number for number in range(FRAMES) if not np.array_equal(got[number], motion[number])]
    assert changed == [*range(4, 9), *range(15, 18)]
    rows, columns = np.nonzero((got[5] != motion[5]).any(axis=2))
    assert rows.min() >= 18 and rows.max() < 54 + 4 and columns.min() >= 24 and columns.max() < 72

    worker = pickle.loads(pickle.dumps(engine))  # noqa: S301 - as the workers get it
    pieces = [list(worker.frames(REQUEST, prepared, lines, a, b)) for a, b in [(0, 2), (2, 7), (7, 23), (23, 24)]]
    assert np.array_equal(np.concatenate(pieces), got)


def test_the_same_again_gives_the_same_bytes_and_another_sound_others(make: Any, shot: Any, tmp_path: Path) -> None:
    video, sound, _ = shot
    lines = [line(4, 12)]
    one, two = make(), make(batch=1)
    first = all_frames(one, one.prepare(REQUEST, video, lines, sound, FRAMES, tmp_path / "a"), lines)
    again = all_frames(one, one.prepare(REQUEST, video, lines, sound, FRAMES, tmp_path / "b"), lines)
    assert np.array_equal(first, again)
    singly = all_frames(two, two.prepare(REQUEST, video, lines, sound, FRAMES, tmp_path / "c"), lines)
    assert int(np.abs(first.astype(int) - singly).max()) <= 1, "the batch changes no more than the last bit"
    sound.write_bytes(wav_bytes(0.8 * tone()[::-1]))
    other = all_frames(one, one.prepare(REQUEST, video, lines, sound, FRAMES, tmp_path / "d"), lines)
    assert not np.array_equal(first, other)


def test_silence_paints_a_mouth_and_no_nan(make: Any, shot: Any, tmp_path: Path) -> None:
    video, sound, motion = shot
    sound.write_bytes(wav_bytes(np.zeros(FRAMES * 2000, np.float32)))
    engine = make()
    got = all_frames(engine, engine.prepare(REQUEST, video, [line(0, 6)], sound, FRAMES, tmp_path / "a"), [line(0, 6)])
    assert not np.array_equal(got[:6], motion[:6]) and np.array_equal(got[6:], motion[6:])


def test_nobody_speaks_or_no_face_is_found_so_the_motion_serves(make: Any, shot: Any, tmp_path: Path) -> None:
    video, sound, motion = shot
    engine = make(detector="haar")
    assert engine.prepare(REQUEST, video, [], sound, FRAMES, tmp_path / "a") == video
    assert not (tmp_path / "a").exists()
    assert engine.prepare(REQUEST, video, [line(2, 6)], sound, FRAMES, tmp_path / "b") == video
    assert json.loads((tmp_path / "b" / RENDERING).read_text())["facts"]["painted_frames"] == 0
    assert np.array_equal(all_frames(engine, video, []), motion)
    assert engine.room.pool.residents() == [], "no model was loaded"


def test_a_frame_without_a_face_among_others_passes_through(
    make: Any, shot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from resources.gpu.wav2lip.faces import FixedBox

    seen = iter(range(100))
    found = FixedBox._find
    monkeypatch.setattr(FixedBox, "_find", lambda self, picture: found(self, picture) if next(seen) % 2 else [])
    video, sound, motion = shot
    engine = make()
    got = all_frames(
        engine, engine.prepare(REQUEST, video, [line(4, 10)], sound, FRAMES, tmp_path / "a"), [line(4, 10)]
    )
    assert [k for k in range(FRAMES) if not np.array_equal(got[k], motion[k])] == [5, 7, 9]


def test_what_a_killed_process_had_finished_is_found_and_half_of_it_is_not(
    make: Any, shot: Any, tmp_path: Path
) -> None:
    video, sound, _ = shot
    engine, place = make(), tmp_path / "a"
    place.mkdir()
    (place / ".tmp-1-synced.mkv").write_bytes(b"half")
    engine.prepare(REQUEST, video, [line(4, 10)], sound, FRAMES, place)
    leases = engine.room.pool.residents()[0].leases
    before = (place / "synced.mkv").stat().st_mtime_ns
    assert engine.prepare(REQUEST, video, [line(4, 10)], sound, FRAMES, place) == place
    assert (place / "synced.mkv").stat().st_mtime_ns == before and engine.room.pool.residents()[0].leases == leases
    told = json.loads((place / RENDERING).read_text())
    assert told["models"] == {"wav2lip": engine.room.registry.revision("wav2lip")} and told["seed"] == 3
    assert told["plan"]["batch"] == 4 and told["steps"] == []
    assert told["facts"] == {
        "detector": "box", "pads": [0, 4, 0, 0], "smooth": True, "spoken_frames": 6, "painted_frames": 6,
    }  # fmt: skip


def test_a_device_that_is_short_of_memory_gets_smaller_batches(make: Any, shot: Any, tmp_path: Path) -> None:
    """570,000 weights and 4 faces of 18 MB do not fit into 50 MB; 2 do."""
    video, sound, _ = shot
    engine = make(FakeAccelerator((3 << 29) + 50_000_000, name="cpu"))
    engine.prepare(REQUEST, video, [line(4, 12)], sound, FRAMES, tmp_path / "a")
    told = json.loads((tmp_path / "a" / RENDERING).read_text())
    assert told["plan"]["batch"] == 2 and [step["rung"] for step in told["steps"]] == ["smaller_batch"]


def test_a_decision_wins_over_the_profile(make: Any, shot: Any, tmp_path: Path) -> None:
    video, sound, _ = shot
    engine = make()
    asked = REQUEST.model_copy(update={"pads": (0, 0, 0, 0), "detector": "haar"})
    assert engine.prepare(asked, video, [line(4, 6)], sound, FRAMES, tmp_path / "a") == video
    unknown = REQUEST.model_copy(update={"detector": "magic"})
    with pytest.raises(InputError, match=r"no face detector 'magic' \(detectors: box, haar, nudenet\)"):
        engine.prepare(unknown, video, [line(4, 6)], sound, FRAMES, tmp_path / "b")


def test_motion_that_does_not_fit_is_told(make: Any, shot: Any, tmp_path: Path) -> None:
    video, sound, _ = shot
    engine = make()
    with pytest.raises(RenderFault, match="ends after 24 frames, 30 are needed"):
        engine.prepare(REQUEST, video, [line(4, 6)], sound, 30, tmp_path / "a")
    wide = REQUEST.model_copy(update={"width": 128})
    with pytest.raises(RenderFault, match="a frame of"):
        engine.prepare(wide, video, [line(4, 6)], sound, FRAMES, tmp_path / "b")
    (video / MOTION).unlink()
    with pytest.raises(RenderFault, match=r"left no motion\.mkv"):
        engine.prepare(REQUEST, video, [line(4, 6)], sound, FRAMES, tmp_path / "c")
    assert [path.name for path in tmp_path.glob("[abc]/*")] == []


def test_options_are_held_to_their_schema_and_change_the_revision(make: Any) -> None:
    with pytest.raises(ConfigInvalid, match=r"options\.lipsync of the profile: pads\.1: "):
        make(pads=[0, -3, 0, 0])
    with pytest.raises(ConfigInvalid, match="needs `box"):
        make(box=None)
    with pytest.raises(ConfigInvalid, match="top < bottom"):
        make(crop=[0.5, 0.5, 0.0, 1.0])
    with pytest.raises(ConfigInvalid, match="colour: is not a known field"):
        make(colour="red")
    assert make().revision == make(batch=9).revision != make(pads=[0, 9, 0, 0]).revision
    assert make().detectors == ["box", "haar", "nudenet"]


def test_the_engine_is_made_from_a_profile(weights: Path, tmp_path: Path) -> None:
    from resources.profile import Profile, load_profile, make_engine

    told = load_profile("embedded").model_dump(mode="json")
    told["engines"]["lipsync"], told["options"] = "wav2lip", {"lipsync": {**OPTIONS, "box": list(BOX)}}
    room = cpu_room(wav2lip_registry(weights.parent.parent, weights), tmp_path)
    engine = make_engine("lipsync", Profile.model_validate(told), lambda: room)
    assert isinstance(engine, Wav2LipSync) and engine.options.batch == 4


def test_frames_are_read_even_where_there_is_no_room_for_models(make: Any, shot: Any) -> None:
    video, _, motion = shot
    worker = pickle.loads(pickle.dumps(make()))  # noqa: S301 - as the workers get it
    assert np.array_equal(next(worker.frames(REQUEST, video, [], 3, 4)), motion[3])
    with pytest.raises(RenderFault, match="a worker process has no models"):
        worker.revision  # noqa: B018
    assert len(list(read_frames(video / MOTION))) == FRAMES
