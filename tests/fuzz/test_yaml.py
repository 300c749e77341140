"""YAML: profiles, limits, voices, providers, models, text policy, consent notes, the Workflow's graph."""

import hashlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from resources.agents.budget import AgentsConfig
from resources.agents.policy import TextPolicy
from resources.agents.records.published import SchemaArtifacts
from resources.casting import VoiceBook, load_voices
from resources.config import OWN, load_config
from resources.director.workflow import read_graph
from resources.gpu.registry import Models
from resources.profile import load_profile, preview_of
from resources.quality.policy import Policy
from resources.voices.consent import find_clip
from resources.voices.providers import ProviderTable
from tests.conftest import ROOT
from tests.harness.fuzzing import door, fenced, refused
from tests.harness.mutations import bytes_changed, changed, lines_changed

CONFIGS = ROOT / "configs"
BOMB = (
    "a: &a x\n"
    + "".join(f"{name}: &{name} [{','.join([f'*{one}'] * 9)}]\n" for one, name in pairwise("abcdefg"))
    + "options: {image: {x: [*g,*g,*g,*g,*g,*g,*g,*g]}}"
)
"""A few hundred bytes that say four million things."""
PIECES = (
    "&a [*a]",
    "x: &x [1]\ny: *x",
    "<<: {image: sdxl}",
    "? [a, b]\n: c",
    "? {a: b}\n: c",
    "!!python/object/apply:os.system [id]",
    "!!python/name:os.system",
    "!!binary AAAA",
    "!!binary AAAA=A=",
    "!!timestamp 2026-99-99",
    "when: 2026-13-45",
    "when: 2026-02-30 25:61:61",
    "!!set {a, b}",
    "!!omap [a: 1]",
    "!!int x",
    "!!float y",
    "n: 1" + "1" * 5000,
    "n: 0x_",
    "n: 0b",
    "n: 190:20:30",
    "n: 99999999999:59",
    "n: .inf",
    "n: .nan",
    "n: 1e999",
    "--- \n",
    "...\n",
    "%YAML 9.9",
    "%TAG ! tag:x,2000:",
    "#" + "x" * 3000,
    "- - - - - - - -",
    "x: " + "[" * 400,
    "x: " + "{a: " * 300,
    "\t x: y",
    "x: |\n  text\n   more",
    "x: 'not closed",
    'x: "\\ud800"',
    'x: "\\x00"',
    'x: "\\x1b[2J"',
    "*nowhere",
    BOMB,
)


class _Plain(yaml.SafeDumper):
    """Writes whatever a changed document holds."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def dumped(value: Any) -> str:
    return yaml.dump(value, Dumper=_Plain, allow_unicode=True, sort_keys=False)


def yaml_bytes(*names: str) -> st.SearchStrategy[bytes]:
    """One of the files, its lines or its nodes changed, some of its bytes damaged after that."""
    shipped = [(CONFIGS / name).read_text(encoding="utf-8") for name in names]
    lines = lines_changed(shipped, PIECES)
    nodes = changed([yaml.safe_load(text) for text in shipped]).map(dumped)
    text = st.one_of(lines, lines, nodes).map(lambda text: text.encode("utf-8", "surrogatepass"))
    return st.one_of(text, text, text, bytes_changed(text))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("configs")
    (folder / "profiles").mkdir()
    return folder


@door(30)
@given(yaml_bytes("profiles/embedded.yaml", "profiles/gpu-24gb.yaml"))
@example(BOMB.encode())
@example(b"\xff\xfe")
@example(b"x: " + b"[" * 3_000)
@example(b"options: {image: &a {x: *a}}")
@example(b"when: 2026-13-45")
@example(b"name: !!binary AAAA=A=")
def test_any_profile_is_taken_or_refused(place: Path, data: bytes) -> None:
    (place / "profiles" / "fuzzed.yaml").write_bytes(data)
    with fenced(place), pytest.MonkeyPatch.context() as patch:
        patch.setenv(OWN, str(place))
        profile = refused(lambda: load_profile("fuzzed"))
        if profile is not None:
            assert type(profile).model_validate(profile.model_dump(mode="json")) == profile
            assert load_profile(preview_of("fuzzed")).engines == profile.engines
            assert set(profile.roles) <= {"image", "video", "lipsync", "voice", "cards", "music", "judge"}


TABLES: dict[str, type[BaseModel]] = {
    "agents.yaml": AgentsConfig,
    "text_policy.yaml": TextPolicy,
    "tts_providers.yaml": ProviderTable,
    "schema_artifacts.yaml": SchemaArtifacts,
    "qa_policy.yaml": Policy,
    "models.yaml": Models,
}
SMALL = ("agents.yaml", "text_policy.yaml", "tts_providers.yaml", "schema_artifacts.yaml")
"""They are read in some milliseconds, the other two in twenty: these have most of the examples."""


def tables() -> st.SearchStrategy[tuple[str, bytes]]:
    small, large = (
        st.one_of([st.tuples(st.just(name), yaml_bytes(name)) for name in names])
        for names in (SMALL, [name for name in TABLES if name not in SMALL])
    )
    return st.integers(0, 9).flatmap(lambda at: large if at == 0 else small)


@door(20)
@given(tables())
@example(("qa_policy.yaml", BOMB.encode()))
def test_any_table_is_taken_or_refused(place: Path, table: tuple[str, bytes]) -> None:
    name, data = table
    (place / name).write_bytes(data)
    with fenced(place), pytest.MonkeyPatch.context() as patch:
        patch.setenv(OWN, str(place))
        value = refused(lambda: load_config(name, TABLES[name]))
        if value is not None:
            assert type(value).model_validate(value.model_dump(mode="json")) == value
        if isinstance(value, Policy):
            value.of("embedded")


VOICES: dict[str, Any] = yaml.safe_load((CONFIGS / "voices.yaml").read_text(encoding="utf-8"))
FEW_VOICES = {**VOICES, "voices": VOICES["voices"][:2], "languages": dict(list(VOICES["languages"].items())[:3])}
"""The shape of the file with a few of its entries: the whole one takes 40 ms to read."""


@door(30)
@given(st.one_of(changed([FEW_VOICES]).map(dumped), lines_changed([dumped(FEW_VOICES)], PIECES)))
def test_any_book_of_voices_is_taken_or_refused(place: Path, text: str) -> None:
    path = place / "voices.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with fenced(place):
        book = refused(lambda: load_voices(path))
        if book is not None:
            assert VoiceBook.model_validate(book.model_dump(mode="json")) == book
            for language in ("en", "de", "qq"):
                for voice in book.voices:
                    refused(lambda voice=voice, language=language: book.speaker(voice.id, language))


CLIP = b"RIFF" + bytes(40)
NOTE = f"""speaker: Jane Roe
given_on: 2026-03-01
given_for: films made with Sparkle Motion
clip_sha256: {hashlib.sha256(CLIP).hexdigest()}
evidence: a letter
"""


@door(30)
@given(lines_changed([NOTE], PIECES).map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b"speaker: \xff")
def test_any_note_of_consent_is_taken_or_refused(place: Path, data: bytes) -> None:
    (place / "amy.wav").write_bytes(CLIP)
    (place / "amy.yaml").write_bytes(data)
    with fenced(place):
        clip = refused(lambda: find_clip(place, "amy"))
        assert clip is None or clip.consent


@door(30)
@given(yaml_bytes("workflow_agent.yaml"))
@example(b"a: &a [*a]")
@example(b"? [a]\n: b")
def test_any_graph_is_taken_or_refused(place: Path, data: bytes) -> None:
    path = place / "workflow_agent.yaml"
    path.write_bytes(data)
    read: Callable[[], Any] = lambda: read_graph(path)  # noqa: E731
    with fenced(place):
        graph = refused(read)
        assert graph is None or graph.nodes
