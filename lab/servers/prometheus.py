"""Prometheus, as its operator would run it from the deployed objects: settings, rules, scrapes and probes."""

from collections.abc import Sequence
from typing import Any

from lab.context import Context
from lab.servers.alertmanager import NAME as ALERTMANAGER
from lab.servers.scrapes import incidents, monitored, probed, simulated, themselves
from lab.servers.server import Command, Server
from model import labels, names
from model.yaml_text import to_yaml

NAME = "prometheus"
# The operator's own, where the deployment names none.
INTERVAL = "30s"
# A volume of its own bounds it in the cluster; here it shares the disk.
MOST_MIB = 2048

# Settings of the operator's that are taken over.
_USED = {
    "additionalAlertRelabelConfigs",
    "enableFeatures",
    "enableOTLPReceiver",
    "enableRemoteWriteReceiver",
    "evaluationInterval",
    "exemplars",
    "externalLabels",
    "otlp",
    "retentionSize",
    "scrapeClasses",
    "scrapeInterval",
    "scrapeTimeout",
    "tsdb",
}
# The operator's limits of what one scrape may bring -> Prometheus's.
_LIMITS = {
    "enforcedBodySizeLimit": "body_size_limit",
    "enforcedKeepDroppedTargets": "keep_dropped_targets",
    "enforcedLabelLimit": "label_limit",
    "enforcedLabelNameLengthLimit": "label_name_length_limit",
    "enforcedLabelValueLengthLimit": "label_value_length_limit",
    "enforcedTargetLimit": "target_limit",
    "sampleLimit": "sample_limit",
}
# Settings of pods, volumes and the choice of objects: there is one process, and it takes every object. Retention in
# days, too: the size bounds it here.
_OF_PODS = {
    "retention",
    *("affinity", "nodeSelector", "podAntiAffinity", "podMetadata", "priorityClassName", "replicas", "resources"),
    *("scrapeConfigSelectorNilUsesHelmValues", "securityContext", "serviceDiscoveryRole", "storageSpec"),
    *("tolerations", "topologySpreadConstraints", "podMonitorSelectorNilUsesHelmValues"),
    *("probeSelectorNilUsesHelmValues", "ruleSelectorNilUsesHelmValues", "serviceMonitorSelectorNilUsesHelmValues"),
    *("minReadySeconds", "shards", "walCompression", "podDisruptionBudget", "containers", "volumes", "volumeMounts"),
}


def prometheus(context: Context) -> Server:
    """The server."""
    layout, spec = context.layout, context.deployment.prometheus
    config, notes = layout.config(NAME), list(_notes(context))
    files = {f"rules/{rule.name}.yaml": to_yaml({"groups": rule.spec["groups"]}) for rule in context.deployment.rules}
    files["prometheus.yaml"] = to_yaml(_config(context))
    url, features = context.url(NAME, names.PROMETHEUS_PORT), ",".join(spec.get("enableFeatures", []))
    command = [
        context.program("prometheus"),
        f"--config.file={config / 'prometheus.yaml'}",
        f"--storage.tsdb.path={layout.data(NAME)}",
        # Forecasts read a quarter; in a cluster long-term storage has it. The size bounds it here.
        "--storage.tsdb.retention.time=100d",
        f"--storage.tsdb.retention.size={_retained_mib(spec)}MB",
        f"--web.listen-address={context.at(NAME, names.PROMETHEUS_PORT)}",
        f"--web.external-url={url}",
        "--web.enable-lifecycle",
        *([f"--enable-feature={features}"] if features else []),
        *(["--web.enable-otlp-receiver"] if spec.get("enableOTLPReceiver") else []),
        *(["--web.enable-remote-write-receiver"] if spec.get("enableRemoteWriteReceiver") else []),
    ]
    run = Command(name=NAME, command=tuple(command), ready=f"{url}/-/ready", reload=f"{url}/-/reload", url=url)
    return Server(run=run, files=files, notes=tuple(notes))


def _config(context: Context) -> dict[str, Any]:
    spec = context.deployment.prometheus
    storage = {
        key: value for key, value in {"tsdb": _snake(spec.get("tsdb")), "exemplars": _exemplars(spec)}.items() if value
    }
    return {
        "global": {
            "scrape_interval": spec.get("scrapeInterval") or INTERVAL,
            "evaluation_interval": spec.get("evaluationInterval") or INTERVAL,
            **({"scrape_timeout": spec["scrapeTimeout"]} if spec.get("scrapeTimeout") else {}),
            **{theirs: spec[ours] for ours, theirs in _LIMITS.items() if ours in spec},
            "external_labels": {**spec.get("externalLabels", {}), labels.ENVIRONMENT: context.environment},
        },
        "rule_files": [str(context.layout.config(NAME) / "rules" / "*.yaml")],
        "alerting": {
            "alert_relabel_configs": [_snake(rule) for rule in spec.get("additionalAlertRelabelConfigs", [])],
            "alertmanagers": [
                {
                    "static_configs": [{"targets": [context.at(ALERTMANAGER, names.ALERTMANAGER_PORT)]}],
                    "api_version": "v2",
                }
            ],
        },
        **({"storage": storage} if storage else {}),
        **({"otlp": _snake(spec["otlp"])} if spec.get("otlp") else {}),
        "scrape_configs": [
            *(*monitored(context), *probed(context), simulated(context), *themselves(context), incidents(context)),
        ],
    }


def _notes(context: Context) -> Sequence[str]:
    spec = context.deployment.prometheus
    notes = []
    if unused := sorted(set(spec) - _USED - set(_LIMITS) - _OF_PODS):
        notes.append(f"settings without a meaning here: {', '.join(unused)}")
    if context.deployment.not_scraped:
        notes.append(
            f"not scraped, because the lab supports only monitors and probes: {context.deployment.not_scraped}"
        )
    if (given := (spec.get("externalLabels") or {}).get(labels.ENVIRONMENT)) != context.environment:
        notes.append(f"alerts say environment {context.environment} and not {given}, so that all routes are rehearsed")
    return notes


def _exemplars(spec: dict[str, Any]) -> dict[str, Any]:
    given = spec.get("exemplars") or {}
    return {"max_exemplars": given["maxSize"]} if "maxSize" in given else {}


def _retained_mib(spec: dict[str, Any]) -> int:
    given = str(spec.get("retentionSize", ""))
    return min(MOST_MIB, int(given.removesuffix("MiB"))) if given.endswith("MiB") else MOST_MIB


def _snake(value: Any) -> Any:
    """The operator writes keys as Kubernetes does, Prometheus with underscores."""
    if isinstance(value, dict):
        return {
            "".join(f"_{c.lower()}" if c.isupper() else c for c in str(key)): _snake(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_snake(item) for item in value]
    return value
