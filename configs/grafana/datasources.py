"""Grafana's data sources, and the ways between them: from a number to a trace, to its logs, and back.

As the chart's `grafana.additionalDataSources` takes them. It passes them through Helm's templates, so no two
opening braces may stand in them; and Grafana fills in what follows a `$`, so Grafana's own variables have two.

Elasticsearch's stands apart: it names files that come to be after Grafana has started, and one file that is missing
makes Grafana refuse all data sources of the same document.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from configs.grafana.settings import ELASTICSEARCH_CA_FOLDER, ELASTICSEARCH_USER_FOLDER
from configs.stores import elasticsearch
from model import names

Config = dict[str, Any]

# Label of an exemplar, as OpenTelemetry's SDKs and the span metrics write it.
EXEMPLAR_LABEL = "trace_id"
# Filled in by Grafana from its own files: neither is a value of the chart.
ELASTICSEARCH_PASSWORD = f"$__file{{{ELASTICSEARCH_USER_FOLDER}/password}}"
ELASTICSEARCH_CA = f"$__file{{{ELASTICSEARCH_CA_FOLDER}/ca.crt}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasourcesInput:
    """``tenants``: one Loki data source each, and none without. ``region`` none: no CloudWatch.

    ``thanos``: whether there is one, beside Prometheus, which stays the default: the last days are nearer there.
    ``managed_prometheus``: URL of the proxy to a workspace, which may be known only when the program runs.
    """

    region: str | None = None
    thanos: bool = False
    managed_prometheus: Any = None
    tenants: Sequence[str] = ()


def datasources(given: DatasourcesInput) -> list[Config]:
    """All but Elasticsearch's; nobody edits them in the pages, where the next start would undo it."""
    long_term = [_thanos()] if given.thanos else []
    if given.managed_prometheus is not None:
        long_term.append(_managed_prometheus(given.managed_prometheus))
    found = [_prometheus(), *long_term, *_loki(given), _jaeger(given), _alertmanager()]
    if given.region:
        found.append(_cloudwatch(given.region))
    return found


def document(sources: Sequence[Config]) -> Config:
    """A file of Grafana's provisioning."""
    return {"apiVersion": 1, "datasources": list(sources)}


def loki_uid(tenants: Sequence[str], tenant: str | None = None) -> str:
    """The data source of a tenant; the first one's has the plain name, which dashboards know."""
    return names.LOKI_DATASOURCE if tenant is None or tenant == tenants[0] else f"{names.LOKI_DATASOURCE}-{tenant}"


def _source(uid: str, name: str, kind: str, url: Any = None, **more: Any) -> Config:
    return {
        "uid": uid,
        "name": name,
        "type": kind,
        "access": "proxy",
        "editable": False,
        # What is not known yet is neither true nor false.
        **({} if url is None else {"url": url}),
        **more,
    }


def _prometheus() -> Config:
    return _source(
        names.PROMETHEUS_DATASOURCE,
        "Prometheus",
        "prometheus",
        names.service(names.PROMETHEUS, names.MONITORING, names.PROMETHEUS_PORT, "http"),
        isDefault=True,
        jsonData=_asked("Prometheus"),
    )


def _thanos() -> Config:
    """The whole time that metrics are kept, each pair as one."""
    return _source(
        names.THANOS_DATASOURCE,
        "Thanos",
        "prometheus",
        names.service(names.THANOS_QUERY, names.MONITORING, names.THANOS_HTTP_PORT, "http"),
        jsonData=_asked("Thanos"),
    )


def _managed_prometheus(url: Any) -> Config:
    """All that is kept. Unsigned: the proxy signs, as Grafana's own data source no longer does."""
    return _source(
        names.MANAGED_PROMETHEUS_DATASOURCE,
        "Amazon Managed Prometheus",
        "prometheus",
        url,
        jsonData=_asked("Prometheus"),
    )


def _asked(kind: str) -> Config:
    return {
        "httpMethod": "POST",
        # As Prometheus scrapes: a rate over less has no second sample.
        "timeInterval": "30s",
        "prometheusType": kind,
        "exemplarTraceIdDestinations": [{"name": EXEMPLAR_LABEL, "datasourceUid": names.JAEGER_DATASOURCE}],
    }


def _loki(given: DatasourcesInput) -> list[Config]:
    def one(tenant: str | None) -> Config:
        header = {"httpHeaderName1": "X-Scope-OrgID"} if tenant else {}
        secure = {"secureJsonData": {"httpHeaderValue1": tenant}} if tenant else {}
        return _source(
            loki_uid(given.tenants, tenant),
            f"Loki ({tenant})" if tenant else "Loki",
            "loki",
            names.service(names.LOKI_GATEWAY, names.LOGGING, names.LOKI_GATEWAY_PORT, "http"),
            jsonData={
                "maxLines": 1000,
                # Loki keeps the trace's id beside the line, not in it.
                "derivedFields": [
                    {
                        "name": "Trace",
                        "matcherType": "label",
                        "matcherRegex": "trace_id",
                        "datasourceUid": names.JAEGER_DATASOURCE,
                        "url": "$${__value.raw}",
                        "urlDisplayLabel": "Trace of this log line",
                    }
                ],
                **header,
            },
            **secure,
        )

    return [one(tenant) for tenant in given.tenants or (None,)]


def _jaeger(given: DatasourcesInput) -> Config:
    # Loki's names: a dot becomes an underscore. The span knows its service by the resource.
    tags = [
        {"key": "service.name", "value": "service_name"},
        {"key": "service.namespace", "value": "service_namespace"},
    ]
    return _source(
        names.JAEGER_DATASOURCE,
        "Jaeger",
        "jaeger",
        names.service(names.JAEGER, names.TRACING, names.JAEGER_QUERY_PORT, "http"),
        jsonData={
            "nodeGraph": {"enabled": True},
            "tracesToLogsV2": {
                "datasourceUid": loki_uid(given.tenants),
                "tags": tags,
                # Lines of the same request just before and after, of clocks that differ.
                "spanStartTimeShift": "-5m",
                "spanEndTimeShift": "5m",
                "customQuery": True,
                "query": '{$${__tags}} | trace_id="$${__trace.traceId}"',
            },
            "tracesToMetrics": {
                "datasourceUid": names.PROMETHEUS_DATASOURCE,
                "tags": [
                    {"key": "service.namespace", "value": "system"},
                    {"key": "service.name", "value": "component"},
                ],
                "spanStartTimeShift": "-10m",
                "spanEndTimeShift": "10m",
                "queries": [
                    {
                        "name": "Requests of this service",
                        "query": "sum by (span_name) (rate(traces_span_metrics_calls_total{$$__tags}[5m]))",
                    }
                ],
            },
        },
    )


def _alertmanager() -> Config:
    return _source(
        names.ALERTMANAGER_DATASOURCE,
        "Alertmanager",
        "alertmanager",
        names.service(names.ALERTMANAGER, names.MONITORING, names.ALERTMANAGER_PORT, "http"),
        jsonData={"implementation": "prometheus", "handleGrafanaManagedAlerts": False},
    )


def elasticsearch_datasource() -> Config:
    """Logs in Elasticsearch. For a document of its own, after the Secrets that it names."""
    return _source(
        names.ELASTICSEARCH_DATASOURCE,
        "Elasticsearch",
        "elasticsearch",
        names.service(names.ELASTICSEARCH, names.LOGGING, names.ELASTICSEARCH_PORT, "https"),
        basicAuth=True,
        basicAuthUser=elasticsearch.GRAFANA.name,
        jsonData={
            "index": "logs-*",
            "timeField": "@timestamp",
            "logMessageField": elasticsearch.BODY,
            "logLevelField": "severity_text",
            "tlsAuthWithCACert": True,
            "dataLinks": [
                {
                    "field": "trace_id",
                    "datasourceUid": names.JAEGER_DATASOURCE,
                    "url": "$${__value.raw}",
                    "urlDisplayLabel": "Trace of this log line",
                }
            ],
        },
        secureJsonData={"basicAuthPassword": ELASTICSEARCH_PASSWORD, "tlsCACert": ELASTICSEARCH_CA},
    )


def _cloudwatch(region: str) -> Config:
    # By the pod's own identity.
    return _source(
        names.CLOUDWATCH_DATASOURCE,
        "CloudWatch",
        "cloudwatch",
        jsonData={"authType": "default", "defaultRegion": region},
    )
