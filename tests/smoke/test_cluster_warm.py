"""Models stay warm in workers: ``SMOKE_CLUSTER=1 pytest tests/smoke/test_cluster_warm.py``.

Before: Postgres and Redis as `deploy/local.py` wants them, torch and diffusers. Two minutes on two cores.

A run must show four films made by two workers with the real adapters of SDXL, Wan and Wav2Lip on random weights, and
that each worker loaded each model once at the most, however many shots it made: by the timelines of their own homes.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

from deploy.local import Cluster
from resources.store.film import Home
from resources.store.remote.diary import foreign_events
from resources.store.timeline import read_timeline
from schemas.refs import STAGES
from tests.conftest import ROOT, write_plan
from tests.harness.cluster import LONG_S, assert_nothing_twice, sparkle
from tests.harness.tiny_studio import I2V, NAME, PROFILE, save_tiny_painters, write_configs
from tests.integration.test_models_film import LENIENT

FILMS = 4
NEEDS = {"cpus": 1, "memory_gb": 1, "disk_gb": 0.1}
EMBEDDED = {"voice": "embedded-voices"}
"""Chatterbox is made small by patching it, in the process of a test alone."""
FARM: dict[str, Any] = {
    **PROFILE,
    "engines": {**{role: name for role, name in PROFILE["engines"].items() if role != "judge"}, **EMBEDDED},
    "options": {role: told for role, told in PROFILE["options"].items() if role not in ("voice", "judge")},
    "farm": {"stages": dict.fromkeys(STAGES, NEEDS)},
}
PLAN: dict[str, Any] = {
    "title": "Noise", "resolution": "144p", "title_card_s": 0, "end_card_s": 0, "seed": 3,
    "characters": [{"id": "ada", "name": "Ada"}],
    "shots": [
        {"id": "one", "prompt": "Ada on a boat", "duration_s": 1.0,
         "dialogue": [{"character_id": "ada", "text": "Oh, no!"}]},
        {"id": "two", "prompt": "Ada on the shore", "duration_s": 1.0,
         "dialogue": [{"character_id": "ada", "text": "Ah, yes."}]},
    ],
}  # fmt: skip


def test_a_worker_loads_each_model_once_however_many_shots_it_makes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    models = save_tiny_painters(tmp_path / "models")
    environment = {
        "SPARKLE_MODELS": str(tmp_path / "models"),
        "SPARKLE_CONFIGS": str(write_configs(tmp_path / "configs", models, LENIENT, FARM)),
        "SPARKLE_STORAGE": f"file://{tmp_path}/store",
        "OMP_NUM_THREADS": "1",
    }
    plan = str(write_plan(tmp_path / "plan.json", PLAN))
    movies = [f"film-{number}" for number in range(FILMS)]
    with Cluster(home, workers=0, profile=NAME, apart=2, environment=environment) as cluster:
        for number in range(2):
            cluster.start_worker(number, environment={"PYTHONPATH": beside_a_cpu_torch(tmp_path)})
        cluster.wait_for_workers(2)
        told = ("make", "--profile", NAME, "--plan", plan, "--json", "--movie")
        making = [sparkle(tmp_path, cluster.environment, *told, movie) for movie in movies]
        answers = [process.communicate(timeout=LONG_S) for process in making]
        assert [process.returncode for process in making] == [0] * FILMS, answers
        for movie in movies:
            assert_nothing_twice(Home(home), movie)
        loads = [loads_of(Home(cluster.home_of(number))) for number in range(2)]
    assert all(set(counts.values()) == {1} for counts in loads), loads
    assert all(set(counts) >= {"sdxl-base", I2V, "wav2lip"} for counts in loads), loads


def beside_a_cpu_torch(folder: Path) -> str:
    """A PYTHONPATH with which a worker imports diffusers beside a build of torch without CUDA, as tests do."""
    own = folder / "start"
    own.mkdir(exist_ok=True)
    shim = "from tests.harness.cpu_torchaudio import allow_cpu_torchaudio\n\nallow_cpu_torchaudio()\n"
    (own / "sitecustomize.py").write_text(shim, encoding="utf-8")
    return os.pathsep.join([str(own), str(ROOT)])


def loads_of(home: Home) -> Counter[str]:
    """How often the worker of a home has loaded each model, by what it wrote itself."""
    counts: Counter[str] = Counter()
    for movie in home.films():
        film = home.film(movie).path
        foreign = foreign_events(film)
        own = [event for event in read_timeline(film) if event.seq not in foreign]
        counts.update(str(event.data["model"]) for event in own if event.event == "load_complete")
    return counts
