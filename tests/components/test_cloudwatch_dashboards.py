"""CloudWatch dashboards: filled for their environment, refused when something stays open, taken by AWS."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pulumi
import pulumi_aws as aws
import pytest
from moto import mock_aws

from components.cloudwatch_dashboards import CloudWatchDashboards, CloudWatchDashboardsArgs, filled
from model.assets import Asset, BundleKind
from model.problems import BadInput
from tests.components.example_inputs import bundle
from tests.components.examples import deploy
from tests.synth import Synth

WIDGET = {
    "type": "metric",
    "x": 0,
    "y": 0,
    "width": 8,
    "height": 6,
    "properties": {
        "title": "Requests",
        "region": "${region}",
        "metrics": [["AWS/EKS", "apiserver_request_total", "ClusterName", "${cluster}", {"stat": "Sum"}]],
    },
}


def board(name: str = "cloudwatch-eks", text: str | None = None) -> Asset:
    body = json.dumps({"widgets": [WIDGET]}, indent=2) if text is None else text
    return Asset(bundle(name, BundleKind.CLOUDWATCH_DASHBOARD), f"dashboards/cloudwatch/{name}.json", body)


def boards(*assets: Asset, preview: bool = False) -> Synth:
    def program() -> None:
        CloudWatchDashboards(
            "dashboards",
            CloudWatchDashboardsArgs(
                dashboards=assets,
                prefix="belfry-prod",
                region="eu-central-1",
                cluster=pulumi.Output.from_input("main"),
                account="123456789012",
            ),
        )

    return deploy(program, preview=preview)


def body_of(result: Synth) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.only(aws.cloudwatch.Dashboard).inputs["dashboardBody"])
    return found


def test_the_placeholders_are_filled_with_this_environment() -> None:
    properties = body_of(boards(board()))["widgets"][0]["properties"]
    assert properties["region"] == "eu-central-1"
    assert properties["metrics"][0][:4] == ["AWS/EKS", "apiserver_request_total", "ClusterName", "main"]


def test_the_name_in_aws_is_of_the_environment_and_the_board() -> None:
    result = boards(board("aws-shop"), board("cloudwatch-eks"))
    assert {b.inputs["dashboardName"] for b in result.of(aws.cloudwatch.Dashboard).values()} == {
        "belfry-prod-aws-shop",
        "belfry-prod-cloudwatch-eks",
    }
    assert result.only(CloudWatchDashboards).outputs["names"] == {
        "aws-shop": "belfry-prod-aws-shop",
        "cloudwatch-eks": "belfry-prod-cloudwatch-eks",
    }


def test_a_preview_registers_what_an_update_registers() -> None:
    assert boards(board(), preview=True).keys() == boards(board()).keys()


def test_the_body_is_the_same_bytes_however_the_file_is_laid_out() -> None:
    loose, tight = board(text='{ "widgets": [],\n  "start": "-PT6H" }'), board(text='{"start":"-PT6H","widgets":[]}')
    assert body_of(boards(loose)) == body_of(boards(tight))
    assert filled(loose.text, {}) == '{"start":"-PT6H","widgets":[]}'


def test_a_value_cannot_break_out_of_its_place_and_a_doubled_dollar_is_one() -> None:
    text = '{"cluster": "${cluster}", "price": "$$5"}'
    assert json.loads(filled(text, {"cluster": 'a"b\\c'})) == {"cluster": 'a"b\\c', "price": "$5"}


def test_a_resource_has_the_name_that_the_environment_gives_it_and_nothing_else_changes() -> None:
    text = '{"metrics": [["AWS/DynamoDB", "Reads", "TableName", "orders"]], "title": "orders of the shop"}'
    assert json.loads(filled(text, {}, {"orders": "orders-dev"})) == {
        "metrics": [["AWS/DynamoDB", "Reads", "TableName", "orders-dev"]],
        "title": "orders of the shop",
    }


def test_what_nothing_fills_is_refused_with_all_places_at_once() -> None:
    with pytest.raises(BadInput) as error:
        boards(board("one", '{"x": "${table} ${region}"}'), board("two", '{"x": "5 $ a day"}'))
    assert str(error.value).splitlines()[1:] == [
        "  - dashboards/cloudwatch/one.json: found placeholder ${table}; allowed: ${region}, ${cluster}, ${account}",
        "  - dashboards/cloudwatch/two.json: found a lone $; allowed: $$ for a dollar sign, or a placeholder",
    ]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "testing")
    with mock_aws():
        yield boto3.client("cloudwatch", region_name="eu-central-1")


def test_aws_takes_the_board_and_gives_it_back(cloud: Any) -> None:
    inputs = boards(board()).only(aws.cloudwatch.Dashboard).inputs
    cloud.put_dashboard(DashboardName=inputs["dashboardName"], DashboardBody=inputs["dashboardBody"])
    kept = cloud.get_dashboard(DashboardName="belfry-prod-cloudwatch-eks")
    assert json.loads(kept["DashboardBody"]) == json.loads(inputs["dashboardBody"])
