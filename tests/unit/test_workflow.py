"""The stage graph of the ADK Workflow: the same as Dagster's, and read strictly."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from resources.config import config_path
from resources.director.tools.catalogue import catalogue
from resources.director.workflow import CONFIG, load_workflow, read_graph, stage_edges
from resources.errors import ConfigInvalid
from schemas.refs import STAGES
from sparkle_assets.definitions import defs

STANDS_FOR = {"shot_timing": "voice_tracks"}
"""``shot_timing`` is a second output of the step that makes voices, and every spec is one of the plan."""


def dagster_edges() -> set[tuple[str, str]]:
    graph = defs.resolve_asset_graph()

    def stage(name: str) -> str:
        return "movie_plan" if name.endswith("_spec") else STANDS_FOR.get(name, name)

    pairs = {
        (stage(before.to_user_string()), stage(key.to_user_string()))
        for key in graph.get_all_asset_keys()
        for before in graph.get(key).parent_keys
    }
    return {(before, after) for before, after in pairs if before != after}


def test_the_workflow_has_the_edges_of_the_dagster_graph() -> None:
    edges = set(stage_edges())
    assert edges == dagster_edges()
    assert {stage for edge in edges for stage in edge} == set(STAGES)


def test_adk_loads_it_as_it_was_read() -> None:
    workflow, graph = load_workflow(), read_graph(config_path(CONFIG))
    assert workflow.graph is not None
    loaded = {(e.from_node.name.strip("_"), e.to_node.name, e.route) for e in workflow.graph.edges}
    assert loaded == {(e.before, e.after, e.route) for e in graph.edges}
    assert set(catalogue()) < graph.nodes


NODES = "resources.director.nodes"
FAULTS: dict[str, tuple[Any, str]] = {
    "a misspelt key": (lambda c: c.update(max_concurency=2), "max_concurency: is not a known field"),
    "another class": (lambda c: c.update(agent_class="LlmAgent"), "agent_class"),
    "no edges": (lambda c: c.update(edges=[]), "edges"),
    "half an edge": (lambda c: c["edges"].append(["review"]), "item 9: an edge has two ends"),
    "an unknown node": (
        lambda c: c["edges"].append(["review", f"{NODES}.colour"]),
        "no node 'resources.director.nodes",
    ),
    "another module": (lambda c: c["edges"].append(["review", "os.system"]), "there is no node 'os.system'"),
    "a node before it is there": (lambda c: c["edges"].insert(0, ["START", "finish"]), "there is no node 'finish'"),
    "a misspelt join": (lambda c: c["edges"][2][1].update(nam="x"), "nam: is not a known field"),
    "a number for a node": (lambda c: c["edges"].append(["review", 3]), "3 is not a node"),
    "a number for a route": (lambda c: c["edges"][5][1].update({1: "review"}), "route 1 is not a word"),
    "a stage is missing": (lambda c: c["edges"].pop(0), "no edge leads to"),
    "back to the start": (lambda c: c["edges"].append(["review", "START"]), "back to START"),
    "a circle": (lambda c: c["edges"].append(["qa_qwen2vl", "images_sdxl"]), "leads back to itself"),
    "stages beside each other": (lambda c: c.update(max_concurrency=4), "max_concurrency"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_in_one_line(tmp_path: Path, fault: str) -> None:
    change, told = FAULTS[fault]
    config = yaml.safe_load(config_path(CONFIG).read_text(encoding="utf-8"))
    if fault == "a stage is missing":
        config["edges"] = [["START", f"{NODES}.script_agent"], ["script_agent", f"{NODES}.images_sdxl"]]
    else:
        change(config)
    path = tmp_path / CONFIG
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    with pytest.raises(ConfigInvalid) as caught:
        load_workflow(path)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_key_given_twice_is_told(tmp_path: Path) -> None:
    path = tmp_path / CONFIG
    path.write_text("agent_class: Workflow\nname: a\nname: b\nedges: [[START, x]]\n", encoding="utf-8")
    with pytest.raises(ConfigInvalid, match="name is given twice"):
        read_graph(path)
