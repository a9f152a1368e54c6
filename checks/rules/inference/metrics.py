"""What is known of every metric that a rule may read: its labels, and how often it gets a sample."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from promql_parser import VectorSelector

from checks.rules.inference.source import Rule
from model import labels
from model.catalog import platform
from model.catalog.catalog import Catalog
from model.catalog.telemetry import series_names
from model.metrics import metric_inventory
from model.metrics.metric_inventory import Apart
from model.quantities import Duration
from model.vocabulary import ComponentKind

# On every target, by service discovery or by Belfry's own relabelling; not each target has each.
TARGET = frozenset({"cluster", "namespace", "pod", "job", "instance", "service", "endpoint", "system", "component"})
# CloudWatch has a sample in five minutes, OpenCost one a minute; applications are read each 30 s, exporters more often.
SECONDS = {r"aws_.*": 300, r"kubecost_.*|node_.*_hourly_cost|container_(cpu|memory)_allocation.*": 60}
USUAL_SECONDS = 30
# They ask databases and caches, and count how that went.
_MEASURING = (ComponentKind.HTTP_SERVICE, ComponentKind.WORKER, ComponentKind.AI_SERVICE)
# Prometheus' own series, of whatever alert rules make.
ALERTS = "ALERTS"
# Components with objectives are scraped twice as often.
OBJECTIVE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Metrics:
    """``exposed``: metric -> labels beside the target's. ``declared``: by the catalog, with labels if it lists all.

    ``recorded``: series -> the rules that write it. ``with_objectives``: system and component. ``apart``: metric -> its
    parts that fail apart. ``alerts``: the rules that write ALERTS.
    """

    exposed: Mapping[str, frozenset[str]]
    declared: Mapping[str, frozenset[str] | None]
    recorded: Mapping[str, tuple[Rule, ...]]
    with_objectives: frozenset[tuple[str, str]] = frozenset()
    apart: Mapping[str, tuple[Apart, ...]] = field(default_factory=dict)
    alerts: tuple[Rule, ...] = ()

    def known(self, metric: str) -> bool:
        """Whether it is exposed, declared or recorded."""
        return metric in self.exposed or metric in self.declared or metric in self.recorded

    def seconds(self, selector: VectorSelector) -> int:
        """Seconds between two samples of the chosen series."""
        metric, chosen = selector.name or "", {m.name: m.value for m in selector.matchers.matchers}
        if rules := self.recorded.get(metric):
            return max(int(Duration(rule.interval).seconds) if rule.interval else USUAL_SECONDS for rule in rules)
        if (chosen.get(labels.SYSTEM, ""), chosen.get(labels.COMPONENT, "")) in self.with_objectives:
            return OBJECTIVE_SECONDS
        return next((every for pattern, every in SECONDS.items() if re.fullmatch(pattern, metric)), USUAL_SECONDS)


def gather(catalog: Catalog, rules: Iterable[Rule]) -> Metrics:
    """The shipped inventory, the contracts of the catalog and of the platform itself, and the rules' own series."""
    declared: dict[str, frozenset[str] | None] = {}
    for system in (*catalog.systems, platform.system(catalog.organization)):
        for component in system.components:
            # Names of the preset: their labels are the libraries' own.
            declared |= dict.fromkeys(component.telemetry.metric_names)
        for part in (*system.components, *system.resources):
            metrics = part.telemetry.metrics if hasattr(part, "telemetry") else part.metrics
            for metric in metrics:
                for name in series_names([metric]):
                    known = declared.get(name) or frozenset()
                    declared[name] = known | set(metric.labels) | ({"le"} if name.endswith("_bucket") else set())
    recorded: dict[str, list[Rule]] = {}
    rules = tuple(rules)
    for rule in rules:
        if rule.record:
            recorded.setdefault(rule.record, []).append(rule)
    inventory = metric_inventory.load()
    written = {k: tuple(several) for k, several in recorded.items()}
    alerts = tuple(rule for rule in rules if rule.alert)
    return Metrics(inventory.metrics, declared, written, _with_objectives(catalog), inventory.apart, alerts)


def _with_objectives(catalog: Catalog) -> frozenset[tuple[str, str]]:
    """System and component; no component where all have objectives that may measure one of the system's resources."""
    single = {(s.system, part.name) for s in catalog.systems for part in s.components if part.objectives}
    every = {(s.system, "") for s in catalog.systems if all(p.objectives for p in s.components if p.kind in _MEASURING)}
    return frozenset(single | every)
