"""The generated thresholds: each alerts at exactly the value of the catalog, no earlier and no later."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
import yaml

from authoring.promql import selector
from authoring.rules import signals, thresholds
from authoring.rules.signal_alerts import ALERTS
from model.catalog.catalog import Catalog, owner_of
from model.catalog.system import System
from model.catalog.telemetry import HttpMetrics, Preset
from model.catalog.thresholds import Threshold
from model.problems import BadInput
from model.quantities import Duration
from model.vocabulary import Direction, Severity, Signal, Unit
from tests.rules.promtool import Case, check, counter, gauge
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")
SYSTEMS = {system.system: system for system in CATALOG.systems}
CHANGE, LENGTH = 35, 150
WINDOW = 32  # the longest window of a measure, and two rounds

Values = Mapping[str, str]
Sample = Callable[[System, signals.Part, float, float], Values]


def own(system: System, part: signals.Part, metric: str, *more: str) -> str:
    return selector(metric, ['cluster="eu"', *signals.of_part(system, part), *more])


def of_counter(metric: str, *more: str) -> Sample:
    def sample(system: System, part: signals.Part, good: float, bad: float) -> Values:
        return {own(system, part, metric, *more): counter(good, bad, CHANGE, LENGTH)}

    return sample


def of_gauge(metric: str, *more: str) -> Sample:
    def sample(system: System, part: signals.Part, good: float, bad: float) -> Values:
        return {own(system, part, metric, *more): gauge(good, bad, CHANGE, LENGTH)}

    return sample


def of_histogram(metric: str, *more: str) -> Sample:
    """All events lie in one narrow bucket below the value asked for, so that every quantile is close to it."""

    def sample(system: System, part: signals.Part, good: float, bad: float) -> Values:
        values = {}
        for edge in sorted({good * 0.99, good, bad * 0.99, bad}):
            before, after = (100 if edge >= v else 0 for v in (good, bad))
            values[own(system, part, f"{metric}_bucket", *more, f'le="{edge:g}"')] = counter(
                before, after, CHANGE, LENGTH
            )
        for suffix in ('_bucket|le="+Inf"', "_count|"):
            name, matcher = suffix.split("|")
            values[own(system, part, metric + name, *more, *filter(None, [matcher]))] = counter(
                100, 100, CHANGE, LENGTH
            )
        return values

    return sample


def of_share(metric: str, bad_matcher: str, good_matcher: str) -> Sample:
    """A thousand events a minute, of which the first kind is the share asked for."""

    def sample(system: System, part: signals.Part, good: float, bad: float) -> Values:
        return {
            own(system, part, metric, bad_matcher): counter(1000 * good, 1000 * bad, CHANGE, LENGTH),
            own(system, part, metric, good_matcher): counter(1000 - 1000 * good, 1000 - 1000 * bad, CHANGE, LENGTH),
        }

    return sample


def workload(record: str) -> Sample:
    def sample(system: System, part: signals.Part, good: float, bad: float) -> Values:
        assert not hasattr(part, "identifier")
        namespace = getattr(part, "namespace", None) or system.system
        name = f'{record}{{cluster="eu", namespace="{namespace}", workload="{part.name}"}}'
        return {name: gauge(good, bad, CHANGE, LENGTH)}

    return sample


def requests(system: System, part: signals.Part) -> tuple[str, str, str]:
    http = part.telemetry.requests  # type: ignore[union-attr]
    assert http
    return http.requests, http.duration, http.status_label


def errors(system: System, part: signals.Part, good: float, bad: float) -> Values:
    metric, _, status = requests(system, part)
    return of_share(metric, f'{status}="503"', f'{status}="200"')(system, part, good, bad)


def latency(system: System, part: signals.Part, good: float, bad: float) -> Values:
    metric, duration, status = requests(system, part)
    found = dict(of_histogram(duration)(system, part, good, bad))
    found.setdefault(own(system, part, metric, f'{status}="200"'), counter(100, 100, CHANGE, LENGTH))
    return found


def flood(system: System, part: signals.Part, good: float, bad: float) -> Values:
    metric, _, status = requests(system, part)
    expected = float(part.load.requests_per_second) * 60  # type: ignore[union-attr]
    return of_counter(metric, f'{status}="200"')(system, part, good * expected, bad * expected)


def pool(system: System, part: signals.Part, good: float, bad: float) -> Values:
    if limit := getattr(part, "max_connections", None):
        return of_gauge("pg_stat_activity_count", 'state="active"')(system, part, good * limit, bad * limit)
    return {
        **of_gauge("db_pool_connections", 'state="used"')(system, part, good * 100, bad * 100),
        **of_gauge("db_pool_connections", 'state="max"')(system, part, 100, 100),
    }


def declared(part: signals.Part, ending: str) -> str | None:
    metrics = part.telemetry.metrics if hasattr(part, "telemetry") else part.metrics
    return next((metric.name for metric in metrics if metric.name.endswith(ending)), None)


def logins(system: System, part: signals.Part, good: float, bad: float) -> Values:
    if metric := declared(part, "_auth_events_total"):
        return of_counter(metric, 'type="login"', 'status="failure"')(system, part, good, bad)
    return of_counter(str(declared(part, "_logins_total")), 'result="failure"')(system, part, good, bad)


def by_ending(*endings: str, matcher: str = "", of: Callable[..., Sample] = of_counter) -> Sample:
    def sample(system: System, part: signals.Part, good: float, bad: float) -> Values:
        metric = next(name for ending in endings if (name := declared(part, ending)))
        return of(metric, *filter(None, [matcher]))(system, part, good, bad)

    return sample


SAMPLES: dict[Signal, Sample] = {
    Signal.CPU_USAGE: workload("namespace_workload:container_cpu_available:ratio_rate5m"),
    Signal.MEMORY_USAGE: workload("namespace_workload:container_memory_working_set:ratio_max"),
    Signal.ERROR_RATE: errors,
    Signal.LATENCY_P50: latency,
    Signal.LATENCY_P95: latency,
    Signal.LATENCY_P99: latency,
    Signal.AI_LATENCY_P95: of_histogram("gen_ai_client_operation_duration_seconds"),
    Signal.AI_COST: lambda s, p, good, bad: of_counter("ai_cost_usd_total")(s, p, good / 60, bad / 60),
    Signal.CONNECTION_POOL_USAGE: pool,
    Signal.REPLICATION_LAG: of_gauge("pg_replication_lag_seconds"),
    Signal.CACHE_HIT_RATIO: of_share("cache_lookups_total", 'result="hit"', 'result="miss"'),
    Signal.QUEUE_LAG: by_ending("_oldest_job_seconds", "_oldest_waiting_seconds", of=of_gauge),
    Signal.LOGIN_FAILURES: logins,
    Signal.RATE_LIMITED: by_ending("_blocked_requests_total", matcher='reason="rate_limit"'),
    Signal.ATTACK_SIGNATURES: by_ending("_attack_signatures_total"),
    Signal.THREAT_SCORE: by_ending("_threat_score", of=of_gauge, matcher='subject="address"'),
    Signal.REQUEST_FLOOD: flood,
    Signal.LARGEST_CONTENTFUL_PAINT: of_histogram("web_vitals_lcp_seconds"),
    Signal.INTERACTION_TO_NEXT_PAINT: of_histogram("web_vitals_inp_seconds"),
    Signal.CUMULATIVE_LAYOUT_SHIFT: of_histogram("web_vitals_cls"),
}


def lines(threshold: Threshold) -> Iterator[tuple[Severity, float]]:
    for severity, line in ((Severity.WARNING, threshold.warning), (Severity.CRITICAL, threshold.critical)):
        if line is not None:
            yield severity, float(line / 100 if threshold.unit is Unit.PERCENT else line)


def around(line: float, bad: Direction) -> tuple[float, float]:
    """A value on the good side of the line and one on the bad side, two percent from it."""
    return (line * 0.98, line * 1.02) if bad is Direction.ABOVE else (line * 1.02, line * 0.98)


def symptoms(system: System) -> Values:
    """Users notice every part of the system in every way."""
    return {
        f'ALERTS{{alertname="{alert}", alertstate="firing", cluster="eu", system="{system.system}", '
        f'component="{part.name}", by="test"}}': f"1x{LENGTH}"
        for part in (*system.components, *system.resources)
        for alert in ("SloOutage", "SloFastBurn", "HighErrorRate", "HighLatency")
    }


def cases(system: System) -> Iterator[Case]:
    for part, threshold, _ in thresholds.bound(system):
        for severity, line in lines(threshold):
            good, bad = around(line, threshold.signal.bad)
            labels = {
                "cluster": "eu",
                "severity": str(severity),
                "team": owner_of(system, part),
                "system": system.system,
                "component": part.name,
            }
            minutes = int(threshold.hold.seconds // 60)
            yield Case(
                f"{threshold.signal} of {part.name}, {severity}",
                {**SAMPLES[threshold.signal](system, part, good, bad), **symptoms(system)},
                quiet=(CHANGE - 1, CHANGE + minutes - 1),
                loud=CHANGE + minutes + WINDOW,
                alert=ALERTS[threshold.signal].name,
                labels=labels,
            )


@pytest.mark.parametrize("name", sorted(SYSTEMS))
def test_each_threshold_of_the_catalog_notifies_its_owner_after_its_pending_period_and_no_one_two_percent_before_it(
    name: str, tmp_path: Path
) -> None:
    system = SYSTEMS[name]
    made = list(cases(system))
    assert made
    check(thresholds.path(system), made, tmp_path)


def test_a_component_that_one_of_our_own_programs_stands_for_has_no_pods_in_its_systems_namespace() -> None:
    system = SYSTEMS["cloudmart"]
    reporter = next(one for one in system.components if one.program)
    of_reporter = [
        rule
        for group in yaml.safe_load(thresholds.generate(CATALOG)[thresholds.path(system)])["groups"]
        for rule in group["rules"]
        if rule["labels"].get("component") == reporter.name
    ]
    assert of_reporter == []


def test_two_failures_of_five_requests_are_no_high_error_rate(tmp_path: Path) -> None:
    system = SYSTEMS["bakhmach"]
    backend = system.components[0]
    few = {
        own(system, backend, "http_requests_total", 'status="503"'): counter(0, 0.4, CHANGE, LENGTH),
        own(system, backend, "http_requests_total", 'status="200"'): counter(1, 0.6, CHANGE, LENGTH),
    }
    labels = {"cluster": "eu", "system": "bakhmach", "component": "backend", "severity": "critical"}
    check(thresholds.path(system), [Case("few", few, quiet=(70, 120), alert="HighErrorRate", labels=labels)], tmp_path)


def test_failed_logins_among_many_good_ones_are_no_attack(tmp_path: Path) -> None:
    system = SYSTEMS["order-processor"]
    users = next(component for component in system.components if component.name == "user-service")
    opening = {
        own(system, users, "user_logins_total", 'result="failure"'): counter(1, 40, CHANGE, LENGTH),
        own(system, users, "user_logins_total", 'result="success"'): counter(30, 1000, CHANGE, LENGTH),
    }
    labels = {"cluster": "eu", "system": "order-processor", "component": "user-service", "severity": "critical"}
    quiet = Case("opening", opening, quiet=(70, 120), alert="LoginFailures", labels=labels)
    check(thresholds.path(system), [quiet], tmp_path)


def native(good: float, bad: float) -> str:
    """A native histogram of so many observations a minute, all between 0.5 and 1."""
    one = "{{{{schema:0 count:{0:g} sum:{1:g} offset:0 buckets:[{0:g}]}}}}"
    steps = [(0.0, good, CHANGE), (good * CHANGE, bad, LENGTH - CHANGE)]
    return " ".join(f"{one.format(at, 0.7 * at)}+{one.format(by, 0.7 * by)}x{times}" for at, by, times in steps)


@pytest.mark.parametrize(
    ("alert", "severity", "slow"), [("HighErrorRate", "critical", False), ("HighLatency", "warning", True)]
)
def test_native_histograms_reach_thresholds_as_classic_ones_do(
    alert: str, severity: str, slow: bool, tmp_path: Path
) -> None:
    limit = {"signal": "latency-p95", "unit": "seconds", "warning": 0.3, "hold": "5m", "reason": "None."}
    catalog = changed("generic", Threshold.model_validate(limit), component="api")
    path = tmp_path / "thresholds.yaml"
    path.write_text(thresholds.generate(catalog)["rules/prometheus/thresholds-generic.yaml"], encoding="utf-8")
    api = next(component for component in SYSTEMS["generic"].components if component.name == "api")
    name = partial(own, SYSTEMS["generic"], api, "http_server_request_duration_seconds")
    some = (600.0, 600.0) if slow else (600.0, 500.0)
    series = {name('http_response_status_code="200"'): native(*some)}
    if not slow:
        series[name('http_response_status_code="503"')] = native(0.0, 100.0)
    labels = {"cluster": "eu", "system": "generic", "component": "api", "severity": severity}
    quiet = () if slow else (CHANGE - 1,)
    check(path, [Case(alert, series, quiet=quiet, loud=CHANGE + 20, alert=alert, labels=labels)], tmp_path)


def test_durations_in_milliseconds_are_recorded_in_seconds(tmp_path: Path) -> None:
    system = SYSTEMS["order-processor"]
    users = next(component for component in system.components if component.name == "user-service")
    http = HttpMetrics(
        requests="http_requests_total",
        duration="http_server_duration_milliseconds",
        status_label="status",
        route_label="route",
        unit="milliseconds",
    )
    telemetry = users.telemetry.model_copy(update={"preset": Preset.NONE, "http": http})
    parts = tuple(
        c.model_copy(update={"telemetry": telemetry}) if c.name == users.name else c for c in system.components
    )
    text = thresholds.generate(Catalog.of(CATALOG.organization, [system.model_copy(update={"components": parts})]))
    path = tmp_path / "thresholds.yaml"
    path.write_text(text[thresholds.path(system)], encoding="utf-8")
    requests = {own(system, users, "http_requests_total", 'status="200"'): counter(100, 100, CHANGE, LENGTH)}
    series = {**requests, **of_histogram("http_server_duration_milliseconds")(system, users, 900, 1100)}
    labels = {"cluster": "eu", "system": system.system, "component": users.name, "severity": "warning"}
    check(path, [Case("slow", series, (CHANGE + 5,), CHANGE + 40, "HighLatency", labels)], tmp_path)


VOLUME = 'cluster="eu", namespace="bakhmach", persistentvolumeclaim="uploads"'
NODE = 'cluster="eu", node="a"'


def test_a_filling_volume_and_a_saturated_node_of_the_system_alert(tmp_path: Path) -> None:
    system = SYSTEMS["bakhmach"]
    series = {
        f"kubelet_volume_stats_used_bytes{{{VOLUME}}}": gauge(79, 81, CHANGE, LENGTH),
        f"kubelet_volume_stats_capacity_bytes{{{VOLUME}}}": gauge(100, 100, CHANGE, LENGTH),
        f"node:network_usage:ratio{{{NODE}}}": gauge(0.79, 0.81, CHANGE, LENGTH),
        f'kube_pod_info{{{NODE}, namespace="bakhmach", pod="backend-1"}}': gauge(1, 1, CHANGE, LENGTH),
        'node:network_usage:ratio{cluster="eu", node="other"}': gauge(0.99, 0.99, CHANGE, LENGTH),
    }
    labels = {"cluster": "eu", "severity": "warning", "team": "bakhmach", "system": "bakhmach"}
    disk = {**labels, "component": "uploads"}
    network = {**labels, "component": "network"}
    check(
        thresholds.path(system),
        [
            Case("disk", series, quiet=(44,), loud=47, alert="DiskFilling", labels=disk),
            Case("network", series, quiet=(44,), loud=47, alert="NetworkNearlySaturated", labels=network),
        ],
        tmp_path,
    )


def changed(name: str, threshold: Threshold, component: str = "") -> Catalog:
    """The system alone, with one more threshold on a component, the first where none is named."""
    system = SYSTEMS[name]
    chosen = component or system.components[0].name
    parts = tuple(
        c.model_copy(update={"thresholds": (*c.thresholds, threshold)}) if c.name == chosen else c
        for c in system.components
    )
    return Catalog.of(CATALOG.organization, [system.model_copy(update={"components": parts})])


def test_a_threshold_that_no_declared_metric_measures_is_refused_with_the_place_to_look() -> None:
    unmeasured = Threshold(
        signal=Signal.QUEUE_DEPTH, unit=Unit.COUNT, warning=Decimal(5), hold=Duration("5m"), reason="None at all."
    )
    with pytest.raises(BadInput) as caught:
        thresholds.generate(changed("bakhmach", unmeasured))
    message = str(caught.value)
    assert "catalog/bakhmach.yaml: backend.thresholds[queue-depth]" in message
    assert "authoring/rules/signals/" in message


def test_every_signal_has_an_alert_of_its_own_and_a_query() -> None:
    assert set(ALERTS) == set(Signal) == set(signals._BINDINGS)
    assert len({alert.name for alert in ALERTS.values()}) == len(ALERTS)


def test_generating_again_gives_the_same_bytes() -> None:
    for path, text in thresholds.generate(CATALOG).items():
        assert (PROJECT / path).read_text(encoding="utf-8") == text
