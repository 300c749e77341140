"""Pictures, clips and recordings of the user's own: real small files with damaged heads, indexes and contents."""

import io
import struct
import subprocess
import tempfile
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from resources.errors import InputError
from resources.media.conform import check_media, conform_clip, look_at
from resources.media.encode import Picture, ffmpeg_program
from resources.media.pictures import fit_picture
from resources.media.probe import LONGEST_S, picture_facts, read_sound
from tests.fuzz.test_plans import png
from tests.harness.fuzzing import door, fenced, refused
from tests.harness.mutations import bytes_changed

SOURCE = ["-f", "lavfi", "-i", "testsrc2=s=32x24:r=12:d=0.5"]
TONE = ["-f", "lavfi", "-i", "sine=frequency=440:duration=0.4:sample_rate=8000"]
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
CLIPS: dict[str, list[str]] = {
    "a.mp4": [*SOURCE, *TONE, *X264, "-c:a", "aac", "-b:a", "16k"],
    "b.mp4": [*SOURCE, *X264, "-movflags", "+faststart", "-metadata", "title=x"],
    "c.mp4": [*SOURCE, *X264, "-movflags", "frag_keyframe+empty_moov"],
    "a.mkv": [*SOURCE, *X264],
    "a.webm": [*SOURCE, "-c:v", "libvpx", "-deadline", "realtime"],
    "a.avi": [*SOURCE, "-c:v", "mpeg4"],
    "a.mov": [*SOURCE, "-c:v", "mjpeg"],
}
SOUNDS: dict[str, list[str]] = {
    "a.wav": TONE,
    "b.wav": [*TONE, "-c:a", "adpcm_ms"],
    "a.flac": TONE,
    "a.mp3": [*TONE, "-metadata", "title=é"],
    "a.ogg": [*TONE, "-c:a", "libvorbis", "-ar", "44100"],
    "b.ogg": [*TONE, "-c:a", "libopus"],
    "a.m4a": [*TONE, "-c:a", "aac"],
    "a.aac": [*TONE, "-c:a", "aac"],
    "b.aac": [*TONE, "-c:a", "aac", "-ac", "2", "-ar", "44100"],
    "a.aiff": TONE,
    "a.mka": [*TONE, "-c:a", "flac"],
}
CHUNKS = (b"iTXt", b"zTXt", b"tEXt", b"iCCP", b"eXIf", b"acTL", b"fcTL", b"fdAT", b"PLTE", b"tRNS", b"pHYs")
EXTREMES = (0, 1, 2, 3, 8, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


@cache
def made() -> dict[str, bytes]:
    """Every small file, made by ffmpeg and Pillow."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, args in {**CLIPS, **SOUNDS}.items():
            subprocess.run([ffmpeg_program(), "-v", "error", *args, name], cwd=folder, check=True)
            found[name] = (Path(folder) / name).read_bytes()
    picture = Image.fromarray(np.arange(24 * 32 * 3, dtype=np.uint8).reshape(24, 32, 3))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a picture"
    for name, mode in {"a.png": "RGB", "b.png": "P", "a.jpg": "RGB", "b.jpg": "CMYK", "a.webp": "RGB"}.items():
        out = io.BytesIO()
        form = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}[name[2:]]
        picture.convert(mode).save(out, form, exif=exif)
        found[name] = out.getvalue()
    frames = [picture, picture.rotate(90)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    found["b.webp"] = out.getvalue()
    return found


def sample(*names: str) -> st.SearchStrategy[bytes]:
    return st.sampled_from(names).map(lambda name: made()[name])


@st.composite
def words_changed(draw: st.DrawFn, documents: st.SearchStrategy[bytes]) -> bytes:
    """A file with some of its two- and four-byte numbers replaced by extreme ones, first of all in its head."""
    data = bytearray(draw(documents))
    for _ in range(draw(st.integers(1, 4))):
        width, order = draw(st.sampled_from(((2, "big"), (2, "little"), (4, "big"), (4, "little"))))
        head = min(len(data), draw(st.sampled_from((64, 256, 1 << 20))))
        at = draw(st.integers(0, max(0, head - width)))
        number = draw(st.sampled_from(EXTREMES)) & ((1 << 8 * width) - 1)
        data[at : at + width] = number.to_bytes(width, "big" if order == "big" else "little")
    return bytes(data)


def damaged(*names: str) -> st.SearchStrategy[bytes]:
    whole = sample(*names)
    return st.one_of(words_changed(whole), words_changed(whole), bytes_changed(whole))


@st.composite
def png_changed(draw: st.DrawFn) -> bytes:
    """A PNG whose chunks are changed and whose checksums are right again, so that what is in them is looked at."""
    data = draw(sample("a.png", "b.png"))
    at, parts = 8, [data[:8]]
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length
        how = draw(st.sampled_from(("keep", "keep", "bytes", "words", "twice", "drop", "name", "zip")))
        if how == "bytes" and body:
            body = draw(bytes_changed(st.just(body), most=2))
        elif how == "words" and body:
            body = draw(words_changed(st.just(body)))
        elif how == "name":
            name = draw(st.sampled_from(CHUNKS))
        elif how == "zip":
            body = b"x\0\0" + zlib.compress(bytes(1 << 20))
        for _ in range({"drop": 0, "twice": 2}.get(how, 1)):
            parts.append(struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)))
    return b"".join(parts)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made()
    return tmp_path_factory.mktemp("media")


PICTURES = ("a.png", "b.png", "a.jpg", "b.jpg", "a.webp", "b.webp")


@door(40)
@given(st.one_of(damaged(*PICTURES), png_changed()))
@example(png(30_000, 3_000)[:200])
@example(png(1, 1)[:33])
def test_any_picture_is_taken_or_refused(place: Path, data: bytes) -> None:
    path = place / "picture.bin"
    path.write_bytes(data)
    with fenced(place):
        refused(lambda: check_media("image", path))
        refused(lambda: fit_picture(path, (32, 18), place / "fitted.png"))


@door(40)
@given(damaged(*CLIPS))
def test_any_clip_is_taken_or_refused(place: Path, data: bytes) -> None:
    path = place / "clip.bin"
    path.write_bytes(data)
    with fenced(place):
        facts = refused(lambda: look_at(path))
        if facts is not None:
            assert facts.width >= 2 and facts.height >= 2 and facts.rate > 0
            refused(lambda: read_sound(path, channels=2, longest_s=LONGEST_S))


@door(3, most=600)
@given(damaged(*CLIPS))
def test_a_damaged_clip_is_conformed_or_refused(place: Path, data: bytes) -> None:
    path, out = place / "clip.bin", place / "conformed.mp4"
    path.write_bytes(data)
    with fenced(place, starts=True):
        done = refused(lambda: conform_clip(path, Picture(32, 18, 12), 6, out))
        if done is not None:
            assert picture_facts(out).frames == 6


def wav(rate: int, channels: int = 1, bits: int = 8, length: int = 40_000) -> bytes:
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits)
    head = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", length)
    return b"RIFF" + struct.pack("<I", len(head) + length) + head + bytes(length)


@door(40)
@given(damaged(*SOUNDS))
@example(b"\xff")
@example(wav(1))
@example(wav(0))
@example(wav(0xFFFFFFFF))
@example(wav(8000, channels=0))
@example(wav(8000, channels=65_535))
def test_any_recording_is_taken_or_refused(place: Path, data: bytes) -> None:
    path = place / "sound.bin"
    path.write_bytes(data)
    with fenced(place):
        refused(lambda: check_media("voice", path))
        sound = refused(lambda: read_sound(path, longest_s=LONGEST_S))
        if sound is not None:
            assert sound.dtype == np.float32 and sound.shape[1] == 1
            assert len(sound) <= (LONGEST_S + 1) * 48_000


def test_a_recording_that_changes_midway_is_told(place: Path) -> None:
    (place / "sound.bin").write_bytes(made()["a.aac"] + made()["b.aac"])
    with pytest.raises(InputError, match="changes its form midway"):
        read_sound(place / "sound.bin", longest_s=LONGEST_S)
