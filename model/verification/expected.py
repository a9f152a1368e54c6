"""What a running environment must have, from its plan."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import yaml

from model import labels
from model.plan import UNKNOWN_TEXT, Plan, PlannedResource, mapping, mappings

_ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
_COMPOSITE: Final = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
_TOPIC: Final = "aws:sns/topic:Topic"
_SUBSCRIPTION: Final = "aws:sns/topicSubscription:TopicSubscription"
_CONFIG_MAP: Final = "kubernetes:core/v1:ConfigMap"
_OPERATOR: Final = "kubernetes:monitoring.coreos.com/"
# Kind of object -> how the operator begins the name of its scrape pool.
_SCRAPED: Final = {
    "ServiceMonitor": "serviceMonitor",
    "PodMonitor": "podMonitor",
    "Probe": "probe",
    "ScrapeConfig": "scrapeConfig",
}
Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedAlarm:
    """``decides``: what decides when it fires, in the words of CloudWatch's API; values of the plan that are known.

    ``actions``: whether the plan gives it any. ``metrics``: namespace and dimensions of what it measures.
    """

    name: str
    actions: bool
    decides: Mapping[str, object]
    metrics: tuple[tuple[str, Dimensions], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedTopic:
    """``subscriptions``: how many of each protocol."""

    name: str
    encrypted: bool
    subscriptions: Mapping[str, int]


@dataclass(frozen=True, slots=True, order=True)
class ScrapePool:
    """The targets of one monitor or probe. ``kind``: as the names of scrape pools begin."""

    kind: str
    name: str
    system: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """``rules`` and ``log_rules``: group -> names of its rules, in order. ``boards``: uid -> folder."""

    environment: str
    alarms: tuple[ExpectedAlarm, ...]
    composites: tuple[str, ...]
    topics: tuple[ExpectedTopic, ...]
    pools: tuple[ScrapePool, ...]
    rules: Mapping[str, tuple[str, ...]]
    log_rules: Mapping[str, tuple[str, ...]]
    boards: Mapping[str, str]

    @classmethod
    def of(cls, plan: Plan) -> "Expected":
        """From a plan."""
        resources = plan["resources"]
        return cls(
            environment=plan["environment"],
            alarms=tuple(sorted((_alarm(each["inputs"]) for each in _all(resources, _ALARM)), key=lambda a: a.name)),
            composites=tuple(sorted(str(each["inputs"].get("alarmName")) for each in _all(resources, _COMPOSITE))),
            topics=tuple(_topics(resources)),
            pools=tuple(sorted(_pools(resources))),
            rules=dict(_rules(resources)),
            log_rules=dict(_log_rules(resources)),
            boards=dict(sorted(_boards(resources))),
        )

    def alarms_of(self, systems: Collection[str]) -> "Expected":
        """Without the alarms of other systems; the platform's own stay. No systems: all stay."""
        names = systems and (labels.PROJECT, *(f"{self.environment}-{system}" for system in systems))
        begins = tuple(f"{name}-" for name in names)
        return replace(
            self,
            alarms=tuple(each for each in self.alarms if not begins or each.name.startswith(begins)),
            composites=tuple(each for each in self.composites if not begins or each.startswith(begins)),
        )

    def targets_of(self, systems: Collection[str]) -> "Expected":
        """Without the monitors and probes of other systems; the platform's own stay. No systems: all stay."""
        kept = {*systems, labels.OWN_SYSTEM, ""}
        return replace(self, pools=tuple(each for each in self.pools if not systems or each.system in kept))


# In a plan -> at CloudWatch.
_DECIDES: Final = {
    "namespace": "Namespace",
    "metricName": "MetricName",
    "statistic": "Statistic",
    "extendedStatistic": "ExtendedStatistic",
    "comparisonOperator": "ComparisonOperator",
    "threshold": "Threshold",
    "period": "Period",
    "evaluationPeriods": "EvaluationPeriods",
    "datapointsToAlarm": "DatapointsToAlarm",
    "treatMissingData": "TreatMissingData",
}


def _all(resources: Collection[PlannedResource], kind: str) -> Iterator[PlannedResource]:
    return (each for each in resources if each["type"] == kind)


def _alarm(inputs: Mapping[str, Any]) -> ExpectedAlarm:
    keys = ("alarmActions", "okActions", "insufficientDataActions")
    decides = {theirs: inputs[ours] for ours, theirs in _DECIDES.items() if _known(inputs.get(ours))}
    dimensions = _dimensions(inputs)
    if _known(inputs.get("dimensions")):
        decides["Dimensions"] = dimensions
    metrics = [(str(inputs["namespace"]), dimensions)] if "namespace" in inputs else []
    queried = [mapping(query, "metric") for query in mappings(inputs, "metricQueries")]
    metrics += [(str(metric["namespace"]), _dimensions(metric)) for metric in queried if metric]
    return ExpectedAlarm(
        name=str(inputs.get("name")),
        actions=any(inputs.get(key) for key in keys),
        decides=decides,
        metrics=tuple(sorted(set(metrics))),
    )


def _known(value: Any) -> bool:
    return value is not None and UNKNOWN_TEXT not in str(value)


def _dimensions(given: Mapping[str, Any]) -> Dimensions:
    return tuple(sorted((str(key), str(value)) for key, value in mapping(given, "dimensions").items()))


def _topics(resources: Collection[PlannedResource]) -> Iterator[ExpectedTopic]:
    topics = {each["urn"]: each for each in _all(resources, _TOPIC)}
    protocols: dict[str, Counter[str]] = {urn: Counter() for urn in topics}
    for subscription in _all(resources, _SUBSCRIPTION):
        # Its topic's ARN is known only after the deployment; the dependency is known before.
        for urn in protocols.keys() & set(subscription["dependencies"]):
            protocols[urn][str(subscription["inputs"].get("protocol"))] += 1
    for urn, topic in sorted(topics.items()):
        inputs = topic["inputs"]
        yield ExpectedTopic(
            name=str(inputs.get("name")),
            encrypted=bool(inputs.get("kmsMasterKeyId")),
            subscriptions=dict(sorted(protocols[urn].items())),
        )


def _pools(resources: Collection[PlannedResource]) -> Iterator[ScrapePool]:
    for resource in resources:
        kind = _operator_kind(resource)
        if kind in _SCRAPED:
            inputs = resource["inputs"]
            name = str(mapping(inputs, "metadata").get("name"))
            yield ScrapePool(_SCRAPED[kind], name, _system(mapping(inputs, "spec")))


def _operator_kind(resource: PlannedResource) -> str:
    return resource["type"].rpartition(":")[2] if resource["type"].startswith(_OPERATOR) else ""


def _system(spec: Mapping[str, Any]) -> str:
    """Of a monitor as its relabelings write it, of a probe as its labels have it."""
    static = mapping(mapping(spec, "targets"), "staticConfig")
    if label := mapping(static, "labels").get(labels.SYSTEM):
        return str(label)
    endpoints = [*mappings(spec, "endpoints"), *mappings(spec, "podMetricsEndpoints"), spec]
    rules = [rule for endpoint in endpoints for rule in mappings(endpoint, "relabelings")]
    return next((str(rule["replacement"]) for rule in rules if rule.get("targetLabel") == labels.SYSTEM), "")


def _rules(resources: Collection[PlannedResource]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for resource in resources:
        if _operator_kind(resource) == "PrometheusRule":
            yield from _groups(mapping(resource["inputs"], "spec"))


def _groups(document: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for group in mappings(document, "groups"):
        yield str(group["name"]), tuple(str(rule.get("alert") or rule.get("record")) for rule in group["rules"])


def _log_rules(resources: Collection[PlannedResource]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for text in _files(resources, labels.LOKI_RULE):
        document = yaml.safe_load(text)
        yield from _groups(document if isinstance(document, dict) else {})


def _boards(resources: Collection[PlannedResource]) -> Iterator[tuple[str, str]]:
    for resource in _all(resources, _CONFIG_MAP):
        folder = mapping(mapping(resource["inputs"], "metadata"), "annotations").get(labels.GRAFANA_FOLDER, "General")
        for text in _files([resource], labels.GRAFANA_DASHBOARD):
            yield str(json.loads(text)["uid"]), str(folder)


def _files(resources: Collection[PlannedResource], label: str) -> Iterator[str]:
    """Texts in ConfigMaps with ``label``."""
    for resource in _all(resources, _CONFIG_MAP):
        if label in mapping(mapping(resource["inputs"], "metadata"), "labels"):
            yield from (str(text) for _, text in sorted(mapping(resource["inputs"], "data").items()))


def rule_count(groups: Mapping[str, tuple[str, ...]]) -> int:
    """How many rules the groups have."""
    return sum(map(len, groups.values()))


def missing_rules(expected: Mapping[str, tuple[str, ...]], loaded: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """A sentence for each group that is not loaded, or with other rules than the plan has."""
    for group, names in expected.items():
        if group not in loaded:
            yield f"the group {group} is not loaded"
        elif Counter(names) - Counter(loaded[group]):
            lacking = Counter(names) - Counter(loaded[group])
            yield f"the group {group} has no rule {', '.join(sorted(lacking))}"
