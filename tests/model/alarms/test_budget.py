"""What alarms are billed by."""

from pathlib import Path

import pytest

from model.alarms.alarm import Alarm, AlarmPack, alarms_for
from model.alarms.budget import AlarmCount, over_budget
from model.catalog.resources import DynamoDbTable
from model.yaml_file import read_yaml
from tests.model.alarms.examples import parsed

ROWS = Path(__file__).parents[3] / "rules" / "cloudwatch"
TABLE = DynamoDbTable.model_validate(
    {
        "kind": "dynamodb-table",
        "name": "orders",
        "description": "Orders.",
        "table": "shop-orders",
        "billing": "on-demand",
        "indexes": [{"name": "by-customer"}],
    }
)


def shipped(pack: AlarmPack = AlarmPack.FULL) -> list[Alarm]:
    """The alarms of all shipped files about tables."""
    files = (parsed(read_yaml(path)) for path in sorted(ROWS.glob("dynamodb*.yaml")))
    return [alarm for file in files if file.applies_to == TABLE.kind for alarm in alarms_for(file, TABLE, pack)]


def counted(pack: AlarmPack) -> AlarmCount:
    return AlarmCount.of(shipped(pack), composites=2)


def test_metric_math_is_billed_by_its_metrics_and_a_band_by_three() -> None:
    reduced = counted(AlarmPack.REDUCED)

    # Throttles of table and index, and one alarm over the four commonest operations.
    assert (reduced.alarms, reduced.metrics, reduced.composites) == (5, 8, 2)


def test_a_band_is_billed_as_the_metric_and_its_two_edges() -> None:
    bands = [alarm for alarm in shipped() if alarm.row.threshold.band is not None]

    assert bands
    assert AlarmCount.of(bands).metrics == 3 * len(bands)


def test_the_full_pack_costs_a_multiple_of_the_reduced_one() -> None:
    assert counted(AlarmPack.FULL).metrics >= 4 * counted(AlarmPack.REDUCED).metrics


def test_counts_of_resources_add_up() -> None:
    one = AlarmCount(alarms=2, metrics=5, composites=1)

    assert one + one == AlarmCount(alarms=4, metrics=10, composites=2)


@pytest.mark.parametrize(("budget", "fits"), [(None, True), (5, True), (6, True), (4, False)])
def test_more_metrics_than_the_environment_may_have_are_a_mistake(budget: int | None, fits: bool) -> None:
    problems = over_budget(AlarmCount(alarms=2, metrics=5), budget, "Pulumi.dev.yaml: belfry:alarms.budget")

    assert (problems == []) is fits


def test_the_mistake_says_how_much_and_what_can_be_done() -> None:
    (problem,) = over_budget(AlarmCount(alarms=2, metrics=5), 4, "Pulumi.dev.yaml: belfry:alarms.budget")

    assert str(problem) == (
        "Pulumi.dev.yaml: belfry:alarms.budget: found 2 alarms on 5 metrics; allowed: 4 metrics; "
        "a higher budget, the reduced pack, or overrides with enabled: false"
    )
