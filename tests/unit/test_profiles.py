"""Profiles: each file says what can serve, its preview says less of it, and nothing is loaded to find that out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from resources.config import config_path
from resources.director.gpu_memory import MODELS, predicted_memory
from resources.errors import ConfigInvalid, InputError
from resources.gpu.options import read_options
from resources.gpu.plan import GIB
from resources.gpu.qwen_vl.options import QwenOptions
from resources.gpu.registry import Registry
from resources.gpu.wav2lip.options import Wav2LipOptions
from resources.profile import ENGINES, ON_MODELS, Profile, load_profile, preview_of
from tests.conftest import ROOT

NAMES = sorted(path.stem for path in config_path("profiles").glob("*.yaml"))
ON_GPU = [name for name in NAMES if name.startswith("gpu-")]


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_names_engines_that_there_are(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert all((role, engine) in ENGINES for role, engine in profile.roles.items())
    assert set(profile.options) <= {role for role in profile.roles if profile.on_models(role)}
    loading = [role for role in profile.roles if profile.on_models(role)]
    assert bool(loading) == (profile.gpu is not None), "who loads models says where, and nobody else does"


def test_the_gpu_profiles_are_there_and_use_no_drawn_pictures() -> None:
    assert ON_GPU == ["gpu-16gb", "gpu-24gb", "gpu-80gb"]
    for name in ON_GPU:
        roles = load_profile(name).roles
        told = {role: roles[role] for role in ("image", "video", "voice", "lipsync", "judge", "likeness")}
        assert told == {
            "image": "sdxl", "video": "wan", "voice": "chatterbox", "lipsync": "wav2lip", "judge": "qwen2-vl",
            "likeness": "dinov2",
        }  # fmt: skip
        assert (roles["cards"], roles["music"]) == ("cutout", "paper-band")


@pytest.mark.parametrize("name", ON_GPU)
def test_options_of_a_profile_and_of_its_preview_hold(name: str) -> None:
    for told in (load_profile(name), load_profile(preview_of(name))):
        read_options("lipsync", told.options.get("lipsync", {}), Wav2LipOptions)
        judge = read_options("judge", told.options.get("judge", {}), QwenOptions)
        assert judge.model in Registry(Path()).models


def test_a_preview_is_the_profile_with_its_preview_laid_over_it() -> None:
    full, small = load_profile("gpu-24gb"), load_profile("gpu-24gb-preview")
    assert small.name == "gpu-24gb-preview" and small.engines == full.engines and small.gpu == full.gpu
    assert small.options["image"]["steps"] == 10 and "image" not in full.options
    assert small.options["lipsync"] == full.options["lipsync"]
    assert load_profile("embedded-preview").options == {}
    with pytest.raises(InputError, match="no profile 'gpu-24gb-preview-preview'"):
        load_profile("gpu-24gb-preview-preview")
    with pytest.raises(InputError, match=r"profiles: cluster, cluster-gpu, embedded, gpu-16gb, gpu-24gb, gpu-80gb"):
        load_profile("gpu-8gb")


def test_an_engine_of_a_role_that_there_is_not_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = load_profile("embedded").model_dump(mode="json")
    told["engines"]["judge"] = "oracle"
    wrong = Profile.model_validate(told)
    monkeypatch.setattr("resources.profile.load_config", lambda path, model: wrong)
    with pytest.raises(ConfigInvalid, match=r"engines\.judge: there is no engine 'oracle' \(qwen2-vl\)"):
        load_profile("embedded")


@pytest.mark.parametrize("name", ON_GPU)
def test_what_a_profile_takes_of_a_card_fits_the_card(name: str) -> None:
    profile, registry = load_profile(name), Registry(Path("nowhere"))
    card = int(name.removeprefix("gpu-").removesuffix("gb")) * GIB
    for role in (role for role in profile.roles if profile.on_models(role)):
        told = predicted_memory(profile, role, registry)
        least = GIB // 8 if role == "likeness" else GIB  # 22 million weights
        assert told is not None and least < told < card, f"{role}: {told}"
    assert predicted_memory(profile, "music", registry) is None
    assert predicted_memory(load_profile("embedded"), "image", registry) is None


def test_a_model_that_the_profile_names_is_the_one_that_is_estimated() -> None:
    registry = Registry(Path("nowhere"))
    small, large = (predicted_memory(load_profile(name), "judge", registry) for name in ("gpu-24gb", "gpu-80gb"))
    assert small is not None and large is not None and large > 2 * small
    assert set(MODELS) == {engine for _, engine in ON_MODELS} and set(MODELS.values()) <= set(registry.models)


POOLS = (
    "import json, sys, sparkle_assets.definitions as d;"
    "print(json.dumps({key.to_user_string(): d.defs.resolve_assets_def(key).op.pool"
    " for key in d.defs.resolve_all_asset_keys() if d.defs.resolve_assets_def(key).is_executable}));"
    "print([m for m in ('torch', 'diffusers', 'transformers', 'numpy') if m in sys.modules])"
)


@pytest.mark.parametrize("profile", ["", "gpu-24gb"])
def test_assets_that_load_models_take_turns_at_the_gpu(profile: str, tmp_path: Path) -> None:
    env = {"SPARKLE_PROFILE": profile, "SPARKLE_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", POOLS], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    told, loaded = done.stdout.strip().splitlines()
    pool = "gpu" if profile else None
    assert json.loads(told) == {
        "movie_plan": None, "final_cut": None, "qa_report": None, "shot_images": pool, "voice_tracks": pool,
        "shot_timing": pool, "video_chunks": pool, "lipsynced_clips": pool,
    }  # fmt: skip
    assert loaded == "[]", "a graph with GPU engines loads none of them"
