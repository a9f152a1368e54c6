"""What Grafana reads: its first account, the sign-on, data sources, and dashboards as its sidecar loads them."""

import json
from dataclasses import replace
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random

from components.grafana_admin import GrafanaAdmin
from components.grafana_dashboards import GrafanaDashboards, GrafanaDashboardsArgs
from components.grafana_datasources import GrafanaDatasources
from components.grafana_sign_on import GrafanaSignOn
from components.prometheus_stack import values
from model.dashboards import REPORTS_TITLE, REPORTS_UNSET, for_environment
from tests.components.example_inputs import STACK, dashboard
from tests.components.examples import EXAMPLES, deploy


def test_the_password_is_random_and_long_and_survives_a_shell() -> None:
    password = deploy(EXAMPLES[GrafanaAdmin]).only(random.RandomPassword).inputs

    assert password["length"] >= 32
    assert not password["special"]


def test_user_and_password_stand_under_the_keys_that_the_chart_reads() -> None:
    secret = deploy(EXAMPLES[GrafanaAdmin]).only(kubernetes.core.v1.Secret).inputs

    assert secret["metadata"]["name"] == "grafana-admin"
    assert secret["metadata"]["namespace"] == "monitoring"
    assert secret["stringData"] == {"admin-user": "admin", "admin-password": "made-up-password"}


def test_the_password_is_secret_and_only_the_name_of_its_secret_is_put_out() -> None:
    result = deploy(EXAMPLES[GrafanaAdmin])

    assert result.only(kubernetes.core.v1.Secret).secrets == {"stringData"}
    assert result.only(GrafanaAdmin).outputs == {"secret": "grafana-admin"}


def test_the_clients_secret_stands_in_the_secret_that_grafana_mounts_and_is_secret() -> None:
    made = deploy(EXAMPLES[GrafanaSignOn]).only(kubernetes.core.v1.Secret)

    assert made.inputs["metadata"]["name"] == "grafana-sign-on"
    assert made.inputs["metadata"]["namespace"] == "monitoring"
    assert made.inputs["stringData"] == {"client-secret": "hush"}
    assert made.secrets == {"stringData"}


def test_the_sidecar_finds_the_document_by_its_label_and_takes_it_for_yaml() -> None:
    made = deploy(EXAMPLES[GrafanaDatasources]).only(kubernetes.core.v1.ConfigMap).inputs

    assert made["metadata"]["name"] == "elasticsearch-datasource"
    assert made["metadata"]["namespace"] == "monitoring"
    assert made["metadata"]["labels"]["grafana_datasource"] == "1"
    (name,) = made["data"]
    assert name == "elasticsearch-datasource.yaml"


def test_the_document_names_files_and_holds_no_secret() -> None:
    made = deploy(EXAMPLES[GrafanaDatasources]).only(kubernetes.core.v1.ConfigMap)
    (text,) = made.inputs["data"].values()
    (source,) = json.loads(text)["datasources"]

    assert source["uid"] == "elasticsearch"
    assert all(value.startswith("$__file{") for value in source["secureJsonData"].values())
    assert not made.secrets


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
