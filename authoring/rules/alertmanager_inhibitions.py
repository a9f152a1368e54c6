"""Inhibition: an alert is not notified while another alert fires that explains it.

A cause inhibits only what follows from it. It never inhibits what may be its own reason, an alert of a worse severity,
or another team's alert, except that of a lost cluster.

Alertmanager counts a label that both alerts lack as equal. So every source must have the labels that make its subject,
or an alert without them would inhibit every other one without them. No alert may inhibit one that, over any number of
rules, inhibits it: Alertmanager would notify neither. An escalated copy has the name and the labels of its source, so
whatever inhibits the source inhibits the copy. CloudWatch alarms have no cluster and so are never inhibited.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from authoring.rules import alert_kinds as kinds
from authoring.text import to_yaml
from model import labels
from model.alerting.protected import NEVER_INHIBITED
from model.catalog.catalog import Catalog, owner_of
from model.metrics.metric_names import FEATURE, OBJECTIVE, OUTAGE
from model.query_text import matcher, none_of, one_of
from model.vocabulary import Severity

Inhibition = dict[str, Any]

CLUSTER = [labels.CLUSTER]
COMPONENT = [labels.CLUSTER, labels.SYSTEM, labels.COMPONENT]
OBJECTIVES = [*COMPONENT, OBJECTIVE]
LESSER = (Severity.WARNING, Severity.INFO)
CRITICAL = matcher(labels.SEVERITY, Severity.CRITICAL)

_HEAD = """\
Inhibitions between the components of {0}, generated from catalog/{0}.yaml by `make assets`; do not edit.
The program adds them to Alertmanager's configuration where an environment watches the system."""

# The label `source` of alerts that CloudWatch raised.
CLOUDWATCH = "cloudwatch"


def generate(catalog: Catalog) -> dict[str, str]:
    """Path below the project -> inhibitions of each system whose catalog file names dependencies."""
    rules = _dependencies(catalog)
    return {path(name): to_yaml({"inhibit_rules": rules[name]}, _HEAD.format(name)) for name in sorted(rules)}


def path(system: str) -> str:
    """Where the inhibitions of a system lie."""
    return f"rules/alertmanager/inhibitions-{system}.yaml"


def inhibitions() -> list[Inhibition]:
    """The rules that hold for every system, the widest first."""
    lesser = _any(labels.SEVERITY, LESSER)
    return [
        _cluster(),
        _rule(
            [matcher("alertname", kinds.API_DOWN), CRITICAL], [_any("alertname", kinds.API_CLIENTS), lesser], CLUSTER
        ),
        # A lost kubelet cannot be scraped without the API, which authenticates the scrape. The node exporter can.
        _rule(
            [matcher("alertname", kinds.API_DOWN), CRITICAL],
            [matcher("alertname", "ExporterGone"), _any("job", ("kube-state-metrics", "kubelet"))],
            CLUSTER,
        ),
        # ManyNodesNotReady inhibits nothing: each lost node has this alert, and inhibits what ran on it.
        _rule(
            [matcher("alertname", kinds.NODE_DOWN)],
            [_none("alertname", (kinds.NODE_DOWN, *kinds.NODE_CAUSES, *kinds.SECURITY, *NEVER_INHIBITED)), lesser],
            [labels.CLUSTER, "node"],
        ),
        # An objective's outage: its slower burn rates and its alert threshold. A warning does not inhibit a page.
        *(
            _rule(
                [matcher("alertname", OUTAGE), *source], [_any("alertname", kinds.OF_OBJECTIVES), *target], OBJECTIVES
            )
            for source, target in (([CRITICAL], []), ([], [lesser]))
        ),
        # A component is down: latency, errors and burn rates of the same component. One feature's outage explains none
        # of them: the rest of the component may fail for another reason.
        *(
            _rule([_any("alertname", (*kinds.DOWN, OUTAGE)), CRITICAL, matcher(FEATURE, "")], target, COMPONENT)
            for target in (
                [_any("alertname", kinds.SYMPTOMS)],
                [_any("alertname", kinds.LESSER_SYMPTOMS), lesser],
            )
        ),
        # A component may have several workloads.
        _rule(
            [matcher("alertname", kinds.WORKLOAD_DOWN), CRITICAL],
            [matcher("alertname", "WorkloadReplicasMissing")],
            [labels.CLUSTER, "namespace", "workload"],
        ),
        *_severities(),
    ]


def _cluster() -> Inhibition:
    """Most nodes are lost: everything that runs on them. Whoever owns it is notified by what users notice."""
    never = (
        kinds.CLUSTER_DOWN,
        kinds.API_DOWN,
        *kinds.SEEN_FROM_OUTSIDE,
        *kinds.OUTSIDE_CLUSTER,
        *kinds.SECURITY,
        *NEVER_INHIBITED,
    )
    target = [
        _none("alertname", set(never)),
        matcher(labels.COMPONENT, "falco", "!="),
        matcher("source", CLOUDWATCH, "!="),
    ]
    return _rule([matcher("alertname", kinds.CLUSTER_DOWN), CRITICAL], target, CLUSTER)


def _dependencies(catalog: Catalog) -> dict[str, list[Inhibition]]:
    """A component is down: the symptoms of the components of the same owner that the catalog says depend on it.

    By the system of the dependents, whose catalog file says so.

    Not those of another owner, whom nobody would notify then. One step only: what depends on a dependent is inhibited
    when that dependent is down itself.
    """
    owners = {
        (system.system, part.name): owner_of(system, part)
        for system in catalog.systems
        for part in (*system.components, *system.resources)
    }
    dependents: defaultdict[tuple[str, str], defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for system in catalog.systems:
        for part in (*system.components, *system.resources):
            for reference in part.depends_on:
                home, _, name = reference.rpartition("/")
                cause = (home or system.system, name)
                if owners[cause] == owners[system.system, part.name]:
                    dependents[cause][system.system].append(part.name)
    rules: defaultdict[str, list[Inhibition]] = defaultdict(list)
    for (home, name), systems in sorted(dependents.items()):
        for system_name, parts in sorted(systems.items()):
            source = [
                _any("alertname", kinds.DOWN),
                CRITICAL,
                matcher(labels.SYSTEM, home),
                matcher(labels.COMPONENT, name),
            ]
            target = [
                _any("alertname", kinds.SYMPTOMS),
                matcher(labels.SYSTEM, system_name),
                _any(labels.COMPONENT, parts),
            ]
            rules[system_name].append(_rule(source, target, CLUSTER))
    return rules


def _severities() -> Iterator[Inhibition]:
    """One alert at two severities: the worse one is notified. A probe, a queue or an objective is not another."""
    for worse, lesser in ((Severity.CRITICAL, LESSER), (Severity.WARNING, (Severity.INFO,))):
        source, target = [matcher(labels.SEVERITY, worse)], [_any(labels.SEVERITY, lesser)]
        rule = _rule(source, target, [*COMPONENT, "alertname"])
        # Present on some alerts only: two that both lack all of them are about the whole component.
        yield {**rule, "equal": [*rule["equal"], *kinds.IDENTITY]}


def _rule(source: Sequence[str], target: Sequence[str], equal: Sequence[str]) -> Inhibition:
    present = [matcher(label, "", "!=") for label in equal if label != "alertname"]
    return {"source_matchers": [*source, *present], "target_matchers": list(target), "equal": list(equal)}


def _any(label: str, values: Collection[str]) -> str:
    return one_of(label, sorted(values))


def _none(label: str, values: Collection[str]) -> str:
    return none_of(label, sorted(values))
