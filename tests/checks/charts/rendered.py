"""Small hand-made clusters for the rules on rendered objects, and small charts for Helm."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checks.charts.objects import Object
from checks.charts.rendered_cluster import RenderedCluster, Rule
from model.cluster.compute import USUAL, Compute
from tests import tools

Body = dict[str, Any]
RELEASE = "shop-release"
LABELS = {"app.kubernetes.io/name": "shop"}

GOOD_CONTAINER: Body = {
    "name": "main",
    "image": "registry.example.com/shop:1.2.3",
    "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}},
    "ports": [{"name": "http-metrics", "containerPort": 8080}],
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    },
}


def container(**changes: Any) -> Body:
    """A container that breaks no rule, but for ``changes``; a None removes the key."""
    merged = {**GOOD_CONTAINER, **changes}
    return {key: value for key, value in merged.items() if value is not None}


def secured(**changes: Any) -> Body:
    """The same with another security context."""
    return container(securityContext={**GOOD_CONTAINER["securityContext"], **changes})


def deployment(
    *containers: Body, kind: str = "Deployment", replicas: int = 2, namespace: str = "monitoring", **spec: Any
) -> Body:
    """A workload with those containers (one good one) and more keys of the pod."""
    pod = {"containers": list(containers) or [container()], **spec}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": "shop", "namespace": namespace},
        "spec": {"replicas": replicas, "template": {"metadata": {"labels": LABELS}, "spec": pod}},
    }


def thing(kind: str, name: str = "shop", namespace: str = "monitoring", **rest: Any) -> Body:
    """Any object; ``rest`` are its keys beside the metadata."""
    return {"kind": kind, "metadata": {"name": name, "namespace": namespace}, **rest}


def service(**ports: int | str) -> Body:
    """A Service in front of the workload: name of the port -> target; its own number is 80."""
    listed = [{"name": name.replace("_", "-"), "port": 80, "targetPort": target} for name, target in ports.items()]
    body = thing("Service", spec={"selector": LABELS, "ports": listed})
    body["metadata"]["labels"] = LABELS
    return body


def monitor(port: str = "http", **more: Any) -> Body:
    """A ServiceMonitor of that Service."""
    return thing("ServiceMonitor", spec={"selector": {"matchLabels": LABELS}, "endpoints": [{"port": port}], **more})


def cluster(
    *bodies: Body,
    levels: Mapping[str, str] | None = None,
    chart: str = "shop",
    release: str = RELEASE,
    compute: Compute = USUAL,
) -> RenderedCluster:
    """All objects in one release."""
    objects = tuple(
        Object(release=release, namespace=str(body["metadata"].get("namespace", "")), body=body) for body in bodies
    )
    return RenderedCluster(
        environment="dev", releases={RELEASE: chart}, objects=objects, levels=levels or {}, compute=compute
    )


def found(rule: Rule, *bodies: Body, **options: Any) -> list[str]:
    """What a rule says, as ``object: words``."""
    return [f"{one.name}: {words}" for one, words in rule(cluster(*bodies, **options))]


def package(folder: Path, name: str, version: str, templates: Mapping[str, str]) -> Path:
    """Write a chart with ``templates`` and pack it into ``folder``."""
    source = folder / "source" / f"{name}-{version}" / name
    (source / "templates").mkdir(parents=True)
    (source / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: {version}\n")
    (source / "values.yaml").write_text("{}\n")
    for file, text in templates.items():
        (source / "templates" / file).write_text(text)
    subprocess.run([tools.find("helm"), "package", source, "-d", folder], check=True, capture_output=True)
    return folder / f"{name}-{version}.tgz"
