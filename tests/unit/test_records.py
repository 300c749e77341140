"""What is kept in ADK's services: schemas and artifacts with their versions, and a film's memory."""

import asyncio
import hashlib
import json
import logging
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from resources.agents.records import published
from resources.agents.records.film import manifests, media
from resources.agents.records.published import examine, hold_to_schema, publish, resolve, resolve_schema
from resources.agents.records.service import AdkArtifacts, Content, Version
from resources.config import config_path, load_config
from resources.errors import ConfigInvalid, InputError, PlanInvalid, StoreFault
from resources.store.film import Home
from resources.store.timeline import read_timeline, write_memory_event
from schemas.generate import FOLDER, PINS, PUBLISHED, pins_digest, schema_text, with_pins
from schemas.plan import MoviePlan
from schemas.records import StepExecutionRecord
from schemas.refs import AssetRef, FileRef
from sparkle_assets.cli import sparkle
from tests.conftest import ROOT

# -- the artifact service ------------------------------------------------------------------------------------------


def test_the_same_content_makes_no_new_version(home: Home) -> None:
    shelf = AdkArtifacts(home.root)
    saved = [shelf.save([Content("plan.json", data)], movie="hello")[0] for data in (b"1", b"1", b"2", b"1")]
    assert [(one.number, one.created) for one in saved] == [(0, True), (0, False), (1, True), (2, True)]
    assert [one.number for one in shelf.versions("plan.json", movie="hello")] == [0, 1, 2]
    assert [shelf.load("plan.json", number, movie="hello") for number in (0, 1, 9)] == [b"1", b"2", None]
    last = Version("plan.json", 2, hashlib.sha256(b"1").hexdigest())
    assert shelf.latest(["plan.json", "none.json"], movie="hello") == [(last, b"1"), None]


def test_films_do_not_see_each_other_and_a_deleted_one_leaves_nothing(home: Home) -> None:
    shelf = AdkArtifacts(home.root)
    for movie in ("a", "b"):
        shelf.save([Content("plan.json", movie.encode())], movie=movie)
    shelf.save([Content("user:schemas/X.json", b"{}")])
    shelf.forget("a")
    assert (shelf.names("a"), shelf.names("b")) == ([], ["plan.json"])
    assert shelf.load("user:schemas/X.json", 0) == b"{}"
    assert shelf.save([Content("plan.json", b"a")], movie="a")[0].number == 0


def test_a_damaged_version_is_told_and_saved_again(home: Home) -> None:
    shelf = AdkArtifacts(home.root)
    shelf.save([Content("plan.json", b"whole")], movie="hello")
    (payload,) = (path for path in shelf.root.rglob("plan.json") if path.is_file())
    payload.write_bytes(b"wh")
    with pytest.raises(StoreFault, match="version 0 is damaged"):
        shelf.latest(["plan.json"], movie="hello")
    assert shelf.save([Content("plan.json", b"whole")], movie="hello")[0].number == 1
    assert shelf.load("plan.json", 1, movie="hello") == b"whole"


def test_it_works_within_a_running_loop(home: Home) -> None:
    async def within() -> bytes | None:
        shelf = AdkArtifacts(home.root)
        shelf.save([Content("plan.json", b"1")], movie="hello")
        return shelf.load("plan.json", 0, movie="hello")

    assert asyncio.run(within()) == b"1"


SAVE = """
import sys
from pathlib import Path
from resources.agents.records.service import AdkArtifacts, Content
contents = [Content(f"{n}.json", b"the same") for n in range(20)]
print(sum(one.created for one in AdkArtifacts(Path(sys.argv[1])).save(contents, movie="hello")))
"""


def test_two_processes_that_save_the_same_make_one_version(home: Home) -> None:
    both = [
        subprocess.Popen([sys.executable, "-c", SAVE, str(home.root)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    made = sorted(int(process.communicate(timeout=60)[0]) for process in both)
    assert made == [0, 20]


def test_a_disk_that_says_no_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "adk").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(StoreFault) as caught:
        AdkArtifacts(tmp_path).save([Content("plan.json", b"1")], movie="hello")
    assert "\n" not in str(caught.value)


# -- schemas -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", PUBLISHED, ids=lambda model: model.__name__)
def test_every_published_schema_is_pinned(model: type) -> None:
    pin = published.schema_artifacts()[model.__name__].sha256
    own = (FOLDER / f"{model.__name__}.schema.json").read_bytes()
    assert hashlib.sha256(own).hexdigest() == pin, "run `make schemas`"


def test_the_generation_is_that_of_these_pins() -> None:
    schemas = {model.__name__: schema_text(model) for model in PUBLISHED}
    assert published.configured().pins == pins_digest(schemas), "run `make schemas`"


def test_pins_are_written_and_nothing_else_is_touched() -> None:
    text = PINS.read_text(encoding="utf-8")
    schemas = {model.__name__: schema_text(model) for model in PUBLISHED}
    assert with_pins(text, schemas) == text
    changed = with_pins(text, {**schemas, "MoviePlan": "{}", "New": "{}"})
    pins = yaml.safe_load(changed)["schemas"]
    assert pins["MoviePlan"]["sha256"] == pins["New"]["sha256"] == hashlib.sha256(b"{}").hexdigest()
    assert pins["AssetRefs"] == yaml.safe_load(text)["schemas"]["AssetRefs"]
    head, changed_head = (value.partition("\npins:")[0].rpartition(" ") for value in (text, changed))
    assert (changed_head[0], int(changed_head[2])) == (head[0], int(head[2]) + 1)  # a generation of its own
    assert with_pins(changed, {**schemas, "MoviePlan": "{}", "New": "{}"}) == changed
    assert with_pins(text.replace("pins: ", "pins: 0"), schemas) != text  # as after a merge of two that both went on


WRONG = {
    "an unknown field": (lambda value: value["schemas"]["MoviePlan"].update(path="x"), "is not a known field"),
    "a schema less": (lambda value: value["schemas"].pop("QAReport"), "QAReport not listed"),
    "a schema too many": (
        lambda value: value["schemas"].update(X=value["schemas"]["QAReport"] | {"artifact": "user:schemas/X.json"}),
        "X: no such schema is published",
    ),
    "a name twice": (
        lambda value: value["schemas"]["QAReport"].update(artifact="user:schemas/MoviePlan.json"),
        "is the name of two schemas",
    ),
    "a path": (lambda value: value["schemas"]["QAReport"].update(artifact="user:../x.json"), "artifact"),
    "no hash": (lambda value: value["schemas"]["QAReport"].update(sha256="x"), "sha256"),
    "another source": (lambda value: value["schemas"]["QAReport"].update(source="http"), "source"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_configuration_is_held_strictly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    change, told = WRONG[wrong]
    configure(tmp_path, monkeypatch, change)
    with pytest.raises(ConfigInvalid, match=told):
        published.schema_artifacts()


def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Put a changed configuration in the place of the installation's."""
    value = yaml.safe_load(config_path(published.CONFIG).read_text(encoding="utf-8"))
    change(value)
    (tmp_path / published.CONFIG).write_text(yaml.safe_dump(value), encoding="utf-8")
    monkeypatch.setattr("resources.config._PLACES", (tmp_path,))


def test_first_use_publishes_and_says_so(home: Home) -> None:
    film = home.film("hello").path
    schema = resolve_schema("MoviePlan", home, film=film)
    assert schema["title"] == "MoviePlan"
    (event,) = read_timeline(film)
    assert event.event == "schemas_published"
    assert sorted(event.data["schemas"]) == sorted(model.__name__ for model in PUBLISHED)
    assert resolve("MoviePlan", home.root, film=film).version == 0
    assert len(read_timeline(film)) == 1
    assert all(not state.faults for state in examine(home))


def test_what_another_process_publishes_meanwhile_is_told_by_that_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    film, latest = home.film("hello").path, AdkArtifacts.latest

    def and_then_another(self: AdkArtifacts, names: Sequence[str]) -> Any:
        found = latest(self, names)
        if len(names) > 1:
            self.save([published._content("MoviePlan")])
        return found

    monkeypatch.setattr(AdkArtifacts, "latest", and_then_another)
    resolve_schema("QAReport", home, film=film)
    (event,) = read_timeline(film)
    assert sorted(event.data["schemas"]) == sorted({model.__name__ for model in PUBLISHED} - {"MoviePlan"})


OTHERS = {
    "of nobody": {},
    "of this generation": {"schema": "MoviePlan", "generation": published.configured().generation},
    "of a generation nobody can read": {"schema": "MoviePlan", "generation": "0"},
}


@pytest.mark.parametrize("about", OTHERS.values(), ids=OTHERS)
def test_what_is_published_and_differs_is_an_error_until_somebody_publishes(home: Home, about: dict[str, Any]) -> None:
    publish(home)
    AdkArtifacts(home.root).save([Content("user:schemas/MoviePlan.json", b'{"title": "of another version"}', about)])
    with pytest.raises(ConfigInvalid, match=r"schema MoviePlan: version 1.*`sparkle schemas publish`"):
        resolve_schema("MoviePlan", home)
    assert resolve_schema("QAReport", home)["title"] == "QAReport"
    assert [state.name for state in examine(home) if state.faults] == ["MoviePlan"]
    assert [one.name for one in publish(home) if one.created] == ["user:schemas/MoviePlan.json"]
    assert resolve("MoviePlan", home).version == 2


EARLIER = {
    "before generations were kept": {"schema": "MoviePlan"},
    "of an earlier generation": {"schema": "MoviePlan", "generation": 0},
}


@pytest.mark.parametrize("about", EARLIER.values(), ids=EARLIER)
def test_a_home_of_an_earlier_installation_goes_on(
    home: Home, caplog: pytest.LogCaptureFixture, about: dict[str, Any]
) -> None:
    shelf, old = AdkArtifacts(home.root), b'{"title": "of an earlier version"}'
    shelf.save([Content("user:schemas/MoviePlan.json", old, about)])
    film = home.film("hello").path
    (state,) = (state for state in examine(home) if state.name == "MoviePlan")
    assert state.faults == ("version 0 is an earlier one (the next film publishes this one's)",)
    with caplog.at_level(logging.WARNING, "sparkle"):
        assert resolve("MoviePlan", home, film=film).version == 1
        assert resolve("MoviePlan", home, film=film).version == 1
    assert [record.getMessage() for record in caplog.records] == [
        "home of an earlier version of Sparkle: 1 schema published beside the old"
    ]
    assert [(event.event, event.data["schemas"]) for event in read_timeline(film)][1:] == [
        ("schemas_renewed", ["MoviePlan"])
    ]
    assert shelf.load("user:schemas/MoviePlan.json", 0) == old  # a film that was held to it still finds it
    assert all(not state.faults for state in examine(home))


def test_a_home_of_a_later_installation_is_never_taken_back(home: Home) -> None:
    publish(home)
    shelf = AdkArtifacts(home.root)
    later = {"schema": "MoviePlan", "generation": published.configured().generation + 1}
    shelf.save([Content("user:schemas/MoviePlan.json", b'{"title": "to come"}', later)])
    with pytest.raises(ConfigInvalid, match=r"version 1, .* by a later version of Sparkle, .*upgrade.*schemas publish"):
        resolve_schema("MoviePlan", home)
    assert len(shelf.versions("user:schemas/MoviePlan.json")) == 2


def test_a_later_version_that_came_meanwhile_stays_the_last(home: Home) -> None:
    shelf = AdkArtifacts(home.root)
    first, second = (shelf.save([Content("user:schemas/X.json", data)])[0] for data in (b"1", b"2"))
    (kept,) = shelf.save([Content("user:schemas/X.json", b"3", over=first.number)])
    assert (kept.number, kept.sha256, kept.created) == (second.number, second.sha256, False)
    (made,) = shelf.save([Content("user:schemas/X.json", b"3", over=second.number)])
    assert (made.number, made.created) == (2, True)


def test_an_earlier_schema_that_was_tampered_with_is_an_error(home: Home) -> None:
    AdkArtifacts(home.root).save([Content("user:schemas/MoviePlan.json", b"[]", {"schema": "MoviePlan"})])
    (payload,) = (path for path in (home.root / "adk").rglob("MoviePlan.json") if path.is_file())
    payload.write_bytes(b"{}")
    with pytest.raises(StoreFault, match=r"damaged.*`sparkle schemas publish`"):
        resolve_schema("MoviePlan", home)
    assert len(AdkArtifacts(home.root).versions("user:schemas/MoviePlan.json")) == 1


def test_a_damaged_schema_names_the_command_that_mends_it(home: Home) -> None:
    publish(home)
    (payload,) = (path for path in (home.root / "adk").rglob("MoviePlan.json") if path.is_file())
    payload.write_bytes(b"{}")
    with pytest.raises(StoreFault, match=r"damaged.*`sparkle schemas publish`"):
        resolve_schema("MoviePlan", home)
    publish(home)
    assert resolve("MoviePlan", home).version == 1


def test_a_local_file_serves_only_when_asked_for_by_name(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    configure(tmp_path, monkeypatch, lambda value: value["schemas"]["MoviePlan"].update(source="local"))
    film = home.film("hello").path
    with caplog.at_level(logging.WARNING, "sparkle"):
        assert resolve("MoviePlan", home, film=film).version is None
    assert "schema MoviePlan is read from a local file" in caplog.text
    assert [event.event for event in read_timeline(film)] == ["schema_local"]
    assert not (home.root / "adk").exists()
    assert resolve("QAReport", home).version == 0


def test_a_pin_that_is_not_the_codes_is_an_error(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(tmp_path, monkeypatch, lambda value: value["schemas"]["MoviePlan"].update(sha256="0" * 64))
    with pytest.raises(ConfigInvalid, match=r"pins another schema than this installation has \(000000000000"):
        resolve_schema("MoviePlan", home)


def test_an_unknown_schema_is_an_error(home: Home) -> None:
    with pytest.raises(InputError, match="there is no schema 'Movie'"):
        resolve_schema("Movie", home)


def test_data_is_held_to_the_published_schema(home: Home, plan: dict[str, Any]) -> None:
    whole = MoviePlan.model_validate(plan).model_dump(mode="json")
    assert hold_to_schema("MoviePlan", whole, home).version == 0
    with pytest.raises(PlanInvalid, match=r"schema MoviePlan: shots\.0: .*'nonsense' was unexpected"):
        whole["shots"][0]["nonsense"] = 1
        hold_to_schema("MoviePlan", whole, home)


def test_the_command_publishes_and_verifies(home: Home) -> None:
    run = CliRunner()

    def schemas(*args: str) -> tuple[int, str]:
        result = run.invoke(sparkle, ["schemas", *args, "--home", str(home.root)], standalone_mode=False)
        assert result.exception is None, result.exception
        return int(result.return_value or 0), result.stdout

    assert schemas("verify") == (
        1,
        "nothing is published in this home yet: `sparkle schemas publish`, or the first `sparkle make`, does\n",
    )
    assert schemas("publish")[1].splitlines()[-1] == f"{len(PUBLISHED)} schemas published"
    assert json.loads(schemas("publish", "--json")[1])["published"] == 0
    assert schemas("verify")[0] == 0
    AdkArtifacts(home.root).save([Content("user:schemas/QAReport.json", b"{}")])
    code, out = schemas("verify")
    assert (code, out.splitlines()[0].split()[:2]) == (1, ["DIFFERS", "QAReport"])
    (line,) = (line for line in schemas("list")[1].splitlines() if line.startswith("QAReport"))
    assert line.split()[1:3] == ["artifact", "2"]


# -- what is saved of a film ---------------------------------------------------------------------------------------


def ref(stage: str, slot: str | None, letter: str) -> AssetRef:
    files = [
        FileRef(name="a.wav", sha256=letter * 64, bytes=1),
        FileRef(name="final_cut.mp4", sha256="f" * 64, bytes=2),
    ]
    fields = {
        "stage": stage,
        "slot": slot,
        "fingerprint": letter * 64,
        "sha256": letter * 64,
        "uri": f"movies/x/{letter}",
    }
    return AssetRef.model_validate({**fields, "movie": "x", "files": files})


def attempt(
    stage: str, slot: str, letter: str, status: str, number: int = 1, reused: bool = False
) -> StepExecutionRecord:
    fields = {"stage": stage, "slot": slot, "fingerprint": letter * 64, "status": status, "attempt": number}
    rest = {"run_id": "r", "movie": "x", "started": "now", "seconds": 1, "reused": reused}
    return StepExecutionRecord.model_validate({**fields, **rest})


def test_a_manifest_tells_made_from_taken_from_failed() -> None:
    refs = [ref("shot_images", "01", "a"), ref("shot_images", "02", "b"), ref("shot_images", "03", "c")]
    made = [
        attempt("shot_images", "01", "a", "failed"),
        attempt("shot_images", "01", "a", "success", 2),
        attempt("shot_images", "02", "b", "success", reused=True),
        attempt("shot_images", "04", "d", "failed", 3),
    ]
    images = next(one for one in manifests("x", refs, made) if one.stage == "shot_images")
    assert [one.slot for one in images.rendered] == ["01"]
    assert [one.slot for one in images.reused] == ["02", "03"]
    assert [(one.slot, one.attempt) for one in images.failed] == [("04", 3)]


def test_media_is_kept_as_references() -> None:
    first, second = media(ref("final_cut", None, "a"))
    assert (first.uri, first.mime_type, first.bytes) == ("movies/x/a/final_cut.mp4", "video/mp4", 2)
    assert (second.uri, second.mime_type) == ("movies/x/a/a.wav", "audio/wav")


# -- memory --------------------------------------------------------------------------------------------------------


def remember(film: Path) -> None:
    write_memory_event(film, "failed", stage="shot_images", slot="01", shot="one", error="out of paint", attempt=1)
    write_memory_event(film, "success", stage="voice_tracks", slot="01", shot="one", seconds=1.5)
    write_memory_event(film, "take_asked", shot="two", take=2, note="もっと暗い夜に")
    write_memory_event(film, "cleanup", stage="shot_images", slot="01", shot="one")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("was there any picture that failed?", ["shot one shot_images: FAILED: out of paint"]),
        ("voice", ["shot one voice_tracks: made in 1.5 s"]),
        ("暗い夜", ["shot two: take 2 is asked for: もっと暗い夜に"]),
        ("shot one", ["shot one voice_tracks: made in 1.5 s", "shot one shot_images: FAILED: out of paint"]),
        ("dragons", []),
        ("?!", []),
    ],
)
def test_a_film_remembers_what_happened_to_it(tmp_path: Path, query: str, found: list[str]) -> None:
    from resources.agents.records.memory import FilmMemory

    remember(tmp_path / "hello")
    memory = FilmMemory(tmp_path / "hello")
    answer = asyncio.run(memory.search_memory(app_name="sparkle", user_id="studio", query=query))
    texts = [(entry.content.parts or [])[0].text for entry in answer.memories]
    assert texts[: len(found)] == found
    assert bool(texts) == bool(found)


def test_an_agent_reads_and_keeps_the_memory_of_a_film(tmp_path: Path) -> None:
    """Through a real Runner: the agent calls ``load_memory``, and its session is added to what it remembers."""
    from google.adk.agents import LlmAgent
    from google.adk.apps import App
    from google.adk.models import BaseLlm, LlmRequest, LlmResponse
    from google.adk.runners import Runner
    from google.adk.sessions import InMemorySessionService
    from google.adk.tools.load_memory_tool import load_memory_tool
    from google.genai import types

    from resources.agents.records.memory import FilmMemory

    class Curious(BaseLlm):
        """Asks its memory once, and repeats what it was told."""

        async def generate_content_async(
            self, llm_request: LlmRequest, stream: bool = False
        ) -> AsyncGenerator[LlmResponse, None]:
            parts = [part for content in llm_request.contents for part in content.parts or []]
            told = [part.function_response for part in parts if part.function_response]
            if told:
                part = types.Part(text=str(told[-1].response))
            else:
                part = types.Part(
                    function_call=types.FunctionCall(name="load_memory", args={"query": "picture failed"})
                )
            usage = types.GenerateContentResponseUsageMetadata(prompt_token_count=1, candidates_token_count=1)
            yield LlmResponse(content=types.Content(role="model", parts=[part]), usage_metadata=usage)

    film = tmp_path / "hello"
    remember(film)
    scope = {"app_name": "sparkle", "user_id": "studio"}

    async def talk() -> tuple[str, list[str]]:
        agent = LlmAgent(name="curious", model=Curious(model="test/curious"), tools=[load_memory_tool])
        sessions, memory = InMemorySessionService(), FilmMemory(film)
        runner = Runner(app=App(name="sparkle", root_agent=agent), session_service=sessions, memory_service=memory)
        session = await sessions.create_session(**scope, session_id="hello")
        said = ""
        async for event in runner.run_async(
            user_id="studio",
            session_id=session.id,
            new_message=types.UserContent("What went wrong with the lighthouse?"),
        ):
            said = "".join(part.text or "" for part in (event.content.parts if event.content else None) or [])
        kept = await sessions.get_session(**scope, session_id="hello")
        assert kept is not None
        await memory.add_session_to_memory(kept)
        await runner.close()
        later = await FilmMemory(film).search_memory(**scope, query="lighthouse")
        return said, [(entry.content.parts or [])[0].text or "" for entry in later.memories]

    said, later = asyncio.run(talk())
    assert "out of paint" in said
    assert later == ["What went wrong with the lighthouse?"]
    assert [event.event for event in read_timeline(film)][-1] == "cleanup"  # one file, and the timeline is as it was


def test_an_agent_writes_a_note_into_the_timeline(tmp_path: Path) -> None:
    from google.adk.memory.memory_entry import MemoryEntry
    from google.genai import types

    from resources.agents.records.memory import FilmMemory

    entry = MemoryEntry(content=types.UserContent("the second shot is too dark"), author="qa_agent")
    memory = FilmMemory(tmp_path / "hello")
    asyncio.run(memory.add_memory(app_name="sparkle", user_id="studio", memories=[entry]))
    (event,) = read_timeline(tmp_path / "hello")
    assert (event.event, event.data) == ("note", {"text": "the second shot is too dark", "author": "qa_agent"})


def test_the_configuration_of_the_installation_holds() -> None:
    assert load_config(published.CONFIG, published.SchemaArtifacts).schemas.keys() == {m.__name__ for m in PUBLISHED}
