"""What Prometheus keeps of a scrape: one relabeling, as the operator's objects say it, and what it does to a series."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from model.metrics import metric_inventory
from model.vocabulary import Vocabulary

METRIC = "__name__"
# Prometheus joins the values of several labels with it before the expression sees them.
SEPARATOR = ";"


class Action(Vocabulary):
    """What happens to a series that the expression matches; the other actions change labels, and are not used here."""

    KEEP = ("keep", "Every other series is dropped.")
    DROP = ("drop", "It is dropped.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relabeling:
    """``regex`` is anchored on both sides, as Prometheus does it; ``labels`` absent from a series are empty."""

    action: Action
    regex: str
    labels: tuple[str, ...] = (METRIC,)

    def as_object(self) -> dict[str, Any]:
        """As an entry of ``metricRelabelings`` of a ServiceMonitor."""
        return {"action": str(self.action), "regex": self.regex, "sourceLabels": list(self.labels)}

    def as_prometheus(self) -> dict[str, Any]:
        """As an entry of ``metric_relabel_configs`` of Prometheus."""
        return {"action": str(self.action), "regex": self.regex, "source_labels": list(self.labels)}

    def keeps(self, series: Mapping[str, str]) -> bool:
        """Whether the series with these labels, its name among them, is still there afterwards."""
        joined = SEPARATOR.join(series.get(label, "") for label in self.labels)
        return (re.fullmatch(self.regex, joined, re.DOTALL) is not None) == (self.action is Action.KEEP)


def kept(relabelings: Iterable[Relabeling], series: Mapping[str, str]) -> bool:
    """Whether a series passes all of them."""
    return all(relabeling.keeps(series) for relabeling in relabelings)


def of_inventory(exporter: str) -> Relabeling:
    """Of an exporter with far more series than anybody reads: those of the inventory, which rules and boards name."""
    metrics = metric_inventory.load().exporters[exporter].metrics
    return Relabeling(action=Action.KEEP, regex="|".join(sorted(metrics)))
