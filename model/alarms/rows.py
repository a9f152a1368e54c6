"""CloudWatch alarms as data: the rows of ``rules/cloudwatch/*.yaml`` and what makes a row sound."""

import re
from collections.abc import Iterator
from string import Formatter
from typing import Annotated, Any, Literal, Self, get_args, get_origin

import pydantic
from pydantic import AfterValidator, Field, model_validator

from model.alarms.scopes import SUBJECTS
from model.assets import Asset
from model.base import Model, Name, Text
from model.dimensions import MetricUnit, objections, shipped
from model.problems import BadInput, Problem, from_validation, raise_if_any
from model.quantities import Number, Positive, plain
from model.vocabulary import Direction, Severity, Signal, Unit, Vocabulary
from model.yaml_file import parse_yaml

# CloudWatch takes at most ten metrics in the metric math of one alarm.
MAX_METRICS = 10
# How far back one alarm may look: a day, or a week where its period is an hour or more.
MAX_SECONDS, HOUR, MAX_SECONDS_OF_HOURS = 86_400, 3_600, 604_800
# The ids of what an alarm's metric math, or its anomaly detection, comes to; no metric may have them.
RESULT, BAND = "result", "band"
# Known only where the alarm is made: they stay as they are in the dimensions of a concrete alarm.
PLACE = ("account", "region")

_SIGNAL_UNITS = {Unit.SECONDS: MetricUnit.SECONDS, Unit.COUNT: MetricUnit.COUNT, Unit.PERCENT: MetricUnit.PERCENT}


class MissingData(Vocabulary):
    """What CloudWatch thinks of a period without data. There is no default: each row decides."""

    NOT_BREACHING = ("notBreaching", "Silence is good: counters of errors and throttles.")
    BREACHING = ("breaching", "Silence is bad: heartbeats and healthy hosts.")
    IGNORE = ("ignore", "Missing data keeps the state.")
    MISSING = ("missing", "Silence is silence: the alarm goes to INSUFFICIENT_DATA.")


class Pack(Vocabulary):
    """How dear an alarm is to us."""

    MUST_HAVE = ("must-have", "In every environment.")
    EXTENDED = ("extended", "Only where the full pack is paid for.")


class AlarmMetric(Model):
    """One metric of an alarm. Dimension values may hold words of the subject (``{table}``) and of its part.

    Without ``dimensions`` or ``namespace`` it has those of the file.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-zA-Z0-9_]*$")] = "m"
    metric: str
    statistic: Annotated[str, Field(pattern=r"^(Sum|Average|Minimum|Maximum|SampleCount|p[0-9]{1,2}(\.[0-9]+)?)$")]
    dimensions: dict[str, str] | None = None
    namespace: str | None = None


_FORMS = (
    {"value"},
    {"of", "share"},
    {"band"},
    {"signal"},
    {"signal", "otherwise"},
    {"signal", "of"},
    {"signal", "of", "otherwise"},
)


class AlarmThreshold(Model):
    """The threshold, in one of five forms. A plain number may stand for ``value``.

    - ``value``: a number.
    - ``of``, ``share``: a share of a field of the subject.
    - ``band``: the width of an anomaly detection band, in standard deviations.
    - ``signal``, ``otherwise``: the catalog's own line for the resource, for the row's severity; where the catalog has
      none, ``otherwise``, or no alarm.
    - ``signal``, ``of``, ``otherwise``: the same for a signal in percent of a field of the subject. For a metric of
      what is left (bad below), it is what is left at that percentage.
    """

    value: Number | None = None
    of: str | None = None
    share: Positive | None = None
    band: Positive | None = None
    signal: Signal | None = None
    otherwise: Number | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain_number(cls, given: Any) -> Any:
        return given if isinstance(given, dict | cls) else {"value": given}

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        if given not in _FORMS:
            raise ValueError(
                f"found {', '.join(sorted(given)) or 'nothing'}; allowed: a number, or of and share, or band, or "
                "signal, or signal and otherwise, either with of"
            )
        return self

    def __str__(self) -> str:
        if self.value is not None:
            return plain(self.value)
        if self.of is not None and self.share is not None:
            return f"{plain(self.share)} of {self.of}"
        if self.band is not None:
            return f"anomaly detection band of {plain(self.band)}"
        fallback = "else no alarm" if self.otherwise is None else f"else {plain(self.otherwise)}"
        if self.of is not None:
            return f"the catalog's {self.signal} in percent of {self.of}, {fallback}"
        return f"the catalog's {self.signal}, {fallback}"


class AlarmRow(Model):
    """One alarm that every subject of a kind gets, once for itself or once for each of its parts."""

    name: Name
    pack: Pack
    each: str = Field(default="resource", description="`resource`, or a kind of part such as index or node.")
    when: dict[str, bool | str | tuple[str, ...]] = Field(
        default_factory=dict,
        description="Only for resources with these values: a value, a list of values, or whether a value is set.",
    )
    metrics: Annotated[tuple[AlarmMetric, ...], Field(min_length=1, max_length=MAX_METRICS)]
    expression: str | None = Field(default=None, description="Metric math over the ids; absent for a single metric.")
    # AWS services publish by the minute; shorter periods exist for custom metrics only, and cost three times as much.
    period_seconds: Annotated[int, Field(ge=60, multiple_of=60)] = 60
    datapoints: Annotated[int, Field(ge=1)]
    periods: Annotated[int, Field(ge=1)]
    bad: Direction = Direction.ABOVE
    threshold: AlarmThreshold
    unit: MetricUnit
    missing_data: MissingData
    severity: Severity
    summary: Text
    reason: Text
    source: Text
    impact: Text = Field(description="Effect on users or the business.")
    checks: Annotated[tuple[Text, ...], Field(min_length=1, description="First checks, in order.")]
    mitigation: Annotated[tuple[Text, ...], Field(min_length=1, description="Actions that fix it or limit the damage.")]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for found, allowed in self._mistakes():
            raise ValueError(f"found {found}; allowed: {allowed}")
        return self

    def _mistakes(self) -> Iterator[tuple[str, str]]:
        ids = [metric.id for metric in self.metrics]
        if (self.expression is None) != (len(ids) == 1):
            yield (
                f"{len(ids)} metrics and expression {self.expression!r}",
                "one metric without expression, or several with one",
            )
        if {RESULT, BAND} & set(ids) or len(ids) != len(set(ids)):
            yield f"ids {', '.join(ids)}", f"each id once, and not {RESULT!r} or {BAND!r}"
        if self.severity is Severity.NONE:
            yield f"severity {self.severity}", "a severity with notifications"
        if self.datapoints > self.periods:
            yield f"{self.datapoints} datapoints of {self.periods} periods", "no more than periods"
        most = MAX_SECONDS if self.period_seconds < HOUR else MAX_SECONDS_OF_HOURS
        if self.periods * self.period_seconds > most:
            yield f"{self.periods} periods of {self.period_seconds} s", f"at most {most} s together"
        if (self.threshold.band is not None) != (self.unit is MetricUnit.STANDARD_DEVIATIONS):
            yield f"threshold {self.threshold} in {self.unit}", f"a band in {MetricUnit.STANDARD_DEVIATIONS}"
        if self.threshold.band is not None and self.expression is not None:
            yield "a band around metric math", "a band around a single metric"
        yield from self._signal()
        yield from self._math()

    def _signal(self) -> Iterator[tuple[str, str]]:
        signal = self.threshold.signal
        if signal is None:
            return
        if self.threshold.of is not None:
            if signal.unit is not Unit.PERCENT or signal.bad is not Direction.ABOVE:
                yield f"signal {signal} of {self.threshold.of}", "a signal of use in percent"
        elif (_SIGNAL_UNITS.get(signal.unit), signal.bad) != (self.unit, self.bad):
            yield f"signal {signal} for a threshold {self.bad} {self.unit}", f"bad {signal.bad}, in {signal.unit}"

    def _math(self) -> Iterator[tuple[str, str]]:
        if self.expression is None:
            return
        used = set(re.findall(r"\b[a-z][a-zA-Z0-9_]*", self.expression))
        ids = {metric.id for metric in self.metrics}
        if used != ids:
            yield f"expression over {', '.join(sorted(used)) or 'nothing'}", ", ".join(sorted(ids))
        counts = {metric.id for metric in self.metrics if metric.statistic in ("Sum", "SampleCount")}
        divisors = set(re.findall(r"/\s*\(?(?:FILL\()?([a-z][a-zA-Z0-9_]*)", self.expression)) & counts
        if divisors and not self.expression.startswith("IF("):
            yield (
                f"a ratio to {', '.join(sorted(divisors))} without a gate",
                "IF(requests > N, ratio, 0): one failure of one request is no outage",
            )


def _subject(word: str) -> str:
    if word not in SUBJECTS:
        raise ValueError(f"found {word!r}; allowed: {', '.join(SUBJECTS)}")
    return str(word)


class AlarmFile(Model):
    """One file of rows: the namespace and kind of subject they are about, and what else they have in common."""

    namespace: Annotated[str, Field(pattern=r"^[A-Za-z0-9/_-]+$")]
    applies_to: Annotated[str, AfterValidator(_subject)]
    when: dict[str, bool | str | tuple[str, ...]] = Field(default_factory=dict, description="For every row.")
    dimensions: dict[str, str] = Field(default_factory=dict, description="Default for metrics without their own.")
    alarms: Annotated[tuple[AlarmRow, ...], Field(min_length=1)]

    def dimensions_of(self, metric: AlarmMetric) -> dict[str, str]:
        """The metric's own dimensions, or the file's."""
        return self.dimensions if metric.dimensions is None else metric.dimensions

    @classmethod
    def parse(cls, asset: Asset) -> Self:
        """The rows of a bundle. Raises BadInput, also for an alarm that could never fire."""
        try:
            file = cls.model_validate(parse_yaml(asset.text, asset.file))
        except pydantic.ValidationError as error:
            raise BadInput(from_validation(asset.file, error, cls)) from None
        raise_if_any(
            Problem(where if row is None else f"{where}: alarms[{row}]", found, allowed)
            for where, row, found, allowed in ((asset.file, *mistake) for mistake in file.mistakes())
        )
        return file

    def mistakes(self) -> Iterator[tuple[str | None, str, str]]:
        """(row, found, allowed) for all that no row can see alone."""
        names = [row.name for row in self.alarms]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield name, f"found alarm {name} twice", "each name once"
        for row in self.alarms:
            for found, allowed in (*self._words(row), *self._metrics(row)):
                yield row.name, f"found {found}", allowed

    def _words(self, row: AlarmRow) -> Iterator[tuple[str, str]]:
        """Everything a row says of its subject must exist there."""
        subject = SUBJECTS[self.applies_to]
        sorts = {"resource": (), **subject.PARTS}
        if row.each not in sorts:
            yield f"each {row.each}", ", ".join(sorts)
            return
        words = subject.words()
        used = {*row.when, *self.when, *([row.threshold.of] if row.threshold.of else [])}
        filled = {w for m in row.metrics for value in self.dimensions_of(m).values() for w in placeholders(value)}
        for unknown in sorted((used - words) | (filled - words - set(sorts[row.each]) - set(PLACE))):
            yield f"unknown {unknown}", f"of {self.applies_to}: " + ", ".join(sorted({*words, *sorts[row.each]}))
        for key, wanted in {**self.when, **row.when}.items():
            field = subject.model_fields.get(key)
            literals = get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()
            for word in (wanted,) if isinstance(wanted, str) else wanted if isinstance(wanted, tuple) else ():
                if literals and word not in literals:
                    yield f"when {key} is {word!r}", ", ".join(map(str, literals))

    def _metrics(self, row: AlarmRow) -> Iterator[tuple[str, str]]:
        """Every metric must be one that AWS sends, as the row reads it."""
        catalogue = shipped()
        for metric in row.metrics:
            namespace = metric.namespace or self.namespace
            yield from objections(
                catalogue,
                namespace,
                metric.metric,
                dimensions=self.dimensions_of(metric),
                statistic=metric.statistic,
                period_seconds=row.period_seconds,
            )
            facts = catalogue.facts(namespace, metric.metric)
            if facts is None:
                continue
            if row.expression is None and row.threshold.band is None and row.unit is not _unit(metric, facts.unit):
                yield f"{metric.metric} in {row.unit}", _unit(metric, facts.unit)
            if row.expression and facts.sparse:
                bare = re.sub(rf"FILL\(\s*{metric.id}\s*,", "", row.expression).replace(f"PERIOD({metric.id})", "")
                if re.search(rf"\b{metric.id}\b", bare):
                    yield (
                        f"{metric.metric} bare in metric math",
                        f"FILL({metric.id}, 0): it is sent only when something happens",
                    )


def _unit(metric: AlarmMetric, unit: MetricUnit) -> MetricUnit:
    """The unit of what is compared: how often a metric was sent is a number, whatever it measures."""
    if metric.statistic == "SampleCount":
        return MetricUnit.COUNT
    return unit


def placeholders(text: str) -> list[str]:
    """Names in curly brackets."""
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]
