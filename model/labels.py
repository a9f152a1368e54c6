"""Names of labels and annotations, in one place: nothing else spells them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # programs of the job archive read this module, and have no pydantic
    from model.assets import Bundle

# On every series of a watched application, written at scrape time.
CLUSTER = "cluster"
SYSTEM = "system"
OWN_SYSTEM = "platform"  # the platform is a system like others, to its alerts and in its logs
COMPONENT = "component"
NAMESPACE = "namespace"  # of Kubernetes
# On the series of probes besides: which question was asked.
PROBE = "probe"
PROBE_KIND = "probe_kind"  # a kind of ProbeKind, or one of the two below
HEALTH_PROBE = "health"  # one of a component's own health endpoints, from inside the cluster
THIRD_PARTY_PROBE = "third-party"

# On every alert besides system and component.
SEVERITY = "severity"
TEAM = "team"
# Added by Prometheus to what it sends to Alertmanager; routes read it, no rule may.
ENVIRONMENT = "environment"
# On the escalated copies of an alert: the escalation level that the copy notifies, from 2 on.
LEVEL = "level"
# On those copies inside Prometheus, which names every alert after its rule: the name of the alert that is escalated.
ESCALATES = "escalates"

ALERT_LABELS = (SEVERITY, TEAM, SYSTEM, COMPONENT)

# How Prometheus changes alerts on their way to Alertmanager: an escalated copy gets the name of its source back.
ALERT_RELABELING = (
    {"source_labels": [ESCALATES], "regex": "(.+)", "target_label": "alertname"},
    {"regex": ESCALATES, "action": "labeldrop"},
)

SUMMARY = "summary"
DESCRIPTION = "description"
RUNBOOK_URL = "runbook_url"
DASHBOARD_URL = "dashboard_url"
EXPLORE_URL = "explore_url"

# On Kubernetes objects.
BUNDLE = "belfry.dev/bundle"
SHA256 = "belfry.dev/sha256"
IDENTITY = "belfry.dev/identity"
GRAFANA_DASHBOARD = "grafana_dashboard"
GRAFANA_DATASOURCE = "grafana_datasource"
GRAFANA_FOLDER = "grafana_folder"
LOKI_RULE = "loki_rule"
OBJECT_NAME = "app.kubernetes.io/name"
PART_OF = "app.kubernetes.io/part-of"
MANAGED_BY = "app.kubernetes.io/managed-by"
PROJECT = "belfry"

# On AWS resources.
OWNER_TAG = "owner"


def of_object(name: str) -> dict[str, str]:
    """Labels of any Kubernetes object Belfry makes. No version: selectors must survive an upgrade."""
    return {OBJECT_NAME: name, PART_OF: PROJECT, MANAGED_BY: "pulumi"}


def of_bundle(bundle: "Bundle") -> dict[str, str]:
    """Labels of the object that carries a bundle."""
    return {**of_object(bundle.name), "app.kubernetes.io/version": bundle.version, BUNDLE: bundle.name}


def annotations_of_bundle(bundle: "Bundle") -> dict[str, str]:
    """Annotations of the object that carries a bundle."""
    return {SHA256: bundle.sha256 or ""}


def of_aws(environment: str, owner: str) -> dict[str, str]:
    """Tags of AWS resources."""
    return {"project": PROJECT, "environment": environment, OWNER_TAG: owner, "managed-by": "pulumi"}


def own_relabelings(component: str) -> list[dict[str, str]]:
    """What a monitor of one of the platform's own parts writes on its series: whose they are."""
    return [
        {"targetLabel": SYSTEM, "replacement": OWN_SYSTEM},
        {"targetLabel": COMPONENT, "replacement": component},
    ]
