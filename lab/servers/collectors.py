"""The OpenTelemetry collectors, wired as in the cluster: agent -> gateway -> sampler.

Each runs its deployed configuration, less what asks for a cluster. A service here sends to the agent, and its log files
are read by the agent, as on a node.
"""

import copy
import re
from collections.abc import Mapping
from typing import Any

from configs.collector.agent import LOG_FILES
from configs.collector.gateway import TO_SAMPLERS
from configs.collector.parts import ARGUMENTS, MEMORY_LIMITER, MIB, POD_IP, STORAGE_FOLDER
from lab.addresses import everywhere, refuse_outward
from lab.context import Context
from lab.deployment import Release
from lab.ports import HOST
from lab.servers.server import Command, Server
from model import names
from model.yaml_text import to_yaml

Config = dict[str, Any]

COLLECTORS = (names.COLLECTOR_AGENT, names.COLLECTOR_GATEWAY, names.COLLECTOR_SAMPLER)
# Kinds of components that cannot work here, and why.
NO_CLUSTER, NO_NODE, NO_ACCOUNT = "no Kubernetes API here", "no node's file system here", "no data leaves this machine"
LEFT_OUT: Mapping[str, str] = {
    "aws_cloudwatch": NO_ACCOUNT,
    "awscloudwatchlogs": NO_ACCOUNT,
    "awss3": NO_ACCOUNT,
    "elasticsearch": "no Elasticsearch here",
    "host_metrics": NO_NODE,
    "k8s_attributes": NO_CLUSTER,
    "k8sobjects": NO_CLUSTER,
    "kubeletstats": NO_CLUSTER,
}
# Shares of the machine's memory in the pod; here megabytes, below the limit of a process.
LIMIT_MIB = 512
# The exporter in place of the balancer's.
TO_SAMPLER = "otlp_grpc/sampler"
# Each exporter's queue on disk. A volume of its own holds it in the cluster; here it shares the disk.
QUEUE_BYTES = 128 * MIB

# The one of the tests does, too, where it is built; the other one has no Kubernetes and no AWS in it.
PROGRAMS = ("otelcol", "otelcol-lab")

_KINDS = ("receivers", "processors", "exporters", "connectors", "extensions")
_LISTENS = re.compile(rf"{re.escape(POD_IP)}:([0-9]+)")


def collectors(context: Context) -> list[Server]:
    """Those that the deployment has."""
    releases = [context.deployment.release(name) for name in COLLECTORS]
    return [_collector(context, release) for release in releases if release]


def left_out(config: Config) -> tuple[Config, list[str]]:
    """``config`` without what cannot run here, and a sentence for each component that went."""
    reduced, gone = copy.deepcopy(config), {}
    for kind in _KINDS:
        for name in list(reduced.get(kind) or {}):
            if reason := LEFT_OUT.get(name.partition("/")[0]):
                gone[name] = reason
                del reduced[kind][name]
    service = reduced["service"]
    service["extensions"] = [name for name in service.get("extensions", []) if name not in gone]
    for name, pipeline in list(service["pipelines"].items()):
        for kind in ("receivers", "processors", "exporters"):
            pipeline[kind] = [part for part in pipeline.get(kind, []) if part not in gone]
        if not pipeline["receivers"] or not pipeline["exporters"]:
            del service["pipelines"][name]
    return reduced, [f"without {name}: {reason}" for name, reason in sorted(gone.items())]


def _collector(context: Context, release: Release) -> Server:
    name, layout = release.name, context.layout
    config, notes = left_out(release.values["alternateConfig"])
    if MEMORY_LIMITER in config["processors"]:
        config["processors"][MEMORY_LIMITER] = {
            "check_interval": "1s",
            "limit_mib": LIMIT_MIB,
            "spike_limit_mib": LIMIT_MIB // 4,
        }
    if _to_the_one_sampler(config):
        notes.append("spans go straight to the one sampler: there is nobody to balance between")
    for exporter in config["exporters"].values():
        _bound_queue(exporter)
    for reader in config["service"]["telemetry"]["metrics"]["readers"]:
        pulled = reader["pull"]["exporter"]["prometheus"]
        pulled |= {"host": HOST, "port": context.ports.of(name, pulled["port"])}
    config = everywhere(context.localized(config, f"{name}'s configuration"), lambda text: _here(context, name, text))
    refuse_outward(config["exporters"], f"{name}'s exporters")
    run = Command(
        name=name,
        command=(context.program(*PROGRAMS), "--config", str(layout.config(name) / "config.yaml"), *ARGUMENTS),
        environment=_of_pod(name),
        ready=f"{context.url(name, names.COLLECTOR_HEALTH_PORT)}/",
        url=context.url(name, names.OTLP_HTTP_PORT),
    )
    return Server(run=run, files={"config.yaml": to_yaml(config)}, notes=tuple(notes))


def _here(context: Context, name: str, text: str) -> str:
    """Ports and folders of the pod, as they are here."""
    text = _LISTENS.sub(lambda found: context.at(name, int(found[1])), text)
    text = text.replace(STORAGE_FOLDER, str(context.layout.data(name)))
    return text.replace(LOG_FILES, str(context.layout.pod_logs))


def _of_pod(name: str) -> dict[str, str]:
    """What the chart gives every pod."""
    return {
        "MY_POD_IP": HOST,
        "OTEL_K8S_POD_NAME": f"{name}-0",
        "OTEL_K8S_NODE_NAME": "local",
        "OTEL_K8S_NODE_IP": HOST,
    }


def _bound_queue(exporter: Config) -> None:
    queue = exporter.get("sending_queue", {})
    if queue.get("sizer") == "bytes":
        queue["queue_size"] = min(int(queue.get("queue_size", QUEUE_BYTES)), QUEUE_BYTES)


def _to_the_one_sampler(config: Config) -> bool:
    """Send to the sampler by OTLP, as the balancer would; whether there was a balancer.

    In the cluster all samplers are found by name; here there is one, and no name server that knows it. The balancer
    finds them by the API of Kubernetes, too, whose client is a fifth of what a collector is built from.
    """
    balancer = config["exporters"].pop(TO_SAMPLERS, None)
    if balancer is None:
        return False
    asked = balancer["resolver"]["dns"]
    kept = {key: value for key, value in balancer.items() if key not in ("routing_key", "protocol", "resolver")}
    # The queue of the balancer takes the place of the one behind it.
    sender = {**balancer["protocol"]["otlp"], **kept, "endpoint": f"{asked['hostname']}:{asked['port']}"}
    config["exporters"][TO_SAMPLER] = sender
    for pipeline in config["service"]["pipelines"].values():
        pipeline["exporters"] = [TO_SAMPLER if name == TO_SAMPLERS else name for name in pipeline["exporters"]]
    return True
