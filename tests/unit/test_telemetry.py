"""Traces, metrics and logs: all read from timelines, sent nowhere unless asked."""

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, MetricsData
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from resources.errors import PassingFault
from resources.store.film import Home
from resources.store.runs import film_run, new_run
from resources.store.steps import Step, current_step
from resources.store.timeline import read_timeline, write_memory_event
from resources.telemetry.logs import JsonLines
from resources.telemetry.measures import BY_NAME, FILMS, METRICS, samples_of
from resources.telemetry.otel import tell, wanted
from resources.telemetry.prometheus import registry, scrape
from resources.telemetry.run import told_run
from resources.telemetry.spans import spans_of, trace_id
from schemas.records import RunContext, StageEvent
from sparkle_assets.screening.app import screening_room
from tests.conftest import ROOT

MEMORY = {"device": "cuda:0", "total": 24_000, "free": 4_000, "used": 20_000, "peak": 21_000, "host_rss": 900}
VARIABLES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_SDK_DISABLED")


@pytest.fixture(autouse=True)
def _nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def film(home: Home) -> Path:
    """A film with a plan, in which nothing happened yet."""
    path = home.film("boat").path
    (path / "plan").mkdir(parents=True)
    (path / "plan" / "movie_plan.json").write_text("{}")
    return path


def make_a_shot(film: Path, context: RunContext) -> None:
    """What ``carry``, an agent and a model tell of one shot: a load, a failure, and another try."""
    with film_run(film, context):
        write_memory_event(
            film,
            "decided",
            stage="video_chunks",
            slot="01",
            agent="videos_agent",
            model="gemini/flash",
            attempts=1,
            input_tokens=120,
            output_tokens=30,
            amount=0.002,
            seconds=0.5,
            memo="m",
        )
        for attempt in (1, 2):
            step = Step(film, "video_chunks", slot="01", shot="one", attempt=attempt, fingerprint="a" * 64)
            step.begin()
            with step.under_way(), step.inference("wan"):
                told = current_step()
                assert told is not None
                if attempt == 1:
                    told.tell("load_start", model="wan-2.1", memory=MEMORY)
                    told.tell("load_complete", model="wan-2.1", memory=MEMORY, seconds=12.5)
                told.tell("inference_start", model="wan-2.1", engine="wan-2.1", memory=MEMORY)
                told.tell("memory_step", model="wan-2.1", rung="tile")
                told.tell("inference_end", model="wan-2.1", engine="wan-2.1", memory=MEMORY | {"peak": 23_000})
                told.tell("cleanup", model="wan-2.1", memory=MEMORY)
            if attempt == 1:
                step.fail(PassingFault("busy"), retry=True)
            else:
                step.succeed()


def test_one_trace_a_film_with_stages_leases_and_questions(film: Path) -> None:
    run = new_run("boat", "gpu-24gb", 7)
    make_a_shot(film, run)
    exporter = InMemorySpanExporter()
    tell("boat", run.run_id, read_timeline(film), span_exporter=exporter)
    spans = exporter.get_finished_spans()
    assert {span.context.trace_id for span in spans} == {trace_id("boat")}
    names = {span.context.span_id: span.name for span in spans}
    assert len(names) == len(spans)
    tree = sorted((names.get(span.parent.span_id, "film") if span.parent else "", span.name) for span in spans)
    assert tree == [
        ("film", "make boat"),
        ("lease wan-2.1", "load wan-2.1"),
        ("make boat", "ask videos_agent"),
        ("make boat", "video_chunks 01"),
        ("make boat", "video_chunks 01"),
        ("video_chunks 01", "engine wan"),
        ("video_chunks 01", "engine wan"),
        ("video_chunks 01", "lease wan-2.1"),
        ("video_chunks 01", "lease wan-2.1"),
    ]
    lease = next(span for span in spans if span.name == "lease wan-2.1")
    assert lease.attributes is not None
    assert lease.attributes["sparkle.memory.peak_bytes"] == 23_000
    assert lease.attributes["sparkle.memory.steps"] == 1
    assert [span.attributes["sparkle.warm"] for span in spans if span.name == "lease wan-2.1" and span.attributes] == [
        False,
        True,
    ]
    asked = next(span for span in spans if span.name == "ask videos_agent")
    assert asked.attributes is not None
    assert asked.attributes["gen_ai.usage.input_tokens"] == 120
    tries = [span for span in spans if span.name == "video_chunks 01"]
    assert [span.status.is_ok for span in tries] == [False, True]
    again = InMemorySpanExporter()
    tell("boat", run.run_id, read_timeline(film), span_exporter=again)
    assert [span.context.span_id for span in again.get_finished_spans()] == [span.context.span_id for span in spans]


def test_a_film_that_is_finished_has_its_root_and_one_that_was_killed_says_so(film: Path) -> None:
    def event(number: int, name: str, **data: object) -> StageEvent:
        at = f"2026-01-01T00:00:{number:02d}+00:00"
        return StageEvent.model_validate({"seq": number, "at": at, "movie": "boat", "event": name, **data})

    done = spans_of("boat", "r", [event(1, "begin", stage="qa_report"), event(3, "success", stage="qa_report")])
    assert [(span.name, span.end_ns - span.start_ns) for span in done] == [
        ("film boat", 2_000_000_000),
        ("make boat", 2_000_000_000),
        ("qa_report", 2_000_000_000),
    ]
    killed = spans_of("boat", "r", [event(1, "begin", stage="qa_report"), event(4, "note")])
    assert [(span.name, span.attributes.get("sparkle.cut_short")) for span in killed] == [
        ("make boat", None),
        ("qa_report", True),
    ]
    assert spans_of("boat", "r", []) == []


class Kept(MetricExporter):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, dict[tuple[str, ...], float]] = {}

    def export(self, metrics_data: MetricsData, timeout_millis: float = 0, **kwargs: object) -> MetricExportResult:
        for one in metrics_data.resource_metrics:
            for scope in one.scope_metrics:
                for metric in scope.metrics:
                    for point in metric.data.data_points:
                        labels = tuple(str((point.attributes or {})[name]) for name in BY_NAME[metric.name].labels)
                        value = getattr(point, "value", None)
                        self.data.setdefault(metric.name, {})[labels] = float(point.sum if value is None else value)
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = 0) -> bool:
        return True

    def shutdown(self, timeout_millis: float = 0, **kwargs: object) -> None:
        return


def test_the_same_numbers_through_opentelemetry_and_prometheus(home: Home, film: Path) -> None:
    run = new_run("boat", "gpu-24gb", 7)
    make_a_shot(film, run)
    kept = Kept()
    tell("boat", run.run_id, read_timeline(film), metric_exporter=kept)
    assert kept.data["sparkle_attempts"] == {("video_chunks", "failed"): 1, ("video_chunks", "success"): 1}
    assert kept.data["sparkle_tokens"][("videos_agent", "gemini/flash", "input")] == 120
    assert kept.data["sparkle_model_load_seconds"] == {("wan-2.1",): 12.5}
    text = scrape(found := registry(home)).decode()
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert lines['sparkle_attempts_total{stage="video_chunks",status="success"}'] == "1.0"
    assert lines['sparkle_model_load_seconds_bucket{le="30.0",model="wan-2.1"}'] == "1.0"
    assert lines['sparkle_model_load_seconds_bucket{le="10.0",model="wan-2.1"}'] == "0.0"
    assert lines['sparkle_memory_steps_total{model="wan-2.1"}'] == "2.0"
    assert lines['sparkle_films{state="planned"}'] == "1.0"
    assert scrape(found).decode() == text  # nothing happened, nothing is counted twice
    make_a_shot(film, run)
    assert 'sparkle_attempts_total{stage="video_chunks",status="success"} 2.0' in scrape(found).decode()


def test_metrics_are_beside_the_screening_room_for_this_machine_alone(home: Home, film: Path) -> None:
    make_a_shot(film, new_run("boat", "embedded", 1))
    with TestClient(screening_room(home, "http://127.0.0.1:3000"), base_url="http://127.0.0.1:3001") as client:
        told = client.get("/metrics")
        assert told.status_code == 200
        assert told.headers["content-type"].startswith("text/plain")
        assert 'sparkle_questions_total{agent="videos_agent",model="gemini/flash"} 1.0' in told.text
        assert client.get("/metrics", headers={"host": "evil.example"}).status_code == 400


def test_every_query_of_the_dashboard_asks_for_a_metric_and_labels_that_exist() -> None:
    dashboard = json.loads((ROOT / "deploy" / "grafana" / "sparkle.json").read_text(encoding="utf-8"))
    labels = {FILMS: {"state"}}
    for metric in METRICS:
        endings = ("_total",) if metric.kind == "counter" else ("_bucket", "_sum", "_count")
        for ending in endings:
            labels[metric.name + ending] = {*metric.labels, *(["le"] if ending == "_bucket" else [])}
    asked = set()
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            names = re.findall(r"\bsparkle_\w+", target["expr"])
            assert names, target["expr"]
            assert set(names) <= labels.keys(), target["expr"]
            known = set.intersection(*(labels[name] for name in names))
            grouped = {one for group in re.findall(r"by \(([^)]*)\)", target["expr"]) for one in group.split(", ")}
            chosen = set(re.findall(r"(\w+)=\"", target["expr"]))
            assert grouped | chosen <= known | {"le"}, target["expr"]
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= grouped, target["legendFormat"]
            asked |= {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in names}
    assert asked == {FILMS, *BY_NAME}
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_samples_have_the_labels_of_their_metric(film: Path) -> None:
    make_a_shot(film, new_run("boat", "embedded", 1))
    samples = [sample for event in read_timeline(film) for sample in samples_of(event)]
    assert samples
    for sample in samples:
        assert len(sample.labels) == len(BY_NAME[sample.name].labels)


@pytest.mark.parametrize(
    ("given", "traces", "metrics"),
    [
        ({}, None, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, "otlp", "otlp"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, "otlp", None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_METRICS_EXPORTER": "none"}, "otlp", None),
        ({"OTEL_TRACES_EXPORTER": "console"}, "console", None),
        ({"OTEL_TRACES_EXPORTER": "console", "OTEL_SDK_DISABLED": "true"}, None, None),
    ],
)
def test_the_standard_variables_decide(
    given: dict[str, str], traces: str | None, metrics: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert (wanted("traces"), wanted("metrics")) == (traces, metrics)


def test_nothing_is_imported_or_sent_unless_asked() -> None:
    code = (
        "import sys; from pathlib import Path; from resources.telemetry.run import told_run;"
        "from resources.store.runs import new_run\n"
        "with told_run(Path('x'), new_run('x', 'embedded', 1)): pass\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry', 'prometheus_client'))])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Something on loopback that takes OTLP over HTTP and keeps it."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    kept: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", kept
        server.shutdown()
        thread.join()


def test_a_run_is_sent_over_otlp_when_it_is_over(
    film: Path, collector: tuple[str, list[tuple[str, bytes]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    url, kept = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    run = new_run("boat", "embedded", 1)
    write_memory_event(film, "note", text="of an earlier run")
    with told_run(film, run):
        make_a_shot(film, run)
    assert {path for path, _ in kept} == {"/v1/traces", "/v1/metrics"}
    request = ExportTraceServiceRequest.FromString(next(body for path, body in kept if path == "/v1/traces"))
    spans = request.resource_spans[0].scope_spans[0].spans
    assert {bytes(span.trace_id).hex() for span in spans} == {f"{trace_id('boat'):032x}"}
    assert any(span.name == "lease wan-2.1" for span in spans)


def test_a_collector_that_is_not_there_costs_no_film(
    film: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from resources.telemetry import otel

    monkeypatch.setattr(otel, "SEND_S", 1)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:9/v1/traces")
    run = new_run("boat", "embedded", 1)
    with caplog.at_level(logging.WARNING), told_run(film, run):
        make_a_shot(film, run)
    assert "the trace of boat could not be sent" in caplog.text


def test_an_exporter_that_raises_costs_no_film(film: Path, caplog: pytest.LogCaptureFixture) -> None:
    """OTLP's does, when its time is over between two tries: it then asks for less than no time."""

    class Raises:
        def export(self, spans: object) -> None:
            raise ValueError("Attempted to set connect timeout to -0.001")

    run = new_run("boat", "embedded", 1)
    with told_run(film, run):
        make_a_shot(film, run)
    events = read_timeline(film)
    with caplog.at_level(logging.WARNING):
        tell("boat", run.run_id, events, span_exporter=Raises())  # type: ignore[arg-type]
    assert "the trace of boat could not be sent (ValueError)" in caplog.text


def test_log_lines_are_json_objects() -> None:
    record = logging.LogRecord("sparkle.storage", logging.WARNING, "f", 1, "down\n%s", ("again",), None)
    told = json.loads(JsonLines().format(record))
    assert told["message"] == "down again"
    assert (told["level"], told["logger"]) == ("warning", "sparkle.storage")
    code = (
        "import logging; from resources.telemetry.logs import log_json; log_json()\n"
        "logging.getLogger('sparkle.x').info('one %d', 1); logging.getLogger('other').info('not told')"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [json.loads(line)["message"] for line in result.stderr.splitlines()] == ["one 1"]


@pytest.mark.parametrize(("flags", "variable"), [(["--log-format", "json"], "text"), ([], "json")])
def test_the_command_line_asks_for_them(
    flags: list[str], variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from sparkle_assets.cli import sparkle

    root, own = logging.getLogger(), logging.getLogger("sparkle")
    before, level = list(root.handlers), own.level
    monkeypatch.setenv("SPARKLE_LOG", variable)
    try:
        result = CliRunner().invoke(sparkle, [*flags, "list", "--home", str(tmp_path / "home")])
        assert result.exit_code == 0
        assert [type(handler.formatter) for handler in root.handlers] == [JsonLines]
        assert os.environ["SPARKLE_LOG"] == "json"
    finally:
        root.handlers[:] = before
        own.setLevel(level)
