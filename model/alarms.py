"""CloudWatch alarms as data: rows of ``rules/cloudwatch/*.yaml``, and what becomes of a row for one resource."""

from collections.abc import Iterator
from decimal import Decimal
from string import Formatter
from typing import Annotated, Literal, Self

import pydantic
from pydantic import Field, model_validator

from model.assets import Asset
from model.base import Model, Name, Text
from model.problems import BadInput, Problem, from_validation
from model.quantities import Number
from model.resources import RESOURCE_MODELS, AlarmOverride, ResourceBase, ResourceKind
from model.system import System
from model.vocabulary import Direction, Severity, Vocabulary
from model.yaml_file import parse_yaml

# CloudWatch takes at most ten metrics in the metric math of one alarm.
MAX_METRICS = 10
# The id of what the metric math of an alarm comes to; no metric may have it.
RESULT = "result"


class MissingData(Vocabulary):
    """What CloudWatch thinks of a period without data. There is no default: each row decides."""

    NOT_BREACHING = ("notBreaching", "Silence is good: counters of errors and throttles.")
    BREACHING = ("breaching", "Silence is bad: heartbeats and healthy hosts.")
    IGNORE = ("ignore", "Silence keeps the state.")
    MISSING = ("missing", "Silence is silence: the alarm goes to INSUFFICIENT_DATA.")


class AlarmMetric(Model):
    """One metric of an alarm. Dimension values may hold fields of the resource (``{table}``) and ``{index}``."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-zA-Z0-9_]*$")] = "m"
    metric: str
    statistic: Annotated[str, Field(pattern=r"^(Sum|Average|Minimum|Maximum|SampleCount|p[0-9]{1,2}(\.[0-9]+)?)$")]
    dimensions: dict[str, str] = Field(default_factory=dict)


class AlarmRow(Model):
    """One alarm that every resource of a kind gets, once for itself or once for each of its indexes."""

    name: Name
    each: Literal["resource", "index"] = "resource"
    when: dict[str, str | bool] = Field(default_factory=dict, description="Only for resources with these values.")
    metrics: Annotated[tuple[AlarmMetric, ...], Field(min_length=1, max_length=MAX_METRICS)]
    expression: str | None = Field(default=None, description="Metric math over the ids; absent for a single metric.")
    # AWS services publish by the minute; shorter periods exist for custom metrics only.
    period_seconds: Annotated[int, Field(ge=60, multiple_of=60)] = 60
    datapoints: Annotated[int, Field(ge=1)]
    periods: Annotated[int, Field(ge=1)]
    bad: Direction = Direction.ABOVE
    threshold: Number
    missing_data: MissingData
    severity: Severity
    summary: Text
    reason: Text
    source: Text

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if (self.expression is None) != (len(self.metrics) == 1):
            raise ValueError(
                f"found {len(self.metrics)} metrics and expression {self.expression!r}; allowed: one "
                "metric without expression, or several with one"
            )
        ids = [metric.id for metric in self.metrics]
        if RESULT in ids or len(ids) != len(set(ids)):
            raise ValueError(f"found ids {', '.join(ids)}; allowed: each id once, and not {RESULT!r}")
        if self.severity is Severity.NONE:
            raise ValueError(f"found severity {self.severity}; allowed: one that somebody is told of")
        if self.datapoints > self.periods:
            raise ValueError(
                f"found {self.datapoints} datapoints of {self.periods} periods; allowed: no more than periods"
            )
        return self


class AlarmFile(Model):
    """One file of rows: an AWS namespace and the kind of resource it is about."""

    namespace: Annotated[str, Field(pattern=r"^[A-Za-z0-9/_-]+$")]
    applies_to: ResourceKind
    alarms: Annotated[tuple[AlarmRow, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        names = [row.name for row in self.alarms]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"found alarm {', '.join(doubled)} twice; allowed: each name once")
        return self

    @model_validator(mode="after")
    def _fields_exist(self) -> Self:
        fields = RESOURCE_MODELS[self.applies_to].model_fields
        for row in self.alarms:
            used = set(row.when) | {
                name for m in row.metrics for v in m.dimensions.values() for name in placeholders(v)
            }
            if unknown := sorted(used - set(fields) - ({"index"} if row.each == "index" else set())):
                raise ValueError(
                    f"alarm {row.name}: found {', '.join(unknown)}; allowed: fields of {self.applies_to}: "
                    + ", ".join(sorted(fields))
                )
        return self

    @classmethod
    def parse(cls, asset: Asset) -> Self:
        """The rows of a bundle. Raises BadInput."""
        try:
            return cls.model_validate(parse_yaml(asset.text, asset.file))
        except pydantic.ValidationError as error:
            raise BadInput(from_validation(asset.file, error, cls)) from None


class Alarm(Model):
    """A row made concrete: everything CloudWatch needs but the ARN of the topic it tells."""

    key: str = Field(description="Unique within the resource: the row's name, and the index's where it has one.")
    row: AlarmRow
    namespace: str
    metrics: tuple[AlarmMetric, ...]
    threshold: Decimal
    severity: Severity


def alarms_for(file: AlarmFile, resource: ResourceBase) -> tuple[Alarm, ...]:
    """The alarms of one resource, in the order of the rows; overrides applied, disabled ones left out."""
    return tuple(_alarms(file, resource))


def unknown_overrides(files: tuple[AlarmFile, ...], system: System, where: str) -> list[Problem]:
    """A mistake for every override that would change nothing, or of which nobody could be told."""
    problems = []
    for resource in system.resources:
        known = {
            _shown(row.name, index)
            for file in files
            if file.applies_to == resource.kind
            for row, index in _rows(file, resource)
        }
        for override in resource.alarms:
            key, shown = f"{where}: {resource.name}.alarms", _shown(override.alarm, override.index)
            if shown not in known:
                allowed = ", ".join(sorted(known)) or f"none, there are no alarms for {resource.kind}"
                problems.append(
                    Problem(key, f"found unknown alarm {_shown(repr(override.alarm), override.index)}", allowed)
                )
            if override.severity is Severity.NONE:
                problems.append(
                    Problem(key, f"found severity none for {shown}", "another severity, or `enabled: false`")
                )
    return problems


def placeholders(text: str) -> list[str]:
    """Names in curly brackets."""
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def _alarms(file: AlarmFile, resource: ResourceBase) -> Iterator[Alarm]:
    for row, index in _rows(file, resource):
        override = _override(resource, row.name, index)
        if override and not override.enabled:
            continue
        yield Alarm(
            key=row.name if index is None else f"{row.name}-{index}",
            row=row,
            namespace=file.namespace,
            metrics=tuple(_filled(metric, resource, index) for metric in row.metrics),
            threshold=row.threshold if override is None or override.threshold is None else override.threshold,
            severity=row.severity if override is None or override.severity is None else override.severity,
        )


def _rows(file: AlarmFile, resource: ResourceBase) -> Iterator[tuple[AlarmRow, str | None]]:
    """The rows that the resource gets, once for each index where they are about indexes."""
    for row in file.alarms:
        if all(getattr(resource, field) == value for field, value in row.when.items()):
            for index in sorted(resource.index_names) if row.each == "index" else [None]:
                yield row, index


def _shown(alarm: str, index: str | None) -> str:
    return alarm if index is None else f"{alarm} (index {index})"


def _override(resource: ResourceBase, alarm: str, index: str | None) -> AlarmOverride | None:
    return next((o for o in resource.alarms if o.alarm == alarm and o.index == index), None)


def _filled(metric: AlarmMetric, resource: ResourceBase, index: str | None) -> AlarmMetric:
    names = {**dict(resource), "index": index}
    dimensions = {key: value.format_map(names) for key, value in metric.dimensions.items()}
    return metric.model_copy(update={"dimensions": dimensions})
