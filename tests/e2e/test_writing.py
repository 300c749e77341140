"""Ideas and wishes on the command line: what is told before anything is made, and what the plan then says."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.conftest import Answer, Sparkle
from tests.harness.openai_server import ModelServer
from tests.integration.test_script_agent import IDEA, SHOTS, STORY

NO_KEYS = {"GOOGLE_API_KEY": "", "GEMINI_API_KEY": "", "OPENAI_API_KEY": ""}


def plan_of(tmp_path: Path, movie: str) -> dict[str, object]:
    value: dict[str, object] = json.loads(
        (tmp_path / ".sparkle" / "movies" / movie / "plan" / "movie_plan.json").read_text(encoding="utf-8")
    )
    return value


@pytest.mark.parametrize(
    ("writer", "told"),
    [
        ("gemini-2.5-flash", "GOOGLE_API_KEY nor GEMINI_API_KEY"),
        ("nonsense", "no model 'nonsense'"),
        ("", "no model is named"),
    ],
)
def test_a_writer_that_is_not_there_leaves_no_film(sparkle: Sparkle, tmp_path: Path, writer: str, told: str) -> None:
    begun = os.times()
    answer = sparkle("make", "A cat finds a hat", "--writer", writer, env=NO_KEYS)
    ended = os.times()
    assert ended.children_user + ended.children_system - begun.children_user - begun.children_system < 3
    assert answer.code == 2 and told in answer.err and answer.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_asks_no_language_model(sparkle: Sparkle, tmp_path: Path) -> None:
    with ModelServer() as server:
        told = sparkle("make", IDEA, "--writer", server.spec(), "--dry-run", "--json")
        assert told.code == 0, told.err
        assert (told.value["planned"], server.asked) == (False, [])
        assert told.value["would_render"] == [{"shot": None, "stages": ["movie_plan", "final_cut", "qa_report"]}]
        assert 1_000 < told.value["estimate"]["tokens"] < 20_000
        text = sparkle("make", IDEA, "--writer", server.spec(), "--dry-run").out
        assert "the plan is not written yet" in text and "tokens" in text
    assert list(tmp_path.iterdir()) == []


def test_a_model_writes_a_plan_once(sparkle: Sparkle, tmp_path: Path) -> None:
    with ModelServer(json.dumps(STORY), json.dumps(SHOTS)) as server:
        first = sparkle("plan", IDEA, "--writer", server.spec(), "--aspect", "1:1", "--out", "a.json", "--json")
        assert first.code == 0, first.err
        again = sparkle("plan", IDEA, "--writer", server.spec(), "--aspect", "1:1", "--out", "b.json", "--json")
        assert (again.code, len(server.asked)) == (0, 2)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert json.loads((tmp_path / "a.json").read_text())["aspect"] == "1:1"


def test_a_model_that_cannot_write_says_where_its_answers_are(sparkle: Sparkle, tmp_path: Path) -> None:
    with ModelServer(*["I would rather not."] * 3) as server:
        answer = sparkle("make", IDEA, "--movie", "bell", "--writer", server.spec(), "--json")
    assert answer.code == 1
    assert answer.value["error"]["kind"] == "PlanParseError"
    folder = Path(answer.value["error"]["hint"].removeprefix("every attempt is kept in "))
    assert (folder / "attempt-3.txt").read_text() == "I would rather not."
    assert sparkle("list", "--json").value == {"films": []}


def test_wishes_are_in_the_plan(sparkle: Sparkle, tmp_path: Path) -> None:
    wishes = ("--seconds", "30", "--shots", "6", "--style", "linocut", "--forbid", "storm", "--forbid", "gulls")
    cast = ("--cast", "Mara: an old lighthouse keeper", "--cast", "Tom")
    answer = sparkle("plan", "A lighthouse keeper finds a robot", *wishes, *cast, "--out", "p.json")
    assert answer.code == 0, answer.err
    assert "note: the embedded studio draws paper cut-outs; the style 'linocut' is kept" in answer.err
    plan = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
    assert len(plan["shots"]) == 6 and plan["style"] == "linocut"
    assert {"Mara", "Tom"} <= {one["name"] for one in plan["characters"]}
    assert not list((tmp_path / ".sparkle").glob("*"))


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "too many shots": (("--shots", "99"), "shots: Input should be less than or equal to 60"),
    "more than the storyteller has": (("--shots", "30"), "tells in 3 to 14 shots, 30 were asked for"),
    "no length": (("--seconds", "nan"), "seconds"),
    "what the idea says": (("--forbid", "hat"), "the idea itself says 'hat'"),
    "a name twice": (("--cast", "Ada", "--cast", "ada: a girl"), "the name 'ada' is given twice"),
    "nobody": (("--cast", ": a girl"), "cast.0.name"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wish_that_cannot_be_fulfilled_is_one_line(sparkle: Sparkle, tmp_path: Path, case: str) -> None:
    flags, told = REFUSED[case]
    answer = sparkle("plan", "A cat finds a hat", *flags)
    assert answer.code == 2, answer.err
    assert told in answer.err and answer.err.count("\n") == 1 and answer.out == ""


def test_wishes_need_a_writer(sparkle: Sparkle, tmp_path: Path, plan: dict[str, object]) -> None:
    (tmp_path / "p.json").write_text(json.dumps(plan))
    answer = sparkle("make", "--plan", "p.json", "--seconds", "30")
    assert answer.code == 2 and "nobody is there to fulfil --seconds" in answer.err
    assert not (tmp_path / ".sparkle").exists()


def test_a_persons_own_words_are_told_and_stay(sparkle: Sparkle) -> None:
    answer = sparkle("plan", "A sailor says shit and finds a robot")
    assert answer.code == 0
    assert "note: the idea, text: 'shit': is on the list of the text policy; it stays" in answer.err
    assert "shit" in answer.out


def spoken(answer: Answer) -> str:
    plan = json.loads(answer.out)
    return " ".join(line["text"] for shot in plan["shots"] for line in shot["dialogue"])


@pytest.mark.parametrize(
    ("language", "idea", "word"),
    [
        ("es", "Una niña busca su cometa roja en el bosque", "historia"),
        ("fr", "Un vieux gardien de phare trouve un robot dans la mer", "histoire"),
        ("de", "Ein Fuchs will die Sprache der Sterne lernen", "Geschichte"),
    ],
)
def test_a_plan_is_in_its_language(sparkle: Sparkle, language: str, idea: str, word: str) -> None:
    from resources.agents.script_checks import wrong_language

    answer = sparkle("plan", idea, "--language", language)
    assert answer.code == 0 and answer.err == ""
    assert wrong_language(spoken(answer), language) is None
    assert wrong_language(spoken(answer), "en") == language
    assert word in spoken(answer) or word in answer.out


def test_an_idea_that_is_not_translated_is_told(sparkle: Sparkle) -> None:
    answer = sparkle("plan", "A fox finds a lantern", "--language", "de")
    assert answer.code == 0
    assert "note: the storyteller does not translate the idea into German" in answer.err
