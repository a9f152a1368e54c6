"""Bands of requests, errors and latency: a week of days with a night and a noon, then a day that differs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from authoring.rule_file import rule_file
from authoring.rules import anomalies
from authoring.text import to_yaml
from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.vocabulary import Severity
from tests.rules.promtool import Case
from tests.tools import PROJECT, run

CATALOG = Catalog.load(PROJECT / "catalog")
SYSTEM = next(system for system in CATALOG.systems if system.system == "alchemorsel")
OWN = 'cluster="eu", system="alchemorsel", component="api"'
OWNER = 'component:owner:info{system="alchemorsel", component="api", team="alchemorsel", kind="http-service"}'

STEP = 5
"""Minutes between two samples: as far apart as Prometheus still sees them."""
DAY = 24 * 60 // STEP
DAYS = 9
NOON, HALF_A_DAY = 8 * 24 * 60 + 12 * 60, 12 * 60  # minutes: noon of the ninth day

Values = Sequence[float]
Document = dict[str, Any]


def days(*, night: float, noon: float) -> list[float]:
    """Every day from ``night`` up to ``noon`` and down again."""
    half = DAY // 2
    up = [night + (noon - night) * step / half for step in range(half)]
    return [*up, *(night + noon - value for value in up)] * DAYS


def changed(values: Values, begin: int, minutes: int, factor: float) -> list[float]:
    """``values`` times ``factor`` for some minutes from minute ``begin`` on."""
    first, last = begin // STEP, (begin + minutes) // STEP
    return [value * factor if first <= place < last else value for place, value in enumerate(values)]


def series(requests: Values, errors: Values = (), latency: Values = ()) -> dict[str, str]:
    named = {anomalies.REQUESTS: requests, anomalies.ERRORS: errors, anomalies.LATENCY: latency}
    found = {f"{name}{{{OWN}}}": " ".join(f"{value:g}" for value in values) for name, values in named.items() if values}
    return {**found, OWNER: f"1x{DAY * DAYS}"}


def alert(name: str) -> dict[str, str]:
    own = {"cluster": "eu", "severity": "warning", "team": "alchemorsel", "system": "alchemorsel", "component": "api"}
    return {"alertname": name, **own}


def check(cases: Sequence[Case], folder: Path) -> None:
    check_documents([case.document() for case in cases], folder)


def check_documents(tests: Sequence[Document], folder: Path) -> None:
    alone = folder / "anomalies.yaml"  # without the other rules of the system, which nine days would evaluate too
    alone.write_text(rule_file("", [("anomalies", anomalies.rules(SYSTEM))]), encoding="utf-8")
    document = {
        "rule_files": [str(PROJECT / "rules/prometheus/service-baselines.yaml"), str(alone)],
        "evaluation_interval": f"{STEP}m",
        "group_eval_order": ["belfry.service-baselines", "anomalies"],
        "tests": [{**test, "interval": f"{STEP}m"} for test in tests],
    }
    path = folder / "cases.test.yaml"
    path.write_text(to_yaml(document, ""), encoding="utf-8")
    run("promtool", "test", "rules", path)


def case(name: str, found: Mapping[str, str], alertname: str, *, quiet: Sequence[int], loud: int | None = None) -> Case:
    labels = {key: value for key, value in alert(alertname).items() if key != "alertname"}
    return Case(name, found, quiet=quiet, loud=loud, alert=alertname, labels=labels)


USUAL = days(night=1, noon=10)
CALM = [0.001] * len(USUAL)
QUICK = [0.2] * len(USUAL)
EVERY_TWO_HOURS = range(7 * 24 * 60 + 60, 9 * 24 * 60, 120)


def cases() -> list[Case]:
    """For each alert a noon that differs from the noons of two weeks, and the hours before."""
    return [
        case(
            "half of the requests at noon",
            series(changed(USUAL, NOON, 180, 0.5)),
            "RequestsBelowUsual",
            quiet=[*range(7 * 24 * 60 + 60, NOON, 120), NOON + 20],
            loud=NOON + 60,
        ),
        case(
            "errors at noon",
            series(USUAL, changed(CALM, NOON, 180, 30)),
            "ErrorsAboveUsual",
            quiet=[NOON - 60, NOON + 20],
            loud=NOON + 60,
        ),
        case(
            "slow at noon",
            series(USUAL, CALM, changed(QUICK, NOON, 180, 2)),
            "LatencyAboveUsual",
            quiet=[NOON - 60, NOON + 20],
            loud=NOON + 60,
        ),
    ]


def test_a_noon_that_differs_from_other_noons_alerts_and_the_way_to_it_does_not(tmp_path: Path) -> None:
    check(cases(), tmp_path)


def test_days_with_a_night_and_a_noon_are_usual(tmp_path: Path) -> None:
    found = series(USUAL, CALM, QUICK)
    names = [anomaly.alert for anomaly in anomalies.ANOMALIES]
    silent: list[Document] = [case("usual", found, name, quiet=EVERY_TWO_HOURS).document() for name in names]
    whole = {**silent[0], "promql_expr_test": [check for one in silent for check in one["promql_expr_test"]]}
    check_documents([whole], tmp_path)


def test_a_night_without_requests_is_quiet_where_nights_have_few(tmp_path: Path) -> None:
    nights = days(night=0.05, noon=0.3)
    empty = changed(nights, NOON + HALF_A_DAY - 120, 240, 0)
    midnight = NOON + HALF_A_DAY
    check(
        [case("night", series(empty), "RequestsBelowUsual", quiet=range(midnight - 60, midnight + 120, 15))], tmp_path
    )


def test_a_holiday_alerts_on_the_day_itself_and_not_a_week_later(tmp_path: Path) -> None:
    """The bands know no holidays: one looks like an outage that day, and makes the band of a week later wider."""
    today = series(changed(USUAL, NOON - HALF_A_DAY, 24 * 60, 0.5))
    fired = case("the day", today, "RequestsBelowUsual", quiet=[NOON - 24 * 60], loud=NOON)
    last_week = series(changed(USUAL, NOON - HALF_A_DAY - 7 * 24 * 60, 24 * 60, 0.5))
    later = case("a week later", last_week, "RequestsBelowUsual", quiet=[NOON - 120, NOON, NOON + 120])
    check([fired, later], tmp_path)


def test_without_a_week_of_history_nothing_alerts(tmp_path: Path) -> None:
    noon = 3 * 24 * 60 + HALF_A_DAY
    found = series(changed(USUAL, noon, 180, 0.1), changed(CALM, noon, 180, 100), changed(QUICK, noon, 180, 10))
    silent = [case("young", found, anomaly.alert, quiet=[noon + 60, noon + 120]) for anomaly in anomalies.ANOMALIES]
    check(silent, tmp_path)


def test_a_few_failures_of_a_quiet_component_are_no_anomaly(tmp_path: Path) -> None:
    few = days(night=0.25, noon=0.3)
    found = series(few, changed(CALM, NOON, 180, 30))  # 3 % of 270 requests: eight failures
    check([case("few", found, "ErrorsAboveUsual", quiet=[NOON + 60, NOON + 120])], tmp_path)


def severities(system: System) -> set[str]:
    return {rule.labels["severity"] for rule in anomalies.rules(system)}


def test_the_severity_is_the_systems_own_and_info_without_one() -> None:
    assert severities(SYSTEM) == {Severity.WARNING}
    plain = SYSTEM.model_copy(update={"anomalies": System.model_fields["anomalies"].default})
    assert severities(plain) == {Severity.INFO}


def test_a_system_without_requests_has_no_bands() -> None:
    silent = tuple(component for component in SYSTEM.components if component.telemetry.requests is None)
    assert not list(anomalies.rules(SYSTEM.model_copy(update={"components": silent})))
