"""Burned subtitles: any script, packaged fonts alone, words that stay words, inside the safe area."""

import re
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import skia
from hypothesis import given
from hypothesis import strategies as st

from resources.media.assemble import Segments, Stretch
from resources.media.burn import BELOW, BELOW_TALL, SIDE, Shown, ass_file, shown
from resources.media.encode import Picture, encode_segment
from resources.media.fonts import font_folders, fonts_conf, runs, without_face
from resources.media.join import Span
from resources.media.subtitles import Cue, cues
from resources.media.words import with_words
from resources.media.wrap import measure_for
from schemas.time import SAMPLE_RATE
from tests.unit.test_subtitles import INJECTIONS, TEXTS, line

SAMPLES = {
    "Noto Sans": "Łódź Ünïcode Ελλάδα Привет Tiếng Việt",
    "Noto Sans Armenian": "Բարեւ",
    "Noto Sans Hebrew": "שלום",
    "Noto Sans Arabic": "مرحبا پچگ",
    "Noto Sans Devanagari": "नमस्ते",
    "Noto Sans Bengali": "বাংলা",
    "Noto Sans Gurmukhi": "ਪੰਜਾਬੀ",
    "Noto Sans Gujarati": "ગુજરાતી",
    "Noto Sans Oriya": "ଓଡ଼ିଆ",
    "Noto Sans Tamil": "தமிழ்",
    "Noto Sans Telugu": "తెలుగు",
    "Noto Sans Kannada": "ಕನ್ನಡ",
    "Noto Sans Malayalam": "മലയാളം",
    "Noto Sans Sinhala": "සිංහල",
    "Noto Sans Thai": "สวัสดี",
    "Noto Sans Lao": "ລາວ",
    "Noto Sans Myanmar": "မြန်မာ",
    "Noto Sans Georgian": "გამარჯობა",
    "Noto Sans Ethiopic": "አማርኛ",
    "Noto Sans Khmer": "ខ្មែរ",
    "Noto Sans CJK JP": "你好世界テスト한국어",
    "Noto Emoji": "😀🎬👩🇫🇷",
}


@pytest.mark.parametrize("family", SAMPLES)
def test_every_script_has_a_packaged_face(family: str) -> None:
    text = SAMPLES[family]
    assert {name for name, _, _ in runs(text)} == {family}
    assert without_face(text) == ""
    faces = [path for folder in font_folders() for path in sorted(folder.glob("*.[to]tf")) if "Italic" not in path.name]
    face = next(
        face for path in faces if (face := skia.Typeface.MakeFromFile(str(path))) and face.getFamilyName() == family
    )
    assert all(face.unicharToGlyph(ord(char)) for char in text if not char.isspace())


@given(st.text(max_size=120))
def test_runs_are_the_text(text: str) -> None:
    assert "".join(piece for _, _, piece in runs(text)) == text


def test_a_letter_without_a_face_is_named() -> None:
    assert without_face("a ཀ b ᚠ! 1") == "ཀᚠ"


@given(st.lists(st.sampled_from([*INJECTIONS, *TEXTS.values()]) | st.text(max_size=60), min_size=1, max_size=4))
def test_words_are_no_overrides(texts: list[str]) -> None:
    clean = [" ".join(text.split()) or "x" for text in texts]
    made = ass_file([Shown(k * 10, k * 10 + 9, text) for k, text in enumerate(clean)], Picture(640, 360, Fraction(24)))
    events = made.split("[Events]\n")[1].split("\n")[1:-1]
    assert len(events) == len(clean)
    for event in events:
        bare = re.sub(r"\{\\fn[A-Za-z ]+\\fs[\d.]+\}", "", event.split(",", 9)[9])
        assert not re.search(r"(?<!\\)[{}]", bare)
        assert not re.search(r"\\[^{}\u2060]", bare)


def test_a_cue_stands_on_the_frames_of_its_time() -> None:
    found = shown([Cue(0, 48_000, "a"), Cue(50_000, 50_001, "b")], Fraction(30000, 1001), 60)
    assert found == [Shown(0, 30, "a"), Shown(32, 33, "b")]


def drawn(folder: Path, texts: list[str], size: tuple[int, int], name: str = "a") -> tuple[np.ndarray, Path]:
    """Frames (count, height, width) of luma: each text on ten frames of mid grey."""
    picture = Picture(*size, Fraction(24))
    grey = np.full((size[1], size[0], 4), 128, np.uint8)
    encode_segment((grey for _ in range(10 * len(texts))), picture, folder / f"{name}.mp4")
    stretch = Stretch(Span(folder / f"{name}.mp4", 0, 10 * len(texts)), name, 0)
    words = [Shown(10 * k, 10 * k + 10, text) for k, text in enumerate(texts)]
    (made,) = with_words([stretch], words, picture, Segments(folder / f"segments-{name}"))
    with av.open(str(made.span.path), format="mp4") as source:
        frames = [frame.to_ndarray()[: size[1]] for frame in source.decode(video=0)]
    return np.stack(frames).astype(int), made.span.path


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (360, 360)])
def test_words_stay_in_the_safe_area_whatever_they_say(tmp_path: Path, size: tuple[int, int]) -> None:
    width, height = size
    texts = []
    for text in [*TEXTS.values(), *INJECTIONS, "W" * 100]:
        texts += [cue.text for cue in cues([line(text, 0, 20)], 40 * SAMPLE_RATE, measure_for(*size))][:1]
    frames, _ = drawn(tmp_path, texts, size)
    below = BELOW_TALL if height > width else BELOW
    for number, text in enumerate(texts):
        rows, columns = np.nonzero(np.abs(frames[10 * number + 5] - frames[10 * number + 5, 0, 0]) > 40)
        assert len(rows), text
        assert rows.max() <= height * (1 - below) + 3, text
        assert rows.min() >= height * 0.55, text  # `{\an8}` moved nothing up
        assert columns.min() >= width * SIDE - 3, text
        assert columns.max() <= width * (1 - SIDE) + 3, text


def test_the_fonts_of_the_machine_are_never_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(SAMPLES[name][:3] + " " for name in ("Noto Sans", "Noto Sans Arabic", "Noto Emoji"))
    before, path = drawn(tmp_path, [text + "ཀ"], (256, 144))
    for name in ("FONTCONFIG_PATH", "HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "nothing.conf"))
    after, other = drawn(tmp_path, [text + "ཀ"], (256, 144), "b")
    assert (before == after).all()
    assert path.read_bytes() == other.read_bytes()
    conf = fonts_conf(tmp_path / "a&b")
    assert conf.count("<dir>") == len(font_folders())
    assert "a&amp;b" in conf
