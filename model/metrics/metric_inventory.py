"""Which metrics exist: what the exporters that Belfry installs really expose, and what its own rules record.

A rule that names any other metric never fires and nobody notices; a test refuses it. What the components of the
catalog promise is not repeated here: `Telemetry.metric_names` has it.
"""

from functools import cache
from pathlib import Path
from typing import Final

from pydantic import Field

from model.base import Model, Text
from model.catalog.telemetry import LabelName, MetricName
from model.yaml_file import read_yaml

FILE = "model/metrics/metric_inventory.yaml"

COMPONENT_OWNER: Final = "component:owner:info"
"""One for each component and resource of the catalog, with system, component, team, kind and (components) namespace."""

NAMESPACE_OWNER: Final = "namespace:owner:info"
"""One for each namespace of the catalog, with system and team."""

QUEUE_OWNER: Final = "queue:owner:info"
"""One for each Amazon SQS queue of the catalog, by the label that the CloudWatch exporter gives the queue's name."""


class Exporter(Model):
    """One source of metrics."""

    description: Text
    metrics: dict[MetricName, tuple[LabelName, ...]] = Field(description="Metric -> labels beside the target's own.")


class Inventory(Model):
    """The file."""

    exporters: dict[str, Exporter]

    @property
    def metrics(self) -> dict[str, frozenset[str]]:
        """Metric -> labels beside the target's own; a metric of several exporters has the labels of all."""
        found: dict[str, frozenset[str]] = {}
        for exporter in self.exporters.values():
            for metric, names in exporter.metrics.items():
                found[metric] = found.get(metric, frozenset()) | set(names)
        return found


@cache
def load() -> Inventory:
    """The shipped inventory."""
    path = Path(__file__).parents[2] / FILE
    return Inventory.model_validate(read_yaml(path, FILE))
