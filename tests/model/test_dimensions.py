"""The dimension catalogue: what an alarm may be about, and what it says to one that could never fire."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from model.dimensions import DimensionCatalogue, objections, shipped
from model.problems import BadInput
from tests.model.catalogs import Document, Key, changed


def against_the_catalogue(
    metric: str,
    dimensions: dict[str, str] | None = None,
    *,
    statistic: str = "Sum",
    period: int = 300,
    namespace: str = "AWS/DynamoDB",
) -> list[str]:
    found = objections(
        shipped(), namespace, metric, dimensions=dimensions or {}, statistic=statistic, period_seconds=period
    )
    return [f"{one.found}; allowed: {one.allowed}" for one in found]


@pytest.mark.parametrize(
    ("metric", "dimensions"),
    [
        pytest.param("SystemErrors", {"TableName": "t", "Operation": "GetItem"}, id="with the operation it needs"),
        pytest.param("ReadThrottleEvents", {"TableName": "t"}, id="a table"),
        pytest.param("ReadThrottleEvents", {"GlobalSecondaryIndexName": "i", "TableName": "t"}, id="in any order"),
        pytest.param("UserErrors", {}, id="without any dimension"),
        pytest.param("SystemErrors", {"TableName": "{table}", "Operation": "{what}"}, id="placeholders are no values"),
    ],
)
def test_a_metric_that_aws_sends_is_not_objected_to(metric: str, dimensions: dict[str, str]) -> None:
    assert against_the_catalogue(metric, dimensions) == []


@pytest.mark.parametrize(
    ("objection", "arguments"),
    [
        pytest.param(
            "SystemErrors with dimensions TableName; allowed: TableName, Operation",
            {"metric": "SystemErrors", "dimensions": {"TableName": "t"}},
            id="AWS's own recommendation, which is never sent",
        ),
        pytest.param(
            "UserErrors with dimensions TableName; allowed: none",
            {"metric": "UserErrors", "dimensions": {"TableName": "t"}},
            id="a table's user errors",
        ),
        pytest.param(
            "IteratorAge with dimensions Function; allowed: FunctionName or FunctionName, Resource",
            {
                "metric": "IteratorAge",
                "namespace": "AWS/Lambda",
                "statistic": "Maximum",
                "dimensions": {"Function": "f"},
            },
            id="the sample's misspelt dimension",
        ),
        pytest.param(
            "container_cpu_utilization with dimensions ClusterName, Namespace, PodName; allowed: ClusterName or "
            "ClusterName, Namespace, PodName, ContainerName",
            {
                "metric": "container_cpu_utilization",
                "namespace": "ContainerInsights",
                "statistic": "Maximum",
                "dimensions": {"ClusterName": "c", "Namespace": "n", "PodName": "p"},
            },
            id="a container without its name, as AWS recommends",
        ),
        pytest.param(
            "EngineUptime with Role 'writer'; allowed: WRITER, READER",
            {
                "metric": "EngineUptime",
                "namespace": "AWS/RDS",
                "statistic": "Average",
                "dimensions": {"DBClusterIdentifier": "c", "Role": "writer"},
            },
            id="a value in other letters",
        ),
        pytest.param(
            "ReadThrottleEvents with statistic Average; allowed: Sum, SampleCount",
            {"metric": "ReadThrottleEvents", "statistic": "Average", "dimensions": {"TableName": "t"}},
            id="a statistic that means nothing here",
        ),
        pytest.param(
            "ReadThrottleEvents with statistic p99; allowed: Sum, SampleCount",
            {"metric": "ReadThrottleEvents", "statistic": "p99", "dimensions": {"TableName": "t"}},
            id="a percentile of a count",
        ),
    ],
)
def test_a_metric_without_a_sender_is_objected_to(objection: str, arguments: dict[str, Any]) -> None:
    assert against_the_catalogue(**arguments) == [objection]


def test_an_unknown_namespace_or_metric_is_objected_to_with_the_known_ones() -> None:
    (namespace,) = against_the_catalogue("Errors", namespace="AWS/Lamda")
    (metric,) = against_the_catalogue("Error", namespace="AWS/Lambda")

    assert namespace.startswith("unknown namespace AWS/Lamda; allowed: AWS/ApiGateway, ")
    assert metric.startswith("unknown metric Error of AWS/Lambda; allowed: ClaimedAccountConcurrency, ")


@pytest.mark.parametrize(("period", "fires"), [(60, False), (300, True), (450, False), (600, True)])
def test_a_period_must_be_made_of_the_periods_the_metric_is_sent_at(period: int, fires: bool) -> None:
    found = against_the_catalogue(
        "ProvisionedReadCapacityUnits", {"TableName": "t"}, statistic="Average", period=period
    )
    assert (found == []) is fires


def test_every_objection_is_made_and_not_only_the_first() -> None:
    assert len(against_the_catalogue("ProvisionedReadCapacityUnits", {"Table": "t"}, statistic="p99", period=60)) == 3


FACTS: Document = {"names": ["A", "B"], "dimensions": [[]], "unit": "Count", "statistics": ["Sum"]}
GOOD: Document = {
    "namespaces": {
        "N": {
            "source": "The guide.",
            "metrics": [FACTS],
        }
    }
}
METRIC = ("namespaces", "N", "metrics", 0)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param((*METRIC, "names"), ["A", "A"], "found 'A' more than once; allowed: each once", id="a name twice"),
        pytest.param(
            ("namespaces", "N", "metrics"),
            [FACTS, {**FACTS, "names": ["A"]}],
            "found A twice; allowed: each metric once",
            id="one metric twice",
        ),
        pytest.param((*METRIC, "unit"), "Bites", "found 'Bites'", id="an unknown unit"),
        pytest.param((*METRIC, "statistics"), ["Median"], "found 'Median'", id="an unknown statistic"),
        pytest.param((*METRIC, "emitted_seconds"), 90, "found 90", id="no whole minutes"),
        pytest.param((*METRIC, "dimension"), [[]], "unknown key", id="an unknown key"),
    ],
)
def test_a_broken_catalogue_is_refused(tmp_path: Path, key: Key, value: Any, message: str) -> None:
    folder = tmp_path / "catalogue"
    folder.mkdir()
    (folder / "a.yaml").write_text(yaml.safe_dump(changed(GOOD, key, value)["namespaces"]), encoding="utf-8")

    with pytest.raises(BadInput, match=message) as refused:
        DimensionCatalogue.load(folder)

    assert str(refused.value.problems[0]).startswith("catalogue: namespaces.N")


def test_the_facts_of_a_metric_are_found_by_namespace_and_name() -> None:
    catalogue = DimensionCatalogue.model_validate(GOOD)
    facts = catalogue.facts("N", "B")

    assert facts
    assert (facts.unit, facts.emitted_seconds, facts.sparse) == ("Count", 60, False)
    assert catalogue.facts("N", "C") is catalogue.facts("M", "A") is None


def test_counters_that_are_sent_only_when_something_happens_are_known_as_such() -> None:
    sparse = {
        name for n in shipped().namespaces.values() for facts in n.metrics if facts.sparse for name in facts.names
    }

    assert {"SystemErrors", "ReadThrottleEvents", "Errors", "HTTPCode_Target_5XX_Count"} <= sparse
    assert not {"ProvisionedReadCapacityUnits", "HealthyHostCount", "CPUUtilization"} & sparse
