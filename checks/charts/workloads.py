"""Requests, images and disruption budgets of what runs."""

import re
from math import ceil
from typing import Any

from checks.charts.objects import Object, matches
from checks.charts.rendered_cluster import Objections, RenderedCluster

_REQUESTED = ("cpu", "memory")


def requests(cluster: RenderedCluster) -> Objections:
    """Every container says what it needs.

    What passes (hooks, jobs) may leave it to the namespace's LimitRange; for what stays, its defaults are a guess that
    kills a Prometheus at 512 MiB.
    """
    defaulted = {one.namespace for one in cluster.of("LimitRange") if _defaults(one)}
    for pods in cluster.pods:
        if pods.passing and pods.namespace in defaulted:
            continue
        for container in pods.containers():
            given = (container.get("resources") or {}).get("requests") or {}
            if lacking := [resource for resource in _REQUESTED if not given.get(resource)]:
                yield pods.of, f"container {container['name']} requests no {' and no '.join(lacking)}"


def images(cluster: RenderedCluster) -> Objections:
    """Every image has a tag that is a version, or a digest: `latest` is another program tomorrow."""
    for pods in cluster.pods:
        for container in pods.containers():
            image = str(container.get("image") or "")
            if "@sha256:" in image:
                continue
            tag = re.fullmatch(r".*/?[^/:]+:([\w.-]+)", image)
            if tag is None or tag[1] in ("latest", "main", "master", "nightly", "edge"):
                yield pods.of, f"container {container['name']}: image {image or 'without a name'} is not pinned"


def disruption_budgets(cluster: RenderedCluster) -> Objections:
    """A budget chooses pods, says one thing, and leaves at least one pod that may go: else no node can be drained."""
    for one in cluster.of("PodDisruptionBudget"):
        least, most = one.spec.get("minAvailable"), one.spec.get("maxUnavailable")
        if (least is None) == (most is None):
            yield one, "it needs either minAvailable or maxUnavailable; the API server refuses both"
            continue
        chosen = [
            pods
            for pods in cluster.pods
            if pods.namespace == one.namespace and not pods.passing and matches(one.spec.get("selector"), pods.labels)
        ]
        if not chosen:
            yield one, "its selector matches no pods of the environment"
            continue
        counted = [pods.replicas for pods in chosen if pods.replicas is not None]
        replicas = sum(counted)
        if not counted:
            continue  # a DaemonSet's pods are as many as nodes, and a drain passes over them
        stay = replicas - _amount(most, replicas, up=True) if least is None else _amount(least, replicas, up=True)
        if stay >= replicas:
            rule = f"minAvailable {least}" if most is None else f"maxUnavailable {most}"
            yield one, f"{rule} of {replicas} replicas lets none of them go"


def _amount(value: Any, replicas: int, *, up: bool) -> int:
    if isinstance(value, str) and value.endswith("%"):
        share = int(value[:-1]) * replicas / 100
        return ceil(share) if up else int(share)
    return int(value)


def _defaults(one: Object) -> bool:
    return any(
        limit.get("type") == "Container" and limit.get("defaultRequest") for limit in one.spec.get("limits") or []
    )
