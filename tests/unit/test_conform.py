"""Clips and recordings from outside: opened for what they are, conformed with a line that says so, or told in one."""

import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from resources.errors import InputError
from resources.media.conform import check_media, conform_clip, look_at
from resources.media.encode import Picture, ffmpeg_program
from resources.media.pictures import crops, fit_picture
from resources.media.probe import LONGEST_S, picture_facts, read_sound
from resources.media.wav import wav_bytes

WANTED = Picture(160, 90, Fraction(24))
FRAMES = 30


def ffmpeg(folder: Path, *args: str) -> None:
    subprocess.run([ffmpeg_program(), "-v", "error", "-y", *args], cwd=folder, check=True, capture_output=True)


def source(size: str = "160x90", rate: str = "24", seconds: float = 1.25) -> list[str]:
    return ["-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}"]


TONE = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1.25"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
X265 = "log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
CLIPS: dict[str, tuple[str, list[str], list[str]]] = {
    "as it should be": ("a.mp4", [*source(), *TONE, *H264, "-c:a", "aac"], []),
    "another rate": ("a.mp4", [*source(rate="30000/1001"), *H264], ["29.97 to 24 frames/s", "no sound"]),
    "variable rate": (
        "a.mkv",
        [*source(rate="25", seconds=2), "-vf", "select='not(eq(mod(n,5),2))'", "-fps_mode", "vfr", *H264],
        ["variable rate to 24 frames/s", "the first 1.2 of"],
    ),
    "another size and codec": (
        "a.avi",
        [*source("200x110"), "-c:v", "mpeg4"],
        ["200x110 to 160x90", "mpeg4 to h264"],
    ),
    "another shape": ("a.mp4", [*source("90x160"), *H264], ["90x160 to 160x90, shown whole"]),
    "too short": ("a.mp4", [*source(seconds=0.5), *H264], ["its last frame held for 0.8 s"]),
    "transparent": (
        "a.webm",
        [*source(), "-vf", "format=yuva420p,geq=lum='p(X,Y)':a='255*lt(X,80)'", "-c:v", "libvpx-vp9", "-cpu-used", "8"],
        ["vp9 to h264", "laid over black"],
    ),
    "HDR": (
        "a.mp4",
        [*source(), "-pix_fmt", "yuv420p10le", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", X265],
        ["hevc 10 bit to h264", "PQ HDR to BT.709"],
    ),
    "interlaced": (
        "a.mkv",
        [*source("160x96", rate="50"), "-vf", "interlace", "-c:v", "mpeg2video", "-flags", "+ildct+ilme"],
        ["mpeg2video to h264", "deinterlaced"],
    ),
}


@pytest.mark.parametrize("case", CLIPS)
def test_a_clip_is_conformed_and_says_so(tmp_path: Path, case: str) -> None:
    name, args, said = CLIPS[case]
    ffmpeg(tmp_path, *args, name)
    line = conform_clip(tmp_path / name, WANTED, FRAMES, tmp_path / "out.mp4").line("the clip")
    facts = picture_facts(tmp_path / "out.mp4")
    assert (facts.frames, facts.width, facts.height, facts.rate, facts.even) == (FRAMES, 160, 90, 24, True)
    for words in said:
        assert words in line
    assert line.startswith("the clip was conformed: ") or line == "the clip fits as it is"
    assert (line == "the clip fits as it is") == (case == "as it should be")
    with av.open(str(tmp_path / "out.mp4")) as out:
        frame = next(out.decode(video=0)).to_ndarray(format="rgb24")
    assert frame.std() > 20
    if case == "transparent":
        assert frame[:, 82:].max() <= 24
        assert frame[:, :78].max() > 200
    if case == "another shape":
        middle = frame[:, 80 - 24 : 80 + 24]
        assert middle.mean() > frame[:, :40].mean() + 20  # the soft copy beside it is darker


def test_a_turned_clip_stands_upright(tmp_path: Path) -> None:
    ffmpeg(tmp_path, *source(), *H264, "a.mp4")
    ffmpeg(tmp_path, "-display_rotation", "90", "-i", "a.mp4", "-c", "copy", "turned.mp4")
    facts = look_at(tmp_path / "turned.mp4")
    assert (facts.width, facts.height) == (90, 160)
    tall = Picture(90, 160, Fraction(24))
    line = conform_clip(tmp_path / "turned.mp4", tall, FRAMES, tmp_path / "out.mp4").line("x")
    assert "turned upright" in line
    assert " to 90x160" not in line


def test_what_would_lose_more_than_a_fifth_is_shown_whole() -> None:
    assert crops(1920, 1080, (1280, 720))
    assert crops(3000, 2000, (1280, 720))  # a photograph, 3:2
    assert not crops(640, 480, (1280, 720))
    assert not crops(1920, 1080, (720, 1280))
    assert not crops(1920, 1080, (720, 720))


def test_a_portrait_keeps_its_head_in_a_wide_film(tmp_path: Path) -> None:
    portrait = np.full((300, 200, 3), 90, np.uint8)
    portrait[:40] = (250, 0, 0)  # hair
    Image.fromarray(portrait).save(tmp_path / "a.png")
    fit_picture(tmp_path / "a.png", (160, 90), tmp_path / "out.png")
    with Image.open(tmp_path / "out.png") as made:
        pixels = np.asarray(made).astype(int)
    assert pixels.shape == (90, 160, 3)
    assert pixels[4, 80, 0] > 200
    assert pixels[4, 80, 1] < 40
    assert pixels[60, 10].mean() < pixels[60, 80].mean() - 20


PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n%s\n#EXT-X-ENDLIST\n"
DISGUISED = {
    "an HLS playlist": PLAYLIST,
    "a concat script": b"ffconcat version 1.0\nfile %s\n",
    "a concat script without a head": b"file '%s'\n",
    "an ffmetadata file": b";FFMETADATA1\ntitle=%s\n",
    "an SDP": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=%s\nm=audio 5004 RTP/AVP 0\n",
    "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="%s"/></svg>',
    "text": b"%s is not a film",
    "a PNG": b"\x89PNG\r\n\x1a\n%s",
}


@pytest.mark.parametrize("disguise", DISGUISED)
@pytest.mark.parametrize(
    ("kind", "name"), [("clip", "a.mp4"), ("clip", "a.mkv"), ("voice", "a.wav"), ("voice", "a.mp3")]
)
def test_what_is_no_media_opens_no_other_file(
    tmp_path: Path, disguise: str, kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.wav").write_bytes(wav_bytes(np.full(48_000, 0.5, np.float32)))
    (tmp_path / name).write_bytes(DISGUISED[disguise] % str(tmp_path / "secret.wav").encode())
    monkeypatch.setattr(av, "open", lambda *args, **rest: pytest.fail("it was handed to ffmpeg"))
    with pytest.raises(InputError, match=r"is not an? (mp4|wav), "):
        check_media(kind, tmp_path / name)


def test_a_container_inside_another_is_no_door(tmp_path: Path) -> None:
    """An mp4 whose track lies in another file stays shut: references are not followed."""
    ffmpeg(tmp_path, *source(), *H264, "a.mp4")
    data = bytearray((tmp_path / "a.mp4").read_bytes())
    at = data.index(b"url \x00\x00\x00\x01")
    data[at + 7] = 0  # the sample data is no longer "in this file"
    (tmp_path / "b.mp4").write_bytes(data)
    try:
        conform_clip(tmp_path / "b.mp4", WANTED, FRAMES, tmp_path / "out.mp4")
    except InputError:
        return
    assert picture_facts(tmp_path / "out.mp4").frames == FRAMES  # read from the file itself


BAD: dict[str, str] = {
    "missing": "cannot be read (No such file or directory)",
    "empty": "is empty",
    "cut off": "is cut off: ",
    "cut off before its index": "cannot be decoded",
    "damaged": "is damaged: its picture cannot be decoded to its end",
    "sound alone": "holds no picture",
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_clip_is_one_line(tmp_path: Path, case: str) -> None:
    path = tmp_path / "b.mp4"
    ffmpeg(tmp_path, *source(seconds=3), *H264, "-movflags", "+faststart", "front.mp4")
    ffmpeg(tmp_path, *source(seconds=3), *H264, "back.mp4")
    front, back = (tmp_path / "front.mp4").read_bytes(), (tmp_path / "back.mp4").read_bytes()
    if case == "empty":
        path.write_bytes(b"")
    elif case == "cut off":
        path.write_bytes(front[: len(front) * 2 // 3])
    elif case == "cut off before its index":
        path.write_bytes(back[: len(back) // 2])
    elif case == "damaged":
        broken = bytearray(front)
        for at in range(len(broken) // 2, len(broken) // 2 + 4000, 5):
            broken[at] ^= 0xFF
        path.write_bytes(broken)
    elif case == "sound alone":
        ffmpeg(tmp_path, *TONE, "-c:a", "aac", "b.mp4")
    with pytest.raises(InputError) as caught:
        check_media("clip", path)
        conform_clip(path, WANTED, 72, tmp_path / "out.mp4")
    assert BAD[case] in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "0x" not in str(caught.value)


@pytest.mark.parametrize("name", ["a.mkv", "a.webm", "a.avi"])
def test_a_clip_of_any_kind_that_is_cut_off_is_told(tmp_path: Path, name: str) -> None:
    codec = ["-c:v", "libvpx"] if name.endswith("webm") else H264
    ffmpeg(tmp_path, *source(), *codec, name)
    data = (tmp_path / name).read_bytes()
    check_media("clip", tmp_path / name)
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match=rf"is cut off: {len(data) // 2:,} of {len(data):,} bytes"):
        check_media("clip", tmp_path / name)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.ogg", "a.m4a", "a.aac", "a.aiff", "a.mka", "a.webm"])
def test_recordings_of_every_kind_are_heard(tmp_path: Path, name: str) -> None:
    codec = ["-c:a", "libopus"] if name.endswith("webm") else []
    ffmpeg(tmp_path, *TONE, *codec, name)
    check_media("voice", tmp_path / name)
    sound = read_sound(tmp_path / name)
    assert abs(len(sound) - 60_000) < 5_000
    assert 0.05 < np.abs(sound).max() <= 1


def test_bad_recordings_are_one_line(tmp_path: Path) -> None:
    whole = wav_bytes(0.3 * np.ones(48_000, np.float32))
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "none.wav").write_bytes(wav_bytes(np.zeros(0, np.float32)))
    (tmp_path / "rubbish.mp3").write_bytes(b"ID3" + bytes(range(256)) * 20)
    ffmpeg(tmp_path, *source(), *H264, "mute.mp4")
    for name, complaint in (
        ("cut.wav", "is cut off: 48,022 of 96,044 bytes"),
        ("none.wav", "holds no sound"),
        ("rubbish.mp3", "cannot be decoded"),
        ("mute.mp4", "holds no sound"),
        ("nope.wav", "cannot be read"),
    ):
        with pytest.raises(InputError, match=complaint):
            check_media("voice", tmp_path / name)


def test_a_recording_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    ffmpeg(tmp_path, "-f", "lavfi", "-i", f"anullsrc=r=8000:cl=mono:d={LONGEST_S + 60}", "-c:a", "flac", "a.flac")
    with pytest.raises(InputError, match="longer than 600 s"):
        check_media("voice", tmp_path / "a.flac")


MAGIC = [
    b"",
    b"\x1aE\xdf\xa3",
    b"RIFF\xff\xff\xff\x7fWAVE",
    b"RIFF",
    b"fLaC",
    b"OggS",
    b"ID3",
    b"\xff\xfb",
    b"\0\0\0\x18ftyp",
]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(MAGIC), st.binary(max_size=300), st.sampled_from(["clip", "voice"]))
def test_any_bytes_are_media_or_one_line(tmp_path: Path, magic: bytes, rest: bytes, kind: str) -> None:
    (tmp_path / "x.bin").write_bytes(magic + rest)
    try:
        check_media(kind, tmp_path / "x.bin")
    except InputError as error:
        assert "\n" not in str(error)
