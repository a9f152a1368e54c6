"""What operators make of their own objects: pods and Services that no chart renders."""

from collections.abc import Iterator, Mapping
from typing import Any

from checks.charts.objects import Labels, Object, Pods
from model import labels, names

# What the Prometheus operator writes on every container it makes.
_HARDENED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def of_prometheus_operator(one: Object) -> Pods:
    """The pods that the Prometheus operator makes (pkg/prometheus and pkg/alertmanager of v0.93)."""
    name, program = str(one.metadata.get("name")), one.kind.lower()
    port = {"name": one.spec.get("portName") or "web", "containerPort": 9090 if program == "prometheus" else 9093}
    main = {
        "name": program,
        "image": one.spec.get("image") or f"{program}:{one.spec.get('version') or ''}",
        "resources": one.spec.get("resources") or {},
        "ports": [port],
        "securityContext": _HARDENED,
    }
    reloader = {
        "name": "config-reloader",
        "image": "config-reloader:of-the-operator",
        # The operator's own arguments give these; the chart's default sets none of them to nothing.
        "resources": {"requests": {"cpu": "10m", "memory": "50Mi"}},
        "ports": [{"name": "reloader-web", "containerPort": 8080}],
        "securityContext": _HARDENED,
    }
    # With Thanos' sidecar, where the object asks for one.
    thanos = [_thanos(one.spec["thanos"])] if "thanos" in one.spec else []
    spec = {
        "securityContext": one.spec.get("securityContext") or {},
        "initContainers": one.spec.get("initContainers") or [],
        "containers": [main, reloader, *thanos, *(c for c in one.spec.get("containers") or [] if c.get("image"))],
        "volumes": one.spec.get("volumes") or [],
    }
    own = {
        labels.OBJECT_NAME: program,
        "app.kubernetes.io/instance": name,
        labels.MANAGED_BY: "prometheus-operator",
        "operator.prometheus.io/name" if program == "prometheus" else "alertmanager": name,
        program: name,
    }
    written = {**((one.spec.get("podMetadata") or {}).get("labels") or {}), **own}
    replicas = one.spec.get("replicas")
    return Pods(of=one, labels=written, spec=spec, replicas=1 if replicas is None else int(replicas))


def _thanos(given: Mapping[str, Any]) -> dict[str, Any]:
    """The sidecar that uploads blocks and answers Thanos Query."""
    return {
        "name": "thanos-sidecar",
        "image": given.get("image") or f"thanos:{given.get('version') or ''}",
        "resources": given.get("resources") or {},
        "ports": [
            {"name": "http", "containerPort": names.THANOS_HTTP_PORT},
            {"name": "grpc", "containerPort": names.THANOS_GRPC_PORT},
        ],
        "securityContext": _HARDENED,
    }


def of_elastic(one: Object) -> Iterator[Pods]:
    """The pods that Elastic's operator makes."""
    program = one.kind.lower()
    port = names.ELASTICSEARCH_PORT if program == "elasticsearch" else names.KIBANA_PORT
    sets = one.spec.get("nodeSets") or [one.spec]
    for group in sets:
        template = group.get("podTemplate") or {}
        pod = template.get("spec") or {}
        given = {container.get("name"): container for container in pod.get("containers") or []}
        main = {
            "name": program,
            "image": one.spec.get("image") or f"{program}:{one.spec.get('version') or ''}",
            **given.pop(program, {}),
            "ports": [{"name": "https", "containerPort": port}],
        }
        written = {
            **((template.get("metadata") or {}).get("labels") or {}),
            "common.k8s.elastic.co/type": program,
            f"{program}.k8s.elastic.co/{'cluster-name' if program == 'elasticsearch' else 'name'}": str(
                one.metadata.get("name")
            ),
        }
        spec = {**pod, "containers": [main, *given.values()]}
        yield Pods(of=one, labels=written, spec=spec, replicas=int(group.get("count") or 1))


def made_services(one: Object) -> Iterator[Object]:
    """The Services that operators make for their object."""
    name = one.metadata.get("name")
    if one.kind in ("Elasticsearch", "Kibana"):
        program = one.kind.lower()
        short, port = ("es", names.ELASTICSEARCH_PORT) if program == "elasticsearch" else ("kb", names.KIBANA_PORT)
        selector = {"common.k8s.elastic.co/type": program}
        yield _service(one, f"{name}-{short}-http", selector, {"name": "https", "port": port})
    elif one.kind in ("Prometheus", "Alertmanager"):
        program = one.kind.lower()
        port = 9090 if program == "prometheus" else 9093
        selector = {labels.OBJECT_NAME: program}
        yield _service(one, f"{program}-operated", selector, {"name": one.spec.get("portName") or "web", "port": port})


def _service(one: Object, name: str, selector: Labels, port: Mapping[str, Any]) -> Object:
    body = {"kind": "Service", "metadata": {"name": name}, "spec": {"selector": selector, "ports": [port]}}
    return Object(release=one.release, namespace=one.namespace, body=body)
