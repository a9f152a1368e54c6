"""Scrape configurations from the deployed monitors and probes, with the labels that the operator would write.

Addresses come from files that the workload writes (`lab.servers.targets`); everything else from the objects.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lab.addresses import local
from lab.context import Context
from lab.deployment import Object
from lab.layout import PROBED, SCRAPED
from lab.remedy import NAME as REMEDIATION
from lab.servers import targets
from lab.servers.remediation import PORT as REMEDIATION_PORT
from model import labels, names

Config = dict[str, Any]

# A workload that starts or moves is seen this soon; inotify usually is faster.
REFRESH = "5s"

# Job, namespace and component of the platform's own servers, as the charts' monitors would write them.
_PLATFORM = {
    "prometheus": (names.PROMETHEUS, names.MONITORING, names.PROMETHEUS_PORT),
    "alertmanager": (names.ALERTMANAGER, names.MONITORING, names.ALERTMANAGER_PORT),
    "blackbox": (names.BLACKBOX_EXPORTER, names.MONITORING, names.BLACKBOX_EXPORTER_PORT),
}
_PUSHED_INTO = {
    names.LOKI: (names.LOGGING, names.LOKI_PORT),
    names.JAEGER: (names.TRACING, names.COLLECTOR_METRICS_PORT),
    names.COLLECTOR_AGENT: (names.NODE_AGENTS, names.COLLECTOR_METRICS_PORT),
    names.COLLECTOR_GATEWAY: (names.COLLECTORS, names.COLLECTOR_METRICS_PORT),
    names.COLLECTOR_SAMPLER: (names.COLLECTORS, names.COLLECTOR_METRICS_PORT),
}


def monitored(context: Context) -> Iterator[Config]:
    """One job for each endpoint of each ServiceMonitor."""
    for monitor in context.deployment.monitors:
        for index, endpoint in enumerate(monitor.spec["endpoints"]):
            service = monitor.spec["selector"]["matchLabels"].get(labels.OBJECT_NAME, monitor.name)
            selected: list[str] = monitor.spec.get("namespaceSelector", {}).get("matchNames", [])
            namespace = selected[0] if selected else monitor.namespace
            written = {
                "job": service,
                "service": service,
                "namespace": namespace,
                "endpoint": str(endpoint.get("port", endpoint.get("targetPort"))),
            }
            yield {
                "job_name": f"serviceMonitor/{monitor.namespace}/{monitor.name}/{index}",
                "honor_labels": endpoint.get("honorLabels", False),
                "metrics_path": endpoint.get("path", "/metrics"),
                **_options(endpoint),
                "file_sd_configs": [_every_file(context)],
                "relabel_configs": [
                    _only(targets.monitor_file(context.layout.targets, monitor.name)),
                    *_class(context),
                    *_constants(written),
                    *map(_relabeling, endpoint.get("relabelings", [])),
                ],
            }


def simulated(context: Context) -> Config:
    """Series of exporters that have nothing to ask here, as the workload makes them up. They name their own pods."""
    return {
        "job_name": "workload/exporters",
        "honor_labels": True,
        "file_sd_configs": [_every_file(context)],
        "relabel_configs": [
            _only(targets.monitor_file(context.layout.targets, targets.SIMULATED)),
            *_class(context),
        ],
    }


def probed(context: Context) -> Iterator[Config]:
    """One job for each Probe. Its series bear the deployed target; the one that is asked is the workload's."""
    for probe in context.deployment.probes:
        spec = probe.spec
        (target,) = spec["targets"]["staticConfig"]["static"]
        yield {
            "job_name": f"probe/{probe.namespace}/{probe.name}",
            "scrape_interval": spec["interval"],
            "metrics_path": spec["prober"].get("path", "/probe"),
            "params": {"module": [spec["module"]]},
            "file_sd_configs": [_every_file(context)],
            "relabel_configs": [
                _only(targets.probe_file(context.layout.targets, probe.name)),
                *_class(context),
                *_constants({"job": spec["jobName"], **spec["targets"]["staticConfig"].get("labels", {})}),
                {"source_labels": ["__address__"], "target_label": "__param_target"},
                *_constants({"instance": target, "__address__": _prober(context, probe)}),
            ],
        }


def themselves(context: Context) -> Iterator[Config]:
    """The platform watches itself: its rules ask for these series."""
    for server, (service, namespace, port) in _PLATFORM.items():
        if server == "blackbox" and not context.deployment.release(service):
            continue
        written = {"job": service, "service": service, "namespace": namespace, "pod": f"{server}-{service}-0"}
        monitor = context.deployment.stack.get(server, {}).get("serviceMonitor", {})
        yield {**_static(context, server, port, written), **_options(monitor)}
    if context.remedy:
        written = {
            **dict.fromkeys(("job", "service", labels.COMPONENT), REMEDIATION),
            "namespace": names.MONITORING,
            "pod": f"{REMEDIATION}-0",
            labels.SYSTEM: labels.OWN_SYSTEM,
        }
        yield _static(context, REMEDIATION, REMEDIATION_PORT, written)
    for server, (namespace, port) in _PUSHED_INTO.items():
        if context.deployment.release(server):
            written = {
                "job": server,
                "service": server,
                "namespace": namespace,
                "pod": f"{server}-0",
                labels.SYSTEM: labels.OWN_SYSTEM,
                labels.COMPONENT: server,
            }
            yield _static(context, server, port, written)


def incidents(context: Context) -> Config:
    """The incidents of all systems, as the cluster's monitor scrapes them: ``system`` is the incident's."""
    server = names.INCIDENT_WATCH
    written = {"job": server, "service": server, "namespace": names.MONITORING, "pod": f"{server}-0"}
    own = {labels.SYSTEM: labels.OWN_SYSTEM, labels.COMPONENT: server}
    static = _static(context, server, names.INCIDENT_WATCH_PORT, {**written, **own})
    return {**static, "honor_labels": True}


def _options(monitor: Config) -> Config:
    """How often, how much at most, and what is kept."""
    return {
        **({"scrape_interval": monitor["interval"]} if monitor.get("interval") else {}),
        **({"sample_limit": monitor["sampleLimit"]} if monitor.get("sampleLimit") else {}),
        "metric_relabel_configs": [*map(_relabeling, monitor.get("metricRelabelings", []))],
    }


def _static(context: Context, server: str, port: int, written: Config) -> Config:
    return {
        "job_name": f"platform/{server}",
        "static_configs": [{"targets": [context.at(server, port)]}],
        "relabel_configs": [*_class(context), *_constants(written)],
    }


def _prober(context: Context, probe: Object) -> str:
    return local(probe.spec["prober"]["url"], context.ports, f"Probe {probe.name}: prober.url")


def _class(context: Context) -> list[Config]:
    """Relabelings of the scrape class that objects have unless they name one."""
    classes = context.deployment.prometheus.get("scrapeClasses", [])
    return [_relabeling(each) for one in classes if one.get("default") for each in one.get("relabelings", [])]


def _constants(written: Config) -> list[Config]:
    return [{"target_label": label, "replacement": value} for label, value in written.items()]


def _relabeling(given: Config) -> Config:
    """From the operator's words to Prometheus's."""
    words = {"sourceLabels": "source_labels", "targetLabel": "target_label"}
    return {words.get(key, key): value for key, value in given.items()}


def _every_file(context: Context) -> Config:
    """The same for every job, which then takes its own file: Prometheus watches equal configurations once.

    Trap avoided: one watch a job is one inotify instance a job, of which Linux gives a user 128. A Prometheus that gets
    none says so in its log, and never sees the job's targets.
    """
    files = [str(context.layout.targets / kind / "*.json") for kind in (SCRAPED, PROBED)]
    return {"files": files, "refresh_interval": REFRESH}


def _only(file: Path) -> Config:
    return {"source_labels": ["__meta_filepath"], "regex": re.escape(str(file)), "action": "keep"}
