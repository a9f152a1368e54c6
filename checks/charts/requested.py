"""What the pods of an environment ask for, all together: what the nodes must have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from checks.charts.objects import Pods
from model.quantities import kubernetes_bytes

_MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """``cpu`` in cores, ``memory_gib``; of what runs all the time. ``each_node``: of those that run on every node."""

    pods: int
    cpu: float
    memory_gib: float
    each_node_cpu: float
    each_node_memory_gib: float


def requested(pods: Iterable[Pods]) -> Requested:
    """The sum. A pod asks for the sum of its containers; those of the start, less by far here, are passed over."""
    lasting = [one for one in pods if not one.passing]
    counted = [(one, one.replicas) for one in lasting if one.replicas is not None]
    on_nodes = [one for one in lasting if one.replicas is None]
    return Requested(
        pods=sum(replicas for _, replicas in counted),
        cpu=round(sum(_cpu(one) * replicas for one, replicas in counted) / 1000, 2),
        memory_gib=round(sum(_memory(one) * replicas for one, replicas in counted) / 1024, 2),
        each_node_cpu=round(sum(map(_cpu, on_nodes)) / 1000, 2),
        each_node_memory_gib=round(sum(map(_memory, on_nodes)) / 1024, 2),
    )


def millis(quantity: Any) -> float:
    """Processor time in thousandths of a core: ``250m``, ``1``, ``0.5``."""
    text = str(quantity or 0)
    return float(text[:-1]) if text.endswith("m") else float(text) * 1000


def mebibytes(quantity: Any) -> float:
    """Memory in MiB: ``512Mi``, ``2Gi``, ``1G``, bytes."""
    found = kubernetes_bytes(quantity or 0)
    assert found is not None, quantity
    return float(found) / _MIB


def _cpu(pods: Pods) -> float:
    return sum(millis(one.get("cpu")) for one in _requests(pods))


def _memory(pods: Pods) -> float:
    return sum(mebibytes(one.get("memory")) for one in _requests(pods))


def _requests(pods: Pods) -> list[Mapping[str, Any]]:
    return [(c.get("resources") or {}).get("requests") or {} for c in pods.spec.get("containers") or []]
