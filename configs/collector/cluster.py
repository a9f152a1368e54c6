"""The single collector, for what exists once in a cluster: Kubernetes events, and the API server's audit log.

One replica: two would report everything twice. What happens while it restarts is read afterwards.
"""

from dataclasses import dataclass

from configs.collector.ottl import transform
from configs.collector.parts import IN_CLUSTER, STORAGE, Config, Pipeline, Runtime, collector, otlp_grpc_exporter
from model import labels, names

EVENTS = "k8sobjects"
AUDIT = "aws_cloudwatch/audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterInput:
    """``audit_log_group``: where EKS puts the control plane's log; None without that log. ``region`` is its region."""

    region: str
    audit_log_group: str | None = None
    gateway: str = names.service(names.COLLECTOR_GATEWAY, names.COLLECTORS, names.OTLP_GRPC_PORT)
    runtime: Runtime = IN_CLUSTER


def cluster(given: ClusterInput) -> Config:
    """The cluster collector's configuration."""
    gateway = "otlp_grpc/gateway"
    audit = given.audit_log_group
    return collector(
        given.runtime,
        receivers={
            EVENTS: {
                "auth_type": "serviceAccount",
                "objects": [{"name": "events", "group": "events.k8s.io", "mode": "watch"}],
            },
            **({AUDIT: _audit(given.region, audit)} if audit else {}),
        },
        processors={
            "resource/events": _named("kubernetes-events"),
            "transform/events": _events(),
            **({"resource/audit": _named("kubernetes-audit")} if audit else {}),
        },
        exporters={gateway: otlp_grpc_exporter(given.runtime, given.gateway)},
        pipelines={
            "logs/events": Pipeline(
                receivers=[EVENTS], processors=["resource/events", "transform/events"], exporters=[gateway]
            ),
            **(
                {"logs/audit": Pipeline(receivers=[AUDIT], processors=["resource/audit"], exporters=[gateway])}
                if audit
                else {}
            ),
        },
    )


def _audit(region: str, group: str) -> Config:
    """EKS shows the audit log nowhere but in CloudWatch Logs."""
    return {
        "region": region,
        "storage": STORAGE,
        "logs": {
            "poll_interval": "1m",
            "groups": {"named": {group: {"prefixes": ["kube-apiserver-audit"]}}},
        },
    }


def _named(component: str) -> Config:
    return {
        "attributes": [
            {"key": "service.namespace", "value": labels.OWN_SYSTEM, "action": "upsert"},
            {"key": "service.name", "value": component, "action": "upsert"},
        ]
    }


def _events() -> Config:
    """An event is a whole Kubernetes object; people look for its reason, its object and its text."""
    event = 'log.body["object"]'
    fields = {
        "k8s.event.reason": f'{event}["reason"]',
        "k8s.event.type": f'{event}["type"]',
        "k8s.object.kind": f'{event}["regarding"]["kind"]',
        "k8s.object.name": f'{event}["regarding"]["name"]',
        "k8s.namespace.name": f'{event}["regarding"]["namespace"]',
    }
    return transform(
        logs=[
            *(f'set(log.attributes["{attribute}"], {path}) where {path} != nil' for attribute, path in fields.items()),
            f'set(log.severity_text, "INFO") where {event}["type"] == "Normal"',
            f'set(log.severity_number, SEVERITY_NUMBER_INFO) where {event}["type"] == "Normal"',
            f'set(log.severity_text, "WARN") where {event}["type"] == "Warning"',
            f'set(log.severity_number, SEVERITY_NUMBER_WARN) where {event}["type"] == "Warning"',
            f'set(log.body, {event}["note"]) where {event}["note"] != nil',
        ]
    )
