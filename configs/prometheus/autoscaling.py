"""Which series are kept of what adds nodes: those that rules and boards may name."""

from configs.prometheus.relabeling import Action, Relabeling
from model.metrics import metric_inventory


def kept(exporter: str) -> Relabeling:
    """Of an exporter that has far more series than anybody reads: what the inventory has of it."""
    metrics = metric_inventory.load().exporters[exporter].metrics
    return Relabeling(action=Action.KEEP, regex="|".join(sorted(metrics)))
