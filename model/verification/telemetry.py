"""The marked log line, span and metric: what they are, and the verdicts on whether they arrived."""

from dataclasses import dataclass
from typing import Final

from model import labels
from model.verification.servers import SKEW_SECONDS
from model.verification.verdicts import Check, Outcome, Verdict, judged, unanswered

COMPONENT: Final = "verification"
METRIC: Final = "belfry_verification_sent_timestamp_seconds"
"""The value is the moment it was sent, so each run adds a sample, not a series."""
LINE: Final = "A marked line of `ops verify`; no action is needed."
SPAN: Final = "verify"
WAIT_SECONDS: Final = 100
"""The sampler decides about a trace after 30 s; each of three collectors waits for a batch, and Jaeger's index or a
full queue may add some seconds. Whatever takes three times as long is not on its way."""
SHOWN_IN: Final = {Check.LOGS: "Loki", Check.TRACES: "Jaeger", Check.METRICS: "Prometheus"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What tells the telemetry of one run from others'. ``run``: 16 hexadecimal digits. ``sent``: Unix time, ms."""

    run: str
    sent: int

    @property
    def trace(self) -> str:
        """The trace's id."""
        return self.run * 2

    @property
    def value(self) -> float:
        """Of the metric."""
        return self.sent / 1000


def line_query(mark: Mark) -> str:
    """LogQL that finds the line alone."""
    return f'{{service_name="{COMPONENT}"}} | correlation_id="{mark.run}"'


def point_query() -> str:
    """PromQL that finds all recent points of the metric."""
    return f'{METRIC}{{{labels.SYSTEM}="{labels.OWN_SYSTEM}", {labels.COMPONENT}="{COMPONENT}"}}[5m]'


def arrived(check: Check, found: bool, waited: float, skew: float | None) -> Outcome:
    """The verdict after ``waited`` seconds. ``skew``: seconds of our clock ahead of Prometheus's; None: not known.

    With a wrong clock the marks are of the future or the past, and stores refuse them: that says nothing of the path.
    """
    store = SHOWN_IN[check]
    if found:
        return judged(f"in {store} after {waited:.0f} s")
    if skew is not None and abs(skew) > SKEW_SECONDS:
        side = "the future" if skew > 0 else "the past"
        return unanswered(f"not in {store}: by this machine's clock it was marked {abs(skew):.0f} s in {side}")
    return Outcome(Verdict.FAILED, f"not in {store} after {waited:.0f} s")


def log_body(mark: Mark) -> dict[str, object]:
    """The log record in OTLP's JSON."""
    record = {
        "timeUnixNano": str(mark.sent * 1_000_000),
        "severityNumber": 9,
        "severityText": "INFO",
        "body": {"stringValue": LINE},
        "attributes": [_attribute("correlation_id", mark.run)],
    }
    return {"resourceLogs": [{"resource": _resource(), "scopeLogs": [{"logRecords": [record]}]}]}


def span_body(mark: Mark) -> dict[str, object]:
    """The span in OTLP's JSON. It is an error, because those are kept whatever share of the others is sampled."""
    span = {
        "traceId": mark.trace,
        "spanId": mark.run,
        "name": SPAN,
        "kind": 1,
        "startTimeUnixNano": str(mark.sent * 1_000_000),
        "endTimeUnixNano": str((mark.sent + 1) * 1_000_000),
        "status": {"code": 2, "message": LINE},
    }
    return {"resourceSpans": [{"resource": _resource(), "scopeSpans": [{"spans": [span]}]}]}


def metric_body(mark: Mark) -> dict[str, object]:
    """The point in OTLP's JSON."""
    point = {"timeUnixNano": str(mark.sent * 1_000_000), "asDouble": mark.value}
    metric = {"name": METRIC, "unit": "s", "gauge": {"dataPoints": [point]}}
    return {"resourceMetrics": [{"resource": _resource(), "scopeMetrics": [{"metrics": [metric]}]}]}


def _resource() -> dict[str, object]:
    own = {"service.namespace": labels.OWN_SYSTEM, "service.name": COMPONENT}
    return {"attributes": [_attribute(key, value) for key, value in own.items()]}


def _attribute(key: str, value: str) -> dict[str, object]:
    return {"key": key, "value": {"stringValue": value}}
