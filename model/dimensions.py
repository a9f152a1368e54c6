"""The dimension catalogue: which metrics exist in CloudWatch, under which dimensions, in which unit and how often.

CloudWatch takes an alarm on any name and any dimensions, and an alarm on what nobody sends stays silent forever. So
every alarm is compared with the tables of ``dimension_catalogue/`` before it is made. A set of dimensions there is
complete: [TableName] is another metric than [TableName, Operation].
"""

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, ValidationError, model_validator

from model.base import Model
from model.model_file import read_table
from model.problems import BadInput, from_validation
from model.sentences import listed
from model.vocabulary import Vocabulary

FOLDER = Path(__file__).with_name("dimension_catalogue")
PERCENTILE = "percentile"

StatisticKind = Literal["Sum", "Average", "Minimum", "Maximum", "SampleCount", "percentile"]


class MetricUnit(Vocabulary):
    """Units of thresholds. They are for people and checks; an alarm never gets one.

    CloudWatch compares only data points that were sent with the very unit an alarm names: naming another, such as
    Megabytes for Bytes, makes the alarm blind without an error.
    """

    COUNT = ("Count", "A number of things, or 0 and 1 for no and yes.")
    COUNT_PER_SECOND = ("Count/Second", "Things a second.")
    PERCENT = ("Percent", "Of a hundred: 0 to 100.")
    RATIO = ("Ratio", "Fraction from 0 to 1, the average of a metric that is 0 or 1 for each request.")
    SECONDS = ("Seconds", "Seconds.")
    MILLISECONDS = ("Milliseconds", "Milliseconds.")
    BYTES = ("Bytes", "Bytes.")
    MEGABYTES = ("Megabytes", "Mebibytes, which CloudWatch calls megabytes.")
    DAYS = ("Days", "Days.")
    USD = ("USD", "US dollars.")
    STANDARD_DEVIATIONS = ("StandardDeviations", "Width of an anomaly detection band.")


class MetricFacts(Model):
    """Metrics that have everything but their names in common.

    ``emitted_seconds`` is the usual distance of two data points. ``sparse``: nothing is sent while nothing happens,
    so metric math over it has no value either, unless the gap is filled.
    """

    names: Annotated[tuple[str, ...], Field(min_length=1)]
    dimensions: Annotated[tuple[tuple[str, ...], ...], Field(min_length=1)]
    unit: MetricUnit
    emitted_seconds: Annotated[int, Field(ge=60, multiple_of=60)] = 60
    statistics: Annotated[tuple[StatisticKind, ...], Field(min_length=1)]
    sparse: bool = False


class NamespaceFacts(Model):
    """One namespace; ``values`` lists what a dimension may say where AWS has a closed list."""

    source: Annotated[str, Field(min_length=1)]
    values: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    metrics: Annotated[tuple[MetricFacts, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        names = [name for facts in self.metrics for name in facts.names]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"found {', '.join(doubled)} twice; allowed: each metric once")
        return self

    def facts(self, metric: str) -> MetricFacts | None:
        """What is known of a metric."""
        return next((facts for facts in self.metrics if metric in facts.names), None)


class DimensionCatalogue(Model):
    """Everything alarms may be about."""

    namespaces: dict[str, NamespaceFacts]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """Raises BadInput."""
        try:
            return cls.model_validate({"namespaces": read_table(folder)})
        except ValidationError as error:
            raise BadInput(from_validation(folder.name, error, cls)) from None

    def facts(self, namespace: str, metric: str) -> MetricFacts | None:
        """What is known of a metric; None for an unknown one."""
        found = self.namespaces.get(namespace)
        return found.facts(metric) if found else None


class Objection(NamedTuple):
    """What is wrong with a metric of an alarm, and what would be right."""

    found: str
    allowed: str


@functools.cache
def shipped() -> DimensionCatalogue:
    """The catalogue of this project."""
    return DimensionCatalogue.load()


def objections(
    catalogue: DimensionCatalogue,
    namespace: str,
    metric: str,
    *,
    dimensions: Mapping[str, str],
    statistic: str,
    period_seconds: int,
) -> Iterator[Objection]:
    """Why an alarm on this metric could never fire. Values with a placeholder (``{table}``) are not looked at."""
    known = catalogue.namespaces.get(namespace)
    if known is None:
        yield Objection(f"unknown namespace {namespace}", listed(sorted(catalogue.namespaces)))
        return
    facts = known.facts(metric)
    if facts is None:
        names = sorted(name for each in known.metrics for name in each.names)
        yield Objection(f"unknown metric {metric} of {namespace}", listed(names))
        return
    if set(dimensions) not in [set(allowed) for allowed in facts.dimensions]:
        sets = " or ".join(listed(allowed) or "none" for allowed in facts.dimensions)
        yield Objection(f"{metric} with dimensions {listed(dimensions) or 'none'}", sets)
    for name, value in dimensions.items():
        if name in known.values and "{" not in value and value not in known.values[name]:
            yield Objection(f"{metric} with {name} {value!r}", listed(known.values[name]))
    kind = PERCENTILE if statistic.startswith("p") else statistic
    if kind not in facts.statistics:
        yield Objection(f"{metric} with statistic {statistic}", listed(facts.statistics))
    if period_seconds % facts.emitted_seconds:
        yield Objection(
            f"{metric} with a period of {period_seconds} s", f"multiples of the {facts.emitted_seconds} s it is sent at"
        )
