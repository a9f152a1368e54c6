"""Answers of Prometheus become the status document that the gate reads."""

from model.gate.reading import document, queries
from model.gate.status import Status

SLO = {"system": "shop", "component": "api", "objective": "availability", "window": "30d"}


def test_a_firing_alert_is_in_the_document_with_what_it_is_about() -> None:
    answers = dict.fromkeys(queries(["shop"], "Watchdog"), ())
    alert = {"alertname": "SloOutage", "cluster": "one", **SLO}
    whole = {"alertname": "SloNoData", "cluster": "one", "system": "shop", "component": "api"}

    found = document("dev", 1_000, {**answers, "firing": [(alert, 1.0), (whole, 1.0)]}, ())

    firing = {one.alert: one for one in Status.model_validate(found).firing}
    assert (firing["SloOutage"].component, firing["SloOutage"].objective) == ("api", "availability")
    assert firing["SloNoData"].objective is None
