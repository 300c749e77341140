"""Subtitles: the plan's words, all of them and nothing else, where and as long as a viewer can read them."""

import unicodedata
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.media.encode import Picture, encode_segment, ffmpeg_program
from resources.media.loudness import encode_to_target
from resources.media.mux import chapters_text, language_code, mux
from resources.media.process import run
from resources.media.subtitles import MAX_SPEED, SHORTEST, cues, plain, read_srt, to_srt, to_vtt, too_fast
from resources.media.wrap import SQUARE, TALL, WIDESCREEN, clusters, columns, is_rtl, measure_for, split_text
from schemas.media import TimedLine, Word
from schemas.time import SAMPLE_RATE
from tests.harness.engines import gradient

TEXTS = {
    "Latin": "« Où est-elle ? » demanda le vieil homme; personne, ni à Łódź ni à Ålesund, ne le savait encore.",
    "Arabic": "مرحبا بالعالم، كيف حالك اليوم يا صديقي العزيز؟ أنا بخير، شكرا لك على السؤال (٣ مرات).",
    "Hebrew": "שלום עולם! זה עובד, נכון? קראתי את ABC אתמול בערב, ולא הבנתי דבר.",
    "Japanese": "私は昨日、東京の大きな図書館で「銀河鉄道の夜」という本を読みました。とても面白かったです。",
    "Chinese": "你好，世界！今天的天气真好，我们一起去海边散步吧，好不好？我已经很久没有看到大海了。",
    "Korean": "안녕하세요, 저는 오늘 바다에 갔어요. 파도가 아주 높았고 바람이 많이 불었어요.",
    "Devanagari": "नमस्ते दुनिया, यह काम करता है। क्षत्रिय ने कहा कि वह कल सुबह फिर से समुद्र के किनारे जाएगा।",
    "Thai": "สวัสดีชาวโลก ยินดีต้อนรับสู่ประเทศไทยที่สวยงามและน่าอยู่มากที่สุดในโลกใบนี้",
    "emoji": "Family 👩‍👩‍👧‍👦 flags 🇫🇷🇩🇪 hearts ❤️ hands 👋🏽 keycaps 1️⃣ and on, until the very end 🎬",
}
INJECTIONS = [
    r"{\an8}{\pos(0,0)}up there",
    "<font color=red size=90>red</font> <b>bold</b> <i>",
    "00:00:01,000 --> 00:00:02,000",
    "--> -->-->",
    r"C:\Nice\new\harbour \N\h",
    "1",
    "&lt;b&gt; &amp; &nbsp; &",
    "}{",
    "NOTE not a note",
    "STYLE ::cue{color:red}",
    "x':textfile=/etc/passwd:y='",
    "%{pts} %{e:1}",
]


def line(text: str, start: float, end: float, *, aligned: bool = True) -> TimedLine:
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
        aligned=aligned,
        voice_id="joe",
        engine="tiny",
    )


def letters(text: str) -> str:
    return "".join(text.split())


ANY = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=300)


@given(ANY, st.sampled_from([WIDESCREEN, SQUARE, TALL]))
def test_no_row_is_too_wide_and_no_letter_is_lost(text: str, measure) -> None:  # type: ignore[no-untyped-def]
    parts = split_text(text, measure)
    assert letters("".join(parts)) == letters(text)
    for part in parts:
        rows = part.split("\n")
        assert len(rows) <= 2
        assert all(0 < columns(row) <= measure.limit(text) for row in rows)


@pytest.mark.parametrize("script", TEXTS)
@pytest.mark.parametrize("measure", [WIDESCREEN, TALL])
def test_every_script_is_parted_where_it_may_be(script: str, measure) -> None:  # type: ignore[no-untyped-def]
    text = TEXTS[script]
    parts = split_text(text, measure)
    whole = set(clusters("".join(text.split())))
    for row in "\n".join(parts).split("\n"):
        assert len(row) <= measure.letters
        assert set(clusters(letters(row))) <= whole, "a letter was torn from its marks"
        assert unicodedata.category(row[0]) not in ("Mn", "Mc", "Pe", "Pf")
        assert row[0] not in "。、，！？」؟،।?!,."
    if script in ("Japanese", "Chinese"):
        assert all(columns(row) <= measure.wide for part in parts for row in part.split("\n"))


def test_frames_have_their_measures() -> None:
    shapes = [(1280, 720), (854, 480), (720, 720), (720, 1280)]
    assert [measure_for(*shape) for shape in shapes] == [WIDESCREEN, WIDESCREEN, SQUARE, TALL]


SPOKEN = st.lists(
    st.tuples(ANY.filter(lambda text: text.strip() != ""), st.floats(0.05, 6), st.floats(0, 2)), min_size=1, max_size=8
)


@given(SPOKEN, st.booleans(), st.sampled_from([WIDESCREEN, TALL]))
def test_cues_are_ordered_whole_and_inside_the_film(spoken, aligned: bool, measure) -> None:  # type: ignore[no-untyped-def]
    lines, at = [], 0.2
    for text, seconds, pause in spoken:
        lines.append(line(text, at, at + seconds, aligned=aligned))
        at += seconds + pause
    total = round((at + 0.5) * SAMPLE_RATE)
    made = cues(lines, total, measure)
    assert letters("".join(cue.text for cue in made)) == letters("".join(x.text for x in lines))
    assert all(cue.text.strip() for cue in made)
    assert all(0 <= cue.start < cue.end <= total for cue in made)
    assert all(a.end <= b.start for a, b in pairwise(made))
    back = read_srt(to_srt(made))
    assert [cue.text for cue in back] == [plain(cue.text) for cue in made]


def test_speech_that_can_be_read_is_never_too_fast() -> None:
    words = "He said that nobody had ever come back from there, and then he laughed. " * 3
    seconds = len(words) / 17  # 17 characters a second: quick, but a viewer keeps up
    made = cues([line(words.strip(), 1, 1 + seconds), line("Oh.", 2 + seconds, 2.2 + seconds)], 60 * SAMPLE_RATE)
    assert too_fast(made) == []
    assert made[0].start == SAMPLE_RATE
    assert made[-1].end - made[-1].start >= SHORTEST


def test_fast_speech_gets_the_silence_around_it_and_is_told() -> None:
    text = "Quick now, run as fast as ever you can run!"
    alone = cues([line(text, 2, 3.2)], 20 * SAMPLE_RATE)  # 36 characters a second, silence behind
    assert too_fast(alone) == []
    assert alone[0].end > round(3.2 * SAMPLE_RATE)
    chased = cues([line(text, 2, 3.2), line(text, 3.3, 4.5), line(text, 4.6, 5.8)], 6 * SAMPLE_RATE)
    assert len(too_fast(chased)) >= 2
    assert chased[0].start == 2 * SAMPLE_RATE - SAMPLE_RATE // 4
    assert max(cue.speed for cue in chased) > MAX_SPEED


@pytest.mark.parametrize("text", [*INJECTIONS, *TEXTS.values()])
def test_a_file_says_the_plans_words_and_nothing_else(text: str) -> None:
    made = cues([line("before", 0, 1), line(text, 1.5, 9), line("after", 9.2, 10)], 11 * SAMPLE_RATE)
    told = [cue.text.replace("\n", " ") for cue in read_srt(to_srt(made))]
    assert letters(" ".join(told)) == letters(f"before {text} after")
    assert too_fast(made) == []
    for row in to_srt(made).splitlines():
        assert row.count("-->") <= 1
    vtt = to_vtt(made)
    assert vtt.count("-->") == len(made)
    assert "<" not in vtt


def test_right_to_left_rows_say_so() -> None:
    made = cues([line(TEXTS["Hebrew"], 0, 4)], 8 * SAMPLE_RATE)
    rows = [row for row in to_srt(made).splitlines() if is_rtl(plain(row))]
    assert rows
    assert all(row.startswith("\u202b") and row.endswith("\u202c") for row in rows)


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams")
    picture = Picture(64, 48, Fraction(24))
    encode_segment((gradient(64, 48, 1, n) for n in range(8 * 24)), picture, folder / "picture.mp4")
    encode_to_target(np.zeros((8 * SAMPLE_RATE, 2), np.float32), -14, folder / "sound.m4a")
    return folder


def test_the_track_in_the_film_is_the_text(streams: Path) -> None:
    """What a player shows of the embedded track: the words, with no tag in them and no line that is not there."""
    lines = [line(text, k * 0.6, k * 0.6 + 0.5) for k, text in enumerate(INJECTIONS)]
    made = cues(lines, 8 * SAMPLE_RATE)
    (streams / "words.srt").write_text(to_srt(made), encoding="utf-8")
    (streams / "chapters.txt").write_text(chapters_text("a=b;c#d\\e\n[CHAPTER]", []), encoding="utf-8")
    mux(streams, "picture.mp4", "sound.m4a", "words.srt", "chapters.txt", "film.mp4", "fr-CA")
    args = [ffmpeg_program(), "-v", "error", "-i", str(streams / "film.mp4"), "-map", "0:s:0", "-f", "srt", "-"]
    shown = read_srt(run(args, timeout=30).decode())
    assert [letters(cue.text) for cue in shown] == [letters(cue.text) for cue in made]
    with av.open(str(streams / "film.mp4")) as film:
        assert film.metadata["title"] == "a=b;c#d\\e [CHAPTER]"
        assert film.metadata["comment"] == "Made by machine with Sparkle Motion"
        assert film.streams.subtitles[0].metadata["language"] == "fra"
        assert film.streams.audio[0].metadata["language"] == "fra"
    data = (streams / "film.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_languages_have_three_letters() -> None:
    assert [language_code(x) for x in ("en", "pt-BR", "haw", "qq")] == ["eng", "por", "haw", "und"]


@pytest.mark.parametrize(
    "text", ["1\n00:00:00,000 -> 00:00:01,000\nx\n\n", "2\n00:00:00,000 --> 00:00:01,000\nx\n\n", "1\nx\ny\n\n"]
)
def test_a_damaged_file_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="cue 1 is not one"):
        read_srt(text)
