"""Every weight loads under admission: whatever loads a model is a loader that a lease calls, and nothing else does."""

import ast
from collections.abc import Iterator
from pathlib import Path

from resources.cutout.voices.align import ALIGNER
from resources.cutout.voices.neural import KOKORO, PIPER
from resources.gpu.nudenet import NUDENET
from resources.gpu.packaged import Packaged, process_pool
from resources.gpu.pool import ModelPool
from resources.quality.recognition import RECOGNISER
from resources.quality.speech_quality import DNSMOS
from tests.conftest import ROOT
from tests.harness.accelerator import FakeAccelerator

LOADS = frozenset(
    {
        "InferenceSession", "from_pretrained", "from_single_file", "from_local", "load_file", "load_model",
        "load_checkpoint_in_model", "load_lora_weights", "load_ip_adapter", "safe_open", "torch.load", "Decoder",
        "NudeDetector", "CascadeClassifier", "FaceDetectorYN",
    }
)  # fmt: skip
"""What makes a model of a file, in the libraries that we use."""

LOADERS = {
    "resources/agents/models/transformers_local.py": {"_load"},
    "resources/cutout/voices/align.py": {"load_aligner"},
    "resources/cutout/voices/neural.py": {"_session"},
    "resources/gpu/chatterbox/model.py": {"load"},
    "resources/gpu/dinov2/loading.py": {"load_encoder"},
    "resources/gpu/letters.py": {"load_letters"},
    "resources/gpu/nudenet.py": {"load_nudenet"},
    "resources/gpu/pipelines.py": {"load_pipeline"},
    "resources/gpu/qwen_vl/loading.py": {"load_judge"},
    "resources/gpu/sdxl/loader.py": {"_add_adapter"},
    "resources/gpu/wan/loading.py": {"load_wan"},
    "resources/gpu/wan/shelf.py": {"latents"},
    "resources/gpu/wav2lip/faces.py": {"looking"},
    "resources/gpu/wav2lip/weights.py": {"_tensors"},
    "resources/quality/recognition.py": {"load_recogniser"},
    "resources/quality/speech_quality.py": {"load_dnsmos"},
}
"""Functions that a lease calls, or that these call. Two stand for themselves: ``looking`` reads OpenCV's cascades, a
table of thresholds, and ``latents`` what was sampled for one chunk, which is no model."""
LENT = {"load_aligner", "load_piper", "load_kokoro", "load_nudenet", "load_recogniser", "load_dnsmos", "load_judge",
        "load_generator", "load_letters", "load_encoder"}  # fmt: skip
"""Loaders that are handed to a lease by name."""


def name_of(call: ast.Call) -> str:
    """``torch.load`` for a call of a module's ``load``, else the last name."""
    if isinstance(call.func, ast.Attribute):
        whole = f"{call.func.value.id}.{call.func.attr}" if isinstance(call.func.value, ast.Name) else ""
        return whole if whole in LOADS else call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def calls(path: Path) -> Iterator[tuple[str, str]]:
    """(function it stands in, what is called) of every call of a file; the innermost function that has a name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    def walk(node: ast.AST, inside: str) -> Iterator[tuple[str, str]]:
        for child in ast.iter_child_nodes(node):
            own = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else inside
            if isinstance(child, ast.Call):
                yield inside, name_of(child)
            yield from walk(child, own)

    return walk(tree, "")


def sources() -> list[Path]:
    return [path for folder in ("resources", "sparkle_assets", "schemas") for path in (ROOT / folder).rglob("*.py")]


def test_nothing_loads_a_model_but_the_loaders() -> None:
    found: dict[str, set[str]] = {}
    for path in sources():
        for inside, called in calls(path):
            if called in LOADS:
                found.setdefault(path.relative_to(ROOT).as_posix(), set()).add(inside)
    assert found == LOADERS, "load it through GpuRoom.work or Packaged.lent, and name its loader here"


def test_nobody_calls_a_loader_past_its_lease() -> None:
    wrong = [f"{path.name}: {called}" for path in sources() for _, called in calls(path) if called in LENT]
    assert wrong == []


def test_the_test_sees_what_it_forbids(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("import torch\ndef a():\n    def b():\n        return torch.load('x')\nY.from_pretrained('y')\n")
    assert list(calls(path)) == [("b", "torch.load"), ("", "from_pretrained")]


PACKAGED = (PIPER, KOKORO, ALIGNER, NUDENET, RECOGNISER, DNSMOS)


def test_packaged_models_have_keys_of_their_own_and_a_pin() -> None:
    assert len({model.key for model in PACKAGED}) == len(PACKAGED)
    assert all(model.revision.split()[1][0].isdigit() for model in PACKAGED)


def test_a_packaged_model_is_admitted_kept_and_put_out_for_one_that_wants_to_be_alone() -> None:
    class Model:
        pass

    loaded: list[str] = []

    def model(key: str, **given: bool) -> Packaged:
        return Packaged(key, "numpy", lambda: loaded.append(key) or Model(), 1 << 20, 1 << 20, **given)

    pool = ModelPool([FakeAccelerator(1 << 33, name="cpu")])
    first, second = model("first"), model("second", alone=True)
    for _ in range(2):
        with first.lent(pool) as lease:
            assert isinstance(lease.model, Model)
    assert loaded == ["first"]
    with second.lent(pool):
        assert [one.key for one in pool.residents()] == ["second"]
    assert process_pool() is process_pool()
    pool.close()
