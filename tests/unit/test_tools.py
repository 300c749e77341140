"""The seven tools: arguments that are checked before anything happens, and errors that are raised."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from resources.director.bench import Bench
from resources.director.tools.catalogue import (
    catalogue,
    catalogue_of,
    describe,
    find_tool,
    function_tool,
    function_tools,
)
from resources.errors import ConfigInvalid, InputError, Missing
from resources.profile import load_profile
from resources.store.film import Home
from schemas.refs import STAGES

NAMES = {
    "script_agent": "movie_plan",
    "images_sdxl": "shot_images",
    "tts_chatterbox": "voice_tracks",
    "videos_wan": "video_chunks",
    "lipsync_wav2lip": "lipsynced_clips",
    "assemble_ffmpeg": "final_cut",
    "qa_qwen2vl": "qa_report",
}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    def engines(profile: str) -> Any:
        raise AssertionError("no engine may be made")

    return Bench(Home(tmp_path / "home"), engines)


def test_there_are_seven_one_for_each_stage() -> None:
    assert {name: tool.stage for name, tool in catalogue().items()} == NAMES
    assert set(NAMES.values()) == set(STAGES)


def test_names_are_unique_without_regard_to_case() -> None:
    tool = find_tool("images_sdxl")
    twin = type(tool)(name="Images_SDXL", stage=tool.stage, function=tool.function)
    with pytest.raises(ConfigInvalid, match="two tools"):
        catalogue_of([tool, twin])
    with pytest.raises(Missing, match="there is no tool 'nothing'"):
        find_tool("nothing")


def test_the_catalogue_says_what_each_takes_and_needs() -> None:
    told = {entry["name"]: entry for entry in describe(load_profile("embedded"))}
    assert told["images_sdxl"]["engines"] == {"image": "cutout"}
    assert told["assemble_ffmpeg"]["engines"] == {"cards": "cutout", "music": "paper-band"}
    assert told["tts_chatterbox"]["retry"] == {"attempts": 3, "first_delay_s": 1.0, "factor": 2.0}
    for entry in told.values():
        assert entry["memory_bytes"] >= 300_000_000
        assert entry["parameters"]["additionalProperties"] is False
        assert len(entry["description"]) > 80
        assert "says which" in entry["description"] or entry["name"] in ("script_agent", "assemble_ffmpeg")


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("images_sdxl", {"movie": "hello"}, "shot: Field required"),
    ("images_sdxl", {"movie": "../etc", "shot": "one"}, "movie: String should match pattern"),
    ("images_sdxl", {"movie": "hello", "shot": "one; rm -rf /"}, "shot: String should match pattern"),
    ("images_sdxl", {"movie": "hello", "shot": 1}, "shot: Input should be a valid string"),
    ("videos_wan", {"movie": "hello", "shot": "one", "frames": 64}, "frames: is not a known field"),
    ("script_agent", {"idea": ""}, "idea: String should have at least 1 character"),
    ("script_agent", {"idea": "a cat", "resolution": "8k"}, "resolution: Input should be"),
    ("qa_qwen2vl", {}, "movie: Field required"),
]


@pytest.mark.parametrize(("name", "given", "told"), WRONG, ids=lambda value: str(value)[:30])
def test_arguments_are_checked_before_anything_happens(
    bench: Bench, name: str, given: dict[str, Any], told: str
) -> None:
    for call in (
        lambda: find_tool(name).call(bench, **given),
        lambda: asyncio.run(function_tool(find_tool(name), bench).run_async(args=given, tool_context=None)),  # type: ignore[arg-type]
    ):
        with pytest.raises(InputError) as caught:
            call()
        assert told in str(caught.value)
        assert caught.value.where == f"arguments of {name}"
    assert not bench.home.root.exists()


def test_a_film_that_is_not_there_is_raised_not_returned(bench: Bench) -> None:
    tool = function_tool(find_tool("assemble_ffmpeg"), bench)
    with pytest.raises(Missing, match="there is no film 'hello'"):
        asyncio.run(tool.run_async(args={"movie": "hello"}, tool_context=None))  # type: ignore[arg-type]


def test_agents_see_the_schema_that_is_checked(bench: Bench) -> None:
    tools = {tool.name: tool for tool in function_tools(bench)}
    assert set(tools) == set(NAMES)
    for name, tool in tools.items():
        declared = tool._get_declaration()
        assert declared is not None
        assert declared.parameters_json_schema == find_tool(name).arguments.model_json_schema()
        assert declared.description == find_tool(name).doc


def test_every_engine_resource_hands_out_its_tool(tmp_path: Path) -> None:
    from sparkle_assets.studio import studio_resources

    given = studio_resources(tmp_path, load_profile("embedded"), {})
    handed = {key: resource.function_tool().name for key, resource in given.items() if key.endswith("_engine")}
    assert handed == {
        "image_engine": "images_sdxl",
        "voice_engine": "tts_chatterbox",
        "video_engine": "videos_wan",
        "lipsync_engine": "lipsync_wav2lip",
        "card_engine": "assemble_ffmpeg",
        "music_engine": "assemble_ffmpeg",
    }
    assert [tool.name for tool in given["studio"].function_tools()] == list(catalogue())
