"""Known ways to pay too much for monitoring, found in a plan."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from model import names
from model.cost.charges import PlannedResource
from model.cost.rules import alarm_metrics, high_resolution
from model.plan import mapping, number, sequence
from model.sentences import some

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
RELEASE = "kubernetes:helm.sh/v3:Release"
# Five minutes: services publish each minute, but 300 s costs a fifth and is soon enough for a graph.
POLLING_SECONDS = Decimal(300)
# The exporter's own default where the values say nothing.
DEFAULT_POLLING = Decimal(300)
_NAMED = 3  # resources in a sentence


def traps(resources: Iterable[PlannedResource]) -> Iterator[str]:
    """One sentence a trap, each with the names of the resources that are in it."""
    plan = sorted(resources, key=lambda resource: str(resource["urn"]))
    alarms = [resource for resource in plan if resource["type"] == ALARM]
    math = {a["name"]: metrics for a in alarms if (metrics := alarm_metrics(a)) is not None and metrics > 1}
    if math:
        dearest = sorted(math, key=lambda name: (-math[name], name))
        yield (
            f"metric math is billed by the metric: {len(math)} alarms count as {sum(math.values())} "
            f"(most: {some([f'{name} {math[name]}' for name in dearest], _NAMED)})"
        )
    yield from _of("alarms of high resolution cost three times as much", [a for a in alarms if high_resolution(a)])
    groups = [resource for resource in plan if resource["type"] == "aws:cloudwatch/logGroup:LogGroup"]
    yield from _of(
        "log groups without retention are paid forever", [g for g in groups if not g["inputs"].get("retentionInDays")]
    )
    filters = [r for r in plan if r["type"] == "aws:cloudwatch/logMetricFilter:LogMetricFilter"]
    yield from _of(
        "custom metrics with dimensions are billed by each combination of values",
        [f for f in filters if mapping(mapping(f["inputs"], "metricTransformation"), "dimensions")],
    )
    releases = [resource for resource in plan if resource["type"] == RELEASE]
    yield from _of(
        "CloudWatch is polled more often than every 300 s, and each metric of each poll is billed",
        [r for r in releases if _polls_often(r)],
    )
    yield from _of(
        "the CloudWatch exporter of the collector creates a metric for each label set",
        [r for r in releases if _has_key(mapping(r["inputs"], "values"), "awsemf")],
    )
    add_ons = [resource for resource in plan if resource["type"] == "aws:eks/addon:Addon"]
    yield from _of(
        "Container Insights monitors every pod, which Prometheus already does",
        [a for a in add_ons if a["inputs"].get("addonName") == "amazon-cloudwatch-observability"],
    )
    streams = [resource for resource in plan if resource["type"] == "aws:cloudwatch/metricStream:MetricStream"]
    yield from _of(
        "a metric stream without a list of metrics sends all",
        [s for s in streams if not sequence(s["inputs"], "includeFilters")],
    )


def _of(sentence: str, found: list[PlannedResource]) -> Iterator[str]:
    if found:
        yield f"{sentence}: {some([str(resource['name']) for resource in found], _NAMED)}"


def _polls_often(release: PlannedResource) -> bool:
    if names.CLOUDWATCH_EXPORTER not in str(release["inputs"].get("chart", "")):
        return False
    arguments = mapping(mapping(release["inputs"], "values"), "extraArgs")
    interval = number(arguments, "scraping-interval")
    if interval is None and str(arguments.get("scraping-interval", "")).isdigit():
        interval = Decimal(str(arguments["scraping-interval"]))
    return (DEFAULT_POLLING if interval is None else interval) < POLLING_SECONDS


def _has_key(values: Mapping[str, Any], wanted: str) -> bool:
    """Whether the key, or one with a name behind a slash as collectors write it, stands anywhere in ``values``."""
    return any(
        key.partition("/")[0] == wanted or (isinstance(value, Mapping) and _has_key(value, wanted))
        for key, value in values.items()
    )
