"""Marks, and verdicts on whether they arrived."""

import pytest

from model.verification import telemetry
from model.verification.telemetry import Mark
from model.verification.verdicts import Check, Outcome, Verdict

MARK = Mark(run="0123456789abcdef", sent=1_800_000_000_123)


def test_a_mark_that_arrived_passes_whatever_the_clock_says() -> None:
    assert telemetry.arrived(Check.LOGS, True, 1.6, 900.0) == Outcome(Verdict.PASSED, "in Loki after 2 s")


def test_a_mark_that_did_not_arrive_fails() -> None:
    assert telemetry.arrived(Check.TRACES, False, 100, 0.5) == Outcome(Verdict.FAILED, "not in Jaeger after 100 s")
    assert telemetry.arrived(Check.METRICS, False, 100, None).verdict is Verdict.FAILED


@pytest.mark.parametrize(("skew", "side"), [(301.0, "301 s in the future"), (-90.0, "90 s in the past")])
def test_with_a_wrong_clock_an_absent_mark_says_nothing_about_the_path(skew: float, side: str) -> None:
    found = telemetry.arrived(Check.METRICS, False, 100, skew)

    assert found.verdict is Verdict.UNKNOWN
    assert side in found.text


def test_each_signal_carries_the_mark_and_the_identity_of_the_platform() -> None:
    log, span, point = telemetry.log_body(MARK), telemetry.span_body(MARK), telemetry.metric_body(MARK)

    (record,) = log["resourceLogs"][0]["scopeLogs"][0]["logRecords"]  # type: ignore[index]
    assert record["attributes"] == [{"key": "correlation_id", "value": {"stringValue": MARK.run}}]
    assert MARK.run in telemetry.line_query(MARK)
    (sent,) = span["resourceSpans"][0]["scopeSpans"][0]["spans"]  # type: ignore[index]
    assert sent["traceId"] == MARK.trace == MARK.run * 2
    assert sent["status"]["code"] == 2, "errors are sampled always"
    (metric,) = point["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]  # type: ignore[index]
    assert metric["gauge"]["dataPoints"][0]["asDouble"] == MARK.value == 1_800_000_000.123
    assert metric["name"] in telemetry.point_query()
    for body, key in ((log, "resourceLogs"), (span, "resourceSpans"), (point, "resourceMetrics")):
        attributes = body[key][0]["resource"]["attributes"]  # type: ignore[index]
        said = {one["key"]: one["value"]["stringValue"] for one in attributes}
        assert said == {"service.namespace": "platform", "service.name": "verification"}
