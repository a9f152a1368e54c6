"""What of the platform is installed and scraped on which nodes, by one table with sources."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from model.base import Model, Text
from model.cluster.compute import COMPUTE_LABEL, Architecture, Compute, ComputeKind
from model.model_file import read_model
from model.vocabulary import Vocabulary

FILE = "model/cluster/compatibility.yaml"


class Part(Vocabulary):
    """Parts that are not for every kind of nodes."""

    COREDNS_METRICS = ("coredns-metrics", "Prometheus' monitor of CoreDNS.")
    NODE_EXPORTER = ("node-exporter", "The node exporter, a DaemonSet.")
    KUBELET_METRICS = ("kubelet-metrics", "Prometheus' monitor of kubelet and cAdvisor.")
    COLLECTOR_AGENT = ("collector-agent", "The collector on each node, a DaemonSet.")
    FALCO = ("falco", "Falco, a DaemonSet.")
    NODE_EVENTS = ("node-events", "Why nodes come and go.")


class Source(Model):
    """Where a limit was read, and of which day that text is."""

    where: Text
    as_of: Annotated[str, Field(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$")]


class Limit(Model):
    """What one kind of nodes does to a part. ``unverified``: it is installed, and nobody has seen it work."""

    kind: ComputeKind
    effect: Literal["absent", "unverified"]
    unseen: Text
    source: Text


class PartRow(Model):
    """``series``: expression that finds the part's series in a rule; empty where some node always has the part."""

    series: str = ""
    limits: Annotated[tuple[Limit, ...], Field(min_length=1)]


class Table(Model):
    """The file."""

    sources: dict[str, Source]
    parts: dict[Part, PartRow]
    arm64_images: dict[str, Text | None] = Field(description="Chart -> source; null: not verified.")

    @model_validator(mode="after")
    def _fits_itself(self) -> Self:
        if missing := [str(part) for part in Part if part not in self.parts]:
            raise ValueError(f"found no row of {', '.join(missing)}; allowed: one for each part")
        for part, row in self.parts.items():
            for limit in row.limits:
                if limit.source not in self.sources:
                    raise ValueError(f"found unknown source {limit.source!r} of {part} on {limit.kind}")
        return self


@cache
def table(path: Path | None = None) -> Table:
    """The table. Raises BadInput."""
    return read_model(Table, path or Path(__file__).parents[2] / FILE, FILE)


def absent_on(part: Part, compute: Compute) -> tuple[ComputeKind, ...]:
    """Kinds of the cluster's nodes that cannot have ``part``."""
    limits = table().parts[part].limits
    return tuple(each.kind for each in limits if each.effect == "absent" and each.kind in compute.kinds)


def possible(part: Part, compute: Compute) -> bool:
    """Whether any node of the cluster can have ``part``."""
    return len(absent_on(part, compute)) < len(compute.kinds)


def affinity(part: Part, compute: Compute) -> dict[str, Any]:
    """The value ``affinity`` of a DaemonSet that keeps off nodes which cannot have it; empty where all can.

    A DaemonSet that tolerates everything has a pod for each node that its affinity admits, and on Fargate that pod
    waits forever.
    """
    kinds = [str(kind) for kind in absent_on(part, compute)]
    if not kinds:
        return {}
    elsewhere = {"key": COMPUTE_LABEL, "operator": "NotIn", "values": kinds}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [elsewhere]}]}
    return {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}}


def node_selector(part: Part, compute: Compute) -> str:
    """The same as a selector of Kubernetes for nodes' labels; empty where all nodes can have ``part``."""
    return ",".join(f"{COMPUTE_LABEL}!={kind}" for kind in absent_on(part, compute))


def unseen(compute: Compute) -> list[str]:
    """What will not be seen on which nodes, a sentence each."""
    lines = [f"{kind}: {text}" for kind in compute.kinds for text in _unseen(kind)]
    unverified = [chart for chart, source in table().arm64_images.items() if source is None]
    if Architecture.ARM64 in compute.architectures:
        lines.append(f"arm64: whether each image of {', '.join(sorted(unverified))} starts there is not verified")
    return lines


def unreadable(compute: Compute) -> str:
    """An expression that finds rules which read what no node of the cluster has; empty where there are none."""
    parts = table().parts.items()
    return "|".join(row.series for part, row in parts if row.series and not possible(part, compute))


def _unseen(kind: ComputeKind) -> Iterator[str]:
    for row in table().parts.values():
        yield from (limit.unseen for limit in row.limits if limit.kind is kind)
