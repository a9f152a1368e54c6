"""Rights in the cluster, as Kubernetes' Roles spell them: exactly the verbs of the rules, on the objects they name.

`list` of pods and `create` of evictions know no names of pods in advance; everything else names its objects.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from model import names
from model.catalog.catalog import Catalog
from model.catalog.remediation import Remediation, RestartPod, RolloutRestart, ScaleOut
from model.catalog.remediation_checks import has_pods
from model.catalog.system import System
from model.remediation.families import active
from model.vocabulary import Environment

ENGINE_GROUP, ACTOR_GROUP = "belfry-remediation-engine", "belfry-remediation-kubernetes"
"""Groups of Kubernetes, which access entries put the functions' roles into."""

Rules = Mapping[str, list[dict[str, Any]]]
"""Namespace -> rules."""


def of_engine(catalog: Catalog) -> Rules:
    """It asks Prometheus and Alertmanager by the API's proxy, and how the Deployments of systems with rules are."""
    services = [
        names.proxied(names.ALERTMANAGER, names.ALERTMANAGER_PORT),
        names.proxied(names.PROMETHEUS, names.PROMETHEUS_PORT),
    ]
    found = {names.MONITORING: [_rule("", "services/proxy", ("get",), services)]}
    for system in catalog.systems:
        for namespace, workloads in _deployments(system).items() if system.remediation else ():
            found.setdefault(namespace, []).append(_rule("apps", "deployments", ("get",), workloads))
    return found


def of_actor(catalog: Catalog, environment: Environment) -> Rules:
    """Of the function that restarts and scales."""
    found: dict[str, list[dict[str, Any]]] = {}
    for system, rule in active(catalog, environment):
        for one in _of_action(rule):
            mine = found.setdefault(namespace(system, rule.component), [])
            if one not in mine:
                mine.append(one)
    return found


def namespace(system: System, component: str) -> str:
    """Where the component's pods are."""
    return next((one.namespace for one in system.components if one.name == component), None) or system.system


def _of_action(rule: Remediation) -> Iterable[dict[str, Any]]:
    match rule.action:
        case RestartPod():
            return (
                _rule("apps", "deployments", ("get",), [rule.action.workload or rule.component]),
                _rule("", "pods", ("list",)),
                _rule("", "pods/eviction", ("create",)),
            )
        case RolloutRestart():
            return (_rule("apps", "deployments", ("get", "patch"), [rule.action.workload or rule.component]),)
        case ScaleOut():
            scaled = [rule.action.autoscaler or rule.component]
            return (_rule("autoscaling", "horizontalpodautoscalers", ("get", "patch"), scaled),)
    return ()


def _deployments(system: System) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in system.components:
        if has_pods(one):
            found.setdefault(one.namespace or system.system, []).append(one.name)
    return found


def _rule(group: str, resource: str, verbs: tuple[str, ...], named: list[str] | None = None) -> dict[str, Any]:
    names_of = {"resourceNames": sorted(named)} if named else {}
    return {"apiGroups": [group], "resources": [resource], "verbs": list(verbs), **names_of}
