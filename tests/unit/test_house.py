"""The house itself: who imports whom, what loading the graph costs, schemas and dependencies that say the truth."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from schemas.generate import FOLDER, PUBLISHED, schema_text
from tests.conftest import ROOT

ROOMS = [
    "sparkle_assets",
    "resources.director",
    "resources.pipeline",
    "resources.agents",
    "resources.quality",
    *(f"resources.gpu.{engine}" for engine in ("sdxl", "wan", "chatterbox", "wav2lip", "qwen_vl", "dinov2")),
    "resources.voices",
    "resources.cutout",
    "resources.gpu",
    "resources.casting",
    "resources.lexicon",
    "resources.profile",
    "resources.farm",
    "resources.media",
    "resources.engines",
    "resources.telemetry",
    "resources.store",
    "resources.config",
    "resources.keys",
    "resources.errors",
    "schemas",
]
"""Top floor first: a room may import from its own floor and from below."""


def room_of(module: str) -> int | None:
    found = [k for k, room in enumerate(ROOMS) if module == room or module.startswith(f"{room}.")]
    return found[0] if found else None


def python_files() -> list[Path]:
    return [path for folder in ("sparkle_assets", "resources", "schemas") for path in (ROOT / folder).rglob("*.py")]


def test_imports_only_go_down() -> None:
    wrong = []
    for path in python_files():
        own = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        floor = room_of(own)
        if floor is None:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                target = room_of(name)
                if target is not None and target < floor:
                    wrong.append(f"{own} imports {name}")
    assert wrong == []


def test_loading_the_graph_loads_no_engine() -> None:
    code = (
        "import sparkle_assets.definitions, sys;"
        "print([m for m in ('torch', 'google.adk', 'skia', 'av', 'numpy', 'onnxruntime') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("model", PUBLISHED, ids=lambda model: model.__name__)
def test_a_published_schema_is_the_model(model: type) -> None:
    path = FOLDER / f"{model.__name__}.schema.json"
    assert path.read_text(encoding="utf-8") == schema_text(model), "run `make schemas`"


def test_no_schema_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{model.__name__}.schema.json" for model in PUBLISHED}


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = set()
    for group in [project["dependencies"], *project["optional-dependencies"].values()]:
        wanted |= {name_of(requirement) for requirement in group}
    table = (ROOT / "docs" / "DEPENDENCIES.md").read_text(encoding="utf-8")
    told = {row.split("|")[1].strip().strip("`") for row in table.splitlines() if row.startswith("| `")}
    assert told == wanted


def test_the_proposal_lists_what_the_user_did_not_name() -> None:
    named = {
        "dagster",
        "dagster-webserver",
        "google-adk",
        "pydantic",
        "torch",
        "diffusers",
        "transformers",
        "chatterbox-tts",
        "imagehash",
        "ffmpeg-python",
        "pytest",
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        requirement
        for group in [project["dependencies"], *project["optional-dependencies"].values()]
        for requirement in group
        if name_of(requirement) not in named
    }
    diff = (ROOT / "proposals" / "pyproject_adk.diff").read_text(encoding="utf-8")
    added = {line[1:].strip().strip('",') for line in diff.splitlines() if line.startswith('+    "')}
    assert added == wanted


def name_of(requirement: str) -> str:
    return requirement.split(">")[0].split("=")[0].split("<")[0].split("[")[0].strip()
