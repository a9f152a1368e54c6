import pytest

from model.catalog.kpis import Kpi
from tests.model.catalogs import REMOVED, Document, Key, changed
from tests.model.refusals import refusal

GOOD: Document = {
    "name": "orders",
    "title": "Orders",
    "description": "Orders placed.",
    "component": "api",
    "unit": "count-per-minute",
    "by": ["plan"],
    "measure": {"kind": "rate", "counter": {"metric": "orders_total"}, "per": "minute"},
    "alerts": {"drop_percent": 50, "reason": "Half is a fault."},
}


@pytest.mark.parametrize(
    "measure",
    [
        GOOD["measure"],
        {"kind": "value", "gauge": {"metric": "users"}, "over": "max"},
        {"kind": "ratio", "numerator": {"metric": "a"}, "denominator": {"metric": "b"}, "scale": 100},
    ],
    ids=lambda measure: str(measure["kind"]),
)
def test_every_kind_of_measure_is_read(measure: Document) -> None:
    assert Kpi.model_validate(changed(GOOD, ("measure",), measure)).measure.kind == measure["kind"]


def test_a_business_number_that_falls_is_a_warning_unless_it_says_otherwise() -> None:
    kpi = Kpi.model_validate(GOOD)
    assert kpi.alerts
    assert (kpi.bad, kpi.alerts.severity, kpi.alerts.hold) == ("below", "warning", "15m")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(
            ("measure", "kind"), "count", "measure.kind: found 'count'; allowed: rate, value", id="unknown kind"
        ),
        pytest.param(("measure", "per"), "week", "measure.per: found 'week'", id="an unknown time"),
        pytest.param(("measure", "counter"), "orders_total", "measure.counter: found 'orders_total'", id="a bare name"),
        pytest.param(("unit",), "orders", "unit: found 'orders'", id="an unknown unit"),
        pytest.param(("bad",), "both", "bad: found 'both'", id="an unknown side"),
        pytest.param(("by", 0), "a-b", "by[0]: found 'a-b'", id="no label name"),
        pytest.param(("alerts", "severity"), "page", "alerts.severity: found 'page'", id="an unknown severity"),
        pytest.param(("alerts", "drop_percent"), 100, "alerts.drop_percent: found 100", id="a drop of everything"),
        pytest.param(("alerts", "drop_percent"), REMOVED, "alerts: found none of floor", id="an alert without a line"),
        pytest.param(("alerts", "reason"), REMOVED, "alerts.reason: missing", id="an alert without a reason"),
        pytest.param(("name",), "Orders per minute", "name: found 'Orders per minute'", id="a name with blanks"),
    ],
)
def test_a_broken_business_number_is_refused(key: Key, value: object, message: str) -> None:
    assert refusal(Kpi, changed(GOOD, key, value)).startswith(message)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"measure": {"kind": "value", "gauge": {"metric": "users"}}, "unit": "count"}, "value in count"),
        ({"unit": "usd-per-hour"}, "rate in usd-per-hour"),
    ],
    ids=["a value that is no rate", "money"],
)
def test_only_a_rate_of_events_counts_transactions(changes: Document, found: str) -> None:
    assert Kpi.model_validate({**GOOD, "transaction": True}).transaction
    message = refusal(Kpi, {**GOOD, "transaction": True, **changes})
    assert f"found a transaction as {found}; allowed: a rate of events" in message


@pytest.mark.parametrize("line", ["floor", "ceiling"])
def test_a_floor_or_a_ceiling_alone_is_an_alert(line: str) -> None:
    assert Kpi.model_validate(changed(GOOD, ("alerts",), {line: 5, "reason": "It hurts."})).alerts


def test_a_ratio_of_nothing_is_refused() -> None:
    measure = {"kind": "ratio", "numerator": {"metric": "a"}, "denominator": {"metric": "b"}, "scale": 0}
    assert refusal(Kpi, changed(GOOD, ("measure",), measure)).startswith("measure.scale: found 0")
