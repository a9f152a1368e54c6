from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.catalog.objectives import Objective
from tests.model.catalogs import REMOVED, Document, Key, changed
from tests.model.refusals import refusal

GOOD: Document = {
    "name": "availability",
    "target": 99.9,
    "sli": {"kind": "availability"},
    "alert_at": {"target": 99.5, "reason": "Alerted later than the objective says."},
    "reason": "The target.",
}
COUNTER = {"metric": "jobs_total"}


@pytest.mark.parametrize(
    "sli",
    [
        {"kind": "availability", "bad_status": "[45].."},
        {"kind": "latency", "threshold": "200ms", "where": ['http_route="/buy"']},
        {"kind": "ratio", "good": COUNTER, "total": COUNTER},
        {"kind": "ratio", "bad": COUNTER, "total": COUNTER},
        {"kind": "histogram", "histogram": "query_seconds", "threshold": "100ms"},
        {"kind": "gauge", "value": COUNTER, "at_most": 5},
        {"kind": "gauge", "value": COUNTER, "at_least": 5, "only_when": COUNTER, "only_when_at_least": 10},
        {"kind": "probe"},
        {"kind": "probe", "probe": "front-door"},
        {"kind": "freshness", "age": COUNTER, "max_age": "5m"},
    ],
    ids=str,
)
def test_every_kind_of_indicator_is_read(sli: Document) -> None:
    assert Objective.model_validate(changed(GOOD, ("sli",), sli)).sli.kind == sli["kind"]


def test_an_objective_pages_over_thirty_days_unless_it_says_otherwise() -> None:
    objective = Objective.model_validate(GOOD)
    assert (objective.window, objective.page, objective.feature) == ("30d", True, None)


@pytest.mark.parametrize(
    ("target", "budget"), [(99.9, "0.001"), (50, "0.5"), (99.99999, "0.0000001"), (99.95, "0.0005")]
)
def test_the_error_budget_is_exact(target: float, budget: str) -> None:
    assert Objective.model_validate(changed(GOOD, ("target",), target)).error_budget == Decimal(budget)


@given(st.decimals(min_value=50, max_value=Decimal("99.99999"), places=5))
def test_every_target_leaves_a_budget_that_complements_it(target: Decimal) -> None:
    objective = Objective.model_validate(changed(GOOD, ("target",), target))
    assert 0 < objective.error_budget <= Decimal("0.5")
    assert objective.error_budget * 100 + target == 100


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(
            ("target",), 100, "target: found 100; allowed: input should be less than 100", id="no budget at all"
        ),
        pytest.param(("target",), 49.9, "target: found 49.9; allowed: input should be greater", id="below a half"),
        pytest.param(("target",), 0.999, "target: found 0.999", id="a ratio where a percentage is meant"),
        pytest.param(("target",), 99.9999999, "target: found 99.9999999", id="more digits than are counted"),
        pytest.param(("target",), True, "target: found 'true'", id="a yes"),
        pytest.param(("window",), "1d", "window: found '1d'", id="an unknown window"),
        pytest.param(
            ("sli",), {"kind": "uptime"}, "sli.kind: found 'uptime'; allowed: availability", id="unknown kind"
        ),
        pytest.param(("sli",), {}, "sli.kind: missing", id="no kind"),
        pytest.param(("sli", "bad_status"), "5xx", "sli.bad_status: found '5xx'", id="no regex of digits"),
        pytest.param(
            ("sli", "bad_status"),
            "5.(",
            "sli.bad_status: found '5.(', which is no regular expression: missing )",
            id="a pattern that does not parse",
        ),
        pytest.param(("reason",), REMOVED, "reason: missing", id="no reason"),
        pytest.param(("reason",), "  ", "reason: found '  '", id="an empty reason"),
        pytest.param(("alert_at", "threshold"), "1s", "alert_at: found neither or both", id="two alert lines"),
        pytest.param(("alert_at", "target"), REMOVED, "alert_at: found neither or both", id="no alert line"),
        pytest.param(
            ("sli",),
            {"kind": "ratio", "total": COUNTER},
            "sli: found neither or both of good",
            id="neither good nor bad",
        ),
        pytest.param(("sli",), {"kind": "ratio", "bad": COUNTER}, "sli.total: missing", id="a ratio without a total"),
        pytest.param(
            ("sli",),
            {"kind": "ratio", "good": COUNTER, "bad": COUNTER, "total": COUNTER},
            "sli: found neither or both of good",
            id="good and bad",
        ),
        pytest.param(
            ("sli",), {"kind": "gauge", "value": COUNTER}, "sli: found neither or both of at_least", id="no side"
        ),
        pytest.param(
            ("sli",),
            {"kind": "gauge", "value": COUNTER, "at_least": 1, "at_most": 2},
            "sli: found neither or both of at_least",
            id="two sides",
        ),
        pytest.param(
            ("sli",),
            {"kind": "gauge", "value": COUNTER, "at_least": 1, "only_when": COUNTER},
            "sli: found one of only_when",
            id="a condition without its line",
        ),
        pytest.param(
            ("sli",), {"kind": "latency", "threshold": 0.5}, "sli.threshold: found 0.5", id="a number as a duration"
        ),
    ],
)
def test_a_broken_objective_is_refused(key: Key, value: object, message: str) -> None:
    assert refusal(Objective, changed(GOOD, key, value)).startswith(message)


@pytest.mark.parametrize("period", ["0s", "30s", "5m"])
def test_an_outage_may_wait_for_up_to_five_minutes(period: str) -> None:
    assert Objective.model_validate({**GOOD, "outage_for": period}).outage_for == period


@pytest.mark.parametrize("period", ["6m", "1h", "500ms", "1m30s", 30])
def test_another_pending_period_of_an_outage_is_refused(period: object) -> None:
    assert refusal(Objective, {**GOOD, "outage_for": period}).startswith("outage_for: found ")


@pytest.mark.parametrize(
    "sli",
    [
        {"kind": "gauge", "value": COUNTER, "at_most": 5},
        {"kind": "freshness", "age": COUNTER, "max_age": "5m"},
    ],
)
def test_what_has_no_outage_cannot_delay_it(sli: Document) -> None:
    message = refusal(Objective, {**changed(GOOD, ("sli",), sli), "outage_for": "30s"})
    assert "found outage_for with a" in message
