"""Runbooks of CloudWatch alarms, one page for each AWS service, and the list of all alarms, written from the rows."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final

import pydantic
from pydantic import Field

from authoring.cloudwatch import words
from authoring.text import code, table
from model.alarms import runbooks
from model.alarms.alarm import AlarmFile, AlarmRow, doubled_names
from model.alarms.scopes import SUBJECTS
from model.base import Model, Text
from model.problems import BadInput, Problem, from_validation, raise_if_any
from model.yaml_file import read_yaml

ROWS = Path("rules") / "cloudwatch"
RUNBOOKS = f"docs/runbooks/{runbooks.FOLDER}"
LIST = "docs/cloudwatch-alarms.md"
PAGES: Final = Path(__file__).with_name("cloudwatch_pages.yaml")

_WRITTEN = "<!-- Written by `make assets` from {}; change it there. -->"


class Check(Model):
    """A command, and what it shows."""

    run: Text
    shows: Text


class Page(Model):
    """What a service's page has besides its alarms."""

    title: Text
    checks: Annotated[tuple[Check, ...], Field(min_length=1)]


def generate(root: Path) -> dict[str, str]:
    """Path below the project -> text: a page for every service, and the list. Raises BadInput for broken rows."""
    files = read(root)
    if not files:
        return {}
    known = pages()
    services: dict[str, dict[str, AlarmFile]] = {}
    for name, file in files.items():
        services.setdefault(runbooks.page(file.namespace), {})[name] = file
    written = {f"{RUNBOOKS}/{name}.md": _text(_page(known[name], of)) for name, of in sorted(services.items())}
    return {**written, LIST: _text(_list(files))}


def pages() -> dict[str, Page]:
    """The services' pages by name. Raises BadInput."""
    shown = "authoring/docs/cloudwatch_pages.yaml"
    try:
        return {name: Page.model_validate(page) for name, page in read_yaml(PAGES, shown).items()}
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(shown, error, Page)) from None


def read(root: Path) -> dict[str, AlarmFile]:
    """The files of rows by the name of the file, sorted. Raises BadInput with all mistakes."""
    files: dict[str, AlarmFile] = {}
    problems: list[Problem] = []
    for path in sorted((root / ROWS).glob("*.yaml"), key=lambda path: path.stem):
        shown = (ROWS / path.name).as_posix()
        try:
            files[path.stem] = AlarmFile.model_validate(read_yaml(path, shown))
        except BadInput as error:
            problems += error.problems
        except pydantic.ValidationError as error:
            problems += from_validation(shown, error, AlarmFile)
    raise_if_any([*problems, *doubled_names(list(files.values()))])
    return files


def _page(page: Page, files: Mapping[str, AlarmFile]) -> Iterator[str]:
    rows = [(file, row) for file in files.values() for row in file.alarms]
    yield f"# {page.title}: CloudWatch alarms"
    yield _WRITTEN.format(", ".join(f"rules/cloudwatch/{name}.yaml" for name in files))
    yield (
        "The notification links to the section of its alarm. Replace the words in capitals: ALARM is the name in the "
        "notification, and the alarm's dimensions name the resource."
    )
    yield table(
        ("alarm", "severity", "what is wrong"),
        [(f"[{row.name}](#{row.name})", row.severity, row.summary) for _, row in rows],
    )
    yield "## First checks"
    yield "The state of the alarm, its reason, and its resource; then its last changes:"
    yield code(
        "sh",
        "aws cloudwatch describe-alarms --alarm-names ALARM --query "
        '"MetricAlarms[0].{state:StateValue,since:StateTransitionedTimestamp,reason:StateReason,of:Dimensions}"',
        "aws cloudwatch describe-alarm-history --alarm-name ALARM --history-item-type StateUpdate --max-items 20",
    )
    for check in page.checks:
        yield f"{check.shows[0].upper()}{check.shows[1:]}:"
        yield code("sh", check.run)
    for file, row in rows:
        yield from _section(file, row)
    yield from _change(files)
    yield "## Escalation"
    yield "[Who is notified when](../../escalation.md), by severity."


def _section(file: AlarmFile, row: AlarmRow) -> Iterator[str]:
    yield f"## {row.name}"
    yield f"**{row.summary}.** Severity {row.severity}. Exists for {words.subject(file, row)}."
    yield f"**Meaning.** It fires when {words.fires(row)}.{_math(row)}"
    yield f"**Impact.** {row.impact}"
    yield f"**Why this threshold.** {row.reason}"
    yield "**First checks**"
    yield "\n".join(f"{number}. {check}" for number, check in enumerate(row.checks, start=1))
    yield "**Mitigation**"
    yield "\n".join(f"- {action}" for action in row.mitigation)


def _math(row: AlarmRow) -> str:
    if row.expression is None:
        return ""
    return " In it, " + ", ".join(f"`{one.id}` is {words.metric(one)}" for one in row.metrics) + "."


def _change(files: Mapping[str, AlarmFile]) -> Iterator[str]:
    """How to change an alarm for one resource, where the catalog has such resources."""
    changeable = {
        row.each: row
        for file in files.values()
        if "description" in SUBJECTS[file.applies_to].model_fields
        for row in file.alarms
    }
    if not changeable:
        return
    yield "## Change an alarm for one resource"
    yield (
        "In the catalog, under the resource. `enabled: false` instead of a threshold removes the alarm. An alarm "
        "that exists once per part needs the part's name as `part`, or as `index` for an index."
    )
    row = next(iter(changeable.values()))
    part = {"resource": [], "index": ["    index: NAME"]}.get(row.each, ["    part: NAME"])
    line = ["    threshold: NUMBER", f"    unit: {row.unit}", "    reason: WHY THIS RESOURCE DIFFERS"]
    yield code("yaml", "alarms:", f"  - alarm: {row.name}", *part, *line)


def _list(files: Mapping[str, AlarmFile]) -> Iterator[str]:
    count = sum(len(file.alarms) for file in files.values())
    yield "# CloudWatch alarms"
    yield _WRITTEN.format("rules/cloudwatch/*.yaml")
    yield (
        f"{count} alarms, by monitored resource. A *must-have* alarm exists in every environment, an *extended* one "
        f"only with the full pack. Each name links to its runbook."
    )
    for name, file in files.items():
        yield f"## {name}"
        yield f"Namespace `{file.namespace}`."
        columns = ("alarm", "severity", "pack", "exists for", "metrics", "dimensions", "fires when", "reason", "source")
        yield table(columns, [_entry(file, row) for row in file.alarms])


def _entry(file: AlarmFile, row: AlarmRow) -> tuple[str, ...]:
    dimensions = {
        ", ".join(f"{key}={value}" for key, value in file.dimensions_of(metric).items()) or "none"
        for metric in row.metrics
    }
    return (
        f"[{row.name}]({runbooks.runbook_url('runbooks', file.namespace, row.name)})",
        row.severity,
        row.pack,
        words.subject(file, row),
        ", ".join(sorted({words.metric(metric) for metric in row.metrics})),
        "; ".join(sorted(dimensions)),
        f"{words.limit(row)} {words.times(row)}; missing data: `{row.missing_data}`",
        row.reason,
        row.source,
    )


def _text(blocks: Iterator[str]) -> str:
    return "\n\n".join(blocks) + "\n"
