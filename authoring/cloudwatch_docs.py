"""Runbooks of CloudWatch alarms and the list of all of them, written from the rows: what one knows belongs there."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pydantic

from model.alarms.alarm import AlarmFile, AlarmRow, doubled_names
from model.alarms.scopes import SUBJECTS
from model.problems import BadInput, Problem, from_validation, raise_if_any
from model.vocabulary import Vocabulary
from model.yaml_file import read_yaml

ROWS = Path("rules") / "cloudwatch"
RUNBOOKS = "docs/runbooks/cloudwatch"
LIST = "docs/cloudwatch-alarms.md"

_WRITTEN = "<!-- Written by `make assets` from rules/cloudwatch/{}.yaml; change it there. -->"


def generate(root: Path) -> dict[str, str]:
    """Path below the project -> text: a runbook for every row, and the list. Raises BadInput for broken rows."""
    files = read(root)
    if not files:
        return {}
    runbooks = {
        f"{RUNBOOKS}/{row.name}.md": _text(_runbook(name, file, row))
        for name, file in files.items()
        for row in file.alarms
    }
    return {**runbooks, LIST: _text(_list(files))}


def read(root: Path) -> dict[str, AlarmFile]:
    """The files of rows by the name of the file, sorted. Raises BadInput with all mistakes."""
    files: dict[str, AlarmFile] = {}
    problems: list[Problem] = []
    for path in sorted((root / ROWS).glob("*.yaml")):
        shown = (ROWS / path.name).as_posix()
        try:
            files[path.stem] = AlarmFile.model_validate(read_yaml(path, shown))
        except BadInput as error:
            problems += error.problems
        except pydantic.ValidationError as error:
            problems += from_validation(shown, error, AlarmFile)
    raise_if_any([*problems, *doubled_names(list(files.values()))])
    return files


def _runbook(name: str, file: AlarmFile, row: AlarmRow) -> Iterator[str]:
    yield f"# {row.summary}"
    yield _WRITTEN.format(name)
    yield f"CloudWatch alarm `{row.name}`, severity **{row.severity}**: {row.severity.sentence}"
    yield f"Made {_for_whom(file, row)}. {row.pack.sentence}"
    yield f"**Why this line.** {row.reason}"
    yield "## What to do"
    yield "\n".join(f"{number}. {step}" for number, step in enumerate(row.steps, start=1))
    yield "## What is measured"
    yield _table(("metric", "statistic", "dimensions"), _metrics(file, row))
    if row.expression:
        yield f"Compared is `{row.expression}`."
    yield (
        f"It alarms when {row.bad} {_line(row)}, in {row.datapoints} of {row.periods} periods of "
        f"{row.period_seconds} s. Missing data is `{row.missing_data}`: {row.missing_data.sentence}"
    )
    yield f"Source: {row.source}."
    yield "## Look at it"
    yield _code(
        "sh",
        "aws cloudwatch describe-alarms --alarm-names ALARM   # its state and why; ALARM stands in the notification",
        "aws cloudwatch describe-alarm-history --alarm-name ALARM --history-item-type StateUpdate --max-items 20",
    )
    yield from _change(file, row)


def _change(file: AlarmFile, row: AlarmRow) -> Iterator[str]:
    """How to bend the alarm for one resource."""
    part = {"resource": [], "index": ["    index: NAME"]}.get(row.each, ["    part: NAME"])
    line = ["    threshold: NUMBER", f"    unit: {row.unit}"]
    if "description" not in SUBJECTS[file.applies_to].model_fields:
        return
    yield "## Change it for one resource"
    yield "Below the resource, in `catalog/`; with `enabled: false` instead of a number it is not made at all."
    yield _code("yaml", "alarms:", f"  - alarm: {row.name}", *part, *line, "    reason: WHY THIS ONE IS DIFFERENT")


def _list(files: Mapping[str, AlarmFile]) -> Iterator[str]:
    count = sum(len(file.alarms) for file in files.values())
    yield "# CloudWatch alarms"
    yield _WRITTEN.format("*")
    yield (
        f"{count} alarms, by the thing they watch. A *must-have* alarm is in every environment, an *extended* one only "
        "where the full pack is paid for. Each name leads to its runbook."
    )
    for name, file in files.items():
        yield f"## {name}"
        yield f"Namespace `{file.namespace}`, for each {file.applies_to}{_conditions(file.when)}."
        columns = ("alarm", "severity", "pack", "metrics", "dimensions", "alarms when", "reason", "source")
        yield _table(columns, [_entry(file, row) for row in file.alarms])


def _entry(file: AlarmFile, row: AlarmRow) -> tuple[str, ...]:
    dimensions = sorted({dimensions for _, _, dimensions in _metrics(file, row)})
    extra = "" if row.each == "resource" else f", for each {row.each}"
    return (
        f"[{row.name}](runbooks/cloudwatch/{row.name}.md)",
        row.severity,
        row.pack,
        ", ".join(sorted({f"{metric.metric} ({metric.statistic})" for metric in row.metrics})),
        "; ".join(dimensions),
        f"{row.bad} {_line(row)}, {row.datapoints} of {row.periods} times {row.period_seconds} s"
        f"{extra}{_conditions(row.when)}; missing data: {row.missing_data}",
        row.reason,
        row.source,
    )


def _metrics(file: AlarmFile, row: AlarmRow) -> list[tuple[str, str, str]]:
    return [
        (
            f"{metric.namespace or file.namespace} {metric.metric}",
            metric.statistic,
            ", ".join(f"{key}={value}" for key, value in file.dimensions_of(metric).items()) or "none",
        )
        for metric in row.metrics
    ]


def _for_whom(file: AlarmFile, row: AlarmRow) -> str:
    part = "" if row.each == "resource" else f", once for each {row.each.replace('_', ' ')} of it"
    return f"for every {file.applies_to}{part}{_conditions({**file.when, **row.when})}"


def _conditions(when: Mapping[str, bool | str | tuple[str, ...]]) -> str:
    said = [f"{key} is {_value(value)}" for key, value in when.items()]
    return f" where {' and '.join(said)}" if said else ""


def _value(value: bool | str | tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return "set" if value else "not set"
    return str(value) if isinstance(value, Vocabulary | str) else " or ".join(value)


def _line(row: AlarmRow) -> str:
    return str(row.threshold) if row.threshold.band is not None else f"{row.threshold} {row.unit}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _code(language: str, *lines: str) -> str:
    return "\n".join([f"```{language}", *lines, "```"])


def _text(blocks: Iterator[str]) -> str:
    return "\n\n".join(blocks) + "\n"
