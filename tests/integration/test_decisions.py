"""Decisions on their way through the pipeline: asked for once, part of the fingerprint, told with the artifact."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from resources.agents import images_agent
from resources.agents import memo as memos
from resources.agents.ask import Answer, Question, ask
from resources.agents.budget import Spent
from resources.agents.errors import AnswerInvalid, CredentialsMissing, ModelTimeout
from resources.engines import Sound
from resources.errors import SparkleError
from resources.pipeline import engines as engine_table
from resources.pipeline.deciding import Decisions
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.pipeline.stages.images import image_job
from resources.store.film import Home, ShotTakes, Take
from resources.store.timeline import read_timeline
from schemas.decisions import DecisionSource
from schemas.media import SpokenLine, TimedLine
from schemas.repair import Repair
from sparkle_assets.cli.making import Making
from sparkle_assets.cli.progress import Watch
from sparkle_assets.cli.spending import cost, in_words
from tests.harness.engines import TinyVoices
from tests.harness.openai_server import ModelServer
from tests.integration.test_pipeline import ALL, FILM, make_all, produce
from tests.integration.test_runner import runner_for

Asked = list[Question[Any]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Every question that is asked, on its way to the real thing."""
    questions: Asked = []

    def watched(question: Question[Any], **more: Any) -> Answer[Any]:
        questions.append(question)
        return ask(question, **more)

    monkeypatch.setattr(memos, "ask", watched)
    return questions


def with_model(production: Production, tiny: Engines, **models: str) -> Production:
    """The same film, other models behind its agents."""
    script = production.script
    agents = script.profile.agents.model_copy(update=models)
    profile = script.profile.model_copy(update={"agents": agents})
    return Production(
        production.home, production.film.movie, lambda name: tiny, dataclasses.replace(script, profile=profile)
    )


def rendered(production: Production) -> list[str]:
    """What the first shot makes now."""
    outcomes = [stage("01") for stage in (production.image, production.voice, production.video, production.clip)]
    return [outcome.ref.stage for outcome in outcomes if not outcome.reused]


def test_looking_asks_nobody(home: Home, tiny: Engines, plan: dict[str, Any], asked: Asked) -> None:
    production = produce(home, tiny, plan)
    assert production.state("01").stale == ALL
    assert asked == []
    assert not (production.film.path / "decisions").exists()


def test_every_stage_is_decided_once(home: Home, tiny: Engines, plan: dict[str, Any], asked: Asked) -> None:
    production = produce(home, tiny, plan)
    production.prefetch_voices(["01", "02", "03"])
    make_all(production)
    # the third shot has no words: nobody decides about its voice, or its mouths
    assert sorted(question.agent for question in asked) == [
        *["images_agent"] * 3,
        *["lipsync_agent"] * 2,
        *["tts_agent"] * 2,
        *["videos_agent"] * 3,
    ]
    assert {question.film_seed for question in asked} == {production.script.plan.seed}
    events = [event for event in read_timeline(production.film.path) if event.event == "decided"]
    assert len(events) == len(asked)
    again = Production(home, "hello", lambda profile: tiny)
    assert make_all(again) == {}
    assert len(asked) == 10


def test_the_engine_gets_what_was_decided(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    production = produce(home, tiny, plan)
    rendered(production)
    request = json.loads((production.store.path(production.ref("video_chunks", "01")) / "score.json").read_text())
    assert request["request"]["motion_prompt"].startswith("Ada waves from a boat at night.")
    assert request["request"]["prompt"] == "Ada waves from a boat at night"
    assert request["request"]["chunk_frames"] % 4 == 1


def test_the_cut_out_studio_draws_what_the_plan_says(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    """ "carries" in a composed prompt would put a thing into a hand; nothing but the plan's own words may."""
    from resources.cutout.stage import lay_out

    plan["shots"][0] |= {"prompt": "Ada, a lantern beside her", "props": ["lantern"], "size": "wide"}
    production = produce(home, tiny, plan)
    request = production.script.image_request(production.script.plan.shots[0])
    decided = production.decisions.image("01")
    assert decided is not None
    value = decided.value.model_copy(update={"prompt": f"{decided.value.prompt} Ada carries a lantern."})
    assert lay_out(value.applied(request)) == lay_out(request)
    swapped = request.model_copy(update={"prompt": value.prompt})
    assert lay_out(swapped) != lay_out(request)


def test_a_sidecar_tells_the_decision_and_where_it_came_from(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    production = produce(home, tiny, plan)
    outcome = production.image("01")
    sidecar = production.store.sidecar(outcome.ref)
    assert sidecar is not None
    decision = sidecar.decision
    assert decision["value"]["prompt"].startswith("medium shot from the waist up. Ada waves from a boat at night.")
    assert decision["value"]["seed"] == sidecar.seed == production.script.seed(production.script.plan.shots[0])
    assert (decision["agent"], decision["model"], decision["prompt_version"]) == ("images_agent", "sparkle/local", "1")
    assert (production.film.path / "decisions" / "images_agent" / f"{decision['memo'][:24]}.json").is_file()
    assert "composed_prompt" in sidecar.request
    assert sidecar.request["composed_prompt"] == ""  # the request stays the plan's


def test_the_value_decides_the_fingerprint_and_its_source_does_not(
    home: Home, tiny: Engines, plan: dict[str, Any]
) -> None:
    production = produce(home, tiny, plan)
    decided = production.decisions.image("01")
    assert decided is not None

    def fingerprint(**change: Any) -> str:
        other = dataclasses.replace(decided, **change)
        return image_job(production.script, "01", tiny.image, other).fingerprint

    source = DecisionSource(agent="a", model="m", model_version="v", prompt_version="9", memo="0" * 64)
    assert fingerprint(source=source) == fingerprint()
    for change in ({"prompt": "A boat"}, {"negative_prompt": ""}, {"seed": 1}, {"steps": 30}, {"guidance": 4.0}):
        assert fingerprint(value=decided.value.model_copy(update=change)) != fingerprint()
    assert image_job(production.script, "01", tiny.image, None).fingerprint != fingerprint()


def test_another_model_that_decides_the_same_renders_nothing(
    home: Home, tiny: Engines, plan: dict[str, Any], asked: Asked
) -> None:
    production = produce(home, tiny, plan)
    rendered(production)
    question = next(question for question in asked if question.agent == "images_agent")
    value = images_agent.by_rule(question.content, question.seed)
    with ModelServer(*[value.model_dump_json()] * 4) as server:
        same = with_model(production, tiny, images=server.spec())
        assert same.state("01").stale == ["shot_images", "video_chunks", "lipsynced_clips"]  # nobody was asked yet
        assert rendered(same) == []
        assert "Ada waves" in server.asked[0].user
        assert "Ada waves" not in server.asked[0].system
        assert rendered(with_model(production, tiny, images=server.spec())) == []
        assert len(server.asked) == 1
        take = ShotTakes(takes=[Take(number=1, seed=question.seed + 1, at="now")], current=1)
        production.film.write_takes({"one": take})
        changed = with_model(Production(home, "hello", lambda profile: tiny), tiny, images=server.spec())
        with pytest.raises(AnswerInvalid, match=r"shot_images one, images_agent: .*seed must be"):
            changed.image("01")  # the seed is the new take's, and the answer is an old one


class Remembering(TinyVoices):
    """Remembers what it was asked to speak, ahead of time and then."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead: list[tuple[SpokenLine, int]] = []
        self.then: list[tuple[SpokenLine, int]] = []

    def prefetch(self, lines: list[tuple[SpokenLine, int]]) -> None:
        self.ahead += lines

    def speak(self, line: SpokenLine, seed: int) -> tuple[Sound, TimedLine]:
        self.then.append((line, seed))
        return super().speak(line, seed)


def test_voices_begin_with_the_lines_they_are_asked_for(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    sentence = "The sea is wide and the night is long. "
    plan["shots"][0]["dialogue"][0]["text"] = (sentence * 8).strip()
    voices = Remembering()
    production = produce(home, tiny.replaced({"voice": voices}), plan)
    production.prefetch_voices(["01"])
    production.voice("01")
    assert voices.ahead == voices.then
    assert [len(part) for part in voices.then[0][0].parts] == [155, 155]


def test_a_repair_of_the_current_take_changes_one_stage(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    production = produce(home, tiny, plan)
    rendered(production)
    seed = production.script.seed(production.script.plan.shots[0])
    steps = Repair(stage="shot_images", action="more_steps")
    takes = [Take(number=1, seed=seed, at="then"), Take(number=2, seed=seed, at="now", repairs=[steps])]
    production.film.write_takes({"one": ShotTakes(takes=takes, current=2)})
    again = Production(home, "hello", lambda profile: tiny)
    decided, voice = again.decisions.image("01"), again.decisions.voice("01")
    assert decided is not None
    assert decided.value.steps == 75
    assert voice == production.decisions.voice("01")
    assert again.state("01").stale[0] == "shot_images"
    # the tiny engine does not look at steps: equal bytes, and nothing below is made again
    assert rendered(again) == ["shot_images"]


def test_nobody_decides_about_the_users_own_material(
    home: Home, tiny: Engines, plan: dict[str, Any], tmp_path: Path, asked: Asked
) -> None:
    from tests.harness.engines import gradient

    folder = home.film("hello").path / "plan"
    folder.mkdir(parents=True)
    from PIL import Image

    Image.fromarray(gradient(256, 144, 3, 0)[..., :3]).save(folder / "own.png")
    plan["shots"] = [{"id": "one", "prompt": "the sea", "duration_s": 1, "media": {"image": "own.png"}}]
    production = produce(home, tiny, plan)
    rendered(production)
    assert [question.agent for question in asked] == ["videos_agent"]
    sidecar = production.store.sidecar(production.ref("shot_images", "01"))
    assert sidecar is not None
    assert sidecar.decision == {}


nested_resources = pytest.mark.filterwarnings("ignore:InitResourceContext:DeprecationWarning")
"""Dagster 1.13 warns of itself where a resource holds another one (InitResourceContext.replace_config)."""


def garbage(content: Any, seed: int) -> Any:
    """A rule that has nothing to say about the second shot."""
    return {"prompt": ""} if "Bob" in content["prompt"] else by_rule(content, seed)


by_rule = images_agent.by_rule


@nested_resources
def test_a_model_that_talks_garbage_fails_its_shot_alone(
    home: Home, tiny: Engines, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch, asked: Asked
) -> None:
    monkeypatch.setattr(images_agent, "by_rule", garbage)
    monkeypatch.setitem(engine_table._ENGINES, ("embedded", home.cache), tiny)
    plan["shots"] = plan["shots"][:2]
    film = produce(home, tiny, plan).film
    with Watch(quiet=True) as watch, pytest.raises(AnswerInvalid) as failed:
        Making(home, film, watch).run()
    assert str(failed.value).startswith("shot_images two, images_agent: sparkle/local gave no valid answer")
    assert "prompt" in failed.value.message
    assert "every attempt is kept in" in failed.value.hint
    assert "every other shot is made" in failed.value.hint
    kept = film.path.glob("decisions/images_agent/*/attempt-1.txt")
    [raw] = [path for path in kept if path.read_text() == '{"prompt": ""}']
    assert not raw.parent.with_suffix(".json").exists()
    made = Production(home, "hello", lambda profile: tiny)
    assert [made.state(slot).stale for slot in ("01", "02")] == [[], ALL]
    assert [(q.agent, q.content.get("prompt")) for q in asked].count(("images_agent", "Bob on the shore")) == 1
    [event] = [event for event in read_timeline(film.path, shot="two") if event.event == "failed"]
    assert (event.stage, event.data["agent"], event.data["retry"]) == ("shot_images", "images_agent", False)
    # with a model that can, the film goes on from there
    monkeypatch.setattr(images_agent, "by_rule", by_rule)
    with Watch(quiet=True) as watch:
        result = Making(home, film, watch).run()
    assert [shot["rendered"] for shot in result["shots"]] == [[], ALL]
    assert [stage for stage, how in result["stages"].items() if how == "rendered"] == FILM


def test_a_model_that_is_late_is_asked_again(
    home: Home, tiny: Engines, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    production = produce(home, tiny, plan)
    waits: list[float] = []
    late: list[Any] = []

    def answer(question: Question[Any], **more: Any) -> Answer[Any]:
        late.append(question)
        if len(late) < 3:
            raise ModelTimeout("no answer within 180 s", where=question.agent)
        return ask(question, **more)

    monkeypatch.setattr(memos, "ask", answer)
    decided = Decisions(production.script, production.film, sleep=waits.append).image("01")
    assert decided is not None
    assert [round(wait // 1) for wait in waits] in ([1, 2], [1, 3])
    failed = [event.data for event in read_timeline(production.film.path, shot="one") if event.event == "failed"]
    assert [(data["attempt"], data["retry"]) for data in failed] == [(1, True), (2, True)]


def test_after_garbage_nobody_is_asked_again_in_the_same_run(
    home: Home, tiny: Engines, plan: dict[str, Any], asked: Asked
) -> None:
    with ModelServer(*["what?"] * 6) as server:
        production = with_model(produce(home, tiny, plan), tiny, tts=server.spec())
        with production.run():
            failed = production.prefetch_voices(["01"])
            assert list(failed) == ["01"]
            with pytest.raises(AnswerInvalid) as again:
                production.voice("01")
            assert str(again.value) == str(failed["01"])
            assert len(asked) == 1
            assert len(server.asked) == 3  # attempts
        with production.run(), pytest.raises(AnswerInvalid):  # a new run is a new chance
            production.voice("01")
        assert len(server.asked) == 6
    failures = [event for event in read_timeline(production.film.path, shot="one") if event.event == "failed"]
    assert len(failures) == 2


def test_a_key_that_is_not_there_is_told_before_any_work(
    home: Home, tiny: Engines, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI"):
        monkeypatch.delenv(name, raising=False)
    production = with_model(produce(home, tiny, plan), tiny, videos="gemini-2.5-flash")
    with pytest.raises(CredentialsMissing, match=r"GEMINI_API_KEY|GOOGLE_API_KEY"):
        production.decisions.check()


def test_dagster_shows_who_decided_what(home: Home, plan: dict[str, Any]) -> None:
    runner = runner_for(home, plan)
    runner.run("plan_film", "hello")
    runner.run("prepare_shot", "hello", "01")
    shown = {}
    for asset in ("shot_images", "voice_tracks", "video_chunks"):
        record = runner.instance.fetch_materializations(dg.AssetKey(asset), limit=1).records[0]
        assert record.asset_materialization is not None
        shown[asset] = {key: value.value for key, value in record.asset_materialization.metadata.items()}
    agents = [shown[asset]["agent"] for asset in shown]
    assert agents == ["images_agent", "tts_agent", "videos_agent"]
    assert shown["shot_images"]["prompt"] == "Ada waves from a boat at night"
    assert "Ada waves from a boat at night. Ada (" in str(shown["shot_images"]["decision_prompt"])
    assert shown["shot_images"]["decision_seed"] == shown["shot_images"]["seed"]
    assert str(shown["voice_tracks"]["model"]).startswith("sparkle/local")
    runner.close()


@nested_resources
def test_a_resource_names_its_agent_and_the_profiles_model(home: Home, plan: dict[str, Any]) -> None:
    from sparkle_assets.studio import ImageEngineResource

    other = ImageEngineResource(profile="embedded", cache=str(home.cache), agent="images_agent", model="gemini-2.5-pro")
    runner = runner_for(home, plan, image_engine=other)
    runner.run("plan_film", "hello")
    with pytest.raises(SparkleError, match="images_agent asks 'sparkle/local', says the profile, not 'gemini"):
        runner.run("prepare_shot", "hello", "01")
    runner.close()


def test_the_cost_is_what_was_paid_in_between() -> None:
    before = Spent(calls=4, input_tokens=100, output_tokens=10, usd=0.5)
    free = cost(before, before)
    assert (free["amount"], free["tokens"], in_words(free)) == (0.0, 0, "for nothing (no model was paid)")
    paid = cost(before, Spent(calls=7, input_tokens=2000, output_tokens=210, usd=0.5123))
    assert (paid["amount"], paid["tokens"], paid["calls"]) == (0.0123, 2100, 3)
    assert in_words(paid) == "for 0.0123 USD (3 answers of models, 2,100 tokens)"
    local = cost(before, Spent(calls=5, input_tokens=150, output_tokens=10, usd=0.5))
    assert in_words(local) == "for no money (1 answers of models, 50 tokens)"
    strange = cost(before, Spent(calls=5, input_tokens=150, output_tokens=10, usd=0.5, unpriced_calls=1))
    assert "a price that is not known" in in_words(strange)
