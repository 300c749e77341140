"""Letters in pictures: words of a known size planted into textured ones, the same without, and what was asked for."""

from __future__ import annotations

from pathlib import Path

import font_caladea
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from resources.media.label import LABEL
from resources.quality.lettering import (
    Lettering,
    SeenWord,
    check_lettering,
    letters,
    read_frames,
    read_picture,
    unasked,
    words_of,
)
from resources.quality.policy import load_policy
from schemas.time import FrameRate
from tests.harness.portraits import ADA, VIEWS, portrait
from tests.harness.small_film import pictures

POLICY = load_policy("gpu-16gb")
RATE = FrameRate.parse("24")
CALADEA = next(Path(font_caladea.__file__).parent.rglob("Caladea-Bold.ttf"))
WORDS = ("HARBOUR", "Bakery", "CLOSED TODAY", "Danger", "zorpitch", "STATION 9")


def ground(number: int) -> NDArray[np.uint8]:
    """A textured picture without a letter: (360, 640, 3)."""
    small = Image.fromarray(pictures(300 + number, 1)[0])
    return np.asarray(small.resize((640, 360), Image.Resampling.BICUBIC)) if number % 2 else portrait(ADA, VIEWS[0])


def lettered(picture: NDArray[np.uint8], text: str, size: int, at: tuple[int, int] = (60, 40), font: Path = CALADEA,
             turned: float = 0.0) -> NDArray[np.uint8]:  # fmt: skip
    """``text`` of ``size`` pixels, turned by some degrees."""
    canvas = Image.fromarray(picture)
    mask = Image.new("L", canvas.size, 0)
    ImageDraw.Draw(mask).text(at, text, font=ImageFont.truetype(str(font), size), fill=255)
    mask = mask.rotate(turned, resample=Image.Resampling.BICUBIC, center=at)
    canvas.paste((250, 248, 240), mask=mask)
    return np.asarray(canvas)


def read(picture: NDArray[np.uint8], folder: Path) -> Lettering:
    path = folder / "image.png"
    Image.fromarray(picture).save(path)
    return read_picture(path)


def test_planted_words_are_read_and_told(tmp_path: Path) -> None:
    for number, (text, size) in enumerate(zip(WORDS, (16, 48, 24, 16, 32, 24), strict=True)):
        picture = lettered(ground(number), text, size, turned=number % 3 * 4 - 4)
        words = unasked(read(picture, tmp_path), "a street at night")
        assert {word for word in words_of(text) if len(word) > 2} == {one.word for one in words}, (text, size)
        [found] = check_lettering(POLICY, words, rate=RATE, shot="s1")
        assert (found.reason, found.severity, found.value) == ("unasked_text", "warn", sum(len(o.word) for o in words))


def test_pictures_without_letters_have_none(tmp_path: Path) -> None:
    alarms = [words for number in range(5) if (words := unasked(read(ground(number), tmp_path), ""))]
    assert alarms == []


@pytest.mark.parametrize(
    "asked",
    [
        'a shop whose sign says "Harbour Bakery"',  # a sign quoted in the prompt
        "two harbours and bakeries by the sea, one bakery open",  # inflected
        "harbour-bakery",
        "hárboür bäkery",
    ],
)
def test_what_was_asked_for_may_be_there(asked: str) -> None:
    seen = Lettering(words=[SeenWord(word="harbour"), SeenWord(word="bakery")])
    assert unasked(seen, asked) == []
    assert [one.word for one in unasked(seen, "a ship")] == ["harbour", "bakery"]


def test_words_that_the_reader_runs_together_are_still_those() -> None:
    assert unasked(Lettering(words=[SeenWord(word="harbourbakery")]), 'a sign, "Harbour Bakery"') == []


def test_a_misread_letter_and_a_stroke_are_no_finding() -> None:
    assert (
        unasked(Lettering(words=[SeenWord(word="harb0ur"), SeenWord(word="ll"), SeenWord(word="x")]), "Harbour") == []
    )
    assert unasked(Lettering(words=[SeenWord(word=word) for word in words_of(LABEL)]), f"a boat {LABEL}") == []


def test_an_ideograph_is_more_than_a_letter() -> None:
    assert [letters(word) for word in ("禁止", "ab", "ひら", "한국")] == [4, 2, 4, 4]
    assert [one.word for one in unasked(Lettering(words=[SeenWord(word="禁止")]), "a wall")] == ["禁止"]


def test_a_word_has_to_be_in_two_frames_and_is_told_where_it_begins() -> None:
    def frames(*texts: str) -> list[tuple[int, NDArray[np.uint8]]]:
        plain = [ground(1) if not text else lettered(ground(1), text, 40) for text in texts]
        return [(8 + 16 * k, np.dstack([one, np.full(one.shape[:2], 255, np.uint8)])) for k, one in enumerate(plain)]

    assert read_frames(frames("", "SALE", "")).words == []
    words = unasked(read_frames(frames("", "SALE", "SALE")), "a street")
    assert [(one.word, one.frame) for one in words] == [("sale", 24)]
    [found] = check_lettering(POLICY, words, rate=RATE, shot="s1")
    assert (found.frame, found.second, found.shot) == (24, 1.0, "s1")


def test_in_material_of_ones_own_it_is_noted_only() -> None:
    [found] = check_lettering(POLICY, [SeenWord(word="sale")], rate=RATE, shot="s1", own=True)
    assert found.severity == "info"
    assert check_lettering(POLICY, [], rate=RATE, shot="s1") == []
