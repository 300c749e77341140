"""Subtitles: whatever is said, SRT reads back as the cues it was written from, and WebVTT, ASS and chapters hold no
command that was in the words."""

import html
import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from resources.media.burn import ass_file, shown
from resources.media.encode import Picture
from resources.media.mux import chapters_text
from resources.media.subtitles import Cue, cues, plain, read_srt, to_srt, to_vtt
from resources.media.wrap import SQUARE, TALL, WIDESCREEN
from schemas.media import TimedLine
from schemas.plan import Dialogue
from schemas.time import SAMPLE_RATE
from tests.harness.fuzzing import door, fenced
from tests.harness.mutations import HOSTILE_TEXTS, bytes_changed, text_changed

WORDS = (
    "Where did the lantern go tonight, and who carried it over the hill?",
    "{\\an8}up <font color=red>there</font> 00:00:01,000 --> 00:00:02,000",
    "私は昨日、東京の大きな図書館で「銀河鉄道の夜」という本を読みました。",
    "مرحبا بالعالم، كيف حالك اليوم يا صديقي العزيز؟",
    "Family 👩‍👩‍👧‍👦 flags 🇫🇷🇩🇪 hearts ❤️",
    "NOTE x\n\nSTYLE ::cue{} &lt;b&gt; &amp;amp; &",
    "1",
    "-->",
)


def said() -> st.SearchStrategy[str]:
    """Words as a plan may hold them."""
    return st.one_of(
        st.sampled_from(WORDS),
        text_changed(st.sampled_from(WORDS)),
        st.sampled_from(HOSTILE_TEXTS),
        st.text(max_size=60),
    )


def spoken() -> st.SearchStrategy[list[tuple[str, int, int]]]:
    """Lines with start and length in samples, in no order."""
    return st.lists(st.tuples(said(), st.integers(0, 30 * SAMPLE_RATE), st.integers(0, 8 * SAMPLE_RATE)), max_size=6)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("subtitles")


def timed(lines: list[tuple[str, int, int]]) -> list[TimedLine]:
    """Those lines that a plan takes."""
    found = []
    for text, start, length in lines:
        try:
            kept = Dialogue(character_id="ada", text=text).text
        except ValidationError:
            continue
        found.append(spoken_line(kept, start, start + length))
    return found


def spoken_line(text: str, start: int, end: int) -> TimedLine:
    given = {"character_id": "ada", "text": text, "start": start, "end": end, "words": [], "marks": []}
    return TimedLine.model_validate({**given, "aligned": False, "voice_id": "x", "engine": "x"})


def letters(text: str) -> str:
    return re.sub(r"\s", "", plain(text))


@door(40)
@given(spoken(), st.sampled_from((WIDESCREEN, TALL, SQUARE)))
@example([("a\n\nb", 0, 9), ("\u2060", 0, 9)], WIDESCREEN)
def test_words_stay_words(place: Path, lines: list[tuple[str, int, int]], measure: object) -> None:
    with fenced(place):
        made = cues(timed(lines), 40 * SAMPLE_RATE, measure)  # type: ignore[arg-type]
        srt, vtt = to_srt(made), to_vtt(made)
        back = read_srt(srt)
        assert [letters(cue.text) for cue in back] == [letters(cue.text) for cue in made]
        assert all(abs(a.start - b.start) < 48 and abs(a.end - b.end) < 48 for a, b in zip(back, made, strict=True))
        assert to_srt([Cue(cue.start + 47, cue.end + 47, cue.text) for cue in back]) or not back
        blocks = vtt.split("\n\n")
        assert blocks[0] == "WEBVTT"
        assert vtt.count("-->") == len(made)
        words = html.unescape(re.sub(r"<[^>]*>", "", "".join(block.partition("\n")[2] for block in blocks[1:])))
        assert letters(words) == letters("".join(cue.text for cue in made))
        picture = Picture(160, 90, Fraction(24))
        ass = ass_file(shown(made, Fraction(24), 960), picture)
        events = ass.partition("[Events]\n")[2].splitlines()
        assert all(row.startswith(("Format: ", "Dialogue: 0,")) for row in events)
        assert len(events) == 1 + len(made)
        chapters = chapters_text("".join(cue.text for cue in made), [])
        assert len(chapters.splitlines()) == 3


SRT = to_srt([Cue(0, 48_000, "one"), Cue(96_000, 144_000, "two\nrows"), Cue(192_000, 240_000, "{\\an8}")])


@door(30)
@given(
    st.one_of(
        text_changed(st.just(SRT)), bytes_changed(st.just(SRT.encode())).map(lambda x: x.decode("utf-8", "replace"))
    )
)
@example(SRT.replace("00:00:00", "9" * 5000 + ":00:00", 1))
def test_any_srt_is_read_or_refused(place: Path, text: str) -> None:
    with fenced(place):
        try:
            found = read_srt(text)
        except ValueError as error:
            assert re.fullmatch(r"cue \d+ is not one", str(error))
            return
        assert [cue.text for cue in read_srt(to_srt(found))] == [plain(cue.text) for cue in found]
