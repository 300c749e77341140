"""The text policy: what it knows, what it leaves alone, and whose words it judges how."""

from __future__ import annotations

import time

import pytest
from pydantic import ValidationError

from resources.agents.policy import Refused, TextPolicy, blocking, check_text, notes, text_policy
from resources.agents.storyteller import tell
from schemas.plan import MoviePlan
from tests.unit.test_storyteller import IDEAS

HARMLESS = """Scunthorpe; the cockpit of a plane; grapes and a grape; a peacock and a cockatoo; an assassin in class;
Essex, Sussex and Penistone; a therapist's analysis; kill the dragon; the ugly duckling; a fat cat; a pot of tea;
a drunk pirate; the virgin queen; Moby Dick; Dick Whittington and his cat; the cock crowed at dawn; a pussy cat;
Shitake mushrooms; a poof of smoke; tied up at the pier; a girl on a bridge; the goat butts; a big black bear;
weeds in the garden; a bass drum; the naked emperor; a stupid robot; magna laude; a titmouse""".replace(
    "\n", " "
).split("; ")
RUDE = ["shit", "sh1t", "SHIT", "s.h.i.t", "f u c k", "f*ck you", "fück", "a$$hole", "you pussy", "I will kill myself"]


def found(text: str, language: str = "en") -> list[str]:
    return [one.what for one in check_text(text, text_policy(), language=language, written_by="model")]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_words_are_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", RUDE)
def test_rude_words_are_found_however_they_are_spelt(text: str) -> None:
    assert len(found(text)) == 1


@pytest.mark.parametrize(
    ("language", "harmless", "rude"),
    [
        ("de", "Ein dicker nackter Mufti wedelt mit dem Schwanz", "Scheiße"),
        ("es", "un asno y un martillo en el infierno", "mierda"),
        ("fr", "la veuve, sa chatte et un baiser", "putain"),
        ("pt-BR", "uma casa no mar", "merda"),
        ("zh", "一只猫在海边", "操你妈"),
    ],
)
def test_each_language_has_its_own_words(language: str, harmless: str, rude: str) -> None:
    assert found(harmless, language) == []
    assert found(rude, language)


def test_a_language_without_a_list_is_held_to_our_own_words_alone() -> None:
    held = text_policy().model_dump()
    held["extra"].append({"words": ["blorf"], "severity": "block"})
    policy = TextPolicy.model_validate(held)
    told = check_text("blorf na shit", policy, language="sw", written_by="model")
    assert [one.what for one in told] == ["'blorf'"]


def plan(line: str, **more: object) -> MoviePlan:
    shots = [{"prompt": "a street", "dialogue": [{"character_id": "ada", "text": line}]}]
    return MoviePlan.model_validate(
        {"title": "A", "characters": [{"id": "ada", "name": "Ada"}], "shots": shots, **more}
    )


def test_who_wrote_it_decides_how_severe_it_is() -> None:
    policy = text_policy()
    rude = plan("Oh shit, the boat!")
    [by_model] = check_text(rude, policy, written_by="model")
    assert (by_model.severity, by_model.where, by_model.what) == ("block", "shot 1, line 1", "'shit'")
    assert blocking(check_text(rude, policy, written_by="person")) == []
    [told] = notes(rude, what="the plan")
    assert told.startswith("the plan, shot 1, line 1: 'shit'")
    # a word of the person's own idea stays theirs when a model repeats it
    assert blocking(check_text(rude, policy, written_by="model", own="Oh shit, a boat sinks")) == []


def test_a_policy_may_refuse_a_person_too(monkeypatch: pytest.MonkeyPatch) -> None:
    held = text_policy().model_dump()
    held["written_by"]["person"] = "block"
    strict = TextPolicy.model_validate(held)
    monkeypatch.setattr("resources.agents.policy.text_policy", lambda: strict)
    with pytest.raises(Refused, match=r"the idea: the text policy does not allow text: 'shit'") as refused:
        notes("Oh shit", what="the idea")
    assert refused.value.exit_code == 2
    held["mode"] = "ignore"
    assert check_text("Oh shit", TextPolicy.model_validate(held), written_by="model") == []


def test_lengths() -> None:
    [told] = check_text(plan("word " * 60), text_policy(), written_by="model")
    assert told.where == "shot 1, line 1" and "at most 240" in told.what
    assert [one.where for one in check_text(plan("Hi", title="A" * 90), text_policy(), written_by="model")] == ["title"]


def test_every_text_of_a_plan_is_read() -> None:
    places = [{"id": "p", "name": "shit"}]
    full = plan("shit", title="shit", logline="shit", locations=places, credits=["shit"])
    assert {one.where for one in check_text(full, text_policy(), written_by="model")} == {
        "title", "logline", "location p", "shot 1, line 1", "credits",
    }  # fmt: skip


def test_a_misspelt_policy_is_told() -> None:
    held = text_policy().model_dump()
    with pytest.raises(ValidationError, match="mode"):
        TextPolicy.model_validate({**held, "mode": "on"})
    with pytest.raises(ValidationError, match="languages"):
        TextPolicy.model_validate({**held, "languages": {"en": {"list": "klingon"}}})


def test_the_storyteller_says_nothing_rude_and_a_plan_is_checked_quickly() -> None:
    plans = [tell(idea, seed=seed) for idea in IDEAS for seed in (0, 1)]
    begun = time.process_time()
    assert [one for each in plans for one in check_text(each, text_policy(), written_by="model")] == []
    assert (time.process_time() - begun) / len(plans) < 0.15
