"""Grafana's data sources: every way from one to another leads somewhere."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from configs.collector.sampler import SPAN_METRICS_NAMESPACE
from configs.grafana.datasources import DatasourcesInput, datasources, document, elasticsearch_datasource
from configs.stores.elasticsearch import GRAFANA, USERS
from model import names

ALL = DatasourcesInput(region="eu-central-1")
FORMS = {
    "all": ALL,
    "fewest": DatasourcesInput(),
    "tenants": DatasourcesInput(tenants=["shop", "audit"]),
    "long-term metrics": DatasourcesInput(thanos=True),
}
every_form = pytest.mark.parametrize("given", FORMS.values(), ids=FORMS.keys())


def by_uid(given: DatasourcesInput = ALL) -> dict[str, dict[str, Any]]:
    return {source["uid"]: source for source in [*datasources(given), elasticsearch_datasource()]}


def referred(value: Any) -> Iterator[str]:
    """Every data source that another one leads to."""
    if isinstance(value, dict):
        for key, below in value.items():
            if key == "datasourceUid":
                yield below
            yield from referred(below)
    elif isinstance(value, list):
        for below in value:
            yield from referred(below)


@every_form
def test_every_data_source_that_is_referred_to_exists(given: DatasourcesInput) -> None:
    uids = [source["uid"] for source in datasources(given)]

    assert set(referred(datasources(given))) <= set(uids)
    assert len(uids) == len(set(uids))
    assert len({source["name"] for source in datasources(given)}) == len(uids)


def test_thanos_is_asked_like_prometheus_and_prometheus_stays_the_default() -> None:
    found = by_uid(DatasourcesInput(thanos=True))
    thanos, prometheus = found[names.THANOS_DATASOURCE], found[names.PROMETHEUS_DATASOURCE]

    assert thanos["type"] == prometheus["type"] == "prometheus"
    assert thanos["url"] == "http://thanos-query.monitoring.svc:10902"
    assert thanos["jsonData"] == {**prometheus["jsonData"], "prometheusType": "Thanos"}
    assert [source["uid"] for source in found.values() if source.get("isDefault")] == [names.PROMETHEUS_DATASOURCE]
    assert names.THANOS_DATASOURCE not in by_uid()


def test_a_workspace_is_asked_by_its_proxy_and_signs_nothing_itself() -> None:
    source = by_uid(DatasourcesInput(managed_prometheus="http://proxy:8005/workspaces/ws-1"))[
        "amazon-managed-prometheus"
    ]

    assert (source["type"], source["url"]) == ("prometheus", "http://proxy:8005/workspaces/ws-1")
    assert not [key for key in source["jsonData"] if key.lower().startswith("sigv4")]


def test_an_exemplar_leads_to_its_trace() -> None:
    (way,) = by_uid()[names.PROMETHEUS_DATASOURCE]["jsonData"]["exemplarTraceIdDestinations"]

    assert way == {"name": "trace_id", "datasourceUid": "jaeger"}


def test_a_line_leads_to_its_trace_by_what_is_kept_beside_it() -> None:
    (field,) = by_uid()[names.LOKI_DATASOURCE]["jsonData"]["derivedFields"]

    assert (field["matcherType"], field["matcherRegex"]) == ("label", "trace_id")
    assert field["datasourceUid"] == "jaeger"


def test_a_trace_leads_to_its_logs_and_to_its_services_metrics() -> None:
    jaeger = by_uid()[names.JAEGER_DATASOURCE]["jsonData"]

    assert jaeger["tracesToLogsV2"]["datasourceUid"] == "loki"
    assert jaeger["tracesToLogsV2"]["query"] == '{$${__tags}} | trace_id="$${__trace.traceId}"'
    (query,) = jaeger["tracesToMetrics"]["queries"]
    assert f"{SPAN_METRICS_NAMESPACE.replace('.', '_')}_calls_total" in query["query"]


@every_form
def test_nothing_is_taken_for_a_template_of_helm_or_for_a_variable_of_the_environment(given: DatasourcesInput) -> None:
    for source in [*datasources(given), elasticsearch_datasource()]:
        text = json.dumps({key: value for key, value in source.items() if key != "secureJsonData"})
        assert "{{" not in text
        assert "$" not in text.replace("$$", "")


def test_addresses_are_those_of_the_services() -> None:
    found = by_uid()

    assert found["loki"]["url"] == "http://loki-gateway.logging.svc:80"
    assert found["elasticsearch"]["url"] == "https://elasticsearch-es-http.logging.svc:9200"
    assert found["jaeger"]["url"] == "http://jaeger.tracing.svc:16686"
    assert found["prometheus"]["url"] == "http://monitoring-kube-prometheus-prometheus.monitoring.svc:9090"


def test_secrets_are_read_by_grafana_itself() -> None:
    elasticsearch = by_uid()["elasticsearch"]

    assert elasticsearch["secureJsonData"] == {
        "basicAuthPassword": "$__file{/etc/secrets/elasticsearch-user/password}",
        "tlsCACert": "$__file{/etc/secrets/elasticsearch/ca.crt}",
    }
    assert elasticsearch["basicAuthUser"] == GRAFANA.name
    assert GRAFANA in USERS


def test_each_tenant_has_a_data_source_of_its_own_and_dashboards_find_the_first() -> None:
    found = by_uid(FORMS["tenants"])

    assert {uid for uid in found if uid.startswith("loki")} == {"loki", "loki-audit"}
    assert found["loki"]["secureJsonData"] == {"httpHeaderValue1": "shop"}
    assert found["loki-audit"]["jsonData"]["httpHeaderName1"] == "X-Scope-OrgID"
    assert "httpHeaderName1" not in by_uid()["loki"]["jsonData"]


def test_one_is_the_default_and_none_can_be_edited() -> None:
    assert [source["uid"] for source in datasources(ALL) if source.get("isDefault")] == ["prometheus"]
    assert not any(source["editable"] for source in datasources(ALL))


@every_form
def test_elasticsearchs_stands_apart_because_a_missing_file_would_refuse_all_the_others(
    given: DatasourcesInput,
) -> None:
    together = document(datasources(given))

    assert "$__file" not in json.dumps(together)
    assert document([elasticsearch_datasource()])["datasources"][0]["uid"] == "elasticsearch"
    assert together["apiVersion"] == 1


def test_what_is_not_there_is_no_data_source() -> None:
    assert "cloudwatch" not in by_uid(FORMS["fewest"])
    assert by_uid()["cloudwatch"]["jsonData"] == {"authType": "default", "defaultRegion": "eu-central-1"}
