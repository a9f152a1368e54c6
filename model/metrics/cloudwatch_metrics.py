"""Metrics of AWS for Prometheus: the configuration of the CloudWatch exporter (YACE), made from the catalog.

The exporter's `static` jobs name every dimension. Its other jobs find resources by their tags, and Belfry does not make
the watched resources and so cannot count on tags; and whatever else carries such a tag would be paid for too. Static
jobs have two properties that must be known:

- They ask by GetMetricStatistics and know no delay: the job's settings are not read, a metric's is ignored with a
  warning. CloudWatch is late by a minute or two, so a sum over the last five minutes misses what has not arrived.
  Rules here compare such sums with zero, or look at their trend; nothing counts money by them.
- A gap stays a gap: `nilToZero` has no effect on them. Rules bridge gaps by ``last_over_time``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field

from model import labels
from model.alarms.alarm import fits, placeholders
from model.base import Model
from model.catalog.catalog import Catalog
from model.catalog.resource_base import ResourceBase, ResourceKind
from model.dimensions import shipped
from model.quantities import HOURS_A_MONTH
from model.yaml_file import read_yaml

FILE = "model/metrics/cloudwatch_metrics.yaml"

POLL_SECONDS: Final = 300
"""How often CloudWatch is polled. Once a minute would cost five times as much, and alarms are faster anyway."""

# The exporter hands a tag of its own on as `custom_tag_<key>`.
TAG_PREFIX: Final = "custom_tag_"


class Export(Model):
    """One row: what of each resource of a kind comes into Prometheus."""

    kind: ResourceKind
    each: str = Field(default="resource", description="`resource`, or a kind of part such as node.")
    when: dict[str, bool | str | tuple[str, ...]] = Field(default_factory=dict)
    namespace: str
    dimensions: Annotated[dict[str, str], Field(min_length=1)]
    metrics: Annotated[dict[str, Annotated[tuple[str, ...], Field(min_length=1)]], Field(min_length=1)]


class Exports(Model):
    """The file."""

    exports: tuple[Export, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The metrics of one resource, or of one part of it, that have the same dimensions."""

    name: str
    system: str
    component: str
    namespace: str
    dimensions: Mapping[str, str]
    metrics: Mapping[str, Sequence[str]]


@cache
def load() -> Exports:
    """The shipped allow-list."""
    return Exports.model_validate(read_yaml(Path(__file__).parents[2] / FILE, FILE))


def jobs(catalog: Catalog) -> tuple[Job, ...]:
    """What is asked for, in the order of the catalog. Empty where no system has a resource that is on the list."""
    return tuple(
        job
        for system in catalog.systems
        for resource in system.resources
        for export in load().exports
        if export.kind is resource.kind
        for job in _jobs(export, system.system, resource)
    )


def _jobs(export: Export, system: str, resource: ResourceBase) -> Iterator[Job]:
    if not all(fits(getattr(resource, word), wanted) for word, wanted in export.when.items()):
        return
    parts = {"": {}} if export.each == "resource" else resource.parts(export.each)
    for part, words in sorted(parts.items()):
        known = {name: getattr(resource, name) for name in resource.words()} | dict(words)
        yield Job(
            name="/".join(filter(None, (system, resource.name, part))),
            system=system,
            component=resource.name,
            namespace=export.namespace,
            dimensions={
                name: value.format_map({word: known[word] for word in placeholders(value)})
                for name, value in export.dimensions.items()
            },
            metrics=export.metrics,
        )


def configuration(given: Sequence[Job], region: str) -> dict[str, Any]:
    """The exporter's own configuration file. It refuses one without a job, so there must be some."""
    return {
        "apiVersion": "v1alpha1",
        "sts-region": region,
        "static": [
            {
                "name": job.name,
                "namespace": job.namespace,
                "regions": [region],
                "customTags": [
                    {"key": labels.SYSTEM, "value": job.system},
                    {"key": labels.COMPONENT, "value": job.component},
                ],
                "dimensions": [{"name": name, "value": value} for name, value in job.dimensions.items()],
                "metrics": [_metric(job.namespace, name, statistics) for name, statistics in job.metrics.items()],
            }
            for job in given
        ],
    }


def _metric(namespace: str, name: str, statistics: Sequence[str]) -> dict[str, Any]:
    facts = shipped().facts(namespace, name)
    emitted = facts.emitted_seconds if facts else POLL_SECONDS
    # What is sent every five minutes is as much as ten minutes late: a window of five would often be empty.
    return {
        "name": name,
        "statistics": list(statistics),
        "period": POLL_SECONDS,
        "length": POLL_SECONDS if emitted < POLL_SECONDS else 3 * POLL_SECONDS,
    }


def series(given: Sequence[Job]) -> frozenset[str]:
    """Names of the series that the jobs lead to."""
    return frozenset(
        series_name(job.namespace, metric, statistic)
        for job in given
        for metric, statistics in job.metrics.items()
        for statistic in statistics
    )


def series_name(namespace: str, metric: str, statistic: str) -> str:
    """How the exporter (v0.67) calls a statistic of a metric: ``aws_sqs_number_of_messages_sent_sum``."""
    return "_".join((_snake(namespace.lower()), _snake(metric), _snake(statistic)))


def _snake(name: str) -> str:
    # Its own rule: an underscore only between a lower-case letter or a digit and a capital (5XXError -> 5_xxerror).
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub(r"[ ,/.:=@<>()-]", "_", name).replace("%", "_percent")).lower()


def requests_per_month(static_jobs: Sequence[Mapping[str, Any]]) -> Decimal:
    """Requests that a configuration makes: one for each metric and poll, however many statistics it has.

    AWS bills 0.01 USD for 1,000 of them: 8,760 polls a month make 0.09 USD for each metric.
    """
    polls = HOURS_A_MONTH * 3600 / POLL_SECONDS
    return polls * sum(len(job["metrics"]) * len(job["regions"]) for job in static_jobs)
