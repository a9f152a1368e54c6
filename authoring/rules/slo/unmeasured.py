"""When a part runs and was never measured: its Service lacks a label, or its SDK has another name.

SloNoData cannot see that, because it compares with the hour before. Asked for is only what runs in this cluster, for a
day: a part that is not deployed here, or has just come and had no request yet, is not missing.
"""

from authoring.promql import enclosed, equals, selector
from authoring.rule_file import Rule
from authoring.rules.slo.rules import Section, alert_rule
from authoring.rules.slo.target import Slo, objectives
from model import labels
from model.catalog.components import Component
from model.catalog.objectives import ProbeSli
from model.go_template import literal
from model.metrics import metric_names as names
from model.quantities import Duration
from model.query_text import any_value
from model.vocabulary import ComponentKind, Severity

# Metric of kube-state-metrics for the replicas that are up -> its label for the workload's name.
_REPLICAS = {
    "kube_deployment_status_replicas_available": "deployment",
    "kube_statefulset_status_replicas_ready": "statefulset",
    "kube_daemonset_status_number_available": "daemonset",
}
# What was measured within the last three days is idle, not missing.
_REMEMBERED = "3d"


def section(slo: Slo) -> Section | None:
    """The alert of a component, in the group of its first objective that its own metrics measure; None elsewhere."""
    # What others run has no workload here that could be compared with.
    if not isinstance(slo.part, Component) or slo.part.kind is ComponentKind.EXTERNAL_SERVICE:
        return None
    own = [
        other
        for other in objectives(slo.system)
        if other.part.name == slo.part.name and not isinstance(other.objective.sli, ProbeSli)
    ]
    if not own or own[0] != slo:
        return None
    return Section(
        f"Not measured: it runs, and within {_REMEMBERED} none of its own metrics has measured an objective.",
        (_alert(slo, slo.part, [other.objective.name for other in own]),),
    )


def _alert(slo: Slo, component: Component, measured: list[str]) -> Rule:
    namespace = component.namespace or slo.system.system
    up = "\n  or\n".join(
        selector(metric, equals({"namespace": namespace, label: component.name})) for metric, label in _REPLICAS.items()
    )
    part = equals({labels.SYSTEM: slo.system.system, labels.COMPONENT: component.name})
    events = selector(names.events(_REMEMBERED), [*part, any_value(names.OBJECTIVE, measured)])
    expr = f"{enclosed(up, 'max by (cluster) ')} > 0\n  unless on (cluster)\n{events}"
    title = f"{slo.system.system}/{component.name}"
    return alert_rule(
        names.NOT_MEASURED,
        Severity.WARNING,
        expr,
        f"{title} runs and is not measured",
        f"{{{{ $value }}}} replicas of {component.name} run in namespace {namespace}, and no metric of theirs measures "
        f"an objective of {title}. {_missing(slo, component)}",
        hold=Duration("1d"),
        keep=Duration("1h"),
    )


def _missing(slo: Slo, component: Component) -> str:
    """What to look for, by the way its metrics take."""
    system, name = slo.system.system, component.name
    if scrape := component.telemetry.scrape:
        return (
            f"Its Service needs the labels {labels.PART_OF}={system} and {labels.OBJECT_NAME}={name} and a port named "
            f"{literal(scrape.port)} that serves {literal(scrape.path)}; the metrics need the names of the catalog."
        )
    return (
        f"Its SDK needs service.namespace={system} and service.name={name}, or its pods the labels "
        f"{labels.PART_OF}={system} and {labels.OBJECT_NAME}={name}; the metrics need the names of the catalog."
    )
