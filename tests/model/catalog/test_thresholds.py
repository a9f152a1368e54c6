import pytest

from model.catalog.thresholds import Threshold
from model.vocabulary import Signal
from tests.model.catalogs import REMOVED, Document, Key, changed
from tests.model.refusals import refusal

GOOD: Document = {"signal": "cpu-usage", "unit": "percent", "warning": 80, "critical": 90, "reason": "It hurts."}
HITS: Document = {**GOOD, "signal": "cache-hit-ratio", "warning": 70, "critical": 50}


@pytest.mark.parametrize("missing", ["warning", "critical"])
def test_one_line_is_enough(missing: str) -> None:
    threshold = Threshold.model_validate(changed(GOOD, (missing,), REMOVED))
    assert getattr(threshold, missing) is None


def test_lines_rise_where_too_much_is_bad_and_fall_where_too_little_is() -> None:
    assert Threshold.model_validate(GOOD).signal is Signal.CPU_USAGE
    assert Threshold.model_validate(HITS).signal is Signal.CACHE_HIT_RATIO


def test_a_line_must_be_passed_for_ten_minutes_unless_it_says_otherwise() -> None:
    assert Threshold.model_validate(GOOD).hold == "10m"


@pytest.mark.parametrize(
    ("document", "key", "value", "message"),
    [
        pytest.param(GOOD, ("signal",), "cpu", "signal: found 'cpu'", id="an unknown signal"),
        pytest.param(GOOD, ("unit",), "ratio", "found unit ratio for cpu-usage; allowed: percent", id="another unit"),
        pytest.param(GOOD, ("unit",), REMOVED, "unit: missing", id="no unit"),
        pytest.param(GOOD, ("critical",), 70, "found warning 80 and critical 70", id="critical before warning"),
        pytest.param(GOOD, ("critical",), 80, "found warning 80 and critical 80", id="critical at the warning"),
        pytest.param(HITS, ("critical",), 80, "found warning 70 and critical 80", id="critical before, falling"),
        pytest.param(GOOD, ("warning",), True, "warning: found 'true'", id="a yes"),
        pytest.param(GOOD, ("hold",), 600, "hold: found 600", id="a number as a duration"),
        pytest.param(GOOD, ("reason",), REMOVED, "reason: missing", id="no reason"),
        pytest.param(GOOD, ("severity",), "info", "severity: unknown key", id="an unknown key"),
    ],
)
def test_a_broken_threshold_is_refused(document: Document, key: Key, value: object, message: str) -> None:
    assert refusal(Threshold, changed(document, key, value)).startswith(message)


def test_a_threshold_without_a_line_is_refused() -> None:
    document = {key: value for key, value in GOOD.items() if key not in ("warning", "critical")}
    assert refusal(Threshold, document) == "found neither warning nor critical; allowed: one of them or both"
