"""Traces and metrics through OpenTelemetry, when the standard variables ask for them.

``OTEL_EXPORTER_OTLP_ENDPOINT`` (or that of traces or metrics alone), or ``OTEL_TRACES_EXPORTER=console`` to see spans
on standard error; OTLP is spoken over HTTP. Without them nothing is imported, and nothing is sent.
``OTEL_SDK_DISABLED=true`` ends it all. The providers are our own and never the process's: google-adk traces its
questions with the global one, texts and all, and whoever wants that sets it up there.

Spans are told when a run is over, with the times the timeline has. Sending waits a few seconds at most, and what cannot
be sent is lost and told once: a film never fails for it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from resources.errors import Missing
from resources.telemetry.measures import BUCKETS, METRICS, samples_of
from resources.telemetry.spans import Span, span_id, spans_of, trace_id
from schemas.records import StageEvent

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter

SCOPE = "sparkle"
SEND_S = 5
"""Most that sending may take of a run's end, once for spans and once for metrics."""
_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"

logger = logging.getLogger("sparkle.telemetry")


def wanted(signal: str) -> str | None:
    """The exporter that the environment asks for (``otlp`` or ``console``) for ``traces`` or ``metrics``; or None."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    named = os.environ.get(f"OTEL_{signal.upper()}_EXPORTER", "").strip().lower()
    if named == "console":
        return named
    somewhere = os.environ.get(_ENDPOINT) or os.environ.get(f"OTEL_EXPORTER_OTLP_{signal.upper()}_ENDPOINT")
    return "otlp" if somewhere and named in ("", "otlp") else None


def check() -> None:
    """Raises :class:`Missing` when what the environment asks for takes a package that is not installed."""
    try:
        for signal, make in (("traces", _span_exporter), ("metrics", _metric_exporter)):
            kind = wanted(signal)
            if kind is not None:
                make(kind).shutdown()
    except ImportError as error:
        raise Missing(
            f"telemetry is asked for and needs {error.name or error}", hint="pip install 'sparkle-motion[scale]'"
        ) from None


def tell(
    movie: str,
    run_id: str,
    events: Sequence[StageEvent],
    *,
    span_exporter: SpanExporter | None = None,
    metric_exporter: MetricExporter | None = None,
) -> None:
    """Tell what happened in a run to whoever the environment, or the caller, names."""
    if not events:
        return
    if span_exporter is None and (kind := wanted("traces")):
        span_exporter = _span_exporter(kind)
    if metric_exporter is None and (kind := wanted("metrics")):
        metric_exporter = _metric_exporter(kind)
    if span_exporter is not None:
        with _told_only("trace", movie):
            _tell_spans(movie, spans_of(movie, run_id, events), span_exporter)
    if metric_exporter is not None:
        with _told_only("metrics", movie):
            _tell_metrics(events, metric_exporter)


@contextmanager
def _told_only(what: str, movie: str) -> Iterator[None]:
    """Whatever happens on the way to a collector costs no film."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - exporters raise what they like, OTLP's ValueError when its time is over
        logger.warning("the %s of %s could not be sent (%s)", what, movie, type(error).__name__)


def _tell_spans(movie: str, spans: Sequence[Span], exporter: SpanExporter) -> None:
    from opentelemetry.sdk.trace.export import SpanExportResult

    result = exporter.export([_readable(movie, span) for span in spans])
    if result is not SpanExportResult.SUCCESS:
        logger.warning("the trace of %s could not be sent", movie)
    exporter.shutdown()


def _readable(movie: str, span: Span) -> ReadableSpan:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

    def context(key: tuple[str, ...]) -> SpanContext:
        return SpanContext(trace_id(movie), span_id(movie, key), is_remote=False, trace_flags=TraceFlags(1))

    return ReadableSpan(
        name=span.name,
        context=context(span.key),
        parent=None if span.parent is None else context(span.parent),
        resource=_resource(),
        attributes=span.attributes,
        kind=SpanKind.INTERNAL,
        instrumentation_scope=InstrumentationScope(SCOPE),
        status=Status(StatusCode.UNSET) if span.error is None else Status(StatusCode.ERROR, span.error),
        start_time=span.start_ns,
        end_time=span.end_ns,
    )


def _tell_metrics(events: Sequence[StageEvent], exporter: MetricExporter) -> None:
    """The run's own numbers, once: a run is a process's life to whoever adds them up."""
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View

    reader = PeriodicExportingMetricReader(
        exporter, export_interval_millis=float("inf"), export_timeout_millis=SEND_S * 1000
    )
    views = [
        View(instrument_name=one.name, aggregation=ExplicitBucketHistogramAggregation(BUCKETS))
        for one in METRICS
        if one.kind == "histogram"
    ]
    provider = MeterProvider([reader], resource=_resource(), shutdown_on_exit=False, views=views)
    meter = provider.get_meter(SCOPE)
    instruments: dict[str, Any] = {}
    for metric in METRICS:
        make = meter.create_counter if metric.kind == "counter" else meter.create_histogram
        instruments[metric.name] = make(metric.name, unit=metric.unit, description=metric.help)
    labels = {metric.name: metric.labels for metric in METRICS}
    for event in events:
        for sample in samples_of(event):
            add = instruments[sample.name]
            told = dict(zip(labels[sample.name], sample.labels, strict=True))
            (add.record if hasattr(add, "record") else add.add)(sample.value, told)
    with suppress(TimeoutError):
        provider.force_flush(timeout_millis=SEND_S * 1000)
        provider.shutdown(timeout_millis=SEND_S * 1000)


def _resource() -> Any:
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource

    name = os.environ.get("OTEL_SERVICE_NAME") or "sparkle"
    return Resource.create({SERVICE_NAME: name})


def _span_exporter(kind: str) -> SpanExporter:
    if kind == "console":
        import sys

        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter(out=sys.stderr)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(timeout=SEND_S)


def _metric_exporter(kind: str) -> MetricExporter:
    if kind == "console":
        import sys

        from opentelemetry.sdk.metrics.export import ConsoleMetricExporter

        return ConsoleMetricExporter(out=sys.stderr)
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

    return OTLPMetricExporter(timeout=SEND_S)
