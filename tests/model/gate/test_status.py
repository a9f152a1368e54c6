"""The status document, and how it is made of answers of Prometheus."""

import json

import jsonschema
import pytest

from model.gate.reading import document, queries
from model.gate.status import Status, read_status
from model.problems import BadInput
from tests.model.gate.examples import firing, objective, status
from tests.tools import PROJECT


def test_a_document_comes_back_as_it_was_and_fits_its_schema() -> None:
    whole = status(objective(), objective("checkout", total=None), firing=[firing("SloOutage")])
    document = json.loads(whole.model_dump_json())
    jsonschema.validate(document, json.loads((PROJECT / "catalog/schema/slo-status.schema.json").read_text()))
    assert read_status(document, "slo.json") == whole


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "slo.json: version: found 2"),
        ({"generated_at": "NaN"}, "slo.json: generated_at"),
        ({"objectives": [{"system": "shop"}]}, "slo.json: objectives[0].component: missing"),
        ({"more": 1}, "slo.json: more: unknown key"),
        ({"watchdog": None}, "slo.json: watchdog"),
    ],
)
def test_another_shape_is_refused_by_its_key(change: dict[str, object], message: str) -> None:
    document = {**Status.model_validate(status()).model_dump(mode="json"), **change}
    with pytest.raises(BadInput) as caught:
        read_status(document, "slo.json")
    assert message in str(caught.value)


SLO = {"system": "shop", "component": "api", "objective": "availability", "window": "30d"}


def test_a_firing_alert_is_in_the_document_with_what_it_is_about() -> None:
    answers = dict.fromkeys(queries(["shop"], "Watchdog"), ())
    alert = {"alertname": "SloOutage", "cluster": "one", **SLO}
    whole = {"alertname": "SloNoData", "cluster": "one", "system": "shop", "component": "api"}

    found = document("dev", 1_000, {**answers, "firing": [(alert, 1.0), (whole, 1.0)]}, ())

    firing = {one.alert: one for one in Status.model_validate(found).firing}
    assert (firing["SloOutage"].component, firing["SloOutage"].objective) == ("api", "availability")
    assert firing["SloNoData"].objective is None
