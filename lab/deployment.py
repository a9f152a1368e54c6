"""What the deployment of `local` holds, typed: read from the stack's state, in memory only."""

import dataclasses
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import yaml

from configs.stores.loki import NO_TENANT, RULE_LABEL, TENANT_ANNOTATION
from model import labels, names
from model.problems import BadInput, Problem

Config = dict[str, Any]

STACK_CHART = "kube-prometheus-stack"
ALERTMANAGER_FILE = "alertmanager.yaml"
# How the engine marks special values, and the mark of a secret.
_SPECIAL, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A Helm release. ``chart`` without the address of a mirror."""

    name: str
    chart: str
    namespace: str
    values: Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """A Kubernetes object with a ``spec``."""

    name: str
    namespace: str
    spec: Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarder:
    """The forwarder of alarms. ``queue`` is a name; ``prefixes`` begin alarms' names; ``table``: file -> text."""

    queue: str
    region: str
    prefixes: Sequence[str]
    table: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """``loki_rules``: tenant/file -> text. ``dashboards``: folder/file -> text. ``templates``: file -> text.

    ``topics``, ``topic_policies`` and ``subscriptions``: of SNS.
    """

    releases: Mapping[str, Release]
    alertmanager: Config
    templates: Mapping[str, str] = field(default_factory=dict)
    rules: Sequence[Object] = ()
    monitors: Sequence[Object] = ()
    probes: Sequence[Object] = ()
    not_scraped: Sequence[str] = ()
    loki_rules: Mapping[str, str] = field(default_factory=dict)
    dashboards: Mapping[str, str] = field(default_factory=dict)
    alarms: Sequence[Config] = ()
    topics: Sequence[Config] = ()
    topic_policies: Sequence[Config] = ()
    subscriptions: Sequence[Config] = ()
    forwarder: Forwarder | None = None

    @classmethod
    def of(cls, resources: Sequence[Mapping[str, Any]]) -> "Deployment":
        """From the engine's resources. Raises BadInput when the platform is not among them."""
        inputs = [(str(one["type"]), _plain(one.get("inputs") or {})) for one in resources]
        objects = {kind: sorted(_objects(inputs, kind), key=lambda each: each.name) for kind in _KINDS}
        releases = {release.name: release for release in _releases(inputs)}
        config = _secret(inputs, names.ALERTMANAGER_CONFIG_SECRET)
        if config is None or not any(release.chart == STACK_CHART for release in releases.values()):
            found = "no Prometheus and no Alertmanager in the deployed stack"
            raise BadInput([Problem(".local/state", found, "a whole deployment: `make up`")])
        return cls(
            releases=releases,
            alertmanager=yaml.safe_load(config[ALERTMANAGER_FILE]),
            templates={name: text for name, text in sorted(config.items()) if name != ALERTMANAGER_FILE},
            rules=objects["PrometheusRule"],
            monitors=objects["ServiceMonitor"],
            probes=objects["Probe"],
            not_scraped=[f"{kind} {each.name}" for kind in ("PodMonitor", "ScrapeConfig") for each in objects[kind]],
            loki_rules=dict(_files(inputs, RULE_LABEL, TENANT_ANNOTATION, NO_TENANT)),
            dashboards=dict(_files(inputs, labels.GRAFANA_DASHBOARD, labels.GRAFANA_FOLDER, "General")),
            alarms=[given for token, given in inputs if token == _ALARM],
            topics=[given for token, given in inputs if token == _TOPIC],
            topic_policies=[given for token, given in inputs if token == _TOPIC_POLICY],
            subscriptions=[given for token, given in inputs if token == _SUBSCRIPTION],
            forwarder=_forwarder(inputs),
        )

    @property
    def stack(self) -> Config:
        """Values of kube-prometheus-stack."""
        return next(release.values for release in self.releases.values() if release.chart == STACK_CHART)

    @property
    def prometheus(self) -> Config:
        """Settings of Prometheus, in the operator's words."""
        spec: Config = self.stack["prometheus"]["prometheusSpec"]
        return spec

    def without(self, servers: Collection[str]) -> "Deployment":
        """The same, less the releases of these servers."""
        kept = {name: release for name, release in self.releases.items() if name not in servers}
        return dataclasses.replace(self, releases=kept)

    def release(self, name: str) -> Release | None:
        """The release of that name; None when the deployment has none."""
        return self.releases.get(name)


_RELEASE = "kubernetes:helm.sh/v3:Release"
_SECRET_KIND, _CONFIG_MAP = "kubernetes:core/v1:Secret", "kubernetes:core/v1:ConfigMap"
_QUEUE = "aws:sqs/queue:Queue"
_TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
_TOPIC, _SUBSCRIPTION = "aws:sns/topic:Topic", "aws:sns/topicSubscription:TopicSubscription"
_ALARM, _DEPLOYMENT = "aws:cloudwatch/metricAlarm:MetricAlarm", "kubernetes:apps/v1:Deployment"
_OPERATOR = "kubernetes:monitoring.coreos.com/"
_KINDS = ("PrometheusRule", "ServiceMonitor", "Probe", "PodMonitor", "ScrapeConfig")
_Inputs = Sequence[tuple[str, Config]]


def _plain(value: Any) -> Any:
    """``value`` without the engine's wrapping of secrets."""
    if isinstance(value, dict):
        if value.get(_SPECIAL) == _SECRET:
            return _plain(json.loads(value["plaintext"]))
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _objects(inputs: _Inputs, kind: str) -> Iterator[Object]:
    for token, given in inputs:
        if token.startswith(_OPERATOR) and token.endswith(f":{kind}"):
            metadata = given["metadata"]
            yield Object(name=metadata["name"], namespace=metadata["namespace"], spec=given["spec"])


def _releases(inputs: _Inputs) -> Iterator[Release]:
    for token, given in inputs:
        if token == _RELEASE:
            yield Release(
                name=given["name"],
                chart=str(given["chart"]).rsplit("/", maxsplit=1)[-1],
                namespace=given["namespace"],
                values=given.get("values") or {},
            )


def _secret(inputs: _Inputs, name: str) -> dict[str, str] | None:
    for token, given in inputs:
        if token == _SECRET_KIND and given["metadata"]["name"] == name:
            data: dict[str, str] = given["stringData"]
            return data
    return None


def _forwarder(inputs: _Inputs) -> Forwarder | None:
    """From the command of its pod, and the ConfigMaps that are mounted into it."""
    for token, given in inputs:
        if token == _DEPLOYMENT and given["metadata"]["name"] == names.ALARM_FORWARDER:
            container = given["spec"]["template"]["spec"]["containers"][0]
            command: list[str] = container["command"]
            values = [(word, value) for word, value in pairwise(command) if word.startswith("--")]
            maps = [each for kind, each in inputs if kind == _CONFIG_MAP]
            table = {
                file: text
                for one in maps
                if one["metadata"]["name"].startswith(f"{names.ALARM_FORWARDER}-")
                for file, text in one["data"].items()
                if file.endswith(".json")
            }
            return Forwarder(
                # The one with a dead-letter queue; its URL, which the pod is given, is made up here.
                queue=next(each["name"] for kind, each in inputs if kind == _QUEUE and each.get("redrivePolicy")),
                region={one["name"]: one["value"] for one in container["env"]}["AWS_DEFAULT_REGION"],
                prefixes=[value for word, value in values if word == "--prefix"],
                table=dict(sorted(table.items())),
            )
    return None


def _files(inputs: _Inputs, label: str, annotation: str, otherwise: str) -> Iterator[tuple[str, str]]:
    """Files in ConfigMaps with ``label``, in the folder that ``annotation`` names: what a sidecar would write."""
    for token, given in inputs:
        metadata = given.get("metadata") or {}
        if token == _CONFIG_MAP and label in (metadata.get("labels") or {}):
            folder = (metadata.get("annotations") or {}).get(annotation, otherwise)
            for file, text in sorted((given.get("data") or {}).items()):
                yield f"{folder}/{file}", text
