"""Falco, which watches what containers do, and falcosidekick, which tells of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import AwsPodArgs, Component
from components.chart import Chart, ChartArgs
from model import labels, names
from model.cluster import compatibility
from model.cluster.compatibility import Part
from model.cluster.compute import USUAL, Compute
from model.cluster.falco import SEVERITIES, FalcoPriority, pairs
from model.versions import image

# Pinned, and never followed: rules that change by themselves are rules that nobody tested. falcoctl knows its index of
# rules by the last part of their name.
STOCK_RULES = image("falco-rules").rpartition("/")[2]
CONTAINER_PLUGIN = image("falco-container-plugin")

# A finding is an event and has no end. For this long it counts as firing, so that a person sees it.
FIRING_SECONDS = 3600

USER = 1234  # of falcosidekick's image
CERTIFICATES_FOLDER = "/etc/certs/elasticsearch"


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticsearchOutput:
    """``password`` goes into a Secret of Falco's namespace, never into the values.

    The Secret with the certificate of Elasticsearch's authority must be handed out to that namespace.
    """

    url: str
    user: str
    password: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FalcoArgs(AwsPodArgs):
    """``rules``: file name -> the bytes of a shipped bundle. ``alertmanagers``: URL of each replica.

    ``runbook`` is the page that alerts lead to. ``queue_url`` is of an SQS queue; EventBridge gets its findings from
    there, as falcosidekick has no output of its own for it.
    ``placement``: nodeSelector and tolerations of falcosidekick; Falco itself is on every node that can have it, by
    ``compute``.
    """

    cluster: str
    environment: str
    region: str
    team: str
    rules: Mapping[str, str]
    alertmanagers: Sequence[str]
    runbook: str
    alert_from: FalcoPriority = FalcoPriority.CRITICAL
    keep_from: FalcoPriority = FalcoPriority.NOTICE
    loki: str | None = None
    loki_tenant: str = ""
    elasticsearch: ElasticsearchOutput | None = None
    log_group: str | None = None
    queue_url: pulumi.Input[str] | None = None
    replicas: int = 2
    agent_priority_class: str | None = None
    artifact_index: str | None = None  # URL of a mirror of falcoctl's index
    chart_mirror: str | None = None
    tolerations: Sequence[Mapping[str, str]] = field(default_factory=lambda: [{"operator": "Exists"}])
    compute: Compute = USUAL


@pulumi.type_token("belfry:kubernetes:Falco")
class Falco(Component):
    """Two releases: falcosidekick first, as Falco drops what nobody takes.

    Findings from ``keep_from`` on go to logs, CloudWatch and EventBridge; from ``alert_from`` on also to Alertmanager.
    Deliberately without: the web page of falcosidekick, whose user is admin:admin, and Falco's own alert rules, whose
    threshold is zero.
    """

    def __init__(self, name: str, args: FalcoArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        sidekick = Chart(
            f"{name}-sidekick",
            ChartArgs(
                chart="falcosidekick",
                namespace=args.namespace,
                values=sidekick_values(args),
                mirror=args.chart_mirror,
            ),
            opts=self.child(depends_on=self._secret(name, args)),
        )
        self._disruption_budget(name, args)
        Chart(
            f"{name}-agent",
            ChartArgs(chart="falco", namespace=args.namespace, values=values(args), mirror=args.chart_mirror),
            opts=self.child(depends_on=[sidekick]),
        )
        self.register_outputs({})

    def _secret(self, name: str, args: FalcoArgs) -> list[pulumi.Resource]:
        """Environment of falcosidekick that wins over the chart's own Secret, which Helm values are written into."""
        if not args.elasticsearch:
            return []
        return [
            kubernetes.core.v1.Secret(
                f"{name}-{names.FALCOSIDEKICK_SECRET}",
                metadata={
                    "name": names.FALCOSIDEKICK_SECRET,
                    "namespace": args.namespace,
                    "labels": labels.of_object(names.FALCOSIDEKICK),
                },
                string_data=pulumi.Output.secret({"ELASTICSEARCH_PASSWORD": args.elasticsearch.password}),
                opts=self.child(),
            )
        ]

    def _disruption_budget(self, name: str, args: FalcoArgs) -> None:
        """The chart has none. One replica gets none either: it could never be drained."""
        if args.replicas > 1:
            kubernetes.policy.v1.PodDisruptionBudget(
                f"{name}-sidekick",
                metadata={
                    "name": names.FALCOSIDEKICK,
                    "namespace": args.namespace,
                    "labels": labels.of_object(names.FALCOSIDEKICK),
                },
                spec={"max_unavailable": 1, "selector": {"match_labels": {labels.OBJECT_NAME: names.FALCOSIDEKICK}}},
                opts=self.child(),
            )


def values(args: FalcoArgs) -> dict[str, Any]:
    """The values of the chart falco."""
    return {
        # The default, `auto`, runs privileged and builds a kernel module first.
        "driver": {"kind": "modern_ebpf", "modernEbpf": {"leastPrivileged": True}},
        # Of the container engines, EKS has containerd alone.
        "collectors": {
            "containerEngine": {
                "pluginRef": CONTAINER_PLUGIN,
                "engines": {
                    engine: {"enabled": engine in {"containerd", "cri"}}
                    for engine in ("bpm", "containerd", "cri", "docker", "libvirt_lxc", "lxc", "podman")
                },
            }
        },
        "falcoctl": {
            "artifact": {
                # On: without both, pods wait for a ConfigMap that is not rendered, and the plugin would be missing.
                "install": {
                    "enabled": True,
                    "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
                },
                "follow": {"enabled": False},
            },
            "config": {
                "artifact": {"install": {"refs": [STOCK_RULES]}, "follow": {"refs": [STOCK_RULES]}},
                **({"indexes": [{"name": "mirror", "url": args.artifact_index}]} if args.artifact_index else {}),
            },
        },
        "customRules": dict(sorted(args.rules.items())),
        "falco": {
            # By default it listens on 0.0.0.0, where neither probes nor Prometheus reach it by IPv6.
            **({"webserver": {"listen_address": "::"}} if args.compute.ipv6 else {}),
            # With `first`, a stock rule that matches an event hides every rule of ours about the same event.
            "rule_matching": "all",
            "rules_files": ["/etc/falco/falco_rules.yaml", "/etc/falco/rules.d"],
            "priority": str(args.keep_from),
            "json_output": True,
            "json_include_output_property": True,
            "json_include_tags_property": True,
            "http_output": {
                "enabled": True,
                "url": names.service(names.FALCOSIDEKICK, names.FALCO, names.FALCOSIDEKICK_PORT, "http"),
                "keep_alive": True,
            },
            # Standard output stays on: the collectors read it, also while falcosidekick is away.
            "stdout_output": {"enabled": True},
            "syslog_output": {"enabled": False},
            "log_syslog": False,
        },
        "metrics": {"enabled": True, "interval": "15m"},
        "serviceMonitor": {"create": True, "interval": "30s", "relabelings": _relabelings("falco")},
        # No limit on CPU: a throttled Falco drops events, and an attacker can make it be throttled.
        "resources": {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"cpu": None, "memory": "1Gi"}},
        # Every node, also the tainted ones.
        "tolerations": list(args.tolerations),
        **compatibility.affinity(Part.FALCO, args.compute),
        **({"podPriorityClassName": args.agent_priority_class} if args.agent_priority_class else {}),
    }


def sidekick_values(args: FalcoArgs) -> dict[str, Any]:
    """The values of the chart falcosidekick."""
    return {
        "replicaCount": args.replicas,
        "podAnnotations": dict(args.pod_annotations),
        "config": _config(args),
        "service": {"port": names.FALCOSIDEKICK_PORT},
        "serviceMonitor": {
            "enabled": True,
            "interval": "30s",
            "additionalProperties": {"relabelings": _relabelings(names.FALCOSIDEKICK)},
        },
        # Their threshold is zero findings in five minutes; ours alert one by one.
        "prometheusRules": {"enabled": False},
        "webui": {"enabled": False},
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        "podSecurityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "affinity": {
            "podAntiAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    {
                        "weight": 100,
                        "podAffinityTerm": {
                            "topologyKey": "topology.kubernetes.io/zone",
                            "labelSelector": {"matchLabels": {labels.OBJECT_NAME: names.FALCOSIDEKICK}},
                        },
                    }
                ]
            }
        },
        **({"priorityClassName": args.priority_class} if args.priority_class else {}),
        **args.placement,
        **(_certificate() if args.elasticsearch else {}),
    }


def _certificate() -> dict[str, Any]:
    mount = {"name": "elasticsearch", "mountPath": CERTIFICATES_FOLDER, "readOnly": True}
    secret = {"secretName": names.ELASTICSEARCH_CA_SECRET}
    return {"extraVolumes": [{"name": "elasticsearch", "secret": secret}], "extraVolumeMounts": [mount]}


def _config(args: FalcoArgs) -> dict[str, Any]:
    found: dict[str, Any] = {
        # On every finding for every output; routes read both, and without the environment nothing pages.
        "customfields": pairs({labels.CLUSTER: args.cluster, labels.ENVIRONMENT: args.environment}),
        "alertmanager": _alertmanager(args),
        # The chart's default writes a password into its Secret, for an output that is off.
        "timescaledb": {"password": ""},
    }
    if args.compute.ipv6:
        found["extraEnv"] = args.compute.aws_environment
    keep = {"minimumpriority": str(args.keep_from)}
    if args.loki:
        found["loki"] = {
            "hostport": args.loki,
            "tenant": args.loki_tenant,
            "format": "json",
            "grafanaDashboard": {"enabled": False},
            **keep,
        }
    if output := args.elasticsearch:
        found["existingSecret"] = names.FALCOSIDEKICK_SECRET
        found["elasticsearch"] = {
            "hostport": output.url,
            "index": "falco",
            "suffix": "daily",
            "username": output.user,
            # Without a template of ours, one replica: three of a small cluster's shards find no node.
            # Its user may not make templates; the set-up of Elasticsearch has made ours.
            "createindextemplate": False,
            "numberofshards": 1,
            "numberofreplicas": 1,
            **keep,
        }
        # The operator's own authority signed Elasticsearch's certificate; it is added to those that everybody knows.
        found["tlsclient"] = {"cacertfile": f"{CERTIFICATES_FOLDER}/ca.crt"}
    if args.log_group or args.queue_url or args.role_arn:
        found["aws"] = _aws(args, keep)
    return found


def _alertmanager(args: FalcoArgs) -> dict[str, str]:
    return {
        # Every replica: they do not tell each other of alerts. A Service in front would pick one.
        "hostport": ",".join(args.alertmanagers),
        # The chart still writes v1, which answers 410 since Alertmanager 0.27.
        "endpoint": "/api/v2/alerts",
        "minimumpriority": str(args.alert_from),
        "expireafter": str(FIRING_SECONDS),
        "extralabels": pairs({labels.TEAM: args.team, labels.SYSTEM: labels.OWN_SYSTEM, labels.COMPONENT: "falco"}),
        "extraannotations": pairs({labels.RUNBOOK_URL: args.runbook}),
        "customseveritymap": pairs({str(priority): str(severity) for priority, severity in SEVERITIES.items()}),
        # Dropped events are load, not an attack: never a page. The default makes a hundred of them critical.
        "dropeventdefaultpriority": str(FalcoPriority.WARNING),
        "dropeventthresholds": pairs({"1": str(FalcoPriority.WARNING)}),
    }


def _aws(args: FalcoArgs, keep: Mapping[str, str]) -> dict[str, Any]:
    return {
        "region": args.region,
        # The service account is annotated only when a role is named; Pod Identity needs no annotation.
        "useirsa": True,
        **({"rolearn": args.role_arn} if args.role_arn else {}),
        # No logstream: only a stream that it names itself is also made by it.
        **({"cloudwatchlogs": {"loggroup": args.log_group, **keep}} if args.log_group else {}),
        **({"sqs": {"url": args.queue_url, **keep}} if args.queue_url else {}),
    }


def _relabelings(component: str) -> list[dict[str, str]]:
    return labels.own_relabelings(component)
