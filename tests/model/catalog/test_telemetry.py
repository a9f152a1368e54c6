import pytest
from pydantic import TypeAdapter, ValidationError

from model.catalog.telemetry import PRESETS, HttpMetrics, Matcher, Preset, Telemetry
from tests.model.catalogs import REMOVED, Document, Key, changed
from tests.model.refusals import refusal

GOOD: Document = {
    "preset": "prometheus-http",
    "scrape": {"port": "http", "path": "/metrics"},
    "metrics": [
        {"name": "jobs_total", "type": "counter", "unit": "count", "labels": ["status"], "description": "Jobs."},
        {"name": "job_seconds", "type": "histogram", "unit": "seconds", "description": "Durations."},
    ],
    "logs": "plain",
    "traces": False,
}
OWN_NAMES = {"requests": "hits", "duration": "hit_seconds", "status_label": "code", "route_label": "path"}


def test_a_preset_names_the_request_metrics() -> None:
    requests = Telemetry.model_validate(GOOD).requests
    assert requests == PRESETS[Preset.PROMETHEUS_HTTP]
    assert requests
    assert (requests.requests, requests.status_label) == ("http_requests_total", "status")


def test_every_preset_has_its_entry() -> None:
    assert set(PRESETS) == set(Preset)


def test_opentelemetry_counts_requests_by_the_count_of_the_duration() -> None:
    metrics = PRESETS[Preset.OPENTELEMETRY_HTTP_SERVER]
    assert metrics
    assert metrics.requests == f"{metrics.duration}_count"


def test_own_names_stand_in_for_a_preset() -> None:
    telemetry = Telemetry.model_validate({"http": OWN_NAMES})
    assert telemetry.requests == HttpMetrics.model_validate(OWN_NAMES)
    assert "hit_seconds_bucket" in telemetry.metric_names


def test_the_contract_lists_every_series_that_prometheus_will_see() -> None:
    assert Telemetry.model_validate(GOOD).metric_names == {
        "jobs_total",
        "job_seconds",
        "job_seconds_bucket",
        "job_seconds_count",
        "job_seconds_sum",
        "http_requests_total",
        "http_request_duration_seconds",
        "http_request_duration_seconds_bucket",
        "http_request_duration_seconds_count",
        "http_request_duration_seconds_sum",
    }


def test_a_component_declares_structured_logs_and_traces_by_default_and_no_metric() -> None:
    telemetry = Telemetry()
    assert telemetry.requests is None
    assert telemetry.metric_names == frozenset()
    assert (telemetry.logs, telemetry.traces) == ("structured", True)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(("preset",), "statsd", "preset: found 'statsd'", id="an unknown preset"),
        pytest.param(("http",), OWN_NAMES, "found both http and a preset", id="two sources of names"),
        pytest.param(("scrape", "path"), "metrics", "scrape.path: found 'metrics'", id="a path without slash"),
        pytest.param(("scrape", "port"), "", "scrape.port: found ''", id="a port without name"),
        pytest.param(("scrape", "interval"), "15s", "scrape.interval: unknown key", id="an unknown key"),
        pytest.param(("metrics", 0, "name"), "jobs-total", "metrics[0].name: found 'jobs-total'", id="a hyphen"),
        pytest.param(("metrics", 0, "type"), "summary", "metrics[0].type: found 'summary'", id="an unknown type"),
        pytest.param(("metrics", 0, "unit"), "ms", "metrics[0].unit: found 'ms'", id="an unknown unit"),
        pytest.param(("metrics", 0, "labels", 0), "a b", "metrics[0].labels[0]: found 'a b'", id="a label with blank"),
        pytest.param(("metrics", 0, "description"), REMOVED, "metrics[0].description: missing", id="no description"),
        pytest.param(("logs",), "syslog", "logs: found 'syslog'", id="an unknown log format"),
        pytest.param(("traces",), "some", "traces: found 'some'", id="neither yes nor no"),
    ],
)
def test_a_broken_contract_is_refused(key: Key, value: object, message: str) -> None:
    assert refusal(Telemetry, changed(GOOD, key, value)).startswith(message)


@pytest.mark.parametrize("text", ['a="b"', 'a!="b"', 'a=~"b|c"', 'a!~""', '_a1="/x*"'])
def test_a_label_matcher_of_promql_is_taken(text: str) -> None:
    assert TypeAdapter(Matcher).validate_python(text) == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a=b", id="no quotes"),
        pytest.param('a=="b"', id="an unknown operator"),
        pytest.param('1a="b"', id="no label name"),
        pytest.param('a="b"} or up{x="y"', id="an end of the selector"),
        pytest.param('a="\\d"', id="a backslash, which PromQL would read as an escape"),
        pytest.param('a="b",c="d"', id="two matchers"),
    ],
)
def test_what_is_no_single_matcher_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="pattern"):
        TypeAdapter(Matcher).validate_python(text)


@pytest.mark.parametrize("operator", ["=~", "!~"])
def test_a_pattern_that_does_not_parse_is_refused_before_it_stops_all_rules_of_its_file(operator: str) -> None:
    with pytest.raises(ValidationError, match="which is no regular expression: missing"):
        TypeAdapter(Matcher).validate_python(f'a{operator}"5.("')
    assert TypeAdapter(Matcher).validate_python('a="=~("')


@pytest.mark.parametrize("interval", ["5s", "15s", "60s", "2m"])
def test_a_push_interval_is_one_that_prometheus_can_follow(interval: str) -> None:
    assert Telemetry.model_validate({"push_interval": interval}).push_interval == interval


@pytest.mark.parametrize("interval", ["0s", "4s", "1500ms", "121s", "5m", "15", 15, True])
def test_a_push_interval_out_of_bounds_is_refused(interval: object) -> None:
    with pytest.raises(ValidationError) as error:
        Telemetry.model_validate({"push_interval": interval})
    (problem,) = error.value.errors()
    assert problem["loc"] == ("push_interval",)


def test_what_is_scraped_is_not_pushed() -> None:
    with pytest.raises(ValidationError, match="found both scrape and push_interval"):
        Telemetry.model_validate({"scrape": {}, "push_interval": "15s"})


@pytest.mark.parametrize("stated", [{"port": "metrics"}, {"path": "/metrics"}])
def test_a_program_of_our_own_is_scraped_where_it_listens_and_nowhere_else(stated: Document) -> None:
    assert Telemetry.model_validate({"scrape": {"program": "security-posture"}}).scrape
    with pytest.raises(ValidationError, match=f"found program security-posture with {next(iter(stated))}; allowed"):
        Telemetry.model_validate({"scrape": {"program": "security-posture", **stated}})


def test_an_unknown_program_is_refused() -> None:
    with pytest.raises(ValidationError, match="security-posture"):
        Telemetry.model_validate({"scrape": {"program": "security-poster"}})
