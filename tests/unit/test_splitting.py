"""Long lines parted where a reader breathes, in any writing system."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.lexicon.splitting import pairs_up, split_line

ENGLISH = "The sea was loud. The lamp, which nobody had lit, stood dark; the keeper slept. Then the wind came."
SAMPLES = {
    "sentences": (ENGLISH, 64, ["The sea was loud.", "The lamp, which nobody had lit, stood dark; the keeper slept."]),
    "clauses": ("one two three, four five six seven eight nine ten", 30, ["one two three,"]),
    "words": ("one two three four five six seven eight", 20, ["one two three four", "five six seven eight"]),
    "no blanks": ("abcdefghij", 4, ["abc", "def", "ghij"]),
    "Chinese": ("灯塔很亮。海很大，风很急。他睡了。", 10, ["灯塔很亮。", "海很大，风很急。", "他睡了。"]),
    "Japanese": ("「灯がついた。」海は静か。", 8, ["「灯がついた。」", "海は静か。"]),
    "Arabic": ("هل أنت هنا؟ نعم أنا هنا", 14, ["هل أنت هنا؟", "نعم أنا هنا"]),
    "Hindi": ("वह सो गया। हवा आई।", 12, ["वह सो गया।", "हवा आई।"]),
    "a title": ("I met Mr. Ray on the old pier today.", 24, ["I met Mr. Ray on", "the old pier today."]),
    "a number": ("it was 3.14 and 1,000 more", 14, ["it was 3.14", "and 1,000 more"]),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_line_is_parted_at_its_joints(name: str) -> None:
    text, limit, first = SAMPLES[name]
    parts = split_line(text, limit)
    assert parts[: len(first)] == first
    assert pairs_up(parts, text)


def test_a_line_that_fits_is_left_alone() -> None:
    assert split_line("Hello there. You.", 299) == ["Hello there. You."]
    assert split_line("  ", 10) == []


scripts = st.text(st.characters(exclude_categories=["Cs"]), max_size=900)
words = st.lists(
    st.sampled_from([*ENGLISH.split(), "灯台。", "नमस्ते।", "🧑🏽\u200d🚀", "e\u0301\u0302", "a" * 70]), max_size=90
)


@given(text=st.one_of(scripts, words.map(" ".join), words.map("".join)), limit=st.integers(2, 299))
def test_nothing_is_lost_or_added(text: str, limit: int) -> None:
    parts = split_line(text, limit)
    assert pairs_up(parts, text)
    assert all(0 < len(part) <= limit for part in parts)
    assert len(parts) <= 2 + 4 * len(text) / limit


@given(text=words.map("".join))
def test_no_mark_is_torn_from_its_letter(text: str) -> None:
    for part in split_line(text, 40)[1:]:
        assert unicodedata.category(part[0])[0] != "M"
        assert part[0] not in "\u200d\U0001f3fd"


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (["one", "two"], True),
        (["one two"], True),
        (["on", "e two"], True),
        (["one"], False),
        (["two", "one"], False),
        (["one", "", "two"], False),
        (["one ", "two"], False),
        (["one", "two", "two"], False),
        (["One", "two"], False),
        ([], False),
    ],
)
def test_parts_are_the_line(parts: list[str], whole: bool) -> None:
    assert pairs_up(parts, "one two") is whole
