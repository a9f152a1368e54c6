"""Dashboards as Grafana's sidecar loads them."""

import json
from dataclasses import replace
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.grafana_dashboards import GrafanaDashboards, GrafanaDashboardsArgs
from components.prometheus_stack import values
from model.dashboards import REPORTS_TITLE, REPORTS_UNSET, for_environment
from tests.components.example_inputs import STACK, dashboard
from tests.components.examples import EXAMPLES, deploy

ConfigMap = kubernetes.core.v1.ConfigMap


def config_map() -> dict[str, Any]:
    return deploy(EXAMPLES[GrafanaDashboards]).only(ConfigMap).inputs


def test_the_board_arrives_as_it_is_but_for_where_the_runbooks_are() -> None:
    assert config_map()["data"] == {"shop.json": for_environment(dashboard().text, "https://runbooks.test")}
    assert config_map()["metadata"]["name"] == "shop"
    assert config_map()["metadata"]["namespace"] == "monitoring"


def test_the_sidecar_finds_the_board_and_its_folder_by_the_charts_values() -> None:
    sidecar = values(STACK)["grafana"]["sidecar"]["dashboards"]
    metadata = config_map()["metadata"]

    assert metadata["labels"][sidecar["label"]] == sidecar["labelValue"]
    assert metadata["annotations"][sidecar["folderAnnotation"]] == "Belfry"


def test_the_object_says_which_version_of_which_bundle_it_is() -> None:
    metadata = config_map()["metadata"]

    assert metadata["labels"]["belfry.dev/bundle"] == "shop"
    assert metadata["labels"]["app.kubernetes.io/version"] == "1.2.3"
    assert metadata["annotations"]["belfry.dev/sha256"] == "ab" * 32


def test_each_board_is_an_object_of_its_own() -> None:
    args = GrafanaDashboardsArgs(
        namespace="monitoring",
        dashboards=[dashboard("shop"), dashboard("stock")],
        folder="Belfry",
        runbooks="https://runbooks.test",
    )
    found = deploy(lambda: GrafanaDashboards("dashboards", args)).of(ConfigMap)

    assert {name: set(board.inputs["data"]) for name, board in found.items()} == {
        "dashboards-shop": {"shop.json"},
        "dashboards-stock": {"stock.json"},
    }


def test_a_board_lies_in_its_owners_folder_or_in_the_common_one() -> None:
    owner = dashboard("shop").bundle.owner
    for folders, expected in (({owner: "Shop team"}, "Shop team"), ({"another": "Another team"}, "Everybody")):
        args = GrafanaDashboardsArgs(
            namespace="monitoring",
            dashboards=[dashboard("shop")],
            folder="Everybody",
            runbooks="https://runbooks.test",
            folders=folders,
        )
        board = deploy(lambda given=args: GrafanaDashboards("dashboards", given)).only(ConfigMap)  # type: ignore[misc]
        assert board.inputs["metadata"]["annotations"]["grafana_folder"] == expected


def test_the_link_to_the_reports_waits_for_the_address_and_goes_without_one() -> None:
    text = json.dumps({"uid": "slo", "links": [{"title": REPORTS_TITLE, "url": REPORTS_UNSET}]})
    board = replace(dashboard("slo"), text=text)
    for reports, links in ((pulumi.Output.from_input("https://bucket.test"), ["https://bucket.test"]), ("", [])):
        args = GrafanaDashboardsArgs(
            namespace="monitoring",
            dashboards=[board],
            folder="Belfry",
            runbooks="https://runbooks.test",
            reports=reports,
        )
        made = deploy(lambda given=args: GrafanaDashboards("dashboards", given)).only(ConfigMap).inputs  # type: ignore[misc]
        assert [link["url"] for link in json.loads(made["data"]["slo.json"])["links"]] == links
