"""What a profile says of a cluster: needs, queues, turns, prices, settings; and what is told where something lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster._core.events import DagsterEvent, DagsterEventType, JobFailureData, RunFailureReason
from dagster._core.launcher import LaunchRunContext, WorkerStatus
from dagster_shared.error import SerializableErrorInfo
from pydantic import ValidationError

from resources.errors import Busy, ConfigInvalid, InputError, Missing
from resources.farm import QUEUES, Farm, Limits, Needs, Prices, queue_of
from resources.pipeline.accounting import Work, on_a_card, work_on
from resources.profile import load_profile
from resources.store.database import close_databases
from resources.store.film import Home
from resources.store.mounts import on_network
from resources.store.steps import Step
from resources.store.timeline import read_timeline, write_memory_event
from schemas.refs import SHOT_STAGES, STAGES
from sparkle_assets.automation.failures import failure_of
from sparkle_assets.automation.jobs import ASSETS_OF, asset_jobs
from sparkle_assets.automation.priorities import FILM, NIGHT, PREVIEW, RETAKE
from sparkle_assets.cli.spending import cost, in_words
from sparkle_assets.cluster import addresses
from sparkle_assets.cluster import forgotten as forgotten_runs
from sparkle_assets.cluster.addresses import BROKER, POSTGRES, check_cluster
from sparkle_assets.cluster.launcher import ClusterRunLauncher
from sparkle_assets.cluster.placing import place, stages_of, turn_of
from sparkle_assets.cluster.remote import RemoteRunner, _code_origin, user
from sparkle_assets.cluster.settings import HEAD, write_settings
from sparkle_assets.cluster.state import unserved
from sparkle_assets.cluster.workers import queues_for, this_machine
from sparkle_assets.faults import Told
from sparkle_assets.runs import MOVIE_TAG, USER_TAG
from tests.conftest import Sparkle

SMALL, CARD_16, CARD_24 = (
    Needs(cpus=4, memory_gb=16, disk_gb=100),
    Needs(gpu_gb=17, cpus=8, memory_gb=64, disk_gb=500),
    Needs(gpu_gb=25, cpus=8, memory_gb=64, disk_gb=500),
)


def farm(name: str = "cluster-gpu") -> Farm:
    found = load_profile(name).farm
    assert found is not None
    return found


def test_a_worker_takes_what_it_has_room_for() -> None:
    gpu = farm()
    assert gpu.served(SMALL) == ("movie_plan", "final_cut", "qa_report")
    assert set(gpu.served(CARD_16)) == {*STAGES} - {"video_chunks"}, "Wan does not fit, and all of a shot neither"
    assert gpu.served(CARD_24) == QUEUES
    assert gpu.served(CARD_24, ("video_chunks",)) == ("video_chunks",)
    assert farm("cluster").served(Needs(cpus=1, memory_gb=4, disk_gb=10)) == QUEUES


def test_stages_that_need_the_same_are_one_run_a_shot() -> None:
    assert farm("cluster").alike and not farm().alike
    assert farm().needs("shot").model_dump() == {"gpu_gb": 22, "cpus": 4, "memory_gb": 24, "disk_gb": 60}


def test_a_farm_speaks_of_every_stage() -> None:
    with pytest.raises(ValidationError, match="nothing is said of video_chunks"):
        Farm(stages={stage: Needs() for stage in STAGES if stage != "video_chunks"})


@pytest.mark.parametrize(
    ("stages", "queue"),
    [
        ((), "movie_plan"),
        (("final_cut",), "final_cut"),
        (SHOT_STAGES, "shot"),
        (("shot_images", "video_chunks"), "shot"),
        (("final_cut", "qa_report"), "film"),
        (STAGES, "film"),
    ],
)
def test_a_run_waits_where_its_work_is_taken(stages: Any, queue: str) -> None:
    assert queue_of(stages) == queue


def test_a_run_is_placed_by_what_it_makes_and_who_waits_for_it() -> None:
    line = run("__ASSET_JOB", RETAKE, "voice_tracks", "shot_timing")
    assert stages_of(line) == {"voice_tracks"} and place(line) == ("sparkle.voice_tracks", 0)
    assert place(run("render_shot", PREVIEW)) == ("sparkle.shot", 3)
    assert place(run("finish_film", FILM)) == ("sparkle.film", 6)
    assert place(run("new_film", NIGHT)) == ("sparkle.movie_plan", 9)
    assert turn_of(dg.DagsterRun(job_name="x", tags={"dagster/priority": "soon"})) == 6
    assert set(ASSETS_OF) == {str(job.name) for job in asset_jobs}


def run(job: str, priority: int, *assets: str) -> dg.DagsterRun:
    chosen = frozenset(dg.AssetKey(asset) for asset in assets) or None
    return dg.DagsterRun(job_name=job, tags={"dagster/priority": str(priority)}, asset_selection=chosen)


def test_a_worker_that_is_too_small_says_what_lacks() -> None:
    with pytest.raises(
        InputError, match=r"too small for video_chunks \(it needs gpu_gb 22, not 0, memory_gb 24, not 16\)"
    ):
        queues_for(farm(), SMALL, ("video_chunks",))
    with pytest.raises(InputError, match="there is no queue 'wan'"):
        queues_for(farm(), CARD_24, ("wan",))
    assert queues_for(farm(), CARD_24, ()) == QUEUES
    assert list(unserved(farm(), {"a": ["movie_plan"], "b": [*QUEUES[2:]]})) == ["shot_images"]


def test_a_cluster_that_has_enough_to_do_says_so() -> None:
    limits = Limits(waiting=3)
    limits.admit(2)
    with pytest.raises(Busy, match=r"3 runs wait for the cluster already, and its limit is 3 \(try again when"):
        limits.admit(3)


def test_a_machine_is_measured_where_nothing_is_told(tmp_path: Path) -> None:
    found = this_machine(load_profile("cluster"), Home(tmp_path), {"memory_gb": 7.0})
    assert found.gpu_gb == 0 and found.cpus >= 1 and found.memory_gb == 7.0 and found.disk_gb > 0


def test_settings_follow_the_profile_and_hold_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(POSTGRES, "postgresql+psycopg2://sparkle:secret@db/sparkle")
    home = Home(tmp_path)
    path = write_settings(home, load_profile("cluster")) / "dagster.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.startswith(HEAD) and "secret" not in text
    told = yaml.safe_load(text)
    limits = farm("cluster").limits
    assert told["concurrency"]["runs"]["max_concurrent_runs"] == limits.runs
    by_tag = {one["key"]: one["limit"] for one in told["concurrency"]["runs"]["tag_concurrency_limits"]}
    assert by_tag == {
        "dagster/partition": 1,
        "dagster/partition/movie": limits.film,
        MOVIE_TAG: limits.film,
        USER_TAG: limits.user,
    }
    write_settings(home, load_profile("cluster-gpu"))
    assert "cluster-gpu" in path.read_text(encoding="utf-8"), "written anew for another profile"
    path.write_text("# mine\n", encoding="utf-8")
    write_settings(home, load_profile("cluster"))
    assert path.read_text(encoding="utf-8") == "# mine\n"


def test_what_a_cluster_lacks_is_one_line(sparkle: Sparkle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(POSTGRES, "postgresql://x")
    monkeypatch.delenv(BROKER, raising=False)
    with pytest.raises(InputError, match=r"does not begin with postgresql\+psycopg2://"):
        check_cluster("cluster")
    monkeypatch.setattr(addresses, "_PACKAGES", ("celery", "not_there"))
    with pytest.raises(Missing, match=r"needs not_there \(pip install 'sparkle-motion\[scale\]'\)"):
        check_cluster("cluster")
    answer = sparkle("worker", env={POSTGRES: ""})
    assert answer.code == 2
    assert answer.err.startswith("sparkle: SPARKLE_POSTGRES_URL is not set (for example postgresql+psycopg2://")
    assert sparkle("worker", "--profile", "embedded").code == 2
    films = sparkle("make", "--profile", "cluster", "A fox finds a lantern", env={POSTGRES: ""})
    assert films.code == 2 and "SPARKLE_POSTGRES_URL is not set" in films.err and films.err.count("\n") == 1


def test_work_is_counted_and_priced(tmp_path: Path) -> None:
    for stage, seconds in (("shot_images", 36.0), ("final_cut", 18.0)):
        step = Step(tmp_path, stage)  # type: ignore[arg-type]
        step.begin()
        step._begun -= seconds
        step.succeed()
    gpu = load_profile("cluster-gpu")
    assert gpu.farm is not None
    priced = gpu.model_copy(update={"farm": gpu.farm.model_copy(update={"prices": Prices(cpu_hour=0.2, gpu_hour=1.0)})})
    work = work_on(tmp_path, priced)
    assert work.gpu_seconds == pytest.approx(36, abs=1) and work.seconds == pytest.approx(54, abs=2)
    assert work.usd == pytest.approx(0.01 + 0.001, rel=0.05)
    assert on_a_card(load_profile("gpu-24gb"), "video_chunks") and not on_a_card(load_profile("gpu-24gb"), "final_cut")
    assert not on_a_card(load_profile("embedded"), "shot_images")
    assert work_on(tmp_path / "none", priced) == Work()


def test_the_price_of_machines_is_told_beside_that_of_models() -> None:
    from resources.agents.budget import Spent

    before = Spent()
    paid = cost(before, before, Work(7200.0, 3600.0, 0.74))
    assert (paid["amount"], paid["machines"], paid["gpu_s"]) == (0.74, 0.74, 3600.0)
    assert in_words(paid) == (
        "for 0.7400 USD of machines (7200 s, 3600 s of them on a card), and for nothing (no model was paid)"
    )


def test_an_error_is_told_elsewhere_as_the_one_it_was() -> None:
    from resources.agents.errors import CredentialsMissing

    told = Told(CredentialsMissing("no key", where="shot_images one", hint="set it"))
    metadata = {name: str(value.value) for name, value in told.metadata.items()}
    assert metadata["family"] == "Missing" and metadata["kind"] == "CredentialsMissing"
    event = type("Event", (), {})()
    event.step_failure_data = type("Data", (), {"user_failure_data": told, "error": None})()
    error = failure_of("failed", [event], "hello")
    assert (type(error), str(error)) == (Missing, "shot_images one: no key (set it)")


def test_whose_films_these_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARKLE_USER", "ada")
    assert user() == "ada"
    monkeypatch.delenv("SPARKLE_USER")
    assert user()


def test_a_profile_that_is_no_farm_has_no_workers(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid):
        from resources.config import load_config

        load_config("qa_policy.yaml", Farm)


def test_a_network_file_system_is_known_by_its_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    lines = [
        "/dev/sda / ext4 rw",
        "nas:/x /films nfs4 rw",
        "tmp /films/scratch\\040disk tmpfs rw",
        "g /g fuse.glusterfs rw",
    ]
    mounts.write_text("\n".join(lines), encoding="utf-8")
    found = {name: on_network(Path(name), mounts) for name in ("/films/a", "/films/scratch disk/a", "/filmset", "/g")}
    assert found == {"/films/a": True, "/films/scratch disk/a": False, "/filmset": False, "/g": True}
    assert not on_network(tmp_path, tmp_path / "none")


def test_the_timeline_of_a_film_on_a_network_needs_no_shared_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resources.store.database.on_network", lambda path: True)
    write_memory_event(tmp_path, "begin", attempt=1)
    assert not (tmp_path / "timeline.db-wal").exists() and not (tmp_path / "timeline.db-shm").exists()
    close_databases()
    assert [event.event for event in read_timeline(tmp_path)] == ["begin"]


class Answers:
    """A Celery that tells the state of one task, and whether its worker is heard."""

    def __init__(self) -> None:
        self.state, self.info, self.heard = "STARTED", {"hostname": "worker-0@host"}, True
        self.control = self
        self.id = "t"
        self.works_on = [self.id]
        self.revoked: list[tuple[str, str]] = []

    def AsyncResult(self, task: str) -> Answers:
        return self

    def ping(self, names: list[str], timeout: float, limit: int) -> list[str]:
        return names if self.heard else []

    def inspect(self, timeout: float) -> Answers:
        return self

    def active(self) -> dict[str, list[dict[str, str]]] | None:
        return {"worker-0@host": [{"id": task} for task in self.works_on]} if self.heard else None

    def revoke(self, task: str, *, terminate: bool, signal: str) -> None:
        self.revoked.append((task, signal))


def launcher(monkeypatch: pytest.MonkeyPatch, lost_s: float) -> tuple[ClusterRunLauncher, Answers]:
    made = ClusterRunLauncher(
        "cluster", broker="redis://127.0.0.1:1/0", backend="redis://127.0.0.1:1/0", default_queue="x"
    )
    answers = Answers()
    monkeypatch.setattr(made, "celery", answers)
    made.lost_s = lost_s
    return made, answers


def test_a_worker_is_given_up_when_it_was_silent_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = dg.DagsterRun(job_name="render_shot", tags={"dagster-celery/task_id": "t"})
    made, answers = launcher(monkeypatch, lost_s=0.2)
    assert made.check_run_worker_health(ours).status is WorkerStatus.RUNNING
    answers.heard = False
    assert made.check_run_worker_health(ours).status is WorkerStatus.RUNNING, "a short silence is nothing"
    answers.heard = True
    assert made.check_run_worker_health(ours).status is WorkerStatus.RUNNING
    answers.heard = False
    made.check_run_worker_health(ours)
    made.lost_s = 0.0
    gone = made.check_run_worker_health(ours)
    assert gone.status is WorkerStatus.FAILED and "its worker worker-0@host does not answer" in str(gone.msg)


def test_a_run_that_the_broker_forgot_is_asked_for_among_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = dg.DagsterRun(job_name="render_shot", tags={"dagster-celery/task_id": "t"})
    made, answers = launcher(monkeypatch, lost_s=0.0)
    answers.state = "PENDING"
    assert made.check_run_worker_health(ours).status is WorkerStatus.RUNNING
    answers.works_on = ["another"]
    assert made.check_run_worker_health(ours).status is WorkerStatus.FAILED, "nobody works on it"
    answers.heard = False
    assert made.check_run_worker_health(ours).status is WorkerStatus.FAILED


class Broker:
    """A Celery whose broker keeps what it is sent, until it loses everything, and is away now and then."""

    def __init__(self) -> None:
        self.backend = self
        self.connection_errors = (ConnectionError,)
        self.known: dict[str, bytes] = {}
        self.queue: list[tuple[str, str, int]] = []
        self.away = 0

    def send_task(self, name: str, *, kwargs: dict[str, Any], task_id: str, queue: str, priority: int) -> None:
        assert name and kwargs["execute_job_args_packed"]
        if self.away:
            self.away -= 1
            raise ConnectionError("refused")
        self.queue.append((task_id, queue, priority))

    def set(self, key: str, value: bytes) -> None:
        self.known[key] = value

    def get(self, key: str) -> bytes | None:
        return self.known.get(key)


def test_what_waits_and_the_broker_has_lost_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgotten_runs, "SENT_S", -60.0)
    address = "redis://127.0.0.1:1/0"
    config = {"profile": "cluster", "broker": address, "backend": address}
    ours = {"module": ClusterRunLauncher.__module__, "class": ClusterRunLauncher.__name__, "config": config}
    with dg.instance_for_test({"run_launcher": ours}) as instance:
        broker = Broker()
        monkeypatch.setattr(instance.run_launcher, "celery", broker)
        waits = dg.DagsterRun(
            job_name="render_shot", status=dg.DagsterRunStatus.STARTING, job_code_origin=_code_origin("render_shot")
        )
        instance.add_run(waits)

        def look() -> object:
            with dg.build_sensor_context(instance) as context:
                return forgotten_runs.forgotten(context)

        def told(forgotten: int) -> dg.SkipReason:
            return dg.SkipReason(f"1 runs wait for a worker, {forgotten} were forgotten")

        assert look() == told(0), "it was not sent yet"
        broker.away = 1
        instance.run_launcher.launch_run(LaunchRunContext(waits, workspace=None))
        assert [sent[1:] for sent in broker.queue] == [("sparkle.shot", 6)] and look() == told(0)
        before, broker.queue, broker.known = broker.queue, [], {}
        assert look() == told(1) and broker.queue == before, "under the same name"
        assert look() == told(0) and broker.queue == before


def test_a_run_whose_task_ended_without_a_word_is_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = dg.DagsterRun(job_name="render_shot", tags={"dagster-celery/task_id": "t"})
    made, answers = launcher(monkeypatch, lost_s=3600.0)
    answers.state = "FAILURE"
    assert made.check_run_worker_health(ours).status is WorkerStatus.RUNNING, "its last event may be on the way"
    made._silent[ours.run_id] -= 2.0
    assert made.check_run_worker_health(ours).status is WorkerStatus.FAILED


@pytest.mark.parametrize(("thrown", "lost"), [("OperationalError", True), ("ValueError", False)])
def test_a_run_that_the_database_ended_outside_of_its_steps_is_asked_for_again(thrown: str, lost: bool) -> None:
    cause = SerializableErrorInfo("the database system is shutting down", [], thrown)
    error = SerializableErrorInfo("cannot tell of it", [], "DagsterError", cause)
    runner = RemoteRunner.__new__(RemoteRunner)
    with dg.DagsterInstance.ephemeral() as runner.instance:
        run = runner.instance.create_run_for_job(dg.GraphDefinition("nothing").to_job("render_shot"))
        data = JobFailureData(error, RunFailureReason.RUN_EXCEPTION)
        ended = DagsterEvent(
            DagsterEventType.RUN_FAILURE.value, "render_shot", message="Failed.", event_specific_data=data
        )
        runner.instance.report_dagster_event(ended, run.run_id)
        failed = runner.instance.get_run_by_id(run.run_id)
        assert failed is not None and failed.status is dg.DagsterRunStatus.FAILURE
        assert runner._lost(failed) is lost
        assert "cannot tell of it" in str(runner._told(failed))
