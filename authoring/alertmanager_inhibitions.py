"""What mutes what: who is told of a cause is not told of its symptoms besides.

Every rule asks for the same cluster, and its source for every label that must be equal: two alerts that both lack a
label count as equal in it, and a nameless alert would mute every other nameless one. No alert may mute one that, over
any number of rules, mutes it: Alertmanager would tell of neither. An escalated copy has the name and the labels of its
source, so whatever mutes the source mutes the copy.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from model import labels
from model.catalog.catalog import Catalog
from model.metrics.metric_names import FAST_BURN, LOW_TRAFFIC_ERRORS, NO_DATA, OBJECTIVE, OUTAGE, SLOW_BURN, TRICKLE
from model.vocabulary import Severity

Inhibition = dict[str, Any]

CLUSTER = [labels.CLUSTER]
PART = [labels.CLUSTER, labels.SYSTEM, labels.COMPONENT]
LESSER = (Severity.WARNING, Severity.INFO)

CLUSTER_DOWN = "ManyNodesNotReady"
API_DOWN = "KubernetesApiDown"
NODE_DOWN = "NodeNotReady"
NODE = "node"

# A part that does not answer at all.
DOWN = ("CacheDown", "DatabaseDown", "ServiceDown", "WorkloadUnavailable")
# What users, and parts that depend on it, notice of a part that is down. The outage of an objective is none of them:
# users feel it, and it tells within a minute, before any of the alerts above.
SYMPTOMS = (
    "AiLatencyHigh",
    "HighErrorRate",
    "HighLatency",
    FAST_BURN,
    LOW_TRAFFIC_ERRORS,
    NO_DATA,
    SLOW_BURN,
    TRICKLE,
)
# What Prometheus knows from the Kubernetes API alone, so that without it nothing of this can be true or false.
FROM_API = (CLUSTER_DOWN, "ExporterGone", "WorkloadUnavailable")
# Never muted: an attack may be the cause of everything else, and the way alerts take must tell while it can.
SECURITY = (
    "AttackSignatures",
    "AuditAccountImpersonated",
    "AuditAdministratorMade",
    "AuditAdmissionChanged",
    "AuditDeletionBurst",
    "CrossSiteScriptingAttempts",
    "FalcoCriticalEvent",
    "FalcoEventsBurst",
    "LoginFailures",
    "LoginFailuresFromOneAddress",
    "LoginFailuresOfOneAccount",
    "RequestFlood",
    "SqlInjectionAttempts",
)
DELIVERY = ("AlertmanagerNotificationsFailing", "AlertsNotDelivered", "PrometheusWithoutAlertmanager", "Watchdog")


def inhibitions(catalog: Catalog) -> list[Inhibition]:
    """All rules, the widest first."""
    return [
        # Cluster down: everything in it. The platform team is told, and everybody else would call them.
        _rule(
            [_one("alertname", CLUSTER_DOWN), _one(labels.SEVERITY, Severity.CRITICAL)],
            [_none("alertname", (API_DOWN, CLUSTER_DOWN, *DELIVERY, *SECURITY)), _one(labels.COMPONENT, "falco", "!=")],
            CLUSTER,
        ),
        _rule([_one("alertname", API_DOWN)], [_any("alertname", FROM_API)], CLUSTER),
        # A node is down: what is said of it and of the pods on it, unless that is critical. One node should not be.
        _rule(
            [_one("alertname", NODE_DOWN)],
            [_none("alertname", (NODE_DOWN, *SECURITY)), _any(labels.SEVERITY, LESSER)],
            [labels.CLUSTER, NODE],
        ),
        # An objective's outage: its own slower tiers, whatever their severity.
        _rule(
            [_one("alertname", OUTAGE)],
            [_any("alertname", (FAST_BURN, LOW_TRAFFIC_ERRORS, SLOW_BURN, TRICKLE))],
            [*PART, OBJECTIVE],
        ),
        # A part is down: its latency, its errors, its other objectives, and all that is lesser about it.
        *(
            _rule([_any("alertname", (*DOWN, OUTAGE)), _one(labels.SEVERITY, Severity.CRITICAL)], target, PART)
            for target in (
                [_any("alertname", SYMPTOMS)],
                [_none("alertname", (OUTAGE, *DOWN, *SECURITY)), _any(labels.SEVERITY, LESSER)],
            )
        ),
        *_dependencies(catalog),
        *_severities(),
    ]


def _dependencies(catalog: Catalog) -> Iterator[Inhibition]:
    """A part is down: the symptoms of the parts that the catalog says depend on it."""
    dependents: defaultdict[tuple[str, str], defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for system in catalog.systems:
        for part in (*system.components, *system.resources):
            for reference in part.depends_on:
                home, _, name = reference.rpartition("/")
                dependents[home or system.system, name][system.system].append(part.name)
    for (home, name), systems in sorted(dependents.items()):
        for system_name, parts in sorted(systems.items()):
            source = [
                _any("alertname", DOWN),
                _one(labels.SEVERITY, Severity.CRITICAL),
                _one(labels.SYSTEM, home),
                _one(labels.COMPONENT, name),
            ]
            target = [_any("alertname", SYMPTOMS), _one(labels.SYSTEM, system_name), _any(labels.COMPONENT, parts)]
            yield _rule(source, target, CLUSTER)


def _severities() -> Iterator[Inhibition]:
    """One alert at two severities: the worse. Of the same thing: a number, an objective or a node is not another."""
    for worse, lesser in ((Severity.CRITICAL, LESSER), (Severity.WARNING, (Severity.INFO,))):
        source, target = [_one(labels.SEVERITY, worse)], [_any(labels.SEVERITY, lesser)]
        # Present on some alerts only: those that both lack them are about the whole part.
        rule = _rule(source, target, [*PART, "alertname"])
        yield {**rule, "equal": [*rule["equal"], OBJECTIVE, "kpi", NODE]}


def _rule(source: Sequence[str], target: Sequence[str], equal: Sequence[str]) -> Inhibition:
    present = [_one(label, "", "!=") for label in equal if label != "alertname"]
    return {"source_matchers": [*source, *present], "target_matchers": list(target), "equal": list(equal)}


def _one(label: str, value: str, operator: str = "=") -> str:
    return f'{label}{operator}"{value}"'


def _any(label: str, values: Collection[str]) -> str:
    """One of the values, none of which has characters that a regular expression knows."""
    return _one(label, "|".join(sorted(values)), "=~" if len(values) > 1 else "=")


def _none(label: str, values: Collection[str]) -> str:
    return _one(label, "|".join(sorted(values)), "!~")
