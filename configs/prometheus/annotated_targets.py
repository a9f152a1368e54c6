"""Discovery by the annotations ``prometheus.io/scrape`` of pods and Services, in the namespaces of the catalog.

For what a system brings along and nobody entered in the catalog: a sidecar, a cache, a proxy of a third party. What the
catalog says of a component's telemetry stands: its pods are left out here, or their requests would be counted twice.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from model import labels
from model.catalog.system import System
from model.catalog.telemetry import Preset, Telemetry

Values = dict[str, Any]

PODS, SERVICES = "annotated-pods", "annotated-services"
INTERVAL = "30s"
# A scrape above a limit fails whole, and ScrapeLimitHit says so. A service of the catalog has hundreds to thousands of
# series; nobody has said how many these have, and the memory of Prometheus was computed without them.
LIMITS: Values = {
    "sample_limit": 5_000,
    "target_limit": 500,
    "label_limit": 64,
    "label_name_length_limit": 512,
    "label_value_length_limit": 1024,
    "body_size_limit": "32MB",
    "keep_dropped_targets": 100,
}

_POD, _SERVICE = "__meta_kubernetes_pod", "__meta_kubernetes_service"
_PART_OF, _NAME = "label_app_kubernetes_io_part_of", "label_app_kubernetes_io_name"
_NAMESPACE = "__meta_kubernetes_namespace"


def scrapes(systems: Sequence[System], cluster: str) -> list[Values]:
    """Prometheus' own configuration of both jobs. Scrape classes do not reach them, so ``cluster`` is written here."""
    homes = _homes(systems)
    declared = sorted(_declared(systems))
    return [
        {
            "job_name": job,
            "scrape_interval": INTERVAL,
            **LIMITS,
            "kubernetes_sd_configs": [{"role": role, "namespaces": {"names": sorted(homes)}}],
            "relabel_configs": [
                *(rule for rule in found),
                *_drop_declared(meta, declared),
                *_address_and_path(meta, address),
                *_labels(homes, cluster),
            ],
        }
        for job, role, meta, found, address in (
            (PODS, "pod", _POD, _annotated_pods(), _POD_ADDRESS),
            (SERVICES, "endpointslice", _SERVICE, _annotated_services(), _SLICE_ADDRESS),
        )
    ]


# The pod's own address in place of that of a container's port; brackets for IPv6.
_POD_ADDRESS: list[Values] = [
    {
        "source_labels": [f"{_POD}_ip", f"{_POD}_annotation_prometheus_io_port"],
        "regex": regex,
        "replacement": replacement,
        "target_label": "__address__",
    }
    for regex, replacement in ((r"([0-9.]+);([0-9]+)", "$1:$2"), (r"(.*:.*);([0-9]+)", "[$1]:$2"))
]
_SLICE_ADDRESS: list[Values] = [
    {
        "source_labels": ["__address__", f"{_SERVICE}_annotation_prometheus_io_port"],
        "regex": r"([^:]+|\[.+\])(?::[0-9]+)?;([0-9]+)",
        "replacement": "$1:$2",
        "target_label": "__address__",
    }
]


def _annotated_pods() -> list[Values]:
    return [
        _rule("keep", "true", f"{_POD}_annotation_prometheus_io_scrape"),
        _rule("drop", "Pending|Succeeded|Failed", f"{_POD}_phase"),
        _rule("drop", "true", f"{_POD}_container_init"),
        # Without the annotation each port of the containers is asked; without a port too it would be port 80.
        _rule("drop", ";", f"{_POD}_annotation_prometheus_io_port", f"{_POD}_container_port_number"),
        _rule("drop", ";(UDP|SCTP)", f"{_POD}_annotation_prometheus_io_port", f"{_POD}_container_port_protocol"),
    ]


def _annotated_services() -> list[Values]:
    return [
        _rule("keep", "true", f"{_SERVICE}_annotation_prometheus_io_scrape"),
        # A pod with the annotation is asked as a pod already.
        _rule("drop", "true", f"{_POD}_annotation_prometheus_io_scrape"),
        _rule("drop", "UDP|SCTP", "__meta_kubernetes_endpointslice_port_protocol"),
    ]


def _drop_declared(meta: str, declared: Sequence[tuple[str, str, str]]) -> list[Values]:
    if not declared:
        return []
    names = "|".join(";".join(parts) for parts in declared)
    return [_rule("drop", names, _NAMESPACE, f"{meta}_{_PART_OF}", f"{meta}_{_NAME}")]


def _address_and_path(meta: str, address: list[Values]) -> list[Values]:
    annotation = f"{meta}_annotation_prometheus_io"
    return [
        *address,
        _set("__scheme__", "(https?)", f"{annotation}_scheme"),
        # A slash in front, and without a query, which would become part of the path: that is what param_<name> is for.
        {**_set("__metrics_path__", r"/*([^?]+)(?:\?.*)?", f"{annotation}_path"), "replacement": "/$1"},
        {"action": "labelmap", "regex": f"{annotation}_param_(.+)", "replacement": "__param_$1"},
    ]


def _labels(homes: dict[str, str], cluster: str) -> list[Values]:
    """Whose it is, by its namespace and its name. A job for each name: TargetDown compares the targets of a job."""
    return [
        {"target_label": labels.CLUSTER, "replacement": cluster},
        _set("namespace", "(.+)", _NAMESPACE),
        _set("pod", "(.+)", f"{_POD}_name"),
        _set("service", "(.+)", f"{_SERVICE}_name"),
        *(
            {**_set(labels.SYSTEM, namespace, _NAMESPACE), "replacement": system}
            for namespace, system in sorted(homes.items())
        ),
        # The first of these that there is: the last one wins.
        _set(labels.COMPONENT, "(.+)", f"{_POD}_container_name"),
        _set(labels.COMPONENT, "(.+)", f"{_SERVICE}_name"),
        _set(labels.COMPONENT, "(.+)", f"{_POD}_label_app"),
        _set(labels.COMPONENT, "(.+)", f"{_POD}_{_NAME}"),
        {**_set("job", "(.+)", labels.COMPONENT), "replacement": "annotated/$1"},
    ]


def _homes(systems: Iterable[System]) -> dict[str, str]:
    """Namespace -> the system that lives there; of two that share one, the one that it is named after, or the first."""
    homes: dict[str, str] = {}
    for system in systems:
        for component in system.components:
            homes.setdefault(component.namespace or system.system, system.system)
    return {**homes, **{s.system: s.system for s in systems if s.system in homes}}


def _declared(systems: Iterable[System]) -> set[tuple[str, str, str]]:
    """Namespace, system and name of components whose metrics come another way, as their pods are labelled."""
    return {
        (component.namespace or system.system, system.system, component.name)
        for system in systems
        for component in system.components
        if _sends(component.telemetry)
    }


def _sends(telemetry: Telemetry) -> bool:
    return bool(telemetry.scrape or telemetry.http or telemetry.metrics or telemetry.preset is not Preset.NONE)


def _rule(action: str, regex: str, *sources: str) -> Values:
    return {"action": action, "regex": regex, "source_labels": list(sources)}


def _set(target: str, regex: str, source: str) -> Values:
    return {"source_labels": [source], "regex": regex, "target_label": target}
