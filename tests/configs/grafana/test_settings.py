"""Grafana's part of the chart's values."""

import json
from dataclasses import replace
from typing import Any

import pytest

from configs.grafana.datasources import DatasourcesInput, datasources, elasticsearch_datasource
from configs.grafana.settings import ELASTICSEARCH_CA_FOLDER, ELASTICSEARCH_USER_FOLDER, GrafanaInput, settings, values
from configs.stores import elasticsearch
from model import names
from model.cluster import workloads
from model.cluster.pods import Size
from tests.configs.grafana.test_sign_on import OIDC

GIVEN = GrafanaInput(
    url="https://grafana.example.com",
    namespace="monitoring",
    admin_secret="grafana-admin",
    datasources=datasources(DatasourcesInput(region="eu-central-1")),
    monitor={"interval": "15s"},
    size=Size(cpu_millis=100, memory_mib=512),
    sidecar_size=Size(cpu_millis=10, memory_mib=64),
)
ALL = replace(GIVEN, oidc=OIDC, elasticsearch=True, role_arn="arn:grafana", storage_class="gp3")

# Keys of grafana.ini that the chart takes for secrets, from its `assertNoLeakedSecrets`, as far as they could be ours.
SENSITIVE = {"admin_password", "bind_password", "client_secret", "password", "secret_key"}


def ini(given: GrafanaInput = ALL) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = values(given)["grafana.ini"]
    return found


def test_trap_a_password_in_grafana_ini_fails_the_rendering() -> None:
    for section, keys in ini().items():
        for key, value in keys.items():
            if key in SENSITIVE:
                assert str(value).startswith("$__file{"), (section, key)
    assert ini()["auth.generic_oauth"]["client_secret"] == "$__file{/etc/secrets/sign-on/client-secret}"


def test_trap_without_a_secret_of_ones_own_grafanas_password_is_rolled_at_each_rendering() -> None:
    found = values(GIVEN)

    assert found["admin"] == {
        "existingSecret": "grafana-admin",
        "userKey": names.GRAFANA_ADMIN_USER_KEY,
        "passwordKey": names.GRAFANA_ADMIN_PASSWORD_KEY,
    }
    assert "adminPassword" not in found


def test_trap_two_grafanas_need_a_database_so_there_is_one_whose_volume_lets_go_first() -> None:
    found = values(ALL)

    assert "replicas" not in found
    assert found["persistence"] == {"enabled": True, "size": "2Gi", "storageClassName": "gp3"}
    assert found["deploymentStrategy"] == {"type": "Recreate"}
    assert "storageClassName" not in values(GIVEN)["persistence"]


def test_pod_security_restricted__nothing_starts_as_root_and_no_test_pod_is_left() -> None:
    assert values(GIVEN)["initChownData"] == {"enabled": False}
    assert values(GIVEN)["testFramework"] == {"enabled": False}


def test_grafana_13__no_plugin_is_fetched_that_the_image_does_not_bring() -> None:
    assert values(GIVEN)["plugins"] == []
    assert ini()["plugins"] == {"preinstall_disabled": True, "plugin_admin_enabled": False}


def test_anonymous_access_and_sign_up_are_off() -> None:
    assert ini()["auth.anonymous"] == {"enabled": False}
    assert ini()["users"]["allow_sign_up"] is False
    assert ini()["users"]["auto_assign_org_role"] == "Viewer"


def test_grafana_evaluates_no_alerts_and_reports_nothing_to_the_outside() -> None:
    assert ini()["unified_alerting"] == {"enabled": False}
    assert set(ini()["analytics"].values()) == {False}
    assert ini()["news"] == {"news_feed_enabled": False}
    assert ini()["snapshots"] == {"external_enabled": False}
    assert ini()["security"]["disable_gravatar"] is True


@pytest.mark.parametrize(("url", "secure"), [("https://grafana.example.com", True), ("http://localhost:3000", False)])
def test_cookies_travel_encrypted_wherever_pages_do(url: str, secure: bool) -> None:
    assert settings(url)["security"]["cookie_secure"] is secure
    assert settings(url)["server"] == {"root_url": url}


def test_boards_come_into_the_folders_of_their_annotation_and_cannot_be_saved_in_the_pages() -> None:
    dashboards = values(GIVEN)["sidecar"]["dashboards"]

    assert dashboards["folderAnnotation"] == "grafana_folder"
    assert dashboards["provider"] == {"foldersFromFilesStructure": True, "allowUiUpdates": False}
    assert (dashboards["label"], dashboards["labelValue"]) == ("grafana_dashboard", "1")


def test_grafana_reads_config_maps_of_its_namespace_and_no_secret_by_the_api() -> None:
    found = values(GIVEN)
    role, binding = found["extraObjects"]

    assert found["rbac"] == {"create": False}
    assert role["rules"] == [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}]
    assert role["metadata"]["namespace"] == "monitoring"
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "monitoring-grafana", "namespace": "monitoring"}]
    for kind in ("dashboards", "datasources"):
        assert found["sidecar"][kind]["resource"] == "configmap"
        assert found["sidecar"][kind]["searchNamespace"] == "monitoring"


def test_trap_the_charts_own_data_sources_would_take_our_uids() -> None:
    found = values(GIVEN)

    assert found["sidecar"]["datasources"]["defaultDatasourceEnabled"] is False
    assert found["sidecar"]["datasources"]["alertmanager"] == {"enabled": False}
    assert {source["uid"] for source in found["additionalDataSources"]} == {
        names.PROMETHEUS_DATASOURCE,
        names.LOKI_DATASOURCE,
        names.JAEGER_DATASOURCE,
        names.ALERTMANAGER_DATASOURCE,
        names.CLOUDWATCH_DATASOURCE,
    }


def test_a_template_of_helm_is_nowhere() -> None:
    assert "{{" not in json.dumps(values(ALL))


def test_every_file_that_a_data_source_or_a_setting_names_is_mounted_from_its_secret() -> None:
    mounted = {mount["mountPath"]: mount for mount in values(ALL)["extraSecretMounts"]}

    assert {path: mount["secretName"] for path, mount in mounted.items()} == {
        "/etc/secrets/sign-on": "grafana-sign-on",
        ELASTICSEARCH_CA_FOLDER: names.ELASTICSEARCH_CA_SECRET,
        ELASTICSEARCH_USER_FOLDER: elasticsearch.GRAFANA.secret,
    }
    for text in elasticsearch_datasource()["secureJsonData"].values():
        assert text.removeprefix("$__file{").rpartition("/")[0] in mounted
    assert values(GIVEN)["extraSecretMounts"] == []


def test_grafana_starts_before_elasticsearch_and_never_without_its_sign_on() -> None:
    optional = {mount["secretName"]: mount["optional"] for mount in values(ALL)["extraSecretMounts"]}

    assert optional == {"grafana-sign-on": False, "elasticsearch-ca": True, "elasticsearch-user-grafana": True}
    # A data source that comes with Elasticsearch is asked for until its files have reached the pod.
    assert int(values(ALL)["sidecar"]["datasources"]["env"]["REQ_RETRY_TOTAL"]) > 10


def test_cloudwatch_is_asked_by_the_pods_own_identity() -> None:
    assert ini()["aws"] == {"allowed_auth_providers": "default", "assume_role_enabled": False}
    assert values(ALL)["serviceAccount"] == {
        "name": workloads.GRAFANA.service_account,
        "annotations": {"eks.amazonaws.com/role-arn": "arn:grafana"},
    }
    assert values(GIVEN)["serviceAccount"]["annotations"] == {}


def test_a_pod_asks_for_what_it_may_use_and_runs_where_it_is_placed() -> None:
    found = values(replace(GIVEN, pod={"nodeSelector": {"pool": "observability"}}))

    assert found["resources"] == {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "512Mi"}}
    assert found["sidecar"]["resources"]["limits"] == {"memory": "64Mi"}
    assert found["nodeSelector"] == {"pool": "observability"}
    assert found["serviceMonitor"] == {"interval": "15s"}
