"""Which metrics exist: what the exporters that Belfry installs really expose, and what its own rules record.

A rule that names any other metric never fires and nobody notices; a test refuses it. What the components of the
catalog declare is not repeated here: `Telemetry.metric_names` has it.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from model.base import Model, Text
from model.catalog.telemetry import LabelName, MetricName
from model.model_file import read_table

FOLDER = Path(__file__).with_name("inventory")
"""Metric -> labels beside those of the target (cluster, namespace, pod, job, instance, service, endpoint, system,
component), by exporter. A name goes in only after it was seen on the exporter's /metrics or in its source."""

COMPONENT_OWNER: Final = "component:owner:info"
"""One for each component and resource of the catalog, with system, component, team, kind and (components) namespace."""

NAMESPACE_OWNER: Final = "namespace:owner:info"
"""One for each namespace of the catalog, with system and team."""

QUEUE_OWNER: Final = "queue:owner:info"
"""One for each Amazon SQS queue of the catalog, by the label that the CloudWatch exporter gives the queue's name."""


class Apart(Model):
    """By which labels the parts of metrics fail apart.

    Whoever adds up a writer and its replica, or takes the better of two probes, does not see the one that fails. Rules
    and panels keep one of the labels ``by``, or the worst part.
    """

    metrics: Annotated[tuple[MetricName, ...], Field(min_length=1)]
    by: Annotated[tuple[LabelName, ...], Field(min_length=1)] = Field(description="Labels that distinguish the parts.")
    worst: Literal["min", "max"] | None = Field(default=None, description="The end that is worse; none if either is.")
    why: Text


class Exporter(Model):
    """One source of metrics."""

    description: Text
    metrics: dict[MetricName, tuple[LabelName, ...]] = Field(description="Metric -> labels beside the target's own.")
    apart: tuple[Apart, ...] = ()

    @model_validator(mode="after")
    def _apart_names_metrics(self) -> Self:
        unknown = sorted({metric for apart in self.apart for metric in apart.metrics} - set(self.metrics))
        if unknown:
            raise ValueError(f"apart: found {', '.join(unknown)}; allowed: metrics of this exporter")
        return self


class Inventory(Model):
    """All of them."""

    exporters: dict[str, Exporter]

    @property
    def metrics(self) -> dict[str, frozenset[str]]:
        """Metric -> labels beside the target's own; a metric of several exporters has the labels of all."""
        found: dict[str, frozenset[str]] = {}
        for exporter in self.exporters.values():
            for metric, names in exporter.metrics.items():
                found[metric] = found.get(metric, frozenset()) | set(names)
        return found

    @property
    def apart(self) -> dict[str, tuple[Apart, ...]]:
        """Metric -> its parts that fail apart, one entry for each kind of part."""
        found: dict[str, tuple[Apart, ...]] = {}
        for exporter in self.exporters.values():
            for apart in exporter.apart:
                for metric in apart.metrics:
                    found[metric] = (*found.get(metric, ()), apart)
        return found


@cache
def load() -> Inventory:
    """The shipped inventory."""
    return Inventory.model_validate({"exporters": read_table(FOLDER)})
