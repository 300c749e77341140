"""The registry: pins that hold, files that are what they should be, pulls that fetch once, and `sparkle models`."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from bench.gpu import fits
from resources.errors import DiskFull, InputError
from resources.gpu.chatterbox.options import ChatterboxOptions
from resources.gpu.errors import ModelDamaged, ModelMissing
from resources.gpu.ladder import Permissions
from resources.gpu.plan import GIB, LoadPlan
from resources.gpu.pull import HubFile, HuggingFaceHub, pull
from resources.gpu.qwen_vl.options import QwenOptions
from resources.gpu.registry import PICKLES, RECORD, ModelEntry, Registry, is_inside
from resources.gpu.sdxl.options import SdxlOptions
from resources.gpu.sizes import fit
from resources.gpu.wan.options import WanOptions
from resources.gpu.wav2lip.options import Wav2LipOptions
from resources.profile import GpuSettings
from resources.store.fingerprint import hash_file
from sparkle_assets.cli.models import models as cli
from tests.conftest import ROOT
from tests.unit.test_gpu_ladder import safetensors

COMMIT = "0" * 40
NO_FIELDS = {"sample", "last_frame", "keyframe"}
"""Words of that section that are values."""


class FolderHub:
    """A hub that is a folder. It tells SHA-256 of safetensors only, as the real one does of large files."""

    def __init__(self, folder: Path, extra: list[HubFile] | None = None) -> None:
        self.folder = folder
        self.fetched: list[str] = []
        self.extra = extra or []

    def files(self, repo: str, revision: str) -> list[HubFile]:
        found = sorted(path for path in self.folder.rglob("*") if path.is_file())
        told = [
            HubFile(p.relative_to(self.folder).as_posix(), p.stat().st_size,
                    hash_file(p) if p.suffix == ".safetensors" else None)
            for p in found
        ]  # fmt: skip
        return [*told, *self.extra]

    def fetch(self, repo: str, revision: str, path: str, folder: Path) -> None:
        self.fetched.append(path)
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.folder / path, folder / path)


def entry(**given: Any) -> ModelEntry:
    return ModelEntry.model_validate(
        {
            "title": "Tiny", "repo": "a/b", "revision": COMMIT, "licence": "MIT", "licence_url": "https://x",
            "commercial": True, "loader": "x", "dtype": "float32", "work": "small",
            "parts": [{"name": "unet", "parameters": 10}], **given,
        }
    )  # fmt: skip


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "hub"
    safetensors(folder / "unet" / "model.safetensors", {"blocks.0.w": [4, 4], "blocks.1.w": [2]})
    (folder / "unet" / "config.json").write_text("{}")
    (folder / "unet" / "pytorch_model.bin").write_bytes(b"\x80\x04")
    (folder / "README.md").write_text("x")
    return folder


def pinned(source: Path) -> ModelEntry:
    names = ["unet/model.safetensors", "unet/config.json"]
    files = [{"path": n, "bytes": (source / n).stat().st_size, "sha256": hash_file(source / n)} for n in names]
    return entry(files=files)


LOOSE: dict[str, Any] = {"patterns": ["*/*.json", "*/*.safetensors"], "unverified": True}


def test_the_models_that_ship_are_pinned_and_explained() -> None:
    registry = Registry(Path("nowhere"))
    wanted = "sdxl-base sdxl-refiner ip-adapter-sdxl wan2.1-i2v-14b-480p wan2.1-flf2v-14b-720p wan2.1-t2v-1.3b"
    assert set(f"{wanted} chatterbox wav2lip qwen2-vl-2b qwen2-vl-7b".split()) <= set(registry.models)
    for key, one in registry.models.items():
        assert one.licence and registry.state(key) == "missing" and registry.parts(key)
        assert one.commercial or "non-commercial" in one.limits
        assert registry.predicted(key, one.plan(key)).total > 10**8
        with pytest.raises(ModelMissing, match=f"sparkle models pull {key}"):
            registry.ready(key)
    base = registry.entry("sdxl-base")
    weights = sum(file.bytes or 0 for file in base.files if file.path.endswith(".safetensors"))
    assert abs(weights - 2 * sum(part.parameters for part in base.parts)) < 0.001 * weights, "two bytes each"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"revision": "main", **LOOSE}, "is no commit"),
        ({"patterns": ["*.json"]}, "`unverified` says"),
        ({"files": [{"path": "a.safetensors", "sha256": "0" * 64}], "unverified": True}, "`unverified` says"),
        ({"files": [{"path": "a.pt"}], "unverified": True}, "can carry code"),
        ({"unverified": True}, "neither files nor patterns"),
        ({"work": "magic", **LOOSE}, "there is no work"),
        ({"files": [{"path": "../a.json", "sha256": "0" * 64}]}, "not a path below"),
    ],
)
def test_an_entry_that_is_not_pinned_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(told)):
        entry(**given)


def test_names_from_outside_stay_inside() -> None:
    assert is_inside("unet/model.safetensors") and is_inside("a b.json")
    assert not any(map(is_inside, ["", "/etc/passwd", "../x", "a/../b", "a//b", ".ssh/id", "a\\b", "a/./b", "a\0"]))


def test_a_pull_fetches_what_is_wanted_once(tmp_path: Path, source: Path) -> None:
    registry, hub = Registry(tmp_path / "models", {"tiny": pinned(source)}), FolderHub(source)
    said: list[str] = []
    pulled = pull(registry, "tiny", hub, say=said.append)
    assert hub.fetched == ["unet/config.json", "unet/model.safetensors"] and pulled.trusted == [] and len(said) == 2
    folder = registry.ready("tiny")
    assert not (folder / "unet" / "pytorch_model.bin").exists() and registry.state("tiny") == "ready"
    assert pull(registry, "tiny", hub).fetched == [] and len(hub.fetched) == 2
    assert registry.parts("tiny")[0].parameters == 18, "counted from the file, not the 10 that are listed"
    spec = registry.spec("tiny", lambda plan, where: where)
    assert spec.files() == folder and spec.estimate(LoadPlan("tiny", dtype="float32")).weights == 72


def test_without_hashes_the_first_pull_is_trusted_and_told_and_then_held_to(tmp_path: Path, source: Path) -> None:
    registry = Registry(tmp_path / "models", {"tiny": entry(**LOOSE)})
    before = registry.revision("tiny")
    pulled = pull(registry, "tiny", FolderHub(source))
    assert pulled.trusted == ["unet/config.json", "unet/model.safetensors"]
    assert registry.ready("tiny") and registry.revision("tiny") != before
    folder = registry.folder_of("tiny")
    (folder / "unet" / "config.json").write_text("[]")
    with pytest.raises(ModelDamaged, match=r"unet/config.json: sha256 .*, expected"):
        registry.ready("tiny")
    assert pull(registry, "tiny", FolderHub(source)).trusted == [] and registry.ready("tiny")
    (source / "unet" / "config.json").write_text("{ }")
    (folder / "unet" / "config.json").unlink()
    with pytest.raises(ModelDamaged, match="is not what was pinned"):
        pull(registry, "tiny", FolderHub(source))
    assert not (folder / "unet" / "config.json").exists(), "what came is not kept"


def test_files_are_held_to_their_pins(tmp_path: Path, source: Path) -> None:
    registry = Registry(tmp_path / "models", {"tiny": pinned(source)})
    pull(registry, "tiny", FolderHub(source))
    weights = registry.folder_of("tiny") / "unet" / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1])
    with pytest.raises(ModelDamaged, match="bytes, not"):
        registry.ready("tiny")
    assert registry.state("tiny") == "partial"
    weights.write_bytes(whole[:-1] + b"x")
    with pytest.raises(ModelDamaged, match="expected"):
        registry.ready("tiny")
    weights.write_bytes(whole)
    assert registry.ready("tiny")
    stray = registry.folder_of("tiny") / "unet" / "pytorch_model.bin"
    stray.write_bytes(b"cos\nsystem\n")
    with pytest.raises(ModelDamaged, match="can carry code"):
        registry.ready("tiny")
    stray.unlink()
    (registry.folder_of("tiny") / RECORD).write_text("[]")
    with pytest.raises(ModelDamaged, match="delete it"):
        registry.ready("tiny")
    assert stray.suffix in PICKLES


def test_a_file_is_hashed_once_until_it_changes(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(tmp_path / "models", {"tiny": pinned(source)})
    pull(registry, "tiny", FolderHub(source))
    hashed: list[Path] = []

    def counting(path: Path) -> str:
        hashed.append(path)
        return hash_file(path)

    monkeypatch.setattr("resources.gpu.registry.hash_file", counting)
    registry.ready("tiny")
    assert hashed == []
    os.utime(registry.folder_of("tiny") / "unet" / "config.json")
    registry.ready("tiny")
    registry.ready("tiny")
    assert [path.name for path in hashed] == ["config.json"]
    assert registry.verify("tiny") == [] and len(hashed) == 3, "asked to verify, it hashes all"


def test_files_put_there_by_hand(tmp_path: Path, source: Path) -> None:
    """Beside known hashes they are as good as fetched ones; without, somebody must say so."""
    (source / "unet" / "pytorch_model.bin").unlink()
    shutil.copytree(source, tmp_path / "models" / "tiny")
    assert Registry(tmp_path / "models", {"tiny": pinned(source)}).ready("tiny")
    (tmp_path / "models" / "tiny" / RECORD).unlink()
    registry = Registry(tmp_path / "models", {"tiny": entry(**LOOSE)})
    with pytest.raises(ModelMissing, match="--record"):
        registry.ready("tiny")
    assert len(registry.trust("tiny")) == 2 and registry.ready("tiny")
    other = Registry(tmp_path / "models", {"tiny": entry(files=[{"path": "unet/config.json", "sha256": "1" * 64}])})
    with pytest.raises(ModelDamaged, match="not the file that is pinned"):
        other.trust("tiny")


def test_a_pull_that_cannot_be(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(tmp_path / "models", {"tiny": pinned(source), "limited": entry(accept=True, **LOOSE)})
    with pytest.raises(InputError, match="--accept-licence"):
        pull(registry, "limited", FolderHub(source))
    assert pull(registry, "limited", FolderHub(source), accepted=True).fetched
    with pytest.raises(ModelMissing, match="there is no model 'x'"):
        registry.entry("x")
    evil = FolderHub(source, [HubFile("unet/../../x.json", 1, None), HubFile("../x.json", 1, None)])
    with pytest.raises(ModelMissing, match=r"a file called '\.\./x\.json'"):
        pull(Registry(tmp_path / "m2", {"tiny": entry(**LOOSE)}), "tiny", evil)
    (source / "unet" / "config.json").unlink()
    with pytest.raises(ModelMissing, match=r"has no unet/config\.json"):
        pull(registry, "tiny", FolderHub(source))
    monkeypatch.setattr("shutil.disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 10))  # type: ignore[attr-defined]
    with pytest.raises(DiskFull, match="SPARKLE_MODELS"):
        pull(Registry(tmp_path / "m3", {"tiny": entry(**LOOSE)}), "tiny", FolderHub(source))


def test_what_the_real_client_says_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    import huggingface_hub
    from huggingface_hub import errors

    def offline(*args: Any, **kwargs: Any) -> None:
        raise errors.OfflineModeIsEnabled("HF_HUB_OFFLINE is set\nmore")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", offline)
    with pytest.raises(ModelMissing, match=r"^a/b@000000000000: the hub cannot be reached: HF_HUB_OFFLINE is set \("):
        HuggingFaceHub().files("a/b", COMMIT)

    def gone(*args: Any, **kwargs: Any) -> None:
        raise errors.LocalEntryNotFoundError("no network")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", gone)
    with pytest.raises(ModelMissing, match="cannot be reached: no network"):
        HuggingFaceHub().fetch("a/b", COMMIT, "x", Path("."))


# -- the command ------------------------------------------------------------------------------------------------------


def run(*args: str, home: Path) -> tuple[int, str]:
    result = CliRunner().invoke(cli, [*args, "--home", str(home)], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return int(result.return_value or 0), result.output


def test_the_command_lists_and_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARKLE_MODELS", raising=False)
    code, out = run("list", home=tmp_path)
    assert code == 0 and "NOT FOR COMMERCIAL USE" in out and str(tmp_path / "models") in out
    sizes = {line.split()[0]: line.split()[2] for line in out.splitlines() if " missing " in line}
    assert (sizes["wan2.1-i2v-14b-480p"], sizes["chatterbox"], sizes["sdxl-refiner"]) == ("90.1", "~3.2", "~6.1")
    assert sizes["qwen2-vl-7b"] == "?", "in how many bits its files are is not known"
    code, out = run("verify", "sdxl-base", home=tmp_path)
    assert (code, out) == (1, "sdxl-base: is not on this machine (`sparkle models pull sdxl-base`)\n")
    value = json.loads(run("list", "--json", home=tmp_path)[1])
    assert {one["state"] for one in value["models"]} == {"missing"}
    assert run("verify", home=tmp_path) == (0, "there are no models here\n")
    code, out = run("size", "wan2.1-i2v-14b-480p", "--card", "gpu-16gb", home=tmp_path)
    assert "offload" in out and "DOES NOT FIT" not in out
    one = json.loads(run("size", "sdxl-base", "--json", home=tmp_path)[1])["models"]
    assert [fits["card"] for fits in one] == ["gpu-16gb", "rtx4090", "a100-40gb", "a100-80gb"]
    assert all(fits["fits"] for fits in one)
    with pytest.raises(InputError, match="there is no card 'gtx'"):
        run("size", "--card", "gtx", home=tmp_path)


def test_the_command_verifies(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "elsewhere"
    monkeypatch.setenv("SPARKLE_MODELS", str(own))
    monkeypatch.setattr(
        "resources.gpu.registry.load_config",
        lambda name, model: model(models={"tiny": entry(**LOOSE), "other": pinned(source)}),
    )
    (source / "unet" / "pytorch_model.bin").unlink()
    shutil.copytree(source, own / "tiny")
    assert run("verify", home=tmp_path)[0] == 1
    assert run("verify", "tiny", "--record", home=tmp_path) == (0, "tiny: 2 files recorded\ntiny: as pinned\n")
    (own / "tiny" / "unet" / "config.json").write_text("x")
    code, out = run("verify", home=tmp_path)
    assert code == 1 and "unet/config.json: has 1 bytes, not 2" in out
    monkeypatch.setattr("resources.gpu.pull.HuggingFaceHub", lambda: FolderHub(source))
    code, out = run("pull", "tiny", "other", home=tmp_path)
    assert code == 0 and "other: 2 files fetched" in out and "tiny: 1 files fetched, 1 were here" in out


def test_every_model_fits_a_24_gb_card_somehow() -> None:
    registry = Registry(Path("nowhere"))
    for key in registry.models:
        assert fit(registry, key, "rtx4090").fits, key
    assert fit(registry, "sdxl-base", "a100-80gb").rungs == ()


def test_the_table_of_the_docs_is_what_is_computed(capsys: pytest.CaptureFixture[str]) -> None:
    fits()
    computed = capsys.readouterr().out.strip()
    assert computed in (ROOT / "docs" / "GPU.md").read_text(encoding="utf-8"), "python bench/gpu.py fits"


def test_every_field_that_the_docs_name_is_one() -> None:
    """docs/GPU.md, "A profile of your own": the options of each engine, and the fields of the `gpu:` block."""
    text = (ROOT / "docs" / "GPU.md").read_text(encoding="utf-8")
    told = text[text.index("## A profile of your own") : text.index("## What is kept while")]
    schemas: dict[str, Any] = {
        "`options.image`": SdxlOptions, "`options.video`": WanOptions, "`options.voice`": ChatterboxOptions,
        "`options.lipsync`": Wav2LipOptions, "`options.judge`": QwenOptions, "`gpu:`": GpuSettings,
    }  # fmt: skip
    for block, schema in schemas.items():
        part = told[told.index(block) + len(block) :].split("\n- ")[0]
        names = {name for name in re.findall(r"`([a-z_]+)(?::[^`]*)?`", part) if name not in NO_FIELDS}
        assert len(names) >= 3 and names <= set(schema.model_fields), (block, names - set(schema.model_fields))


@pytest.mark.parametrize("host", [16, 24, 32, 40, 48, 64])
@pytest.mark.parametrize("card", ["gpu-16gb", "rtx4090"])
def test_wan_fits_whatever_the_host_has(card: str, host: int) -> None:
    """Layer by layer needs 46 GB of main memory: with less, whole parts in fewer bits, at full length of the chunk."""
    allowed = Permissions(lower_precision=True)
    found = fit(Registry(Path("nowhere")), "wan2.1-i2v-14b-480p", card, permissions=allowed, host=host * GIB)
    assert found.fits and found.plan.frames == 65, found.rungs
    assert found.bytes.host <= host * GIB
    assert ("offload_layers" in found.rungs) == (host >= 48)
