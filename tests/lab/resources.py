"""Small deployments, as the engine keeps them."""

import json
from pathlib import Path
from typing import Any

import yaml

from lab.context import Context
from lab.deployment import Deployment
from lab.layout import Layout
from lab.ports import Ports

RECEIVERS: list[dict[str, Any]] = [
    {
        "name": "shop-page",
        "pagerduty_configs": [
            {"routing_key_file": "/etc/alertmanager/secrets/alertmanager-receivers/pagerduty-shop", "class": "x"}
        ],
        "slack_configs": [
            {"api_url_file": "/etc/alertmanager/secrets/s", "channel": "#shop", "title": "{{ .Status }}"}
        ],
    },
    {
        "name": "shop-mail",
        "email_configs": [{"to": "a@example.com", "auth_password": "real", "headers": {"subject": "s"}}],
        "sns_configs": [{"topic_arn": "arn:aws:sns:eu-west-1:0:t", "sigv4": {"region": "eu-west-1"}, "subject": "s"}],
        "webhook_configs": [{"url": "https://hooks.example.com/real", "http_config": {"proxy_url": "http://p"}}],
    },
    {"name": "nobody"},
]
ALERTMANAGER: dict[str, Any] = {
    "global": {"smtp_smarthost": "relay.monitoring.svc:25", "smtp_from": "a@b", "slack_api_url": "https://real"},
    "route": {
        "receiver": "nobody",
        "group_by": ["alertname"],
        "group_wait": "1s",
        "routes": [
            {"receiver": "shop-page", "matchers": ['environment="prod"'], "group_wait": "0s"},
            {"receiver": "shop-mail", "matchers": ['severity="info"']},
        ],
    },
    "inhibit_rules": [
        {"source_matchers": ['severity="critical"'], "target_matchers": ['severity="info"'], "equal": ["system"]}
    ],
    "templates": ["/etc/alertmanager/config/*.tmpl"],
    "receivers": RECEIVERS,
}
SPEC: dict[str, Any] = {
    "externalLabels": {"cluster": "belfry-local", "environment": "local"},
    "enableFeatures": ["exemplar-storage"],
    "enableOTLPReceiver": True,
    "tsdb": {"outOfOrderTimeWindow": "30m"},
    "retention": "15d",
    "retentionSize": "16384MiB",
    "scrapeClasses": [
        {
            "name": "cluster",
            "default": True,
            "relabelings": [{"targetLabel": "cluster", "replacement": "belfry-local"}],
        }
    ],
    "additionalAlertRelabelConfigs": [{"source_labels": ["escalates"], "regex": "(.+)", "target_label": "alertname"}],
}
RULES = {"groups": [{"name": "g", "rules": [{"alert": "TooHigh", "expr": "errors > 7", "labels": {"team": "shop"}}]}]}
MONITOR = {
    "namespaceSelector": {"matchNames": ["shop"]},
    "selector": {"matchLabels": {"app.kubernetes.io/name": "backend", "app.kubernetes.io/part-of": "shop"}},
    "endpoints": [
        {
            "port": "http-metrics",
            "path": "/metrics",
            "interval": "15s",
            "honorLabels": False,
            "relabelings": [{"targetLabel": "system", "replacement": "shop"}],
        }
    ],
}
PROBE = {
    "jobName": "probe",
    "module": "http",
    "interval": "15s",
    "prober": {"url": "prometheus-blackbox-exporter.monitoring.svc:9115"},
    "targets": {"staticConfig": {"static": ["https://shop.example.com"], "labels": {"probe": "page"}}},
}


def secret(value: object) -> dict[str, str]:
    """``value`` as the engine exports a secret."""
    return {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "plaintext": json.dumps(value),
    }


def custom(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    """An object of the operator."""
    return {
        "type": f"kubernetes:monitoring.coreos.com/v1:{kind}",
        "inputs": {"metadata": {"name": name, "namespace": "monitoring"}, "spec": spec},
    }


def release(name: str, values: dict[str, Any], chart: str = "") -> dict[str, Any]:
    """A Helm release."""
    return {
        "type": "kubernetes:helm.sh/v3:Release",
        "inputs": {"name": name, "chart": chart or name, "namespace": "monitoring", "values": values},
    }


def config_map(name: str, label: str, annotations: dict[str, str], data: dict[str, str]) -> dict[str, Any]:
    """A ConfigMap that a sidecar would read."""
    return {
        "type": "kubernetes:core/v1:ConfigMap",
        "inputs": {"metadata": {"name": name, "labels": {label: "1"}, "annotations": annotations}, "data": data},
    }


def resources(**spec: Any) -> list[dict[str, Any]]:
    """Prometheus, Alertmanager, one rule, one monitor, one probe; ``spec`` adds settings of Prometheus."""
    return [
        {"type": "pulumi:pulumi:Stack"},
        release(
            "monitoring",
            {"prometheus": {"prometheusSpec": {**SPEC, **spec}}},
            chart="oci://mirror.example.com/charts/kube-prometheus-stack",
        ),
        {
            "type": "kubernetes:core/v1:Secret",
            "inputs": {
                "metadata": {"name": "alertmanager-config", "namespace": "monitoring"},
                "stringData": secret({"alertmanager.yaml": yaml.safe_dump(ALERTMANAGER), "mail.tmpl": "{{ 1 }}"}),
            },
        },
        custom("PrometheusRule", "shop", RULES),
        custom("ServiceMonitor", "shop-backend", MONITOR),
        custom("Probe", "shop-page", PROBE),
        custom("PodMonitor", "other", {}),
    ]


def context(folder: Path, *more: dict[str, Any], environment: str = "prod", **spec: Any) -> Context:
    """A context of that deployment in ``folder``, whose tools are empty files."""
    layout = Layout(folder)
    layout.tools.mkdir(parents=True, exist_ok=True)
    for tool in ("alertmanager", "blackbox_exporter", "jaeger", "loki", "otelcol", "prometheus"):
        (layout.tools / tool).touch(mode=0o755)
    deployment = Deployment.of([*resources(**spec), *more])
    return Context(layout=layout, deployment=deployment, ports=Ports(layout), environment=environment)
